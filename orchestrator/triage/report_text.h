// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "console/line.h"
#include "triage/frames.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The lines that are taken for one report: those of the head line's context,
/// the head itself and a few before it. Owns its text; bounded by its user.
class ReportText
{
public:
  struct Line
  {
    std::size_t at = 0;
    std::size_t size = 0;
    std::uint64_t number = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    unsigned marks = 0; ///< LineMarks (head_finder.h)
    /// 1 + its frame's index in frames(), once they are parsed; 0: none.
    std::size_t frame = 0;
  };

  ReportText();

  void add(const ConsoleLine& line, unsigned marks);

  /// The next line added is the head.
  void mark_head() { head_ = lines_.size(); }

  std::size_t size() const { return lines_.size(); }

  std::size_t head() const { return head_; }

  std::string_view text(std::size_t index) const;

  const Line& line(std::size_t index) const { return lines_[index]; }

  /// The first line from `from` on that holds `part`, or size().
  std::size_t find(std::string_view part, std::size_t from = 0) const;

  /// The first line from `from` on that has one of `marks`, or size().
  std::size_t find_mark(unsigned marks, std::size_t from) const;

  /// The head's line and all behind it, a newline after each.
  std::string_view body() const;

  /// Reads the functions that the lines name. Nothing is added afterwards.
  void parse_frames();

  /// Every function named, in order. REQUIRES: parse_frames() was called.
  const std::vector<StackFrame>& frames() const { return frames_; }

  /// The function that a line names, or nullptr. REQUIRES as above.
  const StackFrame* frame_at(std::size_t index) const
  {
    const auto frame = lines_[index].frame;
    return frame == 0 ? nullptr : &frames_[frame - 1];
  }

private:
  /// The caller that the last line of an arm32 trace names beside its own.
  void end_arm_trace();

  std::string arena_;
  std::vector<Line> lines_;
  std::vector<StackFrame> frames_;
  std::size_t head_ = 0;
};

} // namespace oopsfarm
