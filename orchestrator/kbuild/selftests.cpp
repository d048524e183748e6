// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/selftests.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace oopsfarm {

namespace fs = std::filesystem;

/// A tree that looks like the source, in which tools/testing/selftests is a
/// copy that can be written to.
constexpr const char* copy_script = R"(set -e
tree=/build/obj/selftests
rm -rf "$tree"
mkdir -p "$tree/tools/testing" "$tree/out"
link() { # FROM TO BUT
  for entry in "$1"/*; do
    [ "${entry##*/}" = "$3" ] || ln -s "$entry" "$2/"
  done
}
link /build/src "$tree" tools
link /build/src/tools "$tree/tools" testing
link /build/src/tools/testing "$tree/tools/testing" selftests
cp -r /build/src/tools/testing/selftests "$tree/tools/testing/"
chmod -R u+w "$tree/tools/testing/selftests"
)";

std::string selftests_copy_script()
{
  return copy_script;
}

bool are_selftests(const std::vector<std::string>& names)
{
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    const auto colon = name.find(':');
    const auto folders = split(name.substr(0, colon), '/');
    return colon != std::string::npos && is_safe_name(name.substr(colon + 1)) &&
           std::all_of(folders.begin(), folders.end(), is_safe_name);
  });
}

fs::path selftest_path(const std::string& selftest)
{
  return replace_all(selftest, ":", "/");
}

std::string selftest_output(const std::string& selftest)
{
  return "selftest." + replace_all(replace_all(selftest, ":", "."), "/", ".");
}

/// What the selftests' Makefiles call the machine (`uname -m`, shortened).
static const char* machine_of(Arch arch)
{
  return arch == Arch::x86_64 ? "x86_64" : "ppc64";
}

std::vector<std::string>
selftests_make_words(const BuildSpec& spec,
                     const std::string& collection,
                     const std::vector<std::string>& programs)
{
  const std::string prefix = cross_prefix(spec.arch);
  const auto output = "/build/obj/selftests/out/" + collection;
  std::vector<std::string> words = {
      "make",
      fmt::format("-j{}", spec.jobs),
      "-C",
      "/build/obj/selftests/tools/testing/selftests/" + collection,
      // lib.mk takes 0 for a make by hand, in the source's own folder.
      "MAKELEVEL=1",
      fmt::format("ARCH={}", kernel_arch(spec.arch)),
      fmt::format("MACHINE={}", machine_of(spec.arch)),
      fmt::format("CROSS_COMPILE={}", prefix),
      fmt::format("CC={}gcc -static", prefix),
      "OUTPUT=" + output,
      "KHDR_INCLUDES=-isystem /build/obj/usr/include"};
  for (const auto& program : programs) {
    words.push_back(output + "/" + program);
  }
  return words;
}

/// Programs by their collection.
static std::map<std::string, std::vector<std::string>>
collections_of(const BuildSpec& spec)
{
  std::map<std::string, std::vector<std::string>> collections;
  for (const auto& selftest : spec.selftests) {
    const auto colon = selftest.find(':');
    collections[selftest.substr(0, colon)].push_back(
        selftest.substr(colon + 1));
  }
  return collections;
}

/// Copies what was built to the top of the objects, where it is taken from.
static std::string keep_script(const BuildSpec& spec)
{
  std::string script = "set -e\n";
  for (const auto& selftest : spec.selftests) {
    script += fmt::format("cp -f /build/obj/selftests/out/{} /build/obj/{}\n",
                          selftest_path(selftest).string(),
                          selftest_output(selftest));
  }
  return script;
}

Result<SelftestsMade> make_selftests(const BuildSpec& spec, Maker& maker)
{
  const auto quiet = [](const MakeOutput&) {};
  const auto ended = [](Made made) {
    return SelftestsMade{made.end, std::move(made.output)};
  };
  TRY_ASSIGN(auto made,
             maker.make({fmt::format("-j{}", spec.jobs), "headers"}, quiet));
  if (made.end != MakeEnd::done) {
    return ended(std::move(made));
  }
  TRY_ASSIGN(made, maker.run({"sh", "-c", selftests_copy_script()}, quiet));
  for (const auto& [collection, programs] : collections_of(spec)) {
    if (made.end != MakeEnd::done) {
      return ended(std::move(made));
    }
    TRY_ASSIGN(
        made,
        maker.run({"mkdir", "-p", "/build/obj/selftests/out/" + collection},
                  quiet));
    if (made.end == MakeEnd::done) {
      TRY_ASSIGN(
          made,
          maker.run(selftests_make_words(spec, collection, programs), quiet));
    }
  }
  if (made.end == MakeEnd::done) {
    TRY_ASSIGN(made, maker.run({"sh", "-c", keep_script(spec)}, quiet));
  }
  return ended(std::move(made));
}

} // namespace oopsfarm
