// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixtures.h"
#include "guest/serial_line.h"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace {

/// A serial port of a QEMU that is not there.
class Port
{
public:
  Port()
      : path(folder_.path() / "s"), listener_(socket(AF_UNIX, SOCK_STREAM, 0))
  {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    REQUIRE(bind(listener_.get(),
                 reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address)) == 0);
    REQUIRE(listen(listener_.get(), 1) == 0);
  }

  Fd accept() const { return Fd(::accept(listener_.get(), nullptr, nullptr)); }

private:
  TempFolder folder_ = temp_folder();

public:
  const std::filesystem::path path;

private:
  Fd listener_;
};

} // namespace

TEST_CASE("guest::SerialLine")
{
  const Port port;
  auto line = SerialLine::connect(port.path);
  REQUIRE(line);
  auto guest = port.accept();
  std::array<char, 8> bytes = {};

  SUBCASE("carries bytes both ways and never waits")
  {
    CHECK(line->read().empty());
    REQUIRE(line->send("\x0f"
                       "w"));
    CHECK(read(guest.get(), bytes.data(), bytes.size()) == 2);
    CHECK(std::memcmp(bytes.data(),
                      "\x0f"
                      "w",
                      2) == 0);
    REQUIRE(write(guest.get(), "tasks", 5) == 5);
    CHECK(line->read() == "tasks");
    CHECK(line->read().empty());
  }
  SUBCASE("gives what came before the end, then has no descriptor")
  {
    REQUIRE(write(guest.get(), "last", 4) == 4);
    guest = Fd();
    const auto words = line->read();
    CHECK(words == "last");
    CHECK(line->read().empty());
    CHECK(line->fd() == -1);
    CHECK_FALSE(line->send("w"));
    CHECK(line->read().empty());
  }
  SUBCASE("says what is lost when QEMU takes nothing")
  {
    const std::string much(8 << 20, 'x');
    const auto sent = line->send(much);
    REQUIRE_FALSE(sent);
    CHECK(sent.error().fault == Fault::infra);
  }
}

TEST_CASE("guest::SerialLine::connect fails where nobody listens")
{
  const auto folder = temp_folder();
  CHECK_FALSE(SerialLine::connect(folder.path() / "none"));
  CHECK_FALSE(SerialLine::connect("/" + std::string(200, 'x')));
}
