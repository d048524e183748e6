// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/held_thread.h"
#include "step/race.h"

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

using namespace oopsfarm;
using std::chrono::microseconds;

namespace {

/// A process that counts as fast as it can.
class Counter
{
public:
  Counter()
      : count_(static_cast<volatile std::uint64_t*>(
            mmap(nullptr,
                 sizeof(std::uint64_t),
                 PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS,
                 -1,
                 0))),
        pid(fork())
  {
    if (pid == 0) {
      for (;;) {
        *count_ = *count_ + 1;
      }
    }
  }

  ~Counter()
  {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }

  /// Whether it counts within a second.
  bool is_counting() const
  {
    const auto before = *count_;
    for (int i = 0; i < 1000 && *count_ == before; ++i) {
      usleep(1000);
    }
    return *count_ != before;
  }

private:
  volatile std::uint64_t* count_;

public:
  const pid_t pid;
};

} // namespace

TEST_CASE("guest::HeldThread holds a thread for its life")
{
  const Counter counter;
  REQUIRE(counter.is_counting());
  {
    const auto held = HeldThread::hold(counter.pid);
    REQUIRE_MESSAGE(held, held.error().message);
    CHECK_FALSE(counter.is_counting());
  }
  CHECK(counter.is_counting());
}

TEST_CASE("guest::HeldThread lets a process end that is killed meanwhile")
{
  const Counter counter;
  {
    const auto held = HeldThread::hold(counter.pid);
    REQUIRE(held);
    kill(counter.pid, SIGKILL);
  }
  CHECK_FALSE(HeldThread::hold(counter.pid));
}

TEST_CASE("step::PauseSchedule")
{
  PauseSchedule one(7, 4);
  PauseSchedule again(7, 4);
  PauseSchedule other(8, 4);
  std::set<unsigned> vcpus;
  bool differs = false;
  for (int i = 0; i < 1000; ++i) {
    const auto pause = one.next();
    const auto same = again.next();
    CHECK(same.vcpu == pause.vcpu);
    CHECK(same.wait == pause.wait);
    CHECK(same.hold == pause.hold);
    differs = differs || other.next().hold != pause.hold;
    vcpus.insert(pause.vcpu);
    CHECK(pause.hold >= microseconds(500));
    CHECK(pause.hold < microseconds(64000));
    CHECK(pause.wait >= microseconds(1000));
    CHECK(pause.wait <= microseconds(31000));
  }
  CHECK(differs);
  CHECK(vcpus == std::set<unsigned>{0, 1, 2, 3});
}

TEST_CASE("step::RaceHelper holds now and then, and lets go at its end")
{
  const Counter counter;
  RaceHelp wanted;
  wanted.pauses = true;
  std::uint64_t pauses = 0;
  {
    auto helper = RaceHelper::start({counter.pid}, wanted, 1);
    REQUIRE_MESSAGE(helper, helper.error().message);
    for (int i = 0; i < 1000 && (*helper)->pauses() < 3; ++i) {
      usleep(10000);
    }
    pauses = (*helper)->pauses();
  }
  CHECK(pauses >= 3);
  CHECK(counter.is_counting());
}

TEST_CASE("step::RaceHelper binds all virtual CPUs to one of the host's")
{
  const Counter a;
  const Counter b;
  RaceHelp wanted;
  wanted.one_cpu = true;
  REQUIRE(RaceHelper::start({a.pid, b.pid}, wanted, 3));
  cpu_set_t of_a;
  cpu_set_t of_b;
  REQUIRE(sched_getaffinity(a.pid, sizeof(of_a), &of_a) == 0);
  REQUIRE(sched_getaffinity(b.pid, sizeof(of_b), &of_b) == 0);
  CHECK(CPU_COUNT(&of_a) == 1);
  CHECK(CPU_EQUAL(&of_a, &of_b));
}

TEST_CASE("step::RaceHelper fails where there is nothing to hold")
{
  RaceHelp wanted;
  wanted.pauses = true;
  CHECK_FALSE(RaceHelper::start({}, wanted, 1));
  const auto gone = fork();
  if (gone == 0) {
    _exit(0);
  }
  waitpid(gone, nullptr, 0);
  CHECK_FALSE(RaceHelper::start({gone}, wanted, 1));
}
