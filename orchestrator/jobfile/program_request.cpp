// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/program_request.h"

#include "base/strings.h"
#include "jobfile/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace oopsfarm {

constexpr std::size_t max_args = 64;
constexpr std::size_t max_files = 64;
constexpr std::size_t max_selftests = 64;

static ProgramRequest request_at(const YamlNode& node)
{
  ProgramRequest request;
  request.line = node.line;
  request.column = node.column;
  return request;
}

static void
read_args(const YamlNode& node, ProgramRequest& request, Problems& problems)
{
  const auto* items = read_list(node, "args", "[--size, 64]", problems);
  if (items == nullptr) {
    return;
  }
  if (items->size() > max_args) {
    problems.add(node,
                 fmt::format("'args' has {} items, at most {} are possible",
                             items->size(),
                             max_args));
  }
  for (const auto& item : *items) {
    if (const auto text = read_text(item, "args", problems)) {
      request.args.push_back(*text);
    }
  }
}

/// A place in the guest that no file of ours has.
static bool is_guest_path(const std::string& text)
{
  const std::filesystem::path path(text);
  const auto first = [&](const char* name) {
    return path.has_parent_path() && *std::next(path.begin()) == name;
  };
  return path.is_absolute() && path.lexically_normal() == path &&
         path.has_filename() && text.size() <= 200 && !first("dev") &&
         !first("proc") && !first("sys") && !first("tmp") && !first("init") &&
         !first("workloads") && !first("payload");
}

static void
read_files(const YamlNode& node, Workload& workload, Problems& problems)
{
  if (node.kind != YamlNode::Kind::map) {
    problems.add(node, "'files' wants a map, like {/bin/sh: ./busybox-$ARCH}");
    return;
  }
  if (node.keys.size() > max_files) {
    problems.add(node,
                 fmt::format("'files' has {} items, at most {} are possible",
                             node.keys.size(),
                             max_files));
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    FileRequest request;
    const auto guest = read_text(node.keys[i], "files", problems);
    const auto file = read_text(node.items[i], "files", problems);
    if (!guest || !file) {
      continue;
    }
    if (!is_guest_path(*guest)) {
      problems.add(
          node.keys[i],
          fmt::format("'files': {} is no place for a file in the "
                      "guest: absolute, without '.' and '..', and not "
                      "in /dev, /proc, /sys, /tmp, /payload or /workloads",
                      quote(*guest)));
      continue;
    }
    if (std::any_of(workload.files.begin(),
                    workload.files.end(),
                    [&](const FileRequest& f) { return f.guest == *guest; })) {
      problems.add(node.keys[i],
                   fmt::format("file {} is there twice", quote(*guest)));
    }
    request.guest = *guest;
    request.file = *file;
    request.line = node.items[i].line;
    request.column = node.items[i].column;
    workload.files.push_back(std::move(request));
  }
}

static void
read_user_program(MapReader& reader, Workload& workload, Problems& problems)
{
  const auto* run = reader.need("run");
  const auto* args = reader.find("args");
  const auto* files = reader.find("files");
  if (run == nullptr) {
    return;
  }
  auto request = request_at(*run);
  if (const auto path = read_text(*run, "run", problems)) {
    request.run = *path;
    if (!std::filesystem::path(*path).has_filename()) {
      problems.add(*run,
                   fmt::format("'run' wants a file, not {}", quote(*path)));
    }
  }
  if (args != nullptr) {
    read_args(*args, request, problems);
  }
  if (files != nullptr) {
    read_files(*files, workload, problems);
  }
  workload.programs.push_back(std::move(request));
}

/// "cgroup", "net/forwarding": folders below tools/testing/selftests.
static bool is_collection(const std::string& text)
{
  const auto parts = split(text, '/');
  return parts.size() <= 4 &&
         std::all_of(parts.begin(), parts.end(), is_safe_name);
}

static bool is_selftest(const std::string& text)
{
  const auto colon = text.find(':');
  return colon != std::string::npos && is_collection(text.substr(0, colon)) &&
         is_safe_name(text.substr(colon + 1));
}

/// "vm:transhuge-stress 64" → program and arguments.
static void split_selftest(const YamlNode& node,
                           const std::string& text,
                           ProgramRequest& request,
                           Problems& problems)
{
  for (const auto& word : split(text, ' ')) {
    if (word.empty()) {
      continue;
    }
    if (request.run.empty()) {
      request.run = word;
    } else {
      request.args.push_back(word);
    }
  }
  if (!is_selftest(request.run)) {
    problems.add(
        node,
        fmt::format("'run' wants COLLECTION:PROGRAM and its arguments, "
                    "like cgroup:test_memcontrol, not {}",
                    quote(text)));
  } else if (request.args.size() > max_args) {
    problems.add(node,
                 fmt::format("{} has more than {} arguments",
                             quote(request.run),
                             max_args));
  }
}

/// A selftest: "vm:mlock2-tests", or {program: …, stop_after: 20s}.
static void
read_selftest(const YamlNode& node, Workload& workload, Problems& problems)
{
  auto request = request_at(node);
  const YamlNode* text_node = &node;
  if (node.kind == YamlNode::Kind::map) {
    MapReader reader(node, "a selftest", problems);
    text_node = reader.need("program");
    if (const auto* stop = reader.find("stop_after")) {
      constexpr std::chrono::hours longest{24};
      request.stop_after =
          read_seconds(
              *stop, "stop_after", std::chrono::seconds(1), longest, problems)
              .value_or(std::chrono::seconds(0));
    }
    reader.finish();
  }
  if (text_node == nullptr) {
    return;
  }
  const auto text = read_text(*text_node, "run", problems);
  if (!text) {
    return;
  }
  split_selftest(*text_node, *text, request, problems);
  const bool is_doubled = std::any_of(workload.programs.begin(),
                                      workload.programs.end(),
                                      [&](const ProgramRequest& other) {
                                        return other.run == request.run &&
                                               other.args == request.args;
                                      });
  if (is_doubled) {
    problems.add(*text_node,
                 fmt::format("selftest {} is listed twice", quote(*text)));
  }
  workload.programs.push_back(std::move(request));
}

static void
read_selftests(MapReader& reader, Workload& workload, Problems& problems)
{
  const auto* run = reader.need("run");
  if (run == nullptr) {
    return;
  }
  if (run->kind != YamlNode::Kind::sequence) {
    read_selftest(*run, workload, problems);
    return;
  }
  if (run->items.empty() || run->items.size() > max_selftests) {
    problems.add(*run,
                 fmt::format("'run' wants 1 to {} selftests, not {}",
                             max_selftests,
                             run->items.size()));
    return;
  }
  for (const auto& item : run->items) {
    read_selftest(item, workload, problems);
  }
}

void read_programs(MapReader& reader,
                   const WorkloadInfo& info,
                   Workload& workload,
                   Problems& problems)
{
  switch (info.programs) {
  case ProgramSource::none:
    return;
  case ProgramSource::user:
    read_user_program(reader, workload, problems);
    return;
  case ProgramSource::kselftest:
    read_selftests(reader, workload, problems);
    return;
  }
}

} // namespace oopsfarm
