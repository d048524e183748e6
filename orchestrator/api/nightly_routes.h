// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "api/routes.h"
#include "model/job.h"

#include <string>

namespace oopsfarm {

/// A submission with a schedule, whose files are in the jobs' folder: makes a
/// nightly of it, or replaces the one that its owner has under its name.
HttpResponse
register_nightly(const ApiContext& context, NewJob asked, const Job& job);

/// What is below /v1/nightlies (docs/formats.md lists it); `name` and `what`
/// are the parts behind it, or "".
HttpResponse answer_nightly(const ApiContext& context,
                            const HttpRequest& request,
                            const std::string& name,
                            const std::string& what);

} // namespace oopsfarm
