// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/config_question.h"

#include "base/hash.h"
#include "base/strings.h"
#include "kbuild/flavour.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oopsfarm {

/// The name that the base defconfig has among the symbols.
static constexpr const char* base_symbol = "base";

static const Wish* find_wish(const Fragment& fragment,
                             const std::string& symbol)
{
  const auto found =
      std::find_if(fragment.wishes.begin(),
                   fragment.wishes.end(),
                   [&](const Wish& wish) { return wish.symbol == symbol; });
  return found == fragment.wishes.end() ? nullptr : &*found;
}

static std::string value_of(const Wish* wish)
{
  return wish == nullptr                    ? "not mentioned"
         : wish->need == Need::if_available ? wish->value + " if available"
                                            : wish->value;
}

/// A symbol that is not asked for is off where all else is: no difference.
static bool differ(const Wish* a, const Wish* b)
{
  const auto is_off = [](const Wish* wish) {
    return wish == nullptr || wish->value == "n";
  };
  return value_of(a) != value_of(b) && !(is_off(a) && is_off(b));
}

namespace {

/// Collects what differs, each symbol once.
class Differences
{
public:
  void compare(const Fragment& good, const Fragment& bad)
  {
    if (good.base != bad.base) {
      add(base_symbol, good.base, bad.base);
    }
    for (const auto* list : {&bad.wishes, &good.wishes}) {
      for (const auto& wish : *list) {
        const auto* before = find_wish(good, wish.symbol);
        const auto* after = find_wish(bad, wish.symbol);
        if (differ(before, after)) {
          add(wish.symbol, value_of(before), value_of(after));
        }
      }
    }
  }

  std::vector<ConfigChange> changes;

private:
  void add(const std::string& symbol,
           const std::string& before,
           const std::string& after)
  {
    if (seen_.insert(symbol).second) {
      changes.push_back({symbol, before + " → " + after});
    }
  }

  std::set<std::string> seen_;
};

} // namespace

std::vector<ConfigChange> config_changes(const std::map<Arch, Fragment>& good,
                                         const std::map<Arch, Fragment>& bad)
{
  Differences differences;
  for (const auto& [arch, fragment] : good) {
    differences.compare(fragment, bad.at(arch));
  }
  return differences.changes;
}

Fragment with_changes(const Fragment& good,
                      const Fragment& bad,
                      const std::vector<ConfigChange>& changes,
                      std::size_t count)
{
  auto mixed = good;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& symbol = changes.at(i).symbol;
    if (symbol == base_symbol) {
      mixed.base = bad.base;
      continue;
    }
    std::erase_if(mixed.wishes,
                  [&](const Wish& wish) { return wish.symbol == symbol; });
    if (const auto* wish = find_wish(bad, symbol)) {
      mixed.wishes.push_back(*wish);
    }
  }
  return mixed;
}

std::string to_text(const Fragment& fragment)
{
  auto text = fragment.base.empty() ? "" : "# base: " + fragment.base + "\n";
  for (const auto& wish : fragment.wishes) {
    text += fmt::format("CONFIG_{}={}{}\n",
                        wish.symbol,
                        wish.value,
                        wish.need == Need::must ? "" : "  # if available");
  }
  return text;
}

