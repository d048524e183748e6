// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace oopsfarm {

/// Which accelerator guests use.
enum class AccelPolicy { automatic, kvm, tcg };

/// What a daemon does with steps at work when it is to stop: ends them and
/// begins them anew when it is started next; lets them end and starts no
/// others; leaves them at work, for the next one to take over.
enum class OnStop { requeue, finish, leave };

/// Where a daemon listens beside its UNIX socket.
struct TcpAddress
{
  std::string host;       ///< numeric, or "localhost"
  std::uint16_t port = 0; ///< 0: the kernel chooses one
};

/// "127.0.0.1:7070", "[::1]:7070".
std::string to_string(const TcpAddress& address);

/// How reports go out as mail. Nothing is ever sent while `sendmail` is "".
struct MailConfig
{
  /// A program that takes a mail and its recipients as sendmail(8) does.
  std::filesystem::path sendmail;
  std::string from;            ///< "Name <address>"; "": a stand-in
  std::vector<std::string> to; ///< nobody else ever gets a mail of the farm
};

/// farm.yaml: the settings of one farm (docs/formats.md). Plain value; the
/// defaults are those of an absent file.
struct FarmConfig
{
  /// libvirt's URI; "embed" is qemu:///embed with a root of our own per guest.
  std::string libvirt_uri = "embed";
  AccelPolicy accelerator = AccelPolicy::automatic;
  unsigned build_jobs = 0;                 ///< make -j; 0 = the host's CPUs
  unsigned parallel_guests = 0;            ///< 0 = the host's CPUs
  std::uint64_t console_cap = 64ULL << 20; ///< bytes kept of a console
  std::uint64_t dump_cap = 1ULL << 30;     ///< bytes of a guest's memory dump
  std::chrono::seconds build_timeout{3600};
  std::uint64_t build_memory = 8ULL << 30; ///< bytes, address space a process
  std::uint64_t build_file_size = 4ULL << 30; ///< bytes, largest file
  std::uint64_t build_disk = 16ULL << 30; ///< bytes an object tree may grow to
  unsigned build_processes = 512;
  std::chrono::seconds boot_timeout{120};   ///< from QEMU's start to init
  std::chrono::seconds silence_timeout{60}; ///< no console, no heartbeat
  /// What `oopsfarm gc` and the daemon remove; none: nothing.
  std::optional<std::chrono::seconds> gc_max_age;
  std::optional<std::uint64_t> gc_max_size; ///< bytes
  OnStop on_stop = OnStop::requeue;
  std::optional<TcpAddress> listen; ///< of oopsfarmd; none: no TCP
  MailConfig mail;
};

} // namespace oopsfarm
