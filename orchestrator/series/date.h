// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oopsfarm {

/// A mail's date (RFC 5322) in one fixed form: "Sat, 01 Jan 2000 00:00:00
/// +0000" in the sender's zone. What can't be read, or lies before 1990 or
/// after 2099, becomes exactly the date in this example: a commit's id must not
/// depend on the day on which it is made. Pure.
std::string normalize_date(std::string_view date);

} // namespace oopsfarm
