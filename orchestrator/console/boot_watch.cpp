// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/boot_watch.h"

namespace oopsfarm {

const char* to_string(BootPhase phase)
{
  switch (phase) {
  case BootPhase::silent:
    return "silent";
  case BootPhase::firmware:
    return "firmware";
  case BootPhase::kernel:
    return "kernel";
  case BootPhase::init:
    return "init";
  }
  return "?";
}

static bool starts_with(std::string_view text, std::string_view start)
{
  return text.substr(0, start.size()) == start;
}

static bool contains(std::string_view text, std::string_view part)
{
  return text.find(part) != std::string_view::npos;
}

/// "Linux version 6.1.158 (…": the text must be the line's start, since guests
/// print the content of /proc/version at times, and then with other words
/// around it.
void BootWatch::take_banner(const ConsoleLine& line)
{
  ++banners_;
  if (banners_ == 2) {
    second_banner_ = line.begin;
  }
  phase_ = BootPhase::kernel;
  if (release_.empty()) {
    const auto rest = line.text.substr(sizeof("Linux version ") - 1);
    release_ = std::string(rest.substr(0, rest.find(' ')).substr(0, 64));
  }
}

void BootWatch::on_line(const ConsoleLine& line)
{
  if (line.time_us) {
    last_time_us_ = *line.time_us;
  }
  if (line.text.empty()) {
    return;
  }
  if (phase_ == BootPhase::silent) {
    phase_ = BootPhase::firmware;
  }
  if (line.text[0] == 'L' && starts_with(line.text, "Linux version ")) {
    take_banner(line);
  } else if (line.text[0] == 'R' && starts_with(line.text, "Run ") &&
             contains(line.text, " as init process")) {
    phase_ = BootPhase::init;
    if (!init_reached_) {
      init_reached_ = true;
      init_time_us_ = last_time_us_;
    }
  }
}

} // namespace oopsfarm
