// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/child.h"

#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* fork(), with the child born in the cgroup: no migration, so that all of its
 * memory is charged there. -ENOSYS or -EINVAL where the kernel can't. */
static pid_t fork_into(int cgroup_fd)
{
  struct clone_args args;
  long pid;

  memset(&args, 0, sizeof(args));
  args.exit_signal = SIGCHLD;
  if (cgroup_fd >= 0) {
    args.flags = CLONE_INTO_CGROUP;
    args.cgroup = (uint64_t)cgroup_fd;
  }
  pid = syscall(SYS_clone3, &args, sizeof(args));
  return pid < 0 ? -errno : (pid_t)pid;
}

static int enter_cgroup(int cgroup_fd)
{
  int result = 0;
  const int fd = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write(fd, "0", 1) != 1) {
    result = -errno;
  }
  if (fd >= 0) {
    close(fd);
  }
  return result;
}

static void __attribute__((noreturn))
run_child(pid_t parent, child_function function, void* argument)
{
  sigset_t none;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(0);
  }
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  close(KTAP_FD);
  write_text("/proc/self/oom_score_adj", "0");
  _exit(function(argument));
}

pid_t spawn(int cgroup_fd, child_function function, void* argument)
{
  const pid_t parent = getpid();
  pid_t pid = fork_into(cgroup_fd);

  if (pid == 0) {
    run_child(parent, function, argument);
  }
  if (pid != -ENOSYS && pid != -EINVAL && pid != -E2BIG) {
    return pid;
  }
  pid = fork();
  if (pid == 0) {
    if (cgroup_fd >= 0 && enter_cgroup(cgroup_fd) < 0) {
      _exit(126);
    }
    run_child(parent, function, argument);
  }
  return pid < 0 ? -errno : pid;
}

static void on_child(int signal)
{
  (void)signal;
}

void watch_children(void)
{
  struct sigaction action;
  sigset_t blocked;

  /* SIGCHLD is let in by ppoll() alone: an end can't slip by before it. */
  memset(&action, 0, sizeof(action));
  action.sa_handler = on_child;
  sigaction(SIGCHLD, &action, NULL);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
}

int wait_event(int fd, unsigned long long deadline_us)
{
  struct pollfd watched = {.fd = fd, .events = POLLIN};
  const int ms = poll_timeout_ms(deadline_us);
  const struct timespec limit = {.tv_sec = ms / 1000,
                                 .tv_nsec = (ms % 1000) * 1000000L};
  sigset_t open_mask;

  sigprocmask(SIG_SETMASK, NULL, &open_mask);
  sigdelset(&open_mask, SIGCHLD);
  return ppoll(&watched, 1, &limit, &open_mask) > 0 ? 1 : 0;
}
