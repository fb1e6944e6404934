#!/usr/bin/env bash
# The renderer as an object that C programs link, with nothing but cc: the same HTML as the filter's, which is held to
# cmark, on both machines; and no byte outside of document and workspace, however small that is (`make prove` tries more
# sizes, on both machines).
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh scripts/exhaust.sh elf fixtures/object fixtures/markdown
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

documents=("$root"/fixtures/markdown/*.md)

native=$(machine_here)
foreign=$(machine_foreign)
machine_of "$foreign"

# link CC NAME ARCH [OPTION...]
link() {
  local cc=$1 name=$2 arch=$3
  shift 3
  run "$cc" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror "$@" -I"$build/elf" -o "$name" \
    "$root/fixtures/object/render.c" "$build/elf/markdown-render_$arch.o"
  expect_status "$cc links the $arch object" 0
}

# same_html RUNNER...: the program's HTML of every document is the filter's.
same_html() {
  local document mode
  for document in "${documents[@]}"; do
    for mode in --safe --unsafe; do
      "$build/elf/markdown-render_$native" "$mode" "$document" >wanted_html
      "$@" "$mode" "$document" >html || echo "$mode $document: failed"
      cmp wanted_html html || echo "$mode $document"
    done
  done >differences 2>&1
  expect_bytes "$1: the HTML of ${#documents[@]} documents in both modes" '' differences
}

link cc render_native "$native"
link "$machine_cc" render_foreign "$foreign" -static
same_html ./render_native

cat >size.cc <<'C'
#include "markdown_render.h"
int main() { return markdown_workspace_size(1000) > 1000 ? 0 : 1; }
C
run clang -Wall -Wextra -Werror -I"$build/elf" -o size_cxx -x c++ size.cc -x none "$build/elf/markdown-render_$native.o"
expect_status 'C++ links it too' 0
run ./size_cxx
expect_status 'and calls it' 0
same_html "$machine_qemu" ./render_foreign

for name in references limits tabs empty html-block-names; do
  run ./render_native --squeeze "$root/fixtures/markdown/$name.md"
  expect_status "every workspace is enough, or said to be too small: $name" 0
done

# exhaust OPTION...: the examples of the specification between forbidden pages.
exhaust() {
  run "$root/scripts/exhaust.sh" "$native" 0 "$@"
}
exhaust
expect_status 'no access outside of document and workspace' 0
expect_text '... in all 652 examples, and with CR in those with a code span or an HTML block' '693 documents' out
exhaust -DDOCUMENT_LIE=1
expect_status 'a read of one byte after the document is noticed' 1
exhaust -DWORKSPACE_LIE=4096
expect_status 'a write after the workspace is noticed' 1

run nm --undefined-only "$build"/elf/markdown-render_{"$native","$foreign"}.o
expect_no_text 'the objects need nothing from elsewhere' ' U ' out

done_testing
# SPDX-License-Identifier: MIT
