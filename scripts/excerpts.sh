#!/usr/bin/env bash
# Compares the excerpts in the documents with what the programs print now. The line <!-- excerpt: NAME --> before a block
# says which excerpt it is: one of those below, or the path of a file that the block shows whole.
#
# usage: scripts/excerpts.sh [-w] [BUILD [DOCUMENT...]]
#
#   -w   write what is printed now into the documents
#
# Times and addresses of the stack and the heap are not compared, nor is the number of all cases. Exit: 0 all are as
# printed; 1 one is not, and is named; 2 usage; 3 something cannot be run here.
set -u
write=no
[ "${1-}" != -w ] || { write=yes && shift; }
case ${1-} in
-*)
  echo "usage: ${0##*/} [-w] [BUILD [DOCUMENT...]]" >&2
  exit 2
  ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd) || exit 3
build=$(cd "${1:-$root/build}" && pwd) || exit 3
[ $# -eq 0 ] || shift
documents=("$@")
[ $# -gt 0 ] || documents=(README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md fixtures/README.md fixtures/ladder.md
  fixtures/published/README.md)
cd "$root" || exit 3
# shellcheck source=scripts/machines.sh
source scripts/machines.sh
[ "$(machine_here)" = x64 ] || { echo "${0##*/}: the excerpts are those of an x86-64 machine" >&2 && exit 3; }
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT

# The compare of open_heading (generators/markdown/block_starts.c) with the highest level of a heading, 6: its line in
# the map. The fault of the README is 5 in its last byte.
map_line() {
  awk -F'\t' '$2 ~ /^4?.?83f.06$/ && $3 == "code" && $4 == "open_heading" { print; exit }' \
    "$build/elf/markdown-server_x64.map"
}

# plant_fault FOLDER: a build in which that byte is wrong.
plant_fault() {
  local line offset code
  line=$(map_line)
  [ -n "$line" ] || { echo "${0##*/}: in the map, no instruction of open_heading compares with 6" >&2 && return 1; }
  IFS=$'\t' read -r offset code _ <<<"$line"
  offset=$((16#$offset - 0x400000 + ${#code} / 2 - 1))
  mkdir -p "$1/elf"
  ln -s "$build"/{confine,refuse,plugin} "$1/"
  cp "$build"/elf/markdown-server_x64{,.map,.sym} "$1/elf/"
  printf '\x05' | dd of="$1/elf/markdown-server_x64" bs=1 seek="$offset" conv=notrunc status=none
}

selection=(--suite markdown --program markdown-server_x64 --runner native)
# faulty WORD...: the gate's command, on the build with the fault, as one would have called it.
faulty() {
  "$build/bytegate" "$@" --build "$work/faulty" "${selection[@]}" | sed "s| --build $work/faulty||; s|$build/|build/|"
}

# print_excerpt NAME, without blanks at the ends of lines.
print_excerpt() {
  case $1 in
  green)
    local object=render-object
    if [ "$write" = yes ]; then
      set --
      [ -x "$build/object/render_x64" ] || { echo "${0##*/}: run \`make verify\` first, which builds the callers of the object" >&2 && return 1; }
    else set -- --suite hello && object=hello
    fi
    "$build/bytegate" verify --text "$@" | sed -n '/^GREEN/p'
    "$build/bytegate" verify --text --no-self-audit --suite "$object" | sed -n '/^GREEN/p'
    "$build/bytegate" loaders | tail -n 1
    scripts/lay-again.sh "$build" | tail -n 1
    ;;
  red)
    faulty verify --text --no-self-audit --case spec/062 |
      sed -n '/^DIVERGED/,/^  reproduce/p; /^RED/{s/^/...\n/p}'
    ;;
  blame) faulty blame spec/062 ;;
  bisect)
    "$build/bytegate" bisect --elf "$build/elf/markdown-server_x64" "$work/faulty/elf/markdown-server_x64" spec/062 \
      "${selection[@]}" | sed -n '/^BISECT/,/^routine/p'
    ;;
  loaders)
    "$build/bytegate" loaders -v |
      awk 'NR == 1 { print; print "..." } /^[^ ]/ { shown = /^tiny-/ } shown { print; any = 1 } END { if (any) print "..." }'
    ;;
  map) map_line ;;
  *) cat "$1" ;;
  esac | sed 's/ *$//'
}

# What may differ from one machine, or one run, to another.
comparable() { sed -E 's/[0-9]+\.[0-9]+ s$/N s/; s/0x7f[0-9a-f]+/0xN/g; s/^GREEN: [0-9]+ /GREEN: N /'; }

# check DOCUMENT: copies it to $work/document with the excerpts as they are printed now; names those that differ.
check() {
  local document=$1 line indent name text found number=0 status=0
  : >"$work/document"
  while IFS= read -r line; do
    number=$((number + 1))
    printf '%s\n' "$line" >>"$work/document"
    [[ $line =~ ^(\ *)\<!--\ excerpt:\ ([^ ]+)\ --\>$ ]] || continue
    indent=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]} found=$number
    IFS= read -r line && number=$((number + 1))
    printf '%s\n' "$line" >>"$work/document"
    : >"$work/shown"
    while IFS= read -r line && number=$((number + 1)) && [ "$line" != "$indent\`\`\`" ]; do
      printf '%s\n' "${line#"$indent"}" >>"$work/shown"
    done
    text=$work/text-${name//\//-}
    [ -e "$text" ] || print_excerpt "$name" >"$text"
    if [ ! -s "$text" ]; then
      echo "$document:$found: nothing is printed for the excerpt $name; it stays as it is"
      sed "s/^\(.\)/$indent\1/" "$work/shown" >>"$work/document"
      status=1
    elif diff <(comparable <"$work/shown") <(comparable <"$text") >"$work/diff"; then
      sed "s/^\(.\)/$indent\1/" "$work/shown" >>"$work/document"
    else
      echo "$document:$found: the excerpt $name is not what is printed:"
      cat "$work/diff"
      sed "s/^\(.\)/$indent\1/" "$text" >>"$work/document"
      status=1
    fi
    printf '%s\n' "$line" >>"$work/document"
  done <"$document"
  [ $status -eq 0 ] || [ "$write" = no ] || { cat "$work/document" >"$document" && echo "$document: written"; }
  return $status
}

plant_fault "$work/faulty" || exit 3
different=0
for document in "${documents[@]}"; do
  check "$document" || different=1
done
[ "$write" = no ] || exit 0
exit $different
# SPDX-License-Identifier: MIT
