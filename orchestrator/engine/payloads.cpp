// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/payloads.h"

#include "base/hash.h"
#include "base/strings.h"
#include "payload/payload.h"
#include "sys/file.h"

#include <algorithm>
#include <set>
#include <vector>

namespace oopsfarm {

namespace fs = std::filesystem;

/// Where a static busybox may be: beside our own images, where
/// ci/install-packages puts one, and this host's own.
static std::vector<fs::path> busybox_places(const SharePaths& share, Arch arch)
{
  const auto name = std::string("busybox-") + to_string(arch);
  return {share.root / name,
          fs::path("/usr/local/share/oopsfarm") / name,
          "/bin/busybox"};
}

/// A payload may take an eighth of a guest's memory at most.
static std::uint64_t limit_for(std::uint64_t memory_mib)
{
  return std::min(max_payload, (memory_mib << 20) / 8);
}

static std::uint64_t
smallest_limit(const Job& job, const EngineContext& context, Arch arch)
{
  auto limit = max_payload;
  for (const auto& name : job.targets) {
    const auto& target = context.targets.at(name);
    if (target.arch == arch) {
      limit = std::min(limit, limit_for(target.memory_mib));
    }
  }
  return limit;
}

Result<Archives> pack_job_programs(const Job& job, const EngineContext& context)
{
  Archives archives;
  std::vector<std::string> wrong;
  std::set<Arch> archs;
  for (const auto& name : job.targets) {
    archs.insert(context.targets.at(name).arch);
  }
  for (const auto& workload : job.workloads) {
    if (workload.source != ProgramSource::user) {
      continue;
    }
    for (const auto arch : archs) {
      PayloadSource source;
      source.job_file = job.file;
      source.arch = arch;
      source.limit = smallest_limit(job, context, arch);
      source.busybox = find_busybox(busybox_places(context.share, arch), arch);
      auto archive = pack_user_programs(workload, source);
      if (archive) {
        archives[{workload.name, arch}] = *std::move(archive);
      } else if (archive.error().fault != Fault::user) {
        return archive.error();
      } else if (std::find(wrong.begin(),
                           wrong.end(),
                           archive.error().message) == wrong.end()) {
        wrong.push_back(archive.error().message);
      }
    }
  }
  if (!wrong.empty()) {
    return user_error(join(wrong, "\n"));
  }
  return archives;
}

Result<PayloadImage>
write_image(const EngineContext& context, Arch arch, const std::string& archive)
{
  TRY_ASSIGN(auto image, read_file(context.share.initramfs(arch)));
  PayloadImage result;
  result.hash = sha256_hex(archive);
  const auto whole = append_archive(std::move(image), archive);
  TRY(make_folder(context.state.payloads()));
  result.initramfs =
      context.state.payloads() / (sha256_hex(whole) + ".cpio.gz");
  std::error_code error;
  if (fs::file_size(result.initramfs, error) != whole.size() || error) {
    TRY(write_file(result.initramfs, whole));
  }
  return result;
}

Result<PayloadImage> selftest_image(const EngineContext& context,
                                    const Workload& workload,
                                    const Target& target,
                                    const fs::path& programs)
{
  PayloadSource source;
  source.arch = target.arch;
  source.limit = limit_for(target.memory_mib);
  TRY_ASSIGN(const auto archive, pack_selftests(workload, programs, source));
  return write_image(context, target.arch, archive);
}

} // namespace oopsfarm
