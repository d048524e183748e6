// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/target_file.h"

#include "base/strings.h"
#include "jobfile/kernel_parameters.h"
#include "jobfile/load.h"
#include "jobfile/map_reader.h"
#include "jobfile/values.h"
#include "jobfile/yaml_tree.h"

#include <fmt/format.h>

namespace oopsfarm {

/// Takes a key whose value is a name for QEMU, the kernel or the guest.
static void take_name(MapReader& reader,
                      const std::string& key,
                      std::string& value,
                      Problems& problems)
{
  if (const auto* node = reader.find(key)) {
    value = read_name(*node, key, problems).value_or("");
  }
}

static void need_name(MapReader& reader,
                      const std::string& key,
                      std::string& value,
                      Problems& problems)
{
  if (const auto* node = reader.need(key)) {
    value = read_name(*node, key, problems).value_or("");
  }
}

template <typename T>
static void take_integer(MapReader& reader,
                         const std::string& key,
                         T& value,
                         std::uint64_t min,
                         std::uint64_t max,
                         Problems& problems)
{
  if (const auto* node = reader.find(key)) {
    value = static_cast<T>(
        read_integer(*node, key, min, max, problems).value_or(value));
  }
}

static void read_identity(MapReader& reader,
                          const std::string& stem,
                          Target& target,
                          Problems& problems)
{
  if (const auto* node = reader.need("name")) {
    target.name = read_name(*node, "name", problems).value_or(stem);
    if (target.name != stem) {
      problems.add(*node,
                   fmt::format("'name' must be the file's name, '{}', not {}",
                               printable(stem, 80),
                               quote(target.name)));
    }
  }
  if (const auto* node = reader.need("arch")) {
    std::vector<std::string> names;
    for (const auto arch : all_archs()) {
      names.emplace_back(to_string(arch));
    }
    const auto index = read_choice(*node, "arch", names, problems);
    target.arch = all_archs().at(index.value_or(0));
  }
  if (const auto* node = reader.find("description")) {
    target.description = read_text(*node, "description", problems).value_or("");
  }
}

static void read_machine(MapReader& reader, Target& target, Problems& problems)
{
  constexpr std::uint64_t max_memory_mib = 1U << 20;
  constexpr std::uint64_t max_vcpus = 255;
  constexpr std::uint64_t max_hpt_page_mib = 16384;
  take_name(reader, "mmu", target.mmu, problems);
  need_name(reader, "machine", target.machine, problems);
  need_name(reader, "cpu", target.cpu, problems);
  take_integer(
      reader, "memory_mib", target.memory_mib, 64, max_memory_mib, problems);
  take_integer(reader, "vcpus", target.vcpus, 1, max_vcpus, problems);
  take_name(reader, "firmware", target.firmware, problems);
  take_integer(reader,
               "hpt_page_mib",
               target.hpt_page_mib,
               0,
               max_hpt_page_mib,
               problems);
  need_name(reader, "console_device", target.console_device, problems);
  need_name(reader, "ktap_device", target.ktap_device, problems);
  if (const auto* node = reader.find("cmdline")) {
    target.cmdline = read_kernel_parameters(*node, problems);
  }
}

Result<Target> parse_target(std::string_view text,
                            const std::filesystem::path& file)
{
  TRY_ASSIGN(const auto root, parse_yaml(text, file.string()));
  Problems problems(file.string());
  Target target;
  MapReader reader(root, "a target", problems);
  read_identity(reader, file.stem().string(), target, problems);
  read_machine(reader, target, problems);
  reader.finish();
  TRY(problems.status());
  return target;
}

Result<Target> read_target(const std::filesystem::path& file)
{
  TRY_ASSIGN(const auto text, load_yaml_text(file));
  return parse_target(text, file);
}

Result<std::map<std::string, Target>>
read_targets(const std::filesystem::path& folder)
{
  TRY_ASSIGN(const auto files, yaml_files(folder));
  std::map<std::string, Target> targets;
  for (const auto& file : files) {
    TRY_ASSIGN(auto target, read_target(file));
    const auto name = target.name;
    targets.emplace(name, std::move(target));
  }
  return targets;
}

} // namespace oopsfarm
