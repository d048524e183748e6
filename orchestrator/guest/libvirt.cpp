// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"
#include "guest/hypervisor.h"
#include "guest/kvm_device.h"
#include "guest/libvirt_events.h"
#include "guest/libvirt_guest.h"
#include "guest/qemu_process.h"
#include "guest/root.h"
#include "guest/versions.h"
#include "sys/file.h"

#include <fmt/format.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <cstdlib>

namespace oopsfarm {

namespace {

/// The real hypervisor: one connection and the loop that its events need.
class LibvirtHypervisor final : public Hypervisor
{
public:
  explicit LibvirtHypervisor(LibvirtOptions options)
      : options_(std::move(options))
  {
  }

  ~LibvirtHypervisor() override;

  Status connect();
  Result<std::unique_ptr<Guest>> start(const DomainSpec& spec) override;

  std::filesystem::path socket_folder() const override
  {
    return embedded_ ? serial_folder(root_) : std::filesystem::path();
  }

private:
  Result<std::string> prepare();
  Status watch();

  LibvirtOptions options_;
  bool embedded_ = false;
  std::filesystem::path root_; ///< of the embedded driver, as libvirt sees it
  GuestRegistry registry_;
  std::unique_ptr<EventLoop> loop_;
  virConnectPtr connection_ = nullptr;
  int callback_ = -1;
};

} // namespace

/// An embedded driver logs to our standard error unless told otherwise, and
/// reads that from the environment.
static void send_log_to(const std::filesystem::path& file)
{
  setenv("LIBVIRT_LOG_OUTPUTS",
         fmt::format("3:file:{}", file.string()).c_str(),
         0);
}

static int on_lifecycle(
    virConnectPtr, virDomainPtr domain, int event, int detail, void* registry)
{
  const auto exit = exit_of_event(event, detail);
  const char* name = virDomainGetName(domain);
  if (exit && name != nullptr) {
    if (const auto guest = static_cast<GuestRegistry*>(registry)->find(name)) {
      guest->set_exit(*exit);
    }
  }
  return 0;
}

static void on_close(virConnectPtr, int, void* registry)
{
  static_cast<GuestRegistry*>(registry)->lose_all(
      "the connection to libvirt was lost");
}

/// Gives the URI to open.
Result<std::string> LibvirtHypervisor::prepare()
{
  embedded_ = options_.uri == "embed";
  if (!embedded_) {
    return options_.uri;
  }
  TRY(check_libvirt_driver());
  TRY_ASSIGN(root_, short_root(options_.root));
  TRY(prepare_root(root_, options_.cache_template));
  send_log_to(root_ / "log" / "libvirt.log");
  if (options_.kvm == KvmDevice::hidden && !hide_kvm_device()) {
    log::debug("/dev/kvm can't be hidden from libvirt: its first probe of a "
               "broken KVM may take a minute");
  }
  return fmt::format("qemu:///embed?root={}", root_.string());
}

Status LibvirtHypervisor::connect()
{
  TRY_ASSIGN(const auto uri, prepare());
  virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  if (virInitialize() != 0) {
    return libvirt_error("libvirt can't start");
  }
  TRY_ASSIGN(loop_, EventLoop::start());
  connection_ = virConnectOpen(uri.c_str());
  if (connection_ == nullptr) {
    return libvirt_error("cannot connect to libvirt at " + uri);
  }
  return watch();
}

Status LibvirtHypervisor::watch()
{
  callback_ =
      virConnectDomainEventRegisterAny(connection_,
                                       nullptr,
                                       VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                       VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle),
                                       &registry_,
                                       nullptr);
  if (callback_ < 0) {
    return libvirt_error("libvirt's events");
  }
  // Drivers inside our own process have no connection to lose, and say so.
  if (!embedded_ && virConnectRegisterCloseCallback(
                        connection_, on_close, &registry_, nullptr) != 0) {
    return libvirt_error("libvirt's connection");
  }
  return Ok{};
}

LibvirtHypervisor::~LibvirtHypervisor()
{
  if (connection_ != nullptr) {
    if (callback_ >= 0) {
      virConnectDomainEventDeregisterAny(connection_, callback_);
    }
    if (!embedded_) {
      virConnectUnregisterCloseCallback(connection_, on_close);
    }
    virConnectClose(connection_);
  }
  loop_.reset();
  if (embedded_) {
    remove_root_link(options_.root);
  }
}

/// Lets libvirt probe the guest's QEMU now, unless its cache knows it: the
/// QEMUs that it detaches for that must not become our children, since nobody
/// here would know of them and reap them.
static void learn_emulator(virConnectPtr connection, const DomainSpec& spec)
{
  char* text =
      virConnectGetDomainCapabilities(connection,
                                      nullptr,
                                      to_string(spec.target.arch),
                                      spec.target.machine.c_str(),
                                      spec.accelerator.kvm ? "kvm" : "qemu",
                                      0);
  std::free(text); // what it failed for, starting the guest tells better
}

Result<std::unique_ptr<Guest>> LibvirtHypervisor::start(const DomainSpec& spec)
{
  if (embedded_) {
    learn_emulator(connection_, spec);
    adopt_orphans();
  }
  // Known before it runs, so that no event of its is missed.
  auto events = registry_.add(spec.name);
  auto guest = start_libvirt_guest(connection_, spec, events, root_);
  if (!guest) {
    registry_.remove(spec.name);
    return std::move(guest).error();
  }
  if (embedded_ && !options_.cache_template.empty()) {
    save_cache(root_, options_.cache_template);
  }
  return guest;
}

Result<std::unique_ptr<Hypervisor>>
connect_libvirt(const LibvirtOptions& options)
{
  auto hypervisor = std::make_unique<LibvirtHypervisor>(options);
  TRY(hypervisor->connect());
  return hypervisor;
}

} // namespace oopsfarm
