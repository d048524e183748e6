// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/hunt.h"
#include "support/git_repo.h"

#include <csignal>
#include <functional>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace {

/// Ends attempts in the order in which they were begun, as it is told.
class FakeProber final : public Prober
{
public:
  using Try = std::function<Record(const Probe&)>;

  explicit FakeProber(Try attempt) : try_(std::move(attempt)) {}

  std::size_t slots() const override { return slot_count; }

  double build_part(const Probe& /*probe*/) const override { return 1; }

  Status start(const Attempt& attempt) override
  {
    CHECK(running_.size() < slot_count);
    running_.push_back(attempt);
    started.push_back(attempt);
    return Ok{};
  }

  Result<std::vector<Trial>> wait(std::chrono::milliseconds) override
  {
    if (on_wait) {
      on_wait();
    }
    if (running_.empty()) {
      return std::vector<Trial>();
    }
    const auto first = running_.front();
    running_.erase(running_.begin());
    return std::vector<Trial>{{first, try_(first.probe)}};
  }

  void abort() override
  {
    running_.clear();
    ++aborts;
  }

  std::size_t slot_count = 1;
  std::vector<Attempt> started;
  std::size_t aborts = 0;
  std::function<void()> on_wait;

private:
  Try try_;
  std::vector<Attempt> running_;
};

Record outcome(Outcome outcome, const std::string& signature = "")
{
  Record record;
  record.outcome = outcome;
  record.signature = signature;
  record.run = std::chrono::milliseconds(100);
  return record;
}

FakeProber::Try crash_from(Node culprit)
{
  return [culprit](const Probe& probe) {
    return outcome(probe.node >= culprit ? Outcome::crash : Outcome::pass);
  };
}

CaseSetup line(std::size_t commits)
{
  CaseSetup setup;
  for (std::size_t i = 0; i <= commits; ++i) {
    setup.range.commits.push_back(
        {std::to_string(i), "subject " + std::to_string(i)});
    if (i > 0) {
      setup.range.parents.push_back(
          i > 1 ? std::vector<Node>{static_cast<Node>(i - 1)}
                : std::vector<Node>{});
    }
  }
  return setup;
}

struct Bench
{
  explicit Bench(std::size_t commits, const std::string& signature = "")
      : setup(line(commits))
  {
    if (!signature.empty()) {
      setup.signatures = {signature};
    }
    reopen();
  }

  void reopen()
  {
    auto made = Case::make(setup);
    REQUIRE(made);
    found = std::make_unique<Case>(std::move(*made));
    auto opened = Journal::open(folder.path(), "{}");
    REQUIRE(opened);
    journal = std::make_unique<Journal>(std::move(*opened));
    for (const auto& record : journal->records()) {
      REQUIRE(found->add(record));
    }
  }

  Result<HuntEnd> work(FakeProber& prober)
  {
    return hunt(*found, prober, *journal, limits, observer, stop);
  }

  std::vector<Node> culprits() const
  {
    return found->bisection().answer().culprits;
  }

  TempFolder folder = temp_folder();
  CaseSetup setup;
  std::unique_ptr<Case> found;
  std::unique_ptr<Journal> journal;
  HuntLimits limits;
  HuntObserver observer;
  Stop stop;
};

} // namespace

