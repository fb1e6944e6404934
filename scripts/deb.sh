#!/usr/bin/env bash
# Makes a Debian package of the gate, BUILD/bytegate_VERSION_ARCHITECTURE.deb: what `make install` installs, staged in
# BUILD/deb, with what Debian asks of a package. The same sources make the same package.
#
# usage: scripts/deb.sh BUILD
# Exit: 0 it is there; 2 usage; 3 something is missing; it is then named, with the remedy.
set -eu
cd "$(dirname "$0")/.."
if [ $# -ne 1 ]; then
  echo "usage: ${0##*/} BUILD" >&2
  exit 2
fi
command -v dpkg-shlibdeps >/dev/null || {
  echo 'deb.sh: dpkg-shlibdeps is missing: make setup-deb installs it' >&2
  exit 3
}
build=$1
stage=$build/deb
root=$stage/root
version=$(<VERSION)
architecture=$(dpkg --print-architecture)
maintainer='bytegate <bytegate@users.noreply.github.com>'
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y VERSION)}
export SOURCE_DATE_EPOCH
rm -rf "$stage"
mkdir -p "$root/DEBIAN" "$stage/debian"

${MAKE:-make} -s BUILD="$build" PREFIX=/usr DESTDIR="$root" install
documents=$root/usr/share/doc/bytegate
find "$root/usr/bin" "$root/usr/lib/bytegate" -path "$root/usr/lib/bytegate/new" -prune -o -type f -exec strip --strip-unneeded -R .comment -R .note {} +
chmod 644 "$root"/usr/lib/bytegate/plugin/*.so
find "$root/usr/share/man" -type f -exec gzip -9n {} +

# What Debian asks for: the licences, a changelog, and why lintian may be told to be silent.
# The licences are those of .reuse/dep5, to which each source is held, with the folders as they are installed.
installed=(generators/lessons:usr/share/doc/bytegate/lessons fixtures/example:usr/share/doc/bytegate/example
  harness/new/templates:usr/lib/bytegate/new)
licences() {
  local each name names=()
  for each in "${installed[@]}"; do names+=(-e "s#${each%:*}/#${each#*:}/#g"); done
  sed "${names[@]}" -e 's/^License: MIT$/License: Expat/' .reuse/dep5
  sed -n 's/^License: //p' .reuse/dep5 | sort -u | while read -r name; do
    printf '\nLicense: %s\n' "${name/#MIT/Expat}"
    sed -e '1,/^Copyright/d' "LICENSES/$name.txt" | sed -e '/./,$!d' -e 's/^$/./' -e 's/^/ /'
  done
}
licences >"$documents/copyright"
sed -n 's/^Files: //p' "$documents/copyright" | tr ' ' '\n' | while read -r each; do
  [ -e "$root/${each%\*}" ] || {
    echo "deb.sh: .reuse/dep5 has a licence for $each, and nothing of that name is installed: name in deb.sh where it is" >&2
    exit 3
  }
done
printf 'bytegate (%s) unstable; urgency=medium\n\n  * CHANGELOG.md of the sources says what is new.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$documents/changelog.gz"
mkdir -p "$root/usr/share/lintian/overrides"
cat >"$root/usr/share/lintian/overrides/bytegate" <<'TEXT'
# These stand before programs of any kind, in cells that may hold no library.
bytegate: statically-linked-binary [usr/lib/bytegate/confine]
bytegate: statically-linked-binary [usr/lib/bytegate/refuse]
bytegate: statically-linked-binary [usr/lib/bytegate/step_instructions]
# The empty files are inputs of the examples.
bytegate: zero-byte-file-in-doc-directory [usr/share/doc/bytegate/*]
TEXT

# The libraries that the command is linked with.
printf 'Source: bytegate\n\nPackage: bytegate\nArchitecture: any\n' >"$stage/debian/control"
libraries=$(cd "$stage" && dpkg-shlibdeps -O root/usr/bin/bytegate 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { echo 'deb.sh: dpkg-shlibdeps names no library of the command' >&2 && exit 3; }
cat >"$root/DEBIAN/control" <<TEXT
Package: bytegate
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f 1)
Depends: $libraries
Recommends: qemu-user
Suggests: libunicorn2, strace
Section: devel
Priority: optional
Description: compare programs with an oracle, byte for byte
 bytegate runs Linux programs, natively and under qemu-user, and compares every
 byte that they print, or answer over HTTP, with what a reference says. Where a
 byte differs, it names the offset, shows both sides, and says which instruction
 of the program stored it.
TEXT
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
find "$root" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group --build "$root" "$build/bytegate_${version}_$architecture.deb"
# SPDX-License-Identifier: MIT
