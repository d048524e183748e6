// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEEPER_SLOTS 128 /* more than there are members at a time */
#define KEEPER_BYTES (1UL << 20)

/* A member that asks to be held at its death; in memory that it shares with the
 * keeper, which sets `held` once it can. */
struct keeper_slot
{
  _Atomic pid_t pid;
  int mirror;             /* the member's file of the device */
  _Atomic uint64_t at;    /* where its mirrored memory starts */
  _Atomic uint64_t pages; /* of it, one behind the other */
  _Atomic bool held;
};

/* What the keeper saw of the OOM victims it held. */
struct keeper_tally
{
  _Atomic uint64_t held;     /* victims stopped at their death */
  _Atomic uint64_t reaped;   /* of them, those whose memory the reaper took */
  _Atomic uint64_t reap_min; /* us from the kill to that */
  _Atomic uint64_t reap_max;
  _Atomic uint64_t premature;  /* others were killed before that */
  _Atomic pid_t premature_pid; /* the first such victim */
  _Atomic uint64_t looked;     /* mirrors that were looked into after that */
  _Atomic uint64_t stale;      /* of them, those that still had the memory */
  _Atomic uint64_t reads;      /* by the device while the reaper was due */
  _Atomic uint64_t left_max;   /* the most anonymous memory left, kB */
};

/* What the keeper shares with its workload and the members. */
struct keeper_shared
{
  _Atomic uint32_t asked; /* slots given out so far */
  struct keeper_slot slots[KEEPER_SLOTS];
  struct keeper_tally tally;
};

struct keeper
{
  struct keeper_shared* shared;
  int asks[2]; /* a pipe: one byte for each member that asks */
};

/* A child_function; takes a struct keeper, never ends by itself.
 *
 * Traces the members that ask for it and so stops each at the very start of its
 * exit (PTRACE_EVENT_EXIT), before it lets go of its memory. A victim of the
 * OOM killer is held there until the reaper has taken its memory, which the
 * kernel does 2 s after the kill, or for 15 s; around that time its mirror is
 * kept busy. While it is held, no other of its group may be killed: the keeper
 * reads the kernel's log, whose order says which came first. */
int keep_victims(void* argument);

/* For a member: asks to be held, and waits until it will be, for 5 s at most.
 * Its slot, or NULL. */
struct keeper_slot* keeper_ask(struct keeper* keeper, int mirror);
