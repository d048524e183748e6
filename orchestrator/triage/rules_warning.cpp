// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

#include <string>

namespace oopsfarm {

/// WARN() in its three forms (kernel/panic.c of Linux; the last since 6.19):
/// "WARNING: at file:1", "WARNING: CPU: 0 PID: 1 at file:1 f+0x1/0x2" and
/// "WARNING: file:1 at f+0x1/0x2, CPU#0: comm/1".
#define WARN_AT(file)                                                          \
  "WARNING: (?:CPU: \\d+ (?:UID: \\d+ )?PID: \\d+ )?(?:at )?" file             \
  ":\\d+ ?(?:at )?(?:(?P<F>[a-zA-Z_.][\\w.$]*)(?:\\+| \\())?"

static std::vector<Rule> warn_rules()
{
  const auto in = [](const char* head,
                     const char* title,
                     FramePolicy frame = FramePolicy::named,
                     const char* skip = "") {
    return Rule{head, nullptr, title, frame, nullptr, skip, Trust::needs_stack};
  };
  return {
      in(WARN_AT("\\S*lib/debugobjects\\.c"), "WARNING: ODEBUG bug in {F}"),
      in(WARN_AT("\\S*lib/refcount\\.c"), "WARNING: refcount bug in {F}"),
      in(WARN_AT("\\S*lib/kobject\\.c"), "WARNING: kobject bug in {F}"),
      in(WARN_AT("\\S*lib/list_debug\\.c"), "WARNING: corrupted list in {F}"),
      in(WARN_AT("\\S*fs/proc/generic\\.c"),
         "WARNING: proc registration bug in {F}",
         FramePolicy::named,
         "proc_* remove_proc_*"),
      in(WARN_AT("\\S*kernel/locking/lockdep\\.c"),
         "WARNING: locking bug in {F}"),
      in(WARN_AT("\\S*mm/usercopy\\.c"), "WARNING: bad usercopy in {F}"),
      // A mail program broke the line behind "at".
      {"WARNING: CPU: \\d+ PID: \\d+ at$",
       "(?m)^\\S+\\.[chS]:\\d+ (?P<F>[\\w.$]+)\\+0x",
       "WARNING in {F}",
       FramePolicy::named,
       nullptr,
       "",
       Trust::needs_stack},
      // A size that no allocator takes; the caller is to blame.
      {"WARNING: CPU: \\d+ (?:UID: \\d+ )?PID: \\d+ at mm/\\S+ "
       "_*(?:k|kv|kz)[a-z]?alloc\\w*\\+",
       nullptr,
       "WARNING: kmalloc bug in {F}",
       FramePolicy::trace},
      {"WARNING: CPU: \\d+ (?:UID: \\d+ )?PID: \\d+ at mm/vmalloc\\.c:\\d+ "
       "__vmalloc_node_range",
       nullptr,
       "WARNING: zero-size vmalloc in {F}",
       FramePolicy::trace},
      in(WARN_AT("\\S*drivers/usb/core/urb\\.c"),
         "WARNING in {F}/usb_submit_urb",
         FramePolicy::trace,
         "usb_submit_urb usb_start_wait_urb usb_bulk_msg "
         "usb_interrupt_msg usb_control_msg*"),
      in(WARN_AT("\\S+"), "WARNING in {F}"),
  };
}

static std::vector<Rule> stack_check_rules()
{
  return {
      {"WARNING: kernel stack regs at [0-9a-f]+ in .* has bad '(\\w+)' value",
       nullptr,
       "WARNING: kernel stack regs has bad '{1}' value",
       FramePolicy::none,
       nullptr,
       "",
       Trust::no_stack},
      {"WARNING: kernel stack (?:regs|frame pointer) at .* has bad",
       nullptr,
       "WARNING: kernel stack regs has bad value",
       FramePolicy::none,
       nullptr,
       "",
       Trust::no_stack},
  };
}

static Head warn(const char* anchor, std::vector<Rule> rules)
{
  // What users, firmware and file systems are told with the same word.
  return {anchor,
          Place::anywhere,
          Role::report,
          std::move(rules),
          "mand mount option|Spectre|Speculative|XFS |EXT4-fs|"
          "workqueue cpumask|moduli"};
}

std::vector<Head> warning_heads()
{
  return {
      warn("WARNING: CPU: ", warn_rules()),
      warn("WARNING: at ", warn_rules()),
      warn("WARNING: kernel stack ", stack_check_rules()),
      {"WARNING: ", Place::start, Role::report, warn_rules()},
  };
}

} // namespace oopsfarm
