#!/usr/bin/env bash
# Installs the programs of the gallery. Three of them are web servers, which their packages would start as services of this
# machine: policy-rc.d, Debian's way to forbid that, stands there meanwhile, and what was not enabled before is not after.
#
# usage: scripts/setup-gallery.sh
# Exit: that of scripts/setup.sh.
set -u
cd "$(dirname "$0")/.." || exit 3
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
policy=/usr/sbin/policy-rc.d
added=() here=no

for service in nginx lighttpd webfs; do
  [ -e "/usr/sbin/$service" ] || [ -e "/usr/bin/${service}d" ] || added+=("$service")
done
if [ ${#added[@]} -gt 0 ] && [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null && "${as_root[@]}" chmod 755 $policy && here=yes
fi
scripts/setup.sh scripts/packages-gallery.txt
status=$?
[ $here = no ] || "${as_root[@]}" rm -f $policy
for service in "${added[@]}"; do
  ! command -v systemctl >/dev/null || "${as_root[@]}" systemctl disable "$service" >/dev/null 2>&1
done
exit $status
# SPDX-License-Identifier: MIT
