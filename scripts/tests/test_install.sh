#!/usr/bin/env bash
# `make install` and `make uninstall`, into a folder of the test: what is installed runs, and nothing is left.
# reads: scripts/tests/tap.sh install
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
dest="$folder/a dest"
run make -C "$root" BUILD="${build#"$root"/}" PREFIX=/usr DESTDIR="$dest" install
expect_status 'make install, into a path with a blank' 0
run "$dest/usr/bin/bytegate" --version
expect_bytes 'what is installed runs, and prints the version' "bytegate $(cat "$root/VERSION")
" out
run test -r "$dest/usr/lib/bytegate/plugin/observe_run.so" -a -x "$dest/usr/lib/bytegate/confine"
expect_status 'with what it gives to qemu, and starts programs through' 0
# What is measured is kept below the current folder, and not beside the command.
mkdir own && printf 'int main(void) { return 0; }\n' >own/plain.c && cc -o own/plain own/plain.c || exit 1
printf '%s\n' '[program plain]' 'elf = plain' 'oracle = command' 'oracle-command = true' '[cases c]' 'source = nothing' >own/s.ini
run env -C own "$dest/usr/bin/bytegate" coverage --suite s.ini
expect_status 'what is installed measures coverage' 0
run test -s own/.bytegate/coverage/plain.coverage.gz -a ! -e "$dest/usr/bin/coverage"
expect_status '... and keeps it below the current folder' 0
run env -C own "$dest/usr/bin/bytegate" campaign verify --shards 1 --suite s.ini
run test -d own/.bytegate/campaign-verify -a ! -e "$dest/usr/bin/campaign-verify"
expect_status '... and so does a campaign' 0
for command in $("$gate" complete -- ''); do
  # An entry begins after .TP with the command's name, in which - is escaped.
  run awk -v name="${command//-/\\\\-}" '
    tp && $2 == name { found = 1 } { tp = $0 == ".TP" } END { exit !found }' "$dest/usr/share/man/man1/bytegate.1"
  expect_status "the manual page has an entry of $command" 0
done
run "$gate" complete -- --
cp out options
while IFS='= ' read -r option _; do
  case $option in --help | --usage | --version) continue ;; esac
  expect_text "... and one of $option" "\fB${option//-/\\-}\fR" "$dest/usr/share/man/man1/bytegate.1"
done <options

# Each row of the tables of keys, which a test of the gate holds to the keys that there are.
awk '/^## Selecting/ { exit } /^\| `/ { split($0, cell, "|"); gsub(/^ `|` $/, "", cell[2]); gsub(/`/, "", cell[2]); print cell[2] }' \
  "$root/fixtures/README.md" >keys
run test "$(wc -l <keys)" -ge 30
expect_status 'the keys are found' 0
while read -r key; do
  run awk -v keys="$key" '
    { gsub(/\\f[BR]/, ""); gsub(/\\-/, "-") } tp && $0 == keys { found = 1 } { tp = $0 == ".TP" } END { exit !found }' \
    "$dest/usr/share/man/man5/bytegate-suite.5"
  expect_status "bytegate-suite(5) has an entry of $key" 0
done <keys
run awk '/^\.EX/ { on = 1 } /^source = folder/ { found = on } END { exit !found }' "$dest/usr/share/man/man5/bytegate-suite.5"
expect_status '... and an example' 0
for page in "$dest"/usr/share/man/man?/*; do
  run groff -man -ww -z "$page"
  expect_bytes "groff has nothing to say of ${page##*/}" '' err
  groff -man -Tascii -P-cbou -rLL=78n "$page" | awk 'length($0) > 80' >wide
  expect_bytes "${page##*/} fits 80 columns" '' wide
done
# What the pages point to is there.
sed 's/\\-/-/g; s/\\f[BRI]/ /g' "$dest"/usr/share/man/man?/* | grep -o '/usr/share/doc/bytegate/[A-Za-z0-9._/-]*[A-Za-z0-9/]' | sort -u >named
(cd "$dest/usr/share/doc/bytegate" && grep -o '](\([^)#:]*\))' AGENTS.md howto.md) | sed 's#^[^(]*(#/usr/share/doc/bytegate/#; s/)$//' >>named
run test "$(wc -l <named)" -ge 8
expect_status 'the pages name files' 0
while read -r name; do
  run test -e "$dest$name"
  expect_status "$name is there" 0
done <named
# Of each page, its links lead to what is installed. The texts of the gallery are inputs, and no pages.
(cd "$dest/usr/share/doc/bytegate" && find . -name '*.md' ! -path './gallery/texts/*' ! -path './lessons/texts/*') >pages
while read -r page; do
  grep -oE '\]\([^)#:]+' "$dest/usr/share/doc/bytegate/$page" | while IFS='(' read -r _ link; do
    [ -e "$dest/usr/share/doc/bytegate/$(dirname "$page")/$link" ] || echo "$page: $link"
  done
done <pages >dead
expect_bytes 'no page that is installed links to one that is not' '' dead
sed 's/\\-/-/g' "$dest"/usr/share/man/man?/* | grep -nE '(README|SECURITY|ARCHITECTURE|CONTRIBUTING)\.md' >dead
expect_bytes 'nor does a manual page name one' '' dead
run "$dest/usr/bin/bytegate" list --suite "$dest/usr/share/doc/bytegate/example/capitals.ini"
expect_status 'the example is there, and is a suite' 0
run make -C "$root" BUILD="${build#"$root"/}" PREFIX=/usr DESTDIR="$dest" uninstall
run find "$dest" -type f
expect_bytes 'make uninstall leaves nothing' '' out

# The name that other makefiles have for PREFIX, and where helpers are then.
run make -C "$root" BUILD="${build#"$root"/}" prefix="$folder/mine" install
expect_status 'make install prefix=' 0
run test -x "$folder/mine/bin/bytegate"
expect_status '... installs there' 0
expect_text '... and the pages say so' "$folder/mine/lib/bytegate/refuse" "$folder/mine/share/man/man5/bytegate-suite.5"

done_testing
# SPDX-License-Identifier: MIT
