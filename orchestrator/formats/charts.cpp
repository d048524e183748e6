// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/charts.h"

#include "base/strings.h"
#include "base/units.h"
#include "formats/markup.h"
#include "formats/words.h"
#include "report/interval.h"
#include "report/live.h"
#include "report/teardown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace oopsfarm {

namespace {

constexpr double label_width = 330;
constexpr double plot_width = 440;
constexpr double right_margin = 130;
constexpr double row_height = 22;
constexpr double axis_height = 26;
constexpr std::size_t max_rows = 200;

/// A row: its label, what is drawn around the height y, and a figure.
struct Row
{
  std::string label;
  std::function<std::string(double y)> marks;
  std::string figure;
};

/// A line of the grid, where it stands, with its label.
struct Tick
{
  double x = 0;
  std::string label;
};

double at(double share)
{
  return label_width + share * plot_width;
}

std::string
text_at(double x, double y, const char* anchor, const std::string& words)
{
  return fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
      x,
      y,
      anchor,
      escaped(words));
}

std::string line_at(double x1, double x2, double y, const char* style)
{
  return fmt::format("<line class=\"{0}\" x1=\"{1:.1f}\" x2=\"{2:.1f}\" "
                     "y1=\"{3:.1f}\" y2=\"{3:.1f}\"/>\n",
                     style,
                     x1,
                     x2,
                     y);
}

std::string bar_at(double x1, double x2, double y, const char* style)
{
  constexpr double height = 10;
  return fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" "
                     "width=\"{:.1f}\" height=\"{}\"/>\n",
                     style,
                     x1,
                     y - height / 2,
                     std::max(1.0, x2 - x1),
                     height);
}

std::string mark_at(double x, double y, const char* style)
{
  constexpr double half = 7;
  return fmt::format("<line class=\"{0}\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" "
                     "y1=\"{2:.1f}\" y2=\"{3:.1f}\"/>\n",
                     style,
                     x,
                     y - half,
                     y + half);
}

/// Rows beyond max_rows are left out, and said so.
std::string chart(const std::string& name,
                  const std::vector<Tick>& ticks,
                  const std::vector<Row>& rows)
{
  if (rows.empty()) {
    return "";
  }
  const auto count = std::min(rows.size(), max_rows);
  const auto bottom = static_cast<double>(count) * row_height;
  const auto width = label_width + plot_width + right_margin;
  auto svg = fmt::format("<svg role=\"img\" aria-label=\"{}\" "
                         "viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\">\n",
                         escaped(name),
                         width,
                         bottom + axis_height,
                         width);
  for (const auto& tick : ticks) {
    svg += fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" "
                       "y1=\"0\" y2=\"{1:.1f}\"/>\n",
                       tick.x,
                       bottom + 4);
    svg += text_at(tick.x, bottom + axis_height - 8, "middle", tick.label);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto y = (static_cast<double>(i) + 0.5) * row_height;
    constexpr double baseline = 4;
    svg += text_at(label_width - 12, y + baseline, "end", rows[i].label);
    svg += rows[i].marks(y);
    svg += text_at(at(1) + 10, y + baseline, "start", rows[i].figure);
  }
  svg += "</svg>\n";
  return rows.size() <= max_rows ? svg
                                 : svg + fmt::format("<p>and {} more</p>\n",
                                                     rows.size() - max_rows);
}

std::string label_of(const Cell& cell)
{
  return cell.target + " " + cell.kconfig + " " + cell.workload + " " +
         cell.kernel;
}

std::vector<Tick> share_ticks()
{
  std::vector<Tick> ticks;
  for (const int percent : {0, 25, 50, 75, 100}) {
    ticks.push_back({at(percent / 100.0), fmt::format("{} %", percent)});
  }
  return ticks;
}

} // namespace

