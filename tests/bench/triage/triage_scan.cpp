// SPDX-License-Identifier: GPL-2.0-or-later
// Reads console logs and prints what triage finds, one JSON object a file:
//   triage_scan FILE…            crashes of each file
//   triage_scan --speed FILE…    megabytes a second over all files together
// The driver of tests/bench/triage/triage; not installed.
#include "console/line_reader.h"
#include "triage/crash_scanner.h"
#include "triage/oom.h"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace oopsfarm;

namespace {

/// Both scanners, as a run's step feeds them.
class Scan : public LineSink
{
public:
  void on_line(const ConsoleLine& line) override
  {
    crashes.on_line(line);
    oom.on_line(line);
  }

  CrashScanner crashes;
  OomScanner oom;
};

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
  Scan scan;
  LineReader reader(scan);
  reader.feed(read(name));
  reader.finish();
  scan.crashes.finish();
  nlohmann::json found = nlohmann::json::array();
  for (const auto& crash : scan.crashes.crashes()) {
    found.push_back(to_json(crash));
  }
  const nlohmann::json line{{"file", name},
                            {"crashes", found},
                            {"oom_kills", scan.oom.report().kill_count}};
  std::cout << line.dump(
                   -1, ' ', false, nlohmann::json::error_handler_t::replace)
            << '\n';
}

/// Feeds all files, chunk by chunk, over and over for about a second of CPU
/// time: other work on the host does not count.
void measure(const std::vector<std::string>& names)
{
  std::string all;
  for (const auto& name : names) {
    all += read(name);
  }
  std::size_t bytes = 0;
  std::uint64_t crashes = 0;
  const auto start = std::clock();
  double spent = 0;
  while (spent < 1.0) {
    Scan scan;
    LineReader reader(scan);
    constexpr std::size_t chunk = 65536;
    for (std::size_t at = 0; at < all.size(); at += chunk) {
      reader.feed(std::string_view(all).substr(at, chunk));
    }
    reader.finish();
    scan.crashes.finish();
    crashes = scan.crashes.count();
    bytes += all.size();
    spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  std::printf("%.1f MB/s over %zu bytes, %llu crashes\n",
              static_cast<double>(bytes) / spent / 1e6,
              all.size(),
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
