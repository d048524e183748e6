// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/format.h"

#include "base/strings.h"
#include "formats/html.h"
#include "formats/junit.h"
#include "formats/kcidb.h"
#include "formats/ktap_report.h"
#include "report/json_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

namespace {

struct Form
{
  Format format;
  const char* name;
  const char* content_type;
  const char* file_name;
};

constexpr Form forms[] = {
    {Format::text, "text", "text/plain; charset=utf-8", "report.txt"},
    {Format::json, "json", "application/x-ndjson", "report.jsonl"},
    {Format::mail, "mail", "message/rfc822", "report.eml"},
    {Format::junit, "junit", "application/xml", "junit.xml"},
    {Format::ktap, "ktap", "text/plain; charset=utf-8", "report.ktap"},
    {Format::kcidb, "kcidb", "application/json", "kcidb.json"},
    {Format::html, "html", "text/html; charset=utf-8", "report.html"}};

const Form& form_of(Format format)
{
  return *std::find_if(std::begin(forms),
                       std::end(forms),
                       [&](const Form& form) { return form.format == format; });
}

} // namespace

const std::vector<Format>& all_formats()
{
  static const std::vector<Format> all = [] {
    std::vector<Format> formats;
    for (const auto& form : forms) {
      formats.push_back(form.format);
    }
    return formats;
  }();
  return all;
}

const char* to_string(Format format)
{
  return form_of(format).name;
}

const char* content_type(Format format)
{
  return form_of(format).content_type;
}

const char* file_name(Format format)
{
  return form_of(format).file_name;
}

std::vector<std::string> format_names()
{
  std::vector<std::string> names;
  for (const auto& form : forms) {
    names.emplace_back(form.name);
  }
  return names;
}

Result<Format> parse_format(std::string_view text)
{
  for (const auto& form : forms) {
    if (text == form.name) {
      return form.format;
    }
  }
  return user_error(fmt::format("unknown format '{}'; {}",
                                printable(text, 80),
                                suggest(text, format_names())));
}

std::string format_report(const JobReport& report,
                          Format format,
                          const FormatOptions& options)
{
  switch (format) {
  case Format::text:
    return text_table(report, options.style);
  case Format::json:
    return json_cells(report);
  case Format::mail:
    return mail_report(report, options.mail, options.ended);
  case Format::junit:
    return junit_report(report);
  case Format::ktap:
    return ktap_report(report);
  case Format::kcidb:
    return kcidb_report(report);
  case Format::html:
    return html_report(report);
  }
  return "";
}

} // namespace oopsfarm
