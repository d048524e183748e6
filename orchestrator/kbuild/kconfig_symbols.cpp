// SPDX-License-Identifier: GPL-2.0-or-later
#include "kbuild/kconfig_symbols.h"

#include "base/strings.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <system_error>

namespace oopsfarm {

namespace fs = std::filesystem;

namespace {

/// Walks a Kconfig file's lines; keeps what encloses the current one.
class Walker
{
public:
  Walker(const std::string& file, const std::string& symbol)
      : file_(file), symbol_(symbol)
  {
  }

  void line(std::string_view raw)
  {
    ++line_;
    const auto text = trim(raw);
    if (text.empty() || text.front() == '#' || is_help(raw)) {
      return;
    }
    const auto space = text.find_first_of(" \t");
    const auto word = text.substr(0, space);
    const auto rest = space == std::string_view::npos
                          ? std::string_view()
                          : trim(text.substr(space));
    if (word == "help" || word == "---help---") {
      help_ = Help::starts;
    } else if (starts_block(word)) {
      block(word, rest);
    } else {
      attribute(word, rest);
    }
  }

  std::vector<KconfigEntry> finish()
  {
    leave_entry();
    return std::move(entries_);
  }

private:
  struct Enclosing
  {
    std::string_view kind; ///< "if", "menu", "choice"
    std::vector<std::string> conditions;
  };

  enum class Help { none, starts, inside };

  /// Prose may look like anything. It ends at the first line that is indented
  /// less than its first one (Documentation/kbuild/kconfig-language.rst).
  bool is_help(std::string_view raw)
  {
    if (help_ == Help::none) {
      return false;
    }
    std::size_t indent = 0;
    for (const char c : raw.substr(0, raw.find_first_not_of(" \t"))) {
      indent = c == '\t' ? (indent / 8 + 1) * 8 : indent + 1;
    }
    if (help_ == Help::starts) {
      help_indent_ = std::max<std::size_t>(indent, 1);
      help_ = Help::inside;
    }
    if (indent < help_indent_) {
      help_ = Help::none;
    }
    return help_ == Help::inside;
  }

  static bool starts_block(std::string_view word)
  {
    static const std::set<std::string_view> words = {"config",
                                                     "menuconfig",
                                                     "if",
                                                     "endif",
                                                     "menu",
                                                     "endmenu",
                                                     "choice",
                                                     "endchoice",
                                                     "comment",
                                                     "source"};
    return words.contains(word);
  }

  void block(std::string_view word, std::string_view rest)
  {
    constexpr std::size_t deepest = 64;
    leave_entry();
    if (word == "config" || word == "menuconfig") {
      enter_entry(rest);
    } else if (word == "endif" || word == "endmenu" || word == "endchoice") {
      if (!around_.empty()) {
        around_.pop_back();
      }
    } else if (word == "if" && around_.size() < deepest) {
      around_.push_back({"if", {std::string(rest)}});
    } else if ((word == "menu" || word == "choice") &&
               around_.size() < deepest) {
      around_.push_back({word == "menu" ? "menu" : "choice", {}});
    }
  }

  void attribute(std::string_view word, std::string_view rest)
  {
    constexpr std::string_view on = "on";
    if (word == "depends" && rest.substr(0, on.size()) == on) {
      const auto condition = std::string(trim(rest.substr(on.size())));
      if (in_entry_) {
        conditions_.push_back(condition);
      } else if (!in_other_ && !around_.empty()) {
        around_.back().conditions.push_back(condition);
      }
    } else if (in_entry_ && word == "prompt") {
      entry_.prompt = true;
    } else if (in_entry_ &&
               (word == "bool" || word == "tristate" || word == "int" ||
                word == "hex" || word == "string")) {
      entry_.prompt = entry_.prompt || !rest.empty();
    }
  }

  void enter_entry(std::string_view name)
  {
    in_entry_ = name == symbol_;
    in_other_ = !in_entry_;
    entry_ = KconfigEntry{file_, line_, false, ""};
    conditions_.clear();
  }

  void leave_entry()
  {
    if (in_entry_) {
      std::vector<std::string> all;
      for (const auto& around : around_) {
        all.insert(
            all.end(), around.conditions.begin(), around.conditions.end());
      }
      all.insert(all.end(), conditions_.begin(), conditions_.end());
      if (all.size() > 1) {
        for (auto& part : all) {
          part = part.find("||") == std::string::npos ? part : "(" + part + ")";
        }
      }
      entry_.depends = join(all, " && ");
      entries_.push_back(entry_);
    }
    in_entry_ = false;
    in_other_ = false;
  }

