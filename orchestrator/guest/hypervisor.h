// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/domain.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace oopsfarm {

/// Where a guest stands.
enum class GuestState {
  running,
  ended, ///< its QEMU is gone: power-off, reboot, panic, or destroy()
  failed ///< its QEMU died or stopped by itself, or libvirt lost it: infra
};

/// A guest that was started. The destructor ends it, if it still runs.
/// Threads: use from one at a time.
class Guest
{
public:
  virtual ~Guest() = default;

  /// Readable, for poll(2), from any change of the guest's state on until the
  /// next call of state(). Owned by the guest.
  virtual int event_fd() const = 0;

  /// Where the guest stands now. Once it is not running, it never is again.
  virtual GuestState state() = 0;

  /// Libvirt's words for why it ended, for messages: "destroyed", "crashed",
  /// …; "" while it runs.
  virtual std::string end_reason() const = 0;

  /// Ends it at once. What has ended is ended already.
  virtual Status destroy() = 0;

  /// Sends a non-maskable interrupt to the vCPUs: a hung kernel panics, with
  /// a backtrace of where it hangs (kernel_cmdline() sees to that).
  virtual Status inject_nmi() = 0;

  /// Since QEMU started, until now or until it ended.
  virtual std::chrono::milliseconds uptime() const = 0;
};

/// What starts guests. An interface, so that a step can be tested without
/// them.
class Hypervisor
{
public:
  virtual ~Hypervisor() = default;

  /// Starts a guest; it runs when this returns. Its files' folders exist.
  /// Fails (infra) with libvirt's words.
  virtual Result<std::unique_ptr<Guest>> start(const DomainSpec& spec) = 0;
};

/// Whether libvirt and the guests under it may see /dev/kvm.
enum class KvmDevice { visible, hidden };

/// How to reach libvirt.
struct LibvirtOptions
{
  std::string uri = "embed"; ///< as in FarmConfig
  /// For "embed": a folder that only this process uses; made when missing.
  std::filesystem::path root;
  /// A folder whose cache/ has libvirt's knowledge of the host's QEMUs, from
  /// earlier roots: spares a probe of seconds. What was learnt here is added
  /// to it once a guest has started. Made when missing; "" = none.
  std::filesystem::path cache_template;
  /// `hidden` puts the calling thread, and those it starts from then on, into
  /// a mount namespace of its own where the device is covered (as root; an
  /// ordinary user's is left alone): libvirt's probe of a broken KVM takes
  /// most of a minute otherwise.
  KvmDevice kvm = KvmDevice::visible;
};

/// Connects to libvirt and starts its event loop in a thread of its own.
/// Guests must be gone before the hypervisor. Fails (infra) with libvirt's
/// words. REQUIRES: for "embed", called at most once in a process.
Result<std::unique_ptr<Hypervisor>>
connect_libvirt(const LibvirtOptions& options);

} // namespace oopsfarm
