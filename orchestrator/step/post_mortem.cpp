// SPDX-License-Identifier: GPL-2.0-or-later
#include "step/post_mortem.h"

#include "base/log.h"
#include "base/strings.h"
#include "base/units.h"
#include "step/kill_guard.h"
#include "step/trace_text.h"
#include "sys/file.h"

#include <fmt/format.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace oopsfarm {

using std::chrono::steady_clock;

/// Of a section. All tasks of a guest with hundreds of them fit.
static constexpr std::uint64_t section_cap = 2 << 20;

static constexpr std::uint64_t mib = 1 << 20;

namespace {

struct Key
{
  char key;
  const char* what;
};

} // namespace

/// Short and telling ones first: the time is bounded. Documentation/
/// admin-guide/sysrq.rst of Linux.
static constexpr std::array<Key, 5> keys = {{{'w', "blocked tasks"},
                                             {'l', "backtraces of all CPUs"},
                                             {'d', "locks held"},
                                             {'m', "memory"},
                                             {'t', "all tasks"}}};

bool wants_post_mortem(GuestEnd end)
{
  switch (end) {
  case GuestEnd::silent:
  case GuestEnd::no_heartbeat:
  case GuestEnd::overtime:
  case GuestEnd::boot_timeout:
    return true;
  default:
    return false;
  }
}

PostMortem::PostMortem(const RunSpec& spec,
                       const Stop& stop,
                       bool init_reached,
                       PostMortemTimes times)
    : spec_(spec), stop_(stop), init_reached_(init_reached), times_(times),
      log_(spec.out / "post-mortem.log", section_cap)
{
}

std::string
PostMortem::perform(Guest& guest, CappedLog& console, CappedLog& ktap)
{
  console_ = &console;
  ktap_ = &ktap;
  console.end_here();
  ktap.end_here();
  const auto more =
      spec_.dump_cap > 0 ? times_.dump : PostMortemTimes::milliseconds(0);
  const KillGuard guard(guest, stop_, {times_.total + more, "", 0});
  look(guest);
  ask(guest);
  dump(guest);
  interrupt(guest);
  if (*guard.reason() != '\0') {
    note(fmt::format("ended early: {}", guard.reason()));
  }
  return summary_;
}

bool PostMortem::goes_on(Guest& guest) const
{
  return !stop_.requested() && guest.state() == GuestState::running;
}

void PostMortem::note(const std::string& text)
{
  summary_ += text + "\n";
  log_.section(text);
}

/// The symbols of the kernel that runs; without them addresses are shown.
static KernelSymbols symbols_of(const RunSpec& spec)
{
  const auto text = read_file(spec.vmlinux.parent_path() / "System.map");
  return text ? KernelSymbols::parse(*text) : KernelSymbols();
}

/// More than one look: a CPU that spins is found in an interrupt's handler
/// now and then, or at the one moment when something else runs.
void PostMortem::look(Guest& guest)
{
  const auto symbols = symbols_of(spec_);
  std::vector<std::vector<VcpuTrace>> looks;
  for (int i = 0; i < times_.looks && goes_on(guest); ++i) {
    if (i > 0) {
      pollfd asked = {stop_.fd(), POLLIN, 0};
      poll(&asked, 1, static_cast<int>(times_.between_looks.count()));
    }
    auto traces = guest.traces();
    if (!traces) {
      note("no look at the CPUs: " + traces.error().message);
      break;
    }
    log_.section("the CPUs, as seen from outside");
    log_.add(traces_text(*traces, symbols));
    looks.push_back(std::move(*traces));
  }
  summary_ += traces_summary(looks, symbols);
}

