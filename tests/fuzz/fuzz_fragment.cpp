// SPDX-License-Identifier: GPL-2.0-or-later
// A kconfig fragment: wishes that are safe to write into a .config, or an
// error.
#include "fuzz/fuzz.h"
#include "kbuild/fragment.h"

#include <algorithm>

using namespace oopsfarm;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto fragment =
      parse_fragment(fuzz::text_of(data, size), "fuzz.config");
  if (!fragment) {
    fuzz::require(fragment.error().message.find("fuzz.config") !=
                      std::string::npos,
                  "an error names its file");
    return 0;
  }
  for (const auto& wish : fragment->wishes) {
    fuzz::require(!wish.symbol.empty() &&
                      wish.value.find_first_of("\n\r") == std::string::npos,
                  "a wish is one line");
  }
  return 0;
}
