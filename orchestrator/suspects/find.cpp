// SPDX-License-Identifier: GPL-2.0-or-later
#include "suspects/find.h"

#include "base/log.h"
#include "base/strings.h"
#include "sys/text_input.h"
#include "triage/log_triage.h"
#include "triage/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace oopsfarm {

static void add_frame(const CrashFrame& frame,
                      unsigned depth,
                      const std::vector<SourcePlace>& places,
                      CrashSite& site)
{
  if (places.empty()) {
    site.frames.push_back(
        {std::string(source_name(frame.symbol)), "", 0, depth, frame.trusted});
  }
  for (const auto& place : places) {
    site.frames.push_back(
        {place.function, place.file, place.line, depth, frame.trusted});
  }
}

static void add_near(const std::string& from,
                     const std::vector<std::string>& callees,
                     unsigned calls,
                     CrashSite& site)
{
  for (const auto& callee : callees) {
    site.near.emplace(callee, NearFunction{calls, from});
  }
}

/// What the innermost functions of the stack call, and what that calls: the
/// culprit has often returned when its harm shows.
static void
find_near(const Crash& crash, const Symbols& symbols, CrashSite& site)
{
  constexpr std::size_t innermost = 6;
  std::vector<std::pair<std::string, std::vector<std::string>>> direct;
  for (const auto& frame : crash.stack) {
    if (frame.trusted && direct.size() < innermost) {
      direct.emplace_back(source_name(frame.symbol),
                          symbols.callees(frame.symbol));
    }
  }
  for (const auto& [from, callees] : direct) {
    add_near(from, callees, 1, site);
  }
  for (const auto& [from, callees] : direct) {
    for (const auto& callee : callees) {
      add_near(from, symbols.callees(callee), 2, site);
    }
  }
}

CrashSite site_of(const Crash& crash, const Symbols* symbols)
{
  CrashSite site;
  site.frame = source_name(crash.frame);
  unsigned depth = 0;
  for (const auto& frame : crash.stack) {
    add_frame(frame,
              depth,
              symbols == nullptr ? std::vector<SourcePlace>{}
                                 : symbols->places(frame),
              site);
    depth += frame.trusted && frame.kind == FrameKind::trace ? 1 : 0;
  }
  if (symbols != nullptr) {
    find_near(crash, *symbols, site);
  }
  return site;
}

/// The first crash on the console, if there is one.
static Result<std::optional<Crash>>
first_crash(const std::filesystem::path& console, const Stop& stop)
{
  LogTriage triage;
  TRY(read_text_input(
      console, stop, [&](std::string_view bytes) { triage.feed(bytes); }));
  triage.finish();
  const auto& crashes = triage.crashes().crashes();
  return crashes.empty() ? std::nullopt : std::optional(crashes.front());
}

/// Commit ids that `git blame --porcelain` names, in the order of the lines.
static std::vector<std::string> blamed_commits(std::string_view porcelain)
{
  constexpr std::size_t digits = 40;
  std::vector<std::string> commits;
  for (const auto& line : split_lines(porcelain)) {
    const bool head = line.size() > digits && line[digits] == ' ' &&
                      line.find_first_not_of("0123456789abcdef") == digits;
    if (head) {
      commits.push_back(line.substr(0, digits));
    }
  }
  return commits;
}

/// Which commit since `base` wrote the frame's line; "" when none did.
static std::string writer_of(const Repository& repository,
                             const std::string& base,
                             const std::string& tip,
                             const SiteFrame& frame)
{
  const auto place = fmt::format("-L{},{}", frame.line, frame.line);
  const auto done = repository.git().run(repository.call(
      {"blame", "--porcelain", place, base + ".." + tip, "--", frame.file}));
  if (!done || !done->ok()) {
    return ""; // a generated file, for one
  }
  const auto commits = blamed_commits(done->out);
  return commits.empty() || commits.front() == base ? "" : commits.front();
}

/// Tells each patch which lines on the stack it wrote.
static void find_writers(const Repository& repository,
                         const std::string& base,
                         const CrashSite& site,
                         std::vector<PatchEvidence>& patches)
{
  constexpr int most = 16;
  std::set<std::string> asked;
  for (const auto& frame : site.frames) {
    const auto place = fmt::format("{}:{}", frame.file, frame.line);
    const bool touched =
        std::any_of(patches.begin(), patches.end(), [&](const auto& patch) {
          return patch.touch.files.count(frame.file) > 0;
        });
    if (!frame.trusted || !touched || asked.size() >= most ||
        !asked.insert(place).second) {
      continue;
    }
    const auto commit =
        writer_of(repository, base, patches.back().patch.commit, frame);
    for (auto& patch : patches) {
      if (patch.patch.commit == commit) {
        patch.wrote.push_back(fmt::format("{} ({})", place, frame.function));
      }
    }
  }
}

Result<SuspectFinder> SuspectFinder::make(const Repository& repository,
                                          std::string base,
                                          const std::vector<PatchInfo>& patches)
{
  SuspectFinder finder(repository, std::move(base));
  for (const auto& patch : patches) {
    if (!patch.commit.empty()) {
      TRY_ASSIGN(const auto diff,
                 repository.git().output(repository.call(
                     {"diff-tree", "-p", "--no-commit-id", patch.commit})));
      finder.patches_.push_back({patch, touch_of(diff), {}});
    }
  }
  return finder;
}

/// The symbols of a kernel, or nullptr when it has none that can be read.
const Symbols* SuspectFinder::symbols_of(const std::filesystem::path& vmlinux)
{
  if (vmlinux != vmlinux_) {
    vmlinux_ = vmlinux;
    symbols_.reset();
    auto opened = Symbols::open(vmlinux);
    if (opened) {
      symbols_ = std::move(*opened);
    } else {
      log::warning(opened.error().message);
    }
  }
  return symbols_ ? &*symbols_ : nullptr;
}

Result<std::vector<Suspect>>
SuspectFinder::find(const std::filesystem::path& console,
                    const std::filesystem::path& vmlinux)
{
  if (patches_.empty()) {
    return std::vector<Suspect>{};
  }
  TRY_ASSIGN(const auto crash, first_crash(console, repository_->git().stop()));
  if (!crash) {
    return std::vector<Suspect>{};
  }
  const auto site = site_of(*crash, symbols_of(vmlinux));
  auto evidence = patches_;
  find_writers(*repository_, base_, site, evidence);
  return rank_suspects(site, evidence);
}

} // namespace oopsfarm
