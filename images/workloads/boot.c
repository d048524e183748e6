// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The smallest workload: the kernel got as far as init, and what the others
 * stand on is there. Serial 1 works if this is read at all.
 */
#include "workloads/lib/cgroup.h"
#include "workloads/lib/file.h"
#include "workloads/lib/workload.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static void check_version(struct ktap* ktap)
{
  char text[512];
  struct utsname names;

  ktap_result(ktap,
              read_text("/proc/version", text, sizeof(text)) > 0 &&
                  strncmp(text, "Linux version ", 14) == 0,
              "proc version is readable",
              "it says '%.80s'",
              text);
  if (uname(&names) == 0) {
    ktap_fact(ktap, "kernel.release", "%s", names.release);
    ktap_fact(ktap, "kernel.machine", "%s", names.machine);
  }
}

static void check_meminfo(struct ktap* ktap)
{
  const uint64_t memory = total_memory();

  ktap_result(ktap, memory > 0, "proc meminfo is readable", "no MemTotal");
  ktap_count(ktap, "memory.total", memory);
  ktap_count(ktap, "memory.page", (uint64_t)sysconf(_SC_PAGESIZE));
  ktap_count(ktap, "cpus", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
}

static void check_cmdline(struct ktap* ktap)
{
  char text[4096];

  ktap_result(ktap,
              read_text("/proc/cmdline", text, sizeof(text)) > 0 &&
                  strstr(text, "oopsfarm.workload=boot"),
              "proc cmdline names this workload",
              "it says '%.200s'",
              text);
}

/* "ttyS0 ttyS1" or the like: the first word of each line of /proc/consoles is
 * a console in use; serial 1 is the terminal that we print to. */
static void check_serials(struct ktap* ktap)
{
  char consoles[512];
  struct stat serial1;
  const long got = read_text("/proc/consoles", consoles, sizeof(consoles));

  ktap_result(ktap,
              got > 0 && (strncmp(consoles, "ttyS", 4) == 0 ||
                          strncmp(consoles, "hvc", 3) == 0),
              "serial 0 is the console",
              "proc consoles says '%.80s'",
              consoles);
  ktap_result(ktap,
              fstat(ktap->fd, &serial1) == 0 && S_ISCHR(serial1.st_mode) &&
                  isatty(ktap->fd),
              "serial 1 is a terminal",
              "it is something else");
}

static void check_cgroup2(struct ktap* ktap)
{
  char controllers[512];
  const long got = read_text(
      CGROUP_ROOT "/cgroup.controllers", controllers, sizeof(controllers));

  ktap_result(ktap,
              got >= 0,
              "cgroup2 is mounted",
              "no " CGROUP_ROOT "/cgroup.controllers");
  controllers[strcspn(controllers, "\n")] = '\0';
  ktap_fact(ktap, "cgroup.controllers", "%s", controllers);
}

static enum workload_end run_boot(struct run* run)
{
  run_params_end(run);
  ktap_plan(&run->ktap, 6);
  check_version(&run->ktap);
  check_meminfo(&run->ktap);
  check_cmdline(&run->ktap);
  check_serials(&run->ktap);
  check_cgroup2(&run->ktap);
  return WORKLOAD_DONE;
}

WORKLOAD(boot, "boot", run_boot);
