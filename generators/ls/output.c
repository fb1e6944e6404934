/* output.c: everything ls writes goes through one buffer: text, numbers, fields aligned to the right.
 *
 * NEXT_FREE is the next free byte of the buffer. There is always room for at least one: whoever fills the last byte
 * flushes.
 */
#include "ls.h"

enum { OUTPUT_ROOM = 64 << 10, DIGITS_ROOM = 24 };

void op_put_text(const char *text) {
  for (; *text; text++) {
    bl_li(A0, *text);
    bl_call("put_byte");
  }
}

/* flush: writes the buffer to STATE_OUTPUT_FD and empties it. That standard error cannot be written, nobody can
 * be told; a standard output that cannot be written ends the program. */
static void lay_flush(void) {
  Reg from = S0;
  routine("flush", in(S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(from);
  la(from, "output");
  sub(T0, NEXT_FREE, from);
  get(T1, STATE_OUTPUT_FLUSHED);
  add(T1, T1, T0);
  set(T1, STATE_OUTPUT_FLUSHED);
  label("rest");
  beq(from, NEXT_FREE, "written");
  get(A0, STATE_OUTPUT_FD);
  mov(A1, from);
  sub(A2, NEXT_FREE, from);
  sys(NR_WRITE);
  beq(A0, -LINUX_EINTR, "rest");
  ble(A0, 0, "failed");
  add(from, from, A0);
  jump("rest");
  label("failed");
  get(T0, STATE_OUTPUT_FD);
  beq(T0, 1, "output_failed");
  label("written");
  la(NEXT_FREE, "output");
  leave();
  bss("output", OUTPUT_ROOM, 16);
}

/* output_position: out A0 = how many bytes have been put so far. */
static void lay_output_position(void) {
  routine("output_position", in(S4, S5), out(A0), destroys(T0));
  la(T0, "output");
  sub(A0, NEXT_FREE, T0);
  get(T0, STATE_OUTPUT_FLUSHED);
  add(A0, A0, T0);
  ret();
}

/* put_byte: in A0 = byte. */
static void lay_put_byte(void) {
  routine("put_byte", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  st8_next(A0, NEXT_FREE);
  la(T0, "output");
  add(T0, T0, OUTPUT_ROOM);
  bgeu(NEXT_FREE, T0, "flush");
  ret();
}

/* put_bytes: in A0 = bytes, A1 = count. */
static void lay_put_bytes(void) {
  Reg next = S0, end = S1;
  routine("put_bytes", in(A0, A1, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(next, end);
  mov(next, A0);
  add(end, A0, A1);
  jump("next_byte");
  label("put");
  ld8_next(A0, next);
  call("put_byte");
  label("next_byte");
  bne(next, end, "put");
  leave();
}

/* put_string: in A0 = text. */
static void lay_put_string(void) {
  Reg text = S0;
  routine("put_string", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(text);
  mov(text, A0);
  call("string_length");
  mov(A1, A0);
  mov(A0, text);
  call("put_bytes");
  leave();
}

/* put_spaces: in A0 = count; none if it is negative. */
static void lay_put_spaces(void) {
  Reg left = S0;
  routine("put_spaces", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(left);
  mov(left, A0);
  label("next_space");
  ble(left, 0, "put");
  put_literal(" ");
  sub(left, left, 1);
  jump("next_space");
  label("put");
  leave();
}

/* put_field: in A0 = bytes, A1 = count, A2 = width. Writes them aligned to the right. */
static void lay_put_field(void) {
  Reg bytes = S0, count = S1;
  routine("put_field", in(A0, A1, A2, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(bytes, count);
  mov(bytes, A0);
  mov(count, A1);
  sub(A0, A2, A1);
  call("put_spaces");
  mov(A0, bytes);
  mov(A1, count);
  call("put_bytes");
  leave();
}

/* put_number: in A0 = number, signed, A1 = width. Writes it in decimal, aligned to the right. */
static void lay_put_number(void) {
  Reg place = S0, width = S1, least_place = S2, number = S3;
  routine("put_number", in(A0, A1, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  li(A2, 1);
  jump("put_decimal");

  /* put_decimal: the same with A2 = least count of digits: it gets leading zeros. The digits are laid from the last
   * to the first. */
  routine("put_decimal", in(A0, A1, A2, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(place, width, least_place, number);
  mov(width, A1);
  la(place, "digits");
  add(place, place, DIGITS_ROOM);
  sub(least_place, place, A2);
  mov(number, A0);
  bge(A0, 0, "next_digit");
  li(T0, 0);
  sub(A0, T0, A0);
  label("next_digit");
  li(A1, 10);
  call("divide");
  add(A1, A1, '0');
  sub(place, place, 1);
  st8(A1, place, 0);
  bne(A0, 0, "next_digit");
  bgtu(place, least_place, "next_digit");
  bge(number, 0, "not_negative");
  li(T0, '-');
  sub(place, place, 1);
  st8(T0, place, 0);
  label("not_negative");
  mov(A0, place);
  la(A1, "digits");
  add(A1, A1, DIGITS_ROOM);
  sub(A1, A1, place);
  mov(A2, width);
  call("put_field");
  leave();
  bss("digits", DIGITS_ROOM, 8);
}

void lay_ls_output(void) {
  lay_flush();
  lay_output_position();
  lay_put_byte();
  lay_put_bytes();
  lay_string_length();
  lay_put_string();
  lay_put_spaces();
  lay_put_field();
  lay_put_number();
  lay_divide();
}

/* SPDX-License-Identifier: MIT */
