// SPDX-License-Identifier: GPL-2.0-or-later
#include "sweep/sweep.h"

#include "base/id.h"
#include "crashes/marks.h"
#include "crashes/record.h"
#include "sys/file.h"

#include <algorithm>
#include <map>

namespace oopsfarm {

namespace fs = std::filesystem;
using Clock = std::chrono::system_clock;

const char* to_string(KeptKind kind)
{
  switch (kind) {
  case KeptKind::run:
    return "run";
  case KeptKind::kernel:
    return "kernel";
  case KeptKind::objects:
    return "objects";
  case KeptKind::payload:
    return "payload";
  case KeptKind::bisection:
    return "bisection";
  }
  return "run";
}

/// The newest time of the folder's own entries: what is below them is written
/// with them.
static Clock::time_point used_at(const fs::path& path)
{
  std::error_code ignored;
  auto newest = fs::last_write_time(path, ignored);
  if (fs::is_directory(path, ignored)) {
    for (const auto& entry : fs::directory_iterator(path, ignored)) {
      newest = std::max(newest, entry.last_write_time(ignored));
    }
  }
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            newest - fs::file_time_type::clock::now());
}

namespace {

/// How many kept crashes need a kernel or a payload, by its name.
struct References
{
  std::map<std::string, std::size_t> runs;
  std::map<std::string, std::size_t> kernels;
  std::map<std::string, std::size_t> payloads;
};

} // namespace

static bool is_kept_crash(const RunRecord& run, const CrashMarks& marks)
{
  const auto& seen = run.sightings;
  return std::any_of(seen.begin(), seen.end(), [&](const Sighting& sighting) {
    return !mark_of(marks, sighting.signature).muted;
  });
}

static Result<References> count_references(const StatePaths& state)
{
  TRY_ASSIGN(const auto marks, read_marks(state.crash_marks()));
  References references;
  for (const auto& run : read_runs(state.runs()).runs) {
    if (is_kept_crash(run, marks)) {
      ++references.runs[run.run_id];
      ++references.kernels[run.kernel_key];
      ++references.payloads[run.payload];
    }
  }
  return references;
}

static std::size_t count_of(const std::map<std::string, std::size_t>& counts,
                            const std::string& name)
{
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

namespace {

class Surveyor
{
public:
  Surveyor(const Stop& stop) : stop_(stop) {}

  /// Adds a folder's entries; those that lack the file `whole` are at work, or
  /// left by somebody who died: another's business.
  Status add(KeptKind kind,
             const fs::path& folder,
             const std::string& whole,
             const std::map<std::string, std::size_t>& references)
  {
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(folder, absent)) {
      if (stop_.requested()) {
        return infra_error("stopped");
      }
      const auto& path = entry.path();
      std::error_code ignored;
      if (!whole.empty() && !fs::exists(path / whole, ignored)) {
        continue;
      }
      KeptItem item;
      item.kind = kind;
      item.path = path;
      item.bytes = bytes_below(path);
      item.used = used_at(path);
      item.references = count_of(references, path.filename().string());
      items.push_back(std::move(item));
    }
    return Ok{};
  }

  std::vector<KeptItem> items;

private:
  const Stop& stop_;
};

} // namespace

Result<std::vector<KeptItem>> survey(const StatePaths& state, const Stop& stop)
{
  TRY_ASSIGN(const auto references, count_references(state));
  const std::map<std::string, std::size_t> none;
  Surveyor surveyor(stop);
  TRY(surveyor.add(
      KeptKind::run, state.runs(), "outcome.json", references.runs));
  TRY(surveyor.add(
      KeptKind::kernel, state.kernels(), "outcome.json", references.kernels));
  TRY(surveyor.add(KeptKind::objects, state.objects(), "", none));
  TRY(surveyor.add(
      KeptKind::payload, state.payloads(), "", references.payloads));
  TRY(surveyor.add(KeptKind::bisection, state.bisections(), "", none));
  return std::move(surveyor.items);
}

std::vector<KeptItem> choose(std::vector<KeptItem> items,
                             const SweepLimits& limits,
                             Clock::time_point now)
{
  std::uint64_t left = 0;
  for (const auto& item : items) {
    left += item.bytes;
  }
  std::stable_sort(items.begin(), items.end(), [](auto& a, auto& b) {
    return a.used < b.used;
  });
  std::vector<KeptItem> go;
  for (auto& item : items) {
    const auto age = now - item.used;
    const bool is_old = limits.max_age && age > *limits.max_age;
    const bool is_too_much = limits.max_bytes && left > *limits.max_bytes;
    if (item.references == 0 && age > limits.grace && (is_old || is_too_much)) {
      left -= item.bytes;
      go.push_back(std::move(item));
    }
  }
  return go;
}

static fs::path trash(const StatePaths& state)
{
  return state.root / "trash";
}

Result<std::uint64_t>
take_out(const StatePaths& state,
         const std::vector<KeptItem>& items,
         const std::function<bool(const KeptItem&)>& is_needed)
{
  TRY(make_folder(trash(state)));
  std::uint64_t bytes = 0;
  for (const auto& item : items) {
    if (is_needed(item)) {
      continue;
    }
    std::error_code error;
    fs::rename(item.path, trash(state) / new_id(), error);
    if (error && error != std::errc::no_such_file_or_directory) {
      return infra_error(item.path.string() + ": " + error.message());
    }
    bytes += error ? 0 : item.bytes;
  }
  return bytes;
}

Status empty_trash(const StatePaths& state)
{
  return remove_tree(trash(state));
}

} // namespace oopsfarm