void PostMortem::ask(Guest& guest)
{
  if (!goes_on(guest) || !init_reached_) {
    return; // serial 0 is opened by init
  }
  if (const auto open = guest.open_serial(); !open) {
    note("no SysRq: " + open.error().message);
    return;
  }
  has_line_ = true;
  const auto end = steady_clock::now() + times_.keys;
  bool answered = false;
  auto to_ask = static_cast<int>(keys.size());
  for (const auto& [key, what] : keys) {
    // A guest that never falls silent must not spend all on its first answer.
    const auto left =
        std::chrono::floor<milliseconds>(end - steady_clock::now()) / to_ask--;
    if (!goes_on(guest) || left.count() <= 0) {
      break;
    }
    log_.section(fmt::format("SysRq {}: {}", key, what));
    if (const auto sent = guest.sysrq(key); !sent) {
      note("no SysRq: " + sent.error().message);
      return;
    }
    answered |= listen(guest, {times_.answer, times_.quiet, left});
    if (!answered) {
      break;
    }
  }
  if (!answered) {
    note("no answer to SysRq");
  }
}

void PostMortem::dump(Guest& guest)
{
  if (spec_.dump_cap == 0 || !goes_on(guest)) {
    return;
  }
  const auto file = spec_.out / "vmcore";
  const auto most =
      std::min(spec_.dump_cap, spec_.target.memory_mib * mib) + 64 * mib;
  const auto room = free_space(spec_.out);
  if (!room || *room < most) {
    note(fmt::format("no memory dump: {} may be needed on the disk",
                     format_size(most)));
    return;
  }
  Status done = Ok{};
  {
    const KillGuard guard(guest, stop_, {times_.dump, file, spec_.dump_cap});
    done = guest.dump_memory(file);
    if (*guard.reason() != '\0') {
      done = infra_error(guard.reason());
    }
  }
  if (!done) {
    note("no memory dump: " + done.error().message);
    if (const auto removed = remove_tree(file); !removed) {
      log::warning(removed.error().message);
    }
    return;
  }
  std::error_code ignored;
  note(fmt::format("memory dump: vmcore, {}",
                   format_size(std::filesystem::file_size(file, ignored))));
}

void PostMortem::interrupt(Guest& guest)
{
  if (!goes_on(guest)) {
    return;
  }
  log_.section(spec_.target.arch == Arch::x86_64 ? "NMI" : "system reset");
  if (const auto sent = guest.inject_nmi(); !sent) {
    note("no NMI: " + sent.error().message);
    return;
  }
  if (!listen(guest, {2 * times_.answer, times_.panic_quiet, times_.panic})) {
    note("no answer to an NMI");
  }
}

/// Passes on what the guest prints until it is quiet, has ended, or the bound
/// is over. True when it said something.
bool PostMortem::listen(Guest& guest, const Patience& patience)
{
  const auto begin = steady_clock::now();
  auto quiet_from = begin;
  bool heard = false;
  while (true) {
    if (take(guest)) {
      heard = true;
      quiet_from = steady_clock::now();
    }
    const auto now = steady_clock::now();
    const auto end =
        std::min(begin + patience.bound,
                 quiet_from + (heard ? patience.quiet : patience.answer));
    if (now >= end || !goes_on(guest)) {
      while (take(guest)) {
        heard = true;
      }
      return heard;
    }
    std::array<pollfd, 4> waits = {{{guest.event_fd(), POLLIN, 0},
                                    {console_->fd(), POLLIN, 0},
                                    {guest.serial_fd(), POLLIN, 0},
                                    {stop_.fd(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<milliseconds>(end - now);
    poll(waits.data(), waits.size(), static_cast<int>(left.count()));
  }
}

/// What there is to read now. The line itself is the better source: QEMU
/// repeats bytes in the file while somebody is connected and slow.
bool PostMortem::take(Guest& guest)
{
  bool heard = false;
  const auto hear = [&](std::string_view bytes) {
    heard = heard || !bytes.empty();
    log_.add(bytes);
  };
  if (has_line_) {
    hear(guest.read_serial());
  }
  // The files are read in any case, since that bounds them.
  const auto console = console_->read([&](std::string_view bytes) {
    if (!has_line_) {
      hear(bytes);
    }
  });
  const auto ktap = ktap_->read([](std::string_view) {});
  for (const auto* read : {&console, &ktap}) {
    if (!*read) {
      log::warning(read->error().message);
    }
  }
  return heard;
}

} // namespace oopsfarm
