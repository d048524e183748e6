// SPDX-License-Identifier: GPL-2.0-or-later
#include "payload/payload.h"

#include "base/strings.h"
#include "base/units.h"
#include "payload/program_file.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace oopsfarm {

namespace fs = std::filesystem;

constexpr std::string_view arch_mark = "$ARCH";

/// How a user's program is called in results: by its file, as the job has it.
static std::string user_name(const ProgramRequest& request)
{
  return fs::path(request.run).filename().string();
}

/// "vm:map_hugetlb 64": the same selftest may be there with other arguments.
static std::string selftest_name(const ProgramRequest& request)
{
  return join({request.run, join(request.args, " ")},
              request.args.empty() ? "" : " ");
}

namespace {

/// Gathers the entries of one payload, within its limit.
class Gatherer
{
public:
  explicit Gatherer(const PayloadSource& source) : source_(source) {}

  /// A file's bytes, or why the guests can't have it, in words that go behind
  /// its name.
  Result<std::string> read(const fs::path& file)
  {
    std::error_code error;
    const auto status = fs::status(file, error);
    if (!fs::exists(status)) {
      return user_error("is not there");
    }
    if (!fs::is_regular_file(status)) {
      return user_error(fs::is_directory(status) ? "is a folder"
                                                 : "is no ordinary file");
    }
    const auto size = fs::file_size(file, error);
    if (error || size > source_.limit - used_) {
      return user_error(fmt::format(
          "is too large ({}): all files of a workload may have {} in a guest "
          "of this size; strip it, or leave some out",
          format_size(size),
          format_size(source_.limit)));
    }
    auto bytes = read_file(file, source_.limit);
    if (!bytes) {
      return user_error("can't be read: " + bytes.error().message);
    }
    used_ += bytes->size();
    return bytes;
  }

  void add(std::string path, unsigned mode, std::string content)
  {
    entries_.push_back(
        {std::move(path), ArchiveEntry::Kind::file, mode, std::move(content)});
  }

  void add_link(std::string path, std::string to)
  {
    entries_.push_back(
        {std::move(path), ArchiveEntry::Kind::link, 0777, std::move(to)});
  }

  bool has(const std::string& guest) const
  {
    return std::any_of(
        entries_.begin(), entries_.end(), [&](const ArchiveEntry& entry) {
          return "/" + entry.path == guest;
        });
  }

  /// One more program of the guest's list: fields that end in NUL (name, path,
  /// seconds until it is ended, number of arguments, arguments).
  void list(const ProgramRequest& request,
            const std::string& name,
            const std::string& path)
  {
    const auto put = [&](const std::string& field) {
      list_ += field;
      list_ += '\0';
    };
    put(name);
    put(path);
    put(std::to_string(request.stop_after.count()));
    put(std::to_string(request.args.size()));
    for (const auto& arg : request.args) {
      put(arg);
    }
  }

  std::string pack()
  {
    add("payload/list", 0644, list_);
    return pack_archive(std::move(entries_));
  }

private:
  const PayloadSource& source_;
  std::uint64_t used_ = 0;
  std::vector<ArchiveEntry> entries_;
  std::string list_;
};

/// Puts the user's files together.
class UserPayload
{
public:
  UserPayload(const Workload& workload, const PayloadSource& source)
      : workload_(workload), source_(source), gatherer_(source)
  {
  }

  Result<std::string> pack()
  {
    for (const auto& file : workload_.files) {
      TRY_ASSIGN(auto bytes, read(file.file, file.line, file.column));
      // A file that would run must be one that can.
      if (bytes.starts_with("\177ELF") || bytes.starts_with("#!")) {
        TRY(check(file.file, bytes, file.line, file.column));
      }
      gatherer_.add(file.guest.substr(1), 0755, std::move(bytes));
    }
    for (const auto& program : workload_.programs) {
      TRY(add(program));
    }
    return gatherer_.pack();
  }

private:
  Error error(std::string_view what, std::size_t line, std::size_t column) const
  {
    return user_error(fmt::format(
        "{}:{}:{}: {}", source_.job_file.string(), line, column, what));
  }

  fs::path place(const std::string& file) const
  {
    return source_.job_file.parent_path() /
           replace_all(file, arch_mark, to_string(source_.arch));
  }

  /// `words` behind the file's name, at its place in the job file.
  Error about(const std::string& file,
              const std::string& words,
              std::size_t line,
              std::size_t column) const
  {
    return error(fmt::format("workload '{}': {} {}",
                             workload_.name,
                             printable(place(file).lexically_normal().string()),
                             words),
                 line,
                 column);
  }

