// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/program.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/relay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define KSFT_SKIP 4

/* SIGKILL has to work within this time, even for one with all memory. */
#define DEATH_US (20 * US_PER_S)

/* What a program is given, and what is kept of it while it runs. */
struct started
{
  const struct program* program;
  uint64_t seed;
  pid_t pid;
  int out[2];
  int error[2];
  bool ended;
  uint64_t killed_us; /* when we sent SIGKILL; 0: not yet */
  struct program_end end;
};

static int become_program(void* argument)
{
  const struct started* started = argument;
  const struct program* program = started->program;
  char folder[512];
  char seed[48];
  char search[] = "PATH=/bin:/usr/bin:/sbin:/usr/sbin:/payload";
  char home[] = "HOME=/tmp";
  char temporary[] = "TMPDIR=/tmp";
  char* environment[] = {search, home, temporary, seed, NULL};
  const int null = open("/dev/null", O_RDONLY);

  snprintf(seed,
           sizeof(seed),
           "OOPSFARM_SEED=%llu",
           (unsigned long long)started->seed);
  snprintf(folder, sizeof(folder), "%s", program->path);
  setsid();
  signal(SIGCHLD, SIG_DFL);
  dup2(null, STDIN_FILENO);
  dup2(started->out[1], STDOUT_FILENO);
  dup2(started->error[1], STDERR_FILENO);
  if (chdir(dirname(folder)) == 0) {
    execve(program->path, program->args, environment);
  }
  dprintf(
      STDERR_FILENO, "can't start %s: %s\n", program->path, strerror(errno));
  return 127;
}

static bool open_pipe(int ends[2])
{
  return pipe2(ends, O_CLOEXEC) == 0 &&
         fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void close_end(int* end)
{
  if (*end >= 0) {
    close(*end);
  }
  *end = -1;
}

/* Takes in every child that has ended; orphans of programs are ours, too. */
static void reap(struct started* started)
{
  int status;
  pid_t pid;

  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid == started->pid) {
      started->ended = true;
      started->end.status = status;
    }
  }
}

/* Hands on what is there, a bounded piece at a time, so that a flood can't keep
 * us from the clock. False at the end of the stream. */
