// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/clerk.h"

#include <utility>

namespace oopsfarm {

Clerk::Clerk() : thread_([this] { work(); }) {}

Clerk::~Clerk()
{
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  news_.notify_one();
  thread_.join();
}

void Clerk::ask(Work work)
{
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(work));
  }
  news_.notify_one();
}

void Clerk::collect()
{
  std::vector<Done> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const auto& each : done) {
    each();
  }
}

void Clerk::work()
{
  std::unique_lock lock(mutex_);
  while (true) {
    news_.wait(lock, [this] { return is_closing_ || !asked_.empty(); });
    if (is_closing_) {
      return;
    }
    const auto next = std::move(asked_.front());
    asked_.pop_front();
    lock.unlock();
    auto done = next();
    lock.lock();
    done_.push_back(std::move(done));
  }
}

} // namespace oopsfarm
