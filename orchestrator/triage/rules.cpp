// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

#include <iterator>
#include <utility>

namespace oopsfarm {

static std::vector<Head> collect()
{
  std::vector<Head> heads;
  for (auto* family : {sanitizer_heads,
                       lock_heads,
                       hang_heads,
                       memory_heads,
                       check_heads,
                       bug_heads,
                       fault_heads,
                       warning_heads,
                       panic_heads,
                       last_heads}) {
    auto more = family();
    std::move(more.begin(), more.end(), std::back_inserter(heads));
  }
  return heads;
}

const std::vector<Head>& all_heads()
{
  static const std::vector<Head> heads = collect();
  return heads;
}

} // namespace oopsfarm
