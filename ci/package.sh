#!/usr/bin/env bash
# Proves the Debian package: lintian finds no error, and it is installed and used in a root that has nothing but Debian's
# smallest system. Debootstrap makes that root; this must be root, and needs Debian's archive.
#
# usage: ci/package.sh
#
#   BARE_ROOT=FOLDER   a root that debootstrap has made, to be copied
#
# Exit: 0 all is well; that of the command that failed first.
set -eu
cd "$(dirname "$0")/.."
unset BUILD MAKEFLAGS MAKELEVEL
make deb
package=$(echo build/bytegate_*.deb)
lintian --fail-on error --allow-root "$package"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "${BARE_ROOT:-}" ]; then
  cp -a "$BARE_ROOT" "$folder/root"
else
  debootstrap --variant=minbase bookworm "$folder/root" http://deb.debian.org/debian
fi
cp /etc/resolv.conf "$folder/root/etc/"
cp "$package" ci/upper.ini "$folder/root/tmp/"
cat >"$folder/root/tmp/use.sh" <<'SH'
set -eu
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install /tmp/bytegate_*.deb
mkdir -p /tmp/blank/texts
cd /tmp/blank
printf 'Hello\n' >texts/hello.txt
cp /tmp/upper.ini .
bytegate verify --suite upper.ini
sed -i 's/a-z A-Z/a-z B-Z/' upper.ini
if bytegate verify --suite upper.ini >red.txt; then exit 1; fi
grep DIVERGED red.txt
if bytegate report --suite upper.ini >/dev/null; then exit 1; fi
test -s report.html
bytegate explain /usr/bin/tr >/dev/null
for licence in Expat 0BSD; do grep -qx "License: $licence" /usr/share/doc/bytegate/copyright; done
for page in man1/bytegate.1 man5/bytegate-suite.5 man5/bytegate-map.5; do test -s /usr/share/man/$page.gz; done
apt-get -q -y remove bytegate
test ! -e /usr/bin/bytegate
echo 'package.sh: installed, used and removed'
SH
# shellcheck disable=SC2016 # the inner shell expands
unshare --mount --pid --fork --propagation private sh -euc '
  mount --bind "$1" "$1"
  cd "$1"
  mkdir -p .old
  mount -t proc proc proc
  mount --rbind /dev dev
  pivot_root . .old
  umount -l /.old
  exec sh /tmp/use.sh' sh "$folder/root"
# SPDX-License-Identifier: MIT
