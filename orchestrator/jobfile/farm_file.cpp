// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobfile/farm_file.h"

#include "base/strings.h"
#include "jobfile/load.h"
#include "jobfile/map_reader.h"
#include "jobfile/values.h"
#include "jobfile/yaml_tree.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

namespace oopsfarm {

static constexpr std::uint64_t mib = 1ULL << 20;
static constexpr std::uint64_t gib = 1ULL << 30;

static void take_size(MapReader& reader,
                      const std::string& key,
                      std::uint64_t& value,
                      std::uint64_t min,
                      std::uint64_t max,
                      Problems& problems)
{
  if (const auto* node = reader.find(key)) {
    value = read_size(*node, key, min, max, problems).value_or(value);
  }
}

static void take_seconds(MapReader& reader,
                         const std::string& key,
                         std::chrono::seconds& value,
                         Problems& problems)
{
  constexpr std::chrono::seconds max = std::chrono::hours(24);
  if (const auto* node = reader.find(key)) {
    value = read_seconds(*node, key, std::chrono::seconds(1), max, problems)
                .value_or(value);
  }
}

static void take_count(MapReader& reader,
                       const std::string& key,
                       unsigned& value,
                       std::uint64_t min,
                       std::uint64_t max,
                       Problems& problems)
{
  if (const auto* node = reader.find(key)) {
    value = static_cast<unsigned>(
        read_integer(*node, key, min, max, problems).value_or(value));
  }
}

static void
read_guests(MapReader& reader, FarmConfig& config, Problems& problems)
{
  if (const auto* node = reader.find("libvirt_uri")) {
    config.libvirt_uri = read_text(*node, "libvirt_uri", problems).value_or("");
  }
  if (const auto* node = reader.find("accelerator")) {
    const auto choice =
        read_choice(*node, "accelerator", {"auto", "kvm", "tcg"}, problems);
    config.accelerator = static_cast<AccelPolicy>(choice.value_or(0));
  }
  take_count(
      reader, "parallel_guests", config.parallel_guests, 0, 1024, problems);
  take_size(reader, "console_cap", config.console_cap, mib / 16, gib, problems);
  take_size(reader, "dump_cap", config.dump_cap, mib, 1024 * gib, problems);
  take_seconds(reader, "boot_timeout", config.boot_timeout, problems);
  take_seconds(reader, "silence_timeout", config.silence_timeout, problems);
}

static void
read_builds(MapReader& reader, FarmConfig& config, Problems& problems)
{
  constexpr std::uint64_t tib = 1ULL << 40;
  take_count(reader, "build_jobs", config.build_jobs, 0, 1024, problems);
  take_seconds(reader, "build_timeout", config.build_timeout, problems);
  take_size(
      reader, "build_memory", config.build_memory, 256 * mib, tib, problems);
  take_size(
      reader, "build_file_size", config.build_file_size, mib, tib, problems);
  take_size(reader, "build_disk", config.build_disk, 16 * mib, tib, problems);
  take_count(
      reader, "build_processes", config.build_processes, 16, 65536, problems);
}

/// "127.0.0.1:7070", "[::1]:7070" or "localhost:7070". No other names: what
/// they mean changes with the network.
static std::optional<TcpAddress> parse_address(const std::string& text)
{
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  auto host = text.substr(0, colon);
  const auto* end = text.data() + text.size();
  TcpAddress address;
  const auto [rest, error] =
      std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc{} || rest != end) {
    return std::nullopt;
  }
  const bool is_bracketed =
      host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  in6_addr bytes{};
  const int family = is_bracketed ? AF_INET6 : AF_INET;
  if (host != "localhost" && inet_pton(family, host.c_str(), &bytes) != 1) {
    return std::nullopt;
  }
  address.host = std::move(host);
  return address;
}

static void
read_sweep(MapReader& reader, FarmConfig& config, Problems& problems)
{
  constexpr std::chrono::hours day{24};
  if (const auto* node = reader.find("gc_max_age")) {
    config.gc_max_age = read_seconds(
        *node, "gc_max_age", std::chrono::hours(1), 3650 * day, problems);
  }
  if (const auto* node = reader.find("gc_max_size")) {
    config.gc_max_size =
        read_size(*node, "gc_max_size", 0, 1ULL << 50, problems);
  }
}

