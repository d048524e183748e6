// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"
#include "base/strings.h"
#include "kbuild/build.h"
#include "model/json.h"
#include "step/step.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

constexpr int exit_bad_spec = 2;
constexpr int exit_infra = 3;

static Result<RunOutcome>
connect_and_run(const RunSpec& spec, const Stop& stop, const OnProgress& show)
{
  LibvirtOptions options;
  options.uri = spec.libvirt_uri;
  options.root = spec.libvirt_root;
  options.cache_template = spec.libvirt_root.parent_path() / "template";
  options.kvm = spec.accelerator.kvm ? KvmDevice::visible : KvmDevice::hidden;
  TRY_ASSIGN(auto hypervisor, connect_libvirt(options));
  return run_guest(spec, *hypervisor, stop, show);
}

static BuildOutcome infra_outcome(const BuildSpec& spec, const Error& error)
{
  BuildOutcome outcome;
  outcome.verdict = Verdict::infra;
  outcome.key = spec.key;
  outcome.title = split_lines(error.message + "\n").front();
  outcome.detail = error.message;
  return outcome;
}

static RunOutcome infra_outcome(const RunSpec& spec, const Error& error)
{
  RunOutcome outcome;
  outcome.verdict = Verdict::infra;
  outcome.run_id = spec.run_id;
  outcome.title = split_lines(error.message + "\n").front();
  outcome.detail = error.message;
  outcome.accelerator = spec.accelerator;
  outcome.seed = spec.seed;
  outcome.attempt = spec.attempt;
  return outcome;
}

/// Writes what the step came to, unless it was stopped: a step that was
/// stopped has no outcome.
template <typename Spec, typename Outcome>
static int
leave_outcome(const Spec& spec, Result<Outcome> outcome, const Stop& stop)
{
  if (!outcome) {
    log::error(outcome.error().message);
    if (stop.requested()) {
      return 128 + stop.signal();
    }
    outcome = infra_outcome(spec, outcome.error());
  }
  const auto file = spec.out / "outcome.json";
  if (auto written = write_file(file, to_json(*outcome) + "\n", Durable::yes);
      !written) {
    log::error(written.error().message);
    return exit_infra;
  }
  return 0;
}

int work_step(const std::filesystem::path& spec_file,
              ProcessRunner& processes,
              const Stop& stop,
              const OnProgress& on_progress)
{
  auto text = read_file(spec_file);
  if (!text) {
    log::error(text.error().message);
    return exit_bad_spec;
  }
  auto parsed = parse_step_spec(*text);
  if (!parsed) {
    log::error(spec_file.string() + ": " + parsed.error().message);
    return exit_bad_spec;
  }
  const auto lock = FileLock::try_take(step_lock(spec_file));
  if (!lock) {
    log::error(lock.error().message);
    return exit_infra;
  }
  if (const auto* build = std::get_if<BuildSpec>(&*parsed)) {
    return leave_outcome(
        *build, build_kernel(*build, processes, stop, on_progress), stop);
  }
  const auto& run = std::get<RunSpec>(*parsed);
  return leave_outcome(run, connect_and_run(run, stop, on_progress), stop);
}

} // namespace oopsfarm
