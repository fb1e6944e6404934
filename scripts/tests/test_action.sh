#!/usr/bin/env bash
# action.yml and Containerfile: what the action runs, with a stand-in for docker; and that both name what is there.
# shellcheck disable=SC2016 # stand-ins are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh action.yml Containerfile Makefile scripts
source "$(dirname "$0")/tap.sh"

awk '/^      run: \|$/ { on = 1; next } on { sub(/^        /, ""); print }' "$root/action.yml" >script
path_with bash
stand_in docker 'for word; do printf "[%s]" "$word"; done >>'"$folder"'/calls; echo >>'"$folder"'/calls
case "$1" in run) exit 1 ;; esac'
export SUITES='one.ini tests/two.ini' OPTIONS='--keep-going -v' ACTION=/an/action GITHUB_WORKSPACE='/a work'
PATH=$folder/bin run bash -e script
expect_status 'the action ends as the gate does' 1
expect_bytes 'the action builds the container and runs the gate on the suites' \
  '[build][-q][-t][bytegate][-f][/an/action/Containerfile][/an/action]\n[run][--rm][-v][/a work:/work][bytegate][verify][--github][--keep-going][-v][--suite][one.ini][--suite][tests/two.ini]\n' calls
sed -n '/^inputs:/,/^runs:/s/^  \([a-z-]*\):$/\1/p' "$root/action.yml" >inputs
while read -r input; do
  expect_text "the input $input is used" "\${{ inputs.$input }}" "$root/action.yml"
done <inputs

# Containerfile: the targets of its make are there, and the file that it copies is the one that deb.sh makes.
sed -n 's/^RUN make -C \/src \(.*\) BUILD=\/out$/\1/p' "$root/Containerfile" | tr ' ' '\n' >targets
while read -r target; do
  run grep -c "^$target:" "$root/Makefile"
  expect_status "the container's goal $target is there" 0
done <targets
expect_text 'the container takes the package that deb.sh makes' '/out/bytegate_*.deb' "$root/Containerfile"
expect_text '... which has that name' '"$build/bytegate_${version}_$architecture.deb"' "$root/scripts/deb.sh"

done_testing
# SPDX-License-Identifier: MIT
