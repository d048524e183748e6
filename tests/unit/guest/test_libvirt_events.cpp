// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/libvirt_events.h"

#include <doctest/doctest.h>
#include <libvirt/libvirt.h>

#include <poll.h>

using namespace oopsfarm;

static bool readable(int fd)
{
  pollfd wait = {fd, POLLIN, 0};
  return poll(&wait, 1, 0) == 1;
}

TEST_CASE("guest::exit_of_event")
{
  SUBCASE("a guest's own power-off, reset or panic is its end")
  {
    for (const auto& [event, detail] : {
             std::pair{VIR_DOMAIN_EVENT_SHUTDOWN,
                       +VIR_DOMAIN_EVENT_SHUTDOWN_GUEST},
             std::pair{VIR_DOMAIN_EVENT_STOPPED,
                       +VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN},
             std::pair{VIR_DOMAIN_EVENT_STOPPED,
                       +VIR_DOMAIN_EVENT_STOPPED_CRASHED},
             std::pair{VIR_DOMAIN_EVENT_STOPPED,
                       +VIR_DOMAIN_EVENT_STOPPED_DESTROYED},
         }) {
      const auto exit = exit_of_event(event, detail);
      REQUIRE(exit);
      CHECK(exit->state == GuestState::ended);
    }
  }

  SUBCASE("a QEMU that dies or is killed says nothing of the kernel")
  {
    for (const auto& [event, detail] : {
             std::pair{VIR_DOMAIN_EVENT_SHUTDOWN,
                       +VIR_DOMAIN_EVENT_SHUTDOWN_HOST},
             std::pair{VIR_DOMAIN_EVENT_STOPPED,
                       +VIR_DOMAIN_EVENT_STOPPED_FAILED},
         }) {
      const auto exit = exit_of_event(event, detail);
      REQUIRE(exit);
      CHECK(exit->state == GuestState::failed);
    }
  }

  SUBCASE("other events are no end")
  {
    CHECK_FALSE(exit_of_event(VIR_DOMAIN_EVENT_STARTED, 0));
    CHECK_FALSE(exit_of_event(VIR_DOMAIN_EVENT_RESUMED, 0));
  }
}

TEST_CASE("guest::GuestEvents")
{
  GuestEvents events;

  SUBCASE("is silent until the guest ends")
  {
    CHECK_FALSE(readable(events.fd()));
    CHECK_FALSE(events.exit());
  }

  SUBCASE("wakes poll() until it was looked at")
  {
    events.set_exit({GuestState::ended, "powered off"});
    CHECK(readable(events.fd()));
    events.clear();
    CHECK_FALSE(readable(events.fd()));
  }

  SUBCASE("keeps the first word on the end")
  {
    events.set_exit({GuestState::ended, "powered off"});
    events.set_exit({GuestState::failed, "QEMU exited with code 1"});
    CHECK(events.exit()->reason == "powered off");
  }
}

TEST_CASE("guest::GuestRegistry")
{
  GuestRegistry registry;

  SUBCASE("finds a guest by name until it is removed")
  {
    const auto events = registry.add("a");
    CHECK(registry.find("a") == events);
    CHECK(registry.find("b") == nullptr);
    registry.remove("a");
    CHECK(registry.find("a") == nullptr);
  }

  SUBCASE("tells every guest when the connection is lost")
  {
    const auto one = registry.add("a");
    const auto two = registry.add("b");
    two->set_exit({GuestState::ended, "powered off"});
    registry.lose_all("lost");
    CHECK(one->exit()->state == GuestState::failed);
    CHECK(two->exit()->reason == "powered off");
  }
}
