/* @NAME@.c: lays a program that copies standard input to standard output in capital letters, for x86-64 and arm64.
 *
 * The words are those of bytelay/words.h; bytelay/isa/machine.h says what each of them does. What stands after a routine's
 * name is its contract: what it reads and what it changes. `make check` holds the bytes to it on both machines, and
 * `bytegate check --infer build/elf/@NAME@_x64` prints the contract that each routine deserves. */
#include <bytelay/words.h>

enum { ROOM = 4096 };

/* Make capitals of the small letters among A1 bytes at A0. */
static void lay_capitalise(void) {
  routine("capitalise", in(A0, A1), destroys(A0, A1, ALL_T));
  add(A1, A0, A1); /* the end */
  label("next");
  beq(A0, A1, "done");
  ld8(T0, A0, 0);
  sub(T1, T0, 'a');
  bgeu(T1, 26, "keep");
  sub(T0, T0, 'a' - 'A');
  st8(T0, A0, 0);
  label("keep");
  add(A0, A0, 1);
  jump("next");
  label("done");
  ret();
}

/* Write A1 bytes at A0 to standard output, however many the kernel takes at a time; ends the program where it cannot. */
static void lay_write_all(void) {
  routine("write_all", in(A0, A1), destroys(A0, A1, A2, ALL_T));
  enter(S0, S1);
  mov(S0, A0);
  mov(S1, A1);
  label("more");
  beq(S1, 0, "done");
  li(A0, 1);
  mov(A1, S0);
  mov(A2, S1);
  sys(NR_WRITE, A0, A1, A2);
  ble(A0, 0, "failed");
  add(S0, S0, A0);
  sub(S1, S1, A0);
  jump("more");
  label("done");
  leave();
  label("failed");
  li(A0, 1);
  sys(NR_EXIT_GROUP, A0);
}

static void author(void) {
  routine("_start", no_return);
  enter(S0);
  label("more");
  li(A0, 0);
  la(A1, "buffer");
  li(A2, ROOM);
  sys(NR_READ, A0, A1, A2);
  beq(A0, 0, "end");
  blt(A0, 0, "failed");
  mov(S0, A0);
  la(A0, "buffer");
  mov(A1, S0);
  call("capitalise");
  la(A0, "buffer");
  mov(A1, S0);
  call("write_all");
  jump("more");
  label("end");
  li(A0, 0);
  sys(NR_EXIT_GROUP, A0);
  label("failed");
  li(A0, 1);
  sys(NR_EXIT_GROUP, A0);
  lay_capitalise();
  lay_write_all();
  bss("buffer", ROOM, 16); /* zeroed, and it can be written */
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "@NAME@", author); }
