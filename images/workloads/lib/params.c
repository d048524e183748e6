// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/params.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct param* find(struct params* params, const char* name)
{
  int i;

  for (i = 0; i < params->count; i++) {
    if (strcmp(params->items[i].name, name) == 0) {
      return &params->items[i];
    }
  }
  return NULL;
}

const char* params_parse(struct params* params, int count, char** texts)
{
  int i;

  memset(params, 0, sizeof(*params));
  for (i = 0; i < count; i++) {
    char* equals = strchr(texts[i], '=');

    if (!equals || equals == texts[i] || params->count == PARAMS_MAX) {
      return texts[i];
    }
    *equals = '\0';
    if (find(params, texts[i])) {
      return texts[i];
    }
    params->items[params->count].name = texts[i];
    params->items[params->count].value = equals + 1;
    params->count++;
  }
  return NULL;
}

const char* params_get(struct params* params, const char* name)
{
  struct param* param = find(params, name);

  if (!param) {
    return NULL;
  }
  param->used = true;
  return param->value;
}

const char* params_unused(const struct params* params)
{
  int i;

  for (i = 0; i < params->count; i++) {
    if (!params->items[i].used) {
      return params->items[i].name;
    }
  }
  return NULL;
}

bool parse_u64(const char* text, uint64_t* value)
{
  char* end;

  if (!isdigit((unsigned char)text[0])) {
    return false;
  }
  errno = 0;
  *value = strtoull(text, &end, 10);
  return errno == 0 && *end == '\0';
}