namespace {

/// One kconfig on all architectures of the job.
struct Config
{
  std::map<Arch, Fragment> wanted;
  std::map<Arch, FlavourFiles> files;
};

Result<Config> load_config_of(const Job& job,
                              const std::string& name,
                              const EngineContext& context)
{
  const bool is_file = name.ends_with(".config");
  Config config;
  for (const auto& target : job.targets) {
    const auto arch = context.targets.at(target).arch;
    TRY_ASSIGN(const auto flavour,
               load_flavour(context.share.kconfigs(),
                            is_file ? job.kconfigs.front() : name,
                            arch));
    FlavourFiles files = {flavour.fragments, flavour.hash};
    if (is_file) {
      const auto file = std::filesystem::absolute(name);
      TRY_ASSIGN(const auto text, read_file(file, 1U << 20));
      files.fragments.push_back(file);
      files.hash = sha256_hex(flavour.hash + text);
    }
    TRY_ASSIGN(config.wanted[arch], load_fragments(files.fragments));
    config.files[arch] = std::move(files);
  }
  return config;
}

/// Writes a mixed kconfig where builds find it, by its content.
Result<FlavourFiles> write_config(const Fragment& mixed,
                                  const EngineContext& context)
{
  const auto text = to_text(mixed);
  const auto hash = sha256_hex(text);
  const auto file =
      context.state.bisections() / "configs" / (hash.substr(0, 32) + ".config");
  std::error_code absent;
  if (!std::filesystem::exists(file, absent)) {
    TRY(make_folder(file.parent_path()));
    TRY(write_file(file, text));
  }
  return FlavourFiles{{file}, hash};
}

Result<ProbedKernel> kernel_of(const Config& good,
                               const Config& bad,
                               const std::vector<ConfigChange>& changes,
                               std::size_t count,
                               const EngineContext& context)
{
  ProbedKernel kernel;
  kernel.source.name = fmt::format("config {}", count);
  if (count == 0 || count == changes.size()) { // they may stand already
    kernel.configs = count == 0 ? good.files : bad.files;
    return kernel;
  }
  for (const auto& [arch, wanted] : good.wanted) {
    const auto mixed =
        with_changes(wanted, bad.wanted.at(arch), changes, count);
    TRY_ASSIGN(kernel.configs[arch], write_config(mixed, context));
  }
  return kernel;
}

std::string id_of(const ProbedKernel& kernel)
{
  std::string text;
  for (const auto& [arch, files] : kernel.configs) {
    text += files.hash;
  }
  constexpr std::size_t length = 8;
  return replace_all(kernel.source.name, " ", "-") + "-" +
         sha256_hex(text).substr(0, length);
}

Status add_kernels(const Config& good,
                   const Config& bad,
                   const EngineContext& context,
                   KernelQuestion& question)
{
  const auto changes = config_changes(good.wanted, bad.wanted);
  if (changes.empty()) {
    return user_error("the two kconfigs want the same");
  }
  const auto& like = question.channels.front().build.spec;
  std::vector<Commit> kernels;
  std::vector<Commit> names;
  for (std::size_t i = 0; i <= changes.size(); ++i) {
    TRY_ASSIGN(auto kernel, kernel_of(good, bad, changes, i, context));
    kernel.source.commit = like.commit;
    kernel.source.series = like.series;
    kernel.base = like.base;
    if (i > 0) {
      const auto& [symbol, words] = changes[i - 1];
      names.push_back(
          {symbol == base_symbol ? symbol : "CONFIG_" + symbol, words});
      kernel.source.subject = names.back().id + ": " + words;
    }
    kernels.push_back({id_of(kernel),
                       i == 0 ? "as the good kconfig"
                              : "as the bad one up to " + names.back().id});
    question.kernels.push_back(std::move(kernel));
  }
  question.range = line_of(std::move(kernels), std::move(names));
  return Ok{};
}

} // namespace

Result<KernelQuestion> ask_configs(const Job& job,
                                   const std::string& good,
                                   const std::string& bad,
                                   const BisectWishes& wishes,
                                   const EngineContext& context,
                                   Observer& observer,
                                   const Stop& stop)
{
  TRY_ASSIGN(const auto before, load_config_of(job, good, context));
  TRY_ASSIGN(const auto after, load_config_of(job, bad, context));
  auto like = job;
  like.test = TestMode::tip;
  like.kconfigs = {bad.ends_with(".config") ? job.kconfigs.front() : bad};
  TRY_ASSIGN(const auto prepared, prepare_job(like, context, observer, stop));
  if (!prepared.report.cells.empty()) {
    return user_error(prepared.report.cells.front().title);
  }
  KernelQuestion question;
  question.head.mode = "kconfig";
  TRY(take_channels(prepared,
                    prepared.report.patches.empty() ? "base" : "series",
                    wishes,
                    context,
                    question));
  TRY(add_kernels(before, after, context, question));
  complete_head(context.state.tree(job.tree), question);
  return question;
}

} // namespace oopsfarm
