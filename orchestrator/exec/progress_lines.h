// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/log.h"
#include "model/json.h"

#include <functional>
#include <string>
#include <string_view>

namespace oopsfarm {

/// How long a step that is asked to end may take before it is killed: it has a
/// guest or a build to put away.
inline constexpr std::chrono::milliseconds end_grace{10'000};

/// A step's standard output, in pieces of any size → its progress. What is no
/// progress is left out; lines are bounded.
class ProgressLines
{
public:
  void take(std::string_view bytes,
            const std::function<void(Progress)>& on_progress)
  {
    for (const char c : bytes) {
      if (c != '\n') {
        if (line_.size() < max_line) {
          line_ += c;
        }
        continue;
      }
      if (auto progress = parse_progress(line_)) {
        on_progress(*std::move(progress));
      } else {
        log::debug("a step's progress: " + progress.error().message);
      }
      line_.clear();
    }
  }

private:
  static constexpr std::size_t max_line = 4096;
  std::string line_;
};

} // namespace oopsfarm
