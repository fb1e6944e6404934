#!/usr/bin/env bash
# Proves that no symbol is defined twice in libraries that are linked together. A linker takes the first definition that
# it meets in an archive and says nothing of a second, so that a function may call another one of the same name.
#
# usage: scripts/check-symbols.sh LIBRARY...
#
# Prints each symbol that has several definitions, and the members that define it. Exit: 0 none has; 1 one has;
# 2 usage; 3 a library cannot be read.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: ${0##*/} LIBRARY..." >&2
  exit 2
fi
# nm writes LIBRARY:MEMBER:SYMBOL TYPE ...; small letters are local symbols, V and W are weak ones.
symbols=$(nm -A -P -g --defined-only "$@") || exit 3
[ -n "$symbols" ] || { echo "${0##*/}: $*: no symbol is defined there" >&2 && exit 3; }
awk -v libraries="$*" '
  $3 ~ /^[VWvw]$/ { next }
  { total++; count[$2]++; sub(/:$/, "", $1); where[$2] = where[$2] " " $1 }
  END {
    for (symbol in count)
      if (count[symbol] > 1) {
        print symbol " is defined " count[symbol] " times:" where[symbol] "; rename all but one, or make them static"
        failed = 1
      }
    if (!failed)
      print total " symbols, each defined once: " libraries
    exit failed
  }' <<<"$symbols"
# SPDX-License-Identifier: MIT
