#!/bin/sh
# Runs 20261121T101500-3fa9c2 of a kernel test farm again, with QEMU alone.
# QEMU=PROGRAM and LIMIT=SECONDS in the environment say otherwise.
set -u
cd "$(dirname "$0")" || exit 2
rm -f console.log ktap.log
timeout --kill-after=10 "${LIMIT:-420}" "${QEMU:-qemu-system-ppc64}" \
  -no-user-config \
  -nodefaults \
  -display none \
  -machine pseries,usb=off,dump-guest-core=off,cap-hpt-max-page-size=16m,x-vof=on \
  -accel tcg \
  -cpu power9 \
  -m 1024 \
  -smp 2,sockets=2,cores=1,threads=1 \
  -rtc base=utc \
  -no-reboot \
  -boot strict=on \
  -kernel vmlinux \
  -initrd initramfs.cpio.gz \
  -append 'console=x oopsfarm.seed=7' \
  -chardev stdio,id=serial0,signal=on,logfile=console.log,logappend=off \
  -device spapr-vty,chardev=serial0,reg=0x30000000 \
  -chardev file,id=serial1,path=ktap.log \
  -device spapr-vty,chardev=serial1,reg=0x30001000 < /dev/null
status=$?
echo "QEMU ended with $status (124: over its time)" >&2
echo 'the farm saw: crash: kernel BUG in exit_mmap' >&2
echo 'console.log has serial 0, ktap.log serial 1' >&2
exit "$status"
