#!/usr/bin/env bash
# Installs what the build, the gate and the tests need: the packages of scripts/packages.txt, and those whose
# documents are fixtures. Where nothing is missing it says nothing and changes nothing.
#
# setup.sh [LIST...]: the packages of further lists too.
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

# The packages that are not installed, asked of dpkg in one call.
missing_packages() {
  local names
  names=$(wanted "$(dpkg --print-architecture)" | cut -d' ' -f1)
  # shellcheck disable=SC2086 # names are words
  dpkg-query -W -f='${Package} ${db:Status-Status}\n' $names 2>/dev/null |
    awk -v names="$names" '
      $2 == "installed" { there[$1] = 1 }
      END { count = split(names, name); for (i = 1; i <= count; i++) if (!(name[i] in there)) print name[i] }'
}

# What the packages are there for and this system, which is not Debian, does not have: PACKAGE PROBE.
missing_probes() {
  local host package probe machine_debian
  host=$(machine_here)
  machine_of "$host" || machine_debian=$host
  wanted "$machine_debian" | while read -r package probe; do
    case $probe in
    command:*) command -v "${probe#*:}" ;;
    pkg-config:*) pkg-config --exists "${probe#*:}" ;;
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

missing=$(missing_packages)
[ -n "$missing" ] || exit 0
# shellcheck disable=SC2086 # as above
echo "setup: installing" $missing

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null ||
    fail "not root, and there is no sudo. As root, run: apt-get install --no-install-recommends ${missing//$'\n'/ }"
  as_root=(sudo)
fi
apt() {
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}
install() {
  # What the machine has stays: a package that would drive another out is named by apt, and not installed.
  # Images trimmed of documentation set path-exclude, but some documents are fixtures.
  # shellcheck disable=SC2086 # as above
  apt -o 'DPkg::Options::=--path-include=/usr/share/doc/*' install --no-remove --no-install-recommends $missing
}

# Lists are fetched where apt does not know the names, and where what it knows is gone from the server.
# shellcheck disable=SC2086 # as above
{ apt-cache show $missing >/dev/null 2>&1 && install; } || { apt update && install; } ||
  fail "apt could not install: ${missing//$'\n'/ }" "These are the names of Debian 12 (bookworm); is this another release?"
