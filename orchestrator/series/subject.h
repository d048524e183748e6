// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oopsfarm {

/// What a mail's subject says: "[RFC PATCH net-next v3 1/2] mm: …".
struct SubjectInfo
{
  bool reply = false;   ///< "Re:" and its like
  bool tagged = false;  ///< there is a [PATCH …] or [RFC …] or [… n/m]
  unsigned number = 0;  ///< n of n/m
  unsigned total = 0;   ///< m of n/m; 0: not numbered
  unsigned version = 1; ///< from "v3"
  std::string text;     ///< the rest; never empty

  bool numbered() const { return total > 0; }

  bool cover() const { return numbered() && number == 0; }
};

/// Pure. `subject` is decoded, on one line. Brackets that say nothing about
/// patches ("[media] …") stay in the text.
SubjectInfo parse_subject(std::string_view subject);

} // namespace oopsfarm
