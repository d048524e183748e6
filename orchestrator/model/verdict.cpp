// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/verdict.h"

#include "base/strings.h"

#include <array>

namespace oopsfarm {

constexpr std::array all_verdicts = {Verdict::pass,
                                     Verdict::skip,
                                     Verdict::crash,
                                     Verdict::hang,
                                     Verdict::oracle_failed,
                                     Verdict::boot_failed,
                                     Verdict::build_failed,
                                     Verdict::apply_failed,
                                     Verdict::infra};

const char* to_string(Verdict verdict)
{
  switch (verdict) {
  case Verdict::pass:
    return "pass";
  case Verdict::skip:
    return "skip";
  case Verdict::crash:
    return "crash";
  case Verdict::hang:
    return "hang";
  case Verdict::oracle_failed:
    return "oracle-failed";
  case Verdict::boot_failed:
    return "boot-failed";
  case Verdict::build_failed:
    return "build-failed";
  case Verdict::apply_failed:
    return "apply-failed";
  case Verdict::infra:
    return "infra";
  }
  return "infra";
}

Result<Verdict> parse_verdict(std::string_view text)
{
  for (const auto verdict : all_verdicts) {
    if (text == to_string(verdict)) {
      return verdict;
    }
  }
  return internal_error("unknown verdict '" + printable(text) + "'");
}

bool is_kernel_failure(Verdict verdict)
{
  switch (verdict) {
  case Verdict::crash:
  case Verdict::hang:
  case Verdict::oracle_failed:
  case Verdict::boot_failed:
  case Verdict::build_failed:
  case Verdict::apply_failed:
    return true;
  case Verdict::pass:
  case Verdict::skip:
  case Verdict::infra:
    return false;
  }
  return false;
}

} // namespace oopsfarm
