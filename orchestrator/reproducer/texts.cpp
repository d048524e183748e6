// SPDX-License-Identifier: GPL-2.0-or-later
#include "reproducer/texts.h"

#include "base/strings.h"
#include "guest/qemu_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace oopsfarm {

Result<std::string> cmdline_of_domain(std::string_view xml)
{
  constexpr std::string_view open = "<cmdline>";
  const auto begin = xml.find(open);
  const auto end = xml.find("</cmdline>");
  if (begin == std::string_view::npos || end == std::string_view::npos ||
      end < begin) {
    return internal_error("domain.xml has no kernel command line");
  }
  const std::string line(
      xml.substr(begin + open.size(), end - begin - open.size()));
  // Nothing that XML escapes is in a kernel parameter.
  for (const auto& word : split(line, ' ')) {
    if (!is_kernel_parameter(word)) {
      return internal_error(fmt::format("domain.xml: '{}' is no kernel "
                                        "parameter",
                                        printable(word, 80)));
    }
  }
  return line;
}

std::chrono::seconds reproducer_limit(const RunSpec& spec,
                                      const RunOutcome& outcome)
{
  constexpr int room = 3;
  const auto taken =
      std::chrono::duration_cast<std::chrono::seconds>(outcome.wall);
  return std::max(taken * room, std::chrono::seconds(120)) + spec.boot_timeout;
}

/// A word of the shell's, whatever is in it.
static std::string quoted(const std::string& word)
{
  const bool is_plain =
      !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9') ||
               std::string_view("._-/=,:+").find(c) != std::string_view::npos;
      });
  return is_plain ? word : "'" + replace_all(word, "'", "'\\''") + "'";
}

/// Options with their values, one pair a line.
static std::string argument_lines(const std::vector<std::string>& arguments)
{
  std::string text;
  for (const auto& argument : arguments) {
    text += (argument.starts_with('-') ? " \\\n  " : " ") + quoted(argument);
  }
  return text;
}

static std::string words_of(const RunOutcome& outcome)
{
  return std::string(to_string(outcome.verdict)) +
         (outcome.title.empty() ? "" : ": " + printable(outcome.title, 200));
}

std::string run_script(const RunSpec& spec,
                       const RunOutcome& outcome,
                       const std::string& cmdline)
{
  auto domain = domain_spec(spec, cmdline);
  domain.vmlinux = reproducer_kernel;
  domain.initramfs = reproducer_initramfs;
  domain.console = "console.log";
  domain.ktap = "ktap.log";
  return fmt::format(
      "#!/bin/sh\n"
      "# Runs {} of a kernel test farm again, with QEMU alone.\n"
      "# QEMU=PROGRAM and LIMIT=SECONDS in the environment say otherwise.\n"
      "set -u\n"
      "cd \"$(dirname \"$0\")\" || exit 2\n"
      "rm -f console.log ktap.log\n"
      "timeout --kill-after=10 \"${{LIMIT:-{}}}\" \"${{QEMU:-{}}}\"{} "
      "< /dev/null\n"
      "status=$?\n"
      "echo \"QEMU ended with $status (124: over its time)\" >&2\n"
      "echo {} >&2\n"
      "echo 'console.log has serial 0, ktap.log serial 1' >&2\n"
      "exit \"$status\"\n",
      printable(spec.run_id, 80),
      reproducer_limit(spec, outcome).count(),
      qemu_program(spec.target.arch),
      argument_lines(qemu_arguments(domain)),
      quoted("the farm saw: " + words_of(outcome)));
}

static std::string line(const char* name, const std::string& value)
{
  return value.empty() ? ""
                       : fmt::format("{:<12}{}\n", name, printable(value, 300));
}

static std::string workload_words(const Workload& workload)
{
  auto text = workload.name;
  for (const auto& [name, value] : workload.params) {
    text += " " + name + "=" + value;
  }
  return text;
}

/// What QEMU's command line does not have.
static std::string differences(const RunSpec& spec, const RunOutcome& outcome)
{
  std::string text;
  if (const auto race = describe(spec.race); !race.empty()) {
    text += "The farm also helped races on (" + race +
            "), which QEMU alone does not:\nit may take more tries here.\n\n";
  }
  if (!spec.accelerator.kvm && spec.target.arch == Arch::x86_64) {
    text += "tsc_early_khz= on the kernel's command line is the farm's host's "
            "TSC. On another\nhost, take it away or set that host's: under TCG "
            "the guest's clock runs by it.\n\n";
  }
  if (outcome.verdict == Verdict::hang) {
    text += "It hung: nothing ends the guest but run.sh's time limit "
            "(LIMIT=SECONDS).\n\n";
  }
  return text;
}

std::string reproducer_readme(const RunSpec& spec, const RunOutcome& outcome)
{
  return words_of(outcome) + "\n\n" + line("run", spec.run_id) +
         line("kernel", spec.origin.kernel) +
         line("commit", spec.origin.commit) +
         line("patch", spec.origin.subject) + line("base", spec.origin.base) +
         line("tree", spec.origin.tree) + line("config", spec.origin.kconfig) +
         line("target", spec.target.name) +
         line("workload", workload_words(spec.workload)) +
         line("seed", std::to_string(spec.seed)) +
         line("accelerator", spec.accelerator.kvm ? "KVM" : "TCG") +
         fmt::format(
             "\n    sh run.sh\n\n"
             "boots {} with {} under {}.\n"
             "Serial 0 goes to standard output and console.log, serial 1 "
             "(KTAP) "
             "to ktap.log.\n"
             "It is one observation: what comes in some runs only may want "
             "several.\n"
             "`oopsfarm triage console.log` names what the console shows; "
             "seen/ has both\n"
             "serials as the farm saw them.\n\n",
             reproducer_kernel,
             reproducer_initramfs,
             qemu_program(spec.target.arch)) +
         differences(spec, outcome) +
         "config is the kernel's configuration. spec.json and outcome.json "
         "are the farm's\nown (docs/formats.md, steps).\n";
}

} // namespace oopsfarm
