// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/domain.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace oopsfarm {

/// Text as XML takes it in attributes and elements. Control characters can't
/// stand in XML 1.0 at all; the text is our own or was checked before, so that
/// a replacement only has to keep the document well-formed.
static std::string escape(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '\'':
      out += "&apos;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

/// libvirt's name of the CPU model; it knows POWER CPUs by capitals only.
static std::string cpu_model(const Target& target)
{
  auto model = target.cpu;
  if (target.arch == Arch::ppc64le) {
    for (char& c : model) {
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return model;
}

static std::string cpu_xml(const DomainSpec& spec)
{
  if (spec.accelerator.kvm) {
    return "  <cpu mode='host-passthrough'/>\n";
  }
  return fmt::format("  <cpu mode='custom' match='exact' check='none'>\n"
                     "    <model fallback='forbid'>{}</model>\n"
                     "  </cpu>\n",
                     escape(cpu_model(spec.target)));
}

/// No ACPI for x86_64: interpreting its tables is a fifth of the boot under
/// TCG; processors come from the firmware's MP table, and the guest ends by a
/// reset. The hash MMU has huge pages only where the machine allows larger
/// entries than the base page.
static std::string features_xml(const Target& target)
{
  if (target.hpt_page_mib == 0) {
    return "";
  }
  return fmt::format("  <features>\n"
                     "    <hpt>\n"
                     "      <maxpagesize unit='MiB'>{}</maxpagesize>\n"
                     "    </hpt>\n"
                     "  </features>\n",
                     target.hpt_page_mib);
}

/// Where the bytes of a port go, and come from.
static std::string backend_xml(const std::filesystem::path& file,
                               const std::filesystem::path& socket)
{
  if (socket.empty()) {
    return fmt::format("    <serial type='file'>\n"
                       "      <source path='{}' append='on'/>\n",
                       escape(file.string()));
  }
  return fmt::format("    <serial type='unix'>\n"
                     "      <source mode='bind' path='{}'/>\n"
                     "      <log file='{}' append='on'/>\n",
                     escape(socket.string()),
                     escape(file.string()));
}

static std::string
serial_xml(const std::string& backend, const Target& target, int port)
{
  const char* type =
      target.arch == Arch::x86_64 ? "isa-serial" : "spapr-vio-serial";
  return backend + fmt::format("      <target type='{}' port='{}'/>\n"
                               "    </serial>\n",
                               type,
                               port);
}

/// QEMU merges this with libvirt's -machine. Each of the devices costs the
/// kernel a probe at boot.
std::vector<std::string> machine_options(const Target& target)
{
  if (target.arch == Arch::x86_64) {
    return {"i8042=off", "hpet=off", "vmport=off", "graphics=off"};
  }
  if (target.firmware == "vof") {
    return {"x-vof=on"};
  }
  return {};
}

static std::string arguments_xml(const Target& target)
{
  std::vector<std::string> arguments;
  const auto options = machine_options(target);
  if (!options.empty()) {
    arguments.insert(arguments.end(), {"-machine", join(options, ",")});
  }
  if (!target.firmware.empty() && target.firmware != "vof") {
    // By this way QEMU looks in its own data folder, wherever that is.
    arguments.insert(arguments.end(), {"-bios", target.firmware});
  }
  if (arguments.empty()) {
    return "";
  }
  std::string out = "  <qemu:commandline>\n";
  for (const auto& argument : arguments) {
    out += fmt::format("    <qemu:arg value='{}'/>\n", escape(argument));
  }
  return out + "  </qemu:commandline>\n";
}

/// With this capability libvirt asks QEMU for each of an x86 CPU's 260
/// properties before it lets the guest run, 0.4 s in all; without, for two
/// words that say the same.
static std::string capabilities_xml(const Target& target)
{
  if (target.arch != Arch::x86_64) {
    return "";
  }
  return "  <qemu:capabilities>\n"
         "    <qemu:del capability='cpu-unavailable-features'/>\n"
         "  </qemu:capabilities>\n";
}

static std::string os_xml(const DomainSpec& spec)
{
  return fmt::format("  <os>\n"
                     "    <type arch='{}' machine='{}'>hvm</type>\n"
                     "    <kernel>{}</kernel>\n"
                     "    <initrd>{}</initrd>\n"
                     "    <cmdline>{}</cmdline>\n"
                     "  </os>\n",
                     to_string(spec.target.arch),
                     escape(spec.target.machine),
                     escape(spec.vmlinux.string()),
                     escape(spec.initramfs.string()),
                     escape(spec.cmdline));
}

static std::string devices_xml(const DomainSpec& spec)
{
  return "  <devices>\n"
         "    <controller type='usb' model='none'/>\n" +
         serial_xml(
             backend_xml(spec.console, spec.console_socket), spec.target, 0) +
         serial_xml(backend_xml(spec.ktap, ""), spec.target, 1) +
         "    <memballoon model='none'/>\n"
         "  </devices>\n";
}

DomainSpec domain_spec(const RunSpec& run,
                       std::string cmdline,
                       const std::filesystem::path& sockets)
{
  return DomainSpec{.name = run.run_id,
                    .target = run.target,
                    .accelerator = run.accelerator,
                    .vmlinux = run.vmlinux,
                    .initramfs = run.initramfs,
                    .cmdline = std::move(cmdline),
                    .console = run.out / "console.log",
                    .console_socket =
                        sockets.empty() ? sockets : sockets / run.run_id,
                    .ktap = run.out / "ktap.log"};
}

std::string domain_xml(const DomainSpec& spec)
{
  return fmt::format(
             "<domain type='{}'"
             " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
             "  <name>{}</name>\n"
             "  <memory unit='MiB'>{}</memory>\n"
             "  <vcpu placement='static'>{}</vcpu>\n",
             spec.accelerator.kvm ? "kvm" : "qemu",
             escape(spec.name),
             spec.target.memory_mib,
             spec.target.vcpus) +
         os_xml(spec) + features_xml(spec.target) + cpu_xml(spec) +
         "  <on_poweroff>destroy</on_poweroff>\n"
         "  <on_reboot>destroy</on_reboot>\n"
         "  <on_crash>destroy</on_crash>\n" +
         devices_xml(spec) + arguments_xml(spec.target) +
         capabilities_xml(spec.target) + "</domain>\n";
}

} // namespace oopsfarm
