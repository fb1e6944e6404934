#!/usr/bin/env bash
# The emitter as a library, from a folder that knows nothing of this checkout: programs in C and in C++ are built from the
# installed headers, and what they lay runs; and the words clash with nothing that was included before.
# reads: scripts/tests/tap.sh install
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

here=$(machine_here)
foreign=$(machine_foreign)
machine_of "$foreign"
dest=$folder/dest
run make -C "$root" BUILD="${build#"$root"/}" PREFIX=/usr DESTDIR="$dest" install
expect_status 'make install' 0

# The library is found by pkg-config, and has all of its names for itself.
export PKG_CONFIG_PATH="$dest/usr/share/pkgconfig"
run pkg-config --modversion bytelay
expect_bytes 'pkg-config knows its version' "$(cat "$root/VERSION")\n" out
run pkg-config --define-variable=prefix="$dest/usr" --cflags --libs bytelay
read -ra flags <out
nm -g --defined-only "$dest/usr/lib/libbytelay.a" | awk 'NF == 3 { print $3 }' | grep -v '^bl_\|^x64_\|^a64_' >others
expect_bytes 'each export has a prefix' '' others

# Two programs of the short words, and one of the functions alone.
mkdir work
cat >work/greet.c <<'C'
#include <bytelay/words.h>

static void author(void) {
  routine("_start");
  li(A0, 1);
  la(A1, "text");
  li(A2, 6);
  sys(NR_WRITE);
  li(A0, 7);
  sys(NR_EXIT_GROUP);
  data("text", 1);
  data_string("hello\n");
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "greet", author); }
C
sed -e 's/greet/greet_cc/' work/greet.c >work/greet_cc.cc
cat >work/functions.cc <<'C'
#include <ciso646>
#include <sys/reg.h>
#include <elf.h>
#include <bytelay/isa/handmade.h>
#include <bytelay/isa/program.h>

static int add = 3; // a word of words.h, which nobody asked for here
static void author() {
  BL_AT;
  bl_routine("_start");
  bl_li(BL_A0, add and 1);
  bl_add_imm(BL_A0, BL_A0, 6);
  bl_syscall(NR_EXIT_GROUP);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "functions", author); }
C
cat >work/raw.c <<'C'
#include <bytelay/raw_words.h>

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "raw");
  bl_program_begin(ISA_X64, "raw");
  routine("_start");
  x64(x64_mov_r32_imm32(RAX, 60));
  x64((LayCode){5, {0xbf, 7, 0, 0, 0}}); /* mov edi, 7: bytes of one's own */
  x64(x64_syscall());
  bl_program_write_single_segment(argv[1], "_start");
  return 0;
}
C
cd work || exit 1
for each in 'cc -std=c11:greet.c' 'c++ -std=c++17:greet_cc.cc' 'c++ -std=c++17:functions.cc' 'cc -std=c11:raw.c'; do
  source=${each#*:}
  # shellcheck disable=SC2086 # words
  run ${each%%:*} -Wall -Wextra -Werror -o "${source%.*}" "$source" "${flags[@]}"
  expect_status "$source is compiled from the installed headers" 0
  run "./${source%.*}" .
  expect_status "$source lays" 0
done
for name in greet greet_cc; do
  run "./${name}_$here"
  expect_status "$name runs here, and exits as it says" 7
  expect_bytes "$name says it" 'hello\n' "$folder/out"
  run "$machine_qemu" "./${name}_$foreign"
  expect_status "$name runs on the other machine" 7
  expect_bytes "$name says it there too" 'hello\n' "$folder/out"
done
run cmp "greet_$here" "greet_cc_$here"
expect_status 'C and C++ lay the same bytes' 0
run "./functions_$here"
expect_status 'the functions lay without a word' 7
if [ "$here" = x64 ]; then
  run ./raw_x64
  expect_status 'instructions of one machine' 7
fi

# statement LANGUAGE STATEMENT: compiles a file with it.
statement() {
  printf '#include <bytelay/words.h>\nvoid author(const char *text);\nvoid author(const char *text) {\n  (void)text;\n  %s;\n}\n' "$2" >"statement.$1"
  run "$1" -x "${1/cc/c}" -fsyntax-only -Wall -Wextra "statement.$1" "${flags[@]}"
}
# refused NAME LANGUAGE STATEMENT: the compiler takes it for no operand.
refused() {
  statement "$2" "$3"
  expect_status "$1" 1
}
for language in cc c++; do
  statement "$language" 'add(A0, A0, 1), add(A0, A0, A1), li(A0, -1L), enter(S0, S1), data_string("x")'
  expect_status "$language: what is right compiles" 0
  refused "$language: a fraction is no operand" "$language" 'add(A0, A0, 1.5)'
  refused "$language: nor is a text" "$language" 'add(A0, A0, "x")'
  refused "$language: no text is loaded as a number" "$language" 'li(A0, "x")'
  refused "$language: a pointer is no string literal" "$language" 'data_string(text)'
  refused "$language: a system call has a name" "$language" 'sys(3)'
  refused "$language: no pointer is a number" "$language" 'add(A0, A0, text)'
  refused "$language: no register is loaded as a number" "$language" 'li(A0, A1)'
  refused "$language: an offset is no register" "$language" 'ld8(A0, A1, A2)'
  refused "$language: a register of one machine is none of both" "$language" 'mov(A0, ((X64Reg){0}))'
  refused "$language: data is no text" "$language" 'data_u8("x")'
  refused "$language: a number is no register" "$language" 'mov(A0, 3)'
done

done_testing
# SPDX-License-Identifier: MIT
