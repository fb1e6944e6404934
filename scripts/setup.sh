#!/usr/bin/env bash
# Installs what the build and the gate need: the packages of scripts/packages.txt, and those whose documents are
# fixtures. Where nothing is missing it says nothing and changes nothing.
#
# setup.sh [LIST...]: the packages of further lists too, such as scripts/packages-check.txt, which the tests need.
#
# What a list calls data:PATH is unpacked into build/documents where PATH is not there: a package of documents may
# conflict with a program that this machine has. Of what it calls commands:NAME,NAME only these commands are unpacked,
# into build/commands, where the gate looks too, and what the package depends on is installed: qemu-user has the
# emulators of 34 machines, of which `make verify` needs two. Nothing is unpacked where the commands are there. NAME=FILE is
# usr/bin/FILE of the package under another name, because another package has a command that is called FILE.
#
# Exit: 0 everything is there, 3 something is missing and could not be installed. It is then named, with the remedy.
#
# OS_RELEASE=FILE is read instead of /etc/os-release.
set -u
cd "$(dirname "$0")/.." || exit 3

# shellcheck source=scripts/machines.sh
source scripts/machines.sh

lists=(scripts/packages.txt)
[ ! -e fixtures/documents/packages.txt ] || lists+=(fixtures/documents/packages.txt)
lists+=("$@")
documents=${BUILD:-build}/documents
commands=${BUILD:-build}/commands

# The lines that hold for this architecture: PACKAGE PROBE.
wanted() {
  awk -v arch="$1" '
    { sub(/(^|[ \t])#.*/, "") }
    NF == 0 { next }
    $2 ~ /^\[/ { if ($2 != "[" arch "]") next; $2 = $3 }
    { print $1, $2 == "" ? "file:/usr/share/doc/" $1 : $2 }' "${lists[@]}"
}

# fail REASON [LIST]
fail() {
  printf 'setup.sh: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '%s\n' "$2" >&2
  exit 3
}

# is_debian: whether this system calls itself Debian, or like it. One that does not may have apt, but not Debian's names.
is_debian() {
  local line file=${OS_RELEASE:-/etc/os-release}
  [ -r "$file" ] || return 0
  while IFS= read -r line; do
    case $line in
    ID=debian | 'ID="debian"' | ID_LIKE=*debian*) return 0 ;;
    esac
  done <"$file"
  return 1
}

# missing_of PACKAGE...: those that are not installed, asked of dpkg in one call.
missing_of() {
  dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    awk -v names="$*" '
      $2 == "installed" { there[$1] = 1 }
      END { count = split(names, name, " "); for (i = 1; i <= count; i++) if (!(name[i] in there)) print name[i] }'
}

# The packages of the lists that are not installed.
missing_packages() {
  local names
  names=$(wanted "$(dpkg --print-architecture)" | awk '$2 !~ /^(data|commands):/ { print $1 }')
  # shellcheck disable=SC2086 # names are words
  missing_of $names
}

# The packages of documents that are neither installed nor unpacked.
missing_documents() {
  local package probe
  wanted "$(dpkg --print-architecture)" | while read -r package probe; do
    case $probe in
    data:*) [ -e "${probe#*:}" ] || [ -e "$documents${probe#*:}" ] || printf '%s\n' "$package" ;;
    esac
  done
}

# have_commands NAME,NAME: whether they are on the PATH, or unpacked.
have_commands() {
  local name names
  IFS=, read -ra names <<<"$1"
  for name in "${names[@]}"; do
    command -v "${name%%=*}" >/dev/null || [ -x "$commands/${name%%=*}" ] || return 1
  done
}

# The packages of which commands are missing: PACKAGE NAME,NAME.
missing_commands() {
  local package probe
  wanted "$(dpkg --print-architecture)" | while read -r package probe; do
    case $probe in
    commands:*) have_commands "${probe#*:}" || printf '%s %s\n' "$package" "${probe#*:}" ;;
    esac
  done
}

# What the packages are there for and this system, which is not Debian, does not have: PACKAGE PROBE.
missing_probes() {
  local host package probe machine_debian
  host=$(machine_here)
  machine_of "$host" || machine_debian=$host
  wanted "$machine_debian" | while read -r package probe; do
    case $probe in
    command:*) command -v "${probe#*:}" ;;
    commands:*) have_commands "${probe#*:}" ;;
    pkg-config:*) pkg-config --exists "${probe#*:}" ;;
    data:*) [ -e "${probe#*:}" ] || [ -e "$documents${probe#*:}" ] ;;
    header:*) printf '#include <%s>\n' "${probe#*:}" | cc -E -x c - ;;
    *) [ -e "${probe#*:}" ] ;;
    esac >/dev/null 2>&1 || printf '  %-34s Debian: %s\n' "$probe" "$package"
  done
}

