// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/submission.h"

#include "base/base64.h"
#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace oopsfarm {

namespace fs = std::filesystem;
using Json = nlohmann::json;

static constexpr std::size_t max_files = 4096;
static constexpr std::size_t max_path = 512;
static constexpr int max_priority = 100;

std::string to_json(const Submission& submission)
{
  auto files = Json::array();
  for (const auto& file : submission.files) {
    files.push_back({{"path", file.path},
                     {"base64", to_base64(file.content)},
                     {"executable", file.is_executable}});
  }
  Json json = {{"kind", "submission"},
               {"file", submission.file},
               {"files", files},
               {"priority", submission.priority},
               {"targets", submission.targets}};
  if (submission.seed) {
    json["seed"] = *submission.seed;
  }
  if (submission.repeat) {
    json["repeat"] = *submission.repeat;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Names of a file within the folder, none of which is special. What the
/// kernel takes is not enough: the name stands in messages and in folders.
static bool is_good_path(const std::string& path)
{
  if (path.empty() || path.size() > max_path) {
    return false;
  }
  for (const auto& name : split(path, '/')) {
    if (name.empty() || name == "." || name == ".." || name.size() > 200 ||
        std::any_of(name.begin(), name.end(), [](unsigned char c) {
          return c < 0x20 || c == 0x7f;
        })) {
      return false;
    }
  }
  return true;
}

static Result<SubmittedFile> parse_file(const Json& json)
{
  SubmittedFile file;
  for (const auto& [key, value] : json.items()) {
    if (key == "path" && value.is_string()) {
      file.path = value.get<std::string>();
    } else if (key == "text" && value.is_string()) {
      file.content = value.get<std::string>();
    } else if (key == "base64" && value.is_string()) {
      auto bytes = from_base64(value.get_ref<const std::string&>());
      if (!bytes) {
        return user_error("files: 'base64' is no base64");
      }
      file.content = *std::move(bytes);
    } else if (key == "executable" && value.is_boolean()) {
      file.is_executable = value.get<bool>();
    } else {
      return user_error(fmt::format("files: '{}' is unknown, or of the wrong "
                                    "type",
                                    printable(key, 80)));
    }
  }
  if (!is_good_path(file.path)) {
    return user_error(
        fmt::format("files: '{}' is no path within the job's folder",
                    printable(file.path, 200)));
  }
  return file;
}

static Status take_files(const Json& value, Submission& submission)
{
  if (!value.is_array() || value.size() > max_files) {
    return user_error(fmt::format("'files' is a list of up to {}", max_files));
  }
  std::set<std::string> paths;
  for (const auto& each : value) {
    if (!each.is_object()) {
      return user_error("'files' has objects");
    }
    TRY_ASSIGN(auto file, parse_file(each));
    if (!paths.insert(file.path).second) {
      return user_error(
          fmt::format("files: '{}' twice", printable(file.path, 200)));
    }
    submission.files.push_back(std::move(file));
  }
  return Ok{};
}

static bool is_between(const Json& value, std::int64_t low, std::int64_t high)
{
  return value.is_number_integer() &&
         !(value.is_number_unsigned() &&
           value.get<std::uint64_t>() > static_cast<std::uint64_t>(high)) &&
         value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high;
}

static Status
take_key(const std::string& key, const Json& value, Submission& submission)
{
  constexpr std::int64_t max_repeat = 1000;
  const auto wrong = [&](const char* what) {
    return user_error(fmt::format("'{}' is {}", key, what));
  };
  if (key == "kind") {
    return value == "submission" ? Status(Ok{}) : wrong("\"submission\"");
  }
  if (key == "file") {
    if (!value.is_string()) {
      return wrong("a path");
    }
    submission.file = value.get<std::string>();
  } else if (key == "files") {
    return take_files(value, submission);
  } else if (key == "seed") {
    if (!is_between(value, 0, std::numeric_limits<std::int64_t>::max())) {
      return wrong("a number from 0 on");
    }
    submission.seed = value.get<std::uint64_t>();
  } else if (key == "repeat") {
    if (!is_between(value, 1, max_repeat)) {
      return wrong("a number from 1 to 1000");
    }
    submission.repeat = value.get<unsigned>();
  } else if (key == "priority") {
    if (!is_between(value, -max_priority, max_priority)) {
      return wrong("a number from -100 to 100");
    }
    submission.priority = value.get<int>();
  } else if (key == "targets") {
    constexpr std::size_t max_targets = 64;
    if (!value.is_array() || value.size() > max_targets ||
        !std::all_of(value.begin(), value.end(), [](auto& target) {
          return target.is_string() &&
                 is_safe_name(target.template get<std::string>());
        })) {
      return wrong("a list of targets' names");
    }
    submission.targets = value.get<std::vector<std::string>>();
  } else {
    return user_error(
        fmt::format("'{}' is no key of a submission", printable(key, 80)));
  }
  return Ok{};
}

Result<Submission> parse_submission(std::string_view text)
{
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return user_error("the body is no JSON object");
  }
  Submission submission;
  for (const auto& [key, value] : json.items()) {
    TRY(take_key(key, value, submission));
  }
  const auto& files = submission.files;
  if (std::none_of(files.begin(), files.end(), [&](auto& file) {
        return file.path == submission.file;
      })) {
    return user_error("'file' is to name one of 'files': the job file");
  }
  return submission;
}

Status write_submission(const Submission& submission, const fs::path& folder)
{
  TRY(make_folder(folder.parent_path()));
  TRY_ASSIGN(const auto scratch,
             TempFolder::make(folder.parent_path(), "new-"));
  const auto whole = scratch.path() / "job";
  for (const auto& file : submission.files) {
    const auto path = whole / file.path;
    TRY(make_folder(path.parent_path()));
    TRY(write_file(path, file.content, Durable::yes));
    if (file.is_executable) {
      std::error_code ignored;
      fs::permissions(
          path, fs::perms::owner_exec, fs::perm_options::add, ignored);
    }
  }
  std::error_code error;
  fs::rename(whole, folder, error);
  if (error) {
    return infra_error(fmt::format("{}: {}", folder.string(), error.message()));
  }
  return Ok{};
}

} // namespace oopsfarm
