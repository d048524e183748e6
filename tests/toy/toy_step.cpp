// SPDX-License-Identifier: GPL-2.0-or-later
#include "toy/toy_step.h"

#include "model/json.h"
#include "sys/file.h"

#include <thread>
#include <variant>
#include <vector>

namespace oopsfarm::toy {

RunOutcome outcome_of(const RunSpec& spec)
{
  constexpr std::uint64_t crash_every = 5;
  RunOutcome outcome;
  outcome.run_id = spec.run_id;
  outcome.seed = spec.seed;
  outcome.attempt = spec.attempt;
  const bool crashed = spec.seed % crash_every == 0;
  outcome.verdict = crashed ? Verdict::crash : Verdict::pass;
  outcome.title = crashed ? "kernel BUG in toy" : "";
  return outcome;
}

static Result<RunSpec> read_run(const std::filesystem::path& spec_file)
{
  TRY_ASSIGN(const auto text, read_file(spec_file));
  TRY_ASSIGN(const auto spec, parse_step_spec(text));
  if (const auto* run = std::get_if<RunSpec>(&spec)) {
    return *run;
  }
  return internal_error("toys are runs");
}

int work(const std::filesystem::path& spec_file)
{
  constexpr std::uint64_t spread = 11;
  constexpr std::chrono::milliseconds unit{5};
  const auto lock = FileLock::try_take(step_lock(spec_file));
  const auto run = read_run(spec_file);
  if (!lock || !run) {
    return 3;
  }
  std::this_thread::sleep_for(unit * (run->seed % spread));
  return write_file(spec_file.parent_path() / "outcome.json",
                    to_json(outcome_of(*run)))
             ? 0
             : 3;
}

namespace {

class InstantExecutor final : public Executor
{
public:
  explicit InstantExecutor(unsigned slots) : slots_(slots) {}

  bool can_start(unsigned) const override { return started_.size() < slots_; }

  Status start(const StepRequest& request) override
  {
    started_.push_back(request);
    return Ok{};
  }

  bool adopt(const StepRequest&) override { return false; }

  void end(std::size_t) override {}

  std::size_t running() const override { return started_.size(); }

  std::vector<StepEvent> wait(std::chrono::milliseconds timeout) override
  {
    if (started_.empty()) {
      std::this_thread::sleep_for(timeout);
    }
    std::vector<StepEvent> events;
    for (const auto& request : std::exchange(started_, {})) {
      StepEvent event;
      event.id = request.id;
      event.ended = ExitStatus{finish(request), 0};
      events.push_back(std::move(event));
    }
    return events;
  }

  void abort(std::chrono::milliseconds) override { started_.clear(); }

private:
  static int finish(const StepRequest& request)
  {
    const auto run = read_run(request.spec);
    return run && write_file(request.spec.parent_path() / "outcome.json",
                             to_json(outcome_of(*run)))
               ? 0
               : 3;
  }

  unsigned slots_;
  std::vector<StepRequest> started_;
};

} // namespace

std::unique_ptr<Executor> make_instant_executor(unsigned slots)
{
  return std::make_unique<InstantExecutor>(slots);
}

} // namespace oopsfarm::toy
