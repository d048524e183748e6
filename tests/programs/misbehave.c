// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A test program that goes wrong in the way that its first argument names, for
 * the suites that give it to guests (tests/suites/test_programs.py).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int good(void)
{
  printf("TAP version 13\n1..3\nok 1 alpha\nok 2 beta # SKIP no beta here\n"
         "    ok 1 nested deeper\nok 3 - gamma\n");
  fprintf(stderr, "a remark\n");
  return 0;
}

static int failed_result(void)
{
  printf("1..2\nok 1 alpha\nnot ok 2 beta # it broke\n");
  return 0;
}

static int lying_plan(void)
{
  printf("1..5\nok 1 alpha\n");
  return 0;
}

static int half_line(void)
{
  printf("1..2\nok 1 alpha\nok 2 be");
  return 0;
}

static int crash(void)
{
  printf("1..1\n");
  fflush(stdout);
  raise(SIGSEGV);
  return 0;
}

static int hang(void)
{
  for (;;) {
    pause();
  }
}

/* More than anyone keeps, without an end. */
static int flood(void)
{
  unsigned number = 0;

  for (;;) {
    printf("ok %u flood\n", ++number);
  }
}

/* As much as is too much, and then a proper end. */
static int chatter(void)
{
  int i;

  for (i = 0; i < 200000; i++) {
    printf("line %d of a talkative program\n", i);
  }
  printf("1..1\nok 1 said it all\n");
  return 0;
}

static int garbage(void)
{
  int i;

  srand(7);
  for (i = 0; i < 100000; i++) {
    putchar(rand() & 0xff);
  }
  return 0;
}

/* Results where none of ours may be: on serial 1 itself. */
static int forge(void)
{
  static const char lines[] = "\nok 1 - forged\n1..1\n# bye: 1\n";
  int fd = open("/dev/ttyS1", O_WRONLY | O_NOCTTY);

  if (fd < 0) {
    fd = open("/dev/hvc1", O_WRONLY | O_NOCTTY);
  }
  return fd >= 0 && write(fd, lines, strlen(lines)) > 0 ? 0 : 3;
}

/* Children that hold the pipes, and one in a session of its own. */
static int leave_children(void)
{
  int i;

  for (i = 0; i < 4; i++) {
    if (fork() == 0) {
      if (i % 2) {
        setsid();
      }
      hang();
    }
  }
  printf("1..1\nok 1 left\n");
  return 0;
}

/* Everybody else, its own parent and the heartbeat, too. */
static int kill_all(void)
{
  kill(-1, SIGKILL);
  return 0;
}

/* The kernel, by its own key for that: the same crash each time. */
static int panic_kernel(void)
{
  const int fd = open("/proc/sysrq-trigger", O_WRONLY);

  return fd >= 0 && write(fd, "c", 1) == 1 ? 0 : 3;
}

static int skip_all(void)
{
  printf("1..0 # SKIP nothing here to test\n");
  return 0;
}

static const struct
{
  const char* name;
  int (*function)(void);
} ways[] = {{"good", good},
            {"failed-result", failed_result},
            {"lying-plan", lying_plan},
            {"half-line", half_line},
            {"crash", crash},
            {"hang", hang},
            {"flood", flood},
            {"chatter", chatter},
            {"garbage", garbage},
            {"forge", forge},
            {"leave-children", leave_children},
            {"kill-all", kill_all},
            {"panic", panic_kernel},
            {"skip-all", skip_all}};

int main(int argc, char** argv)
{
  const char* way = argc > 1 ? argv[1] : "good";
  size_t i;

  for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
    if (strcmp(ways[i].name, way) == 0) {
      const int status = ways[i].function();

      fflush(stdout);
      return status;
    }
  }
  /* A number: that exit status. */
  return atoi(way);
}
