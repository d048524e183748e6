// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/flavour.h"

#include "base/hash.h"
#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

/// Names of *.config that are parts of every flavour, not flavours.
static bool is_shared_part(const std::string& name)
{
  return name == "common" ||
         std::any_of(all_archs().begin(), all_archs().end(), [&](Arch arch) {
           return name == to_string(arch);
         });
}

Result<std::vector<std::string>> list_flavours(const fs::path& kconfigs)
{
  std::error_code error;
  fs::directory_iterator entries(kconfigs, error);
  std::vector<std::string> names;
  while (!error && entries != fs::directory_iterator()) {
    const auto name = entries->path().stem().string();
    if (entries->path().extension() == ".config" &&
        name.find('.') == std::string::npos && is_safe_name(name) &&
        !is_shared_part(name)) {
      names.push_back(name);
    }
    entries.increment(error);
  }
  if (error) {
    return infra_error(fmt::format("cannot read the kernel configs in {}: {}",
                                   kconfigs.string(),
                                   error.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What of a fragment decides about the kernel: no kernel is to be built again
/// for a comment, nor for the count of its objects.
static std::string meaning_of(const Fragment& fragment)
{
  auto text = fmt::format("base {}\n", fragment.base);
  for (const auto& wish : fragment.wishes) {
    text += fmt::format("{}={} {}\n",
                        wish.symbol,
                        wish.value,
                        wish.need == Need::must ? "must" : "if available");
  }
  return text;
}

Result<Flavour>
load_flavour(const fs::path& kconfigs, const std::string& name, Arch arch)
{
  TRY_ASSIGN(const auto known, list_flavours(kconfigs));
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    return user_error(fmt::format(
        "there is no kconfig '{}'; {}", printable(name), suggest(name, known)));
  }
  Flavour flavour;
  flavour.name = name;
  std::string digest;
  for (const std::string& part : {std::string("common"),
                                  std::string(to_string(arch)),
                                  name,
                                  name + "." + to_string(arch)}) {
    const auto file = kconfigs / (part + ".config");
    if (!fs::exists(file)) {
      continue;
    }
    TRY_ASSIGN(const auto text, read_file(file, 1U << 20));
    TRY_ASSIGN(const auto fragment,
               parse_fragment(text, file.filename().string()));
    flavour.not_for.insert(flavour.not_for.end(),
                           fragment.not_for.begin(),
                           fragment.not_for.end());
    flavour.fragments.push_back(file);
    digest += meaning_of(fragment);
  }
  flavour.hash = sha256_hex(digest);
  return flavour;
}

const Exclusion* find_exclusion(const Flavour& flavour, const Target& target)
{
  const auto found = std::find_if(
      flavour.not_for.begin(), flavour.not_for.end(), [&](const auto& item) {
        return item.what == target.name ||
               item.what == to_string(target.arch) || item.what == target.mmu;
      });
  return found == flavour.not_for.end() ? nullptr : &*found;
}

} // namespace oopsfarm
