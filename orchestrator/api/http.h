// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

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
  std::string user;      ///< who asks: a user of this host, a token's holder
  bool is_admin = false; ///< root, who runs the daemon, an admin's token
};

struct HttpResponse
{
  int status = 200;
  std::string type = "application/json";
  std::string body;
};

} // namespace oopsfarm
