// SPDX-License-Identifier: GPL-2.0-or-later
#include "hunt/journal.h"
#include "support/git_repo.h"

using namespace oopsfarm;
using namespace oopsfarm::testing;

static Record record(std::uint64_t number, Outcome outcome)
{
  Record record;
  record.number = number;
  record.commit = std::string(40, 'a');
  record.channel = "run";
  record.outcome = outcome;
  record.signature = outcome == Outcome::crash ? "BUG: \"x\"" : "";
  record.built = true;
  record.run = std::chrono::milliseconds(1500);
  return record;
}

TEST_CASE("parse_record")
{
  SUBCASE("gives back what to_json wrote, for every outcome")
  {
    for (const auto outcome : {Outcome::crash,
                               Outcome::pass,
                               Outcome::infra,
                               Outcome::boot_failed,
                               Outcome::unbuildable,
                               Outcome::told_good,
                               Outcome::told_bad,
                               Outcome::told_skip}) {
      const auto text = to_json(record(7, outcome));
      const auto back = parse_record(text);
      REQUIRE(back);
      CHECK(to_json(*back) == text);
    }
  }
  SUBCASE("keeps further crashes and the run's id")
  {
    auto more = record(7, Outcome::crash);
    more.also = {{"sig", "title"}, {"sig2", "\"quoted\""}};
    more.run_id = "20260101T000000-abcdef";
    const auto back = parse_record(to_json(more));
    REQUIRE(back);
    CHECK(back->also == more.also);
    CHECK(back->run_id == more.run_id);
  }
  SUBCASE("refuses what is missing, unknown or no outcome")
  {
    auto text = to_json(record(7, Outcome::pass));
    CHECK_FALSE(parse_record("{}"));
    CHECK_FALSE(parse_record("[1]"));
    CHECK_FALSE(parse_record(replace_all(text, "\"pass\"", "\"fine\"")));
    CHECK_FALSE(parse_record(replace_all(text, "\"built\"", "\"build\"")));
  }
}

TEST_CASE("Journal")
{
  const auto folder = temp_folder();
  const std::string head = R"({"kind":"test"})";
  SUBCASE("what was added is there when it is opened again")
  {
    {
      auto journal = Journal::open(folder.path(), head);
      REQUIRE(journal);
      REQUIRE(journal->add(record(1, Outcome::crash)));
      REQUIRE(journal->add(record(2, Outcome::pass)));
    }
    const auto again = Journal::open(folder.path(), head);
    REQUIRE(again);
    REQUIRE(again->records().size() == 2);
    CHECK(again->records()[0].signature == "BUG: \"x\"");
    CHECK(again->records()[1].run == std::chrono::milliseconds(1500));
  }
  SUBCASE("half a line is dropped, and the next one is whole")
  {
    REQUIRE(Journal::open(folder.path(), head)->add(record(1, Outcome::pass)));
    std::ofstream(folder.path() / "journal.jsonl", std::ios::app)
        << R"({"kind":"obs)";
    auto journal = Journal::open(folder.path(), head);
    REQUIRE(journal);
    CHECK(journal->records().size() == 1);
    REQUIRE(journal->add(record(2, Outcome::crash)));
    CHECK(Journal::open(folder.path(), head)->records().size() == 2);
  }
  SUBCASE("a whole line that is wrong is no kill's doing, and is named")
  {
    REQUIRE(Journal::open(folder.path(), head));
    std::ofstream(folder.path() / "journal.jsonl", std::ios::app) << "x\n";
    const auto journal = Journal::open(folder.path(), head);
    REQUIRE_FALSE(journal);
    CHECK(journal.error().message.find(":2") != std::string::npos);
  }
  SUBCASE("another bisection's journal is refused")
  {
    REQUIRE(Journal::open(folder.path(), head));
    CHECK_FALSE(Journal::open(folder.path(), R"({"kind":"other"})"));
  }
  SUBCASE("a word that was told is new once")
  {
    auto journal = Journal::open(folder.path(), head);
    REQUIRE(journal);
    REQUIRE(Journal::tell(folder.path(), record(0, Outcome::told_bad)));
    REQUIRE(Journal::tell(folder.path(), record(0, Outcome::told_skip)));
    const auto words = journal->new_words(5);
    REQUIRE(words);
    REQUIRE(words->size() == 2);
    CHECK((*words)[1].number == 6);
    REQUIRE(journal->add((*words)[0]));
    CHECK(journal->new_words(6)->size() == 1);
    REQUIRE(journal->add((*words)[1]));
    CHECK(journal->new_words(7)->empty());
  }
}
