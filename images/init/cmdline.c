// SPDX-License-Identifier: GPL-2.0-or-later
#include "init/cmdline.h"

#include "workloads/lib/params.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_MARGIN_S 120
#define LIMIT_MAX_S (7U * 86400)

/* What follows `key` in `word`, or NULL. */
static char* after(char* word, const char* key)
{
  const size_t length = strlen(key);

  return strncmp(word, key, length) == 0 ? word + length : NULL;
}

static unsigned to_seconds(const char* text, unsigned fallback)
{
  uint64_t value;

  if (!parse_u64(text, &value)) {
    return fallback;
  }
  return value > LIMIT_MAX_S ? LIMIT_MAX_S : (unsigned)value;
}

static void take_word(struct orders* orders,
                      char* word,
                      unsigned* duration_s,
                      unsigned* limit_s)
{
  char* value;

  if ((value = after(word, "oopsfarm.workload="))) {
    orders->workload = value;
  } else if ((value = after(word, "oopsfarm.seed="))) {
    orders->seed = value;
  } else if ((value = after(word, "oopsfarm.ktap="))) {
    orders->ktap = after(value, "/dev/") ? value + 5 : value;
  } else if ((value = after(word, "oopsfarm.limit="))) {
    *limit_s = to_seconds(value, 0);
  } else if ((value = after(word, "oopsfarm.p."))) {
    if (orders->param_count < WORDS_MAX) {
      orders->params[orders->param_count++] = value;
    }
    if ((value = after(value, "duration="))) {
      *duration_s = to_seconds(value, 0);
    }
  }
}

void read_orders(struct orders* orders, const char* text)
{
  unsigned duration_s = 0;
  unsigned limit_s = 0;
  char* rest = NULL;
  char* word;

  memset(orders, 0, sizeof(*orders));
  orders->seed = "1";
  snprintf(orders->storage, sizeof(orders->storage), "%s", text);
  word = strtok_r(orders->storage, " \t\n", &rest);
  while (word) {
    take_word(orders, word, &duration_s, &limit_s);
    word = strtok_r(NULL, " \t\n", &rest);
  }
  orders->limit_s = limit_s ? limit_s : duration_s + LIMIT_MARGIN_S;
}
