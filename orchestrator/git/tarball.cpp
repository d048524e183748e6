// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/strings.h"
#include "git/import.h"
#include "git/makefile.h"
#include "git/repository.h"
#include "git/staging.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// One import of a tarball, phase by phase.
class TarballImport
{
public:
  TarballImport(const fs::path& tarball,
                const Staging& staging,
                ProcessRunner& processes,
                const Stop& stop,
                const ImportProgress& progress)
      : tarball_(tarball), source_(staging.folder() / "source"),
        processes_(processes), stop_(stop), progress_(progress),
        git_(processes, stop)
  {
    place_.git_dir = staging.git_dir();
  }

  Result<Imported> run()
  {
    TRY(extract());
    TRY_ASSIGN(const auto version, find_kernel());
    TRY(git({"init",
             "--quiet",
             "--bare",
             "--template=",
             "--initial-branch=main",
             place_.git_dir.string()}));
    TRY(add());
    Imported imported{version.tag(), ""};
    TRY_ASSIGN(imported.commit, commit(version));
    for (const auto& tag : version.tags()) {
      TRY(git({"update-ref", "refs/tags/" + tag, imported.commit}));
    }
    TRY(remove_tree(place_.git_dir / "index"));
    return imported;
  }

private:
  Status extract();
  Error extract_error(const Finished& finished) const;
  void check_name(std::string_view name);
  Result<KernelVersion> find_kernel();
  Status add();
  Result<std::string> commit(const KernelVersion& version);

  Result<std::string> git(std::vector<std::string> args)
  {
    GitCall call;
    call.args = std::move(args);
    if (call.args.front() != "init") {
      call.place = place_;
    }
    return git_.output(call);
  }

  fs::path tarball_;
  fs::path source_;
  ProcessRunner& processes_;
  const Stop& stop_;
  const ImportProgress& progress_;
  Git git_;
  GitPlace place_;
  std::uint64_t files_ = 0;
  std::string bad_name_; ///< the first member that tar must not unpack
};

} // namespace

void TarballImport::check_name(std::string_view name)
{
  const auto parts = split(name, '/');
  const bool bad = name.starts_with('/') ||
                   std::any_of(parts.begin(), parts.end(), [](auto& part) {
                     return part == ".." || part == ".git";
                   });
  if (bad && bad_name_.empty()) {
    bad_name_ = printable(name, 100);
  }
  if (!name.ends_with('/') && ++files_ % 500 == 0) {
    progress_("extract", files_, 0);
  }
}

Error TarballImport::extract_error(const Finished& finished) const
{
  Finished words = finished;
  words.out.clear(); // the names of all members
  const auto text = git_words(words);
  if (text.find("No space left") != std::string::npos) {
    return infra_error(fmt::format("unpacking {}: the disk is full; a kernel "
                                   "tree takes 2 GiB there",
                                   tarball_.string()));
  }
  return user_error(fmt::format("{}: cannot be unpacked; is it a whole "
                                "tarball? tar says: {}",
                                tarball_.string(),
                                replace_all(text, "\n", "; ")));
}

Status TarballImport::extract()
{
  progress_("extract", 0, 0);
  TRY(make_folder(source_));
  Command tar;
  tar.argv = {"tar",
              "--extract",
              "--verbose",
              "--no-same-owner",
              "--no-same-permissions",
              "--force-local",
              "--directory=" + source_.string(),
              "--file=" + fs::absolute(tarball_).string()};
  tar.env = {{"LC_ALL", "C"}, {"TAR_OPTIONS", ""}};
  RunOptions options;
  options.on_out_line = [this](std::string_view name) { check_name(name); };
  TRY_ASSIGN(const auto finished, processes_.run(tar, options, stop_));
  if (finished.stopped || stop_.requested()) {
    return stopped_error();
  }
  if (!bad_name_.empty()) {
    return user_error(fmt::format("{}: its member '{}' does not belong into a "
                                  "source tree",
                                  tarball_.string(),
                                  bad_name_));
  }
  if (!finished.ok()) {
    return extract_error(finished);
  }
  progress_("extract", files_, files_);
  return Ok{};
}

Result<KernelVersion> TarballImport::find_kernel()
{
  std::error_code error;
  fs::path root = source_;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(source_, error)) {
    entries.push_back(entry.path());
  }
  if (entries.size() == 1 && fs::is_directory(entries[0]) &&
      !fs::is_symlink(entries[0])) {
    root = entries[0];
  }
  const auto makefile = root / "Makefile";
  if (fs::is_regular_file(fs::symlink_status(makefile, error))) {
    TRY_ASSIGN(const auto text, read_file(makefile));
    if (const auto version = parse_kernel_version(text)) {
      place_.work_tree = root;
      return *version;
    }
  }
  return user_error(fmt::format("{}: not a Linux source tarball: no Makefile "
                                "with VERSION and PATCHLEVEL in its top folder",
                                tarball_.string()));
}

Status TarballImport::add()
{
  progress_("add", 0, files_);
  GitCall call;
  call.place = place_;
  // -f: Debian's .gitignore ignores everything.
  call.args = {"add", "--all", "--force", "--verbose", "."};
  // Every file counts as big: git then writes one pack instead of 78,000 loose
  // objects (0.3 GiB instead of 1.4). For this one command only, since big
  // files are not diffed.
  call.config = {{"core.bigFileThreshold", "1"},
                 {"core.compression", "1"},
                 {"pack.compression", "1"}};
  std::uint64_t done = 0;
  call.on_out_line = [&](std::string_view) {
    if (++done % 500 == 0) {
      progress_("add", std::min(done, files_), files_);
    }
  };
  TRY(git_.output(call));
  return Ok{};
}

Result<std::string> TarballImport::commit(const KernelVersion& version)
{
  progress_("commit", 0, 0);
  constexpr const char* date = "946684800 +0000"; // any, but always the same
  TRY_ASSIGN(const auto tree, git({"write-tree"}));
  GitCall call;
  call.place = place_;
  call.args = {"commit-tree",
               "-m",
               "Linux " + version.tag().substr(1),
               std::string(trim(tree))};
  call.env = {{"GIT_AUTHOR_DATE", date}, {"GIT_COMMITTER_DATE", date}};
  TRY_ASSIGN(const auto out, git_.output(call));
  const std::string id(trim(out));
  TRY(git({"update-ref", "refs/heads/main", id}));
  return id;
}

Result<Imported> import_tarball(const fs::path& tarball,
                                const fs::path& dest,
                                ProcessRunner& processes,
                                const Stop& stop,
                                const ImportProgress& progress)
{
  std::error_code error;
  if (!fs::exists(tarball, error)) {
    return user_error(
        fmt::format("{}: no such folder or file", tarball.string()));
  }
  if (!fs::is_regular_file(tarball, error)) {
    return user_error(fmt::format("{}: not a regular file", tarball.string()));
  }
  TRY_ASSIGN(auto staging, Staging::make(dest));
  TarballImport import(tarball, staging, processes, stop, progress);
  TRY_ASSIGN(auto imported, import.run());
  TRY(staging.publish());
  return imported;
}

} // namespace oopsfarm
