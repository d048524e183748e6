// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/kvm_probe.h"

#include "base/strings.h"
#include "guest/versions.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>

namespace oopsfarm {

// SeaBIOS has run in real and in protected mode, started the other CPU and
// taken timer interrupts before it loads this sector at 0x7c00. What a kernel
// does beyond that is to set up paging and write MSRs.
// clang-format off
static constexpr std::array<unsigned char, 136> code = {
    0xfa,                               // 7c00 cli
    0x31, 0xc0,                         //      xor  ax, ax
    0x8e, 0xd8,                         //      mov  ds, ax
    0x8e, 0xc0,                         //      mov  es, ax
    0x8e, 0xd0,                         //      mov  ss, ax
    0xbc, 0x00, 0x7c,                   //      mov  sp, 0x7c00
    // Page tables at 0x1000: one PML4, one PDPT, one PD with one 2 MiB page.
    0xbf, 0x00, 0x10,                   //      mov  di, 0x1000
    0xb9, 0x00, 0x30,                   //      mov  cx, 0x3000
    0xfc,                               //      cld
    0xf3, 0xaa,                         //      rep stosb
    0xc7, 0x06, 0x00, 0x10, 0x03, 0x20, //      mov  word [0x1000], 0x2003
    0xc7, 0x06, 0x00, 0x20, 0x03, 0x30, //      mov  word [0x2000], 0x3003
    0xc7, 0x06, 0x00, 0x30, 0x83, 0x00, //      mov  word [0x3000], 0x0083
    0x66, 0xb8, 0x20, 0x00, 0x00, 0x00, //      mov  eax, 0x20 (PAE)
    0x0f, 0x22, 0xe0,                   //      mov  cr4, eax
    0x66, 0xb8, 0x00, 0x10, 0x00, 0x00, //      mov  eax, 0x1000
    0x0f, 0x22, 0xd8,                   //      mov  cr3, eax
    0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, //      mov  ecx, 0xc0000080 (EFER)
    0x0f, 0x32,                         //      rdmsr
    0x0d, 0x00, 0x01,                   //      or   ax, 0x100 (LME)
    0x0f, 0x30,                         //      wrmsr
    0x0f, 0x01, 0x16, 0x79, 0x7c,       //      lgdt [0x7c79]
    0x66, 0xb8, 0x01, 0x00, 0x00, 0x80, //      mov  eax, 0x80000001 (PG, PE)
    0x0f, 0x22, 0xc0,                   //      mov  cr0, eax
    0xea, 0x59, 0x7c, 0x08, 0x00,       //      jmp  8:0x7c59
    0x31, 0xc0,                         // 7c59 xor  eax, eax (64-bit)
    0x0f, 0xa2,                         //      cpuid
    0xbb, 0x00, 0x10, 0x00, 0x00,       //      mov  ebx, 0x1000
    0xb9, 0xa0, 0x86, 0x01, 0x00,       //      mov  ecx, 100000
    0x01, 0x0c, 0x25, 0x00, 0x40, 0x00, 0x00, // 7c67 add [0x4000], ecx
    0xff, 0xc9,                         //      dec  ecx
    0x75, 0xf5,                         //      jnz  0x7c67
    0xb0, 0x55,                         //      mov  al, 0x55
    0xe6, 0xf4,                         //      out  0xf4, al
    0xf4,                               // 7c76 hlt
    0xeb, 0xfd,                         //      jmp  0x7c76
    0x0f, 0x00, 0x80, 0x7c, 0x00, 0x00, // 7c79 GDT: limit 15, at 0x7c80
    0x90,                               //
    0, 0, 0, 0, 0, 0, 0, 0,             // 7c80 null
};
// clang-format on

/// The GDT's second entry: 64-bit code, ring 0.
static constexpr std::array<unsigned char, 8> code_segment = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x9a, 0x20, 0x00};

std::string kvm_probe_sector()
{
  std::string sector(code.begin(), code.end());
  sector.append(code_segment.begin(), code_segment.end());
  sector.resize(510, '\0');
  return sector + "\x55\xaa"; // the mark of a sector that boots
}

Command kvm_probe_command(const std::string& sector, const std::string& accel)
{
  Command command;
  const auto args = fmt::format(
      "{} -nodefaults -no-user-config -machine pc -accel {} -cpu {} -m 64 "
      "-smp 2 -display none -no-reboot -sandbox on -device "
      "isa-debug-exit,iobase=0xf4,iosize=1 -drive",
      qemu_program(Arch::x86_64),
      accel,
      accel == "kvm" ? "host" : "qemu64");
  command.argv = split(args, ' ');
  command.argv.push_back("format=raw,if=floppy,readonly=on,file=" +
                         replace_all(sector, ",", ",,"));
  return command;
}

/// The last line of QEMU's standard error that says something.
static std::string last_words(const std::string& text)
{
  const auto lines = split_lines(trim(text));
  return lines.empty() ? "" : printable(lines.back(), 200);
}

Result<std::string> probe_kvm(ProcessRunner& processes, const Stop& stop)
{
  // A QEMU that aborts may leave a core file: in a folder that goes.
  TRY_ASSIGN(const auto folder,
             TempFolder::make(std::filesystem::temp_directory_path(),
                              "oopsfarm-probe"));
  const auto sector = folder.path() / "sector";
  TRY(write_file(sector, kvm_probe_sector()));
  auto command = kvm_probe_command(sector.string(), "kvm");
  command.cwd = folder.path();
  RunOptions options;
  options.timeout = std::chrono::seconds(5);
  options.max_output = 64 << 10;
  TRY_ASSIGN(const auto done, processes.run(command, options, stop));
  if (done.stopped) {
    return infra_error("stopped while probing KVM");
  }
  if (done.timed_out) {
    return std::string("a guest under it did not boot within 5 s");
  }
  if (done.status.signal == 0 && done.status.code == kvm_probe_exit_code) {
    return std::string();
  }
  const auto words = last_words(done.err);
  return fmt::format("a guest under it did not boot: QEMU ended with {}{}{}",
                     to_string(done.status),
                     words.empty() ? "" : ": ",
                     words);
}

} // namespace oopsfarm
