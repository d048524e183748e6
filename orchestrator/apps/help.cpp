// SPDX-License-Identifier: GPL-2.0-or-later
#include "apps/help.h"

namespace oopsfarm {

const Help help_program = {
    "oopsfarm",
    "Builds a kernel patch series for several architectures, boots it under "
    "QEMU, puts it through out-of-memory workloads, and says what broke.",
    "Examples:\n"
    "  oopsfarm doctor\n"
    "  oopsfarm tree add linux-6.1 /usr/src/linux-source-6.1.tar.xz\n"
    "  oopsfarm run job.yaml\n"
    "  oopsfarm run --help\n"
    "\n"
    "Exit codes: 0 all passed, 1 the kernel or the series failed, 2 bad input "
    "or usage,\n3 the farm itself failed, 130 and 143 stopped by Ctrl-C and "
    "SIGTERM."};

const Help help_run = {
    "run",
    "Does a job: builds its kernels, runs its workloads, prints the verdicts",
    "Examples:\n"
    "  oopsfarm run job.yaml\n"
    "  oopsfarm run job.yaml --repeat 20 --target ppc64le-hash\n"
    "  oopsfarm run job.yaml --target x86_64,ppc64le-radix --seed 7\n"
    "  oopsfarm run --json job.yaml | grep '\"kind\":\"cell\"'\n"
    "  oopsfarm run job.yaml --report-dir out    # also as HTML, mail, JUnit, "
    "…\n"
    "\n"
    "A job may run programs of its own in the guests: workloads\n"
    "  - {name: exec, run: ./prog-$ARCH, args: [-v]}\n"
    "  - {name: kselftest, run: [\"vm:mlock2-tests\"]}\n"
    "docs/workloads.md describes all of them.\n"
    "\n"
    "The table goes to standard output, progress to standard error."};

const Help help_submit = {
    "submit",
    "Hands a job to the daemon; prints its id",
    "Examples:\n"
    "  oopsfarm submit job.yaml\n"
    "  oopsfarm submit job.yaml --wait\n"
    "  oopsfarm submit job.yaml --repeat 20 --target ppc64le-hash\n"
    "\n"
    "A job with a schedule becomes a nightly (`oopsfarm nightly --help`).\n"
    "Everything that the job file names is sent along. A daemon is started\n"
    "with `oopsfarmd`; `oopsfarm run` does a job without one. Ctrl-C while\n"
    "waiting leaves the job at work: `oopsfarm cancel` ends it."};

const Help help_status = {"status",
                          "Says what the daemon has to do, or how a job is",
                          "Examples:\n"
                          "  oopsfarm status\n"
                          "  oopsfarm status --all\n"
                          "  oopsfarm status 20261121T101500-3fa9c2 --json"};

const Help help_cancel = {"cancel",
                          "Ends a job of the daemon, and its guests and builds",
                          "Example:\n"
                          "  oopsfarm cancel 20261121T101500-3fa9c2"};

const Help help_retry = {
    "retry",
    "Hands a job in once more, as it was; prints the new id",
    "Example:\n"
    "  oopsfarm retry 20261121T101500-3fa9c2 --wait"};

const Help help_report = {
    "report",
    "Prints what a job came to, in one of several forms",
    "Examples:\n"
    "  oopsfarm report 20261121T101500-3fa9c2\n"
    "  oopsfarm report 20261121T101500-3fa9c2 --format html -o report.html\n"
    "  oopsfarm run --json job.yaml > job.jsonl\n"
    "  oopsfarm report --from job.jsonl --format mail > reply.eml\n"
    "  oopsfarm report --from job.jsonl --send\n"
    "  oopsfarm report 20261121T101500-3fa9c2 --json | jq .title\n"
    "\n"
    "text: the table of `run`; json: one object a line; mail: a reply to the\n"
    "series; junit: XML for Jenkins, GitLab, …; ktap: KTAP version 1; kcidb:\n"
    "KernelCI's JSON; html: one file that opens offline. Mail goes out by\n"
    "--send alone, and only where farm.yaml has mail.sendmail.\n"
    "\n"
    "Exits with the job's own code, as `oopsfarm run` does."};

const Help help_gc = {
    "gc",
    "Removes kernels, objects and runs that nobody needs any more",
    "Examples:\n"
    "  oopsfarm gc --dry-run --max-age 30d\n"
    "  oopsfarm gc --max-size 100G\n"
    "\n"
    "What a crash needs that nobody muted stays: its runs, their kernels and\n"
    "programs (`oopsfarm crashes mark SIGNATURE --mute` lets them go). The\n"
    "rest goes by its last use, the oldest first. Defaults are gc_max_age and\n"
    "gc_max_size in farm.yaml; a daemon with these collects by itself."};

const Help help_token = {
    "token",
    "Lets people use the daemon over TCP",
    "Examples:\n"
    "  oopsfarm token add alice\n"
    "  oopsfarm token list\n"
    "\n"
    "farm.yaml says where the daemon listens (`listen: 127.0.0.1:7070`). What\n"
    "is sent there is not encrypted: use a tunnel or a proxy beyond this "
    "host."};

const Help help_token_add = {
    "add",
    "Makes a token and prints it, this once",
    "Examples:\n"
    "  oopsfarm token add alice > token\n"
    "  oopsfarm token add ci --role submit\n"
    "  OOPSFARM_TOKEN=$(cat token) oopsfarm --server http://127.0.0.1:7070 "
    "status"};

const Help help_token_list = {
    "list", "Lists who has one", "Example:\n  oopsfarm token list"};

const Help help_token_remove = {"remove",
                                "Takes somebody's token back, at once",
                                "Example:\n  oopsfarm token remove alice"};

const Help help_reproducer = {
    "reproducer",
    "Packs a run into an archive that QEMU alone runs again",
    "Examples:\n"
    "  oopsfarm reproducer 20261121T101500-3fa9c2\n"
    "  oopsfarm reproducer 20261121T101500-3fa9c2 -o /tmp/crash.tar.zst\n"
    "  tar xf oopsfarm-20261121T101500-3fa9c2.tar.gz\n"
    "  sh oopsfarm-20261121T101500-3fa9c2/run.sh\n"
    "\n"
    "In it: kernel, initramfs, config, run.sh with QEMU's command line, and a\n"
    "README. Neither libvirt nor oopsfarm is needed to run it."};

const Help help_tree = {"tree",
                        "Source trees that jobs may name",
                        "Examples:\n"
                        "  oopsfarm tree add linux-6.1 "
                        "/usr/src/linux-source-6.1.tar.xz\n"
                        "  oopsfarm tree list\n"
                        "  oopsfarm tree remove linux-6.1"};

const Help help_tree_add = {
    "add",
    "Makes a git repository or a source tarball known under a name",
    "Examples:\n"
    "  oopsfarm tree add linux-6.1 /usr/src/linux-source-6.1.tar.xz\n"
    "  oopsfarm tree add mine ~/src/linux\n"
    "\n"
    "A tarball becomes one commit, tagged by its version (v6.1.176 and "
    "v6.1)."};

const Help help_tree_list = {"list",
                             "Lists the trees: name, newest tag, size",
                             "Examples:\n"
                             "  oopsfarm tree list\n"
                             "  oopsfarm tree list --json"};

const Help help_tree_remove = {
    "remove",
    "Forgets a tree and deletes its copy; kernels and runs stay",
    "Example:\n"
    "  oopsfarm tree remove linux-6.1"};

const Help help_log = {
    "log",
    "Prints the console of a run",
    "Examples:\n"
    "  oopsfarm log 20261121T101500-3fa9c2\n"
    "  oopsfarm log 20261121T101500-3fa9c2 --follow\n"
    "  oopsfarm log 20261121T101500-3fa9c2 --ktap\n"
    "  oopsfarm log 20261121T101500-3fa9c2 --post-mortem\n"
    "\n"
    "In a pipe the bytes are the guest's own; on a terminal what is not text\n"
    "is shown as '?'."};

const Help help_triage = {
    "triage",
    "Reads console logs from anywhere: crashes with titles, and OOM kills",
    "Examples:\n"
    "  oopsfarm triage console.log\n"
    "  oopsfarm triage --json logs/*.log.gz | jq '.crashes[].title'\n"
    "  ssh box dmesg | oopsfarm triage -\n"
    "  oopsfarm triage --vmlinux build/vmlinux console.log\n"
    "  oopsfarm triage --stack 20261121T101500-3fa9c2\n"
    "\n"
    "Symbols are looked up by name and offset, so KASLR does not matter; a\n"
    "vmlinux that is plainly not the log's is refused. Code is disassembled\n"
    "by binutils' objdump.\n"
    "\n"
    "Logs may be compressed (gzip, zstd, xz, bzip2). Exits with 1 when there\n"
    "is a crash in one of them, with 2 when one can't be read."};

const Help help_crashes = {
    "crashes",
    "Lists what kernels did wrong in all runs so far, grouped by signature",
    "Examples:\n"
    "  oopsfarm crashes\n"
    "  oopsfarm crashes 113a15\n"
    "  oopsfarm crashes mark 113a15 --name 'PTE fragments' --bug PR-7\n"
    "  oopsfarm crashes --json | jq 'select(.on_base | not) | .title'\n"
    "\n"
    "A rate is over the runs of those kernels, targets and workloads where\n"
    "the crash was seen. What the base has is not a series' fault."};

const Help help_crashes_mark = {
    "mark",
    "Names a crash, ties it to a bug, or mutes it",
    "Examples:\n"
    "  oopsfarm crashes mark 113a15 --name 'PTE fragments'\n"
    "  oopsfarm crashes mark 113a15 --bug https://example.org/bug/7 --mute\n"
    "  oopsfarm crashes mark 113a15 --clear\n"
    "\n"
    "A muted crash is not listed; jobs that hit it fail all the same."};

const Help help_bisect = {
    "bisect",
    "Finds the commit that brought a crash, also one that comes now and then",
    "Examples:\n"
    "  oopsfarm bisect --good v1.2 --bad HEAD --run 'make -s check'\n"
    "  oopsfarm bisect --good v1.2 --bad HEAD --build 'make -j8' \\\n"
    "      --run './stress --seed $OOPSFARM_ATTEMPT' --jobs 4\n"
    "  oopsfarm bisect --repo ~/src/x --good A --bad B --run ./t \\\n"
    "      --signature-from-output 'Assertion .* failed' --max-time 2h\n"
    "  oopsfarm bisect job.yaml --good v6.1 --bad v6.2-rc1\n"
    "  oopsfarm bisect job.yaml --good mm-stable --bad v6.1 --fixed \\\n"
    "      --target x86_64 --title 'kernel BUG in exit_mmap'\n"
    "  oopsfarm bisect job.yaml --good-series v1.mbox --bad-series v2.mbox\n"
    "  oopsfarm bisect job.yaml --kconfig-good mm-debug --kconfig-bad kasan\n"
    "  oopsfarm bisect log\n"
    "  oopsfarm bisect tell 1a2b3c4 good\n"
    "\n"
    "With a job file, kernels are built and run in guests: across commits of\n"
    "its tree, between two versions of a series, or between two kconfigs. Its\n"
    "targets, kconfigs and workloads say where; its series and base are not\n"
    "used for --good and --bad. The culprit is reverted on the bad end.\n"
    "\n"
    "Without one, --run decides, in any git repository. The same command goes "
    "on where it was left, after kill -9, too. Commands\n"
    "run by sh at the top of a worktree of their own; the repository is not\n"
    "touched. Exits with 0 when a commit was found, with 1 when the answer is\n"
    "another or not sure enough, with 3 when the command asks to end it."};

const Help help_bisect_log = {
    "log",
    "Prints what a bisection observed",
    "Examples:\n"
    "  oopsfarm bisect log\n"
    "  oopsfarm bisect log --git > bisect.log; git bisect replay bisect.log\n"
    "  oopsfarm bisect log --json | jq -r .outcome | sort | uniq -c"};

const Help help_bisect_replay = {
    "replay",
    "Goes through what a bisection observed again, and says what is known",
    "Examples:\n"
    "  oopsfarm bisect replay\n"
    "  oopsfarm bisect replay --confidence 0.99 --id 3fa9c2"};

const Help help_bisect_tell = {
    "tell",
    "Tells a bisection, also one that runs, what you know of a commit",
    "Examples:\n"
    "  oopsfarm bisect tell 1a2b3c4 good\n"
    "  oopsfarm bisect tell 1a2b3c4 skip\n"
    "\n"
    "A word counts as much as many runs, but not more than all of them; a\n"
    "commit to skip is not tried any more."};

const Help help_doctor = {
    "doctor",
    "Says what this machine can do, and how to mend what is missing",
    "Examples:\n"
    "  oopsfarm doctor\n"
    "  oopsfarm doctor --json\n"
    "\n"
    "Exits with 0 when all that is needed is there, with 3 otherwise."};

const Help help_completion = {
    "completion",
    "Prints a script by which a shell completes commands, options and ids",
    "Examples:\n"
    "  source <(oopsfarm completion bash)\n"
    "  oopsfarm completion bash > ~/.local/share/bash-completion/completions/"
    "oopsfarm\n"
    "  oopsfarm completion zsh >> ~/.zshrc"};

} // namespace oopsfarm
