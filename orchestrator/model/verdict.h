// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <string_view>

namespace oopsfarm {

/// How a step ended, as evidence about the kernel under test.
///
/// | verdict | meaning |
/// |---|---|
/// | pass | the workload exercised its subject and every oracle held |
/// | skip | the target lacks what the workload is for; says nothing |
/// | crash | panic, oops, BUG, KASAN, WARNING, … on the console |
/// | hang | console and heartbeat both silent for their bound |
/// | oracle_failed | the kernel lived on, but did the wrong thing |
/// | boot_failed | init was not reached |
/// | build_failed | the kernel did not compile or its config can't be met |
/// | apply_failed | a patch of the series did not apply |
/// | infra | the farm's own failure: no evidence about the kernel |
enum class Verdict {
  pass,
  skip,
  crash,
  hang,
  oracle_failed,
  boot_failed,
  build_failed,
  apply_failed,
  infra
};

/// The form in JSON and reports: "pass", "oracle-failed", …
const char* to_string(Verdict verdict);

/// Inverse of to_string(). Fails (internal) on any other text.
Result<Verdict> parse_verdict(std::string_view text);

/// True for every verdict that is a failure of the kernel or of the series.
bool is_kernel_failure(Verdict verdict);

} // namespace oopsfarm
