// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/serial_line.h"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace oopsfarm {

Result<SerialLine> SerialLine::connect(const std::filesystem::path& socket)
{
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const auto& path = socket.native();
  if (path.size() >= sizeof(address.sun_path)) {
    return infra_error("too long for a socket: " + path);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(),
                       reinterpret_cast<const sockaddr*>(&address),
                       sizeof(address)) != 0) {
    return infra_error(fmt::format("cannot reach the guest's serial 0: {}",
                                   std::strerror(errno)));
  }
  return SerialLine(std::move(fd));
}

Status SerialLine::send(std::string_view bytes) const
{
  const auto put = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put != static_cast<ssize_t>(bytes.size())) {
    return infra_error(
        fmt::format("the guest's serial 0 takes nothing: {}",
                    put < 0 ? std::strerror(errno) : "its buffer is full"));
  }
  return Ok{};
}

std::string SerialLine::read()
{
  constexpr std::size_t piece = 64 << 10;
  std::string bytes(piece, '\0');
  ssize_t got = -1;
  do {
    got = ::read(fd_.get(), bytes.data(), bytes.size());
  } while (got < 0 && errno == EINTR);
  if (got == 0 || (got < 0 && errno != EAGAIN)) {
    fd_ = Fd(); // closed: poll(2) would find it readable for ever
  }
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

} // namespace oopsfarm