static void
read_daemon(MapReader& reader, FarmConfig& config, Problems& problems)
{
  if (const auto* choice = reader.find("on_stop")) {
    config.on_stop = static_cast<OnStop>(
        read_choice(
            *choice, "on_stop", {"requeue", "finish", "leave"}, problems)
            .value_or(0));
  }
  const auto* node = reader.find("listen");
  if (node == nullptr) {
    return;
  }
  const auto text = read_text(*node, "listen", problems);
  if (!text) {
    return;
  }
  config.listen = parse_address(*text);
  if (!config.listen) {
    problems.add(*node,
                 "listen: '" + printable(*text, 80) +
                     "' is no address and port, as in 127.0.0.1:7070 or "
                     "[::1]:7070");
  }
}

/// One address, with or without a name before it, and no way to say more: what
/// of it gets into a header is encoded there.
static std::optional<std::string>
read_address(const YamlNode& node, const std::string& key, Problems& problems)
{
  constexpr std::size_t longest = 300;
  auto text = read_text(node, key, problems);
  if (!text) {
    return std::nullopt;
  }
  const auto open = text->rfind('<');
  const auto address = open == std::string::npos || !text->ends_with('>')
                           ? *text
                           : text->substr(open + 1, text->size() - open - 2);
  const auto at = address.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == address.size() ||
      address.find_first_of(" \t,;<>()[]\"\\") != std::string::npos ||
      address.front() == '-' || address.rfind('@') != at ||
      text->size() > longest) {
    problems.add(node,
                 "'" + key +
                     "' wants an address, as in Ann <ann@example.org>, "
                     "not " +
                     quote(*text));
    return std::nullopt;
  }
  return text;
}

static void read_mail(MapReader& farm, FarmConfig& config, Problems& problems)
{
  const auto* node = farm.find("mail");
  if (node == nullptr) {
    return;
  }
  MapReader reader(*node, "mail", problems);
  auto& mail = config.mail;
  const auto* sendmail = reader.find("sendmail");
  if (sendmail != nullptr) {
    mail.sendmail = read_text(*sendmail, "sendmail", problems).value_or("");
    if (!mail.sendmail.empty() && !mail.sendmail.is_absolute()) {
      problems.add(*sendmail,
                   "'sendmail' wants an absolute path, as in "
                   "/usr/sbin/sendmail");
    }
  }
  if (const auto* from = reader.find("from")) {
    mail.from = read_address(*from, "from", problems).value_or("");
  }
  if (const auto* to = reader.find("to")) {
    const auto* items = read_list(*to, "to", "[ann@example.org]", problems);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
      if (auto address = read_address((*items)[i], "to", problems)) {
        mail.to.push_back(*std::move(address));
      }
    }
  }
  reader.finish();
  if (sendmail != nullptr && problems.empty() &&
      (mail.from.empty() || mail.to.empty())) {
    problems.add(*sendmail, "'sendmail' wants 'from' and 'to' beside it");
  }
}

Result<FarmConfig> parse_farm_config(std::string_view text,
                                     const std::filesystem::path& file)
{
  FarmConfig config;
  TRY_ASSIGN(const auto root, parse_yaml(text, file.string()));
  if (root.kind == YamlNode::Kind::null) {
    return config; // nothing, or nothing but comments
  }
  Problems problems(file.string());
  MapReader reader(root, "farm.yaml", problems);
  read_guests(reader, config, problems);
  read_builds(reader, config, problems);
  read_sweep(reader, config, problems);
  read_daemon(reader, config, problems);
  read_mail(reader, config, problems);
  reader.finish();
  TRY(problems.status());
  return config;
}

Result<FarmConfig> read_farm_config(const std::filesystem::path& file,
                                    Required required)
{
  std::error_code error;
  if (required == Required::no && std::filesystem::status(file, error).type() ==
                                      std::filesystem::file_type::not_found) {
    return FarmConfig{};
  }
  TRY_ASSIGN(const auto text, load_yaml_text(file));
  return parse_farm_config(text, file);
}

} // namespace oopsfarm
