// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/hash.h"
#include "base/id.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace oopsfarm;

TEST_CASE("base::sha256_hex gives the standard's test values")
{
  CHECK(sha256_hex("") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("base::sha256_file")
{
  SUBCASE("hashes what sha256_hex does, over several reads")
  {
    const auto file = std::filesystem::temp_directory_path() / new_id();
    const std::string content(200'000, 'x');
    std::ofstream(file) << content;
    CHECK(*sha256_file(file) == sha256_hex(content));
    std::filesystem::remove(file);
  }
  SUBCASE("says which file it can't read")
  {
    const auto missing = sha256_file("/no/such/file");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().message.find("/no/such/file") != std::string::npos);
  }
}

TEST_CASE("base::new_id")
{
  const auto id = new_id();
  CHECK(is_id(id));
  CHECK(id != new_id());
  std::set<std::string> all;
  constexpr std::size_t many = 100'000; // 24 random bits would meet
  for (std::size_t i = 0; i < many; ++i) {
    all.insert(new_id());
  }
  CHECK(all.size() == many);
}

TEST_CASE("base::is_id refuses what could leave its folder")
{
  CHECK(is_id("20261121T101500-3fa9c2"));
  CHECK_FALSE(is_id(""));
  CHECK_FALSE(is_id("../../../etc/passwd...."));
  CHECK_FALSE(is_id("20261121T101500-3FA9C2"));
  CHECK_FALSE(is_id("20261121T101500-3fa9c2/"));
}
