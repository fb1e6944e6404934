/* lines.c: counts the lines of standard input, as wc -l does. */
#include <bytelay/words.h>

enum { ROOM = 4096, DIGITS = 20 };

/* Count the ends of lines in S0. */
static void lay_counting(void) {
  li(S0, 0);
  label("more");
  li(A0, 0); /* standard input */
  la(A1, "buffer");
  li(A2, ROOM);
  sys(NR_READ); /* A0: how many bytes came; 0 at the end, less after an error */
  beq(A0, 0, "end");
  blt(A0, 0, "failed");
  la(A1, "buffer");
  add(A0, A0, A1); /* where these bytes end */
  label("next");
  ld8(T0, A1, 0);
  add(A1, A1, 1);
  bne(T0, '\n', "in_line");
  add(S0, S0, 1);
  label("in_line");
  bltu(A1, A0, "next");
  jump("more");
}

/* Write S0 in digits: the last digit first, from the end of their room towards its beginning. */
static void lay_writing(void) {
  label("end");
  la(A1, "digits");
  add(A1, A1, DIGITS);
  st8('\n', A1, 0);
  li(A2, 1); /* bytes to write */
  label("next_digit");
  remu(T0, S0, 10);
  divu(S0, S0, 10);
  add(T0, T0, '0');
  sub(A1, A1, 1);
  st8(T0, A1, 0);
  add(A2, A2, 1);
  bne(S0, 0, "next_digit");
  li(A0, 1);
  sys(NR_WRITE);
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  label("failed");
  li(A0, 1);
  sys(NR_EXIT_GROUP);
}

static void author(void) {
  routine("_start", destroys(A0, A1, A2, ALL_T, S0), no_return);
  lay_counting();
  lay_writing();
  bss("buffer", ROOM, 16);
  bss("digits", DIGITS + 1, 1);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "lines", author); }
