// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

namespace oopsfarm {

/// A request whose size and form are checked; what it says is untrusted.
struct HttpRequest
{
  std::string method; ///< "GET"
  std::string path;   ///< decoded, without the query: "/v1/jobs"
  std::map<std::string, std::string> query; ///< decoded
  std::string body;
  uid_t uid = 0;         ///< of the process at the other end of the socket
  std::string user;      ///< its name, or the number
  bool is_admin = false; ///< root, or who runs the daemon
};

struct HttpResponse
{
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

} // namespace oopsfarm