std::string rates_chart(const JobReport& report)
{
  std::vector<Row> rows;
  for (const auto& cell : report.cells) {
    if (cell.observations == 0) {
      continue;
    }
    const auto range = wilson_interval(cell.failures, cell.observations);
    const auto rate = static_cast<double>(cell.failures) / cell.observations;
    const auto* style = cell.failures == 0 ? "good"
                        : cell.base_has_it ? "warn"
                                           : "bad";
    rows.push_back({label_of(cell),
                    [=](double y) {
                      return line_at(
                                 at(range.low), at(range.high), y, "range") +
                             mark_at(at(rate), y, style);
                    },
                    fmt::format("{}/{}", cell.failures, cell.observations)});
  }
  return chart("rates of failures", share_ticks(), rows);
}

namespace {

/// Microseconds on a logarithmic axis of whole decades.
class LogAxis
{
public:
  LogAxis(std::uint64_t min, std::uint64_t max)
      : low_(std::floor(log10_of(min))),
        high_(std::max(low_ + 1, std::ceil(log10_of(max))))
  {
  }

  double place(std::uint64_t value) const
  {
    return at((log10_of(value) - low_) / (high_ - low_));
  }

  std::vector<Tick> ticks() const
  {
    std::vector<Tick> ticks;
    for (double power = low_; power <= high_; ++power) {
      const auto value = static_cast<std::uint64_t>(std::pow(10.0, power));
      ticks.push_back({place(value), format_microseconds(value)});
    }
    return ticks;
  }

private:
  static double log10_of(std::uint64_t value)
  {
    return std::log10(static_cast<double>(std::max<std::uint64_t>(value, 1)));
  }

  double low_;
  double high_;
};

std::string teardown_marks(const LogAxis& axis, const Cell& cell, double y)
{
  const auto sample = teardown_sample(cell); // sorted
  const auto quarter = sample[sample.size() / 4];
  const auto three_quarters = sample[sample.size() * 3 / 4];
  const auto times = teardown_of_cell(cell);
  return line_at(axis.place(times.min), axis.place(times.max), y, "range") +
         bar_at(axis.place(quarter), axis.place(three_quarters), y, "box") +
         mark_at(axis.place(times.median), y, "median") +
         mark_at(axis.place(times.p99), y, "bad");
}

} // namespace

std::string teardown_chart(const JobReport& report)
{
  std::uint64_t min = UINT64_MAX;
  std::uint64_t max = 0;
  for (const auto& cell : report.cells) {
    for (const auto time : cell.teardown_us) {
      min = std::min(min, time);
      max = std::max(max, time);
    }
  }
  const LogAxis axis(std::min(min, max), max);
  std::vector<Row> rows;
  for (const auto& cell : report.cells) {
    if (cell.teardown_us.empty()) {
      continue;
    }
    const auto times = teardown_of_cell(cell);
    rows.push_back({label_of(cell),
                    [&](double y) { return teardown_marks(axis, cell, y); },
                    fmt::format("{} of {}",
                                format_microseconds(times.median),
                                times.count)});
  }
  return chart("teardown times", axis.ticks(), rows);
}

std::string posterior_chart(const JobReport& report, const BisectedCrash& crash)
{
  // Of a long range, those that are worth a line.
  constexpr std::size_t few = 40;
  constexpr double least = 0.001;
  const bool all = crash.posterior.size() <= few;
  const auto& changes = crash.changes.empty() ? report.patches : crash.changes;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < crash.posterior.size(); ++i) {
    const auto share = std::min(1.0, crash.posterior[i]);
    if (!all && share < least) {
      continue;
    }
    const auto subject = i < changes.size() ? changes[i].subject : "";
    constexpr std::size_t longest = 44;
    rows.push_back(
        {cut_text(fmt::format("{}: {}", i + 1, printable(subject)), longest),
         [=](double y) { return bar_at(at(0), at(share), y, "box"); },
         fmt::format("{:.1f} %", share * 100)});
  }
  return chart("probability of each change", share_ticks(), rows);
}

} // namespace oopsfarm