  Result<std::string>
  read(const std::string& file, std::size_t line, std::size_t column)
  {
    auto bytes = gatherer_.read(place(file));
    return bytes ? bytes : about(file, bytes.error().message, line, column);
  }

  Result<ProgramFile> check(const std::string& file,
                            const std::string& bytes,
                            std::size_t line,
                            std::size_t column) const
  {
    auto program = inspect_program(bytes, source_.arch);
    if (program) {
      return program;
    }
    auto words = program.error().message;
    if (words.find("is a program for") == 0 &&
        file.find(arch_mark) == std::string::npos) {
      words += "; build one for each architecture, and write $ARCH in the "
               "path where they differ (x86_64, ppc64le)";
    }
    return about(file, words, line, column);
  }

  Status add(const ProgramRequest& program)
  {
    const auto line = program.line;
    const auto column = program.column;
    TRY_ASSIGN(auto bytes, read(program.run, line, column));
    TRY_ASSIGN(const auto kind, check(program.run, bytes, line, column));
    if (!kind.interpreter.empty()) {
      TRY(need_interpreter(kind.interpreter, program));
    }
    const auto name = user_name(program);
    const auto path = "payload/" + name;
    if (path == "payload/list") {
      return error("a program can't be called 'list'", line, column);
    }
    gatherer_.add(path, 0755, std::move(bytes));
    gatherer_.list(program, name, "/" + path);
    return Ok{};
  }

  Status need_interpreter(const std::string& interpreter,
                          const ProgramRequest& program)
  {
    if (gatherer_.has(interpreter)) {
      return Ok{};
    }
    constexpr std::array shells = {
        "/bin/sh", "/bin/ash", "/bin/busybox", "/usr/bin/env"};
    if (std::find(shells.begin(), shells.end(), interpreter) == shells.end()) {
      return about(program.run,
                   fmt::format("needs {}, and guests have /bin/sh only (of "
                               "busybox); bring a static one along: files: "
                               "{{{}: ./FILE}}",
                               printable(interpreter),
                               printable(interpreter)),
                   program.line,
                   program.column);
    }
    if (!source_.busybox) {
      return about(program.run,
                   fmt::format("needs {}, and there is no static busybox for "
                               "{} on this host; `ci/install-packages` gets "
                               "one, or bring a static shell along: files: "
                               "{{{}: ./FILE}}",
                               printable(interpreter),
                               to_string(source_.arch),
                               printable(interpreter)),
                   program.line,
                   program.column);
    }
    if (gatherer_.has("/bin/busybox")) {
      return error("'files' has a /bin/busybox, but not the script's "
                   "interpreter; name it there, too",
                   program.line,
                   program.column);
    }
    auto busybox = gatherer_.read(*source_.busybox);
    if (!busybox) {
      return user_error(fmt::format(
          "{} {}", source_.busybox->string(), busybox.error().message));
    }
    gatherer_.add("bin/busybox", 0755, *std::move(busybox));
    for (const char* link : {"bin/sh", "bin/ash", "usr/bin/env"}) {
      if (!gatherer_.has(std::string("/") + link)) {
        gatherer_.add_link(link, "/bin/busybox");
      }
    }
    return Ok{};
  }

  const Workload& workload_;
  const PayloadSource& source_;
  Gatherer gatherer_;
};

} // namespace

Result<std::string> pack_user_programs(const Workload& workload,
                                       const PayloadSource& source)
{
  return UserPayload(workload, source).pack();
}

Result<std::string> pack_selftests(const Workload& workload,
                                   const fs::path& programs,
                                   const PayloadSource& source)
{
  Gatherer gatherer(source);
  for (const auto& program : workload.programs) {
    const auto path = replace_all(program.run, ":", "/");
    const auto guest = "payload/" + path;
    if (!gatherer.has("/" + guest)) {
      auto bytes = gatherer.read(programs / path);
      if (!bytes) {
        return user_error(
            fmt::format("selftest {} {}", program.run, bytes.error().message));
      }
      if (const auto kind = inspect_program(*bytes, source.arch); !kind) {
        return user_error(
            fmt::format("selftest {} {}", program.run, kind.error().message));
      }
      gatherer.add(guest, 0755, *std::move(bytes));
    }
    gatherer.list(program, selftest_name(program), "/" + guest);
  }
  return gatherer.pack();
}

std::optional<fs::path> find_busybox(const std::vector<fs::path>& candidates,
                                     Arch arch)
{
  for (const auto& candidate : candidates) {
    const auto bytes = read_file(candidate, max_payload);
    if (!bytes) {
      continue;
    }
    const auto program = inspect_program(*bytes, arch);
    if (program && program->interpreter.empty()) {
      return candidate;
    }
  }
  return std::nullopt;
}

} // namespace oopsfarm
