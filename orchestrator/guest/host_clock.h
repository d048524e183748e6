// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace oopsfarm {

/// How fast the host's time-stamp counter runs, kHz, rounded to whole MHz; 0
/// where the host has none. It is what TCG's x86_64 guests read (QEMU,
/// cpu_get_host_ticks()). Measured against the monotonic clock by the first
/// call, which takes 20 ms. Safe for threads.
unsigned host_tsc_khz();

} // namespace oopsfarm
