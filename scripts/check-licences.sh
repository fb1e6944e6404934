#!/usr/bin/env bash
# Does each source end with the line of its licence, and does `reuse lint`, where it is installed, agree that each file has
# one? .reuse/dep5 says which licence a folder has. The line is the last one, so that no other line has another number.
#
# usage: scripts/check-licences.sh [-w] [FOLDER]
#
#   -w       write the lines that are missing
#   FOLDER   the sources (those that this script is in)
#
# Exit: 0 all have it; 1 one has not, and is named; 2 usage.
set -u -o pipefail
write=no
[ "${1-}" != -w ] || { write=yes && shift; }
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

# line PATH: the line that the file must end with; nothing, where it has no room for comments, or is there to be copied: a
# copy is its author's, and says nothing of us.
tag=SPDX-License-
tag+='Identifier: MIT'
line() {
  case $1 in
  generators/lessons/* | fixtures/example/* | harness/new/templates/*) ;;
  *.c | *.h) echo "/* $tag */" ;;
  *.sh | *.awk | *.yml | *.ini | Makefile | */Makefile | Containerfile | .ci/run | .clang-format | .clang-tidy | .editorconfig | \
    .gitignore | .gitattributes) echo "# $tag" ;;
  esac
}

status=0
while IFS= read -r path; do
  wanted=$(line "$path")
  if [ -z "$wanted" ] || [ ! -f "$path" ] || [ "$(tail -n 1 "$path")" = "$wanted" ]; then continue; fi
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
if [ "$status" -eq 0 ] && command -v reuse >/dev/null; then
  said=$(reuse lint 2>&1) || { echo "$said" && status=1; }
fi
exit $status
# SPDX-License-Identifier: MIT
