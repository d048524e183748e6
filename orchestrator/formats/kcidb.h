// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/report.h"

#include <string>

namespace oopsfarm {

/// The report as KernelCI's common database takes it: one JSON object with
/// checkouts (the base; the series or its patches on top), builds and tests, a
/// test for each cell. Ids are made from what they name: the same build in
/// another report has the same id. A failure that the base has, too, is
/// `waived`. Pure.
/// Format: version 4.5 of https://github.com/kernelci/kcidb-io,
/// kcidb_io/schema.
std::string kcidb_report(const JobReport& report);

} // namespace oopsfarm
