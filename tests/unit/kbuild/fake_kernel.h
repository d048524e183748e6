// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "kbuild/build.h"
#include "kbuild/folder.h"
#include "support/git_repo.h"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace oopsfarm::testing {

/// Kbuild's interface as far as builds use it, in a few lines of make; HOOK is
/// the text of a rule that runs before vmlinux is linked.
inline std::string fake_makefile(const std::string& hook)
{
  return "CC = $(CROSS_COMPILE)gcc\n"
         "tinyconfig:\n"
         "\t@echo made tinyconfig\n"
         "\t@echo '# CONFIG_FOO is not set' > $(O)/.config\n"
         "allnoconfig:\n"
         "\t@grep -v CONFIG_GONE $(KCONFIG_ALLCONFIG) > $(O)/.config\n"
         "vmlinux: mm/a.c hook\n"
         "\t@mkdir -p $(O)/mm\n"
         "\t@echo '  CC      mm/a.o'\n"
         "\t@$(CC) -c -o $(O)/mm/a.o mm/a.c\n"
         "\t@echo '  LD      vmlinux'\n"
         "\t@$(CC) -nostdlib -static -Wl,--build-id=sha1 -Wl,-e,main "
         "-o $(O)/vmlinux $(O)/mm/a.o\n"
         "hook:\n" +
         (hook.empty() ? "" : "\t" + hook + "\n") + ".PHONY: vmlinux hook\n";
}

/// A tree that builds in a blink, and a state folder to build it in.
class FakeKernel
{
public:
  FakeKernel()
  {
    repo.write("Makefile", fake_makefile(""));
    repo.write("mm/a.c", "int main(void) { return 0; }\n");
    repo.write("mm/Kconfig",
               "config GONE\n\tbool \"Gone\"\n\tdepends on FOO && BAR\n");
    base = repo.commit("base");
    fragment("CONFIG_FOO=y\n");
  }

  FakeKernel(const FakeKernel&) = delete;
  FakeKernel& operator=(const FakeKernel&) = delete;

  /// An ordinary user can't remove what hostile builds leave by remove_all().
  ~FakeKernel() { CHECK(wipe(state())); }

  const std::filesystem::path& state() const { return folder_.path(); }

  std::filesystem::path objects() const { return state() / "tree/obj"; }

  std::filesystem::path out() const { return state() / "out"; }

  /// Commits a tree whose vmlinux rule first runs this line of shell.
  std::string commit_hook(const std::string& hook)
  {
    return repo.commit("Makefile", fake_makefile(hook), "hook");
  }

  void fragment(const std::string& text)
  {
    spit(state() / "t.config", text);
    fragments_hash_ = std::to_string(std::hash<std::string>()(text));
  }

  BuildSpec spec(const std::string& commit, const std::string& series) const
  {
    BuildSpec spec;
    spec.key = "key";
    spec.git_dir = repo.git_dir();
    spec.commit = commit;
    spec.arch = Arch::x86_64;
    spec.kconfig = "t";
    spec.fragments = {state() / "t.config"};
    spec.fragments_hash = fragments_hash_;
    spec.toolchain = "gcc";
    spec.series = series;
    spec.object_tree = state() / "tree";
    spec.ccache = state() / "ccache";
    spec.out = out();
    spec.jobs = 1;
    spec.limits = limits;
    return spec;
  }

  Result<BuildOutcome> build(const std::string& commit,
                             const std::string& series = "")
  {
    return build(spec(commit, series));
  }

  Result<BuildOutcome> build(const BuildSpec& what)
  {
    return build_kernel(what, runner(), stop, [&](const Progress& progress) {
      phases.push_back(progress.phase);
      if (on_progress) {
        on_progress(progress);
      }
    });
  }

  std::string log() const
  {
    const auto text = read_file(out() / "build.log");
    return text ? *text : "";
  }

  ProcessRunner& runner() { return runner_ ? *runner_ : repo.processes; }

  void use(ProcessRunner& other) { runner_ = &other; }

  GitRepo repo;
  std::string base;
  BuildLimits limits{
      std::chrono::seconds(60), 1ULL << 30, 256ULL << 20, 1ULL << 30, 64};
  Stop stop;
  std::vector<std::string> phases;
  std::function<void(const Progress&)> on_progress;

private:
  TempFolder folder_ = temp_folder();
  std::string fragments_hash_;
  ProcessRunner* runner_ = nullptr;
};

/// True when, within 5 s, no process has `word` on its command line.
inline bool is_gone(const std::string& word)
{
  const auto has_word = [&] {
    for (const auto& name : names_in("/proc")) {
      const auto line = read_file("/proc/" + name + "/cmdline");
      if (line && line->find(word) != std::string::npos) {
        return true;
      }
    }
    return false;
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (has_word()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

} // namespace oopsfarm::testing
