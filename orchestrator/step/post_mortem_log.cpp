// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/post_mortem_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace oopsfarm {

PostMortemLog::PostMortemLog(const std::filesystem::path& file,
                             std::uint64_t cap)
    : file_(file, std::ios::binary | std::ios::trunc), cap_(cap), left_(cap)
{
}

void PostMortemLog::section(std::string_view title)
{
  const bool is_first = file_.tellp() <= 0;
  file_ << fmt::format("{}== {} ==\n", is_first ? "" : "\n", title);
  file_.flush();
  left_ = cap_;
}

void PostMortemLog::add(std::string_view bytes)
{
  const auto taken = std::min<std::uint64_t>(bytes.size(), left_);
  file_ << bytes.substr(0, taken);
  if (left_ > 0 && taken < bytes.size()) {
    file_ << "\n[oopsfarm: the rest is cut here]\n";
  }
  file_.flush();
  left_ = taken < bytes.size() ? 0 : left_ - taken;
}

} // namespace oopsfarm
