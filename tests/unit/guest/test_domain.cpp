// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixtures.h"
#include "guest/cmdline.h"
#include "guest/domain.h"
#include "support/golden.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oopsfarm;
using namespace oopsfarm::testing;

static DomainSpec spec_of(const RunSpec& run)
{
  return domain_spec(run, *kernel_cmdline(run, 0));
}

TEST_CASE("guest::domain_xml")
{
  SUBCASE("is the recorded text for every target and accelerator")
  {
    for (const auto& target : {x86_target(), radix_target(), hash_target()}) {
      for (const bool kvm : {true, false}) {
        auto run = memcg_run(target);
        run.accelerator.kvm = kvm;
        const auto xml = domain_xml(spec_of(run));
        const auto file =
            "guest/" + target.name + (kvm ? "-kvm.xml" : "-tcg.xml");
        CHECK(xml == golden(file, xml));
      }
    }
  }

  SUBCASE("lets serial 0 take input where there is a folder for its socket")
  {
    for (const auto& target : {x86_target(), radix_target()}) {
      const auto run = memcg_run(target);
      const auto xml =
          domain_xml(domain_spec(run, *kernel_cmdline(run, 0), "/root/serial"));
      CHECK(xml == golden("guest/" + target.name + "-socket.xml", xml));
    }
  }

  SUBCASE("escapes every text that comes from outside")
  {
    const std::string evil = "</x><y a='&\"'>";
    auto spec = spec_of(memcg_run(x86_target()));
    spec.console_socket = "/socket";
    const auto plain = domain_xml(spec);
    spec.name = spec.cmdline = evil;
    spec.target.machine = spec.target.cpu = spec.target.firmware = evil;
    spec.vmlinux = spec.initramfs = spec.console = spec.ktap = "/" + evil;
    spec.console_socket = "/" + evil;
    const auto xml = domain_xml(spec);
    CHECK(xml.find(evil) == std::string::npos);
    CHECK(xml.find("<y") == std::string::npos);
    const auto count = [](const std::string& text, char c) {
      return std::count(text.begin(), text.end(), c);
    };
    CHECK(count(xml, '<') == count(plain, '<'));
    CHECK(count(xml, '>') == count(plain, '>'));
    CHECK(count(xml, '\'') == count(plain, '\''));
    CHECK(count(xml, '"') == 0);
  }

  SUBCASE("has no control characters, which XML can't carry")
  {
    auto spec = spec_of(memcg_run(x86_target()));
    spec.cmdline = std::string("a\0b\x1b", 4);
    CHECK(domain_xml(spec).find("<cmdline>a?b?</cmdline>") !=
          std::string::npos);
  }

  SUBCASE("has no devices but serial ports")
  {
    const auto xml = domain_xml(spec_of(memcg_run(radix_target())));
    for (const auto* word :
         {"<interface", "<graphics", "<video", "<sound", "<disk", "<hostdev"}) {
      CAPTURE(word);
      CHECK(xml.find(word) == std::string::npos);
    }
  }
}

TEST_CASE("guest::domain_spec")
{
  SUBCASE("puts both logs into the run's folder and names it by the run")
  {
    const auto spec = domain_spec(memcg_run(x86_target()), "quiet");
    CHECK(spec.name == "20261121T101500-3fa9c2");
    CHECK(spec.console == "/state/runs/r/console.log");
    CHECK(spec.ktap == "/state/runs/r/ktap.log");
    CHECK(spec.cmdline == "quiet");
  }
}
