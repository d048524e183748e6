// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hash.h"
#include "base/strings.h"
#include "model/step.h"

#include <fmt/format.h>

namespace oopsfarm {

/// Raised when the build recipe changes in a way that changes kernels.
constexpr int recipe_version = 1;

/// The same for the programs of selftests.
constexpr int selftests_version = 1;

std::string kernel_key(const BuildSpec& spec)
{
  auto inputs = fmt::format("oopsfarm kernel {}\n{}\n{}\n{}\n{}\n{}\n",
                            recipe_version,
                            spec.commit,
                            to_string(spec.arch),
                            spec.kconfig,
                            spec.fragments_hash,
                            spec.toolchain);
  if (!spec.selftests.empty()) {
    inputs += fmt::format(
        "selftests {}\n{}\n", selftests_version, join(spec.selftests, "\n"));
  }
  return sha256_hex(inputs);
}

} // namespace oopsfarm
