// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "kbuild/folder.h"
#include "kbuild/sandbox.h"
#include "model/step.h"
#include "sys/file.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// What we know about a folder of objects. Kept outside of it, where no build
/// can reach: state files are ours to believe.
struct ObjectState
{
  std::string generation;    ///< new with every build that may change them
  std::string series;        ///< a layer's: whose it is
  std::string commit;        ///< configured at; "" = not configured
  std::string built;         ///< whole since; "" = a build failed, or goes on
  std::string config;        ///< what it was configured with
  std::uint64_t objects = 0; ///< compiled by the last full build; 0 = unknown
};

/// `key value` lines. Pure; what is not understood is left out.
std::string format_state(const ObjectState& state);
ObjectState parse_state(std::string_view text);

/// Whether the shared objects of spec.object_tree are those of a build of
/// spec.commit that went well, configured with `config`. Takes no lock.
bool has_objects_of(const BuildSpec& spec, const std::string& config);

/// A persistent object tree, locked:
///
///     lock  src/  config/  obj/  obj.state     the tree's own commits
///     layer/{upper,work}  layer.state           the last series' changes
///     layer/copy                                … where overlays are refused
///
/// Builds of the tree's own commits work in obj/. Builds of a series see obj/
/// too, but what they write goes to their layer, which is dropped for another
/// series and when obj/ changes. So nothing that a patch can do reaches another
/// job's kernel, and the first build of a series is incremental already.
class ObjectTree
{
public:
  /// Takes the lock and makes the folders. Fails (user) when another process
  /// has it.
  static Result<ObjectTree> open(const BuildSpec& spec);

  /// What the sandbox may see.
  const Sandbox& sandbox() const { return sandbox_; }

  const Identity& identity() const { return identity_; }

  ObjectState& state() { return state_; }

  /// Records state().
  Status save() const;

  /// Gives up the overlay for a copy of obj/.
  Status use_copy(ProcessRunner& processes, const Stop& stop);

  /// A file that the build left at the top of the objects.
  Result<std::optional<OpenFile>> output(const std::string& name,
                                         std::uint64_t max) const;

  /// The folders that grow.
  std::vector<std::filesystem::path> growing() const;

private:
  ObjectTree(FileLock lock, const BuildSpec& spec);

  Status prepare_shared();
  Status prepare_layer();

  FileLock lock_;
  std::filesystem::path root_;
  std::string series_;
  Identity identity_;
  Sandbox sandbox_;
  ObjectState state_;
};

} // namespace oopsfarm
