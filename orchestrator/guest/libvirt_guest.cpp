// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/libvirt_guest.h"

#include "base/log.h"
#include "base/strings.h"
#include "guest/monitor.h"
#include "guest/proc.h"
#include "guest/qemu_process.h"
#include "guest/serial_line.h"
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
               const DomainSpec& spec,
               std::shared_ptr<GuestEvents> events,
               std::unique_ptr<QemuProcess> process,
               steady_clock::time_point start)
      : domain_(domain), arch_(spec.target.arch), socket_(spec.console_socket),
        events_(std::move(events)), process_(std::move(process)), start_(start)
  {
  }

  ~LibvirtGuest() override;

  int event_fd() const override { return events_->fd(); }

  GuestState state() override;
  std::string end_reason() const override;
  Status destroy() override;
  void kill() override;
  Status inject_nmi() override;
  Result<std::vector<VcpuTrace>> traces() override;
  Result<std::vector<pid_t>> vcpu_threads() override;
  Status dump_memory(const std::filesystem::path& file) override;
  Status open_serial() override;
  Status sysrq(char key) override;

  std::string read_serial() override { return serial_->read(); }

  int serial_fd() const override { return serial_ ? serial_->fd() : -1; }

  milliseconds uptime() const override;

private:
  virDomainPtr domain_;
  Arch arch_;
  std::filesystem::path socket_; ///< of serial 0; "": none
  std::optional<SerialLine> serial_;
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
  if (!socket_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(socket_, ignored);
  }
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

void LibvirtGuest::kill()
{
  if (process_) {
    process_->signal();
  } else {
    virDomainDestroy(domain_);
  }
}

Status LibvirtGuest::inject_nmi()
{
  if (virDomainInjectNMI(domain_, 0) != 0) {
    return libvirt_error("cannot interrupt the guest");
  }
  return Ok{};
}

Result<std::vector<VcpuTrace>> LibvirtGuest::traces()
{
  // A virtual CPU that runs has its registers elsewhere (TCG).
  const bool suspended = virDomainSuspend(domain_) == 0;
  auto found = read_traces(domain_, arch_);
  if (suspended && virDomainResume(domain_) != 0) {
    return libvirt_error("cannot let the guest go on");
  }
  return found;
}

Result<std::vector<pid_t>> LibvirtGuest::vcpu_threads()
{
  return read_vcpu_threads(domain_);
}

Status LibvirtGuest::dump_memory(const std::filesystem::path& file)
{
  if (virDomainCoreDumpWithFormat(domain_,
                                  file.c_str(),
                                  VIR_DOMAIN_CORE_DUMP_FORMAT_KDUMP_ZLIB,
                                  VIR_DUMP_MEMORY_ONLY) != 0) {
    return libvirt_error("cannot dump the guest's memory");
  }
  return Ok{};
}

Status LibvirtGuest::open_serial()
{
  if (socket_.empty()) {
    return infra_error("the guest's serial 0 takes no input");
  }
  TRY_ASSIGN(auto line, SerialLine::connect(socket_));
  serial_.emplace(std::move(line));
  return Ok{};
}

Status LibvirtGuest::sysrq(char key)
{
  if (arch_ == Arch::x86_64) {
    TRY(send_break(domain_, "charserial0"));
    return serial_->send(std::string(1, key));
  }
  return serial_->send(std::string("\x0f") + key);
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
  return std::make_unique<LibvirtGuest>(domain,
                                        spec,
                                        std::move(events),
                                        std::move(process),
                                        qemu_start(pid, before));
}

} // namespace oopsfarm
