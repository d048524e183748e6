// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/head_finder.h"

#include "triage/oom.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace oopsfarm {

namespace {

struct Mark
{
  std::string_view literal;
  unsigned bits;
};

} // namespace

/// arch/*/kernel/{dumpstack,process}.c, lib/nmi_backtrace.c, and who else
/// prints a stack without a fault: mm/page_alloc.c, mm/vmalloc.c,
/// lib/fault-inject.c, mm/oom_kill.c of Linux.
static constexpr std::array<Mark, 14> all_marks{{
    {"Call Trace:", opens_trace | calls_trace},
    {"Call trace:", opens_trace | calls_trace},
    {"Stack trace:", opens_trace},
    {"stack trace:", opens_trace},
    {"Backtrace:", opens_trace},
    {"backtrace (", opens_trace},
    {"backtrace:", opens_trace},
    {"page allocation failure: ", other_story},
    {"vmalloc: allocation failure", other_story},
    {"FAULT_INJECTION: forcing a failure", other_story},
    {"FAULT_FLAG_ALLOW_RETRY missing", other_story},
    {" invoked oom-killer: ", oom_story},
    {"Sending NMI from CPU", all_cpus},
    {"NMI backtrace for cpu", other_cpu},
}};

/// What the kernel itself puts before a report's first words.
static constexpr std::array<std::string_view, 6> tags{
    "watchdog:", "rcu:", "Oops:", "NMI:", "traps:", "BUG:"};

/// What may stand before an anchor that must be at its line's start.
static constexpr std::string_view punctuation = " \t[]*-=:#>|";

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

/// How long the tag at the start of `text` is; 0 when there is none.
static std::size_t tag_length(std::string_view text)
{
  for (const auto tag : tags) {
    if (text.front() == tag.front() && text.size() >= tag.size() &&
        text[1] == tag[1] && starts_with(text, tag)) {
      return tag.size();
    }
  }
  return 0;
}

static std::vector<std::uint16_t> placed(const std::vector<Head>& heads,
                                         Place place)
{
  std::vector<std::uint16_t> found;
  for (std::size_t index = 0; index < heads.size(); ++index) {
    if (heads[index].place == place) {
      found.push_back(static_cast<std::uint16_t>(index));
    }
  }
  return found;
}

static std::vector<std::string_view>
literals_of(const std::vector<Head>& heads,
            const std::vector<std::uint16_t>& wanted)
{
  std::vector<std::string_view> literals;
  for (const auto index : wanted) {
    literals.push_back(heads[index].anchor);
  }
  for (const auto& mark : all_marks) {
    literals.push_back(mark.literal);
  }
  for (const auto& word : oom_words) {
    literals.push_back(word.literal);
  }
  return literals;
}

HeadFinder::HeadFinder(const std::vector<Head>& heads)
    : heads_(heads), anywhere_(placed(heads, Place::anywhere)),
      finder_(literals_of(heads, anywhere_)),
      starts_(placed(heads, Place::start))
{
  const auto first = [&](std::uint16_t head) {
    return static_cast<unsigned char>(heads_[head].anchor.front());
  };
  std::stable_sort(starts_.begin(), starts_.end(), [&](auto a, auto b) {
    return first(a) < first(b);
  });
  for (const auto index : starts_) {
    ++from_[first(index) + 1U];
  }
  std::partial_sum(from_.begin(), from_.end(), from_.begin());
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
    const bool words = from_[byte] < from_[byte + 1];
    bytes_[byte] = words ? StartByte::words : StartByte::nothing;
  }
  for (const auto tag : tags) {
    bytes_[static_cast<unsigned char>(tag.front())] = StartByte::words;
  }
  for (const char c : punctuation) {
    bytes_[static_cast<unsigned char>(c)] = StartByte::punctuation;
  }
}

/// Only punctuation and the kernel's own tags may stand before an anchor that
/// must be at its line's start.
void HeadFinder::find_starts(std::string_view text, LineScan& scan) const
{
  std::size_t at = 0;
  while (true) {
    auto kind = StartByte::nothing;
    for (; at < text.size(); ++at) {
      kind = bytes_[static_cast<unsigned char>(text[at])];
      if (kind != StartByte::punctuation) {
        break;
      }
    }
    if (at == text.size() || kind == StartByte::nothing) {
      return;
    }
    const auto rest = text.substr(at);
    const auto byte = static_cast<unsigned char>(text[at]);
    for (std::size_t start = from_[byte]; start < from_[byte + 1U]; ++start) {
      const auto anchor = heads_[starts_[start]].anchor;
      if (scan.heads.size() < enough && rest.size() >= anchor.size() &&
          rest[1] == anchor[1] && starts_with(rest, anchor)) {
        scan.heads.push_back(HeadMatch{starts_[start], at});
      }
    }
    const auto tag = tag_length(rest);
    if (tag == 0) {
      return;
    }
    at += tag;
  }
}

void HeadFinder::take_literal(std::size_t literal,
                              std::size_t at,
                              LineScan& scan) const
{
  if (literal < anywhere_.size()) {
    if (scan.heads.size() < enough) {
      scan.heads.push_back(HeadMatch{anywhere_[literal], at});
    }
    return;
  }
  literal -= anywhere_.size();
  if (literal < all_marks.size()) {
    scan.marks |= all_marks[literal].bits;
    return;
  }
  const auto& word = oom_words[literal - all_marks.size()];
  scan.oom |= !word.at_start || at == 0 ? word.bit : 0U;
}

void HeadFinder::find(std::string_view text, LineScan& scan) const
{
  scan.heads.clear();
  scan.marks = 0;
  scan.oom = 0;
  finder_.find(text, [&](std::size_t literal, std::size_t at) {
    take_literal(literal, at, scan);
    return true;
  });
  find_starts(text, scan);
  if (scan.heads.size() > 1) {
    std::stable_sort(
        scan.heads.begin(),
        scan.heads.end(),
        [](const HeadMatch& a, const HeadMatch& b) { return a.head < b.head; });
  }
}

} // namespace oopsfarm
