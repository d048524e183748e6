// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/libvirt_guest.h"

#include "base/log.h"
#include "base/strings.h"
#include "guest/proc.h"
#include "guest/qemu_process.h"
#include "sys/file.h"

#include <fmt/format.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <charconv>
#include <optional>

namespace oopsfarm {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

class LibvirtGuest final : public Guest
{
public:
  LibvirtGuest(virDomainPtr domain,
               std::shared_ptr<GuestEvents> events,
               std::unique_ptr<QemuProcess> process,
               steady_clock::time_point start)
      : domain_(domain), events_(std::move(events)),
        process_(std::move(process)), start_(start)
  {
  }

  ~LibvirtGuest() override;

  int event_fd() const override { return events_->fd(); }

  GuestState state() override;
  std::string end_reason() const override;
  Status destroy() override;
  Status inject_nmi() override;
  milliseconds uptime() const override;

private:
  virDomainPtr domain_;
  std::shared_ptr<GuestEvents> events_;
  std::unique_ptr<QemuProcess> process_; ///< the embedded driver's, or null
  steady_clock::time_point start_;
  std::optional<steady_clock::time_point> end_;
  bool destroyed_ = false;
};

} // namespace

LibvirtGuest::~LibvirtGuest()
{
  if (const auto done = destroy(); !done) {
    log::warning(done.error().message);
  }
  virDomainFree(domain_);
}

GuestState LibvirtGuest::state()
{
  events_->clear();
  const auto exit = events_->exit();
  if (!exit) {
    return GuestState::running;
  }
  if (!end_) {
    end_ = steady_clock::now();
  }
  return exit->state;
}

std::string LibvirtGuest::end_reason() const
{
  const auto exit = events_->exit();
  return exit ? exit->reason : "";
}

Status LibvirtGuest::destroy()
{
  if (destroyed_) {
    return Ok{};
  }
  events_->set_exit({GuestState::ended, "destroyed"}); // first word wins
  if (process_) {
    // At once, and reaped: libvirt would ask it politely and look again every
    // 200 ms.
    process_->kill();
  }
  if (virDomainDestroy(domain_) != 0) {
    // A transient domain that ended is unknown from then on.
    const int code = virGetLastErrorCode();
    if (code != VIR_ERR_NO_DOMAIN && code != VIR_ERR_OPERATION_INVALID) {
      return libvirt_error("cannot end the guest");
    }
  }
  destroyed_ = true;
  if (!end_) {
    end_ = steady_clock::now();
  }
  return Ok{};
}

Status LibvirtGuest::inject_nmi()
{
  if (virDomainInjectNMI(domain_, 0) != 0) {
    return libvirt_error("cannot interrupt the guest");
  }
  return Ok{};
}

milliseconds LibvirtGuest::uptime() const
{
  return std::chrono::duration_cast<milliseconds>(
      end_.value_or(steady_clock::now()) - start_);
}

/// The guest's QEMU, where the embedded driver started it; else 0.
static pid_t qemu_pid(const std::filesystem::path& root,
                      const std::string& name)
{
  if (root.empty()) {
    return 0;
  }
  const auto text = read_file(root / "run/qemu" / (name + ".pid"), 64);
  pid_t pid = 0;
  if (text) {
    const auto digits = trim(*text);
    std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  }
  return pid;
}

/// When QEMU started; libvirt needs a while to make it ready, so that `before`
/// is only for when nothing better is known.
static steady_clock::time_point qemu_start(pid_t pid,
                                           steady_clock::time_point before)
{
  const auto age = pid > 0 ? process_age(pid) : std::nullopt;
  const auto now = steady_clock::now();
  return age && now - *age > before ? now - *age : before;
}

Result<std::unique_ptr<Guest>>
start_libvirt_guest(virConnectPtr connection,
                    const DomainSpec& spec,
                    std::shared_ptr<GuestEvents> events,
                    const std::filesystem::path& root)
{
  const auto before = steady_clock::now();
  // A daemon ends the guest with our connection, also when we die; the
  // embedded driver can't do that (reap_root() is for those).
  const unsigned flags = root.empty() ? VIR_DOMAIN_START_AUTODESTROY : 0;
  virDomainPtr domain =
      virDomainCreateXML(connection, domain_xml(spec).c_str(), flags);
  if (domain == nullptr) {
    return libvirt_error("cannot start guest " + spec.name);
  }
  const pid_t pid = qemu_pid(root, spec.name);
  auto process = pid > 0 ? std::make_unique<QemuProcess>(pid, events) : nullptr;
  return std::make_unique<LibvirtGuest>(
      domain, std::move(events), std::move(process), qemu_start(pid, before));
}

} // namespace oopsfarm
