#!/usr/bin/env bash
# Renders every example of the specification where an access outside of document and workspace is a fault, with each
# alignment, and with workspaces of each size near those at which something changes (fixtures/object/exhaust.c).
#
# usage: scripts/exhaust.sh MACHINE NEAR [OPTION...]
#
#   MACHINE  x64 or arm64: the object that is linked; the other machine's runs under qemu
#   NEAR     how far around each such size every size is tried
#   OPTION   for the compiler
#
# Exit: 0 no access was outside; 1 one was, or other HTML came; 2 usage; 3 it could not be tried.
set -eu
[ $# -ge 2 ] || { echo 'usage: scripts/exhaust.sh MACHINE NEAR [OPTION...]' >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd -P)
build=${BUILD:-build}
[ "${build#/}" != "$build" ] || build=$root/$build
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"
examples=/usr/share/gocode/src/github.com/yuin/goldmark/_test/spec.json
machine=$1
near=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

runner=$(machine_runner "$machine")
jq -j '.[] | .markdown, "\u0000"' "$examples" >"$folder/documents" || exit 3
# With carriage returns too: there the rest of a document that lies in its workspace moves.
jq -j '[.[].markdown] | .[range(0; length; 16)] | gsub("\n"; "\r\n"), "\u0000"' "$examples" >>"$folder/documents" || exit 3
machine_compile "$machine" -std=c11 -O1 -D_GNU_SOURCE -Wall -Wextra -Werror "$@" -I"$build/elf" -o "$folder/exhaust" \
  "$root/fixtures/object/exhaust.c" "$build/elf/markdown-render_$machine.o" || exit 3
$runner "$folder/exhaust" "$near" <"$folder/documents"
# SPDX-License-Identifier: MIT
