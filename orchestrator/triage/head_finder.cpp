// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/head_finder.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

static std::uint16_t pair_at(std::string_view text, std::size_t at)
{
  return static_cast<std::uint16_t>(static_cast<unsigned char>(text[at]) << 8U |
                                    static_cast<unsigned char>(text[at + 1]));
}

/// How seldom a byte is on consoles: capitals, then the rarer letters.
static int rarity(char c)
{
  if (c >= 'A' && c <= 'Z') {
    return 4;
  }
  constexpr std::string_view rare = "gkvwjxzqyb";
  if (rare.find(c) != std::string_view::npos) {
    return 3;
  }
  return c >= 'a' && c <= 'z' ? 2 : 1;
}

static std::size_t rarest_pair(std::string_view anchor)
{
  std::size_t best = 0;
  int best_score = -1;
  for (std::size_t at = 0; at + 1 < anchor.size(); ++at) {
    const int score = rarity(anchor[at]) + rarity(anchor[at + 1]);
    if (score > best_score) {
      best = at;
      best_score = score;
    }
  }
  return best;
}

HeadFinder::HeadFinder(const std::vector<Head>& heads) : heads_(heads)
{
  for (std::size_t index = 0; index < heads.size(); ++index) {
    const auto anchor = heads[index].anchor;
    const auto offset = rarest_pair(anchor);
    const auto pair = pair_at(anchor, offset);
    entries_.push_back(Entry{pair,
                             static_cast<std::uint16_t>(offset),
                             static_cast<std::uint16_t>(index)});
    pairs_[pair / 64] |= 1ULL << (pair % 64U);
  }
  std::sort(entries_.begin(),
            entries_.end(),
            [](const Entry& a, const Entry& b) { return a.pair < b.pair; });
}

/// Only punctuation and the kernel's own tags may stand before an anchor that
/// must be at its line's start.
static bool may_precede(std::string_view before)
{
  static constexpr std::array<std::string_view, 6> tags{
      "watchdog", "rcu", "Oops", "NMI", "traps", "BUG"};
  constexpr std::string_view punctuation = " \t[]*-=:#>|";
  while (!before.empty()) {
    if (punctuation.find(before.front()) != std::string_view::npos) {
      before.remove_prefix(1);
      continue;
    }
    const auto tag =
        std::find_if(tags.begin(), tags.end(), [&](std::string_view word) {
          return before.substr(0, word.size()) == word &&
                 before.substr(word.size(), 1) == ":";
        });
    if (tag == tags.end()) {
      return false;
    }
    before.remove_prefix(tag->size());
  }
  return true;
}

void HeadFinder::check(std::string_view text,
                       std::size_t at,
                       std::uint16_t pair,
                       std::vector<HeadMatch>& found) const
{
  constexpr std::size_t enough = 16;
  auto entry = std::lower_bound(
      entries_.begin(),
      entries_.end(),
      pair,
      [](const Entry& a, std::uint16_t wanted) { return a.pair < wanted; });
  for (; entry != entries_.end() && entry->pair == pair; ++entry) {
    const auto& head = heads_[entry->head];
    if (at < entry->offset || found.size() >= enough) {
      continue;
    }
    const auto start = at - entry->offset;
    if (text.substr(start, head.anchor.size()) == head.anchor &&
        (head.place == Place::anywhere || may_precede(text.substr(0, start)))) {
      found.push_back(HeadMatch{entry->head, start});
    }
  }
}

void HeadFinder::find(std::string_view text,
                      std::vector<HeadMatch>& found) const
{
  found.clear();
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    const auto pair = pair_at(text, at);
    if ((pairs_[pair / 64] >> (pair % 64U) & 1U) != 0) {
      check(text, at, pair, found);
    }
  }
  std::stable_sort(
      found.begin(), found.end(), [](const HeadMatch& a, const HeadMatch& b) {
        return a.head < b.head;
      });
}

} // namespace oopsfarm
