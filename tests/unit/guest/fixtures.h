// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/step.h"
#include "sys/file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace oopsfarm::testing {

/// The three targets, as images/targets/ has them.
inline Target x86_target()
{
  Target target;
  target.name = "x86_64";
  target.arch = Arch::x86_64;
  target.machine = "pc";
  target.cpu = "qemu64";
  target.firmware = "qboot.rom";
  target.console_device = "ttyS0";
  target.ktap_device = "ttyS1";
  return target;
}

inline Target radix_target()
{
  Target target;
  target.name = "ppc64le-radix";
  target.arch = Arch::ppc64le;
  target.mmu = "radix";
  target.machine = "pseries";
  target.cpu = "power9";
  target.firmware = "vof";
  target.console_device = "hvc0";
  target.ktap_device = "hvc1";
  return target;
}

inline Target hash_target()
{
  auto target = radix_target();
  target.name = "ppc64le-hash";
  target.mmu = "hash";
  target.hpt_page_mib = 16;
  target.cmdline = {"disable_radix"};
  return target;
}

/// A run of `memcg` on a target.
inline RunSpec memcg_run(Target target)
{
  RunSpec run;
  run.run_id = "20261121T101500-3fa9c2";
  run.vmlinux = "/state/kernels/k/vmlinux";
  run.initramfs = "/share/initramfs.cpio.gz";
  run.target = std::move(target);
  run.workload = {"memcg", {{"duration", "20"}, {"procs", "4"}}};
  run.seed = 7;
  run.attempt = 2;
  run.accelerator = {false, "x86_64 host"};
  run.out = "/state/runs/r";
  return run;
}

/// A folder of a test's own.
inline TempFolder temp_folder()
{
  auto folder = TempFolder::make(std::filesystem::temp_directory_path(), "gt");
  REQUIRE(folder);
  return std::move(*folder);
}

inline std::string content(const std::filesystem::path& file)
{
  const auto text = read_file(file);
  REQUIRE(text);
  return *text;
}

} // namespace oopsfarm::testing
