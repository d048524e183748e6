// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/titles.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace oopsfarm {

namespace {

struct TypeRule
{
  std::string_view start; ///< of the title
  std::string_view also;  ///< what it must hold too, or ""
  std::string_view type;
};

} // namespace

/// First match wins; the names are those that syzbot's reports use.
static constexpr std::array<TypeRule, 60> type_rules{{
    {"KFENCE: ", "use-after-free read", "KFENCE-USE-AFTER-FREE-READ"},
    {"KFENCE: ", "use-after-free write", "KFENCE-USE-AFTER-FREE-WRITE"},
    {"KFENCE: ", "invalid free", "KFENCE-INVALID-FREE"},
    {"KFENCE: ", "write", "KFENCE-WRITE"},
    {"KFENCE: ", "memory corruption", "KFENCE-MEMORY-CORRUPTION"},
    {"KFENCE: ", "", "KFENCE-READ"},
    {"KMSAN: uninit-value", "", "KMSAN-UNINIT-VALUE"},
    {"KMSAN: kernel-", "infoleak", "KMSAN-INFO-LEAK"},
    {"KMSAN: ", "use-after-free", "KMSAN-USE-AFTER-FREE-READ"},
    {"KMSAN: ", "", "KMSAN-UNKNOWN"},
    {"KASAN: ", "invalid-free", "KASAN-INVALID-FREE"},
    {"KASAN: ", "double-free", "KASAN-INVALID-FREE"},
    {"KASAN: null-ptr-deref Write", "", "KASAN-NULL-POINTER-DEREFERENCE-WRITE"},
    {"KASAN: null-ptr-deref", "", "KASAN-NULL-POINTER-DEREFERENCE-READ"},
    {"KASAN: ", "use-after-free Write", "KASAN-USE-AFTER-FREE-WRITE"},
    {"KASAN: ", "use-after-free", "KASAN-USE-AFTER-FREE-READ"},
    {"KASAN: ", " Write", "KASAN-WRITE"},
    {"KASAN: ", "", "KASAN-READ"},
    {"KCSAN: assert", "", "KCSAN-ASSERT"},
    {"KCSAN: data-race", "", "KCSAN-DATARACE"},
    {"KCSAN: ", "", "KCSAN-UNKNOWN"},
    {"", "NULL pointer dereference", "NULL-POINTER-DEREFERENCE"},
    {"BUG: corrupted list", "", "MEMORY_SAFETY_BUG"},
    {"WARNING: corrupted list", "", "MEMORY_SAFETY_BUG"},
    {"BUG: unable to handle kernel paging", "", "MEMORY_SAFETY_BUG"},
    {"WARNING: refcount bug", "", "REFCOUNT_WARNING"},
    {"UBSAN: ", "", "UBSAN"},
    {"possible deadlock", "", "LOCKDEP"},
    {"inconsistent lock state", "", "LOCKDEP"},
    {"WARNING: locking bug", "", "LOCKDEP"},
    {"WARNING: suspicious RCU usage in", "", "LOCKDEP"},
    {"WARNING: bad unlock balance", "", "LOCKDEP"},
    {"BUG: bad unlock balance", "", "LOCKDEP"},
    {"", "held lock freed", "LOCKDEP"},
    {"WARNING: lock held", "", "LOCKDEP"},
    {"BUG: spinlock", "", "LOCKDEP"},
    {"BUG: rwlock", "", "LOCKDEP"},
    {"", "still has locks held", "LOCKDEP"},
    {"", "Nested lock was not taken", "LOCKDEP"},
    {"BUG: using ", "", "LOCKDEP"},
    {"BUG: scheduling while atomic", "", "ATOMIC_SLEEP"},
    {"BUG: sleeping function", "", "ATOMIC_SLEEP"},
    {"memory leak", "", "LEAK"},
    {"kernel BUG", "", "BUG"},
    {"BUG: bad usercopy", "", "BUG"},
    {"BUG: soft lockup", "", "HANG"},
    {"BUG: workqueue lockup", "", "HANG"},
    {"hard lockup", "", "HANG"},
    {"INFO: rcu detected stall", "", "HANG"},
    {"INFO: task hung", "", "HANG"},
    {"INFO: task can't die", "", "HANG"},
    {"WARNING", "", "WARNING"},
    {"general protection fault", "", "DoS"},
    {"stack segment fault", "", "DoS"},
    {"kernel panic", "", "DoS"},
    {"kernel stack overflow", "", "DoS"},
    {"divide error", "", "DoS"},
    {"unexpected kernel reboot", "", "REBOOT"},
    {"BUG: ", "", ""},
    {"INFO: ", "", ""},
}};

std::string type_of(std::string_view title)
{
  for (const auto& rule : type_rules) {
    if (title.substr(0, rule.start.size()) == rule.start &&
        title.find(rule.also) != std::string_view::npos) {
      return std::string(rule.type);
    }
  }
  // "int3 in f", "Oops: … in f", "PANIC: double fault in f", …
  return "DoS";
}

} // namespace oopsfarm
