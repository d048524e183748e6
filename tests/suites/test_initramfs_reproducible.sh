#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both initramfs come out as the same bytes from two build folders whose paths
# differ in name and length, by different umasks, at different times. What is
# packed has no owner but root, no time but 0, and no path of this machine.
#
#   test_initramfs_reproducible.sh [SOURCE_DIR]
set -euo pipefail
source=$(realpath "${1:-$(dirname "$0")/../..}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

build() { # FOLDER UMASK
  (
    umask "$2"
    mkdir -p "$1.source" &&
      printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' \
        'project(images_alone LANGUAGES NONE)' \
        'set(OOPSFARM_SHARE ${CMAKE_BINARY_DIR}/share/oopsfarm)' \
        "add_subdirectory($source/images images)" >"$1.source/CMakeLists.txt" &&
      cmake -S "$1.source" -B "$1" -G Ninja && ninja -C "$1" -j2 initramfs
  ) >"$work/log" 2>&1 || {
    tail -30 "$work/log" >&2
    fail "the build in $1 failed"
  }
}

one=$work/one
two=$work/a-second-folder/deeper
build "$one" 022
build "$two" 077

for arch in x86_64 ppc64le; do
  file=share/oopsfarm/initramfs-$arch.cpio.gz
  cmp "$one/$file" "$two/$file" || fail "$arch: two builds, two contents"

  listing=$(gzip -dc "$one/$file" | TZ=UTC cpio --quiet -itvn)
  echo "$listing" | awk '$3 != 0 || $4 != 0 { bad = 1 } END { exit bad }' ||
    fail "$arch: an owner that is not 0:0: $listing"
  echo "$listing" | grep -qv 'Jan  1  1970' && fail "$arch: a time: $listing"
  for name in init dev proc sys tmp workloads/boot workloads/memcg; do
    echo "$listing" | grep -Eq " $name( ->|\$)" || fail "$arch: no $name"
  done

  gzip -dc "$one/$file" >"$work/raw"
  for path in "$work" "$source"; do
    ! grep -aqF "$path" "$work/raw" || fail "$arch: $path is inside"
  done
done
echo "both initramfs are reproducible"
