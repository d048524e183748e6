// SPDX-License-Identifier: GPL-2.0-or-later
#include "init/supervise.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLDER "/workloads/"

/* In the new process. */
static void __attribute__((noreturn))
become_workload(struct orders* orders, const char* path)
{
  static char* environment[] = {NULL};
  char* arguments[WORDS_MAX + 3];
  sigset_t none;
  int count = 0;
  int i;

  /* Last in line, yet not unkillable: its children start out as it is. */
  write_text("/proc/self/oom_score_adj", "-999");
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  fcntl(KTAP_FD, F_SETFD, 0);
  arguments[count++] = (char*)path;
  arguments[count++] = (char*)orders->seed;
  for (i = 0; i < orders->param_count; i++) {
    arguments[count++] = orders->params[i];
  }
  arguments[count] = NULL;
  execve(path, arguments, environment);
  _exit(127);
}

static void report_end(struct ktap* ktap, const char* name, int status)
{
  if (WIFSIGNALED(status)) {
    ktap_bail(ktap, "workload %s died of signal %d", name, WTERMSIG(status));
  } else if (WEXITSTATUS(status) != WORKLOAD_DONE &&
             WEXITSTATUS(status) != WORKLOAD_BAILED) {
    ktap_bail(ktap,
              "workload %s ended with exit status %d",
              name,
              WEXITSTATUS(status));
  }
}

/* Waits for the end of `workload`, and reaps orphans by the way. */
static void
await(pid_t workload, const struct orders* orders, struct ktap* ktap)
{
  const uint64_t deadline = now_us() + orders->limit_s * US_PER_S;
  int status;
  pid_t pid;

  while (now_us() < deadline) {
    pid = waitpid(-1, &status, WNOHANG);
    if (pid == workload) {
      report_end(ktap, orders->workload, status);
      return;
    }
    if (pid <= 0) {
      wait_event(-1, deadline);
    }
  }
  /* The line starts afresh: the workload may be stuck in the midst of one. */
  ktap_bail(ktap,
            "workload %s is over its time of %u s",
            orders->workload,
            orders->limit_s);
  write_text("/proc/sysrq-trigger", "w");
  kill(workload, SIGKILL);
}

void supervise(struct orders* orders, struct ktap* ktap)
{
  char path[128];
  pid_t pid;

  if (!orders->workload || strchr(orders->workload, '/')) {
    ktap_bail(ktap, "the kernel's command line names no workload");
    return;
  }
  snprintf(path, sizeof(path), FOLDER "%s", orders->workload);
  if (access(path, X_OK) < 0) {
    ktap_bail(ktap, "no workload '%s' in this initramfs", orders->workload);
    return;
  }
  watch_children();
  pid = fork();
  if (pid == 0) {
    become_workload(orders, path);
  }
  if (pid < 0) {
    ktap_bail(ktap, "can't start the workload: %s", strerror(errno));
    return;
  }
  await(pid, orders, ktap);
}
