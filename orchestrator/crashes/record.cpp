// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/record.h"

#include "base/id.h"
#include "model/json.h"
#include "sys/file.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <variant>

namespace oopsfarm {

namespace fs = std::filesystem;

RunRecord record_of(const RunSpec& spec, const RunOutcome& outcome)
{
  RunRecord record;
  record.run_id = spec.run_id;
  record.origin = spec.origin;
  record.kernel_key = spec.kernel_key;
  record.payload = spec.payload;
  record.target = spec.target.name;
  record.workload = spec.workload.name;
  record.verdict = outcome.verdict;
  if (!is_kernel_failure(outcome.verdict)) {
    return record;
  }
  for (const auto& finding : outcome.findings) {
    const bool again = std::any_of(
        record.sightings.begin(),
        record.sightings.end(),
        [&](const auto& seen) { return seen.signature == finding.signature; });
    if (!finding.follow_on && !again) {
      record.sightings.push_back(
          {finding.signature, finding.title, finding.first_line});
    }
  }
  return record;
}

static std::optional<RunRecord> read_run(const fs::path& folder)
{
  const auto spec_text = read_file(folder / "spec.json");
  const auto outcome_text = read_file(folder / "outcome.json");
  if (!spec_text || !outcome_text) {
    return std::nullopt;
  }
  const auto step = parse_step_spec(*spec_text);
  const auto outcome = parse_run_outcome(*outcome_text);
  const auto* spec = step ? std::get_if<RunSpec>(&*step) : nullptr;
  if (spec == nullptr || !outcome) {
    return std::nullopt;
  }
  return record_of(*spec, *outcome);
}

RunRecords read_runs(const fs::path& runs)
{
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(runs, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code missing;
    if (is_id(entry->path().filename().string()) &&
        fs::exists(entry->path() / "outcome.json", missing)) {
      folders.push_back(entry->path());
    }
  }
  std::sort(folders.begin(), folders.end()); // ids sort by time
  RunRecords records;
  for (const auto& folder : folders) {
    if (auto record = read_run(folder)) {
      records.runs.push_back(*std::move(record));
    } else {
      ++records.unread;
    }
  }
  return records;
}

} // namespace oopsfarm
