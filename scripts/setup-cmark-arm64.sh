#!/usr/bin/env bash
# Fetches Debian's cmark for arm64 and the libraries that it needs, unpacked to FOLDER, where qemu-aarch64 -L FOLDER runs
# it. `make bench` compares the instructions that it takes with those of markdown-render_arm64. What is there already is
# left alone.
#
# usage: scripts/setup-cmark-arm64.sh FOLDER
# Exit: 0 all is there, 2 usage, 3 something cannot be had here; it is named.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/foreign-apt.sh
source scripts/foreign-apt.sh

if [ $# -ne 1 ]; then
  echo "usage: ${0##*/} FOLDER" >&2
  exit 2
fi
[ ! -x "$1/usr/bin/cmark" ] || exit 0
mkdir -p "$1"
folder=$(cd "$1" && pwd)

command -v apt-get >/dev/null || fail "this system has no apt; put cmark 0.30.2 for arm64 at $folder/usr/bin/cmark," \
  'and the libraries that it needs where qemu-aarch64 -L finds them'
state=$folder/apt
rm -rf "$state"
foreign_apt arm64 "$state" || fail 'the package lists of arm64 cannot be fetched'
foreign_unpack "$state" "$folder" cmark libcmark0.30.2 libc6 || fail 'cmark cannot be fetched for arm64'
rm -rf "$state"
# SPDX-License-Identifier: MIT
