# shellcheck shell=bash
# Debian packages of another architecture, fetched and unpacked without installing anything of that architecture: apt
# works on lists of its own, below a folder of the caller's, with this system's sources and keys. For sourcing.

# fail WORD...: says that something cannot be had here, and ends the script with status 3.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 3
}

# foreign_apt ARCHITECTURE STATE: fetches the package lists of a Debian architecture into the folder STATE, and sets the
# array `apt` to the options by which apt-get and apt-cache use them. Fails where the lists cannot be had.
foreign_apt() {
  mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
  : >"$2/status"
  apt=(-o "APT::Architecture=$1" -o "APT::Architectures=$1" -o "Dir::State::status=$2/status"
    -o "Dir::State::lists=$2/lists" -o "Dir::Cache=$2/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none)
  apt-get "${apt[@]}" -q update
}

# foreign_unpack STATE FOLDER PACKAGE...: fetches packages by the options in `apt`, and unpacks them into FOLDER.
foreign_unpack() {
  local state=$1 folder=$2 package
  shift 2
  mkdir -p "$state/packages" "$folder"
  (cd "$state/packages" && apt-get "${apt[@]}" -q download "$@") || return
  for package in "$state"/packages/*.deb; do
    dpkg-deb -x "$package" "$folder" || return
  done
}
# SPDX-License-Identifier: MIT
