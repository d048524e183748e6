// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace oopsfarm::testing {

/// A one-line change of `file`, as git writes it.
inline std::string diff_of(const std::string& file,
                           const std::string& from = "old",
                           const std::string& to = "new")
{
  return "diff --git a/" + file + " b/" + file +
         "\nindex 1234567..89abcde 100644\n--- a/" + file + "\n+++ b/" + file +
         "\n@@ -1,3 +1,3 @@\n one\n-" + from + "\n+" + to + "\n three\n";
}

/// What a test mail is made of.
struct MailText
{
  std::string subject;
  std::string body = "Because.\n\nSigned-off-by: A <a@example.org>\n---\n" +
                     diff_of("mm/oom_kill.c") + "-- \n2.39.5\n\n";
  std::string id;
  std::string more; ///< header lines
};

/// With its "From " line, as a mail archive saves it.
inline std::string mail(const MailText& text)
{
  std::string out = "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
                    "From: Ann Author <ann@example.org>\n"
                    "Date: Mon, 6 Nov 2023 10:11:12 +0100\n"
                    "Subject: " +
                    text.subject + "\n";
  if (!text.id.empty()) {
    out += "Message-ID: <" + text.id + ">\n";
  }
  return out + text.more + "\n" + text.body;
}

} // namespace oopsfarm::testing
