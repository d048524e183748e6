// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "guest/domain.h"
#include "guest/hypervisor.h"
#include "guest/libvirt_events.h"

#include <filesystem>
#include <memory>

struct _virConnect; // NOLINT(bugprone-reserved-identifier): libvirt's name

namespace oopsfarm {

/// Starts `spec` as a transient domain: nothing of it stays in libvirt once
/// it has ended. `root` is the embedded driver's, or "". The guest is to be
/// gone before the connection. Fails (infra) with libvirt's words.
Result<std::unique_ptr<Guest>>
start_libvirt_guest(_virConnect* connection,
                    const DomainSpec& spec,
                    std::shared_ptr<GuestEvents> events,
                    const std::filesystem::path& root);

} // namespace oopsfarm
