// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/range.h"

#include "base/strings.h"
#include "series/load.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

namespace fs = std::filesystem;

bool is_range(const std::string& source)
{
  const auto dots = source.find("..");
  if (dots == std::string::npos || dots == 0 || dots + 2 >= source.size()) {
    return false;
  }
  const char before = source[dots - 1];
  const char after = source[dots + 2];
  return before != '/' && after != '/' && after != '.' &&
         source.find("..", dots + 2) == std::string::npos;
}

static Status check_commits(const Repository& repository,
                            const std::string& from,
                            const std::string& to)
{
  TRY_ASSIGN(const auto commits, repository.rev_list(from, to));
  if (commits.empty()) {
    return user_error("no commit in that range");
  }
  if (commits.size() > max_patches) {
    return user_error(fmt::format(
        "{} commits: more than {} are not taken", commits.size(), max_patches));
  }
  TRY_ASSIGN(const auto merges,
             repository.git().output(repository.call(
                 {"rev-list", "--merges", "--max-count=1", "^" + from, to})));
  if (!trim(merges).empty()) {
    return user_error(fmt::format("{} is a merge: a series has none; rebase it",
                                  trim(merges).substr(0, 12)));
  }
  return Ok{};
}

/// The range as one mailbox. By files, since a stream is capped.
static Result<std::string> format_patches(const Repository& repository,
                                          const std::string& from,
                                          const std::string& to)
{
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  if (error) {
    return infra_error("no folder for temporary files: " + error.message());
  }
  TRY_ASSIGN(const auto folder, TempFolder::make(parent, "oopsfarm-range-"));
  TRY_ASSIGN(const auto names,
             repository.git().output(repository.call(
                 {"format-patch",
                  "--quiet",
                  "--numbered",
                  "--full-index",
                  "--binary",
                  "--no-signature",
                  "--no-stat",
                  "--output-directory=" + folder.path().string(),
                  "^" + from,
                  to,
                  "--"})));
  static_cast<void>(names);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder.path(), error)) {
    files.push_back(entry.path());
  }
  std::string text;
  for (const auto& file : files) {
    constexpr std::uint64_t most = 64ULL << 20;
    TRY_ASSIGN(const auto one, read_file(file, most));
    text += one;
    if (text.size() > most) {
      return user_error("over 64 MiB of patches, the most that is taken");
    }
  }
  return text;
}

static Result<Series> load_checked(const std::string& range,
                                   const Repository& repository)
{
  const auto dots = range.find("..");
  TRY_ASSIGN(const auto from, repository.resolve(range.substr(0, dots)));
  TRY_ASSIGN(const auto to, repository.resolve(range.substr(dots + 2)));
  TRY(check_commits(repository, from, to));
  TRY_ASSIGN(const auto text, format_patches(repository, from, to));
  return parse_mailbox(text, "its patches");
}

Result<Series> load_range(const std::string& range,
                          const Repository& repository)
{
  auto series = load_checked(range, repository);
  if (!series) {
    return std::move(series.error()).in("series '" + printable(range) + "'");
  }
  return series;
}

} // namespace oopsfarm
