#!/usr/bin/env bash
# Runs a Linux program on whatever machine this is: natively where the machine matches, in qemu's user emulation on
# another Linux, and in a small cached Docker image on macOS. Which machine the program is for is read from its own
# ELF header. Arguments, stdin, stdout, stderr and the exit status pass through untouched.
#
# usage: run-elf.sh [--which] BIN [ARGS...]
#
#   --which   print how BIN would be run, and do not run it
#
#   RUN_ELF_RUNNER=qemu       emulate even where the machine matches
#   RUN_ELF_DOCKER='-p ...'   more options for `docker run` on macOS, say -p 8006:8006 for a server
#
# Exit: the program's own status. Before a program runs, as env and docker have it:
#   125  this machine lacks something (qemu, Docker), or the usage is wrong
#   126  BIN is there and cannot be run: a folder, no permission, no ELF, cut short, a class or machine not known here
#   127  BIN is not there
#
# Bash 3.2, which macOS has, runs this; the file needs nothing beside it.
set -u

readonly image_recipe='FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends qemu-user-static \
 && rm -rf /var/lib/apt/lists/*'

# die STATUS MESSAGE [REMEDY]
die() {
  printf 'run-elf.sh: %s\n' "$2" >&2
  [ $# -lt 3 ] || printf '  %s\n' "$3" >&2
  exit "$1"
}

usage() {
  printf 'usage: run-elf.sh [--which] BIN [ARGS...]\n' >&2
  exit 125
}

# check_file BIN: refuses what is no file to read.
check_file() {
  if [ ! -e "$1" ]; then
    [ ! -L "$1" ] || die 127 "$1: a symbolic link to a file that is not there"
    die 127 "$1: no such file"
  fi
  [ ! -d "$1" ] || die 126 "$1: a folder, not a program"
  [ -f "$1" ] || die 126 "$1: not a regular file"
  [ -s "$1" ] || die 126 "$1: not an ELF file: it is empty"
  [ -r "$1" ] || die 126 "$1: no permission to read it" "chmod +r '$1'"
}

# read_header BIN: sets `arch`, qemu's name of the machine, and `well_formed`, whether e_ident is what qemu asks for.
read_header() {
  local magic type machine
  # The 64 bytes of an ELF64 header, in hex; header[i] is the byte at offset i.
  # shellcheck disable=SC2207 # the words are two hex digits each
  header=($(od -An -v -tx1 -N 64 "$1"))
  magic="${header[*]:0:4}"
  [ "$magic" = '7f 45 4c 46' ] ||
    die 126 "$1: not an ELF file: it begins with '$magic', not '7f 45 4c 46'"
  [ ${#header[@]} -eq 64 ] || die 126 "$1: cut short: ${#header[@]} of the 64 bytes of an ELF64 header"

  # The kernel reads nothing of e_ident but the magic, and a tiny program may hold code there. So a class or a byte
  # order is believed only where the whole of EI_CLASS, EI_DATA, EI_VERSION is one that the ELF specification knows.
  case "${header[*]:4:3}" in
  '02 01 01') well_formed=yes ;;
  '01 01 01' | '01 02 01') die 126 "$1: a 32-bit program (EI_CLASS is 1); only 64-bit ones are run here" ;;
  '02 02 01') die 126 "$1: a big-endian program (EI_DATA is 2); only little-endian ones are run here" ;;
  *) well_formed=no ;;
  esac

  type=${header[17]}${header[16]}
  case $type in
  0002 | 0003) ;;
  0001) die 126 "$1: an object file (e_type is 1), not a program" "link it first: ld -o PROGRAM '$1'" ;;
  *) die 126 "$1: not a program: e_type is 0x$type, neither ET_EXEC (2) nor ET_DYN (3)" ;;
  esac

  machine=${header[19]}${header[18]}
  case $machine in
  003e) arch=x86_64 ;;
  00b7) arch=aarch64 ;;
  00f3) arch=riscv64 ;;
  *) die 126 "$1: unknown machine: e_machine is 0x$machine; known are 0x3e x86-64, 0xb7 arm64, 0xf3 riscv64" ;;
  esac
}

# matches_host: is this Linux machine the one that the program is for?
matches_host() {
  case $(uname -m) in
  x86_64 | amd64) [ "$arch" = x86_64 ] ;;
  aarch64 | arm64) [ "$arch" = aarch64 ] ;;
  riscv64) [ "$arch" = riscv64 ] ;;
  *) false ;;
  esac
}

