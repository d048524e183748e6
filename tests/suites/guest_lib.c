// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pure parts of the guest's library (images/), run on this machine. Each
 * failed check prints its place; the exit status is their number, if any.
 */
#include "init/cmdline.h"
#include "workloads/global_plan.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/kmsg.h"
#include "workloads/lib/ktap.h"
#include "workloads/lib/params.h"
#include "workloads/lib/rng.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;
static int checks;

#define CHECK(condition)                                                       \
  do {                                                                         \
    checks++;                                                                  \
    if (!(condition)) {                                                        \
      failures++;                                                              \
      printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
    }                                                                          \
  } while (0)

static void same_seed_gives_the_same_numbers(void)
{
  struct rng one;
  struct rng two;
  struct rng other;
  int equal = 0;
  int i;

  rng_seed(&one, 42, 54);
  rng_seed(&two, 42, 54);
  rng_seed(&other, 42, 55);
  for (i = 0; i < 100; i++) {
    const uint32_t value = rng_next(&one);

    CHECK(value == rng_next(&two));
    equal += value == rng_next(&other) ? 1 : 0;
  }
  CHECK(equal < 3);
  /* The generator's published first outputs for this seed and stream. */
  rng_seed(&one, 42, 54);
  CHECK(rng_next(&one) == 0xa15c02b7);
  CHECK(rng_next(&one) == 0x7b47f409);
  CHECK(rng_next(&one) == 0xba1d3330);
}

static void numbers_stay_in_their_bounds(void)
{
  struct rng rng;
  unsigned seen = 0;
  int i;

  rng_seed(&rng, 1, 0);
  for (i = 0; i < 1000; i++) {
    const uint32_t low = rng_below(&rng, 5);
    const uint64_t wide = rng_between(&rng, 1ULL << 40, (1ULL << 40) + 2);

    CHECK(low < 5);
    CHECK(wide >= 1ULL << 40 && wide <= (1ULL << 40) + 2);
    seen |= 1U << low;
  }
  CHECK(seen == 31);
  CHECK(rng_below(&rng, 0) == 0);
  CHECK(rng_below(&rng, 1) == 0);
  CHECK(rng_between(&rng, 7, 7) == 7);
  CHECK(rng_between(&rng, 9, 3) == 9);
}

static void shuffling_keeps_every_item(void)
{
  int items[4] = {0, 1, 2, 3};
  int moved = 0;
  struct rng rng;
  int round;
  int i;

  rng_seed(&rng, 3, 0);
  for (round = 0; round < 50; round++) {
    unsigned seen = 0;

    rng_shuffle(&rng, items, 4);
    for (i = 0; i < 4; i++) {
      seen |= 1U << items[i];
      moved += items[i] != i ? 1 : 0;
    }
    CHECK(seen == 15);
  }
  CHECK(moved > 50);
}

static void params_are_taken_apart(void)
{
  char procs[] = "procs=8";
  char variant[] = "variant=max=1";
  char empty[] = "name=";
  char* texts[] = {procs, variant, empty};
  struct params params;

  CHECK(params_parse(&params, 3, texts) == NULL);
  CHECK(params.count == 3);
  CHECK(params_get(&params, "none") == NULL);
  CHECK(strcmp(params_unused(&params), "procs") == 0);
  CHECK(strcmp(params_get(&params, "procs"), "8") == 0);
  CHECK(strcmp(params_get(&params, "variant"), "max=1") == 0);
  CHECK(strcmp(params_unused(&params), "name") == 0);
  CHECK(strcmp(params_get(&params, "name"), "") == 0);
  CHECK(params_unused(&params) == NULL);
}

static void bad_params_are_named(void)
{
  char bare[] = "procs";
  char nameless[] = "=1";
  char first[] = "a=1";
  char again[] = "a=2";
  char many[PARAMS_MAX + 1][8];
  char* texts[PARAMS_MAX + 1];
  struct params params;
  int i;

  texts[0] = bare;
  CHECK(params_parse(&params, 1, texts) == bare);
  texts[0] = nameless;
  CHECK(params_parse(&params, 1, texts) == nameless);
  texts[0] = first;
  texts[1] = again;
  CHECK(params_parse(&params, 2, texts) == again);
  for (i = 0; i <= PARAMS_MAX; i++) {
    snprintf(many[i], sizeof(many[i]), "p%d=1", i);
    texts[i] = many[i];
  }
  CHECK(params_parse(&params, PARAMS_MAX + 1, texts) == many[PARAMS_MAX]);
  CHECK(params.count == PARAMS_MAX);
}

static void numbers_are_whole_and_unsigned(void)
{
  uint64_t value = 0;

  CHECK(parse_u64("0", &value) && value == 0);
  CHECK(parse_u64("18446744073709551615", &value) && value == UINT64_MAX);
  CHECK(!parse_u64("18446744073709551616", &value));
  CHECK(!parse_u64("", &value));
  CHECK(!parse_u64("-1", &value));
  CHECK(!parse_u64("+1", &value));
  CHECK(!parse_u64(" 1", &value));
  CHECK(!parse_u64("1k", &value));
}

