#!/usr/bin/env bash
# Makes harness/helpers/plugin/calls_32.h of the kernel's headers: the system calls of 32-bit machines by name and number,
# and how many arguments each takes. The numbers are those of the headers for programs (linux-libc-dev-i386-cross and
# linux-libc-dev-armhf-cross); the arities are those of the prototypes that the kernel declares for itself, in Debian's
# packages linux-headers-*.
#
# usage: scripts/calls-32.sh [-w] FOLDER
#
#   -w       write the table
#   FOLDER   the files of linux-headers-* and its -common, unpacked
#
# Exit: 0 the table is as the kernel has it; 1 it differs, and the difference is printed; 2 usage; 3 something is missing.
set -u -o pipefail
write=no
[ "${1-}" != -w ] || { write=yes && shift; }
if [ $# != 1 ] || [ ! -d "$1" ]; then
  echo "usage: ${0##*/} [-w] FOLDER" >&2
  exit 2
fi
folder=$(cd "$1" && pwd) || exit 3
root=$(cd "$(dirname "$0")/.." && pwd) || exit 3
table=$root/harness/helpers/plugin/calls_32.h
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
prototypes=$(find "$folder" -path '*/include/linux/syscalls.h' | head -n 1)
compat=${prototypes%syscalls.h}compat.h
for file in "${prototypes:-none}" /usr/i686-linux-gnu/include/asm/unistd_32.h /usr/arm-linux-gnueabihf/include/asm/unistd.h; do
  [ -e "$file" ] || { echo "${0##*/}: there is no $file" >&2 && exit 3; }
done
# Lines "NAME ARITY", of calls and of their forms for 32 bits.
cat "$prototypes" "$compat" "${prototypes%linux/syscalls.h}asm-generic/syscalls.h" | tr '\n\t' '  ' | sed 's/;/;\n/g' |
  sed -nE 's/.*asmlinkage long (compat_)?sys_([a-z0-9_]+) *\(([^()]*)\) *;.*/\2(\3/p' |
  awk -F '(' '{ gsub(/^ +| +$/, "", $2); print $1, $2 == "void" ? 0 : gsub(/,/, ",", $2) + 1 }' | sort -u -k1,1 >"$work/arities"

# rows HEADER: the rows of one machine. Of a call without a prototype of its name all six arguments are shown.
rows() {
  cc -E -dM -I "${1%/asm/*}" -include "$1" -x c /dev/null |
    sed -nE 's/^#define __(NR_|ARM_NR_)(_?[a-z][a-z0-9_]*) (.*)/\1 \2 \3/p' | sed 's/[()]//g; s/__NR_SYSCALL_BASE[ +]*//; s/__ARM_NR_BASE[ +]*/0xf0000+/' |
    awk -v arities="$work/arities" '
      BEGIN {
        while ((getline <arities) > 0) arity[$1] = $2
        split("exit 1 exit_group 1 rt_sigreturn 0 sigreturn 0 mmap 1 mmap2 6 clone 5 fork 0 vfork 0 set_thread_area 1 set_tls 1 cacheflush 3", own)
        for (i = 1; i in own; i += 2) arity[own[i]] = own[i + 1]
        split("exit CALL_EXITS exit_group CALL_EXITS fork CALL_FORKS vfork CALL_FORKS clone CALL_FORKS clone3 CALL_FORKS", roles)
        for (i = 1; i in roles; i += 2) role[roles[i]] = roles[i + 1]
        split("write pwrite64 writev pwritev pwritev2 send sendto sendmsg sendmmsg sendfile sendfile64 splice tee vmsplice copy_file_range socketcall io_uring_enter io_submit", moves)
        for (i in moves) role[moves[i]] = "CALL_MOVES"
      }
      $2 ~ /^(syscalls|SYSCALL_BASE|sync_file_range2|BASE)$/ { next }
      { number = $3; if (number ~ /^0xf0000/) { sub(/^0xf0000[+]?/, "", number); number = 983040 + number }
        base = $2
        sub(/^_/, "", base)
        if (!(base in arity)) sub(/(_time64|32|64)$/, "", base)
        if (number ~ /^[0-9]+$/)
          printf "    {\"%s\", %d, -1, %d, %s},\n", $2, number, base in arity ? arity[base] : 6, $2 in role ? role[$2] : "CALL_OTHER" }' |
    sort -t, -k2,2n
}
{
  cat <<'END'
/* The system calls of 32-bit machines, by name and number, and how many arguments each takes: scripts/calls-32.sh makes
   this of the kernel's headers. Programs of such machines run under qemu, where their memory is not at its addresses.
   So what their calls do with memory is not followed, and those that put bytes out say so by CALL_MOVES. */
#ifndef HARNESS_PLUGIN_CALLS_32_H
#define HARNESS_PLUGIN_CALLS_32_H

/* clang-format off */
static const struct call calls_i386[] = {
END
  rows /usr/i686-linux-gnu/include/asm/unistd_32.h
  printf '};\n\nstatic const struct call calls_arm[] = {\n'
  rows /usr/arm-linux-gnueabihf/include/asm/unistd.h
  printf '};\n/* clang-format on */\n\n#endif\n\n/* SPDX-License-Identifier: MIT */\n'
} >"$work/new" || exit 3
cmp -s "$table" "$work/new" && exit 0
[ "$write" = no ] || { cat "$work/new" >"$table" && echo "$table: written" && exit 0; }
diff "$table" "$work/new"
exit 1
# SPDX-License-Identifier: MIT
