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

Node Range::before(Node i) const
{
  if (is_reverse) {
    return i - 1;
  }
  const auto& own = parents.at(i - 1);
  return own.empty() ? 0 : own.back();
}

Range line_of(std::vector<Commit> kernels, std::vector<Commit> changes)
{
  Range range;
  range.commits = std::move(kernels);
  range.changes = std::move(changes);
  for (Node node = 1; node <= range.tip(); ++node) {
    range.parents.push_back(node > 1 ? std::vector<Node>{node - 1}
                                     : std::vector<Node>{});
  }
  return range;
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

static Result<Range> read_commits(const Repository& repository,
                                  const std::string& older,
                                  const std::string& newer,
                                  const char* advice)
{
  TRY_ASSIGN(const auto from, repository.resolve(older));
  TRY_ASSIGN(const auto to, repository.resolve(newer));
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
    return user_error(
        fmt::format("{} contains {}: nothing lies between them; {}",
                    printable(older, 80),
                    printable(newer, 80),
                    advice));
  }
  if (range.parents.size() > History::most) {
    return user_error(fmt::format(
        "more than {} commits between the ends; name ends that are nearer",
        History::most));
  }
  return range;
}

Result<Range> read_range(const Repository& repository,
                         const std::string& good,
                         const std::string& bad)
{
  return read_commits(repository,
                      good,
                      bad,
                      "is --good the older one? (which commit fixed a crash is "
                      "found by --fixed)");
}

Result<Range> read_reverse_range(const Repository& repository,
                                 const std::string& bad,
                                 const std::string& good)
{
  TRY_ASSIGN(
      auto range,
      read_commits(
          repository, bad, good, "is --good the newer one, as --fixed wants?"));
  range.is_reverse = true;
  range.changes.assign(range.commits.rbegin(), range.commits.rend() - 1);
  std::reverse(range.commits.begin(), range.commits.end());
  return range;
}

} // namespace oopsfarm
