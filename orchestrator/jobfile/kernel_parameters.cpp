// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/kernel_parameters.h"

#include "base/strings.h"
#include "jobfile/values.h"
#include "model/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace oopsfarm {

/// Why the farm keeps a parameter for itself; "" when it does not. The kernel
/// reads - as _ in names.
static std::string why_kept(std::string parameter)
{
  struct Kept
  {
    std::string_view name;
    const char* why;
  };

  constexpr const char* console = "the farm reads the console";
  constexpr const char* crash = "the first crash has to end the guest";
  constexpr const char* init = "the farm's init runs the workload";
  constexpr std::array<Kept, 15> kept = {{{"console", console},
                                          {"earlycon", console},
                                          {"earlyprintk", console},
                                          {"quiet", console},
                                          {"loglevel", console},
                                          {"oops", crash},
                                          {"panic", crash},
                                          {"panic_on_oops", crash},
                                          {"panic_on_warn", crash},
                                          {"panic_on_taint", crash},
                                          {"softlockup_panic", crash},
                                          {"hung_task_panic", crash},
                                          {"init", init},
                                          {"rdinit", init},
                                          {"initrd", init}}};
  auto name = parameter.substr(0, parameter.find('='));
  std::replace(name.begin(), name.end(), '-', '_');
  if (name.rfind("oopsfarm.", 0) == 0 || name == "__") {
    return init;
  }
  const auto found =
      std::find_if(kept.begin(), kept.end(), [&](const Kept& item) {
        return item.name == name;
      });
  return found == kept.end() ? "" : found->why;
}

/// `refuse`: why a parameter may not stand here, or "".
static std::vector<std::string>
read_list_of(const YamlNode& node,
             const std::function<std::string(const std::string&)>& refuse,
             Problems& problems)
{
  std::vector<std::string> parameters;
  const auto* items = read_list(node, "cmdline", "[page_poison=1]", problems);
  if (items == nullptr) {
    return parameters;
  }
  for (const auto& item : *items) {
    const auto word = read_text(item, "cmdline", problems);
    if (!word) {
      continue;
    }
    if (!is_kernel_parameter(*word)) {
      problems.add(item,
                   fmt::format("'cmdline' wants one kernel parameter an item, "
                               "of letters, digits and ._:/,=+-@, not {}",
                               quote(*word)));
    } else if (const auto why = refuse(*word); !why.empty()) {
      problems.add(item, fmt::format("'cmdline': {}: {}", *word, why));
    } else {
      parameters.push_back(*word);
    }
  }
  return parameters;
}

std::vector<std::string> read_kernel_parameters(const YamlNode& node,
                                                Problems& problems)
{
  return read_list_of(
      node, [](const std::string&) { return std::string(); }, problems);
}

std::vector<std::string> read_job_parameters(const YamlNode& node,
                                             Problems& problems)
{
  return read_list_of(
      node,
      [](const std::string& word) {
        const auto why = why_kept(word);
        return why.empty() ? why : why + ", so that it sets this itself";
      },
      problems);
}

} // namespace oopsfarm
