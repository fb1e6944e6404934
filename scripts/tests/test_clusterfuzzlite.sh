#!/usr/bin/env bash
# .clusterfuzzlite: its build makes a fuzzer that runs, as the tool would call it; its files say what the tool reads; and the
# workflows name what is there.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh .clusterfuzzlite .github elf ci harness/fuzz fixtures/markdown fixtures/fuzz fixtures/schemas Makefile
source "$(dirname "$0")/tap.sh"

here=$root/.clusterfuzzlite
for file in project.yaml Dockerfile build.sh; do
  run test -s "$here/$file"
  expect_status "$file is where the tool looks for it" 0
done

# project.yaml has keys with a word, and keys with lists of words.
awk '/^#/ || NF == 0 { next }
  /^[a-z_]+: / { split($0, p, ": "); printf "%s\"%s\": \"%s\"", sep, p[1], p[2]; sep = ", "; next }
  /^[a-z_]+:$/ { sub(/:$/, ""); printf "%s%s\"%s\": [", close_, sep, $0; close_ = "]"; sep = ""; item = ""; open = 1; next }
  /^  - / { printf "%s\"%s\"", item, $2; item = ", "; next }
  { print "?" NR; exit 1 }' "$here/project.yaml" | sed 's/""/", "/g; s/"\]"/"], "/g; s/^/{/; s/$/]}/' >project.json
run jsonschema -i project.json "$root/fixtures/schemas/clusterfuzzlite-project.json"
expect_status 'project.yaml holds to its schema' 0
sed 's/"c"/"cobol"/' project.json >other.json
run jsonschema -i other.json "$root/fixtures/schemas/clusterfuzzlite-project.json"
expect_status 'and another language would not' 1

expect_text 'the image is built on the one of the tool' 'FROM gcr.io/oss-fuzz-base/base-builder' "$here/Dockerfile"
sed -n 's/^COPY \([^ ]*\) .*/\1/p' "$here/Dockerfile" | while read -r path; do [ -e "$root/$path" ] || echo "$path"; done >missing
expect_bytes 'what it copies is there' '' missing

mkdir made src
flags='-O1 -g -fsanitize=address,fuzzer-no-link'
cd "$root" || exit 1
[ "$build" = "$root/build" ] || ln -s "$build" "$root/build"
run env SRC="$folder/src" OUT="$folder/made" CC=clang CXX=clang++ CFLAGS="$flags" CXXFLAGS="$flags" \
  LIB_FUZZING_ENGINE=-fsanitize=fuzzer "$here/build.sh"
expect_status 'the build works here' 0
cd "$folder" || exit 1
for file in fuzz_markdown fuzz_markdown.options fuzz_markdown_seed_corpus.zip; do
  run test -s "made/$file"
  expect_status "it makes $file" 0
done
run ldd made/fuzz_markdown
expect_no_text 'which needs no library that the other image lacks' libcmark out
printf '*a* <b>\n' >document
run made/fuzz_markdown document
expect_status 'and which takes a document' 0
run made/fuzz_markdown -runs=500 -seed=1 -max_len=256
expect_status 'and looks for some' 0

# The workflows: what they run is there, and who compares with older commits has them.
for file in "$root"/.github/workflows/*.yml; do
  name=${file##*/}
  sed -n 's/^ *- run: \(ci\/[a-z.-]*\).*/\1/p' "$file" | while read -r path; do [ -x "$root/$path" ] || echo "$path"; done >missing
  expect_bytes "$name: its scripts are there" '' missing
done
awk '/checkout@/ { n++; want = 2; next } want && /fetch-depth: 0/ { m++; want = 0 } want { want-- } END { exit !(n && n == m) }' \
  "$root/.github/workflows/mutants.yml"
status=$?
expect_status 'mutants.yml: every checkout has the whole history' 0

done_testing
# SPDX-License-Identifier: MIT
