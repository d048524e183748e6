// SPDX-License-Identifier: GPL-2.0-or-later
// Reads console logs and prints what triage finds, one JSON object a file:
//   triage_scan FILE…            crashes of each file
//   triage_scan --speed FILE…    megabytes a second of user CPU time
// The driver of tests/bench/triage/triage; not installed.
#include "console/line_reader.h"
#include "triage/kernel_scanner.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace oopsfarm;

namespace {

std::string read(const std::string& name)
{
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json to_json(const Crash& crash)
{
  return {{"title", crash.title},
          {"alt_titles", crash.alt_titles},
          {"type", crash.type},
          {"frame", crash.frame},
          {"corrupted", crash.corrupted},
          {"reason", crash.corrupted_reason},
          {"follow_on", crash.follow_on},
          {"line", crash.first_line_number},
          {"begin", crash.begin},
          {"end", crash.end}};
}

void print_crashes(const std::string& name)
{
  KernelScanner scan;
  LineReader reader(scan);
  reader.feed(read(name));
  reader.finish();
  scan.finish();
  nlohmann::json found = nlohmann::json::array();
  for (const auto& crash : scan.crashes().crashes()) {
    found.push_back(to_json(crash));
  }
  const nlohmann::json line{
      {"file", name}, {"crashes", found}, {"oom_kills", scan.oom().kill_count}};
  std::cout << line.dump(
                   -1, ' ', false, nlohmann::json::error_handler_t::replace)
            << '\n';
}

/// What this process has computed for itself so far.
double user_seconds()
{
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

/// Feeds one log, chunk by chunk; the number of its crashes.
std::uint64_t scan_once(std::string_view log)
{
  constexpr std::size_t chunk = 65536;
  KernelScanner scan;
  LineReader reader(scan);
  for (std::size_t at = 0; at < log.size(); at += chunk) {
    reader.feed(log.substr(at, chunk));
  }
  reader.finish();
  scan.finish();
  return scan.crashes().count();
}

/// Feeds the files, each a log of its own, in rounds of a fifth of a second of
/// this process's user time: what other work on the host takes does not count.
/// What that work does to the caches does, so the best round is given, too.
void measure(const std::vector<std::string>& names)
{
  std::vector<std::string> logs;
  std::size_t size = 0;
  for (const auto& name : names) {
    logs.push_back(read(name));
    size += logs.back().size();
  }
  constexpr int rounds = 11;
  std::vector<double> rates;
  std::uint64_t crashes = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto start = user_seconds();
    std::uint64_t bytes = 0;
    double spent = 0;
    while (spent < 0.2) {
      crashes = 0;
      for (const auto& log : logs) {
        crashes += scan_once(log);
      }
      bytes += size;
      spent = user_seconds() - start;
    }
    rates.push_back(static_cast<double>(bytes) / spent / 1e6);
  }
  std::sort(rates.begin(), rates.end());
  std::printf("%.1f MB/s (median; best %.1f) over %zu bytes, %llu crashes\n",
              rates[rounds / 2],
              rates.back(),
              size,
              static_cast<unsigned long long>(crashes));
}

} // namespace

int main(int argc, char** argv)
{
  std::vector<std::string> names(argv + 1, argv + argc);
  if (!names.empty() && names.front() == "--speed") {
    names.erase(names.begin());
    measure(names);
    return 0;
  }
  for (const auto& name : names) {
    print_crashes(name);
  }
  return 0;
}
