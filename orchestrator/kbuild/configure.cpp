// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/configure.h"

#include "base/hash.h"
#include "base/strings.h"
#include "kbuild/dotconfig.h"
#include "kbuild/kconfig_symbols.h"
#include "sys/file.h"

#include <fmt/format.h>

namespace oopsfarm {

constexpr std::uint64_t max_config = 4U << 20;

std::string config_id(const BuildSpec& spec)
{
  return sha256_hex(fmt::format("{}\n{}\n{}\n",
                                to_string(spec.arch),
                                spec.fragments_hash,
                                spec.toolchain));
}

/// True unless it is sure that both commits give the same .config.
static Result<bool> config_may_differ(const Repository& repository,
                                      const std::string& before,
                                      const std::string& after)
{
  if (before == after) {
    return false;
  }
  TRY_ASSIGN(const auto finished,
             repository.git().run(repository.call({"diff-tree",
                                                   "-r",
                                                   "--quiet",
                                                   before,
                                                   after,
                                                   "--",
                                                   ":(glob)**/Kconfig*",
                                                   "scripts/kconfig",
                                                   ":(glob)scripts/*.sh",
                                                   ":(glob)arch/*/configs/**",
                                                   "kernel/configs",
                                                   "Makefile",
                                                   ":(glob)arch/*/Makefile"})));
  return !finished.ok();
}

/// The text of a config file that make left.
static Result<std::string> read_config(const ObjectTree& tree)
{
  TRY_ASSIGN(const auto file, tree.output(".config", max_config));
  if (!file) {
    return user_error("make left no .config");
  }
  return read_output(*file);
}

static std::vector<std::string> explain(const BuildSpec& spec,
                                        const ObjectTree& tree,
                                        const std::string& dotconfig,
                                        const std::vector<Wish>& unmet)
{
  constexpr std::size_t most = 20;
  const auto values = parse_dotconfig(dotconfig);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < unmet.size() && i < most; ++i) {
    lines.push_back(explain_unmet(
        unmet[i],
        find_symbol(tree.sandbox().source, spec.arch, unmet[i].symbol),
        values));
  }
  if (unmet.size() > most) {
    lines.push_back(fmt::format("… and {} more", unmet.size() - most));
  }
  return lines;
}

/// The two makes: the base, and the base with the wishes.
static Result<Made>
make_config(const Fragment& wanted, const ObjectTree& tree, Maker& maker)
{
  const auto quiet = [](const MakeOutput&) {};
  const auto base = wanted.base.empty() ? "tinyconfig" : wanted.base;
  TRY_ASSIGN(auto made, maker.make({base}, quiet));
  if (made.end != MakeEnd::done) {
    return made;
  }
  TRY_ASSIGN(const auto text, read_config(tree));
  TRY(write_file(tree.sandbox().config / "wanted",
                 merge_dotconfig(text, wanted.wishes)));
  // allnoconfig turns off what became possible by the wishes only; what stands
  // in the file stays. For other bases such symbols get their defaults.
  return base == "tinyconfig"
             ? maker.make(
                   {"KCONFIG_ALLCONFIG=/build/config/wanted", "allnoconfig"},
                   quiet)
             : maker.make(
                   {"KCONFIG_ALLCONFIG=/build/config/wanted", "alldefconfig"},
                   quiet);
}

Result<Configured> configure(const BuildSpec& spec,
                             const Fragment& wanted,
                             const Repository& repository,
                             ObjectTree& tree,
                             Maker& maker)
{
  auto& state = tree.state();
  if (!state.commit.empty() && state.config == config_id(spec)) {
    TRY_ASSIGN(const bool differs,
               config_may_differ(repository, state.commit, spec.commit));
    if (!differs) {
      return Configured{};
    }
  }
  state.commit.clear();
  TRY(tree.save());
  TRY_ASSIGN(auto made, make_config(wanted, tree, maker));
  Configured result{made.end, std::move(made.output), {}};
  if (result.end != MakeEnd::done) {
    return result;
  }
  TRY_ASSIGN(const auto text, read_config(tree));
  const auto unmet = unmet_wishes(text, wanted.wishes);
  if (!unmet.empty()) {
    result.unmet = explain(spec, tree, text, unmet);
    return result;
  }
  state.commit = spec.commit;
  state.config = config_id(spec);
  TRY(tree.save());
  return result;
}

} // namespace oopsfarm
