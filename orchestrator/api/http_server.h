// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/http.h"
#include "base/result.h"
#include "model/farm.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace oopsfarm {

/// Bounds on what clients may take.
struct HttpLimits
{
  std::size_t body = 64U << 20; ///< bytes of a request's body
  unsigned connections = 256;   ///< at once; more wait to be accepted
  unsigned timeout = 15;        ///< seconds without a byte
};

/// Who asks, over TCP.
struct HttpClient
{
  std::string user;
  bool is_admin = false;
};

/// Answers HTTP/1.1 requests (libmicrohttpd inside) on a UNIX socket, which is
/// for its owner and group (mode 0660), or on TCP, where each request but GET
/// /healthz needs a bearer token. Malformed requests, those over a limit and
/// those of nobody are answered without the handler.
///
/// Ownership: the destructor closes all connections and removes the socket.
/// Threads: the handler is called in one thread of the server's own, one
/// request at a time.
class HttpServer
{
public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Whose bearer token it is; nothing for nobody's. Called as the handler is,
  /// with untrusted text.
  using Authenticate =
      std::function<std::optional<HttpClient>(const std::string& token)>;

  /// Fails (user) when the socket's path is too long for one or taken by
  /// something else, (infra) when it can't be made. REQUIRES: no other server
  /// of ours uses the path (the state folder's lock is held): a socket that
  /// stands there is a dead one's.
  static Result<HttpServer> start(const std::filesystem::path& socket,
                                  Handler handler,
                                  HttpLimits limits = {});

  /// Fails (user) when the address is none of this host's or taken.
  static Result<HttpServer> start(const TcpAddress& address,
                                  Authenticate authenticate,
                                  Handler handler,
                                  HttpLimits limits = {});

  /// Of TCP: the one that was asked for, or that the kernel chose for 0.
  std::uint16_t port() const;

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();

private:
  struct Daemon;
  explicit HttpServer(std::unique_ptr<Daemon> daemon);
  static Result<HttpServer> serve(std::unique_ptr<Daemon> daemon, int fd);

  std::unique_ptr<Daemon> daemon_;
};

} // namespace oopsfarm
