// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/arch.h"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace oopsfarm {

/// Virtual CPUs as QEMU's monitor tells of them. All pure; the monitor's text
/// holds what the guest put into its registers and memory, and is bounded by
/// what is asked for.

/// Where a virtual CPU executes, and the return addresses on its stack,
/// innermost first. Plain value.
struct VcpuTrace
{
  unsigned cpu = 0;
  bool in_user_space = false;
  std::uint64_t pc = 0;
  std::vector<std::uint64_t> callers; ///< of at most max_callers frames
};

inline constexpr std::size_t max_callers = 32;

/// What of a CPU's registers a walk up its stack begins with.
struct VcpuRegisters
{
  unsigned cpu = 0;
  bool in_user_space = false;
  std::uint64_t pc = 0;
  std::uint64_t stack = 0; ///< RSP; r1
  std::uint64_t frame = 0; ///< RBP; unused on powerpc
  std::uint64_t link = 0;  ///< LR; unused on x86_64
};

/// Reads `info registers -a`: one entry a CPU, those without the registers
/// that are needed left out.
std::vector<VcpuRegisters> parse_registers(Arch arch, std::string_view text);

/// Reads `x /Ngx ADDRESS`: the words in their order; fewer where memory ends.
/// QEMU reads them in the byte order that its machine was born with: big endian
/// for ppc64, whatever the guest has switched to (monitor/hmp-cmds.c, ldq_p()).
std::vector<std::uint64_t> parse_words(Arch arch, std::string_view text);

/// Reads `info cpus`: the host's thread of each virtual CPU, in their order.
std::vector<pid_t> parse_vcpu_threads(std::string_view text);

/// One 64-bit word of the guest's virtual memory, if it is there.
using ReadWord = std::function<std::optional<std::uint64_t>(std::uint64_t)>;

/// Walks up a CPU's stack: by frame pointers on x86_64, by back chains on
/// powerpc. Ends at the first frame that does not make sense; never reads more
/// than a few words a frame.
VcpuTrace walk_stack(Arch arch, const VcpuRegisters& at, const ReadWord& read);

} // namespace oopsfarm
