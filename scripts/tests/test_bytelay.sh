#!/usr/bin/env bash
# The emitter as a library, from a folder that knows nothing of this checkout: programs in C and in C++ are built from the
# installed headers, and what they lay runs; and the words clash with nothing that was included before.
# reads: scripts/tests/tap.sh scripts/machines.sh Makefile VERSION generators/lessons generators/API-CHANGES.md generators/*.h generators/isa/*.h generators/lay/*.h generators/linux/*.h build/libbytelay.a gate:verify+blame
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

here=$(machine_here)
foreign=$(machine_foreign)
machine_of "$foreign"
dest=$folder/dest
run make -C "$root" -o "$build/libbytelay.a" BUILD="$build" PREFIX=/usr DESTDIR="$dest" install-bytelay
expect_status 'the emitter is installed' 0

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
  bl_li(BL_A0, add > 2 and add < 4);
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

# Blame goes back beyond a call that keeps the register, and past a jump, to the constant that was stored; of a table that
# is read by an index it names what made the index, and says that it is not followed.
cat >trail.c <<'C'
#include <bytelay/words.h>

static void author(void) {
  routine("_start");
  enter_bare();
  la(A3, "room");
  li(A4, '.');
  call("deep");
  beq(A2, 1, "put");
  li(A4, '#');
  label("put");
  st8(A4, A3, 0);
  li(A4, '+');
  call("deep");
  beq(A2, 2, "other");
  li(A4, '-');
  jump("store");
  label("other");
  li(A4, '*');
  label("store");
  st8(A4, A3, 1);
  li(A4, '!');
  call("changes");
  st8(A4, A3, 2);
  la(A1, "digits");
  li(T0, 19);
  and(T0, T0, 15);
  ld8x(T0, A1, T0);
  st8(T0, A3, 3);
  li(A0, 1);
  mov(A1, A3);
  li(A2, 4);
  sys(NR_WRITE, A0, A1, A2);
  li(A0, 0);
  sys(NR_EXIT_GROUP, A0);
  routine("deep");
  enter_bare();
  call("keeps");
  leave();
  routine("keeps");
  li(A2, 1);
  ret();
  routine("changes");
  li(A4, '!');
  ret();
  data("digits", 1);
  data_string("0123456789abcdef");
  bss("room", 16, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "trail", author); }
C
run cc -std=c11 -o trail trail.c "${flags[@]}"
run ./trail .
printf '[program trail]\nelf = trail_{arch}\narch = x64 arm64\noracle = command\noracle-command = printf .-.3\n' >trail.ini
printf '[cases c]\nsource = nothing\n' >>trail.ini
line_of() { grep -n "$1" trail.c | cut -d: -f1; }
for machine in "$here" "$foreign"; do
  run "$build/bytegate" blame c/run --byte 0 --suite ./trail.ini --program "trail_$machine"
  expect_text "$machine: blame goes back beyond a call that keeps the register" "trail.c:$(line_of "li(A4, '\.')")" "$folder/out"
  expect_text "$machine: ... to the constant" 'constant  of _start+' "$folder/out"
  run "$build/bytegate" blame c/run --byte 1 --suite ./trail.ini --program "trail_$machine"
  expect_text "$machine: past a jump to the store" "trail.c:$(line_of "li(A4, '-')")" "$folder/out"
  run "$build/bytegate" blame c/run --byte 2 --suite ./trail.ini --program "trail_$machine"
  expect_no_text "$machine: not beyond a call that changes it" 'constant  of' "$folder/out"
  run "$build/bytegate" blame c/run --byte 3 --suite ./trail.ini --program "trail_$machine"
  expect_text "$machine: what made an index is named" "indexed   by _start+" "$folder/out"
  expect_text "$machine: ... and not followed, which is said" 'is not followed: what made it may have read another table' "$folder/out"
  expect_text "$machine: ... nor is the table forgotten" 'laid      as digits+0x3' "$folder/out"
done

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
