// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PARAMS_MAX 32

/* A workload's parameters as the host gave them, in canonical form: counts and
 * bytes as decimal integers, durations in whole seconds. */
struct param
{
  const char* name;
  const char* value;
  bool used;
};

struct params
{
  struct param items[PARAMS_MAX];
  int count;
};

/* Takes apart `count` texts of the form name=value, where they lie (they must
 * outlive `params`, and are written to). Gives NULL, or the first text that
 * is malformed, doubled or one too many. */
const char* params_parse(struct params* params, int count, char** texts);

/* The value of `name`, marked as used; NULL when it was not given. */
const char* params_get(struct params* params, const char* name);

/* A parameter that no one asked for, or NULL. */
const char* params_unused(const struct params* params);

/* A decimal integer, whole and without sign. */
bool parse_u64(const char* text, uint64_t* value);
