// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// Faults that the CPU found: arch/x86/mm/fault.c, arch/x86/kernel/traps.c,
/// arch/powerpc/mm/fault.c, arch/arm64/mm/fault.c of Linux, old wordings too.
static constexpr const char* bad_access = "bad-access in {F}";
static constexpr const char* null_title =
    "BUG: unable to handle kernel NULL pointer dereference in {F}";
static constexpr const char* paging_title =
    "BUG: unable to handle kernel paging request in {F}";

/// x86 and powerpc; both say "BUG: " since 2018.
static Head page_faults()
{
  return {"BUG: unable to handle ",
          Place::anywhere,
          Role::report,
          {
              {"BUG: unable to handle kernel NULL pointer dereference",
               nullptr,
               null_title,
               FramePolicy::fault,
               bad_access},
              {"BUG: unable to handle (?:kernel paging request|page fault)",
               nullptr,
               paging_title,
               FramePolicy::fault,
               bad_access},
              {"BUG: unable to handle kernel$",
               nullptr,
               "BUG: unable to handle kernel",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
              {"BUG: unable to handle (kernel access to user memory)",
               nullptr,
               "BUG: unable to handle {1} in {F}",
               FramePolicy::fault,
               bad_access},
              {"BUG: unable to handle (?:kernel )?(.*?)(?: at .*| for .*)?$",
               nullptr,
               paging_title,
               FramePolicy::fault,
               bad_access},
          }};
}

static Head null_dereference()
{
  return {"BUG: kernel NULL pointer dereference",
          Place::anywhere,
          Role::report,
          {{"BUG: kernel NULL",
            nullptr,
            null_title,
            FramePolicy::fault,
            bad_access}}};
}

static Head powerpc_null()
{
  return {"BUG: Kernel NULL pointer dereference",
          Place::anywhere,
          Role::report,
          {{"BUG: Kernel NULL",
            nullptr,
            null_title,
            FramePolicy::fault,
            bad_access}}};
}

/// powerpc with "BUG: " before it since 5.2, arm and riscv without.
static Head unable()
{
  return {"Unable to handle ",
          Place::anywhere,
          Role::report,
          {
              {"Unable to handle kernel NULL pointer dereference",
               nullptr,
               null_title,
               FramePolicy::fault,
               bad_access},
              {"Unable to handle kernel instruction fetch \\(NULL",
               nullptr,
               null_title,
               FramePolicy::fault,
               bad_access},
              {"Unable to handle kernel paging request for (?:data|instruction "
               "fetch|.*) ?at address 0x0{8,13}[0-9a-f]{3}\\b",
               nullptr,
               null_title,
               FramePolicy::fault,
               bad_access},
              {"Unable to handle (kernel access to user memory)",
               nullptr,
               "BUG: unable to handle {1} in {F}",
               FramePolicy::fault,
               bad_access},
              {"Unable to handle ",
               nullptr,
               paging_title,
               FramePolicy::fault,
               bad_access},
          },
          "Unable to handle (?:opcode|I/O|request|command)"};
}

static Head
traps(const char* anchor, std::vector<Rule> rules, Place place = Place::start)
{
  return {anchor,
          place,
          Role::report,
          std::move(rules),
          // "traps: prog[1] general protection fault ip:… error:0 in prog"
          "error:[0-9a-f]+ in |traps: .*\\[\\d+\\]|\\[\\d+\\] "
          "(?:general|trap|divide)"};
}

/// What x86 says below its first line, or powerpc's and arm's whole story.
static Head oops()
{
  return {"Oops: ",
          Place::start,
          Role::consequence,
          {
              {"Oops: general protection fault",
               nullptr,
               "general protection fault in {F}",
               FramePolicy::fault,
               bad_access},
              {"Oops: (divide error|stack segment|int3|invalid opcode|double "
               "fault|alignment check|bounds|overflow|invalid TSS|segment not "
               "present|coprocessor segment overrun|control protection fault|"
               "fpu exception|simd exception|Bad pagetable)",
               nullptr,
               "{1} in {F}",
               FramePolicy::fault},
              {"Oops: Kernel access of bad area",
               nullptr,
               paging_title,
               FramePolicy::fault,
               bad_access},
              // powerpc's die() has its reason before the signal.
              {"Oops: ([A-Z][\\w /()-]*?), sig: \\d+",
               nullptr,
               "Oops: {1} in {F}",
               FramePolicy::fault},
              {"Oops: ", nullptr, "Oops in {F}", FramePolicy::fault},
          }};
}

static Head double_fault()
{
  return {"PANIC: double fault",
          Place::anywhere,
          Role::report,
          {{"PANIC: double fault",
            nullptr,
            "PANIC: double fault in {F}",
            FramePolicy::fault}}};
}

static Head internal_error()
{
  return {"Internal error:",
          Place::start,
          Role::consequence,
          {{"Internal error:",
            nullptr,
            "Internal error in {F}",
            FramePolicy::fault,
            bad_access}}};
}

static Head unhandled_fault()
{
  return {"Unhandled fault:",
          Place::start,
          Role::report,
          {{"Unhandled fault:",
            nullptr,
            "Unhandled fault in {F}",
            FramePolicy::fault,
            bad_access}}};
}

/// What x86 calls its rarer exceptions, and the error code that tells the
/// report from other people's words: "bounds: 0000 [#1] SMP"
/// (arch/x86/kernel/traps.c, arch/x86/mm/fault.c).
static Head rare_trap(const char* anchor, const char* head, const char* title)
{
  return {anchor,
          Place::start,
          Role::consequence,
          {{head, nullptr, title, FramePolicy::fault}}};
}

static std::vector<Head> rare_traps()
{
#define WITH_CODE(name) name ": [0-9a-f]{4} \\[#\\d"
  return {
      rare_trap("bounds: ", WITH_CODE("bounds"), "bounds in {F}"),
      rare_trap("overflow: ", WITH_CODE("overflow"), "overflow in {F}"),
      rare_trap("alignment check: ",
                WITH_CODE("alignment check"),
                "alignment check in {F}"),
      rare_trap(
          "invalid TSS: ", WITH_CODE("invalid TSS"), "invalid TSS in {F}"),
      rare_trap("segment not present: ",
                WITH_CODE("segment not present"),
                "segment not present in {F}"),
      rare_trap("coprocessor segment overrun: ",
                WITH_CODE("coprocessor segment overrun"),
                "coprocessor segment overrun in {F}"),
      rare_trap("control protection fault: ",
                WITH_CODE("control protection fault"),
                "control protection fault in {F}"),
      rare_trap("fpu exception: ",
                WITH_CODE("fpu exception"),
                "fpu exception in {F}"),
      rare_trap("simd exception: ",
                WITH_CODE("simd exception"),
                "simd exception in {F}"),
      rare_trap("iret exception: ",
                WITH_CODE("iret exception"),
                "iret exception in {F}"),
      rare_trap("unexpected #NM exception: ",
                WITH_CODE("unexpected #NM exception"),
                "unexpected #NM exception in {F}"),
      rare_trap("VE fault: ", WITH_CODE("VE fault"), "VE fault in {F}"),
      rare_trap("Bad pagetable: ",
                WITH_CODE("Bad pagetable"),
                "Bad pagetable in {F}"),
  };
#undef WITH_CODE
}

static Head
powerpc_head(const char* anchor, const char* head, const char* title)
{
  return {anchor,
          Place::start,
          Role::report,
          {{head, nullptr, title, FramePolicy::fault}}};
}

/// What powerpc says before it dies of an exception that nothing handles
/// (arch/powerpc/kernel/traps.c). In user mode it words them in other ways.
static std::vector<Head> powerpc_exceptions()
{
  return {
      powerpc_head("Bad kernel stack pointer ",
                   "Bad kernel",
                   "Oops: Bad kernel stack pointer in {F}"),
      powerpc_head("Unrecoverable ",
                   "Unrecoverable (exception|[\\w/]+ Unavailable Exception) "
                   "[0-9a-f]+ at ",
                   "Oops: Unrecoverable {1} in {F}"),
      powerpc_head("Unexpected TM Bad Thing exception ",
                   "Unexpected",
                   "Oops: Unexpected TM Bad Thing exception in {F}"),
      powerpc_head(
          "Facility '",
          "Facility '[^']*' unavailable \\(\\d+\\) exception in kernel",
          "Oops: Unexpected facility unavailable exception in {F}"),
      powerpc_head("VMX/Altivec assist exception in kernel mode",
                   "VMX",
                   "Oops: Kernel VMX/Altivec assist exception in {F}"),
  };
}

static Head alignment_trap()
{
  return {"Alignment trap: not handling instruction",
          Place::start,
          Role::report,
          {{"Alignment trap",
            nullptr,
            "Alignment trap in {F}",
            FramePolicy::fault,
            bad_access}}};
}

/// SLUB's lines below its first, where that one was lost.
static Head slub_line(const char* anchor)
{
  return {anchor,
          Place::start,
          Role::consequence,
          {{"(INFO: .*)",
            nullptr,
            "{1}",
            FramePolicy::none,
            nullptr,
            "",
            Trust::corrupted}}};
}

static std::vector<Head> usual_faults()
{
  return {
      page_faults(),
      null_dereference(),
      powerpc_null(),
      unable(),
      traps("general protection fault",
            {{"general protection fault",
              nullptr,
              "general protection fault in {F}",
              FramePolicy::fault,
              bad_access}},
            Place::anywhere),
      traps("stack segment: ",
            {{"stack segment",
              nullptr,
              "stack segment fault in {F}",
              FramePolicy::fault}}),
      traps("divide error: ",
            {{"divide error",
              nullptr,
              "divide error in {F}",
              FramePolicy::fault}}),
      traps("divide_error: ",
            {{"divide", nullptr, "divide error in {F}", FramePolicy::fault}}),
      traps("int3: ", {{"int3", nullptr, "int3 in {F}", FramePolicy::fault}}),
      {"invalid opcode: ",
       Place::start,
       Role::consequence,
       {{"invalid opcode",
         nullptr,
         "invalid opcode in {F}",
         FramePolicy::fault}},
       "error:[0-9a-f]+ in "},
      double_fault(),
      oops(),
      internal_error(),
      unhandled_fault(),
      slub_line("INFO: Freed in "),
      slub_line("INFO: Allocated in "),
      alignment_trap(),
  };
}

std::vector<Head> fault_heads()
{
  auto heads = usual_faults();
  for (auto* more : {rare_traps, powerpc_exceptions}) {
    for (auto& head : more()) {
      heads.push_back(std::move(head));
    }
  }
  return heads;
}

} // namespace oopsfarm
