// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/workload_request.h"

#include "base/strings.h"
#include "jobfile/map_reader.h"
#include "jobfile/param_value.h"
#include "jobfile/program_request.h"
#include "jobfile/values.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// The catalogue's entry under the name in `node`, or nullptr and a problem.
static const WorkloadInfo* look_up(const YamlNode& node,
                                   const std::vector<WorkloadInfo>& known,
                                   Problems& problems)
{
  const auto name = read_text(node, "workloads", problems);
  if (!name) {
    return nullptr;
  }
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const WorkloadInfo& info) {
        return info.name == *name;
      });
  if (found != known.end()) {
    return &*found;
  }
  std::vector<std::string> names;
  for (const auto& info : known) {
    names.push_back(info.name);
  }
  problems.add(node,
               fmt::format("unknown workload {}; {}",
                           quote(*name),
                           suggest(*name, names)));
  return nullptr;
}

static Workload with_defaults(const WorkloadInfo& info)
{
  Workload workload;
  workload.name = info.name;
  workload.source = info.programs;
  for (const auto& param : info.params) {
    workload.params[param.name] = param.default_value;
  }
  return workload;
}

static void read_param(const YamlNode& node,
                       const ParamInfo& param,
                       Workload& workload,
                       Problems& problems)
{
  const auto text = read_text(node, param.name, problems);
  if (!text) {
    return;
  }
  const auto value = canonical_param(param, *text);
  if (!value) {
    problems.add(node,
                 fmt::format("workload '{}': '{}': {}",
                             workload.name,
                             param.name,
                             value.error().message));
    return;
  }
  workload.params[param.name] = *value;
}

/// The `name` of a workload that is written as a map.
static const YamlNode* name_of(const YamlNode& node)
{
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    if (node.keys[i].text == "name") {
      return &node.items[i];
    }
  }
  return nullptr;
}

std::optional<Workload>
read_workload_request(const YamlNode& node,
                      const std::vector<WorkloadInfo>& known,
                      Problems& problems)
{
  if (node.kind != YamlNode::Kind::map) {
    const auto* info = look_up(node, known, problems);
    if (info == nullptr) {
      return std::nullopt;
    }
    if (info->programs != ProgramSource::none) {
      problems.add(node,
                   fmt::format("workload '{}' needs to know what to run: "
                               "{{name: {}, run: {}}}",
                               info->name,
                               info->name,
                               info->programs == ProgramSource::user
                                   ? "./program"
                                   : "\"cgroup:test_memcontrol\""));
      return std::nullopt;
    }
    return with_defaults(*info);
  }
  const auto* name = name_of(node);
  if (name == nullptr) {
    problems.add(node, "a workload needs the key 'name'");
    return std::nullopt;
  }
  const auto* info = look_up(*name, known, problems);
  if (info == nullptr) {
    return std::nullopt;
  }
  auto workload = with_defaults(*info);
  MapReader reader(node, fmt::format("workload '{}'", workload.name), problems);
  reader.find("name");
  for (const auto& param : info->params) {
    if (const auto* value = reader.find(param.name)) {
      read_param(*value, param, workload, problems);
    }
  }
  read_programs(reader, *info, workload, problems);
  reader.finish();
  return workload;
}

} // namespace oopsfarm