# run_on_linux BIN [ARGS...]
run_on_linux() {
  local qemu
  if [ "${RUN_ELF_RUNNER:-}" != qemu ] && matches_host; then
    launch native "$@"
  fi
  [ "$well_formed" = yes ] || die 126 \
    "$1: e_ident[4..6] is '${header[*]:4:3}', not '02 01 01'; qemu refuses that, a $arch kernel does not" \
    "run it on a $arch machine"
  for qemu in "qemu-$arch-static" "qemu-$arch"; do
    if command -v "$qemu" >/dev/null; then
      launch "$qemu" "$qemu" "$@"
    fi
  done
  die 125 "$1: a $arch program, on a machine that is $(uname -m), and neither qemu-$arch-static nor qemu-$arch is here" \
    'apt install qemu-user-static'
}

# launch HOW COMMAND...: becomes COMMAND, or under --which says HOW.
launch() {
  if [ "$which" = yes ]; then
    printf '%s\n' "$1"
    exit 0
  fi
  shift
  exec "$@"
}

# mount_option PATH [,readonly]: PATH under its own name in the container. Docker reads the value as a line of CSV.
mount_option() {
  local quoted
  quoted=$(printf '%s' "$1" | sed 's/"/""/g')
  printf 'type=bind,"source=%s","target=%s"%s' "$quoted" "$quoted" "${2:-}"
}

# ensure_image IMAGE: builds it the first time.
ensure_image() {
  local log
  docker image inspect "$1" >/dev/null 2>&1 && return
  docker version >/dev/null 2>&1 || die 125 'Docker is installed and does not answer' 'start Docker Desktop'
  printf 'run-elf.sh: building the Docker image %s, once\n' "$1" >&2
  log=$(printf '%s\n' "$image_recipe" | docker build -t "$1" - 2>&1) || {
    printf '%s\n' "$log" >&2
    die 125 "docker build of $1 failed" \
      "where it stalls on credentials: mkdir -p /tmp/nc && echo '{}' >/tmp/nc/config.json, then DOCKER_CONFIG=/tmp/nc $0"
  }
}

# run_in_docker BIN [ARGS...]: the current folder and BIN are seen in the container under their own names.
run_in_docker() {
  local image folder bin tty
  command -v docker >/dev/null || die 125 "$1: a Linux program; macOS runs it in Docker, which is not here" \
    'install Docker Desktop: https://docs.docker.com/desktop/'
  # Another recipe is another image.
  image=run-elf:$(printf '%s' "$image_recipe" | cksum | tr -d ' ')
  [ "$which" = no ] || launch "docker, $image"

  folder=$(pwd -P)
  case $folder/ in
  // | /bin/* | /dev/* | /etc/* | /lib/* | /proc/* | /sbin/* | /sys/* | /usr/*)
    die 125 "the current folder, $folder, would hide the container's own" 'cd to a folder of yours' ;;
  esac
  bin=$(cd "$(dirname -- "$1")" && pwd -P)/$(basename -- "$1")
  shift
  ensure_image "$image"
  tty=
  if [ -t 0 ] && [ -t 1 ]; then tty=-t; fi
  # The container's machine decides, not that of this shell, which Rosetta may have disguised.
  # shellcheck disable=SC2016,SC2086 # the script is expanded in the container; RUN_ELF_DOCKER and tty are words
  exec docker run --rm --init -i $tty ${RUN_ELF_DOCKER:-} \
    --mount "$(mount_option "$folder")" --mount "$(mount_option "$bin" ,readonly)" --workdir "$folder" "$image" \
    sh -c '
      arch=$1 runner=$2
      shift 2
      if [ "$arch" != "$(uname -m)" ] || [ "$runner" = qemu ]; then set -- "qemu-$arch-static" "$@"; fi
      exec "$@"' run-elf "$arch" "${RUN_ELF_RUNNER:-}" "$bin" "$@"
}

which=no
case ${1:-} in
--which)
  which=yes
  shift
  ;;
-*) usage ;;
esac
[ $# -gt 0 ] || usage
case ${RUN_ELF_RUNNER:-} in
'' | qemu) ;;
*) die 125 "RUN_ELF_RUNNER is '$RUN_ELF_RUNNER'; it may be qemu, or unset" ;;
esac

bin=$1
shift
case $bin in
*/*) ;;
*) bin=./$bin ;;
esac
check_file "$bin"
read_header "$bin"
[ -x "$bin" ] || die 126 "$bin: no permission to execute it" "chmod +x '$bin'"

case $(uname -s) in
Linux) run_on_linux "$bin" "$@" ;;
Darwin) run_in_docker "$bin" "$@" ;;
*) die 125 "$bin: a Linux program; it can be run on Linux and on macOS, not on $(uname -s)" ;;
esac
# SPDX-License-Identifier: MIT
