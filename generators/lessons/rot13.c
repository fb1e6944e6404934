/* rot13.c: moves each letter of standard input by thirteen places, as tr A-Za-z N-ZA-Mn-za-m does. */
#include <bytelay/words.h>

enum { ROOM = 4096 };

/* If T0 is a letter of the alphabet that begins with `first`, move it and go to "store". */
static void move_letter(char first) {
  sub(T1, T0, first);
  bgeu(T1, 26, first == 'a' ? "not_small" : "store");
  add(T1, T1, 13);
  bltu(T1, 26, first == 'a' ? "small" : "capital");
  sub(T1, T1, 26);
  label(first == 'a' ? "small" : "capital");
  add(T0, T1, first);
}

/* Move the letters among the bytes from A0 to A1. */
static void lay_rotate(void) {
  routine("rotate", in(A0, A1), destroys(A0, ALL_T));
  label("next");
  ld8(T0, A0, 0);
  move_letter('a');
  jump("store");
  label("not_small");
  move_letter('A');
  label("store");
  st8(T0, A0, 0);
  add(A0, A0, 1);
  bltu(A0, A1, "next");
  ret();
}

static void author(void) {
  Reg left = S0;
  routine("_start", destroys(A0, A1, A2, ALL_T, S0), no_return);
  enter_bare();
  label("more");
  li(A0, 0);
  la(A1, "buffer");
  li(A2, ROOM);
  sys(NR_READ);
  beq(A0, 0, "end");
  blt(A0, 0, "failed");
  mov(left, A0);
  la(A0, "buffer");
  add(A1, A0, left);
  call("rotate");
  la(A1, "buffer");
  label("rest");
  li(A0, 1);
  mov(A2, left);
  sys(NR_WRITE);
  blt(A0, 0, "failed");
  add(A1, A1, A0);
  sub(left, left, A0);
  bne(left, 0, "rest");
  jump("more");
  label("end");
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  label("failed");
  li(A0, 1);
  sys(NR_EXIT_GROUP);
  lay_rotate();
  bss("buffer", ROOM, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "rot13", author); }
