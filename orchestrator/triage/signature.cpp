// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/signature.h"

#include "base/hash.h"
#include "base/strings.h"

namespace oopsfarm {

static constexpr std::size_t digits = 12;

std::string_view source_name(std::string_view function)
{
  if (function.size() > 1 && function.front() == '.') {
    function.remove_prefix(1);
  }
  // C has no dots in names: what follows the first one is the compiler's.
  return function.substr(0, function.find('.'));
}

/// The fault without the function. x86_64 and powerpc print a null pointer's
/// address range differently, so that its type stands for it.
static std::string kind_of(const Crash& crash)
{
  constexpr std::string_view worded_differently = "NULL-POINTER-DEREFERENCE";
  if (crash.type == worded_differently) {
    return crash.type;
  }
  return crash.frame.empty() ? crash.title
                             : replace_all(crash.title, crash.frame, "");
}

std::string signature_of(const Crash& crash)
{
  std::string text = kind_of(crash);
  text += '\n';
  text += source_name(crash.frame);
  return sha256_hex(text).substr(0, digits);
}

std::string signature_of(std::string_view title)
{
  return sha256_hex(title).substr(0, digits);
}

} // namespace oopsfarm
