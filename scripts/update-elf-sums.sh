#!/usr/bin/env bash
# Writes the size and the SHA-256 of each built program and object into fixtures/elf.sha256, after an intended change. Called
# by `make sums`. Prints what changed, with the sizes before and after.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${BUILD:-build}/elf
list=fixtures/elf.sha256
new=$(scripts/elf-sums.sh "$folder")
if [ -z "$new" ]; then
  echo "${0##*/}: no program stands in $folder; run \`make\` first" >&2
  exit 1
fi
touch "$list"
awk 'FILENAME == ARGV[1] { sum[$3] = $1; size[$3] = $2; next }
     !($3 in sum) { print $3 ": new, " $2 " bytes" }
     ($3 in sum) && sum[$3] != $1 { print $3 ": " size[$3] " -> " $2 " bytes" }
     { delete sum[$3] }
     END { for (name in sum) print name ": no longer built" }' "$list" <(printf '%s\n' "$new")
printf '%s\n' "$new" >"$list"
# SPDX-License-Identifier: MIT
