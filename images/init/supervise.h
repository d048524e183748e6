// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "init/cmdline.h"
#include "workloads/lib/ktap.h"

/* Starts the workload that `orders` name as a process of its own, takes in
 * every child that ends meanwhile, and returns when the workload has ended or
 * is over its time. Whatever is not a proper end is said by "Bail out!";
 * overtime also has the kernel print its blocked tasks. */
void supervise(struct orders* orders, struct ktap* ktap);
