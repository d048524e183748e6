// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "formats/charts.h"
#include "formats/html.h"
#include "sample.h"
#include "support/golden.h"

#include <doctest/doctest.h>

#include <regex>

using namespace oopsfarm;
using testing::has;

/// Elements that have no end.
static bool is_void(const std::string& name)
{
  for (const char* known : {"meta", "br", "!DOCTYPE"}) {
    if (name == known) {
      return true;
    }
  }
  return false;
}

/// "" when every element that begins also ends, in the right order.
static std::string imbalance(const std::string& html)
{
  const std::regex tag("<(/?)([!a-zA-Z0-9]+)[^>]*?(/?)>");
  std::vector<std::string> open;
  for (std::sregex_iterator at(html.begin(), html.end(), tag), end; at != end;
       ++at) {
    const auto name = (*at)[2].str();
    if (is_void(name) || (*at)[3].length() > 0) {
      continue;
    }
    if ((*at)[1].length() == 0) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "</" + name + ">";
    } else {
      open.pop_back();
    }
  }
  return join(open, " ");
}

TEST_CASE("html_report")
{
  const auto html = html_report(testing::mailed_report());
  SUBCASE("is what it was")
  {
    CHECK(html == testing::golden("formats/report.html", html));
  }
  SUBCASE("is well-formed")
  {
    CHECK(imbalance(html) == "");
    CHECK(imbalance(html_report(testing::hostile_report())) == "");
    CHECK(imbalance(html_report(JobReport{})) == "");
  }
  SUBCASE("needs nothing from elsewhere, and runs nothing")
  {
    for (const auto& page : {html, html_report(testing::hostile_report())}) {
      for (const char* part : {"<script",
                               "<link",
                               "<img",
                               "<iframe",
                               "src=",
                               "url(",
                               "@import",
                               "onload",
                               "href=\"http",
                               "<object",
                               "javascript:"}) {
        CHECK_FALSE_MESSAGE(has(page, part), part);
      }
      CHECK(has(page, "default-src 'none'"));
    }
  }
  SUBCASE("escapes everything")
  {
    const auto hostile = html_report(testing::hostile_report());
    CHECK(has(hostile, "&lt;script&gt;alert(1)"));
    CHECK_FALSE(has(hostile, "</pre><script"));
    CHECK_FALSE(has(hostile, "\x1b"));
  }
  SUBCASE("has the matrix, the failures, the figures")
  {
    CHECK(has(html, "<td class=\"bad\" title=\"kernel BUG in exit_mmap\">"));
    CHECK(has(html, "href=\"#cell-3\""));
    CHECK(has(html, "<section id=\"cell-3\" class=\"bad\">"));
    CHECK(has(html, "exit_mmap+0x1f4/0x220"));
    CHECK(has(html, "aria-label=\"rates of failures\""));
    CHECK(has(html, "aria-label=\"teardown times\""));
    CHECK(has(html, "aria-label=\"probability of each change\""));
    CHECK(has(html, "prefers-color-scheme: dark"));
    CHECK(has(html, "oopsfarm reproducer 20261121T101507-a51100"));
  }
  SUBCASE("does not blame the series for what the base has, too")
  {
    CHECK(has(html, "<section id=\"cell-6\" class=\"warn\">"));
    CHECK(has(html, "the base has it, too: no fault of the series"));
  }
  SUBCASE("tells of a patch that does not build, and of a Tested-by")
  {
    const auto mended = html_report(testing::mending_report());
    CHECK(has(mended, "<p>breaks bisection: patch 1/2"));
    CHECK(has(mended, "<p>a Tested-by may be given"));
  }
}

TEST_CASE("charts")
{
  SUBCASE("are nothing where there is nothing")
  {
    CHECK(rates_chart(JobReport{}) == "");
    CHECK(teardown_chart(JobReport{}) == "");
    CHECK(posterior_chart(JobReport{}, BisectedCrash{}) == "");
  }
  SUBCASE("put a rate where it belongs")
  {
    auto report = testing::passing_report();
    report.cells.resize(1);
    report.cells[0].observations = 4;
    report.cells[0].failures = 2;
    // the plot is 440 wide from 330 on
    CHECK(has(rates_chart(report), "<line class=\"bad\" x1=\"550.0\""));
  }
  SUBCASE("survive times of 0 and of one kind")
  {
    auto report = testing::passing_report();
    report.cells[0].teardown_us = {0, 0, 0};
    CHECK_FALSE(has(teardown_chart(report), "nan"));
    report.cells[0].teardown_us = {UINT64_MAX};
    CHECK_FALSE(has(teardown_chart(report), "nan"));
  }
}
