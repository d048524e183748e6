// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "formats/mail.h"
#include "model/report.h"
#include "report/text_report.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// The forms in which a job's report is given (docs/reports.md).
enum class Format { text, json, mail, junit, ktap, kcidb, html };

/// All of them, in the order in which people are told of them.
const std::vector<Format>& all_formats();

/// "text", "json", "mail", …; and the inverse, which fails (user) on any other
/// text, with the nearest.
const char* to_string(Format format);
Result<Format> parse_format(std::string_view text);
std::vector<std::string> format_names();

/// The MIME type, and the name of a file with it: "report.html".
const char* content_type(Format format);
const char* file_name(Format format);

/// What a report in any of the forms depends on besides the job.
struct FormatOptions
{
  Style style;                        ///< of the text
  MailIdentity mail;                  ///< who writes, and to whom
  std::chrono::milliseconds ended{0}; ///< since 1970, of the job; 0: not known
};

/// The report in one of its forms. Everything in the report is taken to be
/// untrusted: no form lets it end a string, an element, a header or a line of
/// a protocol. Pure.
std::string format_report(const JobReport& report,
                          Format format,
                          const FormatOptions& options = {});

} // namespace oopsfarm
