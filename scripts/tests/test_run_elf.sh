#!/usr/bin/env bash
# run-elf.sh: which runner it takes, that everything passes through it, and what it refuses and how.
# Docker and macOS are stand-ins here: the one records how it was called, the other is a uname that says Darwin.
# shellcheck disable=SC2016 # stand-ins are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh scripts/tests/programs.sh run-elf.sh
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"
# shellcheck source=scripts/tests/programs.sh
source "$root/scripts/tests/programs.sh"

run_elf=$root/run-elf.sh
unset RUN_ELF_RUNNER
export RUN_ELF_DOCKER=''

lay seven_x64 seven_x64
lay seven_arm64 seven_arm64
lay arguments_x64 arguments_x64
lay crash_x64 crash_x64

## Runs

native=$(machine_here)
foreign=$(machine_foreign)
machine_of "$foreign"
emulator=qemu-$machine_uname
declare -A line=([x64]='x64 runs\n' [arm64]='a64 runs\n')

for machine in x64 arm64; do
  run "$run_elf" "seven_$machine"
  expect_status "$machine: the exit status passes through" 7
  expect_bytes "$machine: stdout passes through" "${line[$machine]}" out
  expect_bytes "$machine: nothing is added to stderr" '' err
done
run "$run_elf" --which "seven_$native"
expect_bytes 'the machine of this host runs natively' 'native\n' out
run "$run_elf" --which "seven_$foreign"
expect_bytes 'another machine runs in qemu' "$emulator-static\n" out
RUN_ELF_RUNNER=qemu run "$run_elf" --which "seven_$native"
expect_text 'RUN_ELF_RUNNER=qemu emulates this machine too' 'qemu-' out
RUN_ELF_RUNNER=wine run "$run_elf" "seven_$native"
expect_status 'another RUN_ELF_RUNNER is refused' 125
expect_text '... and named' "'wine'" err

arguments=('two words' '' '*' '$HOME' 'quo"te' "apos'trophe" 'back\slash' $'line\nbreak' --which -t)
printf '%s\0' ./arguments_x64 "${arguments[@]}" >wanted_arguments
for runner in '' qemu; do
  RUN_ELF_RUNNER=$runner run "$run_elf" arguments_x64 "${arguments[@]}"
  expect_status "${runner:-native}: the program sees as many arguments" 11
  cp out got_arguments
  run cmp wanted_arguments got_arguments
  expect_status "${runner:-native}: arguments are passed exactly" 0
done

mkdir 'a folder' && cp seven_x64 'a folder/-seven x64'
run "$run_elf" 'a folder/-seven x64'
expect_status 'a name with spaces' 7
(cd 'a folder' && "$run_elf" ./'-seven x64' >/dev/null)
status=$?
expect_status 'a name that begins with a dash' 7
ln -s "$folder/seven_x64" link
run "$run_elf" link
expect_status 'a symbolic link' 7
run bash -c '"$1" crash_x64; exit $?' - "$run_elf"
expect_status 'a death by SIGILL is 128 + 4' 132

for machine in x64 arm64; do
  hello=$build/elf/hello_$machine
  if [ -e "$hello" ]; then
    run "$run_elf" "$hello"
    expect_status "hello_$machine exits with 0" 0
    expect_text "hello_$machine says hello" 'Hello' out
  fi
done

## Refusals

# refused NAME STATUS TEXT BIN
refused() {
  run "$run_elf" "$4"
  expect_status "$1: exit $2" "$2"
  expect_text "$1: is named" "$3" err
  expect_bytes "$1: nothing on stdout" '' out
}

