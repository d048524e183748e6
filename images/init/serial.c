// SPDX-License-Identifier: GPL-2.0-or-later
#include "init/serial.h"

#include "workloads/lib/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

const char* serial_default(void)
{
#ifdef __powerpc64__
  return "hvc1";
#else
  return "ttyS1";
#endif
}

int serial_open(const char* name)
{
  struct termios settings;
  char path[64];
  int fd;

  snprintf(path, sizeof(path), "/dev/%s", name ? name : serial_default());
  fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    return -errno;
  }
  if (tcgetattr(fd, &settings) == 0) {
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL;
    cfsetspeed(&settings, B115200);
    tcsetattr(fd, TCSANOW, &settings);
  }
  if (fd == KTAP_FD) {
    return 0;
  }
  if (dup3(fd, KTAP_FD, O_CLOEXEC) < 0) {
    return -errno;
  }
  close(fd);
  return 0;
}

void serial_drain(void)
{
  tcdrain(KTAP_FD);
}
