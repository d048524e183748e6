// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/host_wait.h"

#include <doctest/doctest.h>

#include <map>

using namespace oopsfarm;
using std::chrono::milliseconds;

TEST_CASE("HostWait tells the share that the worst virtual CPU waited")
{
  std::map<pid_t, milliseconds> waited = {{1, {}}, {2, {}}};
  HostWait wait({1, 2}, [&](pid_t thread) {
    return std::optional<std::chrono::nanoseconds>(waited.at(thread));
  });
  CHECK(wait.share(milliseconds(0), milliseconds(2000)) == 0);
  for (int second = 0; second <= 10; ++second) {
    wait.sample(milliseconds(1000 * second));
    waited[1] += milliseconds(100);
    waited[2] += milliseconds(second < 5 ? 0 : 800);
  }
  CHECK(wait.share(milliseconds(10'000), milliseconds(2000)) ==
        doctest::Approx(0.8));
  CHECK(wait.share(milliseconds(10'000), milliseconds(10'000)) ==
        doctest::Approx(0.4));
}

TEST_CASE("HostWait samples four times a second, and survives a guest's end")
{
  int reads = 0;
  bool gone = false;
  HostWait wait({1}, [&](pid_t) {
    ++reads;
    return gone ? std::nullopt
                : std::optional<std::chrono::nanoseconds>(milliseconds(reads));
  });
  for (int ms = 0; ms < 1000; ++ms) {
    wait.sample(milliseconds(ms));
  }
  CHECK(reads == 4);
  gone = true;
  wait.sample(milliseconds(2000));
  CHECK(wait.share(milliseconds(2000), milliseconds(500)) <= 1);
  HostWait none(
      {}, [](pid_t) { return std::optional<std::chrono::nanoseconds>(); });
  none.sample(milliseconds(0));
  none.sample(milliseconds(1000));
  CHECK(none.share(milliseconds(1000), milliseconds(1000)) == 0);
}
