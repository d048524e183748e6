// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/watch.h"

#include <algorithm>
#include <charconv>

namespace oopsfarm {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// For what a workload does before and after its loop.
constexpr seconds overtime_slack{60};

/// A crash's report may still be coming: the time it is given.
constexpr seconds crash_grace{3};

static seconds duration_of(const Workload& workload)
{
  const auto found = workload.params.find("duration");
  std::uint32_t value = 0;
  if (found != workload.params.end()) {
    const auto& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), value);
  }
  return seconds(value);
}

GuestWatch::GuestWatch(const RunSpec& spec)
    : spec_(spec), duration_(duration_of(spec.workload)), lines_(*this)
{
}

void GuestWatch::on_line(const ConsoleLine& line)
{
  boot_.on_line(line);
  kernel_.on_line(line);
  tail_.on_line(line);
}

void GuestWatch::console(std::string_view bytes)
{
  heard_ = true;
  lines_.feed(bytes);
}

void GuestWatch::ktap(std::string_view bytes)
{
  heard_ = true;
  ktap_.feed(bytes);
}

void GuestWatch::advance(milliseconds now)
{
  if (heard_) {
    heard_ = false;
    last_heard_ = now;
  }
  const auto& report = ktap_.report();
  if (report.version_seen && boot_time_.count() == 0) {
    boot_time_ = std::max(now, milliseconds(1));
    last_beat_ = now;
  }
  if (report.beats != beats_) {
    beats_ = report.beats;
    last_beat_ = now;
  }
  if (kernel_.crashes().crash_seen() && !crash_seen_) {
    crash_seen_ = now;
  }
}

GuestWatch::Bound GuestWatch::next_bound() const
{
  const Bound silent = {last_heard_ + spec_.silence_timeout, GuestEnd::silent};
  if (crash_seen_) {
    return {*crash_seen_ + crash_grace, GuestEnd::crash_stopped};
  }
  if (boot_time_.count() == 0) {
    return {spec_.boot_timeout, GuestEnd::boot_timeout};
  }
  const Bound livelock = {last_beat_ + spec_.silence_timeout,
                          GuestEnd::no_heartbeat};
  const Bound overtime = {boot_time_ + 2 * duration_ + overtime_slack,
                          GuestEnd::overtime};
  // Silence is the stronger word where both serials went quiet together.
  const auto before = [](const Bound& a, const Bound& b) {
    return a.at < b.at;
  };
  const auto first = std::min(livelock, overtime, before);
  return silent.at <= first.at + seconds(2) ? silent : first;
}

std::optional<GuestEnd> GuestWatch::verdict_due(milliseconds now) const
{
  if (boot_.banners() > 1) {
    return GuestEnd::reboot_loop;
  }
  if (kernel_.crashes().crash_complete()) {
    return GuestEnd::crash_stopped;
  }
  const auto bound = next_bound();
  return now >= bound.at ? std::optional(bound.end) : std::nullopt;
}

milliseconds GuestWatch::wait(milliseconds now) const
{
  // A second at most: the elapsed time is shown to people.
  return std::clamp(next_bound().at - now, milliseconds(0), milliseconds(1000));
}

GuestEnd GuestWatch::natural_end() const
{
  return crash_seen_ ? GuestEnd::crash_stopped : GuestEnd::powered_off;
}

void GuestWatch::finish()
{
  lines_.finish();
  kernel_.finish();
  ktap_.finish();
}

seconds GuestWatch::bound_of(GuestEnd end) const
{
  switch (end) {
  case GuestEnd::boot_timeout:
    return spec_.boot_timeout;
  case GuestEnd::silent:
  case GuestEnd::no_heartbeat:
    return spec_.silence_timeout;
  case GuestEnd::overtime:
    return 2 * duration_ + overtime_slack;
  default:
    return seconds(0);
  }
}

RunEvidence GuestWatch::evidence(GuestEnd end) const
{
  RunEvidence evidence;
  evidence.end = end;
  evidence.bound = bound_of(end);
  evidence.heartbeat_bound = spec_.silence_timeout / 2;
  evidence.workload = spec_.workload;
  evidence.mmu = spec_.target.mmu;
  evidence.boot_phase = boot_.phase();
  evidence.init_reached = init_reached();
  evidence.banners = boot_.banners();
  evidence.ktap = ktap_.report();
  evidence.crashes = kernel_.crashes().crashes();
  evidence.oom = kernel_.oom();
  evidence.console_tail = tail_.text();
  return evidence;
}

milliseconds GuestWatch::guest_time() const
{
  const milliseconds printed(boot_.last_time_us() / 1000);
  const milliseconds beaten(ktap_.report().last_beat_ms);
  return std::max(printed, beaten);
}

Progress GuestWatch::progress(milliseconds now) const
{
  if (crash_seen_) {
    return {"crashed", 0, 0, ""};
  }
  if (boot_time_.count() == 0) {
    return {"boot", 0, 0, ""};
  }
  const auto elapsed = std::chrono::floor<seconds>(now - boot_time_).count();
  const auto total = static_cast<std::uint64_t>(duration_.count());
  const auto done = std::min(static_cast<std::uint64_t>(elapsed), total);
  return {spec_.workload.name, done, total, "s"};
}

} // namespace oopsfarm
