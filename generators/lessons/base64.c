/* base64.c: writes standard input in base 64 and in one line, as base64 -w 0 does. */
#include <bytelay/words.h>

enum { ROOM = 3 * 4096, WRITTEN = ROOM / 3 * 4 }; /* threes of bytes: only the last piece can end within one */

/* Fill the buffer from standard input. Out A1: where its bytes end; before the end of the buffer, the input has ended.
 */
static void lay_fill(void) {
  routine("fill", out(A1), destroys(A0, A2, ALL_T));
  la(A1, "buffer");
  label("more");
  la(A2, "buffer");
  add(A2, A2, ROOM);
  sub(A2, A2, A1); /* the room that is left */
  li(A0, 0);
  sys(NR_READ); /* nothing comes where no room is left */
  ble(A0, 0, "done");
  add(A1, A1, A0);
  jump("more");
  label("done");
  ret();
}

/* Turn the three bytes at A0 into four digits at A2, by the table at A3. */
static void lay_encode(void) {
  routine("encode", in(A0, A2, A3), destroys(A4, ALL_T));
  ld8(T0, A0, 0);
  shl(T0, T0, 16);
  ld8(T1, A0, 1);
  shl(T1, T1, 8);
  or (T0, T0, T1);
  ld8(T1, A0, 2);
  or (T0, T0, T1);                          /* 24 bits */
  for (int digit = 0; digit < 4; digit++) { /* a loop of C: its body is laid four times */
    shr(T1, T0, 18 - 6 * digit);
    and(T1, T1, 63);
    ld8x(A4, A3, T1); /* the byte at A3 + T1 */
    st8(A4, A2, digit);
  }
  ret();
}

/* Encode what is between "buffer" and A1. Out A2: where the digits end. */
static void lay_encode_all(void) {
  routine("encode_all", in(A1), out(A2), destroys(A0, A3, A4, ALL_T));
  enter_bare();
  la(A0, "buffer");
  la(A2, "written");
  la(A3, "digits");
  st16(0, A1, 0); /* the last three bytes may lack two */
  label("next");
  call("encode");
  add(A0, A0, 3);
  add(A2, A2, 4);
  bltu(A0, A1, "next");
  mov(A3, A2);
  label("pad"); /* for each byte that the last three lack, the last digit becomes = */
  beq(A0, A1, "done");
  sub(A0, A0, 1);
  sub(A3, A3, 1);
  st8('=', A3, 0);
  jump("pad");
  label("done");
  leave();
}

static void author(void) {
  routine("_start", destroys(A0, A1, A2, A3, A4, ALL_T, S0), no_return);
  enter(S0);
  label("more");
  call("fill");
  mov(S0, A1);
  la(A0, "buffer");
  beq(A0, A1, "end");
  call("encode_all");
  la(A1, "written");
  sub(A2, A2, A1);
  li(A0, 1);
  sys(NR_WRITE);
  la(A0, "buffer");
  add(A0, A0, ROOM);
  beq(A0, S0, "more");
  label("end");
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  lay_fill();
  lay_encode();
  lay_encode_all();

  data("digits", 1);
  data_string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  bss("buffer", ROOM + 2, 16);
  bss("written", WRITTEN, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "base64", author); }
