// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/global_member.h"

#include "workloads/lib/file.h"
#include "workloads/memcg_eater.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK (1ULL << 20)

static void set_adj(int adj)
{
  char text[16];

  snprintf(text, sizeof(text), "%d", adj);
  write_text("/proc/self/oom_score_adj", text);
}

static char* reserve(uint64_t bytes, int advice)
{
  char* region = mmap(NULL,
                      bytes,
                      PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                      -1,
                      0);

  if (region == MAP_FAILED) {
    return NULL;
  }
  madvise(region, bytes, advice);
  return region;
}

static void say(int fd)
{
  while (write(fd, "r", 1) < 0 && errno == EINTR) {
  }
}

int global_eat(void* argument)
{
  const struct global_eater* orders = argument;
  const struct eater gate = {.gate = {orders->gate[0], orders->gate[1]},
                             .ready = orders->ready};
  char* region = reserve(orders->bytes, MADV_NOHUGEPAGE);
  struct rng rng;
  uint64_t done;

  set_adj(orders->adj);
  rng_seed(&rng, orders->seed, orders->stream);
  eater_wait(&gate);
  if (!region) {
    return EATER_NO_MEMORY;
  }
  for (done = 0; done < orders->bytes; done += CHUNK) {
    const uint64_t left = orders->bytes - done;
    const uint64_t part = left < CHUNK ? left : CHUNK;

    eater_touch(&rng, region + done, part / orders->page, orders->page);
    atomic_fetch_add(&orders->told->touched, part);
  }
  return eater_keep(&gate);
}

int global_take(void* argument)
{
  const struct global_taker* orders = argument;
  char* region = reserve(orders->span, MADV_NOHUGEPAGE);
  uint64_t held = 0;
  uint64_t grant;

  set_adj(-999);
  close(orders->grants[1]);
  if (!region) {
    return EATER_NO_MEMORY;
  }
  while (read(orders->grants[0], &grant, sizeof(grant)) == sizeof(grant)) {
    const uint64_t end =
        grant < orders->span - held ? held + grant : orders->span;

    for (; held + orders->page <= end; held += orders->page) {
      ((volatile char*)region)[held] = 1;
      atomic_fetch_add(&orders->told->touched, orders->page);
    }
    say(orders->answers[1]);
  }
  return EATER_FED;
}

static uint64_t pattern(uint64_t index)
{
  return (index + 1) * 0xd1342543de82ef95ULL;
}

int global_be_rock(void* argument)
{
  const struct global_rock* orders = argument;
  char* region = reserve(orders->bytes, MADV_HUGEPAGE);
  sigset_t asked;
  uint64_t at;
  int signal;

  set_adj(-1000);
  sigemptyset(&asked);
  sigaddset(&asked, SIGTERM);
  sigprocmask(SIG_BLOCK, &asked, NULL);
  if (!region) {
    return 2;
  }
  for (at = 0; at < orders->bytes; at += orders->page) {
    *(volatile uint64_t*)(region + at) = pattern(at);
    atomic_fetch_add(&orders->told->touched, orders->page);
  }
  say(orders->ready);
  while (sigwait(&asked, &signal) != 0) {
  }
  for (at = 0; at < orders->bytes; at += orders->page) {
    if (*(volatile uint64_t*)(region + at) != pattern(at)) {
      return 1;
    }
  }
  return 0;
}
