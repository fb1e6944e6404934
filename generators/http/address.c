/* address.c: IPv6 addresses, and the authority of a URI: a host with its port (RFC 3986, 3.2). */
#include "http.h"

#include <string.h>

/* hex_digit: in T0 = octet. Out T0 = its value as a hexadecimal digit, -1 if it is none. */
static void lay_hex_digit(void) {
  routine("hex_digit", in(T0), out(T0), destroys(T1));
  sub(T1, T0, '0');
  bleu(T1, 9, "found");
  or (T1, T0, 0x20);
  sub(T1, T1, 'a' - 10);
  bltu(T1, 10, "none"); /* between the digits and the letters */
  bleu(T1, 15, "found");
  label("none");
  li(T1, -1);
  label("found");
  mov(T0, T1);
  ret();
}

/* take_ipv6: in A0 = text, A1 = where the sixteen bytes of the address go. Out A0 = after the address (RFC 4291, 2.2),
 * or 0 if there is none. The text ends with an octet that is in no address. */
static void lay_take_ipv6(void) {
  Reg text = S0, place = S1, count = S2, gap = S3, group = S4; /* count, gap: in bytes; a gap of 16: none so far */
  routine("take_ipv6", in(A0, A1), out(A0), destroys(A1, A2, ALL_T));
  enter(text, place, count, gap, group);
  mov(text, A0);
  mov(place, A1);
  li(count, 0);
  li(gap, 16);
  ld8(T0, text, 0);
  bne(T0, ':', "next_group");
  add(text, text, 1);
  ld8(T0, text, 0);
  bne(T0, ':', "refused");
  label("at_gap"); /* at the second colon of two */
  bne(gap, 16, "refused");
  mov(gap, count);
  add(text, text, 1);
  ld8(T0, text, 0);
  call("hex_digit");
  blt(T0, 0, "ended");
  label("next_group");
  mov(group, text);
  li(A0, 0);
  label("next_digit");
  ld8(T0, text, 0);
  call("hex_digit");
  blt(T0, 0, "digits_ended");
  shl(A0, A0, 4);
  or (A0, A0, T0);
  add(text, text, 1);
  sub(T1, text, group);
  bleu(T1, 4, "next_digit");
  jump("refused");
  label("digits_ended");
  beq(text, group, "refused");
  ld8(T0, text, 0);
  beq(T0, '.', "ipv4");
  add(T1, place, count);
  st8(A0, T1, 1);
  shr(A0, A0, 8);
  st8(A0, T1, 0);
  add(count, count, 2);
  beq(count, 16, "ended");
  bne(T0, ':', "ended");
  add(text, text, 1);
  ld8(T0, text, 0);
  beq(T0, ':', "at_gap");
  jump("next_group");

  label("ipv4"); /* the last four bytes may be written as an IPv4 address */
  bgtu(count, 12, "refused");
  mov(A0, group);
  add(A1, place, count);
  add(count, count, 4);
  call("take_ipv4");
  mov(text, A0);
  bne(A0, 0, "ended");
  label("refused");
  li(A0, 0);
  jump("returned");

  label("ended");
  beq(gap, 16, "without_gap");
  beq(count, 16, "refused"); /* the gap stands for a group at least */
  li(A1, 16);                /* what stands after the gap goes to the end, and zeroes before it */
  label("next_byte");
  sub(A1, A1, 1);
  li(T0, 0);
  beq(count, gap, "zero");
  sub(count, count, 1);
  add(T1, place, count);
  ld8(T0, T1, 0);
  label("zero");
  add(T1, place, A1);
  st8(T0, T1, 0);
  bgtu(A1, gap, "next_byte");
  mov(A0, text);
  jump("returned");
  label("without_gap");
  bne(count, 16, "refused");
  mov(A0, text);
  label("returned");
  leave();
}

/* unreserved and sub-delims (RFC 3986, 2.2, 2.3). */
static bool in_host(int octet) {
  return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
         (octet != 0 && strchr("-._~!$&'()*+,;=", octet) != NULL);
}

/* is_authority: in A0 = octets, A1 = after them. Out A0 = not 0 if they are a host, not empty, with or without its port
 * (RFC 3986, 3.2.2, 3.2.3; RFC 9110, 4.2.1). After them stands an octet that is in neither. */
