// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's only program. As process 1 it is init: it says the protocol's
 * header on serial 1, runs the one workload that the kernel's command line
 * names, and powers off. Under any other name (links in /workloads) it is that
 * workload: one file keeps the initramfs small and boots short.
 */
#include "init/cmdline.h"
#include "init/heartbeat.h"
#include "init/mounts.h"
#include "init/serial.h"
#include "init/supervise.h"
#include "workloads/lib/clock.h"
#include "workloads/lib/file.h"
#include "workloads/lib/workload.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel opened the console for us: nothing of ours may get there. It stays
 * open all the same, at CONSOLE_FD, which nobody uses: a serial line takes
 * input only then, and the farm sends a kernel that hangs its SysRq keys. */
#define CONSOLE_FD 64

static void leave_console(void)
{
  const int null = open("/dev/null", O_RDWR);
  int fd;

  fcntl(0, F_DUPFD_CLOEXEC, CONSOLE_FD);
  for (fd = 0; null >= 0 && fd < 3; fd++) {
    dup2(null, fd);
  }
  if (null > 2) {
    close(null);
  }
}

/* Which MMU the kernel chose, where it had a choice ("MMU : Radix" of powerpc's
 * cpuinfo): a target is for one of them. */
static void say_mmu(struct ktap* ktap)
{
#ifdef __powerpc64__
  char line[256];
  FILE* cpuinfo = fopen("/proc/cpuinfo", "re");

  while (cpuinfo && fgets(line, sizeof(line), cpuinfo)) {
    if (strncmp(line, "MMU", 3) == 0) {
      ktap_fact(ktap, "mmu", strstr(line, "Radix") ? "radix" : "hash");
      break;
    }
  }
  if (cpuinfo) {
    fclose(cpuinfo);
  }
#else
  (void)ktap;
#endif
}

static void say_header(struct ktap* ktap, const struct orders* orders)
{
  static const char header[] = "KTAP version 1\n# oopsfarm: 1\n";
  const ssize_t put = write(ktap->fd, header, strlen(header));

  if (put < 0) {
    return;
  }
  ktap_fact(ktap, "workload", "%s", orders->workload ? orders->workload : "");
  ktap_fact(ktap, "seed", "%s", orders->seed);
  say_mmu(ktap);
}

/* So late that PIDs wrap around only in very long runs: a PID names one
 * process in logs. Small kernels allow no more than 32768. */
static void widen_pids(void)
{
  if (write_text("/proc/sys/kernel/pid_max", "4194304") < 0) {
    write_text("/proc/sys/kernel/pid_max", "32768");
  }
}

/* Without ACPI a PC can't switch itself off; QEMU ends on a reset too, since
 * it is told not to reboot. */
static void __attribute__((noreturn)) power_off(void)
{
#ifdef __x86_64__
  if (access("/sys/firmware/acpi", F_OK) == 0) {
    reboot(RB_POWER_OFF);
  }
#else
  reboot(RB_POWER_OFF);
#endif
  reboot(RB_AUTOBOOT);
  for (;;) {
    pause();
  }
}

static void __attribute__((noreturn))
farewell(struct ktap* ktap, pid_t heartbeat)
{
  /* The heartbeat must be gone before "bye", which is the last line. */
  if (heartbeat > 0) {
    kill(heartbeat, SIGKILL);
    waitpid(heartbeat, NULL, 0);
  }
  ktap_fact(ktap, "bye", "1");
  serial_drain();
  sync();
  power_off();
}

/* Serial 1 is not there: the kernel's log is all that is left to say so. */
static void __attribute__((noreturn))
give_up(const struct orders* orders, int error)
{
  char text[160];

  snprintf(text,
           sizeof(text),
           "<11>oopsfarm: can't open serial 1 (%s): %s; see oopsfarm.ktap= on "
           "the command line\n",
           orders->ktap ? orders->ktap : serial_default(),
           strerror(-error));
  write_text("/dev/kmsg", text);
  mount_rest();
  power_off();
}

static void __attribute__((noreturn)) run_init(void)
{
  static struct orders orders;
  static char cmdline[CMDLINE_BYTES];
  struct ktap ktap = {.fd = KTAP_FD};
  pid_t heartbeat;
  int error;

  mount_first();
  leave_console();
  read_text("/proc/cmdline", cmdline, sizeof(cmdline));
  read_orders(&orders, cmdline);
  error = serial_open(orders.ktap);
  if (error) {
    give_up(&orders, error);
  }
  say_header(&ktap, &orders);
  write_text("/proc/self/oom_score_adj", "-1000");
  heartbeat = heartbeat_start();
  mlockall(MCL_CURRENT | MCL_FUTURE);
  mount_rest();
  widen_pids();
  supervise(&orders, &ktap);
  farewell(&ktap, heartbeat);
}

int main(int argc, char** argv)
{
  if (getpid() == 1) {
    run_init();
  }
  return workload_main(argc, argv);
}
