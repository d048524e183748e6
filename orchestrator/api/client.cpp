// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/client.h"

#include <fmt/format.h>

#include <curl/curl.h>

#include <memory>

namespace oopsfarm {

/// Longer than any report or slice of a log that a daemon sends.
static constexpr std::size_t max_reply = 256U << 20;

static std::size_t
take(char* data, std::size_t size, std::size_t count, void* to)
{
  auto& body = *static_cast<std::string*>(to);
  const auto bytes = size * count;
  if (bytes > max_reply - body.size()) {
    return 0; // an error to curl
  }
  body.append(data, bytes);
  return bytes;
}

Result<HttpReply> ask_daemon(const DaemonAddress& daemon,
                             const std::string& method,
                             const std::string& path,
                             const std::string& body)
{
  static const auto ready = curl_global_init(CURL_GLOBAL_NOTHING);
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(),
                                                      curl_easy_cleanup);
  if (ready != CURLE_OK || !handle) {
    return infra_error("libcurl can't be used");
  }
  HttpReply reply;
  auto* curl = handle.get();
  // The host's name means nothing on a socket, but HTTP wants one.
  const auto place = daemon.url.empty() ? daemon.socket.string() : daemon.url;
  const auto url = (daemon.url.empty() ? "http://oopsfarm" : daemon.url) + path;
  if (daemon.url.empty()) {
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, daemon.socket.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
  const auto header = "Authorization: Bearer " + daemon.token;
  auto* list = curl_slist_append(nullptr, "Expect:");
  list = daemon.token.empty() ? list : curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
      list, curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl,
                     CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
  }
  const auto done = curl_easy_perform(curl);
  if (done == CURLE_COULDNT_CONNECT) {
    return user_error(fmt::format(
        "no daemon answers at {}: start one (`oopsfarmd`, as the user whose "
        "farm it is), or use `oopsfarm run`, which needs none",
        place));
  }
  if (done != CURLE_OK) {
    return infra_error(fmt::format("{}: {}", place, curl_easy_strerror(done)));
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

} // namespace oopsfarm
