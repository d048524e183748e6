// SPDX-License-Identifier: GPL-2.0-or-later
// A mailbox to a series: patches or an error, whatever it holds.
#include "fuzz/fuzz.h"
#include "series/load.h"

#include <algorithm>

using namespace oopsfarm;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto series = parse_mailbox(fuzz::text_of(data, size), "fuzz.mbox");
  if (!series) {
    fuzz::require(!series.error().message.empty(), "an error says something");
  }
  return 0;
}
