// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/crashes_report.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/log.h"
#include "model/json.h"

#include <fmt/format.h>

#include <unistd.h>

namespace oopsfarm {

/// The groups of the state folder; says so when runs could not be read.
static std::vector<CrashGroup> read_groups(const StatePaths& state)
{
  const auto records = read_runs(state.runs());
  if (records.unread > 0) {
    log::warning(
        fmt::format("{} runs of another version are left out", records.unread));
  }
  return group_crashes(records.runs);
}

/// The first lines of the newest report, or "".
static std::string newest_excerpt(const StatePaths& state,
                                  const CrashGroup& group)
{
  const auto file = state.runs() / group.run_ids.back() / "outcome.json";
  const auto text = read_file(file);
  const auto outcome =
      text ? parse_run_outcome(*text) : Result<RunOutcome>(text.error());
  if (!outcome) {
    return "";
  }
  for (const auto& finding : outcome->findings) {
    if (finding.signature == group.signature) {
      return finding.excerpt.empty() ? finding.first_line : finding.excerpt;
    }
  }
  return "";
}

Result<int> crashes_verb(const CrashesRequest& request, const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto marks, read_marks(state.crash_marks()));
  auto groups = read_groups(state);
  const bool json = context.options.output == Output::json;
  const auto colour = use_colour(context.options.colour, STDOUT_FILENO);
  if (!request.signature.empty()) {
    TRY_ASSIGN(const auto* group, find_group(groups, request.signature));
    const auto mark = mark_of(marks, group->signature);
    TRY(put_result(
        json
            ? crash_json(*group, mark)
            : crash_text(*group, mark, newest_excerpt(state, *group), colour)));
    return 0;
  }
  if (!json) {
    TRY(put_result(crashes_text(groups, marks, request.all, colour)));
    return 0;
  }
  for (const auto& group : groups) {
    const auto mark = mark_of(marks, group.signature);
    if (request.all || !mark.muted) {
      TRY(put_result(crash_json(group, mark)));
    }
  }
  return 0;
}

static void change(const CrashMarkRequest& request, CrashMark& mark)
{
  if (request.clear) {
    mark = {};
  }
  mark.name = request.name.value_or(mark.name);
  mark.bug = request.bug.value_or(mark.bug);
  mark.muted = request.muted.value_or(mark.muted);
}

Result<int> crash_mark_verb(const CrashMarkRequest& request,
                            const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  const auto groups = read_groups(state);
  TRY_ASSIGN(const auto* group, find_group(groups, request.signature));
  CrashMark mark;
  TRY(change_marks(state.crash_marks(), [&](CrashMarks& marks) {
    change(request, marks[group->signature]);
    mark = marks[group->signature];
  }));
  const auto colour = use_colour(context.options.colour, STDOUT_FILENO);
  TRY(put_result(
      context.options.output == Output::json
          ? crash_json(*group, mark)
          : crashes_text({*group}, {{group->signature, mark}}, true, colour)));
  return 0;
}

} // namespace oopsfarm
