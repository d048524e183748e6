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
  return {
      "Oops: ",
      Place::start,
      Role::consequence,
      {
          {"Oops: (Bad kernel stack pointer|Machine check|Unrecoverable "
           "[\\w ]+?|Kernel stack overflow|System Reset|Weird page fault)[,:]",
           nullptr,
           "Oops: {1} in {F}",
           FramePolicy::fault},
          {"Oops: general protection fault",
           nullptr,
           "general protection fault in {F}",
           FramePolicy::fault,
           bad_access},
          {"Oops: (divide error|stack segment|int3|invalid opcode|double "
           "fault|alignment check|bounds)",
           nullptr,
           "{1} in {F}",
           FramePolicy::fault},
          {"Oops: Kernel access of bad area",
           nullptr,
           paging_title,
           FramePolicy::fault,
           bad_access},
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

std::vector<Head> fault_heads()
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
      {"Bad kernel stack pointer ",
       Place::start,
       Role::report,
       {{"Bad kernel",
         nullptr,
         "Oops: Bad kernel stack pointer in {F}",
         FramePolicy::fault}}},
      slub_line("INFO: Freed in "),
      slub_line("INFO: Allocated in "),
      {"Unrecoverable exception ",
       Place::start,
       Role::report,
       {{"Unrecoverable",
         nullptr,
         "Oops: Unrecoverable exception in {F}",
         FramePolicy::fault}}},
  };
}

} // namespace oopsfarm
