// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Opens serial 1 (`name` in /dev; NULL: the architecture's usual one) as a raw
 * terminal at KTAP_FD: bytes pass as they are, nothing is echoed. 0 or
 * -errno. */
int serial_open(const char* name);

/* The device that serial_open() takes for NULL. */
const char* serial_default(void);

/* Waits until all that was written has left the guest. */
void serial_drain(void);
