// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/lib/shared.h"

#include <stdlib.h>
#include <sys/mman.h>

void* share(struct run* run, size_t bytes)
{
  void* memory = mmap(
      NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED) {
    ktap_bail(&run->ktap, "no memory to share with children");
    exit(WORKLOAD_BAILED);
  }
  return memory;
}
