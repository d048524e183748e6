// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#define CMDLINE_BYTES 4096
#define WORDS_MAX 40

/* What the kernel's command line says to init (docs/formats.md, guest
 * protocol): the texts lie in `storage`. */
struct orders
{
  char storage[CMDLINE_BYTES];
  const char* workload; /* oopsfarm.workload=, or NULL */
  const char* seed;     /* oopsfarm.seed=, or "1" */
  const char* ktap;     /* oopsfarm.ktap=: serial 1's name in /dev, or NULL */
  unsigned limit_s;     /* oopsfarm.limit=: the workload's time, seconds; by
                         * default its duration and 120 s more */
  char* params[WORDS_MAX]; /* "name=value" of oopsfarm.p.name=value */
  int param_count;
};

/* Takes apart `text` (/proc/cmdline's), which is copied; words that are not
 * for us are passed over, as are parameters beyond WORDS_MAX. Pure. */
void read_orders(struct orders* orders, const char* text);