static void the_command_line_is_read(void)
{
  static struct orders orders;

  read_orders(&orders,
              "console=ttyS0 panic=-1 oopsfarm.workload=memcg oopsfarm.seed=7 "
              "oopsfarm.p.duration=30 oopsfarm.p.procs=4 "
              "oopsfarm.ktap=/dev/ttyS1\n");
  CHECK(strcmp(orders.workload, "memcg") == 0);
  CHECK(strcmp(orders.seed, "7") == 0);
  CHECK(strcmp(orders.ktap, "ttyS1") == 0);
  CHECK(orders.param_count == 2);
  CHECK(strcmp(orders.params[0], "duration=30") == 0);
  CHECK(strcmp(orders.params[1], "procs=4") == 0);
  CHECK(orders.limit_s == 150);
  read_orders(&orders, "oopsfarm.limit=5 oopsfarm.p.duration=30");
  CHECK(orders.workload == NULL);
  CHECK(orders.ktap == NULL);
  CHECK(strcmp(orders.seed, "1") == 0);
  CHECK(orders.limit_s == 5);
  read_orders(&orders, "oopsfarm.limit=99999999999");
  CHECK(orders.limit_s == 7 * 86400);
  read_orders(&orders, "");
  CHECK(orders.workload == NULL);
}

static void a_flooded_command_line_is_bounded(void)
{
  static struct orders orders;
  static char text[CMDLINE_BYTES * 2];
  size_t used = 0;

  while (used + 32 < sizeof(text)) {
    used += (size_t)snprintf(
        text + used, sizeof(text) - used, "oopsfarm.p.x%zu=1 ", used);
  }
  read_orders(&orders, text);
  CHECK(orders.param_count == WORDS_MAX);
}

static void log_records_are_parsed(void)
{
  uint64_t us = 0;
  const char* text = NULL;
  struct kmsg_record record;
  pid_t pid = 0;

  CHECK(kmsg_parse("6,339,5140900,-;a line; with more\n", &us, &text));
  CHECK(us == 5140900);
  CHECK(strcmp(text, "a line; with more\n") == 0);
  CHECK(kmsg_parse("3,1,7,c,caller=T1;x", &us, &text) && us == 7);
  CHECK(!kmsg_parse("", &us, &text));
  CHECK(!kmsg_parse("6,339;x", &us, &text));
  CHECK(!kmsg_parse("6,339,;x", &us, &text));
  CHECK(!kmsg_parse("6,339,12", &us, &text));
  strcpy(record.text,
         "Memory cgroup out of memory: Killed process 123 (a b) total-vm:1kB");
  CHECK(kmsg_is_oom_kill(&record, &pid) && pid == 123);
  strcpy(record.text, "Out of memory: Killed process 7 (x) total-vm:1kB");
  CHECK(kmsg_is_oom_kill(&record, &pid) && pid == 7);
  strcpy(record.text, "oom_reaper: reaped process 7 (x)");
  CHECK(!kmsg_is_oom_kill(&record, &pid));
  strcpy(record.text, "oom_reaper: reaped process 44 (x), now anon-rss:0kB");
  CHECK(kmsg_is_reap(&record, &pid) && pid == 44);
  strcpy(record.text, "a: oom_reaper: reaped process 45 (x)");
  CHECK(!kmsg_is_reap(&record, &pid) && pid == 44);
  strcpy(record.text, "oom_reaper: reaped process x");
  CHECK(!kmsg_is_reap(&record, &pid));
  strcpy(record.text, "Out of memory: Killed process (x)");
  CHECK(!kmsg_is_oom_kill(&record, &pid));
}

static void files_give_their_numbers(void)
{
  char path[] = "/tmp/guest_lib.XXXXXX";
  char text[8];
  uint64_t value = 0;
  const int fd = mkstemp(path);

  CHECK(fd >= 0 && close(fd) == 0);
  CHECK(write_text(path, "low 1\noom 22\noom_kill 333\nMemTotal:   44 kB\n") ==
        0);
  CHECK(read_keyed(path, "oom_kill", &value) == 0 && value == 333);
  CHECK(read_keyed(path, "oom", &value) == 0 && value == 22);
  CHECK(read_keyed(path, "MemTotal", &value) == 0 && value == 44);
  CHECK(read_keyed(path, "kill", &value) == -ENOENT);
  CHECK(read_number(path, &value) == -EINVAL);
  CHECK(read_text(path, text, sizeof(text)) == 7 && text[7] == '\0');
  CHECK(unlink(path) == 0);
  CHECK(read_number(path, &value) == -ENOENT);
  CHECK(write_text(path, "x") == -ENOENT);
  CHECK(total_memory() > 0);
}

/* What `pipe_fd` holds, as text. */
static const char* taken(int pipe_fd)
{
  static char text[8192];
  const ssize_t got = read(pipe_fd, text, sizeof(text) - 1);

  text[got > 0 ? got : 0] = '\0';
  return text;
}

