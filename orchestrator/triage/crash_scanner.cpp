// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/crash_scanner.h"

#include "triage/open_report.h"
#include "triage/rule_set.h"
#include "triage/titles.h"

#include <algorithm>
#include <array>
#include <optional>

namespace oopsfarm {

static bool contains(std::string_view text, std::string_view part)
{
  return text.find(part) != std::string_view::npos;
}

/// Panics that only end what an earlier report began.
static bool is_mere_end(std::string_view text)
{
  static constexpr std::array<std::string_view, 12> ends{
      "Fatal exception",
      "panic_on_warn",
      "hung_task: blocked",
      "softlockup",
      "RCU Stall",
      "Hard LOCKUP",
      "Unrecovered",
      "Attempted to kill init",
      "Attempted to kill the idle task",
      "Aiee, killing interrupt handler",
      "kasan.fault=panic",
      "kmsan.panic set"};
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
    return contains(text, end);
  });
}

/// What follows the line is not the open report's: a stack that is no crash's.
/// Of an OOM kill this is known only once the report had a trace of its own,
/// since kills go on while another CPU reports.
static bool is_other_story(unsigned marks, bool traced)
{
  return (marks & other_story) != 0 || (traced && (marks & oom_story) != 0);
}

/// A machine that starts anew in the middle of a console is a reboot that
/// nobody asked for.
class RebootWatch
{
public:
  /// True when `line` begins another boot after some life.
  bool on_line(const ConsoleLine& line)
  {
    const bool kernel = is_kernel(line.text);
    const bool firmware = is_firmware(line.text);
    const bool again = (kernel && lived_) || (firmware && printed_);
    if (kernel || firmware) {
      lived_ = false;
    }
    printed_ = printed_ || !line.text.empty();
    lived_ = lived_ || line.time_us.value_or(0) > settled_us;
    return again;
  }

private:
  static bool is_kernel(std::string_view text)
  {
    return (text.starts_with('L') && text.starts_with("Linux version ")) ||
           (text.starts_with('B') && text == "Booting the kernel.");
  }

  static bool is_firmware(std::string_view text)
  {
    return text.starts_with('S') && text.starts_with("SeaBIOS (version ");
  }

  static constexpr std::uint64_t settled_us = 1000000;

  bool printed_ = false;
  bool lived_ = false; ///< the kernel's clock has run for a while
};

/// After these nothing that a kernel says is its own word: the task that died
/// held locks and references, or page tables and pages are not what they were.
static bool is_fatal(const Crash& crash)
{
  const auto title = std::string_view(crash.title);
  return title.substr(0, 9) == "BUG: bad " ||
         title.substr(0, 9) == "BUG: Bad " || crash.type == "DoS" ||
         crash.type == "BUG" || crash.type == "MEMORY_SAFETY_BUG" ||
         crash.type == "REBOOT" || crash.type == "NULL-POINTER-DEREFERENCE";
}

static bool same_words(std::string_view a, std::string_view b)
{
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
        return lower(x) == lower(y);
      });
}

/// The same report's head, however the kernel spells it.
static bool same_words(const Head& a, const Head& b)
{
  return &a == &b || same_words(a.anchor, b.anchor);
}

struct CrashScanner::State
{
  explicit State(CrashLimits wanted) : limits(wanted) {}

  void on_line(const ConsoleLine& line, const LineScan& scan);
  void on_head(const Head& head,
               std::size_t at,
               const ConsoleLine& line,
               unsigned marks);
  void on_reboot(const ConsoleLine& line);
  void close(std::size_t index);
  void close_all();
  void store(Crash crash);
  bool absorbs(const Head& head, const ConsoleLine& line, unsigned marks);

  static constexpr std::size_t max_open = 6;

  CrashLimits limits;
  std::vector<OpenReport> open;
  std::vector<Crash> crashes;
  const RuleSet& rules = RuleSet::get();
  LineScan scratch;
  RebootWatch reboots;
  std::uint64_t count = 0;
  std::uint64_t last_head_line = 0;
  bool complete = false;
};

CrashScanner::CrashScanner(CrashLimits limits)
    : state_(std::make_unique<State>(limits))
{
}

CrashScanner::~CrashScanner() = default;

void CrashScanner::on_line(const ConsoleLine& line)
{
  state_->rules.scan(line.text, state_->scratch);
  state_->on_line(line, state_->scratch);
}

void CrashScanner::on_line(const ConsoleLine& line, const LineScan& scan)
{
  state_->on_line(line, scan);
}

