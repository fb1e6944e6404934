/* output.c: everything ls writes goes through one buffer: text, numbers, fields aligned to the right.
 *
 * S4 is the next free byte of the buffer. There is always room for at least one: whoever fills the last byte flushes.
 */
#include "ls.h"

enum { OUTPUT_ROOM = 64 << 10, DIGITS_ROOM = 24 };

void op_put_text(const char *text) {
  for (; *text; text++) {
    op_li(A0, *text);
    op_call("put_byte");
  }
}

/* flush: writes the buffer to STATE_OUTPUT_FD and empties it. Standard error that cannot be written is nobody's to
 * tell; a standard output that cannot be written ends the program. */
static void lay_flush(void) {
  routine("flush");
  enter(S0);
  la(S0, "output");
  sub(T0, S4, S0);
  get(T1, STATE_OUTPUT_FLUSHED);
  add(T1, T1, T0);
  set(T1, STATE_OUTPUT_FLUSHED);
  label("rest");
  beq(S0, S4, "written");
  get(A0, STATE_OUTPUT_FD);
  mov(A1, S0);
  sub(A2, S4, S0);
  sys(NR_WRITE);
  beq(A0, -LINUX_EINTR, "rest");
  ble(A0, 0, "failed");
  add(S0, S0, A0);
  jump("rest");
  label("failed");
  get(T0, STATE_OUTPUT_FD);
  beq(T0, 1, "output_failed");
  label("written");
  la(S4, "output");
  leave();
  bss("output", OUTPUT_ROOM, 16);
}

/* output_position: out A0 = how many bytes have been put so far. */
static void lay_output_position(void) {
  routine("output_position");
  la(T0, "output");
  sub(A0, S4, T0);
  get(T0, STATE_OUTPUT_FLUSHED);
  add(A0, A0, T0);
  ret();
}

/* put_byte: in A0 = byte. */
static void lay_put_byte(void) {
  routine("put_byte");
  st8(A0, S4, 0);
  add(S4, S4, 1);
  la(T0, "output");
  add(T0, T0, OUTPUT_ROOM);
  bgeu(S4, T0, "flush");
  ret();
}

/* put_bytes: in A0 = bytes, A1 = count. */
static void lay_put_bytes(void) {
  routine("put_bytes");
  enter(S0, S1);
  mov(S0, A0);
  add(S1, A0, A1);
  jump("next_byte");
  label("put");
  ld8(A0, S0, 0);
  add(S0, S0, 1);
  call("put_byte");
  label("next_byte");
  bne(S0, S1, "put");
  leave();
}

/* put_string: in A0 = text. */
static void lay_put_string(void) {
  routine("put_string");
  enter(S0);
  mov(S0, A0);
  call("string_length");
  mov(A1, A0);
  mov(A0, S0);
  call("put_bytes");
  leave();
}

/* put_spaces: in A0 = count; none if it is negative. */
static void lay_put_spaces(void) {
  routine("put_spaces");
  enter(S0);
  mov(S0, A0);
  label("next_space");
  ble(S0, 0, "put");
  put_literal(" ");
  sub(S0, S0, 1);
  jump("next_space");
  label("put");
  leave();
}

/* put_field: in A0 = bytes, A1 = count, A2 = width. Writes them aligned to the right. */
static void lay_put_field(void) {
  routine("put_field");
  enter(S0, S1);
  mov(S0, A0);
  mov(S1, A1);
  sub(A0, A2, A1);
  call("put_spaces");
  mov(A0, S0);
  mov(A1, S1);
  call("put_bytes");
  leave();
}

/* put_number: in A0 = number, signed, A1 = width. Writes it in decimal, aligned to the right. */
static void lay_put_number(void) {
  routine("put_number");
  li(A2, 1);
  jump("put_decimal");

  /* put_decimal: the same with A2 = least count of digits: zeros are put in front. The digits are laid from the last
   * to the first. */
  routine("put_decimal");
  enter(S0, S1, S2, S3);
  mov(S1, A1);
  la(S0, "digits");
  add(S0, S0, DIGITS_ROOM);
  sub(S2, S0, A2);
  mov(S3, A0);
  bge(A0, 0, "next_digit");
  li(T0, 0);
  sub(A0, T0, A0);
  label("next_digit");
  li(A1, 10);
  call("divide");
  add(A1, A1, '0');
  sub(S0, S0, 1);
  st8(A1, S0, 0);
  bne(A0, 0, "next_digit");
  bgtu(S0, S2, "next_digit");
  bge(S3, 0, "not_negative");
  li(T0, '-');
  sub(S0, S0, 1);
  st8(T0, S0, 0);
  label("not_negative");
  mov(A0, S0);
  la(A1, "digits");
  add(A1, A1, DIGITS_ROOM);
  sub(A1, A1, S0);
  mov(A2, S1);
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
