// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/id.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>

namespace oopsfarm {

std::string new_id()
{
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(
      std::chrono::system_clock::now());
  // Counted on from a random start: two of one process never meet within a
  // second, as random ones do once there are a few hundred.
  static std::atomic<unsigned> next = std::random_device()();
  return fmt::format("{:%Y%m%dT%H%M%S}-{:06x}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     next++ & 0xffffffU);
}

bool is_id(std::string_view text)
{
  constexpr std::string_view form = "ddddddddTdddddd-hhhhhh";
  return text.size() == form.size() &&
         std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           const bool digit = c >= '0' && c <= '9';
           switch (f) {
           case 'd':
             return digit;
           case 'h':
             return digit || (c >= 'a' && c <= 'f');
           default:
             return c == f;
           }
         });
}

} // namespace oopsfarm