other=
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  other='this system has no apt'
elif ! is_debian; then
  other='this system is not Debian'
fi
if [ -n "$other" ]; then
  missing=$(missing_probes)
  [ -n "$missing" ] || exit 0
  fail "$other. Install what is missing with its own tools, then run make setup again:" "$missing"
fi

as_root=()
# become_root REMEDY: has apt run as root; where that cannot be, ends with the command that somebody else may run.
become_root() {
  [ "$(id -u)" -ne 0 ] || return 0
  command -v sudo >/dev/null || fail "not root, and there is no sudo. As root, run: $1"
  sudo -n true 2>/dev/null || [ -n "${SUDO_ASKPASS:-}" ] || { : <>/dev/tty; } 2>/dev/null ||
    fail "not root, and sudo wants a password, but there is no terminal to ask for it. As root, run: $1"
  as_root=(sudo)
}
# What apt would leave on the disk: what it downloaded, and an index of its lists.
apt_options=(-o APT::Keep-Downloaded-Packages=false -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
apt() {
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
    "${apt_options[@]}" "$@"
}

# install PACKAGE...
# shellcheck disable=SC2317 # with_lists calls it
install() {
  # What the machine has stays: a package that would drive another out is named by apt, and not installed.
  # Images trimmed of documentation set path-exclude, but some documents are fixtures.
  apt -o 'DPkg::Options::=--path-include=/usr/share/doc/*' install --no-remove --no-install-recommends "$@"
}

# unpack PACKAGE...: into the folder of documents, which needs no rights.
# shellcheck disable=SC2317 # as above
unpack() {
  local folder=$documents/packages package status=0
  rm -rf "$folder"
  mkdir -p "$folder" || return
  (cd "$folder" && apt-get "${apt_options[@]}" -q -o APT::Sandbox::User= download "$@") || return
  for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$documents" || status=1; done
  rm -rf "$folder"
  return "$status"
}

# pick PACKAGE: installs what PACKAGE depends on, and unpacks the commands PICKED of it.
# shellcheck disable=SC2317 # as above
pick() {
  local folder=$commands/packages needed name names status=0
  needed=$(apt-cache "${apt_options[@]}" depends --important "$1" | awk '$1 == "Depends:" { print $2 }') || return
  # shellcheck disable=SC2086 # names are words
  needed=$(missing_of $needed)
  # shellcheck disable=SC2086 # as above
  [ -z "$needed" ] || { become_root "apt-get install --no-install-recommends $1" && install $needed; } || return
  rm -rf "$folder"
  mkdir -p "$folder" || return
  (cd "$folder" && apt-get "${apt_options[@]}" -q -o APT::Sandbox::User= download "$1") || return
  IFS=, read -ra names <<<"$picked"
  for name in "${names[@]}"; do
    dpkg-deb --fsys-tarfile "$folder/$1"_*.deb | tar -xO "./usr/bin/${name#*=}" >"$commands/${name%%=*}" || status=1
    chmod 755 "$commands/${name%%=*}"
  done
  rm -rf "$folder"
  return "$status"
}

# with_lists WHAT PACKAGE...: does WHAT with the packages. Lists are fetched where apt does not know the names, and where
# what it knows is gone from the server.
with_lists() {
  local what=$1
  shift
  { apt-cache "${apt_options[@]}" show "$@" >/dev/null 2>&1 && "$what" "$@"; } ||
    { become_root 'apt-get update' && apt update && "$what" "$@"; } ||
    fail "apt could not $what: $*" "These are the names of Debian 12 (bookworm); is this another release?"
}

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  become_root "apt-get install --no-install-recommends ${missing[*]}"
  with_lists install "${missing[@]}"
fi
mapfile -t missing < <(missing_documents)
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: unpacking ${missing[*]} into $documents"
  with_lists unpack "${missing[@]}"
fi
while read -r package picked; do
  echo "setup: unpacking ${picked//,/ } of $package into $commands"
  with_lists pick "$package"
done < <(missing_commands)
exit 0
# SPDX-License-Identifier: MIT
