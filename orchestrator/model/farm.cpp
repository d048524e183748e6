// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/farm.h"

namespace oopsfarm {

std::string to_string(const TcpAddress& address)
{
  const auto port = ":" + std::to_string(address.port);
  return address.host.find(':') == std::string::npos
             ? address.host + port
             : "[" + address.host + "]" + port;
}

} // namespace oopsfarm
