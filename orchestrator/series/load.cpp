// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/load.h"

#include "base/strings.h"
#include "series/assemble.h"
#include "series/mail.h"
#include "series/mbox.h"
#include "series/range.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

namespace fs = std::filesystem;

static constexpr std::uint64_t max_mailbox = 64ULL << 20; // bytes

static Result<std::vector<Mail>> parse_mails(std::string_view text)
{
  TRY_ASSIGN(const auto raw, split_mbox(text));
  std::vector<Mail> mails;
  for (const auto& one : raw) {
    TRY_ASSIGN(auto mail, parse_mail(one));
    mails.push_back(std::move(mail));
  }
  return mails;
}

Result<Series> parse_mailbox(std::string_view text, const std::string& name)
{
  auto mails = parse_mails(text);
  if (!mails) {
    return std::move(mails.error()).in(name);
  }
  auto series = assemble(std::move(*mails));
  if (!series) {
    return std::move(series.error()).in(name);
  }
  return series;
}

/// A file that people gave us: whatever is wrong with it, they must mend it.
static Result<std::string> read_source(const fs::path& file)
{
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return user_error(fmt::format("{}: not a regular file", file.string()));
  }
  const auto size = fs::file_size(file, error);
  if (!error && size > max_mailbox) {
    return user_error(fmt::format("{}: over {} MiB, the most that is taken",
                                  file.string(),
                                  max_mailbox >> 20));
  }
  auto text = read_file(file, max_mailbox);
  if (!text) {
    return user_error(text.error().message);
  }
  return text;
}

static Result<std::vector<fs::path>> list_patches(const fs::path& folder)
{
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".patch") {
      files.push_back(entry.path());
    }
  }
  if (error) {
    return user_error(fmt::format(
        "cannot read the folder {}: {}", folder.string(), error.message()));
  }
  if (files.empty()) {
    return user_error(
        fmt::format("{}: no *.patch file in it", folder.string()));
  }
  if (files.size() > 2UL * max_patches) {
    return user_error(fmt::format(
        "{}: {} *.patch files are too many", folder.string(), files.size()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

static Result<Series> load_folder(const fs::path& folder)
{
  TRY_ASSIGN(const auto files, list_patches(folder));
  std::vector<Mail> mails;
  std::uint64_t total = 0;
  for (const auto& file : files) {
    TRY_ASSIGN(const auto text, read_source(file));
    total += text.size();
    if (total > max_mailbox) {
      return user_error(fmt::format("{}: over {} MiB in all, the most that is "
                                    "taken",
                                    folder.string(),
                                    max_mailbox >> 20));
    }
    auto some = parse_mails(text);
    if (!some) {
      return std::move(some.error()).in(file.string());
    }
    std::move(some->begin(), some->end(), std::back_inserter(mails));
  }
  auto series = assemble(std::move(mails));
  if (!series) {
    return std::move(series.error()).in(folder.string());
  }
  return series;
}

static Result<Series> load_source(const std::string& source,
                                  const fs::path& folder,
                                  const Repository& repository)
{
  const auto path = folder / source;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status)) {
    return load_folder(path);
  }
  if (fs::exists(status)) {
    TRY_ASSIGN(const auto text, read_source(path));
    return parse_mailbox(text, path.string());
  }
  if (is_range(source)) {
    return load_range(source, repository);
  }
  return user_error(fmt::format("series '{}': no such file or folder ({}), and "
                                "not a git range (A..B)",
                                printable(source, 200),
                                path.string()));
}

Result<Series> load_series(const std::vector<std::string>& sources,
                           const fs::path& folder,
                           const Repository& repository)
{
  Series all;
  for (const auto& source : sources) {
    TRY_ASSIGN(auto one, load_source(source, folder, repository));
    if (&source == &sources.front()) {
      all = std::move(one);
      continue;
    }
    std::move(one.patches.begin(),
              one.patches.end(),
              std::back_inserter(all.patches));
  }
  if (all.patches.size() > max_patches) {
    return user_error(fmt::format("{} patches in all: more than {} are not "
                                  "taken",
                                  all.patches.size(),
                                  max_patches));
  }
  unsigned number = 0;
  for (auto& patch : all.patches) {
    patch.number = ++number;
  }
  return all;
}

} // namespace oopsfarm
