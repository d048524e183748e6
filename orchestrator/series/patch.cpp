// SPDX-License-Identifier: GPL-2.0-or-later
#include "series/patch.h"

#include "base/strings.h"
#include "series/codec.h"
#include "series/date.h"
#include "series/mbox.h"

#include <fmt/format.h>

namespace oopsfarm {

/// The headers that make the commit, and nothing else of the mail's. The tag is
/// off the subject, so that `git am --keep` leaves "[media]" and the like.
static std::string rewrite_mail(const Mail& mail, const SubjectInfo& subject)
{
  return fmt::format("From: {}\n"
                     "Date: {}\n"
                     "Subject: {}\n"
                     "MIME-Version: 1.0\n"
                     "Content-Type: text/plain; charset=UTF-8\n"
                     "Content-Transfer-Encoding: 8bit\n"
                     "\n"
                     "{}",
                     mail.from,
                     normalize_date(mail.date),
                     subject.text,
                     mail.text);
}

Result<Patch>
make_patch(const Mail& mail, const SubjectInfo& subject, const Diff& diff)
{
  if (mail.from.find('@') == std::string::npos) {
    return user_error("the mail has no 'From: NAME <ADDRESS>'");
  }
  if (mail.flowed && diff.stuffed) {
    return user_error(
        "the patch is damaged: the sender's mailer put a blank before its "
        "lines (format=flowed); ask for it by `git send-email`");
  }
  Patch patch;
  patch.subject = subject.text;
  patch.author = printable(decode_header(mail.from), 300);
  patch.message_id = mail.message_id;
  patch.files = diff.names();
  Mail clean = mail;
  if (diff.crlf) {
    clean.text = replace_all(std::move(clean.text), "\r\n", "\n");
  }
  patch.mail = to_mboxrd(rewrite_mail(clean, subject));
  return patch;
}

} // namespace oopsfarm
