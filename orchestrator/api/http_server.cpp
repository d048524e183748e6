// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/http_server.h"

#include "base/log.h"
#include "base/strings.h"
#include "sys/fd.h"

#include <fmt/format.h>

#include <microhttpd.h>
#include <netdb.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// What the callbacks are given.
struct Callback
{
  HttpServer::Handler handler;
  HttpServer::Authenticate authenticate; ///< none on a UNIX socket
  HttpLimits limits;
};

/// A request on its way in.
struct Incoming
{
  HttpRequest request;
  bool is_too_large = false;
};

} // namespace

static std::string name_of(uid_t uid)
{
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : std::to_string(uid);
}

/// Who is at the other end of a UNIX socket, in the kernel's own words.
static bool ask_kernel(MHD_Connection* connection, HttpRequest& request)
{
  const auto* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (info == nullptr ||
      getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) !=
          0) {
    return false;
  }
  request.user = name_of(peer.uid);
  request.is_admin = peer.uid == 0 || peer.uid == geteuid();
  return true;
}

/// Whose token it is that came with a request.
static bool ask_token(MHD_Connection* connection,
                      const HttpServer::Authenticate& authenticate,
                      HttpRequest& request)
{
  constexpr std::string_view scheme = "Bearer ";
  const auto* header = MHD_lookup_connection_value(
      connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
  const std::string_view given = header == nullptr ? "" : header;
  if (given.substr(0, scheme.size()) != scheme) {
    return false;
  }
  auto client = authenticate(std::string(given.substr(scheme.size())));
  if (!client) {
    return false;
  }
  request.user = std::move(client->user);
  request.is_admin = client->is_admin;
  return true;
}

static bool identify(MHD_Connection* connection,
                     const Callback& callback,
                     HttpRequest& request)
{
  return callback.authenticate
             ? ask_token(connection, callback.authenticate, request)
             : ask_kernel(connection, request);
}

static MHD_Result
take_query(void* to, MHD_ValueKind, const char* key, const char* value)
{
  auto& query = *static_cast<std::map<std::string, std::string>*>(to);
  query[key] = value == nullptr ? "" : value;
  return MHD_YES;
}

static MHD_Result send(MHD_Connection* connection, const HttpResponse& response)
{
  // libmicrohttpd copies the body, and does not change what it is given.
  auto* made =
      MHD_create_response_from_buffer(response.body.size(),
                                      const_cast<char*>(response.body.data()),
                                      MHD_RESPMEM_MUST_COPY);
  if (made == nullptr) {
    return MHD_NO;
  }
  MHD_add_response_header(
      made, MHD_HTTP_HEADER_CONTENT_TYPE, response.type.c_str());
  MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
  if (response.status == MHD_HTTP_UNAUTHORIZED) {
    MHD_add_response_header(
        made, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"oopsfarm\"");
  }
  const auto queued = MHD_queue_response(
      connection, static_cast<unsigned>(response.status), made);
  MHD_destroy_response(made);
  return queued;
}

static HttpResponse plain_error(int status, const char* message)
{
  return {status,
          "application/json",
          fmt::format(R"({{"kind":"error","message":"{}"}})", message) + "\n"};
}

static HttpResponse too_large()
{
  return plain_error(413, "the request's body is over the limit");
}

static HttpResponse nobody()
{
  return plain_error(MHD_HTTP_UNAUTHORIZED,
                     "no token, or one that the farm does not know: "
                     "`oopsfarm token add` makes them");
}

/// What the request says of its body's size; 0 where it says nothing.
static std::uint64_t told_size(MHD_Connection* connection)
{
  const auto* text = MHD_lookup_connection_value(
      connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  // libmicrohttpd has refused what is no number.
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

/// The handler's answer; its exceptions end here.
static HttpResponse ask(const HttpServer::Handler& handler,
                        const HttpRequest& request)
{
  try {
    return handler(request);
  } catch (const std::exception& failure) {
    log::error(fmt::format("{} {}: {}",
                           request.method,
                           printable(request.path, 200),
                           failure.what()));
    return plain_error(500, "a bug in oopsfarmd; its log has more");
  }
}

/// Called at a request's head, then for each piece of its body, then at its
/// end.
static MHD_Result on_request(void* closure,
                             MHD_Connection* connection,
                             const char* url,
                             const char* method,
                             const char* /*version*/,
                             const char* data,
                             std::size_t* size,
                             void** state)
{
  const auto& callback = *static_cast<const Callback*>(closure);
  if (*state == nullptr) {
    auto incoming = std::make_unique<Incoming>();
    incoming->request.method = method;
    incoming->request.path = url;
    if (!identify(connection, callback, incoming->request) &&
        incoming->request.path != "/healthz") {
      return callback.authenticate ? send(connection, nobody()) : MHD_NO;
    }
    const auto size_told = told_size(connection);
    *state = incoming.release();
    return size_told <= callback.limits.body ? MHD_YES
                                             : send(connection, too_large());
  }
  auto& incoming = *static_cast<Incoming*>(*state);
  if (*size > 0) {
    auto& body = incoming.request.body;
    if (incoming.is_too_large || *size > callback.limits.body - body.size()) {
      incoming.is_too_large = true;
      body.clear();
      body.shrink_to_fit();
    } else {
      body.append(data, *size);
    }
    *size = 0;
    return MHD_YES;
  }
  if (incoming.is_too_large) {
    return send(connection, too_large());
  }
  MHD_get_connection_values(
      connection, MHD_GET_ARGUMENT_KIND, take_query, &incoming.request.query);
  return send(connection, ask(callback.handler, incoming.request));
}

static void
on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode)
{
  delete static_cast<Incoming*>(*state);
  *state = nullptr;
}

/// A dead server's socket goes; anything else is somebody's.
static Status make_room(const fs::path& path)
{
  struct stat facts
  {
  };

  if (lstat(path.c_str(), &facts) != 0) {
    return Ok{};
  }
  if (!S_ISSOCK(facts.st_mode)) {
    return user_error(path.string() + " is in the way: it is no socket");
  }
  unlink(path.c_str());
  return Ok{};
}

/// Mode 0660 from the start: between bind and chmod it would be open.
static Result<int> listen_at(const fs::path& path)
{
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path) {
    return user_error(fmt::format(
        "{}: too long for a socket's path ({} bytes at most); use a shorter "
        "--state",
        path.string(),
        sizeof address.sun_path - 1));
  }
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  TRY(make_room(path));
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto mask = umask(0117);
  const bool bound =
      fd >= 0 &&
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0 &&
      listen(fd, SOMAXCONN) == 0;
  const auto why = errno;
  umask(mask);
  if (!bound) {
    if (fd >= 0) {
      close(fd);
    }
    return infra_error(
        fmt::format("cannot listen at {}: {}", path.string(), strerror(why)));
  }
  return fd;
}

/// A numeric address, or "localhost".
static Result<int> listen_at(const TcpAddress& address)
{
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto failed = getaddrinfo(address.host.c_str(),
                                  std::to_string(address.port).c_str(),
                                  &hints,
                                  &found);
  if (failed != 0) {
    return user_error(fmt::format(
        "cannot listen at {}: {}", to_string(address), gai_strerror(failed)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found,
                                                             freeaddrinfo);
  Fd fd(
      socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  if (fd.get() < 0 ||
      setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      listen(fd.get(), SOMAXCONN) != 0) {
    return user_error(fmt::format(
        "cannot listen at {}: {}", to_string(address), strerror(errno)));
  }
  return fd.release();
}

struct HttpServer::Daemon
{
  Daemon() = default;
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  ~Daemon()
  {
    if (mhd != nullptr) {
      MHD_stop_daemon(mhd);
    }
    if (mhd != nullptr && !socket.empty()) {
      unlink(socket.c_str());
    }
  }

  Callback callback;
  fs::path socket;   ///< "" on TCP
  std::string place; ///< for messages
  MHD_Daemon* mhd = nullptr;
};

HttpServer::HttpServer(std::unique_ptr<Daemon> daemon)
    : daemon_(std::move(daemon))
{
}

HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;

HttpServer::~HttpServer() = default;

Result<HttpServer>
HttpServer::start(const fs::path& socket, Handler handler, HttpLimits limits)
{
  TRY_ASSIGN(const auto fd, listen_at(socket));
  auto daemon = std::make_unique<Daemon>();
  daemon->callback = {std::move(handler), {}, limits};
  daemon->socket = socket;
  daemon->place = socket.string();
  return serve(std::move(daemon), fd);
}

Result<HttpServer> HttpServer::start(const TcpAddress& address,
                                     Authenticate authenticate,
                                     Handler handler,
                                     HttpLimits limits)
{
  TRY_ASSIGN(const auto fd, listen_at(address));
  auto daemon = std::make_unique<Daemon>();
  daemon->callback = {std::move(handler), std::move(authenticate), limits};
  daemon->place = to_string(address);
  return serve(std::move(daemon), fd);
}

std::uint16_t HttpServer::port() const
{
  const auto* info =
      MHD_get_daemon_info(daemon_->mhd, MHD_DAEMON_INFO_BIND_PORT);
  return info == nullptr ? 0 : info->port;
}

Result<HttpServer> HttpServer::serve(std::unique_ptr<Daemon> daemon, int fd)
{
  constexpr std::size_t head = 32U << 10;
  const auto& limits = daemon->callback.limits;
  daemon->mhd = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD,
                                 0,
                                 nullptr,
                                 nullptr,
                                 on_request,
                                 &daemon->callback,
                                 MHD_OPTION_LISTEN_SOCKET,
                                 fd,
                                 MHD_OPTION_CONNECTION_LIMIT,
                                 limits.connections,
                                 MHD_OPTION_CONNECTION_TIMEOUT,
                                 limits.timeout,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                 head,
                                 MHD_OPTION_NOTIFY_COMPLETED,
                                 on_completed,
                                 nullptr,
                                 MHD_OPTION_END);
  if (daemon->mhd == nullptr) {
    const auto why = errno;
    close(fd);
    return infra_error(
        fmt::format("cannot serve {}: {}", daemon->place, strerror(why)));
  }
  return HttpServer(std::move(daemon));
}

} // namespace oopsfarm
