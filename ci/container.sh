#!/usr/bin/env bash
# Proves the container: builds the Containerfile with buildah, and has bytegate verify an example in it. No registry is
# asked: the base image is made of a root of debootstrap. This must be root, and needs Debian's archive.
#
# usage: ci/container.sh
#
#   BARE_ROOT=FOLDER   a root that debootstrap has made, to be copied
#
# Exit: 0 all is well; 4 there is no buildah here, or it cannot run anything, which is told; else that of the command that
# failed first.
set -eu
cd "$(dirname "$0")/.."
unset BUILD MAKEFLAGS MAKELEVEL
if ! command -v buildah >/dev/null; then
  echo 'container.sh: not possible here: there is no buildah (apt-get install buildah)' >&2
  exit 4
fi
folder=$(mktemp -d)
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs TMPDIR=$folder
buildah() { command buildah --root "$folder/storage" --runroot "$folder/run" "$@"; }
trap 'buildah rm --all >"$folder/log" 2>&1 || true; rm -rf "$folder"' EXIT

base=${BARE_ROOT:-}
if [ -z "$base" ]; then
  base=$folder/base
  debootstrap --variant=minbase bookworm "$base" http://deb.debian.org/debian
fi
tar -C "$base" --one-file-system -cf "$folder/base.tar" .
from=$(buildah from scratch)
buildah add -q "$from" "$folder/base.tar" / >"$folder/log"
rm "$folder/base.tar"
if ! buildah run "$from" -- true 2>"$folder/log"; then
  echo "container.sh: not possible here: buildah runs nothing: $(tail -n 1 "$folder/log")" >&2
  exit 4
fi
buildah commit -q --rm "$from" docker.io/library/debian:12-slim >"$folder/log"

# What is committed, and nothing that was built here.
git clone -q . "$folder/source"
buildah build --pull-never -t bytegate -f Containerfile "$folder/source"
container=$(buildah from --pull-never localhost/bytegate)
mkdir "$folder/mounted"
cp -r fixtures/gallery/site "$folder/mounted/texts"
cp ci/upper.ini "$folder/mounted/"
entry=$(buildah inspect --format '{{index .OCIv1.Config.Entrypoint 0}}' "$container")
run() { buildah run -v "$folder/mounted:/work" "$container" -- "$entry" "$@"; }
run doctor
run verify --text --suite upper.ini
sed -i 's/a-z A-Z/a-z B-Z/' "$folder/mounted/upper.ini"
if run verify --text --suite upper.ini >"$folder/red"; then exit 1; fi
grep -m 1 DIVERGED "$folder/red"
echo 'container.sh: built, green and red'
# SPDX-License-Identifier: MIT
