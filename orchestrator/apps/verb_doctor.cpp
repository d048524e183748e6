// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/checks.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

static std::string
text_line(const Check& check, const CheckResult& result, Colour colour)
{
  std::string word = "OK  ";
  Tint tint = Tint::good;
  if (result.status == CheckStatus::note) {
    word = "note";
    tint = Tint::warn;
  } else if (result.status == CheckStatus::missing) {
    word = "MISS";
    tint = Tint::bad;
  }
  auto line = fmt::format("{}  {:<24}  {}\n",
                          tinted(word, tint, colour),
                          check.name,
                          printable(result.found));
  if (!result.mend.empty()) {
    line += fmt::format("{:32}-> {}\n", "", result.mend);
  }
  return line;
}

static std::string json_line(const Check& check, const CheckResult& result)
{
  using Json = nlohmann::ordered_json;
  const Json json = {{"kind", "check"},
                     {"name", check.name},
                     {"status", to_string(result.status)},
                     {"found", printable(result.found)},
                     {"mend", result.mend}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<int> doctor_verb(const DoctorRequest& /*request*/,
                        const Context& context)
{
  TRY_ASSIGN(auto state, find_state(context.options.state, get_env));
  ThisHost host(std::move(state), context.processes, context.stop);
  const auto colour = use_colour(context.options.colour, STDOUT_FILENO);
  std::size_t missing = 0;
  for (const auto& check : all_checks()) {
    const auto result = check.ask(host);
    if (context.stop.requested()) {
      return infra_error("stopped");
    }
    missing += result.status == CheckStatus::missing ? 1 : 0;
    if (context.options.output == Output::json) {
      TRY(put_result(json_line(check, result)));
    } else if (context.options.verbosity != Verbosity::quiet ||
               result.status == CheckStatus::missing) {
      TRY(put_result(text_line(check, result, colour)));
    }
  }
  if (missing > 0) {
    return infra_error(fmt::format(
        "{} of what is needed {} missing; what to type stands after ->",
        missing,
        missing == 1 ? "is" : "are"));
  }
  return 0;
}

} // namespace oopsfarm
