#!/usr/bin/env bash
# Proves the order of the harness's rooms: a file includes headers of its own room and of rooms that stand before it in
# the list below, never of one after it. main.c stands above all of them, and nothing includes a helper but its
# shared headers.
#
# usage: scripts/check-rooms.sh [FOLDER]
#
#   FOLDER  the checkout; without it, the one of this script
#
# Exit: 0 where the order holds; 1 where an include runs upwards or a room has no place in the list; 2 usage.
set -eu
[ $# -le 1 ] || { echo 'usage: scripts/check-rooms.sh [FOLDER]' >&2; exit 2; }
cd "${1:-$(dirname "$0")/..}"

# From the ground up. helpers/ holds what is put before a program; its headers say what such a helper writes down, and
# so stand as low as base/.
rooms='base cell helpers process suite verdict map drive session report report/html campaign cli accept reduce blame bisect coverage mutate
       loaders explain check simulate doctor new'

# shellcheck disable=SC2016 # awk expands
find harness -name '*.[ch]' ! -path '*/tests/*' ! -path 'harness/new/templates/*' ! -path 'harness/fuzz/*' ! -path 'harness/bench/*' -print0 | sort -z |
  xargs -0 awk -v rooms="$rooms" '
    function room_of(path) {
      sub(/^harness\//, "", path)
      if (path !~ /\//) return path == "main.c" ? "main.c" : ""
      sub(/\/[^\/]*$/, "", path)
      if (path ~ /^helpers\//) path = "helpers"
      return path
    }
    BEGIN {
      count = split(rooms, names, /[ \n]+/)
      for (i = 1; i <= count; i++) place[names[i]] = i
      place["main.c"] = count + 1
    }
    FNR == 1 {
      files++
      here = room_of(FILENAME)
      if (!(here in place)) { print FILENAME ": its room has no place in scripts/check-rooms.sh"; bad = 1 }
    }
    /^#include "harness\// {
      split($0, parts, "\"")
      there = room_of(parts[2])
      if (!(there in place)) { print FILENAME ":" FNR ": " parts[2] " stands in no room"; bad = 1 }
      else if (place[there] > place[here]) {
        print FILENAME ":" FNR ": " here "/ includes " parts[2] ", which stands above it"
        bad = 1
      }
    }
    END {
      if (!files) { print "check-rooms.sh: no file of a harness below this folder"; bad = 1 }
      exit bad
    }' || exit 1
# SPDX-License-Identifier: MIT
