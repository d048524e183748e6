// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hash.h"
#include "model/step.h"

#include <fmt/format.h>

namespace oopsfarm {

/// Raised when the build recipe changes in a way that changes kernels.
constexpr int recipe_version = 1;

std::string kernel_key(const BuildSpec& spec)
{
  return sha256_hex(fmt::format("oopsfarm kernel {}\n{}\n{}\n{}\n{}\n{}\n",
                                recipe_version,
                                spec.commit,
                                to_string(spec.arch),
                                spec.kconfig,
                                spec.fragments_hash,
                                spec.toolchain));
}

} // namespace oopsfarm
