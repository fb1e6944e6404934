#!/usr/bin/env bash
# Checks two promises about the built programs: laid a second time, from another folder and under another locale and time
# zone, every file that the generators write is the same, byte for byte; and each program and object has the size and
# the SHA-256 that stand in fixtures/elf.sha256, so that no byte changes unnoticed. Prints TAP; exit 0 or 1.
# reads: gen elf fixtures/elf.sha256 scripts/lay-again.sh scripts/elf-sums.sh
set -euo pipefail
cd "$(dirname "$0")/.."

build=${BUILD:-build}
number=0
failed=0
# report NAME STATUS REMEDY DETAILS
report() {
  number=$((number + 1))
  if [ "$2" -eq 0 ]; then
    echo "ok $number - $1"
  else
    failed=1
    echo "not ok $number - $1"
    printf '%s\n' "$4" | sed 's/^/# /'
    echo "# remedy: $3"
  fi
}

status=0
details=$(scripts/lay-again.sh -a "$build" 2>&1) || status=1
report 'laid twice, the same bytes' "$status" "run \`make\`; if it stays, a generator depends on where or when it runs" \
  "$details"

status=0
details=$(diff fixtures/elf.sha256 <(scripts/elf-sums.sh "$build/elf")) || status=1
report 'sizes and SHA-256 as in fixtures/elf.sha256' "$status" "if the change is meant: make sums" "$details"
echo "1..$number"
exit "$failed"
# SPDX-License-Identifier: MIT
