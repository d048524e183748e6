// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "triage/literal_finder.h"
#include "triage/rules.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A head's anchor on a line.
struct HeadMatch
{
  std::size_t head = 0; ///< index into the heads
  std::size_t at = 0;   ///< where the anchor begins on the line
};

/// What a line says about the report that it stands in; bits of LineScan.
enum LineMark : unsigned {
  opens_trace = 1, ///< "Call Trace:", "Backtrace:", "stack backtrace:"
  calls_trace = 2, ///< the first of these
  other_story = 4, ///< a stack follows that is no crash's
  oom_story = 8,   ///< "invoked oom-killer": its stack is no crash's, either
  all_cpus = 16,   ///< other CPUs are asked for their stacks
  other_cpu = 32,  ///< "NMI backtrace for cpu": another CPU's stack follows
};

/// What one pass over a line found. Scratch: to be used again for the next.
struct LineScan
{
  std::vector<HeadMatch> heads; ///< by the order of the heads; at most 16
  unsigned marks = 0;           ///< of LineMark
  unsigned oom = 0;             ///< of OomWords (oom.h)
};

/// Finds the anchors of all heads on a line, its marks, and the words of OOM
/// events, in one pass.
/// Nearly every line of a console holds none. Immutable; any thread.
class HeadFinder
{
public:
  /// `heads` must outlive the finder.
  explicit HeadFinder(const std::vector<Head>& heads);

  /// Places are checked, expressions are not.
  void find(std::string_view text, LineScan& scan) const;

private:
  /// What may begin with a byte at a line's start.
  enum class StartByte : std::uint8_t { nothing, punctuation, words };

  void take_literal(std::size_t literal, std::size_t at, LineScan& scan) const;
  void find_starts(std::string_view text, LineScan& scan) const;

  static constexpr std::size_t enough = 16;

  const std::vector<Head>& heads_;
  std::vector<std::uint16_t> anywhere_; ///< heads whose place is anywhere
  LiteralFinder finder_; ///< their anchors, then the marks, then OOM's words
  std::vector<std::uint16_t> starts_;     ///< the other heads, by first byte
  std::array<std::uint16_t, 257> from_{}; ///< where in starts_ a byte's begin
  std::array<StartByte, 256> bytes_{};    ///< what a line's first byte may be
};

} // namespace oopsfarm
