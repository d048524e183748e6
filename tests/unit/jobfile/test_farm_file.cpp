// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/farm_file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using std::chrono::seconds;

TEST_CASE("parse_farm_config")
{
  SUBCASE("gives the defaults for nothing, and for nothing but comments")
  {
    for (const char* text : {"", "\n\n", "# later\n", "{}\n"}) {
      const auto config = parse_farm_config(text, "farm.yaml");
      REQUIRE(config);
      CHECK(config->libvirt_uri == "embed");
      CHECK(config->accelerator == AccelPolicy::automatic);
      CHECK(config->boot_timeout == seconds(120));
    }
  }
  SUBCASE("reads every key")
  {
    const auto config = parse_farm_config("libvirt_uri: qemu:///session\n"
                                          "accelerator: tcg\n"
                                          "build_jobs: 8\n"
                                          "parallel_guests: 3\n"
                                          "console_cap: 16MiB\n"
                                          "dump_cap: 2GiB\n"
                                          "build_timeout: 2h\n"
                                          "build_memory: 4GiB\n"
                                          "build_file_size: 1GiB\n"
                                          "build_disk: 20GiB\n"
                                          "build_processes: 100\n"
                                          "boot_timeout: 90s\n"
                                          "silence_timeout: 30\n"
                                          "gc_max_age: 30d\n"
                                          "gc_max_size: 100GiB\n"
                                          "on_stop: finish\n"
                                          "listen: 127.0.0.1:7070\n",
                                          "farm.yaml");
    REQUIRE_MESSAGE(config.has_value(), config.error().message);
    CHECK(config->libvirt_uri == "qemu:///session");
    CHECK(config->accelerator == AccelPolicy::tcg);
    CHECK(config->build_jobs == 8);
    CHECK(config->gc_max_age == seconds(30 * 24 * 3600));
    CHECK(config->gc_max_size == 100ULL << 30);
    CHECK(config->on_stop == OnStop::finish);
    REQUIRE(config->listen);
    CHECK(config->listen->host == "127.0.0.1");
    CHECK(config->listen->port == 7070);
    CHECK(config->parallel_guests == 3);
    CHECK(config->console_cap == 16U << 20);
    CHECK(config->dump_cap == 2ULL << 30);
    CHECK(config->build_timeout == seconds(7200));
    CHECK(config->build_memory == 4ULL << 30);
    CHECK(config->build_file_size == 1ULL << 30);
    CHECK(config->build_disk == 20ULL << 30);
    CHECK(config->build_processes == 100);
    CHECK(config->boot_timeout == seconds(90));
    CHECK(config->silence_timeout == seconds(30));
  }
  SUBCASE("reads kvm and auto")
  {
    CHECK(parse_farm_config("accelerator: kvm\n", "f")->accelerator ==
          AccelPolicy::kvm);
    CHECK(parse_farm_config("accelerator: auto\n", "f")->accelerator ==
          AccelPolicy::automatic);
  }
  SUBCASE("reads how mail is sent")
  {
    const auto config =
        parse_farm_config("mail:\n"
                          "  sendmail: /usr/sbin/sendmail\n"
                          "  from: Farm Ä <farm@example.org>\n"
                          "  to: [linux-mm@kvack.org, Ann <ann@example.org>]\n",
                          "farm.yaml");
    REQUIRE_MESSAGE(config.has_value(), config.error().message);
    CHECK(config->mail.sendmail == "/usr/sbin/sendmail");
    CHECK(config->mail.from == "Farm Ä <farm@example.org>");
    CHECK(config->mail.to.size() == 2);
    CHECK(parse_farm_config("", "f")->mail.sendmail.empty());
  }
  SUBCASE("refuses mail settings that could not be meant, with their place")
  {
    const auto message = [](const char* text) {
      const auto config = parse_farm_config(text, "f");
      return config ? "" : config.error().message;
    };
    CHECK(message("mail: {sendmail: sendmail}\n") ==
          "f:1:18: 'sendmail' wants an absolute path, as in "
          "/usr/sbin/sendmail");
    CHECK(message("mail:\n  sendmail: /bin/true\n") ==
          "f:2:13: 'sendmail' wants 'from' and 'to' beside it");
    CHECK(message("mail:\n  from: nobody\n")
              .starts_with("f:2:9: 'from' wants an address"));
    CHECK(message("mail:\n  to: [\"-oQ/tmp@x\"]\n")
              .starts_with("f:2:8: 'to' wants an address"));
    CHECK(message("mail:\n  to: [\"a@b, c@d\"]\n").starts_with("f:2:8: "));
    CHECK(message("mail: {form: a@b}\n").find("did you mean 'from'?") !=
          std::string::npos);
  }
  SUBCASE("refuses what is unknown or out of range, with its place")
  {
    const auto config = parse_farm_config("acelerator: kvm\n"
                                          "console_cap: 1\n"
                                          "boot_timeout: 0\n"
                                          "build_processes: 2\n",
                                          "farm.yaml");
    REQUIRE_FALSE(config);
    CHECK(config.error().message ==
          "farm.yaml:1:1: farm.yaml has no key 'acelerator'; did you mean "
          "'accelerator'?\n"
          "farm.yaml:2:14: 'console_cap' wants a size from 64.0 KiB to 1.0 "
          "GiB, not '1'\n"
          "farm.yaml:3:15: 'boot_timeout' wants a duration from 1.0 s to 24 h "
          "00 m (whole seconds), not '0'\n"
          "farm.yaml:4:18: 'build_processes' wants an integer from 16 to "
          "65536, not '2'");
  }
}

TEST_CASE("read_farm_config")
{
  SUBCASE("gives the defaults for an absent file that nobody asked for")
  {
    CHECK(read_farm_config("/nonexistent/farm.yaml", Required::no));
  }
  SUBCASE("fails for an absent file that was named")
  {
    const auto config =
        read_farm_config("/nonexistent/farm.yaml", Required::yes);
    REQUIRE_FALSE(config);
    CHECK(config.error().message ==
          "/nonexistent/farm.yaml: there is no such file");
  }
}

TEST_CASE("parse_farm_config takes addresses that say where they are")
{
  const auto listen = [](const std::string& text) {
    return parse_farm_config("listen: \"" + text + "\"\n", "farm.yaml");
  };
  for (const auto* good :
       {"127.0.0.1:0", "[::1]:65535", "localhost:1", "0.0.0.0:80"}) {
    const auto config = listen(good);
    REQUIRE_MESSAGE(config.has_value(), good);
    CHECK(to_string(*config->listen) == good);
  }
  for (const auto* bad : {"7070",
                          ":7070",
                          "127.0.0.1",
                          "127.0.0.1:",
                          "127.0.0.1:65536",
                          "127.0.0.1:7070x",
                          "::1:7070",
                          "[::1:7070",
                          "example.org:7070",
                          "256.0.0.1:1"}) {
    const auto config = listen(bad);
    REQUIRE_MESSAGE(!config.has_value(), bad);
    CHECK(config.error().message.find("farm.yaml:1:9") != std::string::npos);
  }
}
