// SPDX-License-Identifier: GPL-2.0-or-later
#include "exec/local.h"

#include "exec/progress_lines.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace oopsfarm {

namespace {

using Clock = std::chrono::steady_clock;

/// Appends to a file until it holds `cap` bytes; then drops the rest.
class CappedFile
{
public:
  CappedFile(const std::filesystem::path& file, std::size_t cap)
      : fd_(open(
            file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)),
        left_(cap)
  {
  }

  CappedFile(const CappedFile&) = delete;
  CappedFile& operator=(const CappedFile&) = delete;

  ~CappedFile()
  {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  void append(std::string_view bytes)
  {
    bytes = bytes.substr(0, left_);
    left_ -= bytes.size();
    if (fd_ >= 0 && write(fd_, bytes.data(), bytes.size()) < 0) {
      left_ = 0; // a log is no reason to fail; the disk's state shows elsewhere
    }
  }

private:
  int fd_;
  std::size_t left_;
};

/// A running step: its process, and what it says.
class RunningStep
{
public:
  RunningStep(const StepRequest& request, unsigned slots, Child child)
      : id_(request.id), slots_(slots), child_(std::move(child)),
        log_(request.log, max_log)
  {
  }

  std::size_t id() const { return id_; }

  unsigned slots() const { return slots_; }

  Child& child() { return child_; }

  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

  bool is_overdue(Clock::time_point now) const
  {
    return deadline_ && now >= *deadline_;
  }

  std::array<pollfd, 3> polls() const
  {
    return {{{out_open_ ? child_.out_fd() : -1, POLLIN, 0},
             {err_open_ ? child_.err_fd() : -1, POLLIN, 0},
             {child_.exit_fd(), POLLIN, 0}}};
  }

  /// Takes what there is to read; adds the news to `events`.
  void drain(std::vector<StepEvent>& events)
  {
    pump(child_.out_fd(), out_open_, [&](std::string_view bytes) {
      take_progress(bytes, events);
    });
    pump(child_.err_fd(), err_open_, [&](std::string_view bytes) {
      log_.append(bytes);
    });
  }

private:
  static constexpr std::size_t max_log = 4U << 20;

  template <typename Take> static void pump(int fd, bool& open, Take take)
  {
    std::array<char, 16 * 1024> buffer{};
    while (open) {
      const auto got = read(fd, buffer.data(), buffer.size());
      if (got > 0) {
        take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
      } else if (got < 0 && errno == EAGAIN) {
        return;
      } else if (got == 0 || errno != EINTR) {
        open = false;
      }
    }
  }

  void take_progress(std::string_view bytes, std::vector<StepEvent>& events)
  {
    lines_.take(bytes, [&](Progress progress) {
      events.push_back({id_, std::move(progress), std::nullopt});
    });
  }

  std::size_t id_;
  unsigned slots_;
  Child child_;
  CappedFile log_;
  std::optional<Clock::time_point> deadline_; ///< to be killed then
  ProgressLines lines_;
  bool out_open_ = true;
  bool err_open_ = true;
};

class LocalExecutor final : public Executor
{
public:
  LocalExecutor(std::filesystem::path program, unsigned slots, const Stop& stop)
      : program_(std::move(program)), slots_(slots), stop_(stop)
  {
  }

  ~LocalExecutor() override { LocalExecutor::abort(std::chrono::seconds(5)); }

  bool can_start(unsigned slots) const override
  {
    return used_ + std::min(slots, slots_) <= slots_;
  }

  Status start(const StepRequest& request) override
  {
    Command command;
    command.argv = {program_.string(), request.spec.string()};
    TRY_ASSIGN(auto child, Child::start(command));
    const auto slots = std::min(request.slots, slots_);
    used_ += slots;
    steps_.push_back(
        std::make_unique<RunningStep>(request, slots, std::move(child)));
    return Ok{};
  }

  /// They are this process' children, and end with it.
  bool adopt(const StepRequest&) override { return false; }

  void end(std::size_t id) override
  {
    for (auto& step : steps_) {
      if (step->id() == id) {
        step->child().kill_group(SIGTERM);
        step->set_deadline(Clock::now() + end_grace);
      }
    }
  }

  std::size_t running() const override { return steps_.size(); }

  std::vector<StepEvent> wait(std::chrono::milliseconds timeout) override
  {
    std::vector<StepEvent> events;
    if (!stop_.requested()) {
      poll_steps(timeout, Watch::steps_and_stop);
    }
    collect(events);
    return events;
  }

  void abort(std::chrono::milliseconds grace) override
  {
    for (auto& step : steps_) {
      step->child().kill_group(SIGTERM);
    }
    const auto deadline = Clock::now() + grace;
    std::vector<StepEvent> ignored;
    while (!steps_.empty() && Clock::now() < deadline) {
      poll_steps(
          std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()),
          Watch::steps);
      collect(ignored);
    }
    used_ = 0;
    steps_.clear(); // the destructors kill
  }

private:
  enum class Watch { steps, steps_and_stop };

  void poll_steps(std::chrono::milliseconds timeout, Watch watch)
  {
    std::vector<pollfd> waits;
    for (const auto& step : steps_) {
      for (const auto& one : step->polls()) {
        waits.push_back(one);
      }
    }
    if (watch == Watch::steps_and_stop) {
      waits.push_back({stop_.fd(), POLLIN, 0});
    }
    poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
  }

  void collect(std::vector<StepEvent>& events)
  {
    for (auto& step : steps_) {
      if (step->is_overdue(Clock::now())) {
        step->child().kill_group(SIGKILL);
      }
      // Ended first, read then: nothing that it said is missed.
      const auto status = step->child().try_wait();
      step->drain(events);
      if (status) {
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
  std::vector<std::unique_ptr<RunningStep>> steps_;
};

} // namespace

std::unique_ptr<Executor> make_local_executor(
    std::filesystem::path step_program, unsigned slots, const Stop& stop)
{
  return std::make_unique<LocalExecutor>(std::move(step_program), slots, stop);
}

} // namespace oopsfarm
