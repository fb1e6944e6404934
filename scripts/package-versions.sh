#!/usr/bin/env bash
# Prints the version of each installed package that LIST names and of all that these need, a line each: what a linter's
# answer depends on besides the sources. A package that has nothing to do with them changes nothing here.
#
# usage: scripts/package-versions.sh LIST...
set -u
[ $# -gt 0 ] || { echo "usage: ${0##*/} LIST..." >&2 && exit 2; }

dpkg-query -W -f '${binary:Package}\t${Version}\t${Pre-Depends}, ${Depends}\t${Provides}\n' |
  awk -F '\t' '
    # split_names TEXT NAMES: the packages of a field, without versions and architectures; | is as good as a comma here.
    function split_names(text, names) {
      gsub(/ *\([^)]*\)| *\[[^]]*\]|:[a-z0-9]+/, "", text)
      return split(text, names, / *[,|] */)
    }
    function need(name) { if (!(name in needed)) { needed[name] = 1; waiting[++last] = name } }
    !dpkg { sub(/ *#.*/, ""); if (split($0, word, " ")) need(word[1]); next }
    {
      name = $1; sub(/:.*/, "", name)
      lines[name] = lines[name] $1 " " $2 "\n"
      needs[name] = needs[name] "," $3
      count = split_names($4, names)
      for (i = 1; i <= count; i++) makers[names[i]] = makers[names[i]] "," name
    }
    END {
      for (first = 1; first <= last; first++) {
        name = waiting[first]
        printf "%s", lines[name]
        count = split_names(needs[name] "," makers[name], names)
        for (i = 1; i <= count; i++) if (names[i] != "") need(names[i])
      }
    }' "$@" dpkg=1 - | LC_ALL=C sort
# SPDX-License-Identifier: MIT
