// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/refusal.h"

#include "base/log.h"

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::json;

HttpResponse failure(int status, const std::string& message)
{
  const Json json = {{"kind", "error"}, {"message", message}};
  return {status,
          "application/json",
          json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

HttpResponse failure(const Error& error)
{
  if (error.fault != Fault::user) {
    log::error(error.message);
  }
  return failure(error.fault == Fault::user ? 400 : 500, error.message);
}

} // namespace oopsfarm
