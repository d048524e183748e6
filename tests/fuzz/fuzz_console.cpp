// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of a console: bounded, clean, and the same whatever the chunking.
#include "console/line_reader.h"
#include "fuzz/fuzz.h"

#include <algorithm>
#include <vector>

using namespace oopsfarm;

namespace {

class Lines : public LineSink
{
public:
  void on_line(const ConsoleLine& line) override
  {
    fuzz::require(line.text.size() <= LineLimits{}.kept, "lines are bounded");
    fuzz::require(line.text.find_first_of(std::string_view("\0\r\n\x1b", 4)) ==
                      std::string_view::npos,
                  "lines are clean");
    fuzz::require(line.begin <= line.end, "offsets are in order");
    fuzz::require(line.number == texts.size(), "lines are counted");
    texts.emplace_back(line.text);
    ends.push_back(line.end);
  }

  std::vector<std::string> texts;
  std::vector<std::uint64_t> ends;
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const auto text = fuzz::text_of(data, size);
  Lines whole;
  LineReader at_once(whole);
  at_once.feed(text);
  at_once.finish();
  Lines parts;
  LineReader piecewise(parts);
  fuzz::feed_in_pieces(piecewise, text);
  piecewise.finish();
  fuzz::require(whole.texts == parts.texts && whole.ends == parts.ends,
                "chunking changes nothing");
  return 0;
}
