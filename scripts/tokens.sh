#!/usr/bin/env bash
# Tells what a test program was compiled from, as the compiler read it: without comments and the numbers of lines. A
# sanitizer writes these numbers into a program, so that its bytes change where nothing that it does has changed.
#
# usage: scripts/tokens.sh TRACE OBJECTS
#
#   TRACE    what the linker said with --trace: the objects that it linked, and those of archives in parentheses
#   OBJECTS  the folder of objects, in which each NAME.o has a NAME.tokens
#
# Prints one SHA-256. Where objects of several folders have one name, it is of all of these: an archive keeps no folders.
# Exit: 0; 1 where an object that was linked has none.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: ${0##*/} TRACE OBJECTS" >&2; exit 2; }
find "$2" -name '*.tokens' | LC_ALL=C sort | awk -v trace="$1" '
  BEGIN {
    while ((getline line <trace) > 0)
      if (line !~ /^\/(usr|lib)/ && match(line, /[^\/(]*\.o\)?$/)) {
        name = substr(line, RSTART)
        sub(/\.o\)?$/, "", name)
        linked[name] = 1
      }
  }
  {
    name = $0
    sub(/.*\//, "", name)
    sub(/\.tokens$/, "", name)
    if (name in linked) { print; found[name] = 1 }
  }
  END { for (name in linked) if (!(name in found)) exit 1 }' | xargs cat | sha256sum
# SPDX-License-Identifier: MIT
