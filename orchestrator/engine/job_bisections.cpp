// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/job_bisections.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace oopsfarm {

class JobBisections::Notes final : public HuntObserver
{
public:
  explicit Notes(Observer& observer) : observer_(observer) {}

  void recorded(const Case& found, const Record& /*record*/) override
  {
    const auto answer = found.bisection().answer();
    if (answer.candidates.empty()) {
      return;
    }
    const auto likeliest = answer.candidates.front();
    observer_.note(
        fmt::format("bisect: run {}: {} likeliest, {:.0f}%",
                    found.runs(),
                    found.range().change(likeliest).subject,
                    100 * found.bisection().posterior().at(likeliest)));
  }

private:
  Observer& observer_;
};

JobBisections::JobBisections(std::vector<KernelQuestion> questions,
                             const EngineContext& context,
                             Crew& crew,
                             Crew::Rank rank,
                             Observer& observer,
                             const Stop& stop)
    : waiting_(std::make_move_iterator(questions.begin()),
               std::make_move_iterator(questions.end())),
      context_(context), crew_(crew), rank_(std::move(rank)),
      observer_(observer), stop_(stop),
      notes_(std::make_unique<Notes>(observer))
{
}

JobBisections::~JobBisections() = default;

void JobBisections::fail(const std::string& title, const Error& error)
{
  words_.push_back(fmt::format("not bisected: {}: {}",
                               title.empty() ? "the range" : title,
                               error.message));
}

void JobBisections::begin_next()
{
  auto question = std::move(waiting_.front());
  waiting_.pop_front();
  title_ = question.title;
  observer_.note("bisect: " + (title_.empty() ? question.head.mode : title_));
  auto opened = KernelHunt::open(
      std::move(question), context_, crew_, rank_, observer_, *notes_, stop_);
  if (opened) {
    hunt_ = *std::move(opened);
  } else {
    fail(title_, opened.error());
  }
}

bool JobBisections::go_on()
{
  while (!stop_.requested()) {
    if (!hunt_) {
      if (waiting_.empty()) {
        return true;
      }
      begin_next();
      continue;
    }
    const auto is_over = hunt_->go_on();
    if (is_over && !*is_over) {
      return false;
    }
    if (!is_over) {
      hunt_->abort();
      fail(title_, is_over.error());
    } else if (hunt_->end() != HuntEnd::stopped) {
      found_.push_back(hunt_->result());
    }
    hunt_.reset();
  }
  return false;
}

bool JobBisections::left(const JobWork& work, const Status& end)
{
  return hunt_ && hunt_->left(work, end);
}

void JobBisections::abort()
{
  if (hunt_) {
    hunt_->abort();
  }
}

void JobBisections::forget()
{
  if (hunt_) {
    hunt_->forget();
  }
}

void JobBisections::add_to(JobReport& report) const
{
  report.bisections.insert(
      report.bisections.end(), found_.begin(), found_.end());
  report.notes.insert(report.notes.end(), words_.begin(), words_.end());
}

Status bisect_alone(std::vector<KernelQuestion> questions,
                    const EngineContext& context,
                    Executor& executor,
                    Observer& observer,
                    const Stop& stop,
                    JobReport& report)
{
  constexpr std::chrono::milliseconds frame{200};
  Crew crew(context.state, executor, stop);
  JobBisections work(std::move(questions), context, crew, {}, observer, stop);
  while (!stop.requested() && !work.go_on()) {
    crew.turn(frame, [&](JobWork& each, Status end) { work.left(each, end); });
    observer.tick();
  }
  if (stop.requested()) {
    TRY(crew.remove_all());
    work.forget();
    return infra_error("stopped");
  }
  work.add_to(report);
  return Ok{};
}

} // namespace oopsfarm
