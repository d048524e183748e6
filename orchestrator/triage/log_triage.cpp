// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/log_triage.h"

#include <algorithm>
#include <array>

namespace oopsfarm {

namespace {

/// A line that begins with `start` and holds `also` is of `arch`.
struct ArchMark
{
  std::string_view start;
  std::string_view also;
  Arch arch;
};

} // namespace

static constexpr std::array<ArchMark, 11> arch_marks{{
    {"RIP: 00", ":", Arch::x86_64},
    {"RAX: ", "RBX: ", Arch::x86_64},
    {"CR2: ", "CR3: ", Arch::x86_64},
    {"BIOS-e820: ", "", Arch::x86_64},
    {"Linux version ", "(x86_64-", Arch::x86_64},
    {"Linux version ", "(powerpc64le-", Arch::ppc64le},
    {"NIP: ", "LR: ", Arch::ppc64le},
    {"NIP [", "]", Arch::ppc64le},
    {"NIP:  ", "LR: ", Arch::ppc64le},
    {"CFAR: ", "", Arch::ppc64le},
    {"LE PAGE_SIZE=", "", Arch::ppc64le},
}};

std::optional<Arch> arch_of_line(std::string_view text)
{
  for (const auto& mark : arch_marks) {
    if (text.substr(0, mark.start.size()) == mark.start &&
        text.find(mark.also, mark.start.size()) != std::string_view::npos) {
      return mark.arch;
    }
  }
  return std::nullopt;
}

static void keep_banner(std::string_view text,
                        std::vector<std::string>& banners)
{
  constexpr std::size_t most = 4;
  constexpr std::size_t longest = 512;
  constexpr std::string_view start = "Linux version ";
  if (text.substr(0, start.size()) != start || banners.size() >= most) {
    return;
  }
  text = text.substr(0, longest);
  if (std::find(banners.begin(), banners.end(), text) == banners.end()) {
    banners.emplace_back(text);
  }
}

void LogTriage::on_line(const ConsoleLine& line)
{
  scanner_.on_line(line);
  keep_banner(line.text, banners_);
  if (!arch_) {
    arch_ = arch_of_line(line.text);
  }
}

void LogTriage::finish()
{
  reader_.finish();
  scanner_.finish();
}

} // namespace oopsfarm
