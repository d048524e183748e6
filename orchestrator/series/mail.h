// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace oopsfarm {

/// What matters of one mail. All untrusted.
struct Mail
{
  std::string from;       ///< raw, unfolded; an in-body "From:" wins
  std::string date;       ///< raw
  std::string subject;    ///< UTF-8, one line, with its tags
  std::string message_id; ///< without <>
  /// The text parts put together, transfer encoding undone, lines end with \n
  /// (and \r where the sender's had them); the message (what is before the
  /// diff) in UTF-8.
  std::string text;
  bool flowed = false; ///< sent as format=flowed
};

/// Reads RFC 5322 headers and MIME parts. Pure; lenient: what is missing is
/// "". Fails (user) on a body that is binary, or nested too deep.
Result<Mail> parse_mail(std::string_view raw);

} // namespace oopsfarm
