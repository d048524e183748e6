// SPDX-License-Identifier: GPL-2.0-or-later
#include "reproducer/archive.h"

#include "base/strings.h"
#include "model/json.h"
#include "reproducer/texts.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// A run that has ended, as its folder has it.
struct EndedRun
{
  RunSpec spec;
  RunOutcome outcome;
  std::string cmdline;
};

Result<EndedRun> read_run(const fs::path& folder)
{
  EndedRun run;
  std::error_code ignored;
  if (!fs::exists(folder / "outcome.json", ignored)) {
    return user_error(folder.string() + ": the run has not ended");
  }
  TRY_ASSIGN(const auto spec_text, read_file(folder / "spec.json"));
  TRY_ASSIGN(const auto spec, parse_step_spec(spec_text));
  if (!std::holds_alternative<RunSpec>(spec)) {
    return user_error(folder.string() + ": not a run");
  }
  run.spec = std::get<RunSpec>(spec);
  TRY_ASSIGN(const auto outcome_text, read_file(folder / "outcome.json"));
  TRY_ASSIGN(run.outcome, parse_run_outcome(outcome_text));
  auto xml = read_file(folder / "domain.xml");
  if (!xml) {
    return user_error(folder.string() + ": its guest never started: there is "
                                        "nothing to run again");
  }
  TRY_ASSIGN(run.cmdline, cmdline_of_domain(*xml));
  return run;
}

Status check_is_there(const fs::path& file, const char* what)
{
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored)) {
    return Ok{};
  }
  return user_error(fmt::format("the run's {} is not there any more ({}); do "
                                "the job again for a run that has one",
                                what,
                                file.string()));
}

/// A link by which tar finds the file; one that is not there is left out.
Status link_file(const fs::path& target, const fs::path& link)
{
  std::error_code error;
  if (!fs::exists(target, error)) {
    return Ok{};
  }
  fs::create_symlink(target, link, error);
  return error ? Status(infra_error(link.string() + ": " + error.message()))
               : Status(Ok{});
}

Status
fill(const EndedRun& run, const fs::path& run_folder, const fs::path& folder)
{
  const auto kernel = run.spec.vmlinux;
  TRY(make_folder(folder / "seen"));
  TRY(link_file(kernel, folder / reproducer_kernel));
  TRY(link_file(kernel.parent_path() / "config", folder / "config"));
  TRY(link_file(run.spec.initramfs, folder / reproducer_initramfs));
  for (const char* name : {"spec.json", "outcome.json"}) {
    TRY(link_file(run_folder / name, folder / name));
  }
  for (const char* name : {"console.log", "ktap.log", "post-mortem.log"}) {
    TRY(link_file(run_folder / name, folder / "seen" / name));
  }
  TRY(write_file(folder / "README", reproducer_readme(run.spec, run.outcome)));
  TRY(write_file(folder / "run.sh",
                 run_script(run.spec, run.outcome, run.cmdline)));
  std::error_code error;
  fs::permissions(folder / "run.sh", fs::perms(0755), error);
  return error ? Status(infra_error("run.sh: " + error.message()))
               : Status(Ok{});
}

/// tar's option for the name; nothing for another name.
Result<const char*> compression_of(const fs::path& output)
{
  const auto name = output.filename().string();
  if (name.ends_with(".tar.gz") || name.ends_with(".tgz")) {
    return "--gzip";
  }
  if (name.ends_with(".tar.zst")) {
    return "--zstd";
  }
  return user_error("'" + printable(name, 200) +
                    "': an archive's name ends with .tar.gz or .tar.zst");
}

} // namespace

Result<Reproducer> pack_reproducer(const fs::path& run_folder,
                                   const fs::path& output,
                                   ProcessRunner& processes,
                                   const Stop& stop)
{
  TRY_ASSIGN(const auto* compression, compression_of(output));
  TRY_ASSIGN(const auto run, read_run(run_folder));
  TRY(check_is_there(run.spec.vmlinux, "kernel"));
  TRY(check_is_there(run.spec.initramfs, "initramfs"));
  Reproducer result;
  result.file = output;
  result.folder = "oopsfarm-" + run_folder.filename().string();
  std::error_code error;
  result.has_newer_initramfs =
      fs::last_write_time(run.spec.initramfs, error) >
      fs::last_write_time(run_folder / "outcome.json", error);
  TRY_ASSIGN(const auto staging,
             TempFolder::make(fs::temp_directory_path(), "oopsfarm-pack-"));
  TRY(fill(run, run_folder, staging.path() / result.folder));
  // Beside its place: a rename within one file system is all or nothing.
  const auto half = fs::path(output.string() + ".part");
  Command tar;
  tar.argv = {"tar",
              "--create",
              compression,
              "--dereference",
              "--sort=name",
              "--owner=0",
              "--group=0",
              "--numeric-owner",
              "--mode=u=rwX,go=rX",
              "--file",
              fs::absolute(half).string(),
              "--directory",
              staging.path().string(),
              result.folder};
  auto packed = processes.output(tar, stop);
  if (!packed) {
    TRY(remove_tree(half));
    return std::move(packed).error();
  }
  fs::rename(half, output, error);
  if (error) {
    TRY(remove_tree(half));
    return infra_error(output.string() + ": " + error.message());
  }
  return result;
}

} // namespace oopsfarm
