// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"
#include "model/json.h"
#include "step/step.h"

#include <unistd.h>

#include <exception>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view usage =
    "usage: oopsfarm-step SPEC.json\n"
    "Works one step, a kernel build or a guest run, as its spec says\n"
    "(docs/formats.md); prints progress as one JSON object a line and leaves\n"
    "outcome.json in the spec's folder. oopsfarm and oopsfarmd start it.\n";

void put(int fd, std::string_view text)
{
  // Nobody may be listening any more; the work goes on.
  [[maybe_unused]] const auto written = write(fd, text.data(), text.size());
}

int work(const char* spec_file)
{
  static oopsfarm::Stop stop; // the signal handler may use it till the end
  oopsfarm::stop_on_signals(stop);
  oopsfarm::SystemProcessRunner processes;
  return oopsfarm::work_step(
      spec_file, processes, stop, [](const oopsfarm::Progress& progress) {
        put(STDOUT_FILENO, oopsfarm::to_json(progress) + "\n");
      });
}

} // namespace

int main(int argc, char** argv)
{
  if (argc != 2) {
    put(STDERR_FILENO, usage);
    return 2;
  }
  if (std::string_view(argv[1]) == "--help") {
    put(STDOUT_FILENO, usage);
    return 0;
  }
  try {
    return work(argv[1]);
  } catch (const std::exception& failure) {
    oopsfarm::log::error(failure.what());
    return 3;
  }
}
