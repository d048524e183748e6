// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/vcpu.h"

#include "base/strings.h"

#include <charconv>

namespace oopsfarm {

/// Both kernels live in the upper half.
static constexpr std::uint64_t kernel_space = 1ULL << 63;

/// More CPUs than a guest of ours ever has.
static constexpr std::size_t max_cpus = 256;

template <typename T>
static std::optional<T> number_at(std::string_view text, int base)
{
  T value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end != text.data() ? std::optional(value)
                                                    : std::nullopt;
}

/// The hexadecimal number behind `name` ("RIP=", "NIP "), if it is there.
static std::optional<std::uint64_t> field(std::string_view text,
                                          std::string_view name)
{
  const auto at = text.find(name);
  return at == std::string_view::npos
             ? std::nullopt
             : number_at<std::uint64_t>(text.substr(at + name.size()), 16);
}

static std::optional<VcpuRegisters> x86_registers(std::string_view text)
{
  const auto pc = field(text, "RIP=");
  const auto stack = field(text, "RSP=");
  const auto frame = field(text, "RBP=");
  if (!pc || !stack || !frame) {
    return std::nullopt;
  }
  VcpuRegisters at;
  at.pc = *pc;
  at.stack = *stack;
  at.frame = *frame;
  at.in_user_space = field(text, "CPL=") == 3;
  return at;
}

static std::optional<VcpuRegisters> powerpc_registers(std::string_view text)
{
  constexpr std::uint64_t problem_state = 1ULL << 14; // MSR[PR]
  const auto pc = field(text, "NIP ");
  const auto link = field(text, "LR ");
  const auto row = text.find("GPR00 ");
  if (!pc || !link || row == std::string_view::npos) {
    return std::nullopt;
  }
  const auto cells = text.substr(row + 6); // r0, r1, …
  const auto second = cells.find(' ');
  if (second == std::string_view::npos) {
    return std::nullopt;
  }
  VcpuRegisters at;
  at.pc = *pc;
  at.link = *link;
  at.stack = number_at<std::uint64_t>(cells.substr(second + 1), 16).value_or(0);
  at.in_user_space = (field(text, "MSR ").value_or(0) & problem_state) != 0;
  return at;
}

static constexpr std::string_view cpu_head = "CPU#";

/// The next line from `from` on that begins a CPU's registers; powerpc's have
/// the same words within a line, too.
static std::size_t find_cpu(std::string_view text, std::size_t from)
{
  auto at = text.find(cpu_head, from);
  while (at != std::string_view::npos && at != 0 && text[at - 1] != '\n') {
    at = text.find(cpu_head, at + 1);
  }
  return at;
}

std::vector<VcpuRegisters> parse_registers(Arch arch, std::string_view text)
{
  std::vector<VcpuRegisters> all;
  auto begin = find_cpu(text, 0);
  while (begin != std::string_view::npos && all.size() < max_cpus) {
    const auto next = find_cpu(text, begin + cpu_head.size());
    const auto part = text.substr(begin + cpu_head.size(),
                                  next == std::string_view::npos
                                      ? std::string_view::npos
                                      : next - begin - cpu_head.size());
    const auto number = number_at<unsigned>(part, 10);
    auto at =
        arch == Arch::x86_64 ? x86_registers(part) : powerpc_registers(part);
    if (number && at) {
      at->cpu = *number;
      all.push_back(*at);
    }
    begin = next;
  }
  return all;
}

std::vector<std::uint64_t> parse_words(Arch arch, std::string_view text)
{
  std::vector<std::uint64_t> words;
  for (const auto& line : split_lines(text)) {
    std::string_view rest = line;
    const auto colon = rest.find(": ");
    rest = colon == std::string_view::npos ? "" : rest.substr(colon);
    for (auto at = rest.find("0x"); at != std::string_view::npos;
         at = rest.find("0x", at + 2)) {
      if (const auto word = number_at<std::uint64_t>(rest.substr(at + 2), 16)) {
        words.push_back(arch == Arch::ppc64le ? __builtin_bswap64(*word)
                                              : *word);
      }
    }
  }
  return words;
}

std::vector<pid_t> parse_vcpu_threads(std::string_view text)
{
  constexpr std::string_view name = "thread_id=";
  std::vector<pid_t> threads;
  for (auto at = text.find(name);
       at != std::string_view::npos && threads.size() < max_cpus;
       at = text.find(name, at + 1)) {
    if (const auto id = number_at<pid_t>(text.substr(at + name.size()), 10)) {
      threads.push_back(*id);
    }
  }
  return threads;
}

/// Where the walk stands: the next return address, and the frame above it.
struct Frame
{
  std::uint64_t caller = 0;
  std::uint64_t next = 0;
};

/// A frame pointer with its lowest bit set leads to the registers that an
/// exception or interrupt saved (struct pt_regs): ENCODE_FRAME_POINTER in
/// arch/x86/include/asm/frame.h.
static std::optional<Frame> x86_frame(std::uint64_t frame, const ReadWord& read)
{
  constexpr std::uint64_t saved_rbp = 4 * 8;
  constexpr std::uint64_t saved_rip = 16 * 8;
  const bool is_registers = (frame & 1) != 0;
  const auto base = frame & ~1ULL;
  const auto next = read(base + (is_registers ? saved_rbp : 0));
  const auto caller = read(base + (is_registers ? saved_rip : 8));
  if (!next || !caller) {
    return std::nullopt;
  }
  return Frame{*caller, *next};
}

/// The ABI's back chain; a frame's caller stands in the frame above.
static std::optional<Frame> powerpc_frame(std::uint64_t stack,
                                          const ReadWord& read)
{
  constexpr std::uint64_t saved_link = 16;
  const auto next = read(stack);
  if (!next || *next < kernel_space) {
    return std::nullopt;
  }
  const auto caller = read(*next + saved_link);
  if (!caller) {
    return std::nullopt;
  }
  return Frame{*caller, *next};
}

VcpuTrace walk_stack(Arch arch, const VcpuRegisters& at, const ReadWord& read)
{
  VcpuTrace trace;
  trace.cpu = at.cpu;
  trace.in_user_space = at.in_user_space;
  trace.pc = at.pc;
  if (at.in_user_space) {
    return trace;
  }
  const bool is_x86 = arch == Arch::x86_64;
  auto position = is_x86 ? at.frame : at.stack;
  for (std::size_t frames = 0; frames < max_callers && position >= kernel_space;
       ++frames) {
    const auto frame =
        is_x86 ? x86_frame(position, read) : powerpc_frame(position, read);
    if (!frame || frame->next == position) {
      break;
    }
    // A function that calls nothing has its caller in the link register alone.
    if (!is_x86 && trace.callers.empty() && at.link != frame->caller &&
        at.link >= kernel_space) {
      trace.callers.push_back(at.link);
    }
    if (frame->caller >= kernel_space) { // else: frames that save no caller
      trace.callers.push_back(frame->caller);
    } else if (is_x86) {
      break; // user space, or nonsense
    }
    position = frame->next;
  }
  return trace;
}

} // namespace oopsfarm
