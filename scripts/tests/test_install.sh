#!/usr/bin/env bash
# `make install` and `make uninstall`, into a folder of the test: what is installed runs, and nothing is left.
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
run make -C "$root" BUILD="${build#"$root"/}" PREFIX=/usr DESTDIR="$folder/dest" install
expect_status 'make install' 0
run "$folder/dest/usr/bin/bytegate" --version
expect_bytes 'what is installed runs, and prints the version' "bytegate $(cat "$root/VERSION")
" out
run test -r "$folder/dest/usr/lib/bytegate/plugin/observe_run.so" -a -x "$folder/dest/usr/lib/bytegate/confine"
expect_status 'with what it gives to qemu, and starts programs through' 0
for command in $("$gate" completion fish | sed -n 's/.*use_subcommand -a //p'); do
  # An entry begins after .TP with the command's name, in which - is escaped.
  run awk -v name="${command//-/\\\\-}" '
    tp && $1 == name { found = 1 } { tp = $0 == ".TP" } END { exit !found }' dest/usr/share/man/man1/bytegate.1
  expect_status "the manual page has an entry of $command" 0
done
run make -C "$root" BUILD="${build#"$root"/}" PREFIX=/usr DESTDIR="$folder/dest" uninstall
run find dest -type f
expect_bytes 'make uninstall leaves nothing' '' out

done_testing
