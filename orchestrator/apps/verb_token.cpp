// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/tokens.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/log.h"
#include "report/table.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace oopsfarm {

using Json = nlohmann::ordered_json;

Result<int> token_add_verb(const TokenAddRequest& request,
                           const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  const auto role = request.role == "admin" ? Role::admin : Role::submit;
  TRY_ASSIGN(const auto token, add_token(state.tokens(), request.name, role));
  if (context.options.output == Output::json) {
    const Json json = {{"kind", "token"},
                       {"name", request.name},
                       {"role", to_string(role)},
                       {"token", token}};
    TRY(put_result(json.dump() + "\n"));
    return 0;
  }
  TRY(put_result(token + "\n"));
  if (context.options.verbosity != Verbosity::quiet) {
    log::info("this is " + request.name +
              "'s token; the farm keeps its hash and can't show it again");
  }
  return 0;
}

static std::string time_text(std::int64_t milliseconds)
{
  return fmt::format("{:%Y-%m-%d %H:%M}",
                     fmt::gmtime(static_cast<time_t>(milliseconds / 1000)));
}

Result<int> token_list_verb(const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto tokens, read_tokens(state.tokens()));
  if (context.options.output == Output::json) {
    for (const auto& entry : tokens) {
      const Json json = {{"kind", "token"},
                         {"name", entry.name},
                         {"role", to_string(entry.role)},
                         {"created_ms", entry.created_ms}};
      TRY(put_result(json.dump() + "\n"));
    }
    return 0;
  }
  if (tokens.empty()) {
    log::info("nobody has a token; `oopsfarm token add NAME` makes one");
    return 0;
  }
  Table table(use_colour(context.options.colour, STDOUT_FILENO));
  table.column("name", Align::left);
  table.column("role", Align::left);
  table.column("made (UTC)", Align::left);
  for (const auto& entry : tokens) {
    table.row({entry.name, to_string(entry.role), time_text(entry.created_ms)});
  }
  TRY(put_result(table.text()));
  return 0;
}

Result<int> token_remove_verb(const TokenRemoveRequest& request,
                              const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY(remove_token(state.tokens(), request.name));
  return 0;
}

} // namespace oopsfarm
