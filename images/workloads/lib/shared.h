// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "workloads/lib/workload.h"

#include <stddef.h>

/* Zeroed memory that this process shares with the children it starts from now
 * on, until the end. Ends the process after a "Bail out!" when there is none.
 */
void* share(struct run* run, size_t bytes);
