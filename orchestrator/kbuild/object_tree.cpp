// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/object_tree.h"

#include "base/id.h"
#include "base/log.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <charconv>

namespace oopsfarm {

namespace fs = std::filesystem;

std::string format_state(const ObjectState& state)
{
  return fmt::format("generation {}\nseries {}\ncommit {}\nbuilt {}\n"
                     "config {}\nobjects {}\n",
                     state.generation,
                     state.series,
                     state.commit,
                     state.built,
                     state.config,
                     state.objects);
}

ObjectState parse_state(std::string_view text)
{
  ObjectState state;
  for (const auto& line : split_lines(text)) {
    const auto space = line.find(' ');
    if (space == std::string::npos) {
      continue;
    }
    const auto key = line.substr(0, space);
    const auto value = line.substr(space + 1);
    if (key == "generation") {
      state.generation = value;
    } else if (key == "series") {
      state.series = value;
    } else if (key == "commit") {
      state.commit = value;
    } else if (key == "built") {
      state.built = value;
    } else if (key == "config") {
      state.config = value;
    } else if (key == "objects") {
      std::from_chars(value.data(), value.data() + value.size(), state.objects);
    }
  }
  return state;
}

/// The state in a file of ours; a fresh one when there is none.
static ObjectState load_state(const fs::path& file)
{
  const auto text = read_file(file, 1U << 16);
  return text ? parse_state(*text) : ObjectState{};
}

bool has_objects_of(const BuildSpec& spec, const std::string& config)
{
  const auto state = load_state(spec.object_tree / "obj.state");
  return state.built == spec.commit && state.config == config;
}

ObjectTree::ObjectTree(FileLock lock, const BuildSpec& spec)
    : lock_(std::move(lock)), root_(spec.object_tree), series_(spec.series),
      identity_(sandbox_identity())
{
  sandbox_.source = root_ / "src";
  sandbox_.config = root_ / "config";
  sandbox_.objects = root_ / "obj";
  sandbox_.ccache = spec.ccache;
  sandbox_.ccache_access =
      series_.empty() ? Access::read_write : Access::read_only;
  sandbox_.limits = spec.limits;
}

Result<ObjectTree> ObjectTree::open(const BuildSpec& spec)
{
  TRY(make_folder(spec.object_tree));
  TRY_ASSIGN(auto lock, FileLock::try_take(spec.object_tree / "lock"));
  ObjectTree tree(std::move(lock), spec);
  TRY(make_folder(tree.sandbox_.config));
  TRY(make_folder_for(tree.sandbox_.ccache, tree.identity_));
  TRY(make_folder_for(tree.sandbox_.objects, tree.identity_));
  if (spec.series.empty()) {
    TRY(tree.prepare_shared());
  } else {
    TRY(tree.prepare_layer());
  }
  return tree;
}

Status ObjectTree::prepare_shared()
{
  state_ = load_state(root_ / "obj.state");
  state_.generation = new_id();
  state_.built.clear();
  return save();
}

Status ObjectTree::prepare_layer()
{
  const auto shared = load_state(root_ / "obj.state");
  const auto layer = root_ / "layer";
  state_ = load_state(root_ / "layer.state");
  if (state_.generation != shared.generation || state_.series != series_) {
    TRY(remove_tree(root_ / "layer.state"));
    TRY(wipe(layer));
    state_ = shared;
    state_.series = series_;
  }
  if (fs::exists(layer / "copy.done")) {
    sandbox_.objects = layer / "copy";
  } else {
    sandbox_.layer = Layer{layer / "upper", layer / "work"};
    TRY(make_folder_for(sandbox_.layer->upper, identity_));
    TRY(make_folder_for(sandbox_.layer->work, identity_));
  }
  return save();
}

Status ObjectTree::save() const
{
  return write_file(root_ / (series_.empty() ? "obj.state" : "layer.state"),
                    format_state(state_));
}

Status ObjectTree::use_copy(ProcessRunner& processes, const Stop& stop)
{
  const auto layer = root_ / "layer";
  log::warning(fmt::format(
      "no overlay is possible over {}: the objects are copied for the series",
      sandbox_.objects.string()));
  sandbox_.layer.reset();
  TRY(wipe(layer));
  TRY(make_folder(layer));
  Command copy;
  copy.argv = {"cp",
               "-a",
               "--reflink=auto",
               "--",
               sandbox_.objects.string(),
               (layer / "copy").string()};
  TRY(processes.output(copy, stop));
  TRY(write_file(layer / "copy.done", ""));
  sandbox_.objects = layer / "copy";
  return Ok{};
}

Result<std::optional<OpenFile>> ObjectTree::output(const std::string& name,
                                                   std::uint64_t max) const
{
  std::vector<fs::path> folders;
  if (sandbox_.layer) {
    folders.push_back(sandbox_.layer->upper);
  }
  folders.push_back(sandbox_.objects);
  return open_output(folders, name, max);
}

std::vector<fs::path> ObjectTree::growing() const
{
  return {root_ / "obj", root_ / "layer"};
}

} // namespace oopsfarm
