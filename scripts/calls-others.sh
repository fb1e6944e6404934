#!/usr/bin/env bash
# Makes harness/helpers/plugin/calls_others.h of the kernel's headers: the system calls of the machines whose numbers are
# their own, by name and number, and how many arguments each takes. The numbers are those of the headers for programs
# (linux-libc-dev-*-cross); the arities are those of the prototypes that the kernel declares for itself, in Debian's
# packages linux-headers-*.
#
# usage: scripts/calls-others.sh [-w] FOLDER
#        scripts/calls-others.sh --machines
#
#   -w           write the table
#   FOLDER       the files of linux-headers-* and its -common, unpacked
#   --machines   print a line for each column of the table: the machine, its header, and what that wants to be told
#
# Exit: 0 the table is as the kernel has it; 1 it differs, and the difference is printed; 2 usage; 3 something is missing.
set -u -o pipefail
write=no
# Each machine: its column, its header, and what its headers want to be told.
machines='i386 /usr/i686-linux-gnu/include/asm/unistd_32.h
arm /usr/arm-linux-gnueabihf/include/asm/unistd.h -D__ARM_EABI__
ppc64 /usr/powerpc64le-linux-gnu/include/asm/unistd_64.h
ppc /usr/powerpc-linux-gnu/include/asm/unistd_32.h
s390x /usr/s390x-linux-gnu/include/asm/unistd_64.h
mips /usr/mipsel-linux-gnu/include/asm/unistd.h -D_MIPS_SIM=1 -D_MIPS_SIM_ABI32=1
mips64 /usr/mips64el-linux-gnuabi64/include/asm/unistd.h -D_MIPS_SIM=3 -D_MIPS_SIM_ABI64=3
m68k /usr/m68k-linux-gnu/include/asm/unistd_32.h
sh4 /usr/sh4-linux-gnu/include/asm/unistd_32.h
sparc64 /usr/sparc64-linux-gnu/include/asm/unistd_64.h
hppa /usr/hppa-linux-gnu/include/asm/unistd_32.h'
if [ "${1-}" = --machines ]; then
  printf '%s\n' "$machines"
  exit
