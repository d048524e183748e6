// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace oopsfarm;

/// What `write` puts on stderr, in a process of its own: the format can't be
/// taken back.
template <typename Write> static std::string stderr_of(Write write_log)
{
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const auto child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    write_log();
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  return text;
}

TEST_CASE("base::log writes one JSON object a line where it is asked to")
{
  const auto text = stderr_of([] {
    log::set_format(log::Format::json);
    log::set_level(log::Level::info);
    log::debug("not this");
    log::warning("a \"quote\", a \\ and\nanother line\x1b[2J\xff");
  });
  CHECK(text.starts_with("{\"time\":\"20"));
  CHECK(text.ends_with(
      "\"level\":\"warning\","
      "\"message\":\"a \\\"quote\\\", a \\\\ and\\nanother line?[2J?\"}\n"));
}
