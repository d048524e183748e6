// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/report_text.h"

namespace oopsfarm {

ReportText::ReportText()
{
  constexpr std::size_t usual_lines = 64;
  constexpr std::size_t usual_bytes = 4096;
  lines_.reserve(usual_lines);
  arena_.reserve(usual_bytes);
}

void ReportText::add(const ConsoleLine& line, unsigned marks)
{
  // Long lines are lists of modules or a hostile guest's: no rule needs more.
  constexpr std::size_t kept = 512;
  const auto text = line.text.substr(0, kept);
  lines_.push_back(Line{
      arena_.size(), text.size(), line.number, line.begin, line.end, marks, 0});
  arena_.append(text);
  arena_ += '\n';
}

std::string_view ReportText::text(std::size_t index) const
{
  const auto& line = lines_[index];
  return std::string_view(arena_).substr(line.at, line.size);
}

std::string_view ReportText::body() const
{
  return std::string_view(arena_).substr(
      head_ < lines_.size() ? lines_[head_].at : arena_.size());
}

std::size_t ReportText::find(std::string_view part, std::size_t from) const
{
  for (auto index = from; index < lines_.size(); ++index) {
    if (text(index).find(part) != std::string_view::npos) {
      return index;
    }
  }
  return lines_.size();
}

std::size_t ReportText::find_mark(unsigned marks, std::size_t from) const
{
  auto index = from;
  while (index < lines_.size() && (lines_[index].marks & marks) == 0) {
    ++index;
  }
  return index;
}

void ReportText::end_arm_trace()
{
  if (frames_.empty() || frames_.back().kind != FrameKind::trace) {
    return;
  }
  auto frame = frames_.back();
  frame.name = arm_caller(text(frame.line));
  if (!frame.name.empty()) {
    frames_.push_back(frame);
  }
}

void ReportText::parse_frames()
{
  constexpr std::size_t registers = 4; // lines of them between two frames
  frames_.reserve(lines_.size() - head_);
  for (std::size_t index = head_; index < lines_.size(); ++index) {
    if (auto frame = parse_frame(text(index))) {
      if (!frames_.empty() && index > frames_.back().line + registers) {
        end_arm_trace();
      }
      frame->line = index;
      frames_.push_back(*frame);
      lines_[index].frame = frames_.size();
    }
  }
  end_arm_trace();
}

} // namespace oopsfarm
