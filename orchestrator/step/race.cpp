// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/race.h"

#include "guest/held_thread.h"

#include <fmt/format.h>

#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstring>

namespace oopsfarm {

using std::chrono::microseconds;

PauseSchedule::PauseSchedule(std::uint64_t seed, unsigned vcpus)
    : state_(seed), vcpus_(vcpus)
{
}

/// splitmix64, by Sebastiano Vigna (public domain): any seed will do.
std::uint64_t PauseSchedule::draw(std::uint64_t below)
{
  state_ += 0x9e3779b97f4a7c15;
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return (mixed ^ (mixed >> 31)) % below;
}

VcpuPause PauseSchedule::next()
{
  constexpr std::uint64_t max_wait = 30000;
  constexpr std::uint64_t min_hold = 500;
  constexpr std::uint64_t doublings = 7;
  VcpuPause pause;
  pause.vcpu = static_cast<unsigned>(draw(vcpus_));
  pause.wait = microseconds(1000 + draw(max_wait));
  const auto base = min_hold << draw(doublings);
  pause.hold = microseconds(base + draw(base));
  return pause;
}

/// All on one of the CPUs that we may use ourselves.
static Status share_one_cpu(const std::vector<pid_t>& threads,
                            std::uint64_t seed)
{
  cpu_set_t ours;
  if (sched_getaffinity(0, sizeof(ours), &ours) != 0) {
    return infra_error("the host's CPUs are not known");
  }
  auto left = seed % static_cast<unsigned>(CPU_COUNT(&ours));
  std::size_t cpu = 0;
  while (!CPU_ISSET(cpu, &ours) || left-- > 0) {
    ++cpu;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  for (const auto thread : threads) {
    if (sched_setaffinity(thread, sizeof(one), &one) != 0) {
      return infra_error(fmt::format(
          "cannot bind virtual CPUs to CPU {}: {}", cpu, std::strerror(errno)));
    }
  }
  return Ok{};
}

RaceHelper::RaceHelper(std::vector<pid_t> vcpus, std::uint64_t seed)
    : vcpus_(std::move(vcpus)),
      schedule_(seed, static_cast<unsigned>(vcpus_.size())),
      done_(eventfd(0, EFD_CLOEXEC))
{
}

Result<std::unique_ptr<RaceHelper>> RaceHelper::start(std::vector<pid_t> vcpus,
                                                      const RaceHelp& wanted,
                                                      std::uint64_t seed)
{
  if (vcpus.empty()) {
    return internal_error("race help without virtual CPUs");
  }
  if (wanted.one_cpu) {
    TRY(share_one_cpu(vcpus, seed));
  }
  if (wanted.pauses) {
    TRY(HeldThread::hold(vcpus.front())); // can it be done at all?
  }
  std::unique_ptr<RaceHelper> helper(new RaceHelper(std::move(vcpus), seed));
  if (wanted.pauses) {
    helper->thread_ = std::thread([raw = helper.get()] { raw->work(); });
  }
  return helper;
}

RaceHelper::~RaceHelper()
{
  if (thread_.joinable()) {
    eventfd_write(done_.get(), 1);
    thread_.join();
  }
}

/// True when the time passed, false when it is over.
bool RaceHelper::sleep(microseconds time) const
{
  pollfd wait = {done_.get(), POLLIN, 0};
  const timespec limit = {
      0, std::chrono::duration_cast<std::chrono::nanoseconds>(time).count()};
  return ppoll(&wait, 1, &limit, nullptr) <= 0;
}

void RaceHelper::work()
{
  while (true) {
    const auto pause = schedule_.next();
    if (!sleep(pause.wait)) {
      return;
    }
    const auto held = HeldThread::hold(vcpus_[pause.vcpu]);
    if (!held) {
      return; // the guest has ended
    }
    ++pauses_;
    if (!sleep(pause.hold)) {
      return;
    }
  }
}

} // namespace oopsfarm
