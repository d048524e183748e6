// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/http.h"
#include "base/result.h"

#include <string>

namespace oopsfarm {

/// {"kind": "error", "message"} with this status.
HttpResponse failure(int status, const std::string& message);

/// 400 for what is the asker's, else 500, and said in the log.
HttpResponse failure(const Error& error);

} // namespace oopsfarm
