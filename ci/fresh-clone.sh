#!/usr/bin/env bash
# Proves the README's two commands on what is committed, which is not always what stands in the folder: clones it into
# a temporary folder, runs both there, and says how long each took.
#
# usage: ci/fresh-clone.sh
#
# Exit: that of the command that failed first, or 0.
set -u
repository=$(cd "$(dirname "$0")/.." && pwd -P)
folder=$(mktemp -d) || exit 3
trap 'rm -rf "$folder"' EXIT
git clone -q "$repository" "$folder/bytegate" && cd "$folder/bytegate" || exit 3
# What the caller's make has set is not part of a fresh clone.
unset BUILD MAKEFLAGS MAKELEVEL

for goals in 'setup verify' 'setup check'; do
  SECONDS=0
  # shellcheck disable=SC2086 # goals are words
  make $goals </dev/null || exit
  printf 'fresh-clone.sh: make %s: %d s, at %s\n' "$goals" "$SECONDS" "$(git rev-parse --short HEAD)"
done
# SPDX-License-Identifier: MIT
