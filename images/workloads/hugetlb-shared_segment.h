// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/rng.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The two SysV hugetlb segments of a round, as every process of it sees them.
 * The large one spans 1 GiB and is attached at a multiple of that, so that the
 * kernel may share its page tables; few of its pages are ever touched, and none
 * is reserved. The small one has all of its pages reserved, and can't share. */

#define SEGMENT_PAGES_MAX 512 /* huge pages that a round may touch */
#define SEGMENT_SPAN (1ULL << 30)
/* Where it may be attached, one span apart: a process may have it twice. */
#define SEGMENT_PLACES 4

struct segment
{
  int id;           /* of shmget(2), -1: none */
  uint64_t bytes;   /* the address space that it takes */
  uint64_t huge;    /* bytes of a huge page */
  uint64_t base;    /* its first place: a multiple of SEGMENT_SPAN */
  uint32_t tag;     /* what its words are made from */
  uint32_t touched; /* how many of `pages` there are */
  uint32_t pages[SEGMENT_PAGES_MAX]; /* the huge pages that may be touched */
};

/* What processes tell about their segments; in memory that all of them share.
 */
struct segment_told
{
  _Atomic uint64_t attached;   /* shmat(2) calls that went well */
  _Atomic uint64_t refused;    /* those that did not, dying callers excepted */
  _Atomic uint64_t touched;    /* huge pages looked at */
  _Atomic uint64_t bad_words;  /* neither zero nor what their page holds */
  _Atomic uint64_t bad_page;   /* the first of them: its huge page, */
  _Atomic uint64_t bad_value;  /* and what it was */
  _Atomic uint64_t bad_wanted; /* and what it should have been */
  _Atomic int64_t mappings;    /* segment_mappings()'s answer */
};

/* waitpid(2) that no other child's end interrupts; true when it is `pid`'s. */
bool await_child(pid_t pid, int* status);

/* Makes a segment whose `bytes`, `huge` and `base` are set, with `count` huge
 * pages to touch; all of it is reserved, or nothing. 0 or -errno. */
int segment_make(struct segment* segment,
                 struct rng* rng,
                 uint32_t count,
                 bool reserved);

/* Gives it up: it goes with its last attachment. */
void segment_drop(struct segment* segment);

/* Attaches it at a place, where it must not be yet; NULL on error. */
char* segment_attach(const struct segment* segment,
                     uint32_t place,
                     struct segment_told* told);

/* Looks at `count` of its huge pages, attached at `at`: a word of each must be
 * zero or what the page's words are. Writes it, unless `read_only`. */
void segment_touch(const struct segment* segment,
                   struct rng* rng,
                   struct segment_told* told,
                   char* at,
                   uint32_t count,
                   bool read_only);

/* What segment_mappings() gives when it can't tell. */
enum mappings {
  MAPPINGS_NO_FILE = -1,  /* there is no /proc/kpagecount */
  MAPPINGS_NO_FRAME = -2, /* /proc/self/pagemap did not say which page it is */
  MAPPINGS_NO_COUNT = -3, /* /proc/kpagecount could not be read there */
  MAPPINGS_NO_END = -4,   /* a process did not get so far */
};

/* How often the kernel counts a page of it as mapped while two processes have
 * it mapped: 1 where they share a page table. Below 0 an enum mappings. To be
 * asked while no other process has it attached. */
int64_t segment_mappings(const struct segment* segment,
                         struct segment_told* told);
