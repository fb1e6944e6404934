#!/bin/bash -eu
# Builds the fuzzer for ClusterFuzzLite, in the top folder of a checkout. That sets CC, CXX, CFLAGS, CXXFLAGS and
# LIB_FUZZING_ENGINE, and takes from OUT the fuzzer, its options, and the documents that it begins with.
#
# The object is laid by the generators; the Makefile asks for the libraries of the gate all the same. libcmark is linked in,
# since the fuzzer runs in another image.

object=build/elf/markdown-render-counted_x64.o
if [ ! -e "$object" ] || [ -e "$SRC/build.sh" ]; then
  env -u CFLAGS -u CXXFLAGS CC=gcc make -s build/elf/.markdown-object.stamp
fi
# shellcheck disable=SC2086 # flags are words
$CC $CFLAGS -std=c11 -D_GNU_SOURCE -I. -Ibuild/elf -c harness/fuzz/fuzz_markdown.c -o "$OUT/fuzz_markdown.o"
# shellcheck disable=SC2086
$CXX $CXXFLAGS "$OUT/fuzz_markdown.o" "$object" $LIB_FUZZING_ENGINE -l:libcmark.a -o "$OUT/fuzz_markdown"
rm "$OUT/fuzz_markdown.o"
printf '[libfuzzer]\nmax_len = 1024\nentropic = 0\n' >"$OUT/fuzz_markdown.options"
zip -qj "$OUT/fuzz_markdown_seed_corpus.zip" fixtures/markdown/* fixtures/fuzz/*
# SPDX-License-Identifier: MIT
