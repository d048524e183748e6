// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/result.h"

namespace oopsfarm {

Error Error::in(const std::string& what) &&
{
  message = what + ": " + message;
  return std::move(*this);
}

Error user_error(std::string message)
{
  return Error{Fault::user, std::move(message)};
}

Error infra_error(std::string message)
{
  return Error{Fault::infra, std::move(message)};
}

Error internal_error(std::string message)
{
  return Error{Fault::internal, std::move(message)};
}

} // namespace oopsfarm
