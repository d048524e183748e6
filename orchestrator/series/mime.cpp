// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/mime.h"

#include "base/strings.h"
#include "series/codec.h"

#include <algorithm>

namespace oopsfarm {

std::string MimePart::header(std::string_view name) const
{
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

/// Cuts the next line off; without its line end.
static std::string_view take_line(std::string_view& text)
{
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

MimePart parse_part(std::string_view raw)
{
  constexpr std::size_t longest = 64 * 1024;
  MimePart part;
  while (!raw.empty()) {
    const auto line = take_line(raw);
    if (line.empty()) {
      break;
    }
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (folded && !part.headers.empty()) {
      auto& value = part.headers.back().second;
      if (value.size() + line.size() < longest) {
        value += ' ';
        value += trim(line);
      }
      continue;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
      part.headers.emplace_back(
          lower(trim(line.substr(0, colon))),
          trim(line.substr(colon + 1)).substr(0, longest));
    }
  }
  part.body = raw;
  return part;
}

/// `key="value"` of a parameter list; quotes off.
static std::string unquoted(std::string_view value)
{
  value = trim(value);
  if (value.size() >= 2 && value.front() == '"') {
    value = value.substr(1, value.find('"', 1) - 1);
  }
  return std::string(value);
}

/// A parameter of a structured header, or "".
static std::string parameter(std::string_view header, std::string_view name)
{
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= header.size(); ++i) {
    if (i < header.size() && header[i] == '"') {
      quoted = !quoted;
    }
    if (i < header.size() && (header[i] != ';' || quoted)) {
      continue;
    }
    const auto piece = header.substr(start, i - start);
    start = i + 1;
    const auto equals = piece.find('=');
    if (equals != std::string_view::npos &&
        lower(trim(piece.substr(0, equals))) == name) {
      return unquoted(piece.substr(equals + 1));
    }
  }
  return {};
}

ContentType parse_content_type(std::string_view value)
{
  ContentType type;
  type.type = lower(trim(value.substr(0, value.find(';'))));
  if (type.type.find('/') == std::string::npos) {
    type.type = "text/plain";
  }
  type.charset = parameter(value, "charset");
  type.boundary = parameter(value, "boundary");
  type.flowed = lower(parameter(value, "format")) == "flowed";
  return type;
}

namespace {

/// Collects text parts, within bounds.
class Collector
{
public:
  Status collect(const MimePart& part, unsigned depth);

  std::vector<TextPart> texts;

private:
  Status collect_multipart(const MimePart& part,
                           const ContentType& type,
                           unsigned depth);

  unsigned parts_ = 0;
};

} // namespace

static bool is_wanted(const MimePart& part, const ContentType& type)
{
  if (type.type == "text/html" || type.type == "text/calendar") {
    return false;
  }
  if (type.type.starts_with("text/")) {
    return true;
  }
  const auto disposition = part.header("content-disposition");
  auto name = lower(parameter(disposition, "filename"));
  if (name.empty()) {
    name = lower(parameter(part.header("content-type"), "name"));
  }
  return name.ends_with(".patch") || name.ends_with(".diff");
}

static std::string decode_body(const MimePart& part)
{
  const auto encoding = lower(part.header("content-transfer-encoding"));
  if (encoding == "quoted-printable") {
    return decode_quoted_printable(part.body);
  }
  if (encoding == "base64") {
    return decode_base64(part.body);
  }
  return std::string(part.body);
}

Status Collector::collect(const MimePart& part, unsigned depth)
{
  constexpr unsigned deepest = 8;
  constexpr unsigned most = 200;
  if (depth > deepest || ++parts_ > most) {
    return user_error("the mail has too many parts");
  }
  const auto type = parse_content_type(part.header("content-type"));
  if (type.type.starts_with("multipart/") && !type.boundary.empty()) {
    return collect_multipart(part, type, depth);
  }
  if (is_wanted(part, type)) {
    texts.push_back({decode_body(part), type});
  }
  return Ok{};
}

/// The bodies between the lines "--boundary"; RFC 2046.
static std::vector<std::string_view> split_parts(std::string_view body,
                                                 const std::string& boundary)
{
  const std::string mark = "--" + boundary;
  std::vector<std::string_view> parts;
  const char* start = nullptr;
  auto rest = body;
  while (!rest.empty()) {
    const char* line_start = rest.data();
    const auto line = trim(take_line(rest));
    const bool last = line == mark + "--";
    if (line != mark && !last) {
      continue;
    }
    if (start != nullptr) {
      parts.emplace_back(start, static_cast<std::size_t>(line_start - start));
    }
    start = rest.data();
    if (last) {
      return parts;
    }
  }
  if (start != nullptr) { // cut off in the middle
    parts.emplace_back(
        start, static_cast<std::size_t>(body.data() + body.size() - start));
  }
  return parts;
}

Status Collector::collect_multipart(const MimePart& part,
                                    const ContentType& type,
                                    unsigned depth)
{
  const auto before = texts.size();
  for (const auto raw : split_parts(part.body, type.boundary)) {
    TRY(collect(parse_part(raw), depth + 1));
    if (type.type == "multipart/alternative" && texts.size() > before) {
      break;
    }
  }
  return Ok{};
}

Result<std::vector<TextPart>> text_parts(const MimePart& mail)
{
  Collector collector;
  TRY(collector.collect(mail, 0));
  return std::move(collector.texts);
}

} // namespace oopsfarm