bool CrashScanner::crash_seen() const
{
  return state_->count > 0;
}

bool CrashScanner::crash_complete() const
{
  return state_->complete;
}

void CrashScanner::finish()
{
  state_->close_all();
}

const std::vector<Crash>& CrashScanner::crashes() const
{
  return state_->crashes;
}

std::uint64_t CrashScanner::count() const
{
  return state_->count;
}

void CrashScanner::State::on_line(const ConsoleLine& line, const LineScan& scan)
{
  std::size_t at = 0;
  if (reboots.on_line(line)) {
    on_reboot(line);
    return;
  }
  if (const auto* head = rules.head_of(line.text, scan, at)) {
    on_head(*head, at, line, scan.marks);
    return;
  }
  if (open.empty()) {
    return;
  }
  for (auto index = open.size(); index-- > 0;) {
    auto& report = open[index];
    if (!report.owns(line)) {
      continue;
    }
    if (is_other_story(scan.marks, report.traced())) {
      close(index);
      continue;
    }
    report.add(line, scan.marks);
    complete = complete || report.complete();
    if (report.full()) {
      close(index);
    }
  }
}

/// True when the line that looks like a head goes with an open report.
bool CrashScanner::State::absorbs(const Head& head,
                                  const ConsoleLine& line,
                                  unsigned marks)
{
  const bool panic = head.anchor == "Kernel panic - not syncing";
  for (auto& report : open) {
    // The same words again before any stack: two CPUs, or a repetition. Of a
    // hard lockup one CPU tells and another one shows its stack.
    if (!same_words(report.head(), head) || report.traced()) {
      continue;
    }
    const bool lockup = same_words(head.anchor, "hard LOCKUP");
    if (lockup) {
      report.adopt(line);
    }
    if (report.owns(line)) {
      if (!report.full()) { // a flood of heads is bounded too
        report.add(line, marks);
      }
      return true;
    }
  }
  if (head.role != Role::consequence && !panic) {
    return false;
  }
  const bool mere = panic && is_mere_end(line.text);
  for (auto& report : open) {
    const bool goes_on = report.owns(line) && (head.role == Role::consequence ||
                                               mere || !report.complete());
    if (goes_on) {
      if (!report.full()) { // a flood of heads is bounded too
        report.add(line, marks);
      }
      return true;
    }
  }
  constexpr std::uint64_t near = 200;
  return count > 0 && (mere || line.number - last_head_line < near) &&
         (mere || head.role == Role::consequence);
}

void CrashScanner::State::on_head(const Head& head,
                                  std::size_t at,
                                  const ConsoleLine& line,
                                  unsigned marks)
{
  if (absorbs(head, line, marks)) {
    return;
  }
  for (auto index = open.size(); index-- > 0;) {
    if (open[index].owns(line)) {
      close(index);
    }
  }
  if (open.size() == max_open) {
    close(0);
  }
  ++count;
  last_head_line = line.number;
  open.emplace_back(head, at, line, marks, limits);
}

void CrashScanner::State::on_reboot(const ConsoleLine& line)
{
  close_all();
  ++count;
  complete = true;
  Crash crash;
  crash.title = "unexpected kernel reboot";
  crash.type = type_of(crash.title);
  crash.first_line = std::string(line.text.substr(0, 512));
  crash.excerpt = crash.first_line + "\n";
  crash.begin = line.begin;
  crash.end = line.end;
  crash.first_line_number = line.number;
  crash.last_line_number = line.number;
  store(std::move(crash));
}

void CrashScanner::State::close(std::size_t index)
{
  const auto at = open.begin() + static_cast<std::ptrdiff_t>(index);
  if (crashes.size() < limits.crashes) {
    store(at->close());
  }
  open.erase(at);
}

void CrashScanner::State::close_all()
{
  while (!open.empty()) {
    close(0);
  }
}

/// Keeps crashes in the order of their first lines, which is not that of their
/// ends where two CPUs report at once.
void CrashScanner::State::store(Crash crash)
{
  if (crashes.size() >= limits.crashes) {
    return;
  }
  const auto later =
      std::find_if(crashes.begin(), crashes.end(), [&](const Crash& other) {
        return other.first_line_number > crash.first_line_number;
      });
  crash.follow_on =
      std::any_of(crashes.begin(), later, [&](const Crash& earlier) {
        return crash.follow_on || is_fatal(earlier);
      });
  crashes.insert(later, std::move(crash));
}

} // namespace oopsfarm