fi
[ "${1-}" != -w ] || { write=yes && shift; }
if [ $# != 1 ] || [ ! -d "$1" ]; then
  echo "usage: ${0##*/} [-w] FOLDER | --machines" >&2
  exit 2
fi
folder=$(cd "$1" && pwd) || exit 3
root=$(cd "$(dirname "$0")/.." && pwd) || exit 3
table=$root/harness/helpers/plugin/calls_others.h
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
prototypes=$(find "$folder" -path '*/include/linux/syscalls.h' | head -n 1)
compat=${prototypes%syscalls.h}compat.h
while read -r _ file _; do
  [ -e "$file" ] || { echo "${0##*/}: there is no $file (a package linux-libc-dev-*-cross)" >&2 && exit 3; }
done <<<"$machines
- ${prototypes:-none}"

# Lines "NAME ARITY", of calls and of their forms for 32 bits.
cat "$prototypes" "$compat" "${prototypes%linux/syscalls.h}asm-generic/syscalls.h" | tr '\n\t' '  ' | sed 's/;/;\n/g' |
  sed -nE 's/.*asmlinkage long (compat_)?sys_([a-z0-9_]+) *\(([^()]*)\) *;.*/\2(\3/p' |
  awk -F '(' '{ gsub(/^ +| +$/, "", $2); print $1, $2 == "void" ? 0 : gsub(/,/, ",", $2) + 1 }' | sort -u -k1,1 >"$work/arities"

# numbers HEADER OPTION...: lines "NAME NUMBER" of one machine.
numbers() {
  cc -E -dM -I "${1%/asm/*}" "${@:2}" -include "$1" -x c /dev/null | awk '
    function number_of(text,   part, count, sum, i) {
      count = split(text, part, "+")
      for (i = 1; i <= count; i++)
        sum += part[i] in value ? number_of(value[part[i]]) : part[i] == "0x0f0000" ? 983040 : part[i]
      return sum
    }
    $2 ~ /^__(NR|ARM_NR)_/ { name = $2; $1 = $2 = ""; gsub(/[() ]/, ""); value[name] = $0 }
    END {
      for (name in value) {
        if (name ~ /_(Linux|O32_Linux|64_Linux|N32_Linux|Linux_syscalls|syscalls|BASE|SYSCALL_BASE|sync_file_range2)$/) continue
        number = number_of(value[name])
        sub(/^__(NR|ARM_NR)_/, "", name)
        if (name ~ /^_?[a-z]/) print name, number
      }
    }'
}
while read -r machine header options; do
  # shellcheck disable=SC2086 # options are words
  numbers "$header" $options | sed "s/^/$machine /"
done <<<"$machines" >"$work/numbers" || exit 3

# The rows. Of a call without a prototype of its name all six arguments are shown. Of mmap there are two: where its six
# arguments stand in memory, it is another call.
rows() {
  awk -v arities="$work/arities" -v machines="$(cut -d ' ' -f 1 <<<"$machines" | paste -sd ' ')" '
    BEGIN {
      while ((getline <arities) > 0) arity[$1] = $2
      split("exit 1 exit_group 1 rt_sigreturn 0 sigreturn 0 mmap 6 mmap2 6 clone 5 fork 0 vfork 0 set_thread_area 1 set_tls 1 cacheflush 3 pread64 4 pwrite64 4", own)
      for (i = 1; i in own; i += 2) arity[own[i]] = own[i + 1]
      split("EXITS exit,exit_group FORKS fork,vfork,clone,clone3 READS read,recv,recvfrom READS_AT pread64 READS_VECTOR readv WRITES write,send,sendto WRITES_AT pwrite64 WRITES_VECTOR writev SENDS_MESSAGE sendmsg OPENS open,creat OPENS_AT openat,openat2 SEEKS lseek,_llseek RENAMES rename RENAMES_AT renameat,renameat2 REMOVES unlink REMOVES_AT unlinkat ENTERS chdir ACCEPTS accept,accept4 DUPLICATES dup,dup2,dup3 CONTROLS fcntl,fcntl64 MAPS mmap,mmap2 CLOSES close MOVES writev2,pwritev,pwritev2,sendmmsg,sendfile,sendfile64,splice,vmsplice,copy_file_range,socketcall,io_uring_enter,io_submit", roles)
      for (i = 1; i in roles; i += 2) { count = split(roles[i + 1], names, ","); for (k = 1; k <= count; k++) role[names[k]] = "CALL_" roles[i] }
      many = split(machines, column)
      for (i = 1; i <= many; i++) if (column[i] ~ /^(i386|s390x|m68k)$/) in_memory[column[i]]
    }
    {
      name = $2 == "mmap" && $1 in in_memory ? "mmap in memory" : $2
      number[name, $1] = $3
      seen[name]
    }
    END {
      for (name in seen) {
        base = name
        sub(/^_/, "", base)
        if (!(base in arity)) sub(/(_time64|32|64)$/, "", base)
        line = sprintf("    {{\"%s\", -1, -1, %d, %s}, {", name == "mmap in memory" ? "mmap" : name,
                       name == "mmap in memory" ? 1 : base in arity ? arity[base] : 6,
                       name in role ? role[name] : "CALL_OTHER")
        for (i = 1; i <= many; i++)
          line = line (i > 1 ? ", " : "") ((name, column[i]) in number ? number[name, column[i]] : -1)
        print line "}},"
      }
    }' "$work/numbers" | LC_ALL=C sort
}
{
  cat <<'END'
/* The system calls of the machines whose numbers are their own, by name, and how many arguments each takes:
   scripts/calls-others.sh makes this of the kernel's headers. */
#ifndef HARNESS_PLUGIN_CALLS_OTHERS_H
#define HARNESS_PLUGIN_CALLS_OTHERS_H

/* The number on each machine, in the order of enum call_numbers from CALLS_I386 on; -1: there is no such call. */
struct call_elsewhere {
  struct call call;
  int numbers[CALL_NUMBERS - CALLS_I386];
};

/* clang-format off */
static const struct call_elsewhere calls_others[] = {
END
  printf '    /* %s */\n' "$(cut -d ' ' -f 1 <<<"$machines" | paste -sd ' ')"
  rows
  printf '};\n/* clang-format on */\n\n#endif\n\n/* SPDX-License-Identifier: MIT */\n'
} >"$work/new" || exit 3
cmp -s "$table" "$work/new" && exit 0
[ "$write" = no ] || { cat "$work/new" >"$table" && echo "$table: written" && exit 0; }
diff "$table" "$work/new"
exit 1
# SPDX-License-Identifier: MIT
