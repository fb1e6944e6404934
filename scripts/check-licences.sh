#!/usr/bin/env bash
# Does each source end with the line of its licence, and does `reuse lint`, where it is installed, agree that each file has
# one? .reuse/dep5 says which licence a folder has. The line is the last one, so that no other line has another number.
#
# usage: scripts/check-licences.sh [-w] [-k KEPT] [FOLDER]
#
#   -w       write the lines that are missing
#   -k KEPT  do not ask reuse again while no file came or went, and no line about a licence changed, since it agreed: the
#            file KEPT tells
#   FOLDER   the sources (those that this script is in)
#
# Exit: 0 all have it; 1 one has not, and is named; 2 usage.
set -u -o pipefail
write=no
[ "${1-}" != -w ] || { write=yes && shift; }
kept=''
[ "${1-}" != -k ] || { kept=$(realpath -m -- "${2-}") && shift 2; }
case ${1-} in
-*)
  echo "usage: ${0##*/} [-w] [FOLDER]" >&2
  exit 2
  ;;
esac
cd "${1-$(dirname "$0")/..}" || exit 2

# The files of the sources: those of git, or all that no build has made.
sources() {
  git ls-files --cached --others --exclude-standard 2>/dev/null || find . -name 'build*' -prune -o -type f -printf '%P\n'
}

# find_line PATH: puts into $wanted the line that the file must end with; nothing, where it has no room for comments, or is
# there to be copied: a copy is its author's, and says nothing of us.
tag=SPDX-License-
tag+='Identifier: MIT'
find_line() {
  wanted=''
  case $1 in
  generators/lessons/* | fixtures/example/* | harness/new/templates/*) ;;
  *.c | *.h) wanted="/* $tag */" ;;
  *.sh | *.awk | *.yml | *.ini | Makefile | */Makefile | Containerfile | .ci/run | .clang-format | .clang-tidy | .editorconfig | \
    .gitignore | .gitattributes) wanted="# $tag" ;;
  esac
}

# The last line of each file that must have one, after its path.
# shellcheck disable=SC2016 # of awk
last_lines() {
  sources | while IFS= read -r path; do
    find_line "$path"
    [ -z "$wanted" ] || [ ! -f "$path" ] || printf './%s\0' "$path"
  done | xargs -0r awk 'FNR == 1 && NR > 1 { print path "\t" text } { path = substr(FILENAME, 3); text = $0 }
    END { if (NR) print path "\t" text }'
}

status=0
declare -A last
while IFS=$'\t' read -r path text; do last[$path]=$text; done < <(last_lines)
while IFS= read -r path; do
  find_line "$path"
  if [ -z "$wanted" ] || [ ! -f "$path" ] || [ "${last[$path]-}" = "$wanted" ]; then continue; fi
  if [ "$write" = yes ]; then
    case $path in
    *.c | *.h) printf '\n%s\n' "$wanted" >>"$path" ;;
    *) printf '%s\n' "$wanted" >>"$path" ;;
    esac
  else
    echo "$path: its last line is not \"$wanted\"; scripts/check-licences.sh -w writes it"
    status=1
  fi
done < <(sources)

# All that reuse judges by: which files there are, and what they say of licences.
state() {
  sources
  sources | tr '\n' '\0' | xargs -0r grep -aniE 'spdx|copyright|©' -- .reuse/dep5 2>/dev/null | sed 's/:[0-9]*:/:/'
  cat .reuse/* LICENSES/* 2>/dev/null
}
if [ "$status" -eq 0 ] && command -v reuse >/dev/null; then
  key=''
  [ -z "$kept" ] || key=$(state | sha256sum)
  if [ -z "$key" ] || [ "$key" != "$(cat "$kept" 2>/dev/null)" ]; then
    said=$(reuse lint 2>&1) || { echo "$said" && status=1; }
    [ -z "$key" ] || [ "$status" -ne 0 ] || echo "$key" >"$kept"
  fi
fi
exit $status
# SPDX-License-Identifier: MIT
