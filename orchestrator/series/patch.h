// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "series/diff.h"
#include "series/mail.h"
#include "series/series.h"
#include "series/subject.h"

namespace oopsfarm {

/// One mail that has a diff → its patch, in the form that applying wants;
/// number is left 0. Pure. Fails (user) on a mail without a sender, or damaged
/// by format=flowed.
Result<Patch>
make_patch(const Mail& mail, const SubjectInfo& subject, const Diff& diff);

} // namespace oopsfarm