  const std::string& file_;
  const std::string& symbol_;
  unsigned line_ = 0;
  Help help_ = Help::none;
  std::size_t help_indent_ = 0;
  bool in_entry_ = false; ///< in an entry of the symbol
  bool in_other_ = false; ///< in another symbol's
  KconfigEntry entry_;
  std::vector<std::string> conditions_;
  std::vector<Enclosing> around_;
  std::vector<KconfigEntry> entries_;
};

} // namespace

static std::string_view trim_end(std::string_view text)
{
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// Lines that end in a backslash, joined with their next; the joined-on lines
/// become empty, so that numbers stay right.
static std::vector<std::string> logical_lines(std::string_view text)
{
  auto lines = split_lines(text);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    std::size_t next = i + 1;
    while (!lines[i].empty() && lines[i].back() == '\\' &&
           next < lines.size() && lines[i].size() < 4096) {
      lines[i].pop_back();
      lines[i] = std::string(trim_end(lines[i])) + ' ';
      lines[i] += trim(lines[next]);
      lines[next++].clear();
    }
  }
  return lines;
}

std::vector<KconfigEntry> find_in_kconfig(std::string_view text,
                                          const std::string& file,
                                          const std::string& symbol)
{
  // Most files do not have the symbol at all.
  if (text.find(symbol) == std::string_view::npos) {
    return {};
  }
  Walker walker(file, symbol);
  for (const auto& line : logical_lines(text)) {
    walker.line(line);
  }
  return walker.finish();
}

/// Other architectures' folders, which say nothing about this one's kernel.
static bool is_foreign(const fs::path& relative, Arch arch)
{
  auto part = relative.begin();
  if (part == relative.end() || *part++ != "arch" || part == relative.end()) {
    return false;
  }
  const std::string mine = arch == Arch::x86_64 ? "x86" : kernel_arch(arch);
  return *part != mine && part->string().rfind("Kconfig", 0) != 0;
}

std::vector<KconfigEntry>
find_symbol(const fs::path& source, Arch arch, const std::string& symbol)
{
  constexpr unsigned max_files = 10000;
  constexpr std::uint64_t max_size = 1U << 20;
  std::vector<KconfigEntry> entries;
  std::error_code error;
  fs::recursive_directory_iterator at(
      source, fs::directory_options::skip_permission_denied, error);
  unsigned files = 0;
  while (!error && at != fs::recursive_directory_iterator() &&
         files < max_files) {
    std::error_code ignored;
    const auto status = at->symlink_status(ignored);
    const auto name = at->path().filename().string();
    const auto relative = at->path().lexically_relative(source);
    if (fs::is_directory(status) &&
        (is_foreign(relative, arch) || name == "Documentation")) {
      at.disable_recursion_pending();
    }
    if (fs::is_regular_file(status) && name.rfind("Kconfig", 0) == 0) {
      ++files;
      if (const auto text = read_file(at->path(), max_size)) {
        const auto found = find_in_kconfig(*text, relative.string(), symbol);
        entries.insert(entries.end(), found.begin(), found.end());
      }
    }
    at.increment(error);
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::pair(a.file, a.line) < std::pair(b.file, b.line);
  });
  return entries;
}

/// " (BAR=y, BAZ is not set)" for the symbols of a condition, or "".
static std::string
describe_values(const std::string& condition,
                const std::map<std::string, std::string>& config)
{
  constexpr std::size_t most = 8;
  std::vector<std::string> facts;
  std::set<std::string> seen;
  std::string word;
  for (const char c : condition + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
      continue;
    }
    const bool is_value = word == "y" || word == "n" || word == "m";
    if (!word.empty() && !is_value && seen.insert(word).second &&
        facts.size() < most) {
      const auto found = config.find(word);
      facts.push_back(found == config.end() || found->second == "n"
                          ? word + " is not set"
                          : word + "=" + found->second);
    }
    word.clear();
  }
  return facts.empty() ? "" : " (" + join(facts, ", ") + ")";
}

static std::string
explain_entry(const KconfigEntry& entry,
              const std::map<std::string, std::string>& config)
{
  const auto where = fmt::format(" [{}:{}]", entry.file, entry.line);
  std::string why = entry.prompt
                        ? "it depends on nothing, something else decides"
                        : "only other symbols can select it";
  if (!entry.depends.empty()) {
    why = fmt::format("{}it depends on {}{}",
                      entry.prompt ? "" : "only other symbols can select it; ",
                      entry.depends,
                      describe_values(entry.depends, config));
  }
  return printable(why, 600) + printable(where);
}

std::string explain_unmet(const Wish& wish,
                          const std::vector<KconfigEntry>& entries,
                          const std::map<std::string, std::string>& config)
{
  const auto found = config.find(wish.symbol);
  const std::string is = found == config.end() || found->second == "n"
                             ? "is not set"
                             : "is " + printable(found->second);
  const auto head = fmt::format("CONFIG_{}={}, wanted by {}:{}, {}: ",
                                wish.symbol,
                                wish.value,
                                wish.file,
                                wish.line,
                                is);
  if (entries.empty()) {
    return head + "this kernel has no such symbol (mark the line with "
                  "\"# if available\" where that is fine)";
  }
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < entries.size() && i < 3; ++i) {
    reasons.push_back(explain_entry(entries[i], config));
  }
  return head + join(reasons, "; or ");
}

} // namespace oopsfarm
