// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/fd.h"
#include "guest/hypervisor.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace oopsfarm::testing {

/// What a test decides about its guests. `asked` collects what was done to
/// them, in order: "traces", "sysrq w", "nmi", "dump", "kill", "destroy", ….
struct FakeGuestScript
{
  std::vector<VcpuTrace> traces;         ///< none: traces() fails
  bool has_serial = true;                ///< else open_serial() fails
  std::function<std::string(char)> keys; ///< what a SysRq key makes it print
  std::string nmi;                       ///< what an NMI makes it print
  bool dies_of_nmi = true;
  std::string dump = "a dump"; ///< the content of vmcore
  /// dump_memory() writes on and on, until the guest is killed.
  bool dumps_for_ever = false;
  std::vector<std::string> asked;
};

/// A guest without QEMU, as a script has it. Its console is `spec.console`:
/// append to that for what it prints by itself.
class FakeGuest final : public Guest
{
public:
  FakeGuest(FakeGuestScript& script, const DomainSpec& spec)
      : script_(script), console_(spec.console),
        event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        line_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
  {
  }

  int event_fd() const override { return event_.get(); }

  GuestState state() override
  {
    return ended_ ? GuestState::ended : GuestState::running;
  }

  std::string end_reason() const override { return ended_ ? "ended" : ""; }

  Status destroy() override
  {
    note("destroy");
    end();
    return Ok{};
  }

  void kill() override
  {
    killed_ = true;
    end();
  }

  Status inject_nmi() override
  {
    note("nmi");
    print(script_.nmi);
    if (script_.dies_of_nmi) {
      end();
    }
    return Ok{};
  }

  Result<std::vector<VcpuTrace>> traces() override
  {
    note("traces");
    if (script_.traces.empty()) {
      return infra_error("no traces here");
    }
    return script_.traces;
  }

  Result<std::vector<pid_t>> vcpu_threads() override
  {
    return infra_error("no threads here");
  }

  Status dump_memory(const std::filesystem::path& file) override
  {
    note("dump");
    append(file, script_.dump);
    while (script_.dumps_for_ever && !killed_) {
      append(file, std::string(4096, 'x'));
      usleep(1000);
    }
    return killed_ ? Status(infra_error("QEMU went away")) : Ok{};
  }

  Status open_serial() override
  {
    if (!script_.has_serial) {
      return infra_error("no serial line here");
    }
    is_open_ = true;
    return Ok{};
  }

  Status sysrq(char key) override
  {
    note(std::string("sysrq ") + key);
    print(script_.keys ? script_.keys(key) : "");
    return Ok{};
  }

  std::string read_serial() override
  {
    eventfd_t ignored = 0;
    eventfd_read(line_.get(), &ignored);
    return std::exchange(pending_, "");
  }

  int serial_fd() const override { return is_open_ ? line_.get() : -1; }

  std::chrono::milliseconds uptime() const override
  {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start_);
  }

private:
  void note(const std::string& what) { script_.asked.push_back(what); }

  void end()
  {
    ended_ = true;
    eventfd_write(event_.get(), 1);
  }

  /// As QEMU does it: to the file in any case, and to who listens.
  void print(const std::string& text)
  {
    append(console_, text);
    if (is_open_ && !text.empty()) {
      pending_ += text;
      eventfd_write(line_.get(), 1);
    }
  }

  static void append(const std::filesystem::path& file, const std::string& text)
  {
    const Fd fd(
        open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    [[maybe_unused]] const auto put = write(fd.get(), text.data(), text.size());
  }

  FakeGuestScript& script_;
  std::filesystem::path console_;
  Fd event_;
  Fd line_;
  std::string pending_;
  bool is_open_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> killed_ = false;
  std::chrono::steady_clock::time_point start_ =
      std::chrono::steady_clock::now();
};

/// Starts fake guests of one script.
class FakeHypervisor final : public Hypervisor
{
public:
  explicit FakeHypervisor(FakeGuestScript& script) : script_(script) {}

  Result<std::unique_ptr<Guest>> start(const DomainSpec& spec) override
  {
    started.push_back(spec);
    return std::make_unique<FakeGuest>(script_, spec);
  }

  std::filesystem::path socket_folder() const override { return "/sockets"; }

  std::vector<DomainSpec> started;

private:
  FakeGuestScript& script_;
};

} // namespace oopsfarm::testing
