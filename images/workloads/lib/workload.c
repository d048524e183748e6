// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/workload.h"

#include "workloads/lib/clock.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The bounds of the section that WORKLOAD() fills: named by the linker. */
extern const struct workload* const __start_workload_table[];
extern const struct workload* const __stop_workload_table[];

const struct workload* find_workload(const char* name)
{
  const struct workload* const* entry;

  for (entry = __start_workload_table; entry < __stop_workload_table; entry++) {
    if (strcmp((*entry)->name, name) == 0) {
      return *entry;
    }
  }
  return NULL;
}

int workload_main(int argc, char** argv)
{
  struct run run = {.ktap = {.fd = KTAP_FD}, .started_us = now_us()};
  const struct workload* workload = find_workload(basename(argv[0]));
  const char* bad;

  if (!workload) {
    ktap_bail(&run.ktap, "no workload '%s' in this initramfs", argv[0]);
    return WORKLOAD_BAILED;
  }
  if (argc < 2 || !parse_u64(argv[1], &run.seed)) {
    ktap_bail(&run.ktap, "the seed '%s' is no number", argc < 2 ? "" : argv[1]);
    return WORKLOAD_BAILED;
  }
  bad = params_parse(&run.params, argc - 2, argv + 2);
  if (bad) {
    ktap_bail(&run.ktap, "parameter '%s' is malformed or doubled", bad);
    return WORKLOAD_BAILED;
  }
  return workload->function(&run);
}

static void print_param(struct run* run, const char* name, const char* value)
{
  char key[64];

  snprintf(key, sizeof(key), "param.%s", name);
  ktap_fact(&run->ktap, key, "%s", value);
}

static uint64_t bounded(struct run* run,
                        const char* name,
                        uint64_t fallback,
                        uint64_t min,
                        uint64_t max)
{
  const char* text = params_get(&run->params, name);
  uint64_t value = fallback;

  if (text && (!parse_u64(text, &value) || value < min || value > max)) {
    ktap_bail(&run->ktap,
              "parameter %s=%s is no number from %llu to %llu",
              name,
              text,
              (unsigned long long)min,
              (unsigned long long)max);
    exit(WORKLOAD_BAILED);
  }
  return value;
}

static uint64_t print_number(struct run* run, const char* name, uint64_t value)
{
  char text[24];

  snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
  print_param(run, name, text);
  return value;
}

uint64_t run_number(struct run* run,
                    const char* name,
                    uint64_t fallback,
                    uint64_t min,
                    uint64_t max)
{
  return print_number(run, name, bounded(run, name, fallback, min, max));
}

uint64_t run_scaled(struct run* run,
                    const char* name,
                    uint64_t scaled,
                    uint64_t min,
                    uint64_t max)
{
  uint64_t value = bounded(run, name, 0, 0, max);

  if (value == 0) {
    value = scaled;
  }
  return print_number(run, name, value < min ? min : value);
}

int run_choice(struct run* run, const char* name, const char* const* choices)
{
  const char* text = params_get(&run->params, name);
  int i;

  for (i = 0; choices[i]; i++) {
    if (!text || strcmp(text, choices[i]) == 0) {
      print_param(run, name, choices[i]);
      return i;
    }
  }
  ktap_bail(&run->ktap, "parameter %s has no value '%s'", name, text);
  exit(WORKLOAD_BAILED);
}

void run_params_end(struct run* run)
{
  const char* unknown = params_unused(&run->params);

  if (unknown) {
    ktap_bail(&run->ktap, "the workload has no parameter '%s'", unknown);
    exit(WORKLOAD_BAILED);
  }
}
