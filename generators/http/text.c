/* text.c: the little that both programs do with text: append, count in decimal, take apart, write out.
 *
 * The append_* routines build text front to back: they take the place to write to in A0 and return the place behind
 * what they wrote, so that calls follow one another. Who calls them has made the room. */
#include "http.h"

#include <string.h>

void op_strings(const NamedString *strings, size_t count) {
  for (size_t i = 0; i < count; i++) {
    op_data(strings[i].name, 1);
    op_bytes(strings[i].text, strlen(strings[i].text) + 1);
  }
}

/* append_string: in A0 = destination, A1 = NUL-terminated string. Out A0 = behind the copy, which bears no NUL. */
static void lay_append_string(void) {
  routine("append_string");
  ld8(T0, A1, 0);
  beq(T0, 0, "copied");
  st8(T0, A0, 0);
  add(A0, A0, 1);
  add(A1, A1, 1);
  jump("append_string");
  label("copied");
  ret();
}

/* append_bytes: in A0 = destination, A1 = source, A2 = count. Out A0 = behind the copy. */
static void lay_append_bytes(void) {
  routine("append_bytes");
  beq(A2, 0, "copied");
  ld8(T0, A1, 0);
  st8(T0, A0, 0);
  add(A0, A0, 1);
  add(A1, A1, 1);
  sub(A2, A2, 1);
  jump("append_bytes");
  label("copied");
  ret();
}

/* append_printable: in A0 = destination, A1 = NUL-terminated string from outside. Out A0 = behind the copy. At most 255
 * bytes are copied, and control characters become '?', so that what quotes it stays one line of bounded length. */
static void lay_append_printable(void) {
  routine("append_printable");
  li(A2, 255);
  label("next_byte");
  ld8(T0, A1, 0);
  beq(T0, 0, "copied");
  beq(T0, 0x7f, "control");
  bgeu(T0, ' ', "printable");
  label("control");
  li(T0, '?');
  label("printable");
  st8(T0, A0, 0);
  add(A0, A0, 1);
  add(A1, A1, 1);
  sub(A2, A2, 1);
  bne(A2, 0, "next_byte");
  label("copied");
  ret();
}

/* append_decimal: in A0 = destination, A1 = number below 10^18. Out A0 = behind its digits.
 * The count of digits comes from comparing with powers of ten; then the digits are stored from the last to the first.
 * Division by ten is multiplication by 0.11001100..b, a shift series whose quotient is at most one too small. */
static void lay_append_decimal(void) {
  routine("append_decimal");
  li(T0, 10);
  label("one_more_digit");
  add(A0, A0, 1);
  bltu(A1, T0, "counted");
  mul(T0, T0, 10);
  jump("one_more_digit");
  label("counted");
  mov(A3, A0);
  label("next_digit");
  shr(A2, A1, 1);
  shr(T0, A1, 2);
  add(A2, A2, T0);
  for (int shift = 4; shift <= 32; shift *= 2) {
    shr(T0, A2, shift);
    add(A2, A2, T0);
  }
  shr(A2, A2, 3);
  mul(T0, A2, 10);
  sub(T0, A1, T0);
  bleu(T0, 9, "quotient_exact");
  sub(T0, T0, 10);
  add(A2, A2, 1);
  label("quotient_exact");
  add(T0, T0, '0');
  sub(A3, A3, 1);
  st8(T0, A3, 0);
  mov(A1, A2);
  bne(A1, 0, "next_digit");
  ret();
}

/* append_socket_address: in A0 = destination, A1 = struct sockaddr_in. Out A0 = behind "a.b.c.d:port". */
static void lay_append_socket_address(void) {
  routine("append_socket_address");
  enter(S0, S1);
  mov(S0, A1);
  li(S1, 4);
  label("next_byte");
  add(T0, S0, S1);
  ld8(A1, T0, 0);
  call("append_decimal");
  add(S1, S1, 1);
  li(T0, ':');
  beq(S1, 8, "separator");
  li(T0, '.');
  label("separator");
  st8(T0, A0, 0);
  add(A0, A0, 1);
  bne(S1, 8, "next_byte");
  ld8(A1, S0, 2); /* sin_port, in network byte order */
  shl(A1, A1, 8);
  ld8(T0, S0, 3);
  or (A1, A1, T0);
  call("append_decimal");
  leave();
}

