// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oopsfarm {

/// Headers of a mail (RFC 5322) from untrusted text. Pure.

/// "Name: value\n", folded at 76 columns. Control characters become blanks;
/// what is not plain ASCII is put into encoded words (RFC 2047).
std::string header_line(std::string_view name, std::string_view value);

/// An address, taken apart.
struct MailAddress
{
  std::string name; ///< UTF-8; may be ""
  std::string address;
};

/// "Name <address>" or "address"; nothing where the address is not of the form
/// local@domain that needs no quotes (RFC 5322, dot-atom).
std::optional<MailAddress> parse_address(std::string_view text);

/// The address as it stands in a header, its name quoted or encoded as needed.
std::string address_text(const MailAddress& address);

/// A Message-ID without <> that can stand in a header as it is.
bool is_message_id(std::string_view text);

/// "Sat, 21 Nov 2026 10:15:00 +0000", from ms since 1970.
std::string mail_date(std::chrono::milliseconds since_1970);

} // namespace oopsfarm
