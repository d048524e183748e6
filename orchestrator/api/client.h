// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>

namespace oopsfarm {

/// What a daemon answered.
struct HttpReply
{
  int status = 0;
  std::string body;
};

/// Where a daemon is.
struct DaemonAddress
{
  std::filesystem::path socket; ///< a UNIX socket, or
  std::string url = {};         ///< "http://127.0.0.1:7070", and
  std::string token = {};       ///< who we are there
};

/// Asks a daemon (libcurl inside). `path` with its query, encoded. Fails (user)
/// when nobody listens there, and says how to start one; (infra) on a broken
/// answer. A status over 399 is an answer.
Result<HttpReply> ask_daemon(const DaemonAddress& daemon,
                             const std::string& method,
                             const std::string& path,
                             const std::string& body = "");

} // namespace oopsfarm
