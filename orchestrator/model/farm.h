// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace oopsfarm {

/// Which accelerator guests use.
enum class AccelPolicy { automatic, kvm, tcg };

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
};

} // namespace oopsfarm
