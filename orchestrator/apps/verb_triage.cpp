// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/triage_report.h"
#include "apps/verbs.h"
#include "base/id.h"
#include "base/log.h"
#include "model/json.h"
#include "sys/file.h"
#include "sys/text_input.h"

#include <unistd.h>

#include <map>
#include <memory>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// A log to read.
struct LogInput
{
  std::string name; ///< as it was asked for
  fs::path file;    ///< "-": standard input
  fs::path vmlinux; ///< "": none is known
};

/// Reads the logs of one call. vmlinux files are opened once each.
class TriageRun
{
public:
  TriageRun(const TriageRequest& request, const Context& context)
      : request_(request), context_(context),
        colour_(use_colour(context.options.colour, STDOUT_FILENO))
  {
  }

  Result<int> all();

private:
  Result<LogInput> find_input(const std::string& name) const;
  Result<bool> read(const LogInput& input);
  Result<const Symbols*> symbols_for(const LogInput& input,
                                     const LogTriage& triage);

  const TriageRequest& request_;
  const Context& context_;
  Colour colour_;
  std::map<fs::path, Symbols> symbols_;
};

} // namespace

/// A file of that name; else, if it looks like one, a run of the state folder.
Result<LogInput> TriageRun::find_input(const std::string& name) const
{
  LogInput input{name, name, request_.vmlinux};
  std::error_code error;
  if (!is_id(name) || fs::exists(name, error)) {
    return input;
  }
  TRY_ASSIGN(const auto state, find_state(context_.options.state, get_env));
  const auto folder = state.runs() / name;
  input.file = folder / "console.log";
  if (input.vmlinux.empty() && request_.stack) {
    TRY_ASSIGN(const auto text, read_file(folder / "spec.json"));
    TRY_ASSIGN(const auto step, parse_step_spec(text));
    const auto* spec = std::get_if<RunSpec>(&step);
    if (spec != nullptr && fs::exists(spec->vmlinux, error)) {
      input.vmlinux = spec->vmlinux;
    }
  }
  return input;
}

/// The symbols for a log that was read, or nullptr. Fails when the vmlinux
/// can't be used, or is not the log's.
Result<const Symbols*> TriageRun::symbols_for(const LogInput& input,
                                              const LogTriage& triage)
{
  const Symbols* none = nullptr;
  const auto& crashes = triage.crashes().crashes();
  if (input.vmlinux.empty() || crashes.empty()) {
    return none;
  }
  auto found = symbols_.find(input.vmlinux);
  if (found == symbols_.end()) {
    TRY_ASSIGN(auto opened, Symbols::open(input.vmlinux));
    found = symbols_.emplace(input.vmlinux, std::move(opened)).first;
  }
  KernelIdentity kernel;
  kernel.banners = triage.banners();
  for (const auto& crash : crashes) {
    kernel.build_id =
        kernel.build_id.empty() ? crash.build_id : kernel.build_id;
    kernel.frames.insert(
        kernel.frames.end(), crash.stack.begin(), crash.stack.end());
  }
  TRY(found->second.check(kernel));
  return &found->second;
}

/// Whether there was a crash. Fails when the log can't be read.
Result<bool> TriageRun::read(const LogInput& input)
{
  LogTriage triage;
  TRY(read_text_input(input.file, context_.stop, [&](std::string_view bytes) {
    triage.feed(bytes);
  }));
  if (context_.stop.requested()) {
    return false;
  }
  triage.finish();
  const auto& crashes = triage.crashes().crashes();
  std::vector<Explanation> said;
  if (request_.stack || !request_.vmlinux.empty()) {
    TRY_ASSIGN(const auto* symbols, symbols_for(input, triage));
    for (const auto& crash : crashes) {
      said.push_back(
          explain(crash, symbols, context_.processes, context_.stop));
    }
  }
  TRY(put_result(context_.options.output == Output::json
                     ? triage_json(input.name, triage, said)
                     : triage_text(input.name, triage, said, colour_)));
  return triage.crashes().count() > 0;
}

Result<int> TriageRun::all()
{
  bool crashed = false;
  bool unread = false;
  for (const auto& name : request_.files) {
    if (context_.stop.requested()) {
      break;
    }
    const auto input = find_input(name);
    const auto result = input ? read(*input) : Result<bool>(input.error());
    if (result) {
      crashed = crashed || *result;
    } else { // the other logs are read all the same
      log::error(result.error().message);
      unread = true;
    }
  }
  return unread ? 2 : crashed ? 1 : 0;
}

Result<int> triage_verb(const TriageRequest& request, const Context& context)
{
  return TriageRun(request, context).all();
}

} // namespace oopsfarm
