// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "exec/executor.h"
#include "model/json.h"
#include "sys/file.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace oopsfarm::test {

/// An executor without processes: a step "runs" when wait() is called, and
/// leaves what the test's function makes of its spec as its outcome. Records
/// the specs in the order in which they were started.
class FakeExecutor final : public Executor
{
public:
  /// Gives outcome.json's content for a spec; "" leaves none.
  using Work = std::function<std::string(const StepSpec&)>;

  FakeExecutor(unsigned slots, Work work) : slots_(slots), work_(work) {}

  bool can_start(unsigned slots) const override
  {
    return used() + std::min(slots, slots_) <= slots_;
  }

  Status start(const StepRequest& request) override
  {
    started.push_back(*parse_step_spec(*read_file(request.spec)));
    queue_.push_back(request);
    most_at_once = std::max(most_at_once, queue_.size());
    return Ok{};
  }

  /// One of `at_work` (specs' folders) goes on as if it had been started.
  bool adopt(const StepRequest& request) override
  {
    const auto known =
        std::find(at_work.begin(), at_work.end(), request.spec.parent_path());
    if (known == at_work.end()) {
      return false;
    }
    at_work.erase(known);
    queue_.push_back(request);
    return true;
  }

  void end(std::size_t id) override { ended.push_back(id); }

  std::size_t running() const override { return queue_.size(); }

  std::vector<StepEvent> wait(std::chrono::milliseconds) override
  {
    if (queue_.empty()) {
      return {};
    }
    const auto request = queue_.front();
    queue_.pop_front();
    const auto outcome = work_(*parse_step_spec(*read_file(request.spec)));
    if (!outcome.empty()) {
      const auto file = request.spec.parent_path() / "outcome.json";
      static_cast<void>(write_file(file, outcome));
    }
    return {{request.id, std::nullopt, ExitStatus{outcome.empty() ? 3 : 0, 0}}};
  }

  void abort(std::chrono::milliseconds) override
  {
    aborted = queue_.size();
    queue_.clear();
  }

  std::vector<StepSpec> started;
  std::vector<std::filesystem::path> at_work;
  std::vector<std::size_t> ended; ///< by end(); they go on all the same
  std::size_t most_at_once = 0;
  std::size_t aborted = 0;

private:
  unsigned used() const
  {
    unsigned sum = 0;
    for (const auto& request : queue_) {
      sum += std::min(request.slots, slots_);
    }
    return sum;
  }

  unsigned slots_;
  Work work_;
  std::deque<StepRequest> queue_;
};

} // namespace oopsfarm::test
