// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/target.h"

#include <algorithm>

namespace oopsfarm {

static bool is_plain(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') ||
         std::string_view("._:/,=+-@").find(c) != std::string_view::npos;
}

bool is_kernel_parameter(std::string_view text)
{
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain);
}

} // namespace oopsfarm
