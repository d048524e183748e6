// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/http.h"
#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

namespace oopsfarm {

/// Bounds on what clients may take.
struct HttpLimits
{
  std::size_t body = 64U << 20; ///< bytes of a request's body
  unsigned connections = 256;   ///< at once; more wait to be accepted
  unsigned timeout = 15;        ///< seconds without a byte
};

/// Answers HTTP/1.1 requests on a UNIX socket (libmicrohttpd inside). The
/// socket is for its owner and group (mode 0660). Malformed requests and those
/// over a limit are answered without the handler.
///
/// Ownership: the destructor closes all connections and removes the socket.
/// Threads: the handler is called in one thread of the server's own, one
/// request at a time.
class HttpServer
{
public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Fails (user) when the socket's path is too long for one or taken by
  /// something else, (infra) when it can't be made. REQUIRES: no other server
  /// of ours uses the path (the state folder's lock is held): a socket that
  /// stands there is a dead one's.
  static Result<HttpServer> start(const std::filesystem::path& socket,
                                  Handler handler,
                                  HttpLimits limits = {});

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();

private:
  struct Daemon;
  explicit HttpServer(std::unique_ptr<Daemon> daemon);

  std::unique_ptr<Daemon> daemon_;
};

} // namespace oopsfarm
