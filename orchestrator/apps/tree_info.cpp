// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/tree_info.h"

#include "base/log.h"
#include "base/strings.h"
#include "git/git.h"
#include "git/repository.h"
#include "sys/file.h"

#include <algorithm>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

std::vector<std::string> tree_folder_names(const StatePaths& state)
{
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(state.trees(), error), end;
       !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().stem().string();
    if (entry->path().extension() == ".git" && is_safe_name(name)) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

static TreeInfo inspect(const StatePaths& state,
                        const std::string& name,
                        ProcessRunner& processes,
                        const Stop& stop)
{
  TreeInfo info;
  info.name = name;
  info.bytes = bytes_below(state.tree(name));
  const auto repository = Repository::open(state.tree(name), processes, stop);
  if (!repository) {
    log::warning(repository.error().message);
    return info;
  }
  if (const auto tag = repository->newest_tag()) {
    info.tag = *tag;
    info.commit = repository->resolve(*tag).value_or("");
  }
  return info;
}

Result<std::vector<TreeInfo>>
list_trees(const StatePaths& state, ProcessRunner& processes, const Stop& stop)
{
  std::vector<TreeInfo> trees;
  for (const auto& name : tree_folder_names(state)) {
    if (stop.requested()) {
      return stopped_error();
    }
    trees.push_back(inspect(state, name, processes, stop));
  }
  return trees;
}

} // namespace oopsfarm
