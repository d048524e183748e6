// SPDX-License-Identifier: GPL-2.0-or-later
// Crashes and OOM events of a console: bounded, and the same whatever the
// chunking.
#include "fuzz/fuzz.h"
#include "triage/log_triage.h"
#include "triage/signature.h"

#include <algorithm>

using namespace oopsfarm;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto text = fuzz::text_of(data, size);
  LogTriage whole;
  whole.feed(text);
  whole.finish();
  LogTriage parts;
  fuzz::feed_in_pieces(parts, text);
  parts.finish();
  const auto& crashes = whole.crashes().crashes();
  const auto& again = parts.crashes().crashes();
  fuzz::require(whole.crashes().count() == parts.crashes().count() &&
                    crashes.size() == again.size(),
                "chunking changes no count");
  for (std::size_t i = 0; i < crashes.size(); ++i) {
    fuzz::require(crashes[i].title == again[i].title, "nor a title");
    fuzz::require(!crashes[i].title.empty(), "a crash has a title");
    fuzz::require(crashes[i].title.size() <= 1024 &&
                      crashes[i].excerpt.size() <=
                          2 * CrashLimits{}.excerpt_bytes,
                  "crashes are bounded");
  }
  fuzz::require(whole.oom().kill_count == parts.oom().kill_count,
                "nor the kills");
  return 0;
}
