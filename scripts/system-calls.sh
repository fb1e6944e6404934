#!/usr/bin/env bash
# Compares generators/isa/system_calls.h with the kernel: names and numbers with the headers for programs, arities with the
# prototypes that the kernel declares for itself. The latter are in Debian's packages linux-headers-*, which are fetched,
# read and not installed.
#
# usage: scripts/system-calls.sh [-w] [FOLDER]
#
#   -w       write the table
#   FOLDER   the packages' files, unpacked: no package is fetched then
#
# Exit: 0 the table is as the kernel has it; 1 it differs, and the difference is printed; 2 usage; 3 something is missing.
set -u -o pipefail
write=no
[ "${1-}" != -w ] || { write=yes && shift; }
case ${1-} in
-*)
  echo "usage: ${0##*/} [-w] [FOLDER]" >&2
  exit 2
  ;;
esac
root=$(cd "$(dirname "$0")/.." && pwd) || exit 3
table=$root/generators/isa/system_calls.h
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
folder=${1-}
if [ -z "$folder" ]; then
  folder=$work/files
  mkdir "$folder" && cd "$work" || exit 3
  architecture=$(apt-cache depends linux-headers-amd64 | sed -n 's/.*Depends: \(linux-headers-6[^ ]*\)$/\1/p' | head -n 1)
  if ! apt-get download -q "${architecture:-none}" "${architecture%-amd64}-common" >"$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "${0##*/}: linux-headers-amd64 cannot be fetched; run apt-get update, or give the folder of its files" >&2
    exit 3
  fi
  for package in ./*.deb; do dpkg-deb -x "$package" "$folder" || exit 3; done
fi
functions=$(find "$folder" -path '*/generated/asm/syscalls_64.h' | head -n 1)
prototypes=$(find "$folder" -path '*/include/linux/syscalls.h' | head -n 1)
if [ -z "$functions" ] || [ -z "$prototypes" ]; then
  echo "${0##*/}: $folder has no linux-headers: no syscalls_64.h, or no include/linux/syscalls.h" >&2
  exit 3
fi

# numbers COMPILER-OPTION... HEADER: lines "NAME NUMBER".
numbers() {
  cc -E -dM "$@" | awk '$2 ~ /^__NR/ && $2 !~ /syscalls$|arch_specific/ { value[$2] = $3 }
    END { for (name in value) if (name ~ /^__NR_/) { number = value[name]
      while (number in value) number = value[number]
      print substr(name, 6), number } }' | sort
}
numbers -include asm/unistd_64.h -x c /dev/null >"$work/x64" || exit 3
# What arm64's own asm/unistd.h wants of the generic header.
numbers -D__ARCH_WANT_RENAMEAT -D__ARCH_WANT_NEW_STAT -D__ARCH_WANT_SET_GET_RLIMIT -D__ARCH_WANT_SYS_CLONE3 \
  -D__ARCH_WANT_MEMFD_SECRET -include asm-generic/unistd.h -x c /dev/null >"$work/arm64" || exit 3

# Lines "FUNCTION ARITY". The kernel gives sys_rt_sigreturn all registers, and no argument; three of x86 it declares nowhere.
{
  cat "$prototypes" "${prototypes%linux/syscalls.h}asm-generic/syscalls.h" | tr '\n\t' '  ' | sed 's/;/;\n/g' |
    sed -nE 's/.*asmlinkage long (sys_[a-z0-9_]+) *\(([^()]*)\) *;.*/\1(\2/p' |
    awk -F '(' '{ gsub(/^ +| +$/, "", $2); print $1, $2 == "void" || $1 == "sys_rt_sigreturn" ? 0 : gsub(/,/, ",", $2) + 1 }'
  printf 'sys_arch_prctl 2\nsys_iopl 1\nsys_modify_ldt 3\n'
} | sort -u >"$work/arities"
sed -nE 's/^__SYSCALL[A-Z0-9_]*\(([0-9]+), (sys_[a-z0-9_]+).*/\1 \2/p' "$functions" >"$work/functions"

# rows WANTED: the rows of the table, of calls that both machines have (both), or x86-64 alone (x64); gone: those that
# no kernel carries out any more.
rows() {
  awk -v wanted="$1" -v kernel="$work" '
    function read_pairs(name, into,   word) { while ((getline <(kernel "/" name)) > 0) into[$1] = $2 }
    BEGIN {
      read_pairs("x64", x64); read_pairs("arm64", arm64); read_pairs("arities", arity); read_pairs("functions", function_of)
      for (name in arm64) if (!(name in x64)) { print "no call of x86-64: " name >"/dev/stderr"; exit 1 }
      for (name in x64) {
        what = function_of[x64[name]]
        kind = what == "" || what == "sys_ni_syscall" ? "gone" : name in arm64 ? "both" : "x64"
        if (kind != wanted) continue
        if (kind == "gone") { print name; continue }
        if (!(what in arity)) { print "no prototype of " what >"/dev/stderr"; exit 1 }
        printf "  CALL(%s, %s, %d, %d, %d)\n", toupper(name), name, arity[what], x64[name], name in arm64 ? arm64[name] : -1
      }
    }' | LC_ALL=C sort
}
# listed NAME WANTED: a list of rows as a macro.
listed() {
  printf '#define %s(CALL) \\\n' "$1"
  rows "$2" >"$work/rows" || exit 3
  sed '$!s/$/ \\/' "$work/rows"
}
{
  sed '/clang-format off/q' "$table"
  listed BL_SYSTEM_CALLS_OF_ALL both
  echo
  listed BL_SYSTEM_CALLS_OF_X64 x64
  printf '\n/* Names that the headers keep for calls that no kernel carries out any more:\n'
  rows gone | paste -sd ' ' | fold -sw 116 | sed 's/^/ * /; s/ *$//; $s/$/. *\//'
  sed -n '/clang-format on/,$p' "$table"
} >"$work/new" || exit 3
cmp -s "$table" "$work/new" && exit 0
[ "$write" = no ] || { cat "$work/new" >"$table" && echo "$table: written" && exit 0; }
diff "$table" "$work/new"
exit 1
# SPDX-License-Identifier: MIT