refused 'no such file' 127 'nowhere: no such file' nowhere
ln -s nowhere dangling
refused 'a dangling link' 127 'a symbolic link to a file that is not there' dangling
refused 'a folder' 126 'a folder, not a program' "$folder"
mkfifo pipe
refused 'a pipe' 126 'not a regular file' pipe
: >empty && chmod +x empty
refused 'an empty file' 126 'it is empty' empty
lay script printf '#!/bin/sh\nexit 0\n'
refused 'a script' 126 "not an ELF file: it begins with '23 21 2f 62'" script
lay three printf '\177EL'
refused 'three bytes' 126 "not an ELF file: it begins with '7f 45 4c'" three
lay short head -c 63 seven_x64
refused 'a header cut short' 126 'cut short: 63 of the 64 bytes' short
lay class32 elf_header '01 01 01' '02 00' '03 00'
refused 'a 32-bit program' 126 'a 32-bit program (EI_CLASS is 1)' class32
lay big elf_header '02 02 01' '00 02' '00 15'
refused 'a big-endian program' 126 'a big-endian program (EI_DATA is 2)' big
lay object elf_header '02 01 01' '01 00' '3e 00'
refused 'an object file' 126 'an object file' object
lay core elf_header '02 01 01' '04 00' '3e 00'
refused 'a core dump' 126 'e_type is 0x0004' core
lay sparc elf_header '02 01 01' '02 00' '2b 00'
refused 'an unknown machine' 126 'unknown machine: e_machine is 0x002b' sparc
seven_x64 '02 01 01' >plain
refused 'a program without x' 126 "chmod +x './plain'" plain
if [ "$(id -u)" -eq 0 ]; then
  # root reads whatever there is; another user does not, and may not see into the checkout either.
  chmod 755 "$folder" && chmod 111 plain && cp "$run_elf" .
  run setpriv --reuid=65534 --regid=65534 --clear-groups "$folder/run-elf.sh" "$folder/plain"
else
  chmod 111 plain
  run "$run_elf" plain
fi
expect_status 'a program that may not be read: exit 126' 126
expect_text 'a program that may not be read: is named' 'no permission to read it' err

run "$run_elf"
expect_status 'no BIN is bad usage' 125
expect_text 'usage is shown' 'usage: run-elf.sh' err
run "$run_elf" --help
expect_status 'an unknown option is bad usage' 125

## Other hosts, by a PATH of stand-ins

tools=(bash env od uname cat dirname basename sed tr cksum)
path_with "${tools[@]}"
PATH=$folder/bin run "$run_elf" "seven_$foreign"
expect_status 'a missing qemu: exit 125' 125
expect_text 'a missing qemu: is named' "neither $emulator-static nor $emulator is here" err
expect_text 'a missing qemu: has a remedy' 'apt install qemu-user-static' err

stand_in "$emulator" 'echo dynamic "$@"; exit 5'
PATH=$folder/bin run "$run_elf" "seven_$foreign" 'a b' c
expect_status 'without the static qemu the dynamic one is taken' 5
expect_bytes '... with the same arguments' "dynamic ./seven_$foreign a b c\n" out

stand_in uname 'case $1 in -s) echo Linux ;; *) echo riscv64 ;; esac'
stand_in qemu-x86_64-static 'echo static "$@"'
PATH=$folder/bin run "$run_elf" seven_x64
expect_bytes 'a host of a third machine takes qemu' 'static ./seven_x64\n' out
stand_in uname 'case $1 in -s) echo Linux ;; *) echo aarch64 ;; esac'
PATH=$folder/bin run "$run_elf" --which seven_arm64
expect_bytes 'an arm64 host runs arm64 natively' 'native\n' out
PATH=$folder/bin run "$run_elf" --which seven_x64
expect_bytes 'an arm64 host runs x64 in qemu' 'qemu-x86_64-static\n' out
lay odd_ident seven_x64 '90 90 90'
PATH=$folder/bin run "$run_elf" odd_ident
expect_status 'an e_ident that qemu refuses: exit 126' 126
expect_text 'an e_ident that qemu refuses: is named' "e_ident[4..6] is '90 90 90'" err
if [ "$native" = x64 ]; then
  run "$run_elf" odd_ident
  expect_status 'the kernel runs it all the same' 7
fi
stand_in uname 'echo FreeBSD'
PATH=$folder/bin run "$run_elf" seven_x64
expect_status 'neither Linux nor macOS: exit 125' 125
expect_text 'neither Linux nor macOS: is named' 'not on FreeBSD' err

## macOS, with a Docker that records

