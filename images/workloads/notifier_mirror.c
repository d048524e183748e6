// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/notifier_mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* What the device's ioctl(2)s take: addresses and a number of pages in, and
 * how many were copied and faulted in out. */
struct mirror_request
{
  uint64_t at;
  uint64_t buffer;
  uint64_t pages;
  uint64_t copied;
  uint64_t faults;
};

#define MIRROR_READ _IOWR('H', 0, struct mirror_request)
#define MIRROR_WRITE _IOWR('H', 1, struct mirror_request)

/* The device's number in /proc/devices, where lines are "NUMBER NAME". */
static unsigned find_major(void)
{
  unsigned number = 0;
  char name[64];
  FILE* devices = fopen("/proc/devices", "re");
  char line[128];

  while (devices && fgets(line, sizeof(line), devices)) {
    if (sscanf(line, "%u %63[A-Za-z_]", &number, name) == 2 &&
        strcmp(name, "HMM_DMIRROR") == 0) {
      break;
    }
    number = 0;
  }
  if (devices) {
    fclose(devices);
  }
  return number;
}

int mirror_open(unsigned device)
{
  char path[64];
  unsigned number;
  int file;

  snprintf(path, sizeof(path), "/dev/hmm_dmirror%u", device);
  file = open(path, O_RDWR | O_CLOEXEC);
  if (file >= 0 || errno != ENOENT) {
    return file < 0 ? -errno : file;
  }
  number = find_major();
  if (number == 0) {
    return -ENODEV;
  }
  if (mknod(path, S_IFCHR | 0600, makedev(number, device)) < 0 &&
      errno != EEXIST) {
    return -errno;
  }
  file = open(path, O_RDWR | O_CLOEXEC);
  return file < 0 ? -errno : file;
}

static int copy(int file, unsigned long how, struct mirror_request* request)
{
  int result;

  do {
    result = ioctl(file, how, request);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int mirror_read(int file, uint64_t at, void* into, uint64_t pages)
{
  struct mirror_request request = {
      .at = at, .buffer = (uintptr_t)into, .pages = pages};

  return copy(file, MIRROR_READ, &request);
}

int mirror_write(int file, uint64_t at, const void* from, uint64_t pages)
{
  struct mirror_request request = {
      .at = at, .buffer = (uintptr_t)from, .pages = pages};

  return copy(file, MIRROR_WRITE, &request);
}
