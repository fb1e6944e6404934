/* numbers.c: numbers as text and back: decimals, and what is made of decimals: ports and IPv4 addresses. The operations
 * have no division; what needs one does without, or pays for it here. */
#include "linux.h"

/* append_decimal: in A0 = destination, A1 = number below 10^18. Out A0 = after its digits.
 * The count of digits comes from comparing with powers of ten; then the digits are stored from the last to the first.
 * Division by ten is multiplication by 0.11001100..b, a shift series whose quotient is at most one too small. */
void lay_append_decimal(void) {
  routine("append_decimal", in(A0, A1), out(A0), destroys(A1, A2, A3, T0));
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

/* append_socket_address: in A0 = destination, A1 = struct sockaddr_in. Out A0 = after "a.b.c.d:port". */
static void lay_append_socket_address(void) {
  Reg address = S0, offset = S1;
  routine("append_socket_address", in(A0, A1), out(A0), destroys(A1, A2, A3, T0));
  enter(address, offset);
  mov(address, A1);
  li(offset, 4);
  label("next_byte");
  add(T0, address, offset);
  ld8(A1, T0, 0);
  call("append_decimal");
  add(offset, offset, 1);
  li(T0, ':');
  beq(offset, 8, "separator");
  li(T0, '.');
  label("separator");
  st8_next(T0, A0);
  bne(offset, 8, "next_byte");
  ld8(A1, address, 2); /* sin_port, in network byte order */
  shl(A1, A1, 8);
  ld8(T0, address, 3);
  or (A1, A1, T0);
  call("append_decimal");
  leave();
}

/* take_decimal: in A0 = text, A1 = largest number allowed. Out A0 = after the digits, A1 = the number, or -1 if there
 * is no digit, or a zero too many at the start, or a greater number. */
static void lay_take_decimal(void) {
  routine("take_decimal", in(A0, A1), out(A0, A1), destroys(A2, T0));
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
  routine("parse_port", in(A0), out(A0), destroys(A1, A2, T0));
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

/* take_ipv4: in A0 = text, A1 = where the four bytes of the address go. Out A0 = after the address, or 0 if the text
 * does not begin with four decimals of 0..255 with dots between them. */
static void lay_take_ipv4(void) {
  Reg place = S0, end = S1;
  routine("take_ipv4", in(A0, A1), out(A0), destroys(A1, A2, T0));
  enter(place, end);
  mov(place, A1);
  add(end, A1, 4);
  label("next_byte");
  li(A1, 255);
  call("take_decimal");
  blt(A1, 0, "refused");
  st8_next(A1, place);
  beq(place, end, "taken");
  ld8_next(T0, A0);
  beq(T0, '.', "next_byte");
  label("refused");
  li(A0, 0);
  label("taken");
  leave();
}

/* divide: in A0 = dividend, A1 = divisor, not 0; both unsigned. Out A0 = quotient, A1 = remainder.
 * The divisor is doubled as often as the dividend holds it, then taken off at each of those places. The operations have
 * no division, and the quotients here are short. */
void lay_divide(void) {
  routine("divide", in(A0, A1), out(A0, A1), destroys(A2, A3, T0));
  mov(T0, A1); /* the divisor, doubled */
  mov(A1, A0); /* what is left of the dividend */
  li(A0, 0);
  li(A2, 1);      /* the digit of the quotient that stands for it */
  shr(A3, A1, 1); /* doubled past this, the divisor would exceed the dividend */
  label("doubling");
  bgtu(T0, A3, "next_place");
  shl(T0, T0, 1);
  shl(A2, A2, 1);
  jump("doubling");
  label("next_place");
  bltu(A1, T0, "digit_is_0");
  sub(A1, A1, T0);
  or (A0, A0, A2);
  label("digit_is_0");
  shr(T0, T0, 1);
  shr(A2, A2, 1);
  bne(A2, 0, "next_place");
  ret();
}

void lay_linux_numbers(void) {
  lay_append_decimal();
  lay_append_socket_address();
  lay_take_decimal();
  lay_parse_port();
  lay_take_ipv4();
}

/* SPDX-License-Identifier: MIT */