stand_in uname 'case $1 in -s) echo Darwin ;; *) echo arm64 ;; esac'
PATH=$folder/bin run "$run_elf" seven_x64
expect_status 'macOS without Docker: exit 125' 125
expect_text 'macOS without Docker: has a remedy' 'install Docker Desktop' err

# Every call goes to the file calls, an argument a line. `image inspect` fails until there was a build. What `run` would
# have the container do is done here, with this machine for the container.
stand_in docker '
cd '"$folder"'
printf "[%s]\n" "$@" >>calls
case $1 in
image) test -e image ;;
version) test ! -e daemon-is-down ;;
build) cat >Dockerfile; echo noise; test ! -e build-fails && touch image ;;
run) while [ "$1" != sh ]; do shift; done; PATH=/usr/bin:/bin exec "$@" ;;
esac'
touch daemon-is-down
PATH=$folder/bin:/usr/bin:/bin run "$run_elf" seven_x64
expect_status 'macOS, Docker is down: exit 125' 125
expect_text 'macOS, Docker is down: is named' 'does not answer' err
rm daemon-is-down
touch build-fails
PATH=$folder/bin:/usr/bin:/bin run "$run_elf" seven_x64
expect_status 'macOS, the image cannot be built: exit 125' 125
expect_text 'macOS, the image cannot be built: docker is quoted' 'noise' err
rm build-fails

on_macos() {
  rm -f calls
  PATH=$folder/bin:/usr/bin:/bin run "$@"
}

RUN_ELF_DOCKER='-p 8006:8006' on_macos "$run_elf" seven_x64 'a b' '' '$x'
expect_status 'macOS: the exit status passes through' 7
expect_bytes 'macOS: stdout passes through, without the noise of the build' 'x64 runs\n' out
expect_text 'macOS: the image holds qemu' 'qemu-user-static' Dockerfile
expect_text 'macOS: the folder is mounted' "[type=bind,\"source=$folder\",\"target=$folder\"]" calls
expect_text 'macOS: BIN is mounted' "[type=bind,\"source=$folder/seven_x64\",\"target=$folder/seven_x64\",readonly]" calls
expect_text 'macOS: more options pass' '[8006:8006]' calls
tail -n 6 calls >last
expect_bytes 'macOS: machine, runner, BIN and arguments arrive exactly' \
  "[x86_64]\n[]\n[$folder/seven_x64]\n[a b]\n[]\n[\$x]\n" last
on_macos "$run_elf" seven_arm64
expect_status 'macOS: the other machine runs too' 7
expect_bytes 'macOS: and says nothing more' '' err
expect_no_text 'macOS: the second run builds no image' '[build]' calls
expect_no_text 'macOS: no TTY where there is none' '[-t]' calls
printf '%s\0' "$folder/arguments_x64" "${arguments[@]}" >wanted_arguments
on_macos "$run_elf" arguments_x64 "${arguments[@]}"
cp out got_arguments
run cmp wanted_arguments got_arguments
expect_status 'macOS: arguments are passed exactly' 0
RUN_ELF_RUNNER=qemu on_macos "$run_elf" "seven_$native"
expect_status 'macOS: emulation of the container'"'"'s own machine can be asked for' 7

# script(1) gives the runner a terminal, for stdin and stdout both.
if script -qec true /dev/null >/dev/null 2>&1; then
  on_macos script -qec "'$run_elf' seven_arm64" /dev/null
  expect_text 'macOS: a TTY is passed on where there is one' '[-t]' calls
else
  skip 'macOS: a TTY is passed on where there is one' 'no pseudo-terminal can be had here'
fi
on_macos "$run_elf" --which seven_arm64
expect_text 'macOS: --which names the image' 'docker, run-elf:' out
mkdir 'q"u,ote'
cp seven_x64 'q"u,ote/'
on_macos "$run_elf" 'q"u,ote/seven_x64'
expect_text 'macOS: a path is quoted as CSV' 'q""u,ote/seven_x64",readonly]' calls
on_macos bash -c 'cd /usr && exec "$1" "$2"' - "$run_elf" "$folder/seven_x64"
expect_status 'macOS: a folder that would hide the container is refused' 125

done_testing
# SPDX-License-Identifier: MIT
