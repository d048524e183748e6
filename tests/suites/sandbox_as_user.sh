#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox_as_user.sh UNIT_KBUILD: the hostile builds of tests/unit/kbuild once
# more, as an ordinary user (as a reserved, otherwise unused uid when root runs
# this). The build sandbox differs between the two.
set -eu
program=$1
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
mkdir "$work/tmp"
cp "$program" "$work/unit_kbuild"
as_user=
if [ "$(id -u)" = 0 ]; then
  chown -R 65532:65532 "$work"
  as_user="setpriv --reuid=65532 --regid=65532 --clear-groups"
fi
cd "$work"
$as_user env HOME="$work" TMPDIR="$work/tmp" \
  ./unit_kbuild --test-case='*hostile*,build_kernel*'
left=$(find "$work/tmp" -mindepth 1 | head -5)
if [ -n "$left" ]; then
  echo "left behind: $left"
  exit 1
fi
