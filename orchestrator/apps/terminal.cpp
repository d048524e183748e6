// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/terminal.h"

#include "apps/environment.h"

#include <fmt/format.h>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace oopsfarm {

bool is_live_terminal(int fd)
{
  return isatty(fd) == 1 && get_env("TERM").value_or("dumb") != "dumb";
}

TerminalSize terminal_size(int fd)
{
  struct winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
      size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

Colour use_colour(ColourWish wish, int fd)
{
  switch (wish) {
  case ColourWish::always:
    return Colour::yes;
  case ColourWish::never:
    return Colour::no;
  case ColourWish::automatic:
    break;
  }
  const bool is_wanted = is_live_terminal(fd) && !get_env("NO_COLOR");
  return is_wanted ? Colour::yes : Colour::no;
}

Status put(int fd, std::string_view text)
{
  while (!text.empty()) {
    const auto written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      struct pollfd ready = {fd, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno == EPIPE) {
      return Ok{};
    } else if (errno != EINTR) {
      return infra_error(
          fmt::format("can't write the output: {}", std::strerror(errno)));
    }
  }
  return Ok{};
}

Status put_result(std::string_view text)
{
  return put(STDOUT_FILENO, text);
}

} // namespace oopsfarm
