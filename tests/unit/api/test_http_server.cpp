// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/client.h"
#include "api/http_server.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

using namespace oopsfarm;
namespace fs = std::filesystem;

namespace {

class Bench
{
public:
  explicit Bench(HttpLimits limits = {})
      : folder(*TempFolder::make(fs::temp_directory_path(), "http-")),
        server(*HttpServer::start(
            socket(),
            [this](const HttpRequest& request) {
              last = request;
              return HttpResponse{
                  201, "text/plain", "you said " + request.body};
            },
            limits))
  {
  }

  fs::path socket() const { return folder.path() / "socket"; }

  /// Sends bytes as they are; what comes back until the other end is silent.
  std::string raw(const std::string& bytes) const
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(
        address.sun_path, socket().c_str(), sizeof address.sun_path - 1);
    REQUIRE(connect(fd,
                    reinterpret_cast<const sockaddr*>(&address),
                    sizeof address) == 0);
    // The server may have refused it before it has read all.
    [[maybe_unused]] const auto sent =
        send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(fd, buffer, sizeof buffer)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(got));
    }
    close(fd);
    return answer;
  }

  TempFolder folder;
  HttpRequest last;
  HttpServer server;
};

} // namespace

TEST_CASE("api::HttpServer and its client understand each other")
{
  Bench bench;
  const auto reply =
      ask_daemon({bench.socket()}, "POST", "/v1/jobs?all=1&x=a%20b", "a body");
  REQUIRE(reply.has_value());
  CHECK(reply->status == 201);
  CHECK(reply->body == "you said a body");
  CHECK(bench.last.method == "POST");
  CHECK(bench.last.path == "/v1/jobs");
  CHECK(bench.last.query["all"] == "1");
  CHECK(bench.last.query["x"] == "a b");
  CHECK(bench.last.is_admin);

  std::string large(5U << 20, 'x');
  CHECK(ask_daemon({bench.socket()}, "POST", "/", large)->body.size() ==
        large.size() + 9);
}

TEST_CASE("api::HttpServer keeps its socket to itself")
{
  fs::path socket;
  {
    Bench bench;
    socket = bench.socket();

    struct stat facts
    {
    };

    REQUIRE(stat(socket.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0660);
  }
  CHECK_FALSE(fs::exists(socket));
  const auto reply = ask_daemon({socket}, "GET", "/");
  REQUIRE_FALSE(reply.has_value());
  CHECK(reply.error().fault == Fault::user);
  CHECK(reply.error().message.find("oopsfarmd") != std::string::npos);

  const auto folder = *TempFolder::make(fs::temp_directory_path(), "http-");
  const auto handler = [](const HttpRequest&) { return HttpResponse(); };
  SUBCASE("a dead server's is taken over")
  {
    const auto path = folder.path() / "s";
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(bind(fd,
                 reinterpret_cast<const sockaddr*>(&address),
                 sizeof address) == 0);
    close(fd);
    CHECK(HttpServer::start(path, handler).has_value());
  }
  SUBCASE("a file in its place is left alone")
  {
    const auto path = folder.path() / "s";
    REQUIRE(write_file(path, "mine"));
    const auto failed = HttpServer::start(path, handler);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().fault == Fault::user);
    CHECK(*read_file(path) == "mine");
  }
  SUBCASE("a path may be too long")
  {
    const auto failed =
        HttpServer::start(folder.path() / std::string(120, 'x'), handler);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("too long") != std::string::npos);
  }
}

TEST_CASE("api::HttpServer bounds what clients send")
{
  HttpLimits limits;
  limits.body = 1000;
  limits.timeout = 1;
  Bench bench(limits);
  CHECK(ask_daemon({bench.socket()}, "POST", "/", std::string(1000, 'x'))
            ->status == 201);
  CHECK(ask_daemon({bench.socket()}, "POST", "/", std::string(1001, 'x'))
            ->status == 413);
  CHECK(ask_daemon({bench.socket()}, "POST", "/", std::string(3U << 20, 'x'))
            ->status == 413);
  CHECK(bench.raw("nonsense\r\n\r\n").find("201") == std::string::npos);
  CHECK(bench
            .raw("GET / HTTP/1.1\r\nHost: a\r\nX: " +
                 std::string(100'000, 'x') + "\r\n\r\n")
            .find("201") == std::string::npos);
  // A head that never ends is cut off, and others are served meanwhile.
  CHECK(bench.raw("GET / HTTP/1.1\r\nHost:").find("201") == std::string::npos);
  CHECK(ask_daemon({bench.socket()}, "GET", "/")->status == 201);
}

TEST_CASE("api::HttpServer survives a handler that throws")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "http-");
  const auto path = folder.path() / "s";
  const auto server =
      HttpServer::start(path, [](const HttpRequest&) -> HttpResponse {
        throw std::runtime_error("oops");
      });
  REQUIRE(server.has_value());
  const auto reply = ask_daemon({path}, "GET", "/");
  CHECK(reply->status == 500);
  CHECK(reply->body.find("oops\"") == std::string::npos);
}
