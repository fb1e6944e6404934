#!/usr/bin/env bash
# Prints one line "sha256  size  name" for each program and object that the generators laid into a folder, by name. What
# has a .map beside it was laid by a generator.
#
# usage: scripts/elf-sums.sh FOLDER
set -euo pipefail

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
  echo "usage: ${0##*/} FOLDER" >&2
  exit 2
fi
shopt -s nullglob
export LC_ALL=C # the order of the lines is the same everywhere
for map in "$1"/*.map; do
  elf=${map%.map}
  sum=$(sha256sum <"$elf")
  printf '%s  %7d  %s\n' "${sum%% *}" "$(stat -c %s "$elf")" "${elf##*/}"
done
# SPDX-License-Identifier: MIT
