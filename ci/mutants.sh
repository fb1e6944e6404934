#!/usr/bin/env bash
# Judges what a commit changed in the machine code: tries the mutants of each routine that does something else than at an
# older commit, on both machines. One that no case notices and nothing explains makes it fail.
#
# usage: ci/mutants.sh COMMIT [PROGRAM...]
#
#   COMMIT   the older one; nothing but zeros, as GitHub says of a new branch, is the one before HEAD
#   PROGRAM  files of build/elf (default: the renderer, the server, ls, and the small programs of our own)
#
# Exit: 0 nothing changed, or every mutant is noticed or explained; 1 one is not; 3 the older programs cannot be built.
set -u
cd "$(dirname "$0")/.." || exit 3
[ $# -ge 1 ] || { echo 'usage: ci/mutants.sh COMMIT [PROGRAM...]' >&2 && exit 2; }
commit=$1
shift
[ -n "${commit//0/}" ] || commit=HEAD^
programs=("$@")
[ $# -gt 0 ] || for name in markdown-render markdown-server ls hello quine hex0; do programs+=("${name}_x64" "${name}_arm64"); done

older=$(mktemp -d)
trap 'rm -rf "$older"' EXIT
{ git clone -q --shared --no-checkout . "$older/at" && git -C "$older/at" checkout -q --detach "$commit^{commit}" &&
  env -u MAKEFLAGS -u MAKELEVEL make -s -C "$older/at" BUILD=build elf >/dev/null; } ||
  { echo "ci/mutants.sh: the programs of $commit cannot be built (a checkout with its whole history has them: fetch-depth: 0)" >&2 && exit 3; }

status=0
for program in "${programs[@]}"; do
  before=$older/at/build/elf/$program
  if [ ! -e "$before" ]; then
    echo "$program: it is new; bytegate mutate --program $program tries all of it"
  elif cmp -s "$before" "build/elf/$program"; then
    echo "$program: the same bytes as at $commit"
  else
    build/bytegate mutate --program "$program" --since "$before"
    one=$?
    [ "$one" -le "$status" ] || status=$one
  fi
done
exit "$status"
# SPDX-License-Identifier: MIT
