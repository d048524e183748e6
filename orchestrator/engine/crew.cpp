// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/crew.h"

#include "base/log.h"

#include <algorithm>
#include <set>
#include <utility>

namespace oopsfarm {

using std::chrono::milliseconds;

/// How long steps may take to put their guests and builds away.
static constexpr milliseconds abort_grace{10'000};

Crew::Crew(const StatePaths& state, Executor& executor, const Stop& stop)
    : state_(state), executor_(executor), stop_(stop)
{
}

Status Crew::add(JobWork& job, Rank rank)
{
  if (auto resumed = resume(job, rank); !resumed) {
    std::erase_if(at_work_,
                  [&](auto& entry) { return entry.second.job == &job; });
    return resumed;
  }
  members_.push_back({&job, std::move(rank), std::nullopt});
  return Ok{};
}

Status Crew::resume(JobWork& job, const Rank& rank)
{
  TRY_ASSIGN(const auto open, job.resume());
  for (const auto step : open) {
    auto request = job.request_of(step);
    request.id = next_id_;
    if (!executor_.adopt(request)) {
      TRY(job.gone(step));
      continue;
    }
    AtWork work;
    work.job = &job;
    work.step = step;
    work.owner = rank.owner;
    work.root = job.adopted(step);
    at_work_[next_id_++] = std::move(work);
  }
  return Ok{};
}

Crew::Member* Crew::find(const JobWork& job)
{
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](auto& member) {
        return member.job == &job;
      });
  return found == members_.end() ? nullptr : &*found;
}

std::size_t Crew::count_of(const std::string& owner) const
{
  return static_cast<std::size_t>(
      std::count_if(at_work_.begin(), at_work_.end(), [&](auto& entry) {
        return entry.second.owner == owner;
      }));
}

std::vector<Crew::Member*> Crew::by_rank()
{
  std::map<std::string, std::size_t> at_work;
  std::vector<Member*> order;
  for (auto& member : members_) {
    at_work[member.rank.owner] = count_of(member.rank.owner);
    order.push_back(&member);
  }
  std::stable_sort(order.begin(), order.end(), [&](auto* a, auto* b) {
    return std::pair(-a->rank.priority, at_work[a->rank.owner]) <
           std::pair(-b->rank.priority, at_work[b->rank.owner]);
  });
  return order;
}

bool Crew::is_busy(const ReadyStep& step) const
{
  return !step.out.empty() &&
         std::any_of(at_work_.begin(), at_work_.end(), [&](auto& entry) {
           return entry.second.out == step.out ||
                  entry.second.object_tree == step.object_tree;
         });
}

std::filesystem::path Crew::free_root() const
{
  std::set<std::filesystem::path> used;
  for (const auto& [id, work] : at_work_) {
    used.insert(work.root);
  }
  for (unsigned number = 0;; ++number) {
    auto root = state_.libvirt_roots() / std::to_string(number);
    if (!used.contains(root)) {
      return root;
    }
  }
}

Result<Crew::Try> Crew::start_next(const Member& member)
{
  const auto ready = member.job->next();
  if (!ready || is_busy(*ready)) {
    return Try::nothing_ready;
  }
  if (!executor_.can_start(ready->slots)) {
    return Try::no_room;
  }
  const auto id = next_id_++;
  const auto root = ready->out.empty() ? free_root() : "";
  if (!adopt_build(*member.job, *ready, id)) {
    TRY_ASSIGN(auto request, member.job->start(ready->step, root));
    request.id = id;
    TRY(executor_.start(request));
  }
  at_work_[id] = {member.job,
                  ready->step,
                  member.rank.owner,
                  root,
                  ready->out,
                  ready->object_tree};
  return Try::started;
}

/// Takes over a kernel that an earlier process of ours left in the making.
bool Crew::adopt_build(JobWork& job, const ReadyStep& ready, std::size_t id)
{
  if (ready.out.empty()) {
    return false;
  }
  auto request = job.request_of_build(ready.step);
  request.id = id;
  if (!executor_.adopt(request)) {
    return false;
  }
  job.adopted_build(ready.step);
  return true;
}

/// One step at a time, since each changes who is next.
void Crew::start_what_can()
{
  bool again = !is_held_;
  while (again && !stop_.requested()) {
    again = false;
    for (auto* member : by_rank()) {
      if (member->failure) {
        continue;
      }
      const auto tried = start_next(*member);
      if (!tried) {
        member->failure = tried.error();
      } else if (*tried == Try::no_room) {
        return;
      } else if (*tried == Try::started) {
        again = true;
        break;
      }
    }
  }
}

void Crew::deliver(const StepEvent& event)
{
  const auto found = at_work_.find(event.id);
  if (found == at_work_.end()) {
    return; // of a job that was taken out
  }
  auto& job = *found->second.job;
  const auto step = found->second.step;
  if (event.progress) {
    job.progressed(step, *event.progress);
  }
  if (event.ended && !stop_.requested()) {
    at_work_.erase(found);
    auto* member = find(job);
    if (auto ended = job.ended(step, *event.ended);
        !ended && member != nullptr) {
      member->failure = std::move(ended).error();
    }
  }
}

void Crew::turn(milliseconds timeout, const OnLeft& left)
{
  start_what_can();
  const bool wanted =
      std::any_of(members_.begin(), members_.end(), [](auto& member) {
        return member.failure || member.job->is_done();
      });
  for (const auto& event : executor_.wait(wanted ? milliseconds(0) : timeout)) {
    deliver(event);
  }
  const auto members = members_;
  for (const auto& member : members) {
    if (stop_.requested()) {
      return;
    }
    if (member.failure) {
      if (const auto removed = remove(*member.job); !removed) {
        log::error(removed.error().message);
      }
      left(*member.job, *member.failure);
    } else if (member.job->is_done()) {
      std::erase_if(members_,
                    [&](auto& other) { return other.job == member.job; });
      left(*member.job, Ok{});
    }
  }
}

/// Asks for the end of the job's steps, and sees to the others' meanwhile.
void Crew::end_steps(const JobWork& job)
{
  std::set<std::size_t> ending;
  for (const auto& [id, work] : at_work_) {
    if (work.job == &job) {
      executor_.end(id);
      ending.insert(id);
    }
  }
  while (!ending.empty() && !stop_.requested()) {
    for (const auto& event : executor_.wait(milliseconds(100))) {
      if (!ending.contains(event.id)) {
        deliver(event);
      } else if (event.ended) {
        ending.erase(event.id);
        at_work_.erase(event.id);
      }
    }
  }
}

Status Crew::remove(JobWork& job)
{
  end_steps(job);
  std::erase_if(members_, [&](auto& member) { return member.job == &job; });
  return job.drop();
}

Status Crew::remove_all()
{
  executor_.abort(abort_grace);
  at_work_.clear();
  for (const auto& member : std::exchange(members_, {})) {
    TRY(member.job->drop());
  }
  return Ok{};
}

Status work_alone(JobWork& work,
                  const StatePaths& state,
                  Executor& executor,
                  const Stop& stop)
{
  constexpr milliseconds frame{200};
  Crew crew(state, executor, stop);
  TRY(crew.add(work, {}));
  Status end = Ok{};
  while (crew.jobs() > 0 && !stop.requested()) {
    crew.turn(frame, [&](JobWork&, Status left) { end = std::move(left); });
    work.observer().tick();
  }
  if (stop.requested()) {
    TRY(crew.remove_all());
    return infra_error("stopped");
  }
  return end;
}

} // namespace oopsfarm
