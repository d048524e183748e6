// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// A kernel's functions by address, as its System.map has them. Pure.
class KernelSymbols
{
public:
  /// Reads lines of `ADDRESS TYPE NAME`; takes those of code (t, T, w, W),
  /// leaves out what is no such line. The text is untrusted: at most 1 Mi
  /// symbols are kept, names of at most 255 bytes.
  static KernelSymbols parse(std::string_view system_map);

  /// The function that an address lies in, or "" when none is near.
  std::string_view function(std::uint64_t address) const;

  /// "exit_mmap+0x1c", or the bare address.
  std::string place(std::uint64_t address) const;

private:
  struct Symbol
  {
    std::uint64_t address;
    std::string name;
  };

  const Symbol* find(std::uint64_t address) const;

  std::vector<Symbol> symbols_; ///< by address
};

} // namespace oopsfarm