static void ktap_lines_are_well_formed(void)
{
  struct ktap ktap;
  static char flood[4000];
  int ends[2];

  memset(&ktap, 0, sizeof(ktap));
  CHECK(pipe(ends) == 0);
  ktap.fd = ends[1];
  ktap_plan(&ktap, 3);
  CHECK(strcmp(taken(ends[0]), "1..3\n") == 0);
  ktap_result(&ktap, true, "a # b", "unused %d", 1);
  CHECK(strcmp(taken(ends[0]), "ok 1 - a _ b\n") == 0);
  ktap_result(&ktap, false, "second", "was %d\nok 9", 5);
  CHECK(strcmp(taken(ends[0]), "not ok 2 - second # was 5?ok 9\n") == 0);
  ktap_skip(&ktap, "third", "no %s", "THP");
  CHECK(strcmp(taken(ends[0]), "ok 3 - third # SKIP no THP\n") == 0);
  CHECK(ktap.results == 3 && ktap.failures == 1);
  ktap_skip_all(&ktap, "no memcg");
  CHECK(strcmp(taken(ends[0]), "1..0 # SKIP no memcg\n") == 0);
  ktap_count(&ktap, "kills", 20);
  CHECK(strcmp(taken(ends[0]), "# kills: 20\n") == 0);
  ktap_bail(&ktap, "gone");
  CHECK(strcmp(taken(ends[0]), "Bail out! gone\n") == 0);
  memset(flood, 'x', sizeof(flood) - 1);
  ktap_fact(&ktap, "k", "%s", flood);
  CHECK(strlen(taken(ends[0])) == 1000);
  close(ends[0]);
  close(ends[1]);
}

static void waits_are_rounded_up(void)
{
  const uint64_t now = now_us();

  CHECK(poll_timeout_ms(now) == 0);
  CHECK(poll_timeout_ms(0) == 0);
  CHECK(poll_timeout_ms(now + 100 * US_PER_S) > 90000);
  CHECK(poll_timeout_ms(UINT64_MAX / 2) == INT_MAX);
}

static void plans_are_apart(const struct space* space, int count, uint64_t seed)
{
  struct plan plans[EATERS_MAX];
  uint64_t sum = 0;
  struct rng rng;
  int i;

  rng_seed(&rng, seed, 0);
  plan_draw(&rng, space, count, plans);
  for (i = 0; i < count; i++) {
    sum += plans[i].bytes;
    CHECK(plans[i].bytes > 0 && plans[i].bytes % space->page == 0);
    CHECK(plans[i].adj > -900 && plans[i].adj <= 1000);
    CHECK(i == 0 || plan_badness(space, &plans[i - 1]) -
                            plan_badness(space, &plans[i]) >=
                        plan_margin(space));
  }
  CHECK(plan_badness(space, &plans[count - 1]) >= (4 << 20));
  CHECK(sum <= space->room / 4 * 3);
}

static void victims_can_be_told_apart(void)
{
  const uint64_t mib = 1 << 20;
  const struct space spaces[] = {
      {.page = 4096, .total = 1000 * mib, .room = 128 * mib, .cpus = 2},
      {.page = 65536, .total = 1000 * mib, .room = 256 * mib, .cpus = 2},
      {.page = 4096, .total = 480 * mib, .room = 60 * mib, .cpus = 8},
      {.page = 65536, .total = 4000 * mib, .room = 500 * mib, .cpus = 4},
      {.page = 4096, .total = 64000 * mib, .room = 1024 * mib, .cpus = 8}};
  uint64_t seed;
  size_t i;

  for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
    for (seed = 0; seed < 200; seed++) {
      plans_are_apart(&spaces[i], 2 + (int)(seed % 7), seed);
    }
    plans_are_apart(&spaces[i], EATERS_MAX, 1);
  }
}

static void oom_score_adj_is_worth_a_thousandth_of_memory(void)
{
  const struct space space = {
      .page = 4096, .total = 1000 * 4096, .room = 4096, .cpus = 1};
  const struct plan small = {.bytes = 4096, .adj = 3};
  const struct plan large = {.bytes = 3 * 4096, .adj = 0};

  CHECK(plan_badness(&space, &small) == 4 * 4096);
  CHECK(plan_badness(&space, &large) == 3 * 4096);
}

int main(void)
{
  same_seed_gives_the_same_numbers();
  numbers_stay_in_their_bounds();
  shuffling_keeps_every_item();
  params_are_taken_apart();
  bad_params_are_named();
  numbers_are_whole_and_unsigned();
  the_command_line_is_read();
  a_flooded_command_line_is_bounded();
  log_records_are_parsed();
  files_give_their_numbers();
  ktap_lines_are_well_formed();
  waits_are_rounded_up();
  victims_can_be_told_apart();
  oom_score_adj_is_worth_a_thousandth_of_memory();
  printf("%d checks, %d failed\n", checks, failures);
  return failures ? 1 : 0;
}
