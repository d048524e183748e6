// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace oopsfarm {

/// Covers /dev/kvm for the calling thread, and for the threads and processes
/// that it starts from then on, by a mount namespace of its own. Gives true
/// when it is covered; false (and nothing is changed) where that takes rights
/// that we don't have.
///
/// What covers it is a file on a read-only mount: even root's access(2) for
/// writing then fails, which is what libvirt asks before it tries KVM.
bool hide_kvm_device();

} // namespace oopsfarm
