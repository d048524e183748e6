// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/domain.h"
#include "guest/vcpu.h"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oopsfarm {

/// Where a guest stands.
enum class GuestState {
  running,
  ended, ///< its QEMU is gone: power-off, reboot, panic, or destroy()
  failed ///< its QEMU died or stopped by itself, or libvirt lost it: infra
};

/// A guest that was started. The destructor ends it, if it still runs.
/// Threads: use from one at a time, but for kill().
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

  /// Kills its QEMU, from any thread: a call that another thread has under way
  /// fails then, instead of waiting for a QEMU that does not answer. The guest
  /// is still to be destroyed.
  virtual void kill() = 0;

  /// Sends a non-maskable interrupt (x86_64) or a system reset (ppc64le) to
  /// the vCPUs: a hung kernel panics, with backtraces of where it hangs
  /// (kernel_cmdline() sees to that). Fails (infra) with libvirt's words.
  virtual Status inject_nmi() = 0;

  /// Where each virtual CPU executes and what called it, read from outside:
  /// the guest need not be able to do anything, and stands still meanwhile
  /// (milliseconds). Addresses; a user space's callers are not followed.
  /// Fails (infra).
  virtual Result<std::vector<VcpuTrace>> traces() = 0;

  /// The host's thread of each virtual CPU, in their order. Fails (infra).
  virtual Result<std::vector<pid_t>> vcpu_threads() = 0;

  /// Writes the guest's memory to a new file, in kdump's format, compressed by
  /// zlib: for crash(8). The guest stands still meanwhile. Fails (infra).
  virtual Status dump_memory(const std::filesystem::path& file) = 0;

  /// Opens serial 0 for sysrq() and read_serial(). From then on all that the
  /// guest prints has to be read, or its console stalls. Fails (infra) where
  /// the guest has no console_socket.
  virtual Status open_serial() = 0;

  /// Types a SysRq key on serial 0, as the architecture wants it: a break and
  /// the key, or Ctrl-O and the key. REQUIRES: open_serial() succeeded.
  virtual Status sysrq(char key) = 0;

  /// What the guest printed on serial 0 since open_serial() and the last call,
  /// at most 64 KiB; "" when there is nothing. REQUIRES: as sysrq().
  virtual std::string read_serial() = 0;

  /// Readable, for poll(2), when read_serial() gives something or the line is
  /// closed; -1 before open_serial().
  virtual int serial_fd() const = 0;

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

  /// A private folder for guests' console sockets, whose path is short enough
  /// for them; "" where guests are not QEMUs of our own.
  virtual std::filesystem::path socket_folder() const = 0;
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
