#!/usr/bin/env bash
# bench.sh BUILD: compares the renderer's speed with libcmark's and md4c's, and as a program with pulldown-cmark's, on real
# documents and on one input for each construct; how its time and its instructions grow on inputs made to be slow; and
# instructions for each byte on both machines, which repeat exactly.
#
# Exit: 0, or 3 where something that it needs is missing; it is then named, with the remedy.
set -eu
build=$1
bench=$build/bench/bench_markdown
folder=$build/bench
arm64_cmark=$build/arm64/usr/bin/cmark
pulldown=$build/rust/release/pulldown-cmark
spec=/usr/share/gocode/src/github.com/yuin/goldmark/_test/spec.json
install='make setup-bench installs it'

need() {
  [ -e "$1" ] || {
    printf 'bench.sh: %s is missing: %s\n' "$1" "$install" >&2
    exit 3
  }
}

# documents PATH: where that folder of a package of documents is: installed, or unpacked by scripts/setup.sh.
documents() {
  if [ -e "$1" ]; then printf '%s' "$1"; else printf '%s' "$build/documents$1"; fi
}

# Each document once, in FOLDER.
anarchism=$(documents /usr/share/doc/anarchism/markdown)
nodejs=$(documents /usr/share/doc/nodejs/api)
rust=$(documents /usr/src/rustc-1.63.0)
need "$spec"
need "$anarchism"
need "$nodejs"
need "$rust"
need "$arm64_cmark"
need "$pulldown"
command -v valgrind >/dev/null || {
  printf 'bench.sh: valgrind is missing: %s\n' "$install" >&2
  exit 3
}
spec_document=$folder/spec-25-times.md
prose=$folder/anarchism.md
manual=$folder/nodejs-doc.md
technical=$folder/rust-src.md
jq -j '.[] | .markdown + "\n\n"' "$spec" >"$folder/spec.md"
for _ in $(seq 25); do cat "$folder/spec.md"; done >"$spec_document"
zcat "$anarchism"/*.md.gz >"$prose"
find "$nodejs/" -name '*.md.gz' -print0 | sort -z | xargs -0 zcat >"$manual"
find -L "$rust/" -name '*.md' -type f -print0 | LC_ALL=C sort -z | xargs -0 cat >"$technical"

printf 'Speed: MB/s of ours, and how many times as long the others take\n\n'
"$bench" "$spec_document" "$prose" "$manual" "$technical"

filter=$build/elf/markdown-render_$("$build/bytegate" machines host | cut -d ' ' -f 1)
inputs=$folder/inputs
mkdir -p "$inputs"
"$bench" --write "$inputs" >"$folder/inputs.list"

# beside NAME FILE: one row.
beside() { printf '%-28s%s\n' "$1" "$("$bench" --beside "$2" "$filter --unsafe" "$pulldown")"; }

printf '\nWhole programs, CPU time: MB/s of ours, and how many times as long pulldown-cmark with simd takes\n\n'
for document in "$spec_document" "$prose" "$manual" "$technical"; do
  beside "$(basename "$document")" "$document"
done
awk -F '\t' '$1 == "speed"' "$folder/inputs.list" | while IFS='	' read -r _ name file; do
  beside "$name" "$file"
done

printf '\nGrowth: time ~ size ^ exponent, on inputs made to be slow\n\n'
"$bench" --growth

# Instructions of a second rendering, which leaves out what starting costs.
instructions() {
  local once twice
  once=$(count_run "$1" "$2" 1)
  twice=$(count_run "$1" "$2" 2)
  echo "$((twice - once))"
}

count_run() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" --render "$1" "$2" "$3" 2>&1 |
    awk '/Collected/ { print $4 }'
}

# count_arm64 PROGRAM ARGUMENT...: the instructions that a program for arm64 executes.
count_arm64() {
  qemu-aarch64 -L "$build/arm64" -plugin "$build/plugin/total_instructions.so,total=$folder/total" "$@" >/dev/null
  cat "$folder/total"
}

# instructions_arm64 PROGRAM: those that the sample takes, again without what starting costs.
instructions_arm64() {
  : >"$folder/empty.md"
  echo "$(($(count_arm64 "$1" --unsafe "$folder/sample.md") - $(count_arm64 "$1" --unsafe "$folder/empty.md")))"
}

printf '\nGrowth: instructions ~ size ^ exponent, from 20 to 320 KB\n\n'
awk -F '\t' '$1 == "growth"' "$folder/inputs.list" | while IFS='	' read -r _ name small large; do
  printf '%s %s\n' "$(instructions ours "$small")" "$(instructions ours "$large")" |
    awk -v name="$name" '{ printf "%-32s %9.3f\n", name, log($2 / $1) / log(16) }'
done

per_byte() { awk -v size="$size" '{ printf " %9.1f", $1 / size }'; }

printf '\nInstructions for each byte (x86-64: callgrind; arm64: qemu and Debian'"'"'s cmark)\n\n%-20s %29s %19s\n' '' \
  'x86-64' 'arm64'
printf '%-20s %9s %9s %9s %9s %9s\n' '' ours cmark md4c ours cmark
for document in "$spec_document" "$prose" "$technical"; do
  head -c 200000 "$document" >"$folder/sample.md"
  size=$(wc -c <"$folder/sample.md")
  printf '%-20s' "$(basename "$document")"
  for renderer in ours cmark md4c; do
    instructions "$renderer" "$folder/sample.md" | per_byte
  done
  for program in "$build/elf/markdown-render_arm64" "$arm64_cmark"; do
    instructions_arm64 "$program" | per_byte
  done
  printf '\n'
done

# cases_a_second SUITE HOW: natively, without the self-audit.
cases_a_second() {
  "$build/bytegate" verify --suite "$1" --runner native --no-self-audit --confine="$2" 2>&1 |
    awk '/ cases, .* failed/ { for (i = 2; i <= NF; i++) if ($i == "s" || $i == "s,") { print $2 / $(i - 1); exit } }'
}

middle() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

printf '\nConfinement: cases a second with cells, without, and the share that is left (medians of nine, in turn)\n\n'
for suite in render-all markdown; do
  for _ in 1 2 3 4 5 6 7 8 9; do
    cases_a_second "$suite" off >>"$folder/$suite.off"
    cases_a_second "$suite" default >>"$folder/$suite.cells"
  done
  printf '%s %s %s\n' "$suite" "$(middle <"$folder/$suite.cells")" "$(middle <"$folder/$suite.off")" |
    awk '{ printf "%-20s %9.0f %9.0f %8.0f %%\n", $1, $2, $3, 100 * $2 / $3 }'
done
# SPDX-License-Identifier: MIT
