#!/usr/bin/env bash
# scripts/check-rooms.sh: an include that runs upwards is seen, whichever way its file came there.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/check-rooms.sh harness ARCHITECTURE.md
. "$(dirname "$0")/tap.sh"

# source PATH LINE...
source_file() {
  mkdir -p "tree/$(dirname "$1")"
  printf '%s\n' "${@:2}" >"tree/$1"
}

source_file harness/main.c '#include "harness/session/session.h"' '#include "harness/base/bytes.h"'
source_file harness/base/bytes.h '#include <stddef.h>'
source_file harness/drive/lane.h '#include "harness/base/bytes.h"' '#include "harness/drive/loop.h"'
source_file harness/drive/loop.h '/* knows nobody */'
source_file harness/session/session.h '#include "harness/drive/lane.h"'
run "$root/scripts/check-rooms.sh" tree
expect_status 'downwards, or within a room: 0' 0

source_file harness/drive/lane.c '#include "harness/drive/lane.h"' '#include "harness/session/session.h"'
run "$root/scripts/check-rooms.sh" tree
expect_status 'upwards: 1' 1
expect_text '... and named, with its line' 'harness/drive/lane.c:2: drive/ includes harness/session/session.h' out
rm tree/harness/drive/lane.c

source_file harness/base/tests/test_bytes.c '#include "harness/session/session.h"'
run "$root/scripts/check-rooms.sh" tree
expect_status 'a test may include anything: 0' 0

source_file harness/attic/old.c '#include <stdio.h>'
run "$root/scripts/check-rooms.sh" tree
expect_status 'a room without a place in the list: 1' 1
expect_text '... named' 'harness/attic/old.c: its room has no place' out
rm -r tree/harness/attic

run "$root/scripts/check-rooms.sh"
expect_status 'the rooms of this harness: 0' 0
# Each room has one header that says what the room is for, and a row in ARCHITECTURE.md.
for room in "$root"/harness/*/ "$root"/harness/report/html/; do
  name=${room#"$root"/harness/}
  case $name in
  tests/ | fuzz/ | bench/) continue ;;
  esac
  find "$room" -maxdepth 2 -name '*.h' -exec head -qn 1 {} + | sort >opens
  expect_text "a header of $name opens with what the room is for" "/* The room $name: " opens
  expect_text "ARCHITECTURE.md has a row for $name" "\`$name\`" "$root/ARCHITECTURE.md"
done

run "$root/scripts/check-rooms.sh" one two
expect_status 'two folders: 2' 2

done_testing
# SPDX-License-Identifier: MIT
