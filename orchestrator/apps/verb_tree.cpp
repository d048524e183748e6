// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/display.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/tree_info.h"
#include "apps/verbs.h"
#include "base/strings.h"
#include "base/units.h"
#include "git/import.h"
#include "report/table.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

static Status check_tree_name(const std::string& name)
{
  if (!is_safe_name(name)) {
    return user_error(fmt::format(
        "'{}' can't be a tree's name: letters, digits and ._+- (at most 64, a "
        "letter or digit first)",
        printable(name, 80)));
  }
  return Ok{};
}

static Error unknown_tree(const std::string& name, const StatePaths& state)
{
  const auto names = tree_folder_names(state);
  return user_error(fmt::format(
      "unknown tree '{}'; {}", printable(name, 80), suggest(name, names)));
}

/// Turns the importer's progress into a display's.
static ImportProgress import_progress(Display& display, const std::string& name)
{
  const auto begun = steady_clock::now();
  return [&display, name, begun, phase_begun = begun, step = LiveStep{}](
             const std::string& phase,
             std::uint64_t done,
             std::uint64_t total) mutable {
    const auto now = steady_clock::now();
    if (step.progress.phase != phase) {
      phase_begun = now;
    }
    step.label = "tree " + name;
    step.progress = {phase, done, total, "files"};
    step.elapsed = duration_cast<milliseconds>(now - begun);
    step.phase_elapsed = duration_cast<milliseconds>(now - phase_begun);
    display.show({step});
  };
}

static std::string tree_json(const TreeInfo& tree)
{
  const nlohmann::ordered_json json = {{"kind", "tree"},
                                       {"name", tree.name},
                                       {"tag", tree.tag},
                                       {"commit", tree.commit},
                                       {"bytes", tree.bytes}};
  return json.dump(
             -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

Result<int> tree_add_verb(const TreeAddRequest& request, const Context& context)
{
  TRY(check_tree_name(request.name));
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto lock, claim_state(state));
  const auto folder = state.tree(request.name);
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored)) {
    return user_error(fmt::format(
        "there is a tree '{0}' already; choose another name, or remove it "
        "with `oopsfarm tree remove {0}`",
        request.name));
  }
  const auto begun = steady_clock::now();
  Imported imported;
  {
    const auto display = make_display(context.options);
    TRY_ASSIGN(imported,
               import_tree(request.source,
                           folder,
                           context.processes,
                           context.stop,
                           import_progress(*display, request.name)));
  }
  if (context.options.output == Output::json) {
    TRY(put_result(tree_json(
        {request.name, imported.tag, imported.commit, bytes_below(folder)})));
  } else if (context.options.verbosity != Verbosity::quiet) {
    TRY(put_result(
        fmt::format("added {}: {} ({:.12}), {} in {}\n",
                    request.name,
                    imported.tag.empty() ? "no tag" : printable(imported.tag),
                    imported.commit,
                    format_size(bytes_below(folder)),
                    format_duration(duration_cast<milliseconds>(
                        steady_clock::now() - begun)))));
  }
  return 0;
}

static std::string tree_table(const std::vector<TreeInfo>& trees, Colour colour)
{
  Table table(colour);
  table.column("tree", Align::left);
  table.column("newest tag", Align::left);
  table.column("commit", Align::left);
  table.column("size", Align::right);
  for (const auto& tree : trees) {
    table.row({tree.name,
               tree.tag.empty() ? "-" : printable(tree.tag),
               tree.commit.substr(0, 12),
               format_size(tree.bytes)});
  }
  return table.text();
}

Result<int> tree_list_verb(const TreeListRequest& /*request*/,
                           const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto trees,
             list_trees(state, context.processes, context.stop));
  if (context.options.output == Output::json) {
    for (const auto& tree : trees) {
      TRY(put_result(tree_json(tree)));
    }
  } else if (trees.empty()) {
    TRY(put_result("no trees yet; `oopsfarm tree add NAME SOURCE` adds one\n"));
  } else {
    const auto colour = use_colour(context.options.colour, STDOUT_FILENO);
    TRY(put_result(tree_table(trees, colour)));
  }
  return 0;
}

Result<int> tree_remove_verb(const TreeRemoveRequest& request,
                             const Context& context)
{
  TRY(check_tree_name(request.name));
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  const auto folder = state.tree(request.name);
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) {
    return unknown_tree(request.name, state);
  }
  TRY_ASSIGN(const auto lock, claim_state(state));
  // Out of sight first, so that a stopped removal leaves no half tree.
  const auto doomed = state.trees() / (".removed-" + request.name);
  TRY(remove_tree(doomed));
  std::filesystem::rename(folder, doomed, error);
  if (error) {
    return infra_error(
        fmt::format("can't remove {}: {}", folder.string(), error.message()));
  }
  TRY(remove_tree(doomed));
  if (context.options.verbosity != Verbosity::quiet &&
      context.options.output == Output::text) {
    TRY(put_result("removed " + request.name + "\n"));
  }
  return 0;
}

} // namespace oopsfarm
