// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace oopsfarm::testing {

/// Checks a submission against what version 4.5 of KCIDB's schema asks of
/// checkouts, builds and tests (https://github.com/kernelci/kcidb-io,
/// kcidb_io/schema): which keys there are, their types and patterns, which are
/// required; that nothing is null; and beyond the schema, that ids are unique
/// and lead somewhere.
class KcidbRules
{
public:
  using Json = nlohmann::json;

  std::vector<std::string> broken;

  void check(const Json& data)
  {
    if (data.at("version").at("major") != 4 ||
        !data.at("version").at("minor").is_number_unsigned()) {
      broken.push_back("version");
    }
    const auto checkouts = check_list(data.at("checkouts"), checkout_keys());
    const auto builds = check_list(data.at("builds"), build_keys());
    check_list(data.at("tests"), test_keys());
    check_links(data.at("builds"), "checkout_id", checkouts);
    check_links(data.at("tests"), "build_id", builds);
  }

private:
  /// A key's type (s, b, n, o) and, of a string, its pattern.
  struct Rule
  {
    std::string key;
    char type;
    std::string pattern = "[^]*";
    bool is_required = false;
  };

  static constexpr const char* id = "[a-z0-9_]+:[^]*";
  static constexpr const char* origin = "[a-z0-9_]+";
  static constexpr const char* time =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?"
      "(Z|[+-]\\d\\d:\\d\\d)";
  static constexpr const char* excerpt = "[^]{0,16384}";

  static std::vector<Rule> checkout_keys()
  {
    return {{"id", 's', id, true},
            {"origin", 's', origin, true},
            {"tree_name", 's'},
            {"git_commit_hash", 's', "[0-9a-f]{40}([0-9a-f]{24})?"},
            {"git_commit_name", 's'},
            {"patchset_hash", 's', "([0-9a-f]{64})?"},
            {"message_id", 's', "[^ <>@]+@[^ <>@]+"},
            {"comment", 's'},
            {"start_time", 's', time},
            {"log_excerpt", 's', ""},
            {"valid", 'b'},
            {"misc", 'o'}};
  }

  static std::vector<Rule> build_keys()
  {
    return {{"checkout_id", 's', id, true},
            {"id", 's', id, true},
            {"origin", 's', origin, true},
            {"comment", 's'},
            {"start_time", 's', time},
            {"duration", 'n'},
            {"architecture", 's', "[a-z0-9_]*"},
            {"command", 's'},
            {"compiler", 's'},
            {"config_name", 's'},
            {"log_excerpt", 's', ""},
            {"valid", 'b'},
            {"misc", 'o'}};
  }

  static std::vector<Rule> test_keys()
  {
    return {{"build_id", 's', id, true},
            {"id", 's', id, true},
            {"origin", 's', origin, true},
            {"environment", 'o'},
            {"path", 's', "[.a-zA-Z0-9_-]*"},
            {"comment", 's'},
            {"log_excerpt", 's', ""},
            {"status", 's', "FAIL|ERROR|MISS|PASS|DONE|SKIP"},
            {"waived", 'b'},
            {"start_time", 's', time},
            {"duration", 'n'},
            {"misc", 'o'}};
  }

  static bool fits(const Json& value, const Rule& rule)
  {
    switch (rule.type) {
    case 'b':
      return value.is_boolean();
    case 'n':
      return value.is_number();
    case 'o':
      return value.is_object();
    default:
      break;
    }
    if (!value.is_string()) {
      return false;
    }
    constexpr std::size_t most = 16384;
    const auto text = value.get<std::string>();
    return rule.pattern.empty()
               ? text.size() <= most
               : std::regex_match(text, std::regex(rule.pattern));
  }

  void check_object(const Json& object, const std::vector<Rule>& rules)
  {
    for (const auto& rule : rules) {
      if (rule.is_required && !object.contains(rule.key)) {
        broken.push_back(rule.key + " is missing");
      }
    }
    for (const auto& item : object.items()) {
      const auto rule =
          std::find_if(rules.begin(), rules.end(), [&](const Rule& r) {
            return r.key == item.key();
          });
      if (rule == rules.end()) {
        broken.push_back(item.key() + " is not a key");
      } else if (!fits(item.value(), *rule)) {
        broken.push_back(item.key() + " is " + item.value().dump());
      }
    }
  }

  /// The ids of the list.
  std::set<std::string> check_list(const Json& list,
                                   const std::vector<Rule>& rules)
  {
    std::set<std::string> ids;
    for (const auto& object : list) {
      check_object(object, rules);
      const auto own = object.value("id", "");
      if (!ids.insert(own).second) {
        broken.push_back(own + " is there twice");
      }
    }
    return ids;
  }

  void check_links(const Json& list,
                   const char* key,
                   const std::set<std::string>& ids)
  {
    for (const auto& object : list) {
      if (!ids.contains(object.value(key, ""))) {
        broken.push_back(std::string(key) + " leads nowhere");
      }
    }
  }
};

/// The rules that a submission breaks, in words; none when it is right.
inline std::vector<std::string> broken_kcidb_rules(const std::string& text)
{
  KcidbRules rules;
  rules.check(nlohmann::json::parse(text));
  return rules.broken;
}

} // namespace oopsfarm::testing
