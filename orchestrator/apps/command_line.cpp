// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/command_line.h"

#include "apps/completion.h"
#include "apps/help.h"
#include "apps/request_checks.h"
#include "base/strings.h"
#include "formats/format.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>

namespace oopsfarm {

namespace {

/// What CLI11 writes to, and what turns that into a CommandLine.
class Parser
{
public:
  Parser();

  Result<CommandLine> parse(const std::vector<std::string>& args);

private:
  void add_globals();
  void add_run();
  void add_job_options(CLI::App& verb, RunRequest& request);
  void add_daemon_verbs();
  void add_nightly();
  void add_tree();
  void add_log();
  void add_triage();
  void add_crashes();
  void add_gc();
  void add_token();
  void add_bisect();
  void add_bisect_parts(CLI::App& bisect);
  void add_kernel_bisect(CLI::App& bisect);
  void add_doctor();
  void add_reproducer();
  void add_completion();
  CLI::App* add_verb(CLI::App& parent, const Help& help);
  Error explain(const CLI::ParseError& failure);
  Result<CommandLine> result();
  Request nightly_request(const std::string& verb) const;

  CLI::App app_;
  CommandLine line_;
  RunRequest run_;
  SubmitRequest submit_;
  StatusRequest status_;
  CancelRequest cancel_;
  RetryRequest retry_;
  ReportRequest report_;
  ReproducerRequest reproducer_;
  NightlyRunRequest nightly_run_;
  NightlyRemoveRequest nightly_remove_;
  NightlyLogRequest nightly_log_;
  NightlyCompareRequest nightly_compare_;
  TreeAddRequest tree_add_;
  TreeRemoveRequest tree_remove_;
  LogRequest log_;
  TriageRequest triage_;
  CrashesRequest crashes_;
  GcRequest gc_;
  TokenAddRequest token_add_;
  TokenRemoveRequest token_remove_;
  CrashMarkRequest crash_mark_;
  BisectRequest bisect_;
  BisectLogRequest bisect_log_;
  BisectReplayRequest bisect_replay_;
  BisectTellRequest bisect_tell_;
  std::string shell_;
  std::string colour_ = "auto";
  bool is_quiet_ = false;
  bool is_verbose_ = false;
  bool is_json_ = false;
  bool is_ktap_ = false;
  bool is_mute_ = false;
  bool is_unmute_ = false;
  bool is_post_mortem_ = false;
};

Parser::Parser() : app_(help_program.summary, "oopsfarm")
{
  app_.footer(help_program.examples);
  app_.require_subcommand(1);
  app_.set_help_flag("-h,--help", "Say what there is, and exit");
  app_.set_version_flag("--version",
                        std::string("oopsfarm ") + OOPSFARM_VERSION);
  add_globals();
  add_run();
  add_daemon_verbs();
  add_nightly();
  add_tree();
  add_log();
  add_reproducer();
  add_triage();
  add_crashes();
  add_gc();
  add_token();
  add_bisect();
  add_doctor();
  add_completion();
}

void Parser::add_globals()
{
  auto& global = line_.global;
  app_.add_option("--state",
                  global.state,
                  "Folder for trees, kernels and runs (default: "
                  "$XDG_STATE_HOME/oopsfarm or ~/.local/state/oopsfarm)")
      ->type_name("DIR");
  app_.add_option("--config",
                  global.config,
                  "The farm's settings (default: farm.yaml in the state "
                  "folder)")
      ->type_name("FILE");
  app_.add_option("--server",
                  global.server,
                  "A daemon elsewhere: http://127.0.0.1:7070 (default: "
                  "$OOPSFARM_SERVER, or the state folder's)")
      ->type_name("URL");
  app_.add_option("--token-file",
                  global.token_file,
                  "Holds the token for it (default: $OOPSFARM_TOKEN is one)")
      ->type_name("FILE");
  auto* quiet = app_.add_flag("-q,--quiet", is_quiet_, "Only the result");
  auto* verbose = app_.add_flag(
      "-v,--verbose", is_verbose_, "Also the commands that are run");
  quiet->excludes(verbose);
  app_.add_flag("--json", is_json_, "Results as one JSON object a line");
  app_.add_option("--color,--colour", colour_, "auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

CLI::App* Parser::add_verb(CLI::App& parent, const Help& help)
{
  auto* verb = parent.add_subcommand(help.verb, help.summary);
  verb->footer(std::string(help.examples) +
               "\n\nOptions of every command (--state, --json, --quiet, …) "
               "are in `oopsfarm --help`.");
  verb->fallthrough();
  return verb;
}

void Parser::add_run()
{
  auto* verb = add_verb(app_, help_run);
  add_job_options(*verb, run_);
  verb->add_option("--report-dir",
                   run_.report_dir,
                   "Write the report there in all its forms")
      ->type_name("DIR");
}

/// What `run` and `submit` take.
void Parser::add_job_options(CLI::App& verb, RunRequest& request)
{
  verb.add_option("job", request.job, "The job file")
      ->required()
      ->type_name("JOB.yaml");
  verb.add_option("--seed", request.seed, "Seed of the first observation")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0},
                         std::numeric_limits<std::int64_t>::max()));
  verb.add_option("--repeat", request.repeat, "Observations for each cell")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  verb.add_option("-t,--target",
                  request.targets,
                  "Targets instead of the job's; may be given again")
      ->type_name("TARGET")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void Parser::add_daemon_verbs()
{
  const auto add_job = [](CLI::App& verb, std::string& job) {
    return verb.add_option("job", job, "The job's id")->type_name("JOB_ID");
  };
  auto* submit = add_verb(app_, help_submit);
  add_job_options(*submit, submit_.run);
  submit
      ->add_option("--priority",
                   submit_.priority,
                   "The higher, the sooner; over 0 for the farm's owner")
      ->type_name("N")
      ->check(CLI::Range(-100, 100));
  submit->add_flag("-w,--wait,--follow",
                   submit_.wait,
                   "Show its progress, and its report in the end");
  auto* status = add_verb(app_, help_status);
  add_job(*status, status_.job);
  status->add_flag("--all", status_.all, "Those that have ended, too");
  add_job(*add_verb(app_, help_cancel), cancel_.job)->required();
  auto* retry = add_verb(app_, help_retry);
  add_job(*retry, retry_.job)->required();
  retry->add_flag("-w,--wait,--follow",
                  retry_.wait,
                  "Show its progress, and its report in the end");
  auto* report = add_verb(app_, help_report);
  add_job(*report, report_.job);
  report
      ->add_option("--from",
                   report_.from,
                   "What `oopsfarm run --json` printed, instead of a job of "
                   "the daemon; - is standard input")
      ->type_name("FILE");
  report->add_option("--format", report_.format, join(format_names(), ", "))
      ->type_name("FORMAT")
      ->check(CLI::IsMember(format_names()));
  report->add_option("-o,--output", report_.output, "Write it to this file")
      ->type_name("FILE");
  report->add_flag("--send",
                   report_.send,
                   "Send the mail, to whom and as `mail` in farm.yaml says");
}

void Parser::add_reproducer()
{
  auto* verb = add_verb(app_, help_reproducer);
  verb->add_option("run", reproducer_.run_id, "The run's id")
      ->required()
      ->type_name("RUN_ID");
  verb->add_option("-o,--output",
                   reproducer_.output,
                   "The archive, .tar.gz or .tar.zst (default: "
                   "oopsfarm-RUN_ID.tar.gz)")
      ->type_name("FILE");
}

void Parser::add_nightly()
{
  auto* nightly = add_verb(app_, help_nightly);
  nightly->require_subcommand(0, 1);
  const auto add_owner = [](CLI::App& verb, NightlyRequest& request) {
    verb.add_option("--owner", request.owner, "Whose it is (default: yours)")
        ->type_name("USER");
  };
  const auto add_name = [&](CLI::App& verb, NightlyRequest& request) {
    verb.add_option("name", request.name, "The job's name")
        ->required()
        ->type_name("NIGHTLY");
    add_owner(verb, request);
  };
  auto* run = add_verb(*nightly, help_nightly_run);
  add_name(*run, nightly_run_);
  run->add_flag("-w,--wait,--follow",
                nightly_run_.wait,
                "Show its progress, and its report in the end");
  add_name(*add_verb(*nightly, help_nightly_remove), nightly_remove_);
  auto* log = add_verb(*nightly, help_nightly_log);
  add_name(*log, nightly_log_);
  log->add_option("-n,--limit", nightly_log_.limit, "So many nights (30)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  auto* compare = add_verb(*nightly, help_nightly_compare);
  compare->add_option("before", nightly_compare_.before, "The earlier night")
      ->required()
      ->type_name("NIGHT");
  compare->add_option("after", nightly_compare_.after, "The later one")
      ->required()
      ->type_name("NIGHT");
  compare
      ->add_option("--name",
                   nightly_compare_.name,
                   "Whose nights (default: your only nightly's)")
      ->type_name("NIGHTLY");
  add_owner(*compare, nightly_compare_);
}

void Parser::add_tree()
{
  auto* tree = add_verb(app_, help_tree);
  tree->require_subcommand(1);
  auto* add = add_verb(*tree, help_tree_add);
  add->add_option("name", tree_add_.name, "What jobs call it")
      ->required()
      ->type_name("NAME");
  add->add_option("source",
                  tree_add_.source,
                  "A git repository (folder or URL) or a source tarball")
      ->required()
      ->type_name("SOURCE");
  add_verb(*tree, help_tree_list);
  auto* remove = add_verb(*tree, help_tree_remove);
  remove->add_option("name", tree_remove_.name, "The tree")
      ->required()
      ->type_name("NAME");
}

void Parser::add_log()
{
  auto* verb = add_verb(app_, help_log);
  verb->add_option("run", log_.run_id, "The run's id, as reports name it")
      ->required()
      ->type_name("RUN_ID");
  verb->add_flag(
      "-f,--follow", log_.follow, "Go on printing until the run has ended");
  auto* ktap = verb->add_flag(
      "--ktap", is_ktap_, "The workload's own report (serial 1)");
  verb->add_flag("--post-mortem",
                 is_post_mortem_,
                 "What was found out about a guest that hung")
      ->excludes(ktap);
}

void Parser::add_triage()
{
  auto* verb = add_verb(app_, help_triage);
  verb->add_option("file",
                   triage_.files,
                   "Console logs, also compressed, or runs of the farm; - is "
                   "standard input")
      ->required()
      ->type_name("FILE|RUN_ID");
  verb->add_flag(
      "--stack", triage_.stack, "Print each crash's stack and instructions");
  verb->add_option("--vmlinux",
                   triage_.vmlinux,
                   "The kernel that crashed: stacks get file:line and inlined "
                   "functions (implies --stack; a run's own is known)")
      ->type_name("FILE");
}

void Parser::add_crashes()
{
  auto* verb = add_verb(app_, help_crashes);
  verb->add_option("signature",
                   crashes_.signature,
                   "All about one crash; the signature's beginning will do")
      ->type_name("SIGNATURE");
  verb->add_flag("--all", crashes_.all, "The muted ones, too");
  auto* mark = add_verb(*verb, help_crashes_mark);
  mark->add_option(
          "crash", crash_mark_.signature, "The signature or its beginning")
      ->required()
      ->type_name("SIGNATURE");
  mark->add_option("--name", crash_mark_.name, "What you call it")
      ->type_name("TEXT");
  mark->add_option("--bug", crash_mark_.bug, "Where it is dealt with")
      ->type_name("TEXT");
  auto* mute = mark->add_flag("--mute", is_mute_, "Don't list it any more");
  mark->add_flag("--unmute", is_unmute_, "List it again")->excludes(mute);
  mark->add_flag(
      "--clear", crash_mark_.clear, "Forget what was said of it before");
}

void Parser::add_gc()
{
  auto* verb = add_verb(app_, help_gc);
  verb->add_option("--max-age",
                   gc_.max_age,
                   "What was not used for so long goes: 30d, 12h")
      ->type_name("TIME");
  verb->add_option("--max-size",
                   gc_.max_size,
                   "The oldest go until the rest is no more: 100G")
      ->type_name("SIZE");
  verb->add_flag("-n,--dry-run", gc_.dry_run, "Only say what would go");
}

void Parser::add_token()
{
  auto* token = add_verb(app_, help_token);
  token->require_subcommand(1);
  auto* add = add_verb(*token, help_token_add);
  add->add_option("name", token_add_.name, "Who owns the jobs it submits")
      ->required()
      ->type_name("NAME");
  add->add_option("--role",
                  token_add_.role,
                  "submit: jobs, and changes to one's own; admin: everything")
      ->type_name("ROLE")
      ->check(CLI::IsMember({"submit", "admin"}));
  add_verb(*token, help_token_list);
  add_verb(*token, help_token_remove)
      ->add_option("name", token_remove_.name, "Whose token")
      ->required()
      ->type_name("NAME");
}

void Parser::add_bisect()
{
  auto* verb = add_verb(app_, help_bisect);
  verb->require_subcommand(0, 1);
  add_kernel_bisect(*verb);
  verb->add_flag("--fixed",
                 bisect_.fixed,
                 "Which commit fixed it: --good is the newer one");
  verb->add_option("--repo", bisect_.repo, "The git repository (default: .)")
      ->type_name("DIR");
  verb->add_option("--good", bisect_.good, "A commit without the crash")
      ->type_name("COMMIT");
  verb->add_option("--bad", bisect_.bad, "A later commit that has it")
      ->type_name("COMMIT");
  verb->add_option("--run",
                   bisect_.run,
                   "Shell command: 0 is good, 125 can't be tested, 1 to 127 is "
                   "bad, 128 and over ends the bisection")
      ->type_name("CMD");
  verb->add_option("--build",
                   bisect_.build,
                   "Shell command before the first run of a commit; when it "
                   "fails, the commit can't be tested")
      ->type_name("CMD");
  verb->add_option("--signature-from-output",
                   bisect_.signature,
                   "What tells crashes apart, in the output of a bad run: the "
                   "first group, or the whole match (RE2)")
      ->type_name("REGEX");
  verb->add_option("--confidence", bisect_.confidence, "When to stop (0.95)")
      ->type_name("P")
      ->check(CLI::Range(0.5, 0.9999));
  verb->add_option("--max-runs", bisect_.max_runs, "Stop after so many runs")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->add_option(
          "--max-time", bisect_.max_time, "Stop after so long: 90s, 2h")
      ->type_name("TIME");
  verb->add_option("-j,--jobs", bisect_.jobs, "Worktrees at work (1)")
      ->type_name("N")
      ->check(CLI::Range(1, 64));
  verb->add_flag("--restart",
                 bisect_.restart,
                 "Begin anew, and forget what was observed before");
  add_bisect_parts(*verb);
}

/// What only kernels have.
void Parser::add_kernel_bisect(CLI::App& bisect)
{
  const auto each = [&](const char* name,
                        std::vector<std::string>& values,
                        const char* help,
                        const char* type) {
    bisect.add_option(name, values, help)
        ->type_name(type)
        ->allow_extra_args(false);
  };
  bisect
      .add_option("job",
                  bisect_.job,
                  "A job file: bisect kernels on its tree, targets, kconfigs "
                  "and workloads")
      ->type_name("JOB");
  each("--good-series",
       bisect_.good_series,
       "A version of a series without the crash (mbox, folder or range; again "
       "for more parts)",
       "SERIES");
  each("--bad-series",
       bisect_.bad_series,
       "Another version of it that has the crash",
       "SERIES");
  bisect
      .add_option("--kconfig-good",
                  bisect_.good_kconfig,
                  "A flavour, or a fragment NAME.config, without the crash")
      ->type_name("KCONFIG");
  bisect
      .add_option(
          "--kconfig-bad", bisect_.bad_kconfig, "Another that has the crash")
      ->type_name("KCONFIG");
  each("--target",
       bisect_.targets,
       "This target instead of the job's (again for more)",
       "NAME");
  each("--workload",
       bisect_.workloads,
       "This workload of the job's only (again for more)",
       "NAME");
  each("--signature",
       bisect_.signatures,
       "The crash that is looked for (again where one bug has several); "
       "otherwise what the bad end shows first",
       "SIGNATURE");
  each("--title",
       bisect_.titles,
       "The same by its title (again for more)",
       "TITLE");
}

void Parser::add_bisect_parts(CLI::App& bisect)
{
  const auto add_id = [](CLI::App* verb, std::string& id) {
    verb->add_option("--id", id, "Which bisection (default: the last one)")
        ->type_name("ID");
  };
  auto* log = add_verb(bisect, help_bisect_log);
  add_id(log, bisect_log_.id);
  log->add_flag("--git", bisect_log_.as_git, "As `git bisect log` prints it");
  auto* replay = add_verb(bisect, help_bisect_replay);
  add_id(replay, bisect_replay_.id);
  replay
      ->add_option(
          "--confidence", bisect_replay_.confidence, "As if for (0.95)")
      ->type_name("P")
      ->check(CLI::Range(0.5, 0.9999));
  auto* tell = add_verb(bisect, help_bisect_tell);
  add_id(tell, bisect_tell_.id);
  tell->add_option("commit", bisect_tell_.commit, "The commit")
      ->required()
      ->type_name("COMMIT");
  tell->add_option("word", bisect_tell_.word, "good, bad or skip")
      ->required()
      ->type_name("WORD")
      ->check(CLI::IsMember({"good", "bad", "skip"}));
}

void Parser::add_doctor()
{
  add_verb(app_, help_doctor);
}

void Parser::add_completion()
{
  add_verb(app_, help_completion)
      ->add_option("shell", shell_, "bash or zsh")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember({"bash", "zsh"}));
}

/// The options of an app and of those above it, as people type them.
std::vector<std::string> option_names(const CLI::App* app)
{
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
  }
  return names;
}

std::vector<std::string> verb_names(const CLI::App& app)
{
  std::vector<std::string> names;
  for (const auto* verb :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

/// What a shell may offer behind a command and behind all below it.
void add_words(const CLI::App& app,
               const std::string& command,
               std::vector<CommandWords>& all)
{
  CommandWords words;
  words.command = command;
  words.words = verb_names(app);
  for (const auto& option : option_names(&app)) {
    words.words.push_back(option);
  }
  for (const auto* option : app.get_options()) {
    if (option->get_positional()) {
      const auto type = option->get_type_name();
      words.takes_files |= type.find("FILE") != std::string::npos ||
                           type.find(".yaml") != std::string::npos;
      words.takes_jobs |= type.find("JOB_ID") != std::string::npos;
      words.takes_runs |= type.find("RUN_ID") != std::string::npos;
      words.takes_nightlies |= type == "NIGHTLY";
    }
  }
  all.push_back(std::move(words));
  for (const auto* verb :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    add_words(*verb,
              command.empty() ? verb->get_name()
                              : command + " " + verb->get_name(),
              all);
  }
}

/// The innermost verb that was understood, or the program itself.
const CLI::App& innermost(const CLI::App& app)
{
  const auto* found = &app;
  while (!found->get_subcommands().empty()) {
    found = found->get_subcommands().front();
  }
  return *found;
}

/// CLI11's failure in the words of our other messages: what it is, what may
/// have been meant, where to read on.
Error Parser::explain(const CLI::ParseError& failure)
{
  const auto& verb = innermost(app_);
  const auto path = &verb == &app_ ? std::string("oopsfarm")
                                   : "oopsfarm " + verb.get_display_name(false);
  const bool wants_verb = !verb_names(verb).empty();
  const auto code = failure.get_exit_code();
  const bool is_about_words =
      code == static_cast<int>(CLI::ExitCodes::ExtrasError) ||
      code == static_cast<int>(CLI::ExitCodes::RequiredError);
  const auto words =
      is_about_words ? app_.remaining(true) : std::vector<std::string>();
  for (const auto& word : words) {
    const auto shown = printable(word, 80);
    if (word.size() > 1 && word.front() == '-') {
      const auto name = word.substr(0, word.find('='));
      return user_error(fmt::format("unknown option '{}'; {}",
                                    shown,
                                    suggest(name, option_names(&verb))));
    }
    if (wants_verb) {
      return user_error(fmt::format(
          "unknown command '{}'; {}", shown, suggest(word, verb_names(verb))));
    }
    return user_error(fmt::format(
        "'{}' is one argument too many; see `{} --help`", shown, path));
  }
  if (wants_verb && is_about_words) {
    return user_error(fmt::format("a command is missing: one of {}; see `{} "
                                  "--help`",
                                  join(verb_names(verb), ", "),
                                  path));
  }
  return user_error(
      fmt::format("{}; see `{} --help`", printable(failure.what()), path));
}

/// A verb below `nightly`, or that alone.
Request Parser::nightly_request(const std::string& verb) const
{
  if (verb == help_nightly_run.verb) {
    return nightly_run_;
  }
  if (verb == help_nightly_remove.verb) {
    return nightly_remove_;
  }
  if (verb == help_nightly_log.verb) {
    return nightly_log_;
  }
  if (verb == help_nightly_compare.verb) {
    return nightly_compare_;
  }
  return NightlyListRequest{};
}

Result<CommandLine> Parser::result()
{
  auto& global = line_.global;
  global.verbosity = is_quiet_     ? Verbosity::quiet
                     : is_verbose_ ? Verbosity::verbose
                                   : Verbosity::normal;
  global.colour = colour_ == "always"  ? ColourWish::always
                  : colour_ == "never" ? ColourWish::never
                                       : ColourWish::automatic;
  global.output = is_json_ ? Output::json : Output::text;
  log_.text = is_ktap_          ? RunText::ktap
              : is_post_mortem_ ? RunText::post_mortem
                                : RunText::console;
  if (is_mute_ || is_unmute_) {
    crash_mark_.muted = is_mute_;
  }
  const auto& innermost_verb = innermost(app_);
  const auto& verb = innermost_verb.get_name();
  if (innermost_verb.get_parent() != nullptr &&
      innermost_verb.get_parent()->get_name() == help_bisect.verb) {
    if (verb == help_bisect_log.verb) {
      line_.request = bisect_log_;
    } else if (verb == help_bisect_replay.verb) {
      line_.request = bisect_replay_;
    } else {
      line_.request = bisect_tell_;
    }
    return line_;
  }
  if (innermost_verb.get_parent() != nullptr &&
      innermost_verb.get_parent()->get_name() == help_token.verb) {
    if (verb == help_token_add.verb) {
      line_.request = token_add_;
    } else if (verb == help_token_remove.verb) {
      line_.request = token_remove_;
    } else {
      line_.request = TokenListRequest{};
    }
    return line_;
  }
  if (app_.got_subcommand(help_nightly.verb)) {
    line_.request = nightly_request(verb);
    return line_;
  }
  if (verb == help_run.verb) {
    line_.request = run_;
  } else if (verb == help_completion.verb) {
    std::vector<CommandWords> words;
    add_words(app_, "", words);
    line_.request = HelpRequest{completion_script(words, shell_ == "zsh")};
  } else if (verb == help_submit.verb) {
    line_.request = submit_;
  } else if (verb == help_status.verb) {
    line_.request = status_;
  } else if (verb == help_cancel.verb) {
    line_.request = cancel_;
  } else if (verb == help_retry.verb) {
    line_.request = retry_;
  } else if (verb == help_report.verb) {
    TRY(check_request(report_));
    line_.request = report_;
  } else if (verb == help_gc.verb) {
    line_.request = gc_;
  } else if (verb == help_reproducer.verb) {
    line_.request = reproducer_;
  } else if (verb == help_tree_add.verb) {
    line_.request = tree_add_;
  } else if (verb == help_tree_list.verb) {
    line_.request = TreeListRequest{};
  } else if (verb == help_tree_remove.verb) {
    line_.request = tree_remove_;
  } else if (verb == help_log.verb) {
    line_.request = log_;
  } else if (verb == help_triage.verb) {
    line_.request = triage_;
  } else if (verb == help_bisect.verb) {
    TRY(check_request(bisect_));
    line_.request = bisect_;
  } else if (verb == help_crashes.verb) {
    line_.request = crashes_;
  } else if (verb == help_crashes_mark.verb) {
    line_.request = crash_mark_;
  } else {
    line_.request = DoctorRequest{};
  }
  return line_;
}

Result<CommandLine> Parser::parse(const std::vector<std::string>& args)
{
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    app_.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    line_.request = HelpRequest{app_.help()};
    return line_;
  } catch (const CLI::CallForVersion&) {
    line_.request = HelpRequest{app_.version() + "\n"};
    return line_;
  } catch (const CLI::ParseError& failure) {
    return explain(failure);
  }
  return result();
}

} // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& args)
{
  return Parser().parse(args);
}

} // namespace oopsfarm
