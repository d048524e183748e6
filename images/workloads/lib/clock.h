// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdint.h>

#define US_PER_MS 1000ULL
#define US_PER_S 1000000ULL

/* The guest's monotonic clock, in microseconds since its boot. */
uint64_t now_us(void);

/* Milliseconds from now to `deadline_us` for poll(2): 0 when it has passed,
 * rounded up, so that a wait never ends before its deadline. */
int poll_timeout_ms(uint64_t deadline_us);

/* Sleeps; signals that have a handler end it early. */
void nap_us(uint64_t us);
