// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>
#include <vector>

namespace oopsfarm {

/// Where the function that a title blames comes from.
enum class FramePolicy {
  none,   ///< the title has no function
  named,  ///< the head line's own, unless it is a helper; then as `fault`
  fault,  ///< RIP or NIP, unless it is a helper; then as `trace`
  trace,  ///< the first of the call trace that is no helper
  became, ///< the trace below lockdep's "which became …"
  lock,   ///< lockdep's "at: f"; then as `trace`
  stall,  ///< what an entry point called: the top is random
  hung,   ///< the first that does not merely wait
  owner   ///< of the stack below "page last allocated"; then as `trace`
};

/// What a later report of this kind means on its own, and what it does to one
/// that stands open.
enum class Role {
  report,     ///< a crash
  consequence ///< "Oops: …", "Kernel panic - …": goes with the report before
};

/// Where a head's anchor may stand on its line.
enum class Place {
  anywhere,
  start ///< with nothing but punctuation and the kernel's own tags before it
};

/// What of the head's line the rules' expressions are matched with.
enum class Match { from_anchor, whole_line };

/// Whether a rule's match can be trusted.
enum class Trust {
  yes,
  needs_stack, ///< without a call trace the function is not believed either
  corrupted,   ///< the text is cut or mixed whenever this rule is reached
  no_stack     ///< complete even without a call trace
};

/// One form of report. Rules are tried in the order of their tables; the first
/// whose head and body match titles the report.
struct Rule
{
  /// RE2, matched at the head's anchor. A group named F is a function.
  const char* head;
  /// RE2 that some line behind the head must match, or nullptr. Its groups
  /// follow the head's.
  const char* body;
  /// {F}: the function; {1}…: groups, the head's first.
  const char* title;
  FramePolicy frame;
  const char* alt = nullptr; ///< alternative title with {F}
  const char* skip = "";     ///< further helpers for this rule (helpers.h)
  Trust trust = Trust::yes;
};

/// Literal text that opens a report, what may not stand on its line, and what
/// its rules are.
struct Head
{
  std::string_view anchor;
  Place place = Place::anywhere;
  Role role = Role::report;
  std::vector<Rule> rules;
  /// RE2; a line that it matches is no head after all.
  const char* not_with = nullptr;
  Match match = Match::from_anchor;
};

/// All heads. The first whose anchor is on a line and whose rules match wins.
const std::vector<Head>& all_heads();

// The families, one file each (rules_*.cpp).
std::vector<Head> sanitizer_heads();
std::vector<Head> fault_heads();
std::vector<Head> bug_heads();
std::vector<Head> warning_heads();
std::vector<Head> lock_heads();
std::vector<Head> hang_heads();
std::vector<Head> panic_heads();
std::vector<Head> memory_heads();
std::vector<Head> check_heads();
std::vector<Head> last_heads(); ///< "BUG: …" of no known form

} // namespace oopsfarm
