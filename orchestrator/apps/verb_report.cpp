// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/daemon_verbs.h"
#include "apps/environment.h"
#include "apps/terminal.h"
#include "base/log.h"
#include "base/strings.h"
#include "formats/format.h"
#include "formats/mail_header.h"
#include "report/read_report.h"
#include "store/store.h"
#include "sys/file.h"
#include "sys/text_input.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// A report, and what is known of its job besides.
struct Source
{
  JobReport report;
  std::string text;  ///< as the daemon wrote it; "": not known
  std::string lines; ///< of JSON, the same: a night's have a comparison
  int exit_code = 0;
  std::chrono::milliseconds ended{0}; ///< since 1970
};

Result<Source> from_daemon(const std::string& id, const Context& context)
{
  TRY(check_job_id(id));
  TRY_ASSIGN(const auto job, ask(context, "GET", "/v1/jobs/" + id));
  TRY_ASSIGN(const auto view, parse_job_view(job));
  const auto path = "/v1/jobs/" + id + "/report?format=";
  Source source;
  TRY_ASSIGN(source.text, ask(context, "GET", path + "text"));
  TRY_ASSIGN(source.lines, ask(context, "GET", path + "json"));
  TRY_ASSIGN(source.report, parse_report(source.lines));
  source.exit_code = view.exit_code;
  source.ended = std::chrono::milliseconds(view.ended_ms);
  return source;
}

/// When the file was written is when the job ended, as far as anybody knows.
std::chrono::milliseconds written_at(const fs::path& file)
{
  struct stat status = {};
  if (file == "-" || stat(file.c_str(), &status) != 0) {
    return wall_now();
  }
  return std::chrono::seconds(status.st_mtime);
}

Result<Source> from_file(const fs::path& file, const Context& context)
{
  constexpr std::size_t most = 256U << 20;
  std::string lines;
  TRY(read_text_input(file, context.stop, [&](std::string_view bytes) {
    lines.append(bytes.substr(0, most - std::min(most, lines.size())));
  }));
  if (lines.size() == most) {
    return user_error(file.string() + ": over 256 MiB, which is no report");
  }
  Source source;
  auto report = parse_report(lines);
  if (!report) {
    return std::move(report).error().in(file == "-" ? "standard input"
                                                    : file.string());
  }
  source.report = *std::move(report);
  source.exit_code = exit_code(source.report);
  source.ended = written_at(file);
  return source;
}

Status put_report(const std::string& text, const fs::path& output)
{
  return output.empty() ? put_result(text) : write_file(output, text);
}

/// What sendmail is given of "Ann <ann@example.org>".
Result<std::string> plain_address(const std::string& text)
{
  const auto address = parse_address(text);
  if (!address) {
    return user_error(fmt::format("farm.yaml: mail: '{}' is no address that "
                                  "mail can be sent with",
                                  printable(text, 80)));
  }
  return address->address;
}

/// Hands the mail to sendmail, to those whom farm.yaml names and to nobody
/// else: what is in the report names no recipient.
Status send_mail(const std::string& mail,
                 const MailConfig& config,
                 const Context& context)
{
  constexpr std::chrono::minutes patience{2};
  TRY_ASSIGN(const auto folder,
             TempFolder::make(fs::temp_directory_path(), "oopsfarm-mail-"));
  const auto file = folder.path() / "mail";
  TRY(write_file(file, mail));
  Command command;
  command.argv = {"/bin/sh",
                  "-c",
                  "exec \"$@\" < \"$0\"",
                  file.string(),
                  config.sendmail.string(),
                  "-i"};
  TRY_ASSIGN(const auto from, plain_address(config.from));
  command.argv.insert(command.argv.end(), {"-f", from, "--"});
  for (const auto& to : config.to) {
    TRY_ASSIGN(auto address, plain_address(to));
    command.argv.push_back(std::move(address));
  }
  RunOptions options;
  options.timeout = patience;
  TRY_ASSIGN(const auto done,
             context.processes.run(command, options, context.stop));
  if (!done.ok()) {
    return infra_error(fmt::format("{} ended with {}: {}",
                                   config.sendmail.string(),
                                   to_string(done.status),
                                   printable(trim(done.err))));
  }
  return Ok{};
}

} // namespace

/// Its exit code is the job's own, as that of `oopsfarm run` would have been.
Result<int> report_verb(const ReportRequest& request, const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  TRY_ASSIGN(const auto config, load_config(context.options, state));
  if (request.send && config.mail.sendmail.empty()) {
    return user_error("nothing is sent where farm.yaml has no mail.sendmail; "
                      "docs/reports.md says how");
  }
  TRY_ASSIGN(const auto format,
             parse_format(request.send ? "mail"
                          : context.options.output == Output::json
                              ? "json"
                              : request.format));
  TRY_ASSIGN(const auto source,
             request.from.empty() ? from_daemon(request.job, context)
                                  : from_file(request.from, context));
  FormatOptions options;
  options.style.colour = request.output.empty()
                             ? use_colour(context.options.colour, STDOUT_FILENO)
                             : Colour::no;
  options.style.runs = state.runs();
  options.mail = identity_of(config.mail);
  options.ended = source.ended;
  auto text = format == Format::text   ? source.text
              : format == Format::json ? source.lines
                                       : "";
  if (text.empty()) {
    text = format_report(source.report, format, options);
  }
  if (request.send) {
    TRY(send_mail(text, config.mail, context));
    if (request.output.empty()) {
      return source.exit_code;
    }
  }
  TRY(put_report(text, request.output));
  return source.exit_code;
}

} // namespace oopsfarm
