// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/format.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

#include <set>

using namespace oopsfarm;
using testing::has;

TEST_CASE("parse_format")
{
  for (const auto format : all_formats()) {
    CHECK(*parse_format(to_string(format)) == format);
  }
  const auto wrong = parse_format("htm");
  REQUIRE_FALSE(wrong);
  CHECK(has(wrong.error().message, "did you mean 'html'?"));
}

TEST_CASE("format_report")
{
  std::set<std::string> names;
  std::set<std::string> texts;
  for (const auto format : all_formats()) {
    names.insert(file_name(format));
    texts.insert(format_report(testing::mailed_report(), format));
    const auto all = format_report(testing::mailed_report(), format);
    CHECK_MESSAGE(has(all, "exit_mmap"), to_string(format));
  }
  CHECK(names.size() == all_formats().size());
  CHECK(texts.size() == all_formats().size());
}

TEST_CASE("the job that tests/suites/test_reports.py reads is a report's JSON")
{
  const auto lines = format_report(testing::mailed_report(), Format::json);
  CHECK(lines == testing::golden("formats/job.jsonl", lines));
}
