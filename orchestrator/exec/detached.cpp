// SPDX-License-Identifier: GPL-2.0-or-later
#include "exec/detached.h"

#include "exec/progress_lines.h"
#include "sys/detached.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace oopsfarm {

using Clock = std::chrono::steady_clock;

static std::filesystem::path progress_file(const StepRequest& request)
{
  return request.spec.parent_path() / "progress.jsonl";
}

namespace {

/// A step at work, and how far its progress was read.
class DetachedStep
{
public:
  DetachedStep(const StepRequest& request, unsigned slots, Detached process)
      : id_(request.id), slots_(slots), process_(std::move(process)),
        progress_(open(progress_file(request).c_str(), O_RDONLY | O_CLOEXEC))
  {
  }

  DetachedStep(const DetachedStep&) = delete;
  DetachedStep& operator=(const DetachedStep&) = delete;

  ~DetachedStep()
  {
    if (progress_ >= 0) {
      close(progress_);
    }
  }

  std::size_t id() const { return id_; }

  unsigned slots() const { return slots_; }

  int exit_fd() const { return process_.exit_fd(); }

  void end(Clock::time_point deadline)
  {
    process_.kill_group(SIGTERM);
    deadline_ = deadline;
  }

  /// Adds the news to `events`; its end, if it has ended.
  std::optional<ExitStatus> collect(std::vector<StepEvent>& events)
  {
    if (deadline_ && Clock::now() >= *deadline_) {
      process_.kill_group(SIGKILL);
    }
    // Ended first, read then: nothing that it said is missed.
    const auto status = process_.try_wait();
    read_progress(events);
    return status;
  }

private:
  void read_progress(std::vector<StepEvent>& events)
  {
    std::array<char, 16 * 1024> buffer{};
    while (progress_ >= 0) {
      const auto got = read(progress_, buffer.data(), buffer.size());
      if (got <= 0) {
        return;
      }
      lines_.take({buffer.data(), static_cast<std::size_t>(got)},
                  [&](Progress progress) {
                    events.push_back({id_, std::move(progress), std::nullopt});
                  });
    }
  }

  std::size_t id_;
  unsigned slots_;
  Detached process_;
  int progress_;
  ProgressLines lines_;
  std::optional<Clock::time_point> deadline_;
};

class DetachedExecutor final : public Executor
{
public:
  DetachedExecutor(std::filesystem::path program,
                   unsigned slots,
                   const Stop& stop)
      : program_(std::move(program)), slots_(slots), stop_(stop)
  {
  }

  bool can_start(unsigned slots) const override
  {
    return used_ + std::min(slots, slots_) <= slots_;
  }

  Status start(const StepRequest& request) override
  {
    Command command;
    command.argv = {program_.string(), request.spec.string()};
    TRY_ASSIGN(auto process,
               Detached::start(command, progress_file(request), request.log));
    add(request, std::move(process));
    return Ok{};
  }

  bool adopt(const StepRequest& request) override
  {
    auto holder = Detached::holder_of(step_lock(request.spec));
    if (!holder) {
      return false;
    }
    add(request, *std::move(holder));
    return true;
  }

  void end(std::size_t id) override
  {
    for (auto& step : steps_) {
      if (step->id() == id) {
        step->end(Clock::now() + end_grace);
      }
    }
  }

  std::size_t running() const override { return steps_.size(); }

  std::vector<StepEvent> wait(std::chrono::milliseconds timeout) override
  {
    std::vector<StepEvent> events;
    if (!stop_.requested()) {
      poll_steps(timeout, true);
    }
    collect(events);
    return events;
  }

  void abort(std::chrono::milliseconds grace) override
  {
    const auto deadline = Clock::now() + grace;
    for (auto& step : steps_) {
      step->end(deadline);
    }
    constexpr std::chrono::milliseconds after_kill{2000};
    std::vector<StepEvent> ignored;
    while (!steps_.empty() && Clock::now() < deadline + after_kill) {
      poll_steps(std::chrono::milliseconds(100), false);
      collect(ignored);
    }
    used_ = 0;
    steps_.clear();
  }

private:
  void add(const StepRequest& request, Detached process)
  {
    const auto slots = std::min(request.slots, slots_);
    used_ += slots;
    steps_.push_back(
        std::make_unique<DetachedStep>(request, slots, std::move(process)));
  }

  void poll_steps(std::chrono::milliseconds timeout, bool with_stop)
  {
    std::vector<pollfd> waits;
    for (const auto& step : steps_) {
      waits.push_back({step->exit_fd(), POLLIN, 0});
    }
    if (with_stop) {
      waits.push_back({stop_.fd(), POLLIN, 0});
    }
    poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
  }

  void collect(std::vector<StepEvent>& events)
  {
    for (auto& step : steps_) {
      if (const auto status = step->collect(events)) {
        events.push_back({step->id(), std::nullopt, status});
        used_ -= step->slots();
        step.reset();
      }
    }
    std::erase(steps_, nullptr);
  }

  std::filesystem::path program_;
  unsigned slots_;
  const Stop& stop_;
  unsigned used_ = 0;
  std::vector<std::unique_ptr<DetachedStep>> steps_;
};

} // namespace

std::unique_ptr<Executor> make_detached_executor(
    std::filesystem::path step_program, unsigned slots, const Stop& stop)
{
  return std::make_unique<DetachedExecutor>(
      std::move(step_program), slots, stop);
}

} // namespace oopsfarm
