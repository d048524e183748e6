// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/monitor.h"

#include "base/strings.h"
#include "guest/libvirt_events.h"
#include "model/json_reader.h"

#include <fmt/format.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>

#include <cstdlib>
#include <map>
#include <memory>

namespace oopsfarm {

static Result<std::string>
command(virDomainPtr domain, const std::string& text, unsigned flags)
{
  char* reply = nullptr;
  if (virDomainQemuMonitorCommand(domain, text.c_str(), &reply, flags) != 0) {
    return libvirt_error("QEMU's monitor");
  }
  const std::unique_ptr<char, decltype(&std::free)> owner(reply, std::free);
  return std::string(reply);
}

/// A command for people, as seen by one virtual CPU.
static Result<std::string>
ask_cpu(virDomainPtr domain, unsigned cpu, const std::string& line)
{
  const auto text =
      fmt::format(R"({{"execute":"human-monitor-command","arguments":)"
                  R"({{"command-line":"{}","cpu-index":{}}}}})",
                  line,
                  cpu);
  TRY_ASSIGN(const auto reply,
             command(domain, text, VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT));
  TRY_ASSIGN(auto in, JsonReader::parse(reply));
  std::string answer;
  std::string id;
  in.text("return", answer);
  in.text("id", id);
  TRY(in.finish());
  return answer;
}

Status send_break(virDomainPtr domain, std::string_view port)
{
  const auto text = fmt::format(
      R"({{"execute":"chardev-send-break","arguments":{{"id":"{}"}}}})", port);
  TRY_ASSIGN(const auto reply,
             command(domain, text, VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT));
  if (reply.find("\"error\"") != std::string::npos) {
    return infra_error("QEMU sends no break: " + printable(reply, 200));
  }
  return Ok{};
}

namespace {

/// One virtual CPU's view of the guest's memory, read in pieces that never
/// cross a page.
class GuestMemory
{
public:
  GuestMemory(virDomainPtr domain, Arch arch, unsigned cpu)
      : domain_(domain), arch_(arch), cpu_(cpu)
  {
  }

  std::optional<std::uint64_t> word(std::uint64_t address)
  {
    constexpr std::uint64_t piece = 512;
    if (address % 8 != 0) {
      return std::nullopt;
    }
    const auto base = address - address % piece;
    auto found = pieces_.find(base);
    if (found == pieces_.end() && pieces_.size() < max_pieces) {
      found = pieces_.emplace(base, fetch(base, piece / 8)).first;
    }
    const auto index = (address - base) / 8;
    return found != pieces_.end() && index < found->second.size()
               ? std::optional(found->second[index])
               : std::nullopt;
  }

private:
  static constexpr std::size_t max_pieces = 64;

  std::vector<std::uint64_t> fetch(std::uint64_t base, std::uint64_t words)
  {
    const auto line = fmt::format("x /{}gx {:#x}", words, base);
    const auto text = ask_cpu(domain_, cpu_, line);
    return text ? parse_words(arch_, *text) : std::vector<std::uint64_t>();
  }

  virDomainPtr domain_;
  Arch arch_;
  unsigned cpu_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> pieces_;
};

} // namespace

Result<std::vector<VcpuTrace>> read_traces(virDomainPtr domain, Arch arch)
{
  TRY_ASSIGN(const auto text,
             command(domain,
                     "info registers -a",
                     VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP));
  std::vector<VcpuTrace> traces;
  for (const auto& registers : parse_registers(arch, text)) {
    GuestMemory memory(domain, arch, registers.cpu);
    traces.push_back(walk_stack(arch, registers, [&](std::uint64_t address) {
      return memory.word(address);
    }));
  }
  if (traces.empty()) {
    return infra_error("QEMU's monitor shows no registers");
  }
  return traces;
}

Result<std::vector<pid_t>> read_vcpu_threads(virDomainPtr domain)
{
  TRY_ASSIGN(const auto text,
             command(domain, "info cpus", VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP));
  auto threads = parse_vcpu_threads(text);
  if (threads.empty()) {
    return infra_error("QEMU's monitor shows no virtual CPUs");
  }
  return threads;
}

} // namespace oopsfarm
