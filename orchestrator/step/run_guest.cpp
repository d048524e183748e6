// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capped_log.h"
#include "guest/cmdline.h"
#include "guest/host_clock.h"
#include "guest/proc.h"
#include "step/host_wait.h"
#include "step/post_mortem.h"
#include "step/race.h"
#include "step/step.h"
#include "step/watch.h"
#include "sys/file.h"
#include "triage/judge.h"

#include <fmt/format.h>

#include <poll.h>

#include <array>
#include <memory>

namespace oopsfarm {

namespace {

using std::chrono::milliseconds;

/// KTAP is small; a guest that floods serial 1 is cut like one that floods its
/// console.
constexpr std::uint64_t ktap_cap = 8U << 20;

/// One run, from QEMU's start to its end.
class Run
{
public:
  Run(const RunSpec& spec,
      const Stop& stop,
      const OnProgress& on_progress,
      PostMortemTimes times)
      : spec_(spec), stop_(stop), on_progress_(on_progress), times_(times),
        watch_(spec)
  {
  }

  /// Watches `guest` until it has ended by itself or was ended.
  Result<GuestEnd> follow(Guest& guest, CappedLog& console, CappedLog& ktap)
  {
    while (true) {
      TRY_ASSIGN(const bool more, pump(console, ktap));
      const auto now = guest.uptime();
      watch_.advance(now);
      watch_host(guest, now);
      show(now);
      TRY(help_races(guest));
      const auto ended = watch_.verdict_due(now);
      if (ended || stop_.requested()) {
        wall_ = now;
        end_race_help();
        if (ended && wants_post_mortem(*ended)) {
          look_into(guest, console, ktap);
        }
        TRY(guest.destroy());
        return stop_.requested() ? GuestEnd::interrupted : *ended;
      }
      const auto state = guest.state();
      if (state != GuestState::running) {
        wall_ = guest.uptime();
        end_race_help();
        return state == GuestState::ended ? watch_.natural_end()
                                          : GuestEnd::qemu_died;
      }
      wait(guest, console, ktap, more ? milliseconds(0) : watch_.wait(now));
    }
  }

  /// What is left in the files once the guest is gone.
  Status drain(CappedLog& console, CappedLog& ktap)
  {
    bool more = true;
    while (more) {
      TRY_ASSIGN(more, pump(console, ktap));
    }
    watch_.finish();
    TRY(console.finish());
    return ktap.finish();
  }

  const GuestWatch& watch() const { return watch_; }

  /// Without the time of a post-mortem. REQUIRES: follow() succeeded.
  milliseconds wall() const { return wall_; }

  const std::string& post_mortem() const { return post_mortem_; }

  const std::vector<double>& reaper_host_waits() const
  {
    return reaper_host_waits_;
  }

  double host_wait_peak() const { return host_wait_peak_; }

  /// Virtual CPUs that were held.
  std::uint64_t pauses() const { return pauses_; }

private:
  /// How much the host held the guest up while its reaper tried in vain. The
  /// tries take a second; the reports around them take another.
  void watch_host(Guest& guest, milliseconds now)
  {
    constexpr milliseconds window{2000};
    constexpr milliseconds long_window{5000};
    constexpr std::size_t most = 64;
    if (!host_wait_ && watch_.boot_time().count() > 0) {
      auto threads = guest.vcpu_threads();
      host_wait_.emplace(threads ? *std::move(threads) : std::vector<pid_t>{},
                         runqueue_wait);
      host_wait_since_ = now;
    }
    if (!host_wait_) {
      return;
    }
    host_wait_->sample(now);
    if (now - host_wait_since_ > long_window) {
      host_wait_peak_ =
          std::max(host_wait_peak_, host_wait_->share(now, long_window));
    }
    while (reaper_host_waits_.size() <
           std::min<std::uint64_t>(most, watch_.unable_to_reap())) {
      reaper_host_waits_.push_back(host_wait_->share(now, window));
    }
  }

  /// Begins once init speaks: a boot is not what is tested.
  Status help_races(Guest& guest)
  {
    const bool is_wanted = spec_.race.pauses || spec_.race.one_cpu;
    if (!is_wanted || race_ || watch_.boot_time().count() == 0) {
      return Ok{};
    }
    auto vcpus = guest.vcpu_threads();
    auto started = vcpus ? RaceHelper::start(*vcpus, spec_.race, spec_.seed)
                         : std::move(vcpus).error();
    if (!started) {
      // A guest that has just ended has no threads, and its end may be told a
      // moment later.
      pollfd wait = {guest.event_fd(), POLLIN, 0};
      poll(&wait, 1, 1000);
      return guest.state() == GuestState::running
                 ? Status(std::move(started).error())
                 : Ok{};
    }
    race_ = *std::move(started);
    return Ok{};
  }

  void end_race_help()
  {
    if (race_) {
      pauses_ = race_->pauses();
      race_.reset();
    }
  }

