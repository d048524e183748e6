// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/farm.h"
#include "model/report.h"

#include <chrono>
#include <string>
#include <vector>

namespace oopsfarm {

/// Who a mail is from, and to whom it goes: "Name <address>" or an address
/// alone, UTF-8.
struct MailIdentity
{
  std::string from = "Oopsfarm <oopsfarm@localhost>";
  std::vector<std::string> to = {}; ///< none: the author of the series
};

/// As farm.yaml says, else the defaults. Pure.
MailIdentity identity_of(const MailConfig& config);

/// The report as a reply to the series: one mail (RFC 5322, lines end with \n)
/// in plain text of 72 columns, threaded by Message-ID, with no word quoted.
/// A job without a series, or whose series came by no mail, begins a thread.
/// Nothing in the report can add a header or a recipient: what is not fit for
/// its header is encoded (RFC 2047) or left out. `ended` is the mail's date,
/// since 1970; 0: it has none, and whoever sends it sets one. Pure.
std::string mail_report(const JobReport& report,
                        const MailIdentity& identity,
                        std::chrono::milliseconds ended);

} // namespace oopsfarm