static void lay_is_authority(void) {
  Reg place = S0, end = S1; /* those that skip_octets works with */
  lay_octet_set("host_octets", in_host);
  routine("is_authority", in(A0, A1), out(A0), destroys(A1, A2, ALL_T));
  enter(place, end);
  mov(place, A0);
  mov(end, A1);
  ld8(T0, place, 0);
  beq(T0, ':', "refused"); /* a port of no host */
  beq(T0, '[', "literal");
  label("next_octet");
  la(A1, "host_octets");
  call("skip_octets");
  blt(A0, 0, "accepted");
  add(place, place, 1);
  beq(A0, ':', "port");
  bne(A0, '%', "refused"); /* two hexadecimal digits; what stands after the end is none */
  ld8(T0, place, 0);
  call("hex_digit");
  blt(T0, 0, "refused");
  ld8(T0, place, 1);
  call("hex_digit");
  blt(T0, 0, "refused");
  add(place, place, 2);
  jump("next_octet");

  label("literal"); /* of IPv6; nobody has defined another one */
  add(A0, place, 1);
  la(A1, "literal_address");
  call("take_ipv6");
  beq(A0, 0, "refused");
  ld8(T0, A0, 0);
  bne(T0, ']', "refused");
  add(place, A0, 1);
  beq(place, end, "accepted");
  ld8_next(T0, place);
  bne(T0, ':', "refused");
  label("port");
  beq(place, end, "accepted");
  ld8_next(T0, place);
  sub(T0, T0, '0');
  bleu(T0, 9, "port");
  label("refused");
  li(A0, 0);
  jump("returned");
  label("accepted");
  li(A0, 1);
  label("returned");
  leave();
  bss("literal_address", 16, 8);
}

/* append_ipv6: in A0 = destination, A1 = the sixteen bytes of an address. Out A0 = after its text (RFC 5952): the
 * longest run of two or more groups of zero, the first of several, becomes "::". */
static void lay_append_ipv6(void) {
  Reg address = S0, at = S1, gap = S2, longest = S3; /* offsets and lengths in bytes */
  routine("append_ipv6", in(A0, A1), out(A0), destroys(A1, A2, ALL_T));
  enter(address, at, gap, longest);
  mov(address, A1);
  li(gap, 16); /* none */
  li(longest, 2);
  li(at, 0);
  label("next_start");
  mov(A1, at);
  label("next_of_run");
  add(T0, address, A1);
  ld16(T0, T0, 0);
  bne(T0, 0, "run_ended");
  add(A1, A1, 2);
  bltu(A1, 16, "next_of_run");
  label("run_ended");
  sub(T0, A1, at);
  bleu(T0, longest, "not_longer");
  mov(longest, T0);
  mov(gap, at);
  label("not_longer");
  add(at, at, 2);
  bltu(at, 16, "next_start");

  li(at, 0);
  label("next_group");
  beq(at, gap, "at_gap");
  beq(at, 0, "first_group");
  st8_next(':', A0);
  label("first_group");
  add(T0, address, at);
  ld8(A1, T0, 0);
  shl(A1, A1, 8);
  ld8(T0, T0, 1);
  or (A1, A1, T0);
  li(A2, 12); /* the place of the first digit in bits */
  label("leading_zero");
  beq(A2, 0, "next_digit");
  shr(T0, A1, A2);
  bne(T0, 0, "next_digit");
  sub(A2, A2, 4);
  jump("leading_zero");
  label("next_digit");
  shr(T0, A1, A2);
  and(T0, T0, 15);
  la(T1, "hex_digits");
  ld8x(T1, T1, T0);
  or (T1, T1, 0x20); /* small letters */
  st8_next(T1, A0);
  sub(A2, A2, 4);
  bge(A2, 0, "next_digit");
  add(at, at, 2);
  bltu(at, 16, "next_group");
  jump("returned");
  label("at_gap");
  st8_next(':', A0);
  add(at, at, longest);
  bltu(at, 16, "next_group");
  st8_next(':', A0); /* nothing comes after it that would bring its own colon */
  label("returned");
  leave();
}

/* append_listen_address: in A0 = destination, A1 = struct sockaddr_in or sockaddr_in6. Out A0 = after "a.b.c.d:port" or
 * "[a::b]:port". */
static void lay_append_listen_address(void) {
  Reg address = S0;
  routine("append_listen_address", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  ld16(T0, A1, SOCKADDR_FAMILY);
  beq(T0, LINUX_AF_INET, "append_socket_address");
  enter(address);
  mov(address, A1);
  st8_next('[', A0);
  add(A1, A1, SOCKADDR_IN6_ADDRESS);
  call("append_ipv6");
  st16_next(']' | ':' << 8, A0);
  ld8(A1, address, SOCKADDR_PORT);
  shl(A1, A1, 8);
  ld8(T0, address, SOCKADDR_PORT + 1);
  or (A1, A1, T0);
  call("append_decimal");
  leave();
}

void lay_http_address(void) {
  lay_hex_digit();
  lay_take_ipv6();
  lay_is_authority();
  lay_append_ipv6();
  lay_append_listen_address();
}

/* SPDX-License-Identifier: MIT */