TEST_CASE("hunt")
{
  Bench bench(30);
  FakeProber prober(crash_from(11));
  SUBCASE("finds the culprit, and every observation is in the journal")
  {
    const auto end = bench.work(prober);
    REQUIRE(end);
    CHECK(*end == HuntEnd::answered);
    CHECK(bench.culprits() == std::vector<Node>{11});
    CHECK(bench.journal->records().size() == prober.started.size());
    CHECK(bench.found->runs() == prober.started.size());
  }
  SUBCASE("keeps all slots at work, with a number of its own for each try")
  {
    prober.slot_count = 3;
    REQUIRE(bench.work(prober));
    CHECK(bench.culprits() == std::vector<Node>{11});
    for (std::size_t i = 0; i < prober.started.size(); ++i) {
      CHECK(prober.started[i].number == i + 1);
    }
    CHECK(prober.aborts > 0);
  }
  SUBCASE("goes on where it was left")
  {
    bench.limits.max_runs = 3;
    CHECK(*bench.work(prober) == HuntEnd::out_of_runs);
    const auto before = bench.found->bisection().posterior();
    bench.reopen();
    CHECK(bench.found->bisection().posterior() == before);
    bench.limits.max_runs.reset();
    CHECK(*bench.work(prober) == HuntEnd::answered);
    CHECK(bench.culprits() == std::vector<Node>{11});
    CHECK(prober.started[3].number == 4);
  }
  SUBCASE("what ends before it is written down does not count")
  {
    prober.on_wait = [&] { bench.stop.request(SIGTERM); };
    CHECK(*bench.work(prober) == HuntEnd::stopped);
    CHECK(bench.journal->records().size() == bench.found->records().size());
  }
  SUBCASE("takes a word that is told while it runs")
  {
    prober.on_wait = [&, told = false]() mutable {
      if (!told) {
        told = true;
        Record word = outcome(Outcome::told_skip);
        word.commit = "15";
        word.channel = "run";
        REQUIRE(Journal::tell(bench.folder.path(), word));
      }
    };
    CHECK(*bench.work(prober) == HuntEnd::answered);
    CHECK_FALSE(bench.found->bisection().testable(15));
  }
  SUBCASE("a word about an unknown commit does not get into the journal")
  {
    Record word = outcome(Outcome::told_bad);
    word.commit = "99";
    word.channel = "run";
    REQUIRE(Journal::tell(bench.folder.path(), word));
    CHECK_FALSE(bench.work(prober));
    CHECK(bench.journal->records().empty());
  }
  SUBCASE("ends at its time")
  {
    bench.limits.max_time = std::chrono::milliseconds(0);
    CHECK(*bench.work(prober) == HuntEnd::out_of_time);
    CHECK(prober.started.empty());
  }
  SUBCASE("says when the bad end can't be tested")
  {
    FakeProber broken([](const Probe&) {
      auto record = outcome(Outcome::unbuildable);
      record.detail = "no rule to make target";
      return record;
    });
    const auto end = bench.work(broken);
    REQUIRE_FALSE(end);
    CHECK(end.error().fault == Fault::user);
    CHECK(end.error().message.find("no rule") != std::string::npos);
  }
}

TEST_CASE("Case")
{
  SUBCASE("looks for the crash that the bad end shows first")
  {
    Bench bench(16);
    FakeProber prober([](const Probe& probe) {
      return probe.node >= 9   ? outcome(Outcome::crash, "ours")
             : probe.node == 4 ? outcome(Outcome::crash, "theirs")
                               : outcome(Outcome::pass);
    });
    REQUIRE(bench.work(prober));
    CHECK(bench.found->signature() == "ours");
    CHECK(bench.culprits() == std::vector<Node>{9});
  }
  SUBCASE("takes an earlier crash for evidence once it knows which it is")
  {
    Bench bench(16);
    auto early = outcome(Outcome::crash, "ours");
    early.commit = "8";
    early.channel = "run";
    REQUIRE(bench.found->add(early));
    CHECK(bench.found->other_crashes().size() == 1);
    auto late = early;
    late.commit = "16";
    REQUIRE(bench.found->add(late));
    CHECK(bench.found->other_crashes().empty());
    const auto masses = bench.found->bisection().posterior();
    CHECK(masses[4] > 5 * masses[12]);
  }
  SUBCASE("crashes of other signatures are counted, and are no evidence")
  {
    Bench bench(16, "ours");
    const auto before = bench.found->bisection().posterior();
    auto other = outcome(Outcome::crash, "theirs");
    other.commit = "8";
    other.channel = "run";
    REQUIRE(bench.found->add(other));
    REQUIRE(bench.found->add(other));
    CHECK(bench.found->bisection().posterior() == before);
    CHECK(bench.found->other_crashes() ==
          std::map<std::string, std::size_t>{{"theirs", 2}});
  }
  SUBCASE("refuses commits and channels that it does not know")
  {
    Bench bench(4);
    auto record = outcome(Outcome::pass);
    record.commit = "9";
    record.channel = "run";
    CHECK_FALSE(bench.found->add(record));
    record.commit = "2";
    record.channel = "walk";
    CHECK_FALSE(bench.found->add(record));
  }
}
