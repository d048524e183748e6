// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixtures.h"
#include "guest/capped_log.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

using namespace oopsfarm;
using namespace oopsfarm::testing;

namespace {

/// A log and its writer, which appends as QEMU does.
class Pair
{
public:
  explicit Pair(std::uint64_t cap)
      : file(folder_.path() / "console.log"), log_(make(file, cap)),
        writer_(open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC))
  {
  }

  void append(std::string_view bytes) const
  {
    REQUIRE(write(writer_.get(), bytes.data(), bytes.size()) ==
            static_cast<ssize_t>(bytes.size()));
  }

  /// Everything that is there to read, and whether a call said "more".
  std::string read()
  {
    std::string got;
    bool more = true;
    while (more) {
      const auto result =
          log_.read([&](std::string_view bytes) { got += bytes; });
      REQUIRE(result);
      more = *result;
      said_more |= more;
    }
    return got;
  }

  bool readable() const
  {
    pollfd wait = {log_.fd(), POLLIN, 0};
    return poll(&wait, 1, 0) == 1;
  }

  std::uint64_t disk() const
  {
    struct stat info = {};
    REQUIRE(stat(file.c_str(), &info) == 0);
    return static_cast<std::uint64_t>(info.st_blocks) * 512;
  }

  CappedLog& log() { return log_; }

private:
  static CappedLog make(const std::filesystem::path& file, std::uint64_t cap)
  {
    auto log = CappedLog::create(file, cap);
    REQUIRE(log);
    return std::move(*log);
  }

  TempFolder folder_ = temp_folder();

public:
  std::filesystem::path file;
  bool said_more = false;

private:
  CappedLog log_;
  Fd writer_;
};

} // namespace

/// Text whose every 16 bytes tell their place.
static std::string numbered(std::uint64_t begin, std::uint64_t end)
{
  std::string text;
  for (auto at = begin; at < end; at += 16) {
    auto line = std::to_string(at);
    line.resize(15, '.');
    text += line + "\n";
  }
  return text;
}

TEST_CASE("guest::CappedLog::read")
{
  SUBCASE("hands out every byte once, in order")
  {
    Pair pair(64 << 10);
    CHECK(pair.read().empty());
    pair.append("one ");
    pair.append("two");
    CHECK(pair.read() == "one two");
    CHECK(pair.read().empty());
    pair.append(std::string("\0\xff", 2));
    CHECK(pair.read() == std::string("\0\xff", 2));
    CHECK(pair.log().size() == 9);
  }

  SUBCASE("wakes poll() when there is news, and only then")
  {
    Pair pair(64 << 10);
    CHECK_FALSE(pair.readable());
    pair.append("x");
    CHECK(pair.readable());
    pair.read();
    CHECK_FALSE(pair.readable());
  }

  SUBCASE("says so when one call did not take everything")
  {
    Pair pair(64 << 20);
    const std::string much = numbered(0, 5 << 20);
    pair.append(much);
    CHECK(pair.read() == much);
    CHECK(pair.said_more);
  }

  SUBCASE("gives back the disk between head and tail while it grows")
  {
    constexpr std::uint64_t cap = 1 << 20;
    Pair pair(cap);
    for (std::uint64_t at = 0; at < 16 * cap; at += cap / 4) {
      pair.append(numbered(at, at + cap / 4));
      pair.read();
      CHECK(pair.disk() <= cap + cap / 2);
    }
    CHECK(pair.log().over_cap());
  }

  SUBCASE("follows a file that was renamed away, and only that")
  {
    Pair pair(64 << 10);
    std::filesystem::rename(pair.file, pair.file.string() + ".old");
    pair.append("still here");
    CHECK(pair.read() == "still here");
  }
}

TEST_CASE("guest::CappedLog::finish")
{
  SUBCASE("leaves a file within its cap as it is")
  {
    Pair pair(4096);
    const auto text = numbered(0, 4096);
    pair.append(text);
    pair.read();
    CHECK_FALSE(pair.log().over_cap());
    REQUIRE(pair.log().finish());
    CHECK(content(pair.file) == text);
  }

  SUBCASE("keeps head and tail and marks the cut with its size")
  {
    constexpr std::uint64_t cap = 64 << 10;
    constexpr std::uint64_t size = 50 * cap;
    Pair pair(cap);
    for (std::uint64_t at = 0; at < size; at += cap) {
      pair.append(numbered(at, at + cap));
      pair.read();
    }
    REQUIRE(pair.log().finish());
    CHECK(content(pair.file) ==
          numbered(0, cap / 2) + "\n[oopsfarm: " + std::to_string(size - cap) +
              " bytes cut here]\n" + numbered(size - cap / 2, size));
  }

  SUBCASE("cuts a file that went over its cap by one byte")
  {
    Pair pair(4096);
    pair.append(std::string(4097, 'a'));
    pair.read();
    REQUIRE(pair.log().finish());
    CHECK(content(pair.file) == std::string(2048, 'a') +
                                    "\n[oopsfarm: 1 bytes cut here]\n" +
                                    std::string(2048, 'a'));
  }

  SUBCASE("drops what came after its end, which is read all the same")
  {
    constexpr std::uint64_t cap = 64 << 10;
    for (const std::uint64_t size : {std::uint64_t(1024), 3 * cap}) {
      Pair pair(cap);
      pair.append(numbered(0, size));
      pair.read();
      pair.log().end_here();
      for (int i = 0; i < 20; ++i) {
        pair.append(std::string(cap, 'z'));
        CHECK(pair.read() == std::string(cap, 'z'));
      }
      CHECK(pair.log().size() == size);
      CHECK(pair.log().over_cap() == (size > cap));
      CHECK(pair.disk() < 3 * cap);
      REQUIRE(pair.log().finish());
      const auto text = content(pair.file);
      CHECK(text.find('z') == std::string::npos);
      CHECK(text.ends_with(numbered(size - 512, size)));
      CHECK(text.starts_with(numbered(0, 512)));
    }
  }

  SUBCASE("leaves nothing else in the folder")
  {
    Pair pair(4096);
    pair.append(std::string(10000, 'a'));
    pair.read();
    REQUIRE(pair.log().finish());
    const std::filesystem::directory_iterator all(pair.file.parent_path());
    CHECK(std::distance(begin(all), end(all)) == 1);
  }
}

TEST_CASE("guest::CappedLog::create")
{
  const auto folder = temp_folder();

  SUBCASE("empties what is there, for its owner alone")
  {
    REQUIRE(write_file(folder.path() / "log", "old"));
    const auto log = CappedLog::create(folder.path() / "log", 4096);
    REQUIRE(log);
    CHECK(content(folder.path() / "log").empty());
  }

  SUBCASE("does not follow a link")
  {
    REQUIRE(write_file(folder.path() / "other", "precious"));
    std::filesystem::create_symlink("other", folder.path() / "log");
    const auto log = CappedLog::create(folder.path() / "log", 4096);
    REQUIRE_FALSE(log);
    CHECK(log.error().fault == Fault::infra);
    CHECK(content(folder.path() / "other") == "precious");
  }

  SUBCASE("names the file that can't be made")
  {
    const auto log = CappedLog::create(folder.path() / "no/log", 4096);
    REQUIRE_FALSE(log);
    CHECK(log.error().fault == Fault::infra);
    CHECK(log.error().message.find("no/log") != std::string::npos);
  }
}