  /// What the guest says from then on was provoked: it is not watched.
  void look_into(Guest& guest, CappedLog& console, CappedLog& ktap)
  {
    on_progress_({"post-mortem", 0, 0, ""});
    is_over_ = true;
    PostMortem work(spec_, stop_, watch_.init_reached(), times_);
    post_mortem_ = work.perform(guest, console, ktap);
  }

  Result<bool> pump(CappedLog& console, CappedLog& ktap)
  {
    TRY_ASSIGN(const bool more_console,
               console.read([&](std::string_view bytes) {
                 if (!is_over_) {
                   watch_.console(bytes);
                 }
               }));
    TRY_ASSIGN(const bool more_ktap, ktap.read([&](std::string_view bytes) {
      if (!is_over_) {
        watch_.ktap(bytes);
      }
    }));
    return more_console || more_ktap;
  }

  void wait(Guest& guest,
            const CappedLog& console,
            const CappedLog& ktap,
            milliseconds timeout)
  {
    std::array<pollfd, 4> waits = {{{guest.event_fd(), POLLIN, 0},
                                    {console.fd(), POLLIN, 0},
                                    {ktap.fd(), POLLIN, 0},
                                    {stop_.fd(), POLLIN, 0}}};
    poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
  }

  /// At most one progress line a second, and one at each change of phase.
  void show(milliseconds now)
  {
    auto progress = watch_.progress(now);
    if (progress.phase != shown_.phase || progress.done != shown_.done) {
      shown_ = progress;
      on_progress_(progress);
    }
  }

  const RunSpec& spec_;
  const Stop& stop_;
  const OnProgress& on_progress_;
  PostMortemTimes times_;
  GuestWatch watch_;
  Progress shown_;
  milliseconds wall_{0};
  bool is_over_ = false; ///< the verdict stands
  std::string post_mortem_;
  std::optional<HostWait> host_wait_;
  std::vector<double> reaper_host_waits_;
  milliseconds host_wait_since_{0};
  double host_wait_peak_ = 0;
  std::unique_ptr<RaceHelper> race_;
  std::uint64_t pauses_ = 0;
};

} // namespace

static RunOutcome outcome_of(const RunSpec& spec,
                             const GuestWatch& watch,
                             Judgement judgement,
                             milliseconds wall,
                             bool console_cut)
{
  RunOutcome outcome;
  outcome.verdict = judgement.verdict;
  outcome.run_id = spec.run_id;
  outcome.title = std::move(judgement.title);
  outcome.detail = std::move(judgement.detail);
  outcome.findings = std::move(judgement.findings);
  outcome.kills = judgement.kills;
  outcome.wall = wall;
  outcome.boot = watch.boot_time();
  outcome.guest = watch.guest_time();
  outcome.console_cut = console_cut;
  outcome.accelerator = spec.accelerator;
  outcome.seed = spec.seed;
  outcome.attempt = spec.attempt;
  outcome.facts = std::move(judgement.facts);
  outcome.teardown_us = std::move(judgement.teardown_us);
  outcome.results = std::move(judgement.results);
  if (!spec.payload.empty()) {
    outcome.facts["payload.sha256"] = spec.payload;
  }
  return outcome;
}

Result<RunOutcome> run_guest(const RunSpec& spec,
                             Hypervisor& hypervisor,
                             const Stop& stop,
                             const OnProgress& on_progress,
                             PostMortemTimes times)
{
  on_progress(Progress{"start", 0, 0, ""});
  TRY_ASSIGN(auto cmdline, kernel_cmdline(spec, host_tsc_khz()));
  const auto domain =
      domain_spec(spec, std::move(cmdline), hypervisor.socket_folder());
  TRY(write_file(spec.out / "domain.xml", domain_xml(domain)));
  TRY_ASSIGN(auto console, CappedLog::create(domain.console, spec.console_cap));
  TRY_ASSIGN(auto ktap, CappedLog::create(domain.ktap, ktap_cap));
  TRY_ASSIGN(auto guest, hypervisor.start(domain));

  Run run(spec, stop, on_progress, times);
  TRY_ASSIGN(const auto end, run.follow(*guest, console, ktap));
  if (end == GuestEnd::interrupted) {
    return infra_error("stopped");
  }
  const bool cut = console.over_cap();
  TRY(run.drain(console, ktap));
  auto evidence = run.watch().evidence(end);
  evidence.end_detail = guest->end_reason();
  evidence.console_cut = cut;
  evidence.post_mortem = run.post_mortem();
  evidence.reaper_host_waits = run.reaper_host_waits();
  evidence.host_wait_peak = run.host_wait_peak();
  auto judgement = judge(evidence);
  if (const auto race = describe(spec.race); !race.empty()) {
    judgement.facts["race"] = race;
    judgement.facts["race.pauses"] = std::to_string(run.pauses());
  }
  return outcome_of(spec, run.watch(), std::move(judgement), run.wall(), cut);
}

} // namespace oopsfarm
