// SPDX-License-Identifier: GPL-2.0-or-later
#include "triage/rules.h"

namespace oopsfarm {

/// What mm/ says about itself: mm/page_alloc.c, mm/memory.c, kernel/fork.c,
/// mm/pgtable-generic.c, mm/page_table_check.c, mm/slub.c of Linux.
static constexpr const char* freeing =
    "bad_page* free_page_is_bad* free_pages_prepare free_unref_page* "
    "free_tail_page* check_free_page* check_new_page* prep_new_page "
    "post_alloc_hook get_page_from_freelist rmqueue* set_page_owner "
    "free_pages_ok free_pages put_page* folio_put* release_pages "
    "free_pcp_prepare free_page* page_pool_* alloc_pages_bulk*";

static Head memory(const char* anchor, std::vector<Rule> rules)
{
  return {anchor, Place::anywhere, Role::report, std::move(rules)};
}

static Head bad_page()
{
  return memory("BUG: Bad page state",
                {
                    {"BUG: Bad page state: \\d+ messages suppressed",
                     nullptr,
                     "BUG: Bad page state",
                     FramePolicy::none,
                     nullptr,
                     "",
                     Trust::no_stack},
                    {"BUG: Bad page state",
                     "page last allocated via|page_owner tracks the page as",
                     "BUG: Bad page state in {F}",
                     FramePolicy::owner,
                     nullptr,
                     freeing},
                    {"BUG: Bad page state",
                     nullptr,
                     "BUG: Bad page state in {F}",
                     FramePolicy::trace,
                     nullptr,
                     "bad_page* free_page_is_bad* dump_page*"},
                });
}

/// mm/filemap.c: a page is deleted from the page cache that is still mapped.
static Head bad_cache()
{
  return memory("BUG: Bad page cache",
                {{"BUG: Bad page cache",
                  nullptr,
                  "BUG: Bad page cache in {F}",
                  FramePolicy::trace,
                  nullptr,
                  "unaccount_page_cache_page filemap_unaccount_folio "
                  "delete_from_page_cache* filemap_remove_folio* "
                  "page_cache_delete*"}});
}

static Head bad_map()
{
  return memory("BUG: Bad page map",
                {
                    {"BUG: Bad page map: \\d+ messages suppressed",
                     nullptr,
                     "BUG: Bad page map",
                     FramePolicy::none,
                     nullptr,
                     "",
                     Trust::no_stack},
                    {"BUG: Bad page map",
                     "(?m)^ ?Call [Tt]race:",
                     "BUG: Bad page map in {F}",
                     FramePolicy::trace,
                     nullptr,
                     "print_bad_pte* print_bad_page_map vm_normal_page* "
                     "vm_normal_folio*"},
                    {"BUG: Bad page map",
                     nullptr,
                     "BUG: Bad page map",
                     FramePolicy::none,
                     nullptr,
                     "",
                     Trust::no_stack},
                });
}

static Rule bare(const char* head, const char* title)
{
  return {
      head, nullptr, title, FramePolicy::none, nullptr, "", Trust::no_stack};
}

/// "mm/pgtable-generic.c:33: bad pmd 00000000deadbeef(80000000f)": no BUG.
static Head bad_entry(const char* anchor, const char* title)
{
  return {anchor,
          Place::anywhere,
          Role::report,
          {bare("\\S+\\.[ch]:\\d+: bad p", title)},
          nullptr,
          Match::whole_line};
}

std::vector<Head> memory_heads()
{
  return {
      bad_page(),
      bad_cache(),
      bad_map(),
      memory("BUG: Bad rss-counter state",
             {bare("BUG", "BUG: Bad rss-counter state")}),
      memory("BUG: non-zero ",
             {bare("BUG: non-zero pgtables_bytes on freeing mm: (-?\\d+)",
                   "BUG: non-zero pgtables_bytes on freeing mm: {1}"),
              bare("BUG: non-zero (\\w+) on freeing mm",
                   "BUG: non-zero {1} on freeing mm")}),
      bad_entry(": bad pmd ", "BUG: bad pmd"),
      bad_entry(": bad pud ", "BUG: bad pud"),
      bad_entry(": bad p4d ", "BUG: bad p4d"),
      bad_entry(": bad pgd ", "BUG: bad pgd"),
      {"BUG ",
       Place::start,
       Role::report,
       {{"BUG [\\w:.-]+ \\((?:Not tainted|Tainted:[^)]*)\\): (.*)",
         nullptr,
         "BUG: {1}",
         FramePolicy::none}},
       "BUG: "},
  };
}

} // namespace oopsfarm
