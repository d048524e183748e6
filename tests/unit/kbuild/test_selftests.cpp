// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/selftests.h"
#include "unit/kbuild/fake_kernel.h"

#include <doctest/doctest.h>

using namespace oopsfarm;
using oopsfarm::testing::FakeKernel;
namespace fs = std::filesystem;

/// A tree with `make headers` and two collections of selftests, one of which
/// writes beside its sources, as some do.
static std::string add_selftests(FakeKernel& kernel)
{
  kernel.repo.write(
      "Makefile",
      "headers:\n"
      "\t@mkdir -p $(O)/usr/include/linux\n"
      "\t@echo '#define ANSWER 42' > $(O)/usr/include/linux/answer.h\n");
  const std::string selftests = "tools/testing/selftests/";
  kernel.repo.write(selftests + "vm/a.c",
                    "#include <linux/answer.h>\n"
                    "#include \"../../../../mm/shared.h\"\n"
                    "int main(void) { return ANSWER - SHARED; }\n");
  kernel.repo.write("mm/shared.h", "#define SHARED 42\n");
  kernel.repo.write(selftests + "vm/Makefile",
                    "$(OUTPUT)/%: %.c\n"
                    "\techo > written-here\n"
                    "\t$(CC) $(KHDR_INCLUDES) $< -o $@\n");
  kernel.repo.write(selftests + "cgroup/broken.c", "int main(void) { x }\n");
  kernel.repo.write(selftests + "cgroup/Makefile",
                    "$(OUTPUT)/%: %.c\n\t$(CC) $< -o $@\n");
  return kernel.repo.commit("selftests");
}

static Result<BuildOutcome> build(FakeKernel& kernel,
                                  const std::string& commit,
                                  std::vector<std::string> selftests)
{
  auto spec = kernel.spec(commit, "");
  spec.kconfig = "kselftest";
  spec.fragments.clear();
  spec.selftests = std::move(selftests);
  return build_kernel(
      spec, kernel.runner(), kernel.stop, [](const Progress&) {});
}

TEST_CASE("build_kernel builds selftests against the tree's own headers")
{
  FakeKernel kernel;
  const auto commit = add_selftests(kernel);
  const auto outcome = build(kernel, commit, {"vm:a"});
  REQUIRE_MESSAGE(outcome.has_value(), outcome.error().message);
  CHECK_MESSAGE(outcome->verdict == Verdict::pass, outcome->title);
  CHECK(outcome->vmlinux == kernel.out() / "programs");
  const auto program = read_file(kernel.out() / "programs/vm/a");
  REQUIRE(program.has_value());
  CHECK(program->starts_with("\177ELF"));
  CHECK(program->find("/lib64/ld-linux") == std::string::npos);
}

TEST_CASE("build_kernel names the error in a selftest")
{
  FakeKernel kernel;
  const auto commit = add_selftests(kernel);
  const auto outcome = build(kernel, commit, {"cgroup:broken", "vm:a"});
  REQUIRE_MESSAGE(outcome.has_value(), outcome.error().message);
  CHECK(outcome->verdict == Verdict::build_failed);
  CHECK(outcome->title.find("broken.c:1") != std::string::npos);
  CHECK_FALSE(fs::exists(kernel.out() / "programs"));
}

TEST_CASE("build_kernel takes no selftest that could mean something to a shell")
{
  FakeKernel kernel;
  for (const char* name : {"vm", "vm:a;b", "../vm:a", "vm:../a", "vm:$(a)"}) {
    CAPTURE(name);
    const auto outcome = build(kernel, kernel.base, {name});
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().fault == Fault::internal);
  }
}

TEST_CASE("selftests_make_words links statically for the architecture")
{
  BuildSpec spec;
  spec.arch = Arch::ppc64le;
  spec.jobs = 3;
  const auto words = selftests_make_words(spec, "vm", {"a", "b"});
  const auto has = [&](const char* word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  CHECK(has("-j3"));
  CHECK(has("ARCH=powerpc"));
  CHECK(has("CC=powerpc64le-linux-gnu-gcc -static"));
  CHECK(has("/build/obj/selftests/out/vm/a"));
  CHECK(has("/build/obj/selftests/out/vm/b"));
}
