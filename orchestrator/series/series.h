// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace oopsfarm {

/// One patch of a series. All text is untrusted; subject and author are UTF-8
/// on one line.
struct Patch
{
  unsigned number = 0;    ///< 1-based, over all sources of the job
  std::string subject;    ///< without "[PATCH …]"
  std::string author;     ///< "Name <address>"
  std::string message_id; ///< without <>; "" where the mail has none
  /// One mail in mboxrd form, transfer encodings undone, ready for
  /// `git am --patch-format=mboxrd --keep --keep-cr`.
  std::string mail;
  std::vector<std::string> files; ///< touched paths, sorted, each once
};

/// Patches in the order in which they are to be applied.
struct Series
{
  std::string title; ///< the cover letter's subject, else the first patch's
  std::string message_id; ///< of the mail that gave the title
  std::string subject;    ///< that mail's, with its tags
  std::string author;     ///< who sent it: "Name <address>"
  unsigned version = 1;   ///< from "[PATCH v2 …]"
  std::vector<Patch> patches;
};

/// More patches than this are refused.
constexpr unsigned max_patches = 1000;

} // namespace oopsfarm
