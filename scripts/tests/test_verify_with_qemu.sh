#!/usr/bin/env bash
# scripts/verify-with-qemu.sh: it emulates even this machine, says what a program wrote and how it ended, and finds
# the first byte that differs from what was expected.
# shellcheck disable=SC2016 # stand-ins are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/tests/programs.sh scripts/verify-with-qemu.sh scripts/foreign-apt.sh run-elf.sh
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/tests/programs.sh
source "$root/scripts/tests/programs.sh"

verify=$root/scripts/verify-with-qemu.sh
unset RUN_ELF_RUNNER
lay seven_x64 seven_x64
lay seven_arm64 seven_arm64
lay crash_x64 crash_x64
printf 'x64 runs\n' >wanted_out
: >nothing

run "$verify" seven_x64
expect_status 'nothing expected: 0' 0
expect_bytes 'the whole report' \
  'program  seven_x64\nrunner   qemu-x86_64-static\nstdout   9 bytes\n  | x64 runs\nstderr   0 bytes\nstatus   7\n' out
run "$verify" seven_arm64
expect_text 'another machine' 'runner   qemu-aarch64-static' out
expect_text 'its stdout' '  | a64 runs' out

run "$verify" -o wanted_out -e nothing -s 7 seven_x64
expect_status 'all equal: 0' 0
expect_text 'stdout is equal' 'stdout   equal to wanted_out' out
expect_text 'stderr is equal' 'stderr   equal to nothing' out
expect_text 'status is equal' 'status   equal to 7' out

# diverges NAME TEXT OPTION...
diverges() {
  local name=$1 text=$2
  shift 2
  run "$verify" "$@"
  expect_status "$name: 1" 1
  expect_text "$name: is named" "$text" out
}
diverges 'another status' 'status   DIVERGED: want 8, got 7' -s 8 seven_x64
printf 'x64 rUns\n' >other
diverges 'another byte' 'stdout   DIVERGED at byte 5: want 0x55, got 0x75 (other)' -o other seven_x64
printf 'X64 runs' >other
diverges 'the first of several differences' 'DIVERGED at byte 0: want 0x58, got 0x78' -o other seven_x64
printf 'x64 runs' >other
diverges 'a byte too many' 'DIVERGED at byte 8: want the end, got 0x0a' -o other seven_x64
printf 'x64 runs\n\0' >other
diverges 'a byte too few' 'DIVERGED at byte 9: want 0x00, got the end' -o other seven_x64
diverges 'nothing was expected' 'stdout   DIVERGED at byte 0: want the end, got 0x78' -o nothing seven_x64
diverges 'stderr' 'stderr   DIVERGED at byte 0: want 0x78, got the end' -e wanted_out seven_x64
diverges 'a crash' 'status   132: died of signal 4 (SIGILL)' crash_x64
expect_bytes 'a crash: nothing on stderr' '' err

run "$verify" -s 132 crash_x64
expect_status 'a crash that is expected: 0' 0

run "$verify"
expect_status 'no BIN: 2' 2
run "$verify" -x seven_x64
expect_status 'an unknown option: 2' 2
run "$verify" -s
expect_status 'an option without its value: 2' 2
run "$verify" -s many seven_x64
expect_status 'a status that is no number: 2' 2
expect_text '... is named' '-s many' err
run "$verify" -s 256 seven_x64
expect_status 'a status over 255: 2' 2
run "$verify" -o nowhere seven_x64
expect_status 'no file of expected bytes: 2' 2
expect_text '... is named' 'nowhere: no such file' err

run "$verify" nowhere
expect_status 'no such program: 3' 3
expect_text '... is named' 'nowhere: no such file' err
run "$verify" wanted_out
expect_status 'what is no program: 3' 3
path_with bash env od uname dirname mktemp rm
PATH=$folder/bin run "$verify" seven_x64
expect_status 'no qemu: 3' 3
expect_text '... is named' 'qemu-x86_64-static' err

# macOS: a Docker that cannot run the container, and one that does what the container would.
path_with bash
stand_in uname 'case $1 in -s) echo Darwin ;; *) echo arm64 ;; esac'
stand_in docker 'case $1 in run) echo no space left >&2; exit 125 ;; esac'
PATH=$folder/bin:/usr/bin:/bin run "$verify" seven_x64
expect_status 'macOS, docker run fails: 3' 3
expect_text 'macOS, docker run fails: docker is quoted' 'no space left' err
stand_in docker 'case $1 in run) while [ "$1" != sh ]; do shift; done; PATH=/usr/bin:/bin exec "$@" ;; esac'
PATH=$folder/bin:/usr/bin:/bin run "$verify" -o wanted_out -s 7 seven_x64
expect_status 'macOS: equal: 0' 0
expect_text 'macOS: the image is named' 'runner   docker, run-elf:' out

done_testing
# SPDX-License-Identifier: MIT
