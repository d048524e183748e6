// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace oopsfarm {

/// Does what takes seconds (git, symbols) in a thread of its own, one thing
/// after the other, so that who asks can go on. The destructor waits for the
/// thing at hand and forgets the rest.
class Clerk
{
public:
  /// What is to happen in the asker's thread once the work is done.
  using Done = std::function<void()>;
  using Work = std::function<Done()>;

  Clerk();
  Clerk(const Clerk&) = delete;
  Clerk& operator=(const Clerk&) = delete;
  ~Clerk();

  void ask(Work work);

  /// Calls what has been done since the last time; from the asker's thread.
  void collect();

private:
  void work();

  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Work> asked_;
  std::vector<Done> done_;
  bool is_closing_ = false;
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace oopsfarm
