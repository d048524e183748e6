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

/// Asks the daemon that listens at a UNIX socket (libcurl inside). `path` with
/// its query, encoded. Fails (user) when nobody listens there, and says how to
/// start one; (infra) on a broken answer. A status over 399 is an answer.
Result<HttpReply> ask_daemon(const std::filesystem::path& socket,
                             const std::string& method,
                             const std::string& path,
                             const std::string& body = "");

} // namespace oopsfarm
