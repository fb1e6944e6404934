#!/usr/bin/env bash
# Builds pulldown-cmark with its simd feature in FOLDER, from Debian's packages of its source and of what it needs: nothing
# is fetched. `make bench` compares the renderer with it. What is there already is left alone.
#
# usage: scripts/setup-pulldown-cmark.sh FOLDER
# Exit: 0 it is there, 2 usage, 3 it cannot be built here; what is missing is named.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: ${0##*/} FOLDER" >&2
  exit 2
fi
program=$1/release/pulldown-cmark
[ ! -x "$program" ] || exit 0
registry=/usr/share/cargo/registry
crates=("$registry"/pulldown-cmark-0.9.*)

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 3
}
[ -e "${crates[0]}/Cargo.toml" ] || fail "there is no $registry/pulldown-cmark-0.9.*: install librust-pulldown-cmark-dev"
[ -x /usr/bin/cargo ] || fail 'there is no /usr/bin/cargo: install cargo'

mkdir -p "$1"
folder=$(cd "$1" && pwd)
rm -rf "${folder:?}/source" "${folder:?}/home"
mkdir "$folder/home"
cp -RL "${crates[0]}" "$folder/source"
# Its benchmarks and tests need more than Debian has.
awk '/^\[/ { kept = !/^\[\[bench\]\]|dev-dependencies/ } kept' "${crates[0]}/Cargo.toml" \
  >"$folder/source/Cargo.toml"
printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' "$registry" \
  >"$folder/home/config.toml"
cd "$folder/source"
CARGO_HOME=$folder/home RUSTC=/usr/bin/rustc /usr/bin/cargo build --quiet --offline --release --features simd \
  --bin pulldown-cmark --target-dir "$folder" || fail 'cargo cannot build pulldown-cmark'
# SPDX-License-Identifier: MIT
