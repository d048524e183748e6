// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/vmlinux.h"
#include "sys/file.h"
#include "sys/process.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace oopsfarm;

namespace fs = std::filesystem;

// The lines matter: the test names them.
static const char* const source = R"(int counter;
const char linux_banner[] = "Linux version 6.1.0-test #1\n";
static inline __attribute__((always_inline)) int take(volatile int *slot)
{
	return slot[0] + slot[1] * slot[2];
}
__attribute__((noinline)) int victim(int *slot)
{
	counter += 1;
	return take(slot) + 1;
}
int reaper(int *slot)
{
	return victim(slot) + counter;
}
)";

namespace {

/// A kernel of three functions.
class LittleKernel
{
public:
  explicit LittleKernel(const char* compiler, const char* debug = "-g")
      : folder_(*TempFolder::make(fs::temp_directory_path(), "vmlinux"))
  {
    fs::create_directories(folder_.path() / "build/mm");
    REQUIRE(write_file(folder_.path() / "build/mm/little.c", source));
    Command command;
    command.argv = {compiler,
                    debug,
                    "-O2",
                    "-nostdlib",
                    "-static",
                    "-Wl,-e,reaper",
                    "-o",
                    file().string(),
                    "build/mm/little.c"};
    command.cwd = folder_.path();
    SystemProcessRunner runner;
    const auto done = runner.run(command, {}, Stop{});
    built_ = done && done->ok();
  }

  bool built() const { return built_; }

  fs::path file() const { return folder_.path() / "vmlinux"; }

private:
  TempFolder folder_;
  bool built_ = false;
};

} // namespace

static CrashFrame frame(const char* symbol, std::uint64_t offset)
{
  CrashFrame frame;
  frame.symbol = symbol;
  frame.offset = offset;
  frame.kind = FrameKind::fault;
  return frame;
}

/// The place of some instruction of `victim` that the inlined function is at.
static std::vector<SourcePlace> inlined_place(const Symbols& symbols)
{
  for (std::uint64_t offset = 0; offset < 64; ++offset) {
    auto places = symbols.places(frame("victim", offset));
    if (places.size() == 2) {
      return places;
    }
  }
  return {};
}

TEST_CASE("Symbols name file and line, and what was inlined, on both "
          "architectures")
{
  for (const char* compiler :
       {"x86_64-linux-gnu-gcc", "powerpc64le-linux-gnu-gcc"}) {
    INFO(std::string(compiler));
    const LittleKernel kernel(compiler);
    if (!kernel.built()) {
      MESSAGE("skipped: no " << compiler);
      continue;
    }
    const auto symbols = Symbols::open(kernel.file());
    REQUIRE(symbols);
    const auto first = symbols->places(frame("victim", 0));
    REQUIRE(first.size() == 1);
    CHECK(first[0].function == "victim");
    CHECK(first[0].file == "mm/little.c");
    CHECK(first[0].line >= 8);

    const auto both = inlined_place(*symbols);
    REQUIRE(both.size() == 2);
    CHECK(both[0].function == "take");
    CHECK(both[0].line == 5);
    CHECK(both[1].function == "victim");
    CHECK(both[1].line == 10);

    CHECK(symbols->callees("reaper") == std::vector<std::string>{"victim"});
    CHECK(symbols->callees("victim") == std::vector<std::string>{"take"});
    CHECK(symbols->callees("nobody").empty());
  }
}

TEST_CASE("Symbols give nothing for what is not there")
{
  const LittleKernel kernel("x86_64-linux-gnu-gcc");
  REQUIRE(kernel.built());
  const auto symbols = Symbols::open(kernel.file());
  REQUIRE(symbols);
  CHECK(symbols->places(frame("nobody", 0)).empty());
  CHECK(symbols->places(frame("victim", 100000)).empty());
  auto other = frame("victim", 0);
  other.size = 4096; // another function of that name
  CHECK(symbols->places(other).empty());
}

TEST_CASE("Symbols::check refuses another kernel's log")
{
  const LittleKernel kernel("x86_64-linux-gnu-gcc");
  REQUIRE(kernel.built());
  const auto symbols = Symbols::open(kernel.file());
  REQUIRE(symbols);
  CHECK(symbols->check({}));

  KernelIdentity log;
  log.banners = {"Linux version 6.1.0-test #1"};
  CHECK(symbols->check(log));
  log.banners = {"Linux version 6.1.0-other #1"};
  auto refused = symbols->check(log);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("6.1.0-other") != std::string::npos);
  CHECK(refused.error().message.find("6.1.0-test") != std::string::npos);

  log.banners = {};
  log.frames = {frame("victim", 4)};
  log.frames[0].size = 4096;
  refused = symbols->check(log);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("4096 bytes") != std::string::npos);

  log.frames = {};
  log.build_id = "0123456789012345678901234567890123456789";
  refused = symbols->check(log);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("build id") != std::string::npos);
}

TEST_CASE("Symbols::open says what is wrong with a file")
{
  const auto folder = *TempFolder::make(fs::temp_directory_path(), "vmlinux");
  const auto file = folder.path() / "vmlinux";
  CHECK(Symbols::open(file).error().message.find("can't be opened") !=
        std::string::npos);
  REQUIRE(write_file(file, "#!/bin/sh\n"));
  CHECK(Symbols::open(file).error().message.find("no ELF") !=
        std::string::npos);
  const LittleKernel bare("x86_64-linux-gnu-gcc", "-g0");
  REQUIRE(bare.built());
  CHECK(Symbols::open(bare.file()).error().message.find("DEBUG_INFO") !=
        std::string::npos);
}
