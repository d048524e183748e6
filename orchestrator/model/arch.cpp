// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/arch.h"

#include "base/strings.h"

namespace oopsfarm {

const char* to_string(Arch arch)
{
  return arch == Arch::x86_64 ? "x86_64" : "ppc64le";
}

Result<Arch> parse_arch(std::string_view text)
{
  for (const auto arch : all_archs()) {
    if (text == to_string(arch)) {
      return arch;
    }
  }
  return user_error("unknown architecture '" + printable(text) +
                    "': known: x86_64, ppc64le");
}

const char* kernel_arch(Arch arch)
{
  return arch == Arch::x86_64 ? "x86_64" : "powerpc";
}

const char* cross_prefix(Arch arch)
{
  return arch == Arch::x86_64 ? "x86_64-linux-gnu-" : "powerpc64le-linux-gnu-";
}

const std::vector<Arch>& all_archs()
{
  static const std::vector<Arch> archs = {Arch::x86_64, Arch::ppc64le};
  return archs;
}

} // namespace oopsfarm
