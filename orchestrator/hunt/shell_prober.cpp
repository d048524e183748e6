// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/shell_prober.h"

#include "base/strings.h"
#include "git/repository.h"
#include "git/worktree.h"
#include "hunt/shell_trial.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// With a build command, as many worktrees more than jobs stay around: the next
/// run of a commit that was built lately needs no build.
constexpr std::size_t spare_places = 4;

/// A worktree and what stands in it.
struct Place
{
  fs::path path;
  std::optional<Node> node; ///< built there, and clean but for that
  bool is_busy = false;
  std::uint64_t used = 0; ///< by this attempt last
};

class ShellProber final : public Prober
{
public:
  ShellProber(ShellSetup setup,
              Signatures signatures,
              ProcessRunner& processes,
              const Stop& outer)
      : setup_(std::move(setup)), signatures_(std::move(signatures)),
        processes_(processes), outer_(outer),
        event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
  {
    const auto spare = setup_.build.empty() ? 0 : spare_places;
    for (std::size_t i = 0; i < setup_.jobs + spare; ++i) {
      places_.push_back(
          {setup_.folder / "trees" / std::to_string(i), {}, {}, 0});
    }
  }

  ShellProber(const ShellProber&) = delete;
  ShellProber& operator=(const ShellProber&) = delete;

  ~ShellProber() override
  {
    abort();
    static_cast<void>(clean()); // the next process tries again
    close(event_);
  }

  Status prepare()
  {
    TRY(clean());
    TRY(make_folder(setup_.folder / "logs"));
    const Git git(processes_, stop_);
    TRY(git.output({{},
                    {"clone",
                     "--quiet",
                     "--bare",
                     "--shared",
                     "--",
                     setup_.git_dir.string(),
                     clone().string()},
                    {},
                    {},
                    {}}));
    TRY_ASSIGN(auto repository, Repository::open(clone(), processes_, stop_));
    repository_ = std::make_unique<Repository>(std::move(repository));
    return Ok{};
  }

  std::size_t slots() const override { return setup_.jobs; }

  double build_part(const Probe& probe) const override
  {
    const bool stands =
        std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
          return !place.is_busy && place.node == probe.node;
        });
    return stands ? 0 : 1;
  }

  Status start(const Attempt& attempt) override
  {
    auto& place = choose(attempt.probe.node);
    const bool stands = place.node == attempt.probe.node;
    place.is_busy = true;
    place.node.reset();
    place.used = attempt.number;
    workers_[attempt.number] = std::jthread([this, attempt, &place, stands] {
      ShellTrial trial{{},
                       place.path,
                       setup_.folder / "logs" /
                           fmt::format("{}.log", attempt.number),
                       setup_.commits.at(attempt.probe.node),
                       attempt.number,
                       stands ? "" : setup_.build,
                       setup_.run};
      trial.repository = stands ? nullptr : repository_.get();
      auto record = try_commit(trial, signatures_, processes_, stop_);
      const std::scoped_lock lock(mutex_);
      ended_.push_back({attempt, &place, std::move(record)});
      eventfd_write(event_, 1);
    });
    return Ok{};
  }

  Result<std::vector<Trial>> wait(std::chrono::milliseconds timeout) override
  {
    pollfd fds[] = {{event_, POLLIN, 0}, {outer_.fd(), POLLIN, 0}};
    poll(fds, 2, static_cast<int>(timeout.count()));
    if (outer_.requested()) {
      abort();
      return std::vector<Trial>();
    }
    eventfd_t count = 0;
    eventfd_read(event_, &count);
    std::vector<Ended> ended;
    {
      const std::scoped_lock lock(mutex_);
      ended.swap(ended_);
    }
    std::vector<Trial> trials;
    for (auto& [attempt, place, record] : ended) {
      workers_.erase(attempt.number); // joins
      place->is_busy = false;
      if (!record) {
        return std::move(record).error();
      }
      if (record->outcome != Outcome::unbuildable &&
          record->outcome != Outcome::infra) {
        place->node = attempt.probe.node;
      }
      trials.push_back({attempt, std::move(*record)});
    }
    return trials;
  }

  void abort() override
  {
    if (workers_.empty()) {
      return;
    }
    stop_.request(outer_.requested() ? outer_.signal() : SIGTERM);
    workers_.clear(); // joins
  }

private:
  struct Ended
  {
    Attempt attempt;
    Place* place;
    Result<Record> record;
  };

  fs::path clone() const { return setup_.folder / "repo.git"; }

  Status clean() const
  {
    TRY(remove_tree(setup_.folder / "trees"));
    return remove_tree(clone());
  }

  /// A free place: where the commit stands, an unused one, the one that was
  /// used longest ago.
  Place& choose(Node node)
  {
    Place* best = nullptr;
    const auto rank = [&](const Place& place) {
      return std::pair(place.node != node, place.used);
    };
    for (auto& place : places_) {
      if (!place.is_busy && (best == nullptr || rank(place) < rank(*best))) {
        best = &place;
      }
    }
    return *best;
  }

  ShellSetup setup_;
  Signatures signatures_;
  ProcessRunner& processes_;
  const Stop& outer_;
  Stop stop_; ///< of the workers; requested once, when all is to end
  std::unique_ptr<Repository> repository_;
  std::vector<Place> places_;
  int event_;
  std::mutex mutex_;
  std::vector<Ended> ended_; ///< guarded by mutex_
  std::map<std::uint64_t, std::jthread> workers_;
};

} // namespace

Result<std::unique_ptr<Prober>>
make_shell_prober(ShellSetup setup, ProcessRunner& processes, const Stop& stop)
{
  TRY_ASSIGN(auto signatures, Signatures::make(setup.signature));
  auto prober = std::make_unique<ShellProber>(
      std::move(setup), std::move(signatures), processes, stop);
  TRY(prober->prepare());
  return std::unique_ptr<Prober>(std::move(prober));
}

} // namespace oopsfarm
