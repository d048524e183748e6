// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/load.h"

#include "jobfile/yaml_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

Result<std::string> load_yaml_text(const fs::path& file)
{
  std::error_code error;
  const auto status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) {
    return user_error(file.string() + ": there is no such file");
  }
  if (!fs::is_regular_file(status)) {
    return user_error(file.string() + ": " +
                      (error ? error.message() : "not a regular file"));
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return user_error(file.string() +
                      ": can't read it: " + std::strerror(errno));
  }
  std::string text(max_yaml_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) {
    return user_error(file.string() +
                      ": can't read it: " + std::strerror(errno));
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > max_yaml_bytes) {
    return user_error(fmt::format("{}: over {} bytes: not one of our YAML "
                                  "files",
                                  file.string(),
                                  max_yaml_bytes));
  }
  return text;
}

Result<std::vector<fs::path>> yaml_files(const fs::path& folder)
{
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; entry != end;
       entry.increment(error)) {
    if (error) {
      break;
    }
    if (entry->path().extension() == ".yaml") {
      files.push_back(entry->path());
    }
  }
  if (error) {
    return user_error(folder.string() + ": " + error.message());
  }
  if (files.empty()) {
    return user_error(folder.string() + ": there is no *.yaml in it");
  }
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace oopsfarm
