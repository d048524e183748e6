// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashes/marks.h"
#include "sys/file.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

TEST_CASE("marks come back as they were written")
{
  const CrashMarks marks = {{"a1", {"reaper \"race\"", "PR 7", true}},
                            {"b2", {"", "https://example.org/1", false}}};
  const auto back = parse_marks(marks_to_json(marks));
  REQUIRE(back);
  CHECK(marks_to_json(*back) == marks_to_json(marks));
  CHECK(back->at("a1").muted);
  CHECK_FALSE(parse_marks("[]"));
  CHECK_FALSE(parse_marks(R"({"kind":"crashes","version":1,"marks":7})"));
}

TEST_CASE("change_marks keeps what others said, and drops what says nothing")
{
  const auto folder =
      *TempFolder::make(std::filesystem::temp_directory_path(), "marks");
  const auto file = folder.path() / "crashes.json";
  CHECK(read_marks(file)->empty());
  REQUIRE(change_marks(file, [](CrashMarks& m) { m["a1"].name = "one"; }));
  REQUIRE(change_marks(file, [](CrashMarks& m) { m["b2"].muted = true; }));
  CHECK(read_marks(file)->size() == 2);
  REQUIRE(change_marks(file, [](CrashMarks& m) { m["a1"] = {}; }));
  CHECK(read_marks(file)->count("a1") == 0);
  REQUIRE(write_file(file, "broken"));
  const auto failed = change_marks(file, [](CrashMarks&) {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("crashes.json") != std::string::npos);
  CHECK(*read_file(file) == "broken"); // never written over
}
