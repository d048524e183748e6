// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/live.h"

#include "base/strings.h"
#include "base/units.h"
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oopsfarm {

using std::chrono::milliseconds;

std::optional<milliseconds> time_left(const Progress& progress,
                                      milliseconds phase_elapsed)
{
  constexpr milliseconds settled{2000};
  if (progress.done == 0 || progress.done > progress.total ||
      phase_elapsed < settled) {
    return std::nullopt;
  }
  const double done = static_cast<double>(progress.done);
  const double rest = static_cast<double>(progress.total) - done;
  const double left = static_cast<double>(phase_elapsed.count()) * rest / done;
  constexpr double ten_days = 864e6;
  return milliseconds(static_cast<std::int64_t>(std::min(left, ten_days)));
}

std::string clock_text(milliseconds elapsed)
{
  const auto seconds = std::max<std::int64_t>(elapsed.count() / 1000, 0);
  if (seconds < 3600) {
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  }
  return fmt::format(
      "{}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60);
}

std::string cut_text(std::string_view text, std::size_t width)
{
  if (text_width(text) <= width) {
    return std::string(text);
  }
  if (width == 0) {
    return "";
  }
  std::size_t columns = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const bool starts =
        (static_cast<unsigned char>(text[bytes]) & 0xc0) != 0x80;
    if (starts && columns == width - 1) {
      break;
    }
    columns += starts ? 1 : 0;
    ++bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

/// A step's words: only characters that are sure to be one column wide, or a
/// line may wrap and the live display loses its place.
static std::string narrow(const std::string& text)
{
  auto plain = printable(text, 40);
  std::replace_if(
      plain.begin(),
      plain.end(),
      [](char c) { return c < ' ' || c > '~'; },
      '?');
  return plain;
}

static std::string bar(const Progress& progress)
{
  constexpr std::size_t cells = 16;
  const double share =
      static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const auto filled = std::min(
      cells, static_cast<std::size_t>(share * static_cast<double>(cells)));
  return "[" + std::string(filled, '#') + std::string(cells - filled, '.') +
         "]";
}

static std::string spinner(unsigned frame)
{
  constexpr std::array<char, 4> frames = {'|', '/', '-', '\\'};
  return std::string(1, frames[frame % frames.size()]);
}

std::string live_line(const LiveStep& step,
                      std::size_t label_width,
                      std::size_t width,
                      unsigned frame)
{
  const auto& progress = step.progress;
  auto label = narrow(step.label);
  label.resize(std::max(label.size(), label_width), ' ');
  auto line = fmt::format("{}  {:<8}", label, narrow(progress.phase));
  if (progress.total > 0 && progress.done <= progress.total) {
    line += fmt::format(" {} {}/{} {}",
                        bar(progress),
                        progress.done,
                        progress.total,
                        narrow(progress.unit));
  } else {
    line += " " + spinner(frame);
    if (progress.done > 0) {
      line += fmt::format(" {} {}", progress.done, narrow(progress.unit));
    }
  }
  line += "  " + clock_text(step.elapsed);
  if (const auto left = time_left(progress, step.phase_elapsed)) {
    line += ", " + clock_text(*left) + " left";
  }
  return cut_text(line, width);
}

std::string built_line(const std::string& label, const BuildOutcome& outcome)
{
  if (outcome.verdict == Verdict::pass) {
    return fmt::format("built {}: {} {} in {}",
                       label,
                       outcome.objects,
                       outcome.objects == 1 ? "object" : "objects",
                       format_duration(outcome.time));
  }
  return fmt::format("{} {}: {}",
                     to_string(outcome.verdict),
                     label,
                     printable(outcome.title, 200));
}

std::string ran_line(const std::string& label, const RunOutcome& outcome)
{
  auto line = fmt::format("{} {}", to_string(outcome.verdict), label);
  if (!outcome.title.empty()) {
    line += ": " + printable(outcome.title, 200);
  }
  return fmt::format("{}: {} kill{} in {}",
                     line,
                     outcome.kills,
                     outcome.kills == 1 ? "" : "s",
                     format_duration(outcome.wall));
}

} // namespace oopsfarm
