#!/usr/bin/env bash
# Fetches what `make verify-kernel` boots: Debian's cloud kernel for each machine of machines.sh, unpacked to
# FOLDER/vmlinuz-NAME, and installs the emulators. What is there already is left alone.
#
# usage: scripts/setup-kernel.sh FOLDER
# Exit: 0 all is there, 2 usage, 3 something cannot be had here; it is named.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/foreign-apt.sh
source scripts/foreign-apt.sh
# shellcheck source=scripts/machines.sh
source scripts/machines.sh

if [ $# -ne 1 ]; then
  echo "usage: ${0##*/} FOLDER" >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)

kernels=$(machine_names | sed "s|^|$folder/vmlinuz-|" | paste -sd ' ')
command -v apt-get >/dev/null || fail "this system has no apt; put kernels at $kernels, each of the machine that its" \
  'name ends with, and install qemu-system for them'

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
emulators=()
for machine in $(machine_names); do
  machine_of "$machine"
  command -v "qemu-system-$machine_uname" >/dev/null || emulators+=("$machine_system")
done
if [ ${#emulators[@]} -gt 0 ]; then
  $as_root apt-get update -q
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${emulators[@]}" ||
    fail "${emulators[*]} cannot be installed"
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

for machine in $(machine_names); do
  machine_of "$machine"
  fetch "$machine_debian" "$machine"
done
ls -l "$folder"/vmlinuz-*
# SPDX-License-Identifier: MIT
