// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/mail.h"

#include "base/strings.h"
#include "series/codec.h"
#include "series/mime.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

/// Where the patch begins, for `git am`: everything before is the message.
static std::size_t message_end(std::string_view text)
{
  std::size_t start = 0;
  while (start < text.size()) {
    const auto end = std::min(text.find('\n', start), text.size());
    const auto line = text.substr(start, end - start);
    const bool breaks = line.starts_with("diff -") ||
                        line.starts_with("Index: ") ||
                        line.starts_with("--- ") || trim(line) == "---";
    if (breaks) {
      return start;
    }
    start = end + 1;
  }
  return text.size();
}

/// Every line ends with CR LF: the transport's doing, not the patch's.
static bool is_crlf_throughout(std::string_view text)
{
  if (text.find('\n') == std::string_view::npos) {
    return false;
  }
  for (auto at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') {
      return false;
    }
  }
  return true;
}

static std::string strip_crs(std::string text)
{
  return replace_all(std::move(text), "\r\n", "\n");
}

static std::string message_to_utf8(const TextPart& part)
{
  const auto charset = lower(part.type.charset);
  if (charset.starts_with("utf-16") || charset.starts_with("utf-32")) {
    return to_utf8(part.text, charset); // no line of it can be read before
  }
  // The diff's bytes are the files' and stay as they are.
  const auto end = message_end(part.text);
  return to_utf8(std::string_view(part.text).substr(0, end), charset) +
         part.text.substr(end);
}

/// Takes "From:", "Date:" and "Subject:" at the start of the body, which are
/// the author's where somebody else sent the mail on.
static void take_body_headers(Mail& mail)
{
  auto rest = std::string_view(mail.text);
  rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
  bool found = false;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = trim(rest.substr(0, end));
    const auto colon = line.find(':');
    const auto key = colon == std::string_view::npos
                         ? std::string()
                         : lower(line.substr(0, colon));
    const auto value =
        key.empty() ? std::string_view() : trim(line.substr(colon + 1));
    if (key == "from" && value.find('@') != std::string_view::npos) {
      mail.from = value;
    } else if (key == "date" && found) {
      mail.date = value;
    } else if (key == "subject") {
      mail.subject = decode_header(value);
    } else {
      break;
    }
    found = true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (found) {
    mail.text = std::string(rest);
  }
}

static std::string one_line(std::string value)
{
  std::replace_if(
      value.begin(),
      value.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      ' ');
  return std::string(trim(value));
}

static std::string strip_angles(std::string_view id)
{
  id = trim(id);
  const auto open = id.find('<');
  if (open == std::string_view::npos) {
    return std::string(id);
  }
  return std::string(id.substr(open + 1, id.find('>', open) - open - 1));
}

Result<Mail> parse_mail(std::string_view raw)
{
  const auto part = parse_part(raw);
  Mail mail;
  mail.from = one_line(part.header("from"));
  mail.date = one_line(part.header("date"));
  mail.subject = decode_header(part.header("subject"));
  mail.message_id = strip_angles(one_line(part.header("message-id")));
  TRY_ASSIGN(const auto texts, text_parts(part));
  for (const auto& text : texts) {
    auto readable = message_to_utf8(text);
    if (is_crlf_throughout(readable)) {
      readable = strip_crs(std::move(readable));
    }
    mail.text += readable;
    if (!mail.text.empty() && !mail.text.ends_with('\n')) {
      mail.text += '\n';
    }
    mail.flowed = mail.flowed || text.type.flowed;
  }
  if (mail.text.find('\0') != std::string::npos) {
    return user_error(fmt::format("mail '{}': its text is binary",
                                  printable(mail.subject, 100)));
  }
  take_body_headers(mail);
  return mail;
}

} // namespace oopsfarm
