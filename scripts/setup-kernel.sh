#!/usr/bin/env bash
# Fetches what `make verify-kernel` boots: Debian's cloud kernels for x86-64 and arm64, unpacked to FOLDER/vmlinuz-x64
# and FOLDER/vmlinuz-arm64, and installs the emulators. What is there already is left alone.
#
# usage: scripts/setup-kernel.sh FOLDER
# Exit: 0 all is there, 2 usage, 3 something cannot be had here; it is named.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/foreign-apt.sh
source scripts/foreign-apt.sh

if [ $# -ne 1 ]; then
  echo "usage: ${0##*/} FOLDER" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)

command -v apt-get >/dev/null || fail 'this system has no apt; put two arm64 and x86-64 kernels at' \
  "$folder/vmlinuz-arm64 and $folder/vmlinuz-x64, and install qemu-system for both"

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
if ! command -v qemu-system-aarch64 >/dev/null || ! command -v qemu-system-x86_64 >/dev/null; then
  $as_root apt-get update -q
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends qemu-system-arm \
    qemu-system-x86 || fail 'qemu-system-arm and qemu-system-x86 cannot be installed'
fi

# fetch DEBIAN_ARCHITECTURE OUR_NAME
fetch() {
  local state package
  state=$folder/apt-$1
  [ ! -s "$folder/vmlinuz-$2" ] || return 0
  foreign_apt "$1" "$state" || fail "the package lists of $1 cannot be fetched"
  package=$(apt-cache "${apt[@]}" depends "linux-image-cloud-$1" | sed -n 's/.*Depends: \(linux-image[^ ]*\)$/\1/p' |
    head -n 1)
  [ -n "$package" ] || fail "no package linux-image-cloud-$1; Debian 12 has it"
  foreign_unpack "$state" "$state/unpacked" "$package" || fail "$package cannot be fetched"
  mv "$state"/unpacked/boot/vmlinuz-* "$folder/vmlinuz-$2"
  rm -rf "$state"
}

fetch arm64 arm64
fetch amd64 x64
ls -l "$folder"/vmlinuz-*
