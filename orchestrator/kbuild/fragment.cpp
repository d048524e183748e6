// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/fragment.h"

#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace oopsfarm {

static bool is_symbol(std::string_view text)
{
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || c == '_';
         });
}

static bool is_plain_number(std::string_view text)
{
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

static bool is_hex_number(std::string_view text)
{
  return text.substr(0, 2) == "0x" && text.size() > 2 &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) ==
             std::string_view::npos;
}

static bool is_value(std::string_view text)
{
  if (text.size() >= 2 && text.front() == '"') {
    const auto end = text.find('"', 1);
    return end == text.size() - 1 && text.find('\\') == std::string_view::npos;
  }
  if (text.substr(0, 1) == "-") {
    return is_plain_number(text.substr(1));
  }
  return text == "y" || text == "n" || is_plain_number(text) ||
         is_hex_number(text);
}

/// Takes `prefix` off the front of `text`, if it stands there.
static bool take(std::string_view& text, std::string_view prefix)
{
  if (text.substr(0, prefix.size()) != prefix) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

/// "FOO=y" or "FOO=y  # if available" → the wish, without place.
static std::optional<Wish> parse_assignment(std::string_view text)
{
  Wish wish;
  constexpr std::string_view mark = "# if available";
  if (text.size() > mark.size() &&
      text.substr(text.size() - mark.size()) == mark) {
    wish.need = Need::if_available;
    text = trim(text.substr(0, text.size() - mark.size()));
  }
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return std::nullopt;
  }
  wish.symbol = text.substr(0, equals);
  wish.value = text.substr(equals + 1);
  if (!is_symbol(wish.symbol) || !is_value(wish.value)) {
    return std::nullopt;
  }
  return wish;
}

/// " FOO is not set" → the wish, without place.
static std::optional<Wish> parse_unset(std::string_view text)
{
  constexpr std::string_view end = " is not set";
  if (text.size() <= end.size() ||
      text.substr(text.size() - end.size()) != end) {
    return std::nullopt;
  }
  Wish wish;
  wish.symbol = text.substr(0, text.size() - end.size());
  wish.value = "n";
  if (!is_symbol(wish.symbol)) {
    return std::nullopt;
  }
  return wish;
}

/// "x86_64=1432 ppc64le=1298" → counts; false when it is not of that form.
static bool parse_objects(std::string_view text,
                          std::map<std::string, std::uint64_t>& objects)
{
  for (const auto& part : split(trim(text), ' ')) {
    const auto equals = part.find('=');
    std::uint64_t count = 0;
    if (part.empty()) {
      continue;
    }
    if (equals == std::string::npos ||
        !is_plain_number(part.substr(equals + 1)) ||
        std::from_chars(
            part.data() + equals + 1, part.data() + part.size(), count)
                .ec != std::errc{}) {
      return false;
    }
    objects[part.substr(0, equals)] = count;
  }
  return !objects.empty();
}

/// "hash: KASAN needs radix" → what and why.
static std::optional<Exclusion> parse_exclusion(std::string_view text)
{
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  Exclusion exclusion;
  exclusion.what = trim(text.substr(0, colon));
  exclusion.reason = trim(text.substr(colon + 1));
  if (!is_safe_name(exclusion.what) || exclusion.reason.empty()) {
    return std::nullopt;
  }
  return exclusion;
}

namespace {

/// Reads the lines of one fragment.
class Reader
{
public:
  explicit Reader(const std::string& name) : name_(name) {}

  Status line(std::string_view text)
  {
    ++line_;
    text = trim(text);
    if (text.empty()) {
      return Ok{};
    }
    if (take(text, "CONFIG_")) {
      return add(parse_assignment(text));
    }
    if (!take(text, "#")) {
      return wrong("neither CONFIG_NAME=value nor a comment");
    }
    return comment(trim(text));
  }

  Fragment finish() { return std::move(fragment_); }

private:
  Status comment(std::string_view text)
  {
    if (take(text, "CONFIG_")) {
      return add(parse_unset(text));
    }
    if (take(text, "base:")) {
      fragment_.base = trim(text);
      return is_safe_name(fragment_.base)
                 ? Status(Ok{})
                 : wrong("the base is no defconfig's name");
    }
    if (take(text, "not-for:")) {
      return exclude(parse_exclusion(text));
    }
    if (take(text, "objects:") && !parse_objects(text, fragment_.objects)) {
      return wrong("wanted: # objects: ARCHITECTURE=COUNT …");
    }
    return Ok{};
  }

  Status exclude(std::optional<Exclusion> exclusion)
  {
    if (!exclusion) {
      return wrong("wanted: # not-for: TARGET, ARCHITECTURE or MMU: REASON");
    }
    fragment_.not_for.push_back(*std::move(exclusion));
    return Ok{};
  }

  Status add(std::optional<Wish> wish)
  {
    if (!wish) {
      return wrong("wanted: CONFIG_NAME=value (y, n, a number or a \"text\"), "
                   "CONFIG_NAME=value  # if available, or "
                   "# CONFIG_NAME is not set");
    }
    if (!seen_.insert(wish->symbol).second) {
      return wrong(fmt::format("CONFIG_{} stands here twice", wish->symbol));
    }
    wish->file = name_;
    wish->line = line_;
    fragment_.wishes.push_back(*std::move(wish));
    return Ok{};
  }

  Error wrong(std::string_view why) const
  {
    return user_error(fmt::format("{}:{}: {}", name_, line_, why));
  }

  const std::string& name_;
  unsigned line_ = 0;
  std::set<std::string> seen_;
  Fragment fragment_;
};

} // namespace

Result<Fragment> parse_fragment(std::string_view text, const std::string& name)
{
  Reader reader(name);
  for (const auto& line : split_lines(text)) {
    TRY(reader.line(line));
  }
  return reader.finish();
}

Fragment merge_fragments(const std::vector<Fragment>& fragments)
{
  Fragment merged;
  std::map<std::string, std::size_t> place;
  for (const auto& fragment : fragments) {
    if (!fragment.base.empty()) {
      merged.base = fragment.base;
    }
    for (const auto& [arch, count] : fragment.objects) {
      merged.objects[arch] = count;
    }
    merged.not_for.insert(
        merged.not_for.end(), fragment.not_for.begin(), fragment.not_for.end());
    for (const auto& wish : fragment.wishes) {
      const auto [found, is_new] =
          place.emplace(wish.symbol, merged.wishes.size());
      if (is_new) {
        merged.wishes.push_back(wish);
      } else {
        merged.wishes[found->second] = wish;
      }
    }
  }
  return merged;
}

Result<Fragment> load_fragments(const std::vector<std::filesystem::path>& files)
{
  std::vector<Fragment> fragments;
  for (const auto& file : files) {
    TRY_ASSIGN(const auto text, read_file(file, 1U << 20));
    TRY_ASSIGN(auto fragment, parse_fragment(text, file.filename().string()));
    fragments.push_back(std::move(fragment));
  }
  return merge_fragments(fragments);
}

} // namespace oopsfarm
