// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// mm/kasan/report*.c, mm/kmsan/report.c, kernel/kcsan/report.c,
/// mm/kfence/report.c, lib/ubsan.c of Linux.
static constexpr const char* bad_access = "bad-access in {F}";

static Head kasan()
{
  return {"BUG: KASAN: ",
          Place::anywhere,
          Role::report,
          {
              {"BUG: KASAN: (?:double-free or )?(invalid-free|double-free) in "
               "(?P<F>[\\w.$]+)",
               nullptr,
               "KASAN: {1} in {F}",
               FramePolicy::named,
               "invalid-free in {F}"},
              {"BUG: KASAN: ([a-z-]+) on address.*",
               "(?m)^ *(Read|Write) of size \\d+ by",
               "KASAN: {1} {2}",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
              {"BUG: KASAN: (?:maybe )?([a-z-]+) in "
               "(?P<F>[\\w.$]+)",
               "(?m)^ *(Read|Write) (?:of size \\d+ )?(?:at|by) ",
               "KASAN: {1} {3} in {F}",
               FramePolicy::named,
               bad_access},
              {"BUG: KASAN: (.*)",
               nullptr,
               "KASAN: {1}",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
          }};
}

static Head kmsan()
{
  return {"BUG: KMSAN: ",
          Place::anywhere,
          Role::report,
          {
              {"BUG: KMSAN: ([a-z-]+) in (?P<F>[\\w.$]+)",
               nullptr,
               "KMSAN: {1} in {F}",
               FramePolicy::named,
               bad_access,
               "usb_submit_urb usb_start_wait_urb usb_bulk_msg "
               "usb_interrupt_msg usb_control_msg"},
              {"BUG: KMSAN: (.*)",
               nullptr,
               "KMSAN: {1}",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
          }};
}

static Head kcsan()
{
  return {"BUG: KCSAN: ",
          Place::anywhere,
          Role::report,
          {
              {"BUG: KCSAN: data-race in ([\\w.$]+)[^/]* / ([\\w.$]+)",
               nullptr,
               "KCSAN: data-race in {1} / {2}",
               FramePolicy::none,
               nullptr},
              {"BUG: KCSAN: (data-race|assert: race) in (?P<F>[\\w.$]+)",
               nullptr,
               "KCSAN: {1} in {F}",
               FramePolicy::named},
              {"BUG: KCSAN: (.*)",
               nullptr,
               "KCSAN: {1}",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
          }};
}

static Head kfence()
{
  return {"BUG: KFENCE: ",
          Place::anywhere,
          Role::report,
          {
              {"BUG: KFENCE: (invalid free) in (?P<F>[\\w.$]+)",
               nullptr,
               "KFENCE: {1} in {F}",
               FramePolicy::named,
               "invalid-free in {F}"},
              {"BUG: KFENCE: ([a-z- ]+) in (?P<F>[\\w.$]+)",
               nullptr,
               "KFENCE: {1} in {F}",
               FramePolicy::named,
               bad_access},
              {"BUG: KFENCE: (.*)",
               nullptr,
               "KFENCE: {1}",
               FramePolicy::none,
               nullptr,
               "",
               Trust::corrupted},
          }};
}

static Head ubsan()
{
  return {"UBSAN: ",
          Place::start,
          Role::report,
          {
              {"(?i)UBSAN: undefined behaviour in",
               nullptr,
               "UBSAN: undefined-behaviour in {F}",
               FramePolicy::trace},
              {"UBSAN: ([\\w -]+?) in ",
               nullptr,
               "UBSAN: {1} in {F}",
               FramePolicy::trace},
          }};
}

std::vector<Head> sanitizer_heads()
{
  return {kasan(), kmsan(), kcsan(), kfence(), ubsan()};
}

} // namespace oopsfarm
