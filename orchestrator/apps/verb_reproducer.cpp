// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/id.h"
#include "base/log.h"
#include "base/strings.h"
#include "reproducer/archive.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

namespace oopsfarm {

Result<int> reproducer_verb(const ReproducerRequest& request,
                            const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  if (!is_id(request.run_id)) {
    return user_error(fmt::format("'{}' is no run's id, which look like "
                                  "20261121T101500-3fa9c2; reports name them",
                                  printable(request.run_id, 80)));
  }
  const auto folder = state.runs() / request.run_id;
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) {
    return user_error(fmt::format(
        "there is no run {} in {}", request.run_id, state.root.string()));
  }
  const auto output =
      request.output.empty()
          ? std::filesystem::path("oopsfarm-" + request.run_id + ".tar.gz")
          : request.output;
  TRY_ASSIGN(const auto made,
             pack_reproducer(folder, output, context.processes, context.stop));
  if (made.has_newer_initramfs) {
    log::warning("the initramfs was installed after the run: the guest's side "
                 "may differ");
  }
  if (context.options.output == Output::json) {
    const nlohmann::ordered_json json = {{"kind", "reproducer"},
                                         {"run_id", request.run_id},
                                         {"file", made.file.string()},
                                         {"folder", made.folder}};
    TRY(put_result(json.dump() + "\n"));
    return 0;
  }
  TRY(put_result(fmt::format(
      "{}: tar xf it, then sh {}/run.sh\n", made.file.string(), made.folder)));
  return 0;
}

} // namespace oopsfarm
