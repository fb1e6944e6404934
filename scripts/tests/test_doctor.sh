#!/usr/bin/env bash
# bytegate doctor on this machine, and with something taken away from it.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:doctor
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
run "$gate" doctor
expect_text 'the oracle is here' 'good     libcmark    0.30.2' out
expect_text 'the next command is named' 'next: bytegate verify --suite' out
# Beside a command stand those that setup unpacked: this one has none, and later one.
mkdir alone
for each in "$build"/*; do
  [ "${each##*/}" = commands ] || ln -s "$each" alone/
done
rm alone/bytegate
cp "$gate" alone/bytegate
path_with bash
PATH=$folder/bin run alone/bytegate doctor
expect_status 'without qemu, strace and git: verdicts are given' 0
expect_text '... no emulator is seen' 'limited  qemu        emulators of 0 machines of' out
expect_text '... with the remedy' '  remedy  apt-get install qemu-user' out
expect_text '... no strace' 'limited  strace      not here' out
expect_text '... no git' 'limited  git         not here' out
mkdir alone/commands
ln -s "$(type -P true)" alone/commands/git
PATH=$folder/bin run alone/bytegate doctor
expect_text 'a command that stands in commands/ beside the gate is found' 'good     git         here' out
expect_text '... and no other' 'limited  strace      not here' out
run bash -c 'ulimit -v 2000000; exec "$@"' bash "$gate" doctor
expect_text 'with little memory: 4 GiB cannot be mapped' 'limited  memory      4 GiB cannot be mapped' out
run "$gate" doctor --json
expect_text 'JSON says whether verdicts can be given' '"can_give_verdicts": true' out
run "$gate" doctor --suite x
expect_status 'it reads no options of a run' 2
# Where system calls are filtered as a container does it.
if command -v bwrap >/dev/null; then
  run bwrap --dev-bind / / --unshare-user --disable-userns "$gate" doctor
  expect_text 'no user namespaces: found' 'limited  namespaces  a process may not make a user namespace' out
fi

done_testing
# SPDX-License-Identifier: MIT
