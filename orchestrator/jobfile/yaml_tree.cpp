// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/yaml_tree.h"

#include "base/strings.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace oopsfarm {

namespace {

/// Where something is wrong, and what.
struct Refusal
{
  YamlNode at;
  std::string message;
};

/// A node that stands where `mark` points (0-based, -1 for nowhere).
YamlNode leaf(YamlNode::Kind kind, const YAML::Mark& mark)
{
  YamlNode node;
  node.kind = kind;
  node.line = static_cast<std::size_t>(std::max(mark.line, 0)) + 1;
  node.column = static_cast<std::size_t>(std::max(mark.column, 0)) + 1;
  return node;
}

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& message)
{
  throw Refusal{leaf(YamlNode::Kind::null, mark), message};
}

/// Builds the tree from the parser's events; throws Refusal at the first thing
/// that is not allowed, which also bounds the parser's own recursion.
class TreeBuilder final : public YAML::EventHandler
{
public:
  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override
  {
    add(leaf(YamlNode::Kind::null, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override
  {
    refuse(mark, "aliases (*name) are not allowed here");
  }

  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override
  {
    refuse(mark, "anchors (&name) are not allowed here");
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t /*anchor*/,
                const std::string& value) override
  {
    check_tag(mark, tag);
    auto node = leaf(YamlNode::Kind::scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override
  {
    check_tag(mark, tag);
    open(leaf(YamlNode::Kind::sequence, mark));
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override
  {
    check_tag(mark, tag);
    open(leaf(YamlNode::Kind::map, mark));
  }

  void OnMapEnd() override { close(); }

  YamlNode take() { return std::move(root_); }

private:
  static void check_tag(const YAML::Mark& mark, const std::string& tag)
  {
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(mark, "tags (!name) are not allowed here");
    }
  }

  void open(YamlNode node)
  {
    if (open_.size() >= max_yaml_depth) {
      throw Refusal{node, fmt::format("nested deeper than {}", max_yaml_depth)};
    }
    if (expects_key()) {
      throw Refusal{node, "a map's key must be a word"};
    }
    open_.push_back(std::move(node));
  }

  void close()
  {
    auto node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }

  bool expects_key() const
  {
    return !open_.empty() && open_.back().kind == YamlNode::Kind::map &&
           open_.back().keys.size() == open_.back().items.size();
  }

  void add(YamlNode node)
  {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (expects_key()) {
      open_.back().keys.push_back(std::move(node));
    } else {
      open_.back().items.push_back(std::move(node));
    }
  }

  std::vector<YamlNode> open_;
  YamlNode root_;
};

} // namespace

static Error at(const std::string& file,
                std::size_t line,
                std::size_t column,
                const std::string& message)
{
  return user_error(fmt::format("{}:{}:{}: {}", file, line, column, message));
}

/// Binary content is told as such; the parser would say something about
/// indentation instead.
static Status check_text(std::string_view text, const std::string& file)
{
  std::size_t number = 0;
  for (const auto& line : split_lines(text)) {
    ++number;
    const auto clean = printable(line, line.size());
    const auto differs =
        std::mismatch(line.begin(), line.end(), clean.begin(), clean.end());
    if (differs.first != line.end()) {
      const auto byte = static_cast<unsigned char>(*differs.first);
      return at(file,
                number,
                static_cast<std::size_t>(differs.first - line.begin()) + 1,
                fmt::format("not a YAML file: byte 0x{:02x} is not text in "
                            "UTF-8",
                            byte));
    }
  }
  return Ok{};
}

static Result<YamlNode> parse_checked(const std::string& text,
                                      const std::string& file)
{
  std::istringstream stream(text);
  TreeBuilder builder;
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return YamlNode{};
    }
    auto root = builder.take();
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      const auto more = second.take();
      return at(file, more.line, more.column, "more than one document (---)");
    }
    return root;
  } catch (const YAML::Exception& exception) {
    const auto where = leaf(YamlNode::Kind::null, exception.mark);
    return at(file,
              where.line,
              where.column,
              "not valid YAML: " + printable(exception.msg));
  } catch (const Refusal& refusal) {
    return at(file, refusal.at.line, refusal.at.column, refusal.message);
  }
}

Result<YamlNode> parse_yaml(std::string_view text, const std::string& file)
{
  if (text.size() > max_yaml_bytes) {
    return user_error(fmt::format(
        "{}: over {} bytes: not one of our YAML files", file, max_yaml_bytes));
  }
  TRY(check_text(text, file));
  try {
    return parse_checked(std::string(text), file);
  } catch (const std::exception& exception) {
    return user_error(file +
                      ": not valid YAML: " + printable(exception.what()));
  }
}

const char* describe(const YamlNode& node)
{
  switch (node.kind) {
  case YamlNode::Kind::null:
    return "empty";
  case YamlNode::Kind::scalar:
    return "a text";
  case YamlNode::Kind::sequence:
    return "a list";
  case YamlNode::Kind::map:
    return "a map";
  }
  return "unknown";
}

} // namespace oopsfarm
