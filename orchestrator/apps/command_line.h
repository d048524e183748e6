// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace oopsfarm {

enum class Verbosity { quiet, normal, verbose };
enum class Output { text, json };
enum class ColourWish { automatic, always, never };

/// Options that every verb takes, before or after it.
struct GlobalOptions
{
  std::filesystem::path state;      ///< "" = the default
  std::filesystem::path config;     ///< "" = farm.yaml in the state folder
  std::string server;               ///< a daemon's URL; "" = the state folder's
  std::filesystem::path token_file; ///< who we are there; "" = $OOPSFARM_TOKEN
  Verbosity verbosity = Verbosity::normal;
  Output output = Output::text;
  ColourWish colour = ColourWish::automatic;
};

struct RunRequest
{
  std::filesystem::path job;
  std::optional<std::uint64_t> seed; ///< instead of the job's
  std::optional<unsigned> repeat;
  std::vector<std::string> targets; ///< instead of the job's, if any
  std::filesystem::path report_dir; ///< "": no files with the report
};

/// A job for the daemon.
struct SubmitRequest
{
  RunRequest run;
  int priority = 0;
  bool wait = false; ///< until it has ended, and print its report
};

struct StatusRequest
{
  std::string job;  ///< "": all
  bool all = false; ///< those that have ended, too
};

struct CancelRequest
{
  std::string job;
};

struct RetryRequest
{
  std::string job;
  bool wait = false;
};

/// A job's report in one of its forms: of the daemon's job, or of a file with
/// what `run --json` printed.
struct ReportRequest
{
  std::string job;
  std::filesystem::path from; ///< "-" is standard input
  std::string format = "text";
  std::filesystem::path output; ///< "": standard output
  bool send = false;            ///< by mail, as farm.yaml says
};

/// A run as an archive that QEMU alone can run again.
struct ReproducerRequest
{
  std::string run_id;
  std::filesystem::path output; ///< "": oopsfarm-RUN_ID.tar.gz, here
};

/// Remove what nobody needs any more.
struct GcRequest
{
  std::string max_age;  ///< a duration; "": farm.yaml's
  std::string max_size; ///< a size; "": farm.yaml's
  bool dry_run = false; ///< only say what would go
};

/// Let somebody use the daemon over TCP.
struct TokenAddRequest
{
  std::string name;
  std::string role = "submit"; ///< or admin
};

struct TokenListRequest
{
};

struct TokenRemoveRequest
{
  std::string name;
};

struct NightlyListRequest
{
};

/// What is said of one nightly.
struct NightlyRequest
{
  std::string name;
  std::string owner; ///< "": who asks
};

struct NightlyRunRequest : NightlyRequest
{
  bool wait = false; ///< until it has ended, and print its report
};

struct NightlyRemoveRequest : NightlyRequest
{
};

struct NightlyLogRequest : NightlyRequest
{
  unsigned limit = 30; ///< nights, the newest
};

/// Two nights: days, jobs' ids, "last", "last~1".
struct NightlyCompareRequest : NightlyRequest
{
  std::string before;
  std::string after;
};

struct TreeAddRequest
{
  std::string name;
  std::string source;
};

struct TreeListRequest
{
};

struct TreeRemoveRequest
{
  std::string name;
};

/// Which of a run's texts: a serial line, or what a post-mortem found.
enum class RunText { console, ktap, post_mortem };

struct LogRequest
{
  bool follow = false; ///< until the run has ended
  std::string run_id;
  RunText text = RunText::console;
};

struct TriageRequest
{
  std::vector<std::string> files; ///< or run ids; "-" is standard input
  std::filesystem::path vmlinux;  ///< "": a run's own, none for other logs
  bool stack = false;             ///< print stacks and code
};

struct CrashesRequest
{
  std::string signature; ///< its beginning; "": list them
  bool all = false;      ///< the muted ones, too
};

/// Without a value: as it was.
struct CrashMarkRequest
{
  std::string signature; ///< its beginning
  std::optional<std::string> name;
  std::optional<std::string> bug;
  std::optional<bool> muted;
  bool clear = false; ///< forget what was said before
};

/// Find the commit that brought a crash, in any git repository by a command;
/// or, with a job file, what brought it into kernels of the farm's.
struct BisectRequest
{
  std::filesystem::path job; ///< "": any repository, by `run`
  std::vector<std::string> good_series;
  std::vector<std::string> bad_series;
  std::string good_kconfig;
  std::string bad_kconfig;
  std::vector<std::string> targets;    ///< none: the job's
  std::vector<std::string> workloads;  ///< none: the job's
  std::vector<std::string> signatures; ///< of the crash; or none
  std::vector<std::string> titles;
  bool fixed = false; ///< which commit took the crash away
  std::filesystem::path repo = ".";
  std::string good;
  std::string bad;
  std::string run;       ///< a shell command
  std::string build;     ///< another; "": none
  std::string signature; ///< RE2 on the output; "": every failure is the same
  double confidence = 0.95;
  std::optional<std::size_t> max_runs;
  std::string max_time; ///< a duration; "": no limit
  std::size_t jobs = 1;
  bool restart = false; ///< forget what was observed before
};

struct BisectLogRequest
{
  std::string id; ///< its beginning; "": the last one
  bool as_git = false;
};

struct BisectReplayRequest
{
  std::string id;
  double confidence = 0.95;
};

struct BisectTellRequest
{
  std::string id;
  std::string commit;
  std::string word; ///< good, bad or skip
};

struct DoctorRequest
{
};

/// --help or --version: a text to print, and done.
struct HelpRequest
{
  std::string text;
};

using Request = std::variant<HelpRequest,
                             RunRequest,
                             SubmitRequest,
                             StatusRequest,
                             CancelRequest,
                             RetryRequest,
                             ReportRequest,
                             GcRequest,
                             TokenAddRequest,
                             TokenListRequest,
                             TokenRemoveRequest,
                             ReproducerRequest,
                             NightlyListRequest,
                             NightlyRunRequest,
                             NightlyRemoveRequest,
                             NightlyLogRequest,
                             NightlyCompareRequest,
                             TreeAddRequest,
                             TreeListRequest,
                             TreeRemoveRequest,
                             LogRequest,
                             TriageRequest,
                             CrashesRequest,
                             CrashMarkRequest,
                             BisectRequest,
                             BisectLogRequest,
                             BisectReplayRequest,
                             BisectTellRequest,
                             DoctorRequest>;

/// A command line, taken apart.
struct CommandLine
{
  GlobalOptions global;
  Request request;
};

/// Takes the arguments behind the program's name apart (CLI11 inside). Looks
/// at no file. Fails (user) on what it does not understand, with the nearest
/// verb or option.
Result<CommandLine> parse_command_line(const std::vector<std::string>& args);

} // namespace oopsfarm
