// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Mounts what init itself needs: devtmpfs on /dev, proc on /proc. */
void mount_first(void);

/* Mounts what workloads need: sysfs, cgroup2, tmpfs on /tmp, debugfs and
 * hugetlbfs. What a kernel lacks is left out. */
void mount_rest(void);
