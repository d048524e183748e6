// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/workload_file.h"

#include "base/strings.h"
#include "jobfile/load.h"
#include "jobfile/map_reader.h"
#include "jobfile/param_value.h"
#include "jobfile/values.h"
#include "jobfile/yaml_tree.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// A bound of a parameter in its canonical unit.
static void read_bound(const YamlNode& node,
                       const std::string& key,
                       ParamType type,
                       std::uint64_t& value,
                       Problems& problems)
{
  const auto text = read_text(node, key, problems);
  if (!text) {
    return;
  }
  const auto number = parse_param_number(type, *text);
  if (!number) {
    problems.add(node, fmt::format("'{}': {}", key, number.error().message));
    return;
  }
  value = *number;
}

static void read_bounds(MapReader& reader,
                        const YamlNode& node,
                        ParamInfo& param,
                        Problems& problems)
{
  if (param.type == ParamType::text) {
    return;
  }
  if (const auto* min = reader.find("min")) {
    read_bound(*min, "min", param.type, param.min, problems);
  }
  if (const auto* max = reader.need("max")) {
    read_bound(*max, "max", param.type, param.max, problems);
    if (param.min > param.max) {
      problems.add(node, "'min' is above 'max'");
    }
  }
}

static void
read_choices(MapReader& reader, ParamInfo& param, Problems& problems)
{
  if (param.type != ParamType::text) {
    return;
  }
  const auto* node = reader.find("choices");
  const auto* items = node == nullptr
                          ? nullptr
                          : read_list(*node, "choices", "[a, b]", problems);
  if (items == nullptr) {
    return;
  }
  for (const auto& item : *items) {
    if (const auto choice = read_text(item, "choices", problems)) {
      param.choices.push_back(*choice);
    }
  }
}

static void
read_default(MapReader& reader, ParamInfo& param, Problems& problems)
{
  const auto* longer = reader.find("default_value");
  const auto* node = longer != nullptr ? longer : reader.need("default");
  if (node == nullptr || !problems.empty()) {
    return; // with wrong bounds a message about the default would mislead
  }
  const auto text = read_text(*node, "default", problems);
  if (!text) {
    return;
  }
  const auto value = canonical_param(param, *text);
  if (!value) {
    problems.add(*node, "'default': " + value.error().message);
    return;
  }
  param.default_value = *value;
}

static ParamInfo read_param(const YamlNode& node, Problems& problems)
{
  ParamInfo param;
  MapReader reader(node, "a parameter", problems);
  if (const auto* name = reader.need("name")) {
    param.name = read_name(*name, "name", problems).value_or("");
  }
  if (const auto* type = reader.need("type")) {
    const auto index = read_choice(
        *type, "type", {"integer", "size", "duration", "text"}, problems);
    param.type = static_cast<ParamType>(index.value_or(0));
  }
  if (const auto* text = reader.find("description")) {
    param.description = read_text(*text, "description", problems).value_or("");
  }
  read_bounds(reader, node, param, problems);
  read_choices(reader, param, problems);
  read_default(reader, param, problems);
  if (reader.find("default") != nullptr &&
      reader.find("default_value") != nullptr) {
    problems.add(node, "'default' and 'default_value' are the same key");
  }
  reader.finish();
  return param;
}

static void
read_params(const YamlNode& node, WorkloadInfo& info, Problems& problems)
{
  const auto* items =
      read_list(node, "params", "[{name: procs, type: integer, …}]", problems);
  if (items == nullptr) {
    return;
  }
  for (const auto& item : *items) {
    auto param = read_param(item, problems);
    const bool is_doubled =
        param.name == "name" ||
        std::any_of(info.params.begin(), info.params.end(), [&](const auto& p) {
          return p.name == param.name;
        });
    if (is_doubled) {
      problems.add(item,
                   fmt::format("parameter '{}' is there already", param.name));
    }
    info.params.push_back(std::move(param));
  }
}

Result<WorkloadInfo> parse_workload_info(std::string_view text,
                                         const std::filesystem::path& file)
{
  TRY_ASSIGN(const auto root, parse_yaml(text, file.string()));
  Problems problems(file.string());
  WorkloadInfo info;
  MapReader reader(root, "a workload", problems);
  const auto stem = file.stem().string();
  if (const auto* node = reader.need("name")) {
    info.name = read_name(*node, "name", problems).value_or(stem);
    if (info.name != stem) {
      problems.add(*node,
                   fmt::format("'name' must be the file's name, '{}', not {}",
                               printable(stem, 80),
                               quote(info.name)));
    }
  }
  if (const auto* node = reader.find("description")) {
    info.description = read_text(*node, "description", problems).value_or("");
  }
  if (const auto* node = reader.find("programs")) {
    const auto choice =
        read_choice(*node, "programs", {"none", "user", "kselftest"}, problems);
    info.programs = static_cast<ProgramSource>(choice.value_or(0));
  }
  if (const auto* node = reader.find("params")) {
    read_params(*node, info, problems);
  }
  reader.finish();
  TRY(problems.status());
  return info;
}

Result<WorkloadInfo> read_workload_info(const std::filesystem::path& file)
{
  TRY_ASSIGN(const auto text, load_yaml_text(file));
  return parse_workload_info(text, file);
}

Result<std::vector<WorkloadInfo>>
read_workload_infos(const std::filesystem::path& folder)
{
  TRY_ASSIGN(const auto files, yaml_files(folder));
  std::vector<WorkloadInfo> infos;
  for (const auto& file : files) {
    TRY_ASSIGN(auto info, read_workload_info(file));
    infos.push_back(std::move(info));
  }
  return infos;
}

} // namespace oopsfarm
