/* tac.c: writes the lines of standard input in the other order, as tac does: by a routine that calls itself. */
#include <bytelay/words.h>

enum { ROOM = 1 << 20, LINE = 0, LENGTH = 8, FRAME = 16 };

/* Write first all lines that come after the one at A0, then that one. A1: where the text ends. */
static void lay_write_lines(void) {
  routine("write_lines", in(A0, A1), destroys(A0, A1, A2, A3, ALL_T));
  enter_bare();
  frame(FRAME); /* each call has two words of its own on the stack */
  stack_pointer(A3);
  bgeu(A0, A1, "no_line");
  st64(A0, A3, LINE);
  label("in_line");
  ld8(T0, A0, 0);
  add(A0, A0, 1);
  beq(T0, '\n', "line_ends");
  bltu(A0, A1, "in_line");
  label("line_ends");
  ld64(T0, A3, LINE);
  sub(T0, A0, T0);
  st64(T0, A3, LENGTH);
  call("write_lines"); /* A0: the line after this one */
  stack_pointer(A3);
  ld64(A1, A3, LINE);
  ld64(A2, A3, LENGTH);
  call("write_all");
  label("no_line");
  leave();
}

/* Write A2 bytes at A1 to standard output, however many the kernel takes at a time. */
static void lay_write_all(void) {
  routine("write_all", in(A1, A2), destroys(A0, A1, A2, ALL_T));
  label("rest");
  beq(A2, 0, "done");
  li(A0, 1);
  sys(NR_WRITE);
  ble(A0, 0, "failed");
  add(A1, A1, A0);
  sub(A2, A2, A0);
  jump("rest");
  label("done");
  ret();
  label("failed");
  jump("fail");
}

static void lay_fail(void) {
  routine("fail", destroys(A0, ALL_T), no_return);
  li(A0, 1);
  sys(NR_EXIT_GROUP);
}

static void author(void) {
  routine("_start", destroys(ALL_A, ALL_T), no_return);
  enter_bare();
  la(A1, "text");
  label("more");
  la(A2, "text");
  add(A2, A2, ROOM);
  sub(A2, A2, A1);
  beq(A2, 0, "too_long");
  li(A0, 0);
  sys(NR_READ);
  blt(A0, 0, "too_long");
  add(A1, A1, A0);
  bne(A0, 0, "more");
  la(A0, "text");
  call("write_lines");
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  label("too_long");
  jump("fail");
  lay_write_lines();
  lay_write_all();
  lay_fail();
  bss("text", ROOM, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "tac", author); }
