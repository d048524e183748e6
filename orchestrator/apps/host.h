// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "model/arch.h"
#include "model/step.h"
#include "sys/process.h"
#include "sys/stop.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace oopsfarm {

/// What the doctor asks of a machine. An interface, so that its checks can be
/// tested for machines that we don't have.
class Host
{
public:
  virtual ~Host() = default;

  /// Runs a command to its end within 10 s; standard output. Fails with what
  /// is wrong: not installed, or how it ended.
  virtual Result<std::string> output(const std::vector<std::string>& argv) = 0;

  virtual bool has_program(const std::string& name) = 0;
  virtual bool has_file(const std::filesystem::path& file) = 0;

  /// The files of a folder whose names start with `prefix`, sorted.
  virtual std::vector<std::filesystem::path>
  files(const std::filesystem::path& folder, const std::string& prefix) = 0;

  /// Version of QEMU, of libvirt (with its QEMU driver), of gcc and ld.
  virtual Result<std::string> qemu(Arch arch) = 0;
  virtual Result<std::string> libvirt() = 0;
  virtual Result<std::string> toolchain(Arch arch) = 0;

  /// Which accelerator guests get; may boot a probe guest.
  virtual Result<Accelerator> accelerator(Arch arch) = 0;

  /// Why the state folder can't be used, or its path.
  virtual Result<std::filesystem::path> state_folder() = 0;

  /// Bytes free where the state folder is or will be.
  virtual Result<std::uint64_t> free_disk() = 0;

  /// Bytes of memory that new programs may use without swapping.
  virtual Result<std::uint64_t> free_memory() = 0;
};

/// This machine. The references outlive it.
class ThisHost final : public Host
{
public:
  ThisHost(StatePaths state, ProcessRunner& processes, const Stop& stop)
      : state_(std::move(state)), processes_(processes), stop_(stop)
  {
  }

  Result<std::string> output(const std::vector<std::string>& argv) override;
  bool has_program(const std::string& name) override;
  bool has_file(const std::filesystem::path& file) override;
  std::vector<std::filesystem::path> files(const std::filesystem::path& folder,
                                           const std::string& prefix) override;
  Result<std::string> qemu(Arch arch) override;
  Result<std::string> libvirt() override;
  Result<std::string> toolchain(Arch arch) override;
  Result<Accelerator> accelerator(Arch arch) override;
  Result<std::filesystem::path> state_folder() override;
  Result<std::uint64_t> free_disk() override;
  Result<std::uint64_t> free_memory() override;

private:
  std::filesystem::path existing_state_parent() const;

  StatePaths state_;
  ProcessRunner& processes_;
  const Stop& stop_;
};

} // namespace oopsfarm
