// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/range.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace oopsfarm {

std::optional<Node> Range::find(const std::string& id) const
{
  const auto found =
      std::find_if(commits.begin(), commits.end(), [&](const Commit& commit) {
        return commit.id == id;
      });
  if (found == commits.end()) {
    return std::nullopt;
  }
  return static_cast<Node>(found - commits.begin());
}

/// Lines of id, parents and subject, between zero bytes.
static Status parse_log(const std::string& text, Range& range)
{
  std::map<std::string, Node> nodes;
  for (const auto& line : split_lines(text)) {
    const auto fields = split(line, '\0');
    if (fields.size() < 3) {
      return internal_error("git log gave a line without its fields");
    }
    auto& parents = range.parents.emplace_back();
    for (const auto& parent : split(fields[1], ' ')) {
      const auto known = nodes.find(parent);
      if (known != nodes.end()) {
        parents.push_back(known->second);
      }
    }
    nodes.emplace(fields[0], static_cast<Node>(range.commits.size()));
    range.commits.push_back({fields[0], printable(fields[2], 200)});
  }
  return Ok{};
}

Result<Range> read_range(const Repository& repository,
                         const std::string& good,
                         const std::string& bad)
{
  TRY_ASSIGN(const auto from, repository.resolve(good));
  TRY_ASSIGN(const auto to, repository.resolve(bad));
  TRY_ASSIGN(const auto subject, repository.subject(from));
  Range range;
  range.commits.push_back({from, printable(subject, 200)});
  TRY_ASSIGN(range.is_descent, repository.is_ancestor(from, to));
  TRY_ASSIGN(const auto log,
             repository.git().output(repository.call(
                 {"log",
                  "--topo-order",
                  "--reverse",
                  "--no-show-signature",
                  "--no-color",
                  fmt::format("--max-count={}", History::most + 1),
                  "--format=%H%x00%P%x00%s",
                  from + ".." + to,
                  "--"})));
  TRY(parse_log(log, range));
  if (range.parents.empty()) {
    return user_error(fmt::format(
        "{} contains {}: nothing lies between them; is --good the older one?",
        printable(good, 80),
        printable(bad, 80)));
  }
  if (range.parents.size() > History::most) {
    return user_error(fmt::format(
        "more than {} commits between the ends; name ends that are nearer",
        History::most));
  }
  return range;
}

} // namespace oopsfarm
