// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What libFuzzer calls with each input (llvm.org/docs/LibFuzzer.html).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace oopsfarm::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program, which libFuzzer takes for a crash of this input.
inline void require(bool holds, const char* what)
{
  if (!holds) {
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
  }
}

/// Feeds `text` to a reader in pieces whose sizes the text itself draws, so
/// that an input is all there is to a failure.
template <typename Reader>
void feed_in_pieces(Reader& reader, std::string_view text)
{
  std::uint32_t state = static_cast<std::uint32_t>(text.size());
  while (!text.empty()) {
    state =
        state * 1664525U + 1013904223U + static_cast<unsigned char>(text[0]);
    const auto size =
        std::min<std::size_t>(text.size(), 1 + (state >> 24) % 61);
    reader.feed(text.substr(0, size));
    text.remove_prefix(size);
  }
}

} // namespace oopsfarm::fuzz
