// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Small files of proc, sysfs and cgroupfs. Functions that return int give 0 or
 * -errno; nothing here prints. */

/* Reads at most size - 1 bytes and ends them with NUL. Gives the number of
 * bytes, or -errno (buffer is then ""). */
long read_text(const char* path, char* buffer, size_t size);

/* One write(2) of the whole text to an existing file. */
int write_text(const char* path, const char* text);
int write_number(const char* path, uint64_t value);

/* The decimal number that the file starts with. */
int read_number(const char* path, uint64_t* value);

/* The number behind `key` in a file of "key value" lines, with a colon or
 * blanks between them (memory.events, meminfo: there in kB, as printed). */
int read_keyed(const char* path, const char* key, uint64_t* value);

/* The guest's memory in bytes (MemTotal); 0 when it can't be read. */
uint64_t total_memory(void);

/* Closes what is open of a pipe, and marks both ends as closed (-1). */
void close_pair(int pair[2]);