static bool
hand_on(int fd, struct relay* relay, struct relay_stream* stream, int pieces)
{
  static char bytes[16384];

  while (pieces-- > 0) {
    const ssize_t got = read(fd, bytes, sizeof(bytes));

    if (got > 0) {
      relay_feed(relay, stream, bytes, (size_t)got);
    } else if (got == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
  return true;
}

/* Waits for output, an end, or the time; SIGCHLD is let in here alone. */
static void wait_news(const struct started* started, uint64_t deadline_us)
{
  struct pollfd watched[2] = {{.fd = started->out[0], .events = POLLIN},
                              {.fd = started->error[0], .events = POLLIN}};
  const int ms = poll_timeout_ms(deadline_us);
  const struct timespec limit = {.tv_sec = ms / 1000,
                                 .tv_nsec = (ms % 1000) * 1000000L};
  sigset_t open_mask;

  sigprocmask(SIG_SETMASK, NULL, &open_mask);
  sigdelset(&open_mask, SIGCHLD);
  ppoll(watched, 2, &limit, &open_mask);
}

static void kill_it(struct started* started, uint64_t now)
{
  kill(-started->pid, SIGKILL);
  kill(started->pid, SIGKILL);
  started->killed_us = now;
}

/* Ends it when its time is over. False when even that does not help. */
static bool
keep_time(struct started* started, uint64_t stop_us, uint64_t deadline_us)
{
  const uint64_t now = now_us();

  if (started->killed_us) {
    started->end.never_died = now > started->killed_us + DEATH_US;
    return !started->end.never_died;
  }
  if (stop_us && now >= stop_us) {
    started->end.stopped = true;
    kill_it(started, now);
  } else if (now >= deadline_us) {
    started->end.over_time = true;
    kill_it(started, now);
  }
  return true;
}

static uint64_t
next_time(const struct started* started, uint64_t stop_us, uint64_t deadline_us)
{
  if (started->killed_us) {
    return started->killed_us + DEATH_US;
  }
  return stop_us && stop_us < deadline_us ? stop_us : deadline_us;
}

static void
follow(struct started* started, struct relay* relay, uint64_t deadline_us)
{
  struct relay_stream out = {.is_error = false};
  struct relay_stream error = {.is_error = true};
  const uint64_t stop_us =
      started->program->stop_after_s
          ? now_us() + started->program->stop_after_s * US_PER_S
          : 0;

  while (!started->ended && keep_time(started, stop_us, deadline_us)) {
    wait_news(started, next_time(started, stop_us, deadline_us));
    if (started->out[0] >= 0 && !hand_on(started->out[0], relay, &out, 4)) {
      close_end(&started->out[0]);
    }
    if (started->error[0] >= 0 &&
        !hand_on(started->error[0], relay, &error, 4)) {
      close_end(&started->error[0]);
    }
    reap(started);
  }
  /* What it wrote before its end; others may hold the pipe, and go on. */
  hand_on(started->out[0], relay, &out, 64);
  hand_on(started->error[0], relay, &error, 64);
  relay_finish(relay, &out);
  relay_finish(relay, &error);
  relay_sum(relay);
}

/* The parent of a process: the fourth field of its stat, behind its name in
 * parentheses, which may hold anything. */
static pid_t parent_of(const char* pid)
{
  char path[64];
  char text[512];
  const char* behind;
  int parent = 0;
  char state;

  snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
  if (read_text(path, text, sizeof(text)) <= 0) {
    return 0;
  }
  behind = strrchr(text, ')');
  if (!behind || sscanf(behind + 1, " %c %d", &state, &parent) != 2) {
    return 0;
  }
  return state == 'Z' ? 0 : parent;
}

/* Kills each child that we have now; gives how many there were. */
static unsigned kill_children(void)
{
  DIR* proc = opendir("/proc");
  struct dirent* entry;
  unsigned found = 0;

  while (proc && (entry = readdir(proc))) {
    uint64_t pid;

    if (parse_u64(entry->d_name, &pid) &&
        parent_of(entry->d_name) == getpid()) {
      kill((pid_t)pid, SIGKILL);
      found++;
    }
  }
  if (proc) {
    closedir(proc);
  }
  return found;
}

/* Ends what the program left behind: killed parents hand their children to us,
 * so that a few turns are needed. */
static void end_leftovers(struct started* started)
{
  const uint64_t deadline_us = now_us() + 5 * US_PER_S;
  unsigned found;

  do {
    found = kill_children();
    started->end.leftover += found;
    if (found > 0) {
      wait_event(-1, now_us() + 100 * US_PER_MS);
    }
    reap(started);
  } while (found > 0 && now_us() < deadline_us);
}

struct program_end program_run(struct run* run,
                               const struct program* program,
                               uint64_t deadline_us)
{
  struct started started = {.program = program,
                            .seed = run->seed,
                            .out = {-1, -1},
                            .error = {-1, -1}};
  struct relay relay = {.ktap = &run->ktap};

  if (!open_pipe(started.out) || !open_pipe(started.error)) {
    started.end.start_error = errno;
  } else {
    started.pid = spawn(-1, become_program, &started);
    started.end.start_error = started.pid < 0 ? -started.pid : 0;
  }
  close_end(&started.out[1]);
  close_end(&started.error[1]);
  if (started.end.start_error == 0) {
    follow(&started, &relay, deadline_us);
    end_leftovers(&started);
  }
  close_end(&started.out[0]);
  close_end(&started.error[0]);
  started.end.bytes = relay.bytes;
  return started.end;
}

static void by_status(struct run* run, const char* name, int status)
{
  if (WIFSIGNALED(status)) {
    ktap_result(&run->ktap,
                false,
                name,
                "killed by signal %d (%s)",
                WTERMSIG(status),
                strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) == KSFT_SKIP) {
    ktap_skip(&run->ktap, name, "exit status %d", KSFT_SKIP);
  } else {
    ktap_result(&run->ktap,
                WEXITSTATUS(status) == 0,
                name,
                "exit status %d",
                WEXITSTATUS(status));
  }
}

void program_result(struct run* run,
                    const struct program* program,
                    const struct program_end* end,
                    uint64_t time_s)
{
  if (end->start_error) {
    ktap_result(&run->ktap,
                false,
                program->name,
                "can't be started: %s",
                strerror(end->start_error));
  } else if (end->never_died) {
    /* The kernel's own words on where it hangs go to serial 0. */
    write_text("/proc/sysrq-trigger", "w");
    ktap_result(&run->ktap, false, program->name, "does not die of SIGKILL");
  } else if (end->over_time) {
    ktap_result(&run->ktap,
                false,
                program->name,
                "over its time of %llu s",
                (unsigned long long)time_s);
  } else if (end->stopped) {
    char key[32];

    /* Its own plan may be unfinished, and rightly so. */
    snprintf(key, sizeof(key), "stopped.%u", run->ktap.results + 1);
    ktap_count(&run->ktap, key, 1);
    ktap_result(&run->ktap, true, program->name, "%s", "");
  } else {
    by_status(run, program->name, end->status);
  }
}

static int install_commands(void* argument)
{
  (void)argument;
  execl("/bin/busybox", "busybox", "--install", "-s", "/bin", (char*)NULL);
  return 127;
}

void programs_prepare(void)
{
  watch_children();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (access("/bin/busybox", X_OK) == 0) {
    const uint64_t deadline_us = now_us() + 30 * US_PER_S;
    const pid_t pid = spawn(-1, install_commands, NULL);

    while (pid > 0 && waitpid(pid, NULL, WNOHANG) == 0 &&
           now_us() < deadline_us) {
      wait_event(-1, deadline_us);
    }
  }
}
