// SPDX-License-Identifier: GPL-2.0-or-later
#include "bisect/history.h"

#include <fmt/format.h>

namespace oopsfarm {

History::History(std::size_t commits)
    : size_(commits), words_(commits / 64 + 1), rows_((commits + 1) * words_)
{
}

void History::add(Node node, const std::vector<Node>& parents)
{
  auto* own = &rows_[node * words_];
  for (const auto parent : parents) {
    const auto* inherited = row(parent);
    for (std::size_t word = 0; word < words_; ++word) {
      own[word] |= inherited[word];
    }
  }
  own[node / 64] |= std::uint64_t{1} << (node % 64);
}

Result<History> History::make(const std::vector<std::vector<Node>>& parents)
{
  if (parents.empty()) {
    return user_error("there is no commit between the good and the bad end");
  }
  if (parents.size() > most) {
    return user_error(fmt::format(
        "{} commits between the ends; {} at most", parents.size(), most));
  }
  History history(parents.size());
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const auto node = static_cast<Node>(i + 1);
    for (const auto parent : parents[i]) {
      if (parent == 0 || parent >= node) {
        return internal_error(
            fmt::format("commit {} has parent {} behind it", node, parent));
      }
    }
    history.add(node, parents[i]);
  }
  return history;
}

Result<History>
History::make_reverse(const std::vector<std::vector<Node>>& parents)
{
  TRY_ASSIGN(const auto forward, make(parents));
  const auto tip = forward.tip();
  History history(forward.size());
  for (Node node = 0; node <= tip; ++node) {
    for (Node fix = 1; fix <= tip; ++fix) {
      if (!forward.contains(tip - node, tip + 1 - fix)) {
        history.set(node, fix);
      }
    }
  }
  return history;
}

History History::line(std::size_t commits)
{
  History history(commits);
  for (std::size_t i = 1; i <= commits; ++i) {
    const auto node = static_cast<Node>(i);
    history.add(node,
                i > 1 ? std::vector<Node>{node - 1} : std::vector<Node>{});
  }
  return history;
}

} // namespace oopsfarm
