// SPDX-License-Identifier: GPL-2.0-or-later
#include "init/mounts.h"

#include <sys/mount.h>
#include <sys/stat.h>

static void mount_on(const char* type, const char* folder)
{
  mkdir(folder, 0755);
  mount(type, folder, type, MS_NOSUID, "");
}

void mount_first(void)
{
  mount_on("devtmpfs", "/dev");
  mount_on("proc", "/proc");
}

void mount_rest(void)
{
  mount_on("sysfs", "/sys");
  mount_on("cgroup2", "/sys/fs/cgroup");
  mount_on("tmpfs", "/tmp");
  mount_on("tmpfs", "/dev/shm");
  mount_on("debugfs", "/sys/kernel/debug");
  mount_on("hugetlbfs", "/dev/hugepages");
}