/* take_decimal: in A0 = text, A1 = largest number allowed. Out A0 = behind the digits, A1 = the number, or -1 if there
 * is no digit, or one too many zeros in front, or a greater number. */
static void lay_take_decimal(void) {
  routine("take_decimal");
  mov(A2, A1);
  li(A1, -1);
  ld8(T0, A0, 0);
  bne(T0, '0', "no_leading_zero");
  ld8(T0, A0, 1);
  sub(T0, T0, '0');
  bleu(T0, 9, "ended"); /* 010 could be meant as ten or as eight */
  label("no_leading_zero");
  ld8(T0, A0, 0);
  sub(T0, T0, '0');
  bgtu(T0, 9, "ended");
  li(A1, 0);
  label("next_digit");
  mul(A1, A1, 10);
  add(A1, A1, T0);
  bgtu(A1, A2, "too_great");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  sub(T0, T0, '0');
  bleu(T0, 9, "next_digit");
  label("ended");
  ret();
  label("too_great");
  li(A1, -1);
  ret();
}

/* parse_port: in A0 = NUL-terminated text. Out A0 = the port, 0..65535, or -1. */
static void lay_parse_port(void) {
  routine("parse_port");
  enter_bare();
  li(A1, 65535);
  call("take_decimal");
  ld8(T0, A0, 0);
  mov(A0, A1);
  beq(T0, 0, "whole_text");
  li(A0, -1);
  label("whole_text");
  leave();
}

/* parse_ipv4: in A0 = NUL-terminated text, A1 = where the four bytes of the address go. Out A0 = 0, or -1 if the text
 * is not four decimals of 0..255 with dots between them. */
static void lay_parse_ipv4(void) {
  routine("parse_ipv4");
  enter(S0, S1);
  mov(S0, A1);
  add(S1, A1, 4);
  label("next_byte");
  li(A1, 255);
  call("take_decimal");
  blt(A1, 0, "refused");
  st8(A1, S0, 0);
  add(S0, S0, 1);
  ld8(T0, A0, 0);
  add(A0, A0, 1);
  beq(S0, S1, "four_taken");
  beq(T0, '.', "next_byte");
  label("refused");
  li(A0, -1);
  leave();
  label("four_taken");
  bne(T0, 0, "refused");
  li(A0, 0);
  leave();
}

/* wait_until_ready: in A0 = file descriptor that said EAGAIN, A1 = LINUX_POLLIN or LINUX_POLLOUT. Whoever shares a pipe
 * or a terminal may have made it non-blocking. What ppoll says does not matter: the caller tries again. */
static void lay_wait_until_ready(void) {
  routine("wait_until_ready");
  la(T0, "ready_set");
  st32(A0, T0, 0);
  st32(A1, T0, 4);
  mov(A0, T0);
  li(A1, 1);
  li(A2, 0);
  li(A3, 0);
  li(A4, 8);
  sys(NR_PPOLL);
  ret();
  bss("ready_set", 8, 8); /* struct pollfd */
}

/* write_all: in A0 = file descriptor, A1 = bytes, A2 = count. Out A0 = -errno, or not negative. Short writes are
 * continued. */
static void lay_write_all(void) {
  routine("write_all");
  enter(S0, S1, S2);
  mov(S0, A0);
  mov(S1, A1);
  mov(S2, A2);
  label("rest");
  beq(S2, 0, "ended");
  mov(A0, S0);
  mov(A1, S1);
  mov(A2, S2);
  sys(NR_WRITE);
  beq(A0, -LINUX_EINTR, "rest");
  beq(A0, -LINUX_EAGAIN, "not_ready");
  blt(A0, 0, "ended");
  beq(A0, 0, "stuck"); /* a write of nothing, repeated, would never end */
  add(S1, S1, A0);
  sub(S2, S2, A0);
  jump("rest");
  label("not_ready");
  mov(A0, S0);
  li(A1, LINUX_POLLOUT);
  call("wait_until_ready");
  jump("rest");
  label("stuck");
  li(A0, -LINUX_EIO);
  label("ended");
  leave();
}

void lay_http_text(void) {
  lay_append_string();
  lay_append_bytes();
  lay_append_printable();
  lay_append_decimal();
  lay_append_socket_address();
  lay_take_decimal();
  lay_parse_port();
  lay_parse_ipv4();
  lay_wait_until_ready();
  lay_write_all();
}
