// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/result.h"

#include <doctest/doctest.h>

using namespace oopsfarm;

static Result<int> half(int number)
{
  if (number % 2 != 0) {
    return user_error("odd");
  }
  return number / 2;
}

static Result<int> quarter(int number)
{
  TRY_ASSIGN(const int once, half(number));
  TRY(half(once));
  return once / 2;
}

TEST_CASE("base::Result carries a value or an error through TRY")
{
  CHECK(*quarter(8) == 2);
  auto failed = quarter(6);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().fault == Fault::user);
  CHECK(std::move(failed.error()).in("quarter").message == "quarter: odd");
}
