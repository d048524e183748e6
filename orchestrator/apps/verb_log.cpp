// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/environment.h"
#include "apps/terminal.h"
#include "apps/verbs.h"
#include "base/id.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

/// "; the newest runs: A, B, C", for messages.
static std::string newest_runs(const StatePaths& state)
{
  constexpr std::size_t shown = 3;
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator entry(state.runs(), error), end;
       !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (is_id(name)) {
      ids.push_back(name);
    }
  }
  if (ids.empty()) {
    return "; there is no run yet";
  }
  std::sort(ids.rbegin(), ids.rend()); // ids sort by time
  ids.resize(std::min(ids.size(), shown));
  return "; the newest runs: " + join(ids, ", ");
}

/// Copies the file as it is.
static Status copy_bytes(std::istream& file, const Stop& stop)
{
  std::string chunk(1U << 16, '\0');
  while (!stop.requested()) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto got = static_cast<std::size_t>(file.gcount());
    if (got == 0) {
      break;
    }
    TRY(put_result(std::string_view(chunk).substr(0, got)));
  }
  return Ok{};
}

/// Copies the file line by line without what could command a terminal: a guest
/// prints what it likes.
static Status copy_printable(std::istream& file, const Stop& stop)
{
  constexpr std::size_t longest = 4096;
  std::string line;
  while (!stop.requested() && std::getline(file, line)) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    TRY(put_result(printable(line, longest) + "\n"));
  }
  return Ok{};
}

/// Waits for more of the file, until the run has an outcome or we are to stop.
/// False when there will be no more.
static bool wait_for_more(std::istream& file,
                          const fs::path& folder,
                          bool& has_ended,
                          const Stop& stop)
{
  if (has_ended || stop.requested()) {
    return false;
  }
  std::error_code ignored;
  // Asked before the last look at the file: nothing is missed.
  has_ended = fs::exists(folder / "outcome.json", ignored) ||
              !fs::exists(folder, ignored);
  constexpr int pause_ms = 200;
  pollfd asked = {stop.fd(), POLLIN, 0};
  poll(&asked, 1, has_ended ? 0 : pause_ms);
  file.clear();
  return true;
}

static const char* file_of(RunText text)
{
  switch (text) {
  case RunText::ktap:
    return "ktap.log";
  case RunText::post_mortem:
    return "post-mortem.log";
  default:
    return "console.log";
  }
}

Result<int> log_verb(const LogRequest& request, const Context& context)
{
  TRY_ASSIGN(const auto state, find_state(context.options.state, get_env));
  if (!is_id(request.run_id)) {
    return user_error(fmt::format(
        "'{}' is no run's id, which look like 20261121T101500-3fa9c2{}",
        printable(request.run_id, 80),
        newest_runs(state)));
  }
  const auto folder = state.runs() / request.run_id;
  std::error_code error;
  if (!fs::exists(folder, error)) {
    return user_error(fmt::format("there is no run {} in {}{}",
                                  request.run_id,
                                  state.root.string(),
                                  newest_runs(state)));
  }
  const auto file = folder / file_of(request.text);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return user_error(
        file.string() +
        (request.text == RunText::post_mortem
             ? ": the run left none; only a guest that hangs gets one"
             : ": the run left none; it ended before its guest began"));
  }
  bool has_ended = !request.follow;
  do {
    if (isatty(STDOUT_FILENO) == 1) {
      TRY(copy_printable(stream, context.stop));
    } else {
      TRY(copy_bytes(stream, context.stop));
    }
  } while (wait_for_more(stream, folder, has_ended, context.stop));
  return 0;
}

} // namespace oopsfarm
