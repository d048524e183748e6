// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdint.h>

/* The kernel's test device for heterogeneous memory (lib/test_hmm.c): it reads
 * and writes the memory of the process that opened it as a graphics card would,
 * by page tables of its own, which an MMU notifier over all of the address
 * space keeps true. A range that went through it is in them. */

/* Opens one of the two devices that there are (0 or 1) for the caller's memory,
 * and makes its node where the kernel made none. The file, or -errno: -ENODEV
 * when the kernel has no such device. */
int mirror_open(unsigned device);

/* The device copies pages at `at` of the opener's memory to or from a buffer of
 * the caller's. 0 or -errno: -EBUSY when the range kept changing, -EFAULT when
 * it could not be faulted in. */
int mirror_read(int file, uint64_t at, void* into, uint64_t pages);
int mirror_write(int file, uint64_t at, const void* from, uint64_t pages);
