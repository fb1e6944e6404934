/* unescape.c: character references (CommonMark 2.5) and backslash escapes (2.4) in URLs, titles and info strings.
 * The text of a paragraph handles its own, in inlines.c, with decode_reference. */
#include "parts.h"

/* decode_reference: in A0 = after a '&', A2 = where to write up to 8 bytes of UTF-8; out A0 = bytes of the reference
 * after the '&', ';' included, or 0; A1 = bytes written. What ends the text is neither letter, digit nor ';', so that
 * no reference goes on over it. Up to seven bytes after that are read. */
static void lay_decode_reference(void) {
  Reg name = S0, length = S1;
  routine("decode_reference", in(A0, A2, WORKSPACE), out(A0), out_if(A1), destroys(A2, A3, A4, A5, ALL_T));
  enter(name, length);
  mov(name, A0);
  ld8(T0, name, 0);
  beq(T0, '#', "numeric");
  li(length, -1);
  label("name");
  add(length, length, 1);
  ld8x(T0, name, length);
  if_class(T0, IS_ALPHA | IS_DIGIT, "name");
  bne(T0, ';', "none");
  call("named_reference");
  beq(A0, 0, "none");
  add(length, length, 1);
  jump("written");

  label("numeric"); /* A0 = value so far, A3 = place */
  li(A0, 0);
  ld8(T0, name, 1);
  or (T1, T0, 0x20);
  beq(T1, 'x', "hexadecimal");
  li(A3, 1);
  label("decimal_digit");
  ld8x(T0, name, A3);
  sub(T1, T0, '0');
  bgtu(T1, 9, "decimal_end");
  mul(A0, A0, 10);
  add(A0, A0, T1);
  add(A3, A3, 1);
  jump("decimal_digit");
  label("decimal_end");
  sub(T1, A3, 2);
  bgtu(T1, 6, "none"); /* one to seven digits */
  jump("terminated");

  label("hexadecimal");
  li(A3, 2);
  label("hex_digit");
  ld8x(T0, name, A3);
  sub(T1, T0, '0');
  bleu(T1, 9, "hex_value");
  or (T1, T0, 0x20);
  sub(T1, T1, 'a');
  bgtu(T1, 5, "hex_end");
  add(T1, T1, 10);
  label("hex_value");
  shl(A0, A0, 4);
  add(A0, A0, T1);
  add(A3, A3, 1);
  jump("hex_digit");
  label("hex_end");
  sub(T1, A3, 3);
  bgtu(T1, 5, "none"); /* one to six digits */

  label("terminated");
  bne(T0, ';', "none");
  add(length, A3, 1);
  beq(A0, 0, "replaced");
  sub(T1, A0, 0xD800);
  bgeu(T1, 0x800, "encode"); /* which replaces what is beyond U+10FFFF */
  label("replaced");
  li(A0, 0xFFFD);
  label("encode");
  mov(A1, A2);
  call("utf8_encode");
  label("written");
  mov(A1, A0);
  mov(A0, length);
  label("decoded");
  leave();
  label("none");
  li(A0, 0);
  jump("decoded");
}

static const ByteSet only_ampersand = {1, {{0, '&', 0}}};

/* unescape_references: in A0 = source, A1 = its length, A2 = destination (room for twice as much and 16); out A0 = the
 * bytes written: the source with its character references replaced. After the source stands what decode_reference asks
 * for, and sixteen bytes that may be read. */
static void lay_unescape_references(void) {
  Reg place = S0, end = S1, output = S2, start = S3;
  routine("unescape_references", in(A0, A1, A2, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(place, end, output, start);
  mov(place, A0);
  add(end, A0, A1);
  mov(output, A2);
  mov(start, A2);
  label("next");
  copy16(output, 0, place, 0);
  mask16(T0, place, only_ampersand);
  bne(T0, 0, "found");
  add(output, output, 16);
  add(place, place, 16);
  bltu(place, end, "next");
  label("last"); /* take back what was copied beyond the end */
  sub(place, place, end);
  sub(output, output, place);
  sub(A0, output, start);
  leave();
  label("found");
  first16(T0, T0);
  add(output, output, T0);
  add(place, place, T0);
  bgeu(place, end, "last");
  add(place, place, 1);
  mov(A0, place);
  mov(A2, output);
  call("decode_reference");
  bne(A0, 0, "decoded");
  add(output, output, 1); /* it stands for itself */
  jump("next");
  label("decoded");
  add(place, place, A0);
  add(output, output, A1);
  jump("next");
}

/* unescape_backslashes: in A0 = bytes, A1 = how many; out A0 = how many are left when each backslash before ASCII
 * punctuation is dropped, in place. */
static void lay_unescape_backslashes(void) {
  routine("unescape_backslashes", in(A0, A1), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  add(A1, A1, A0);
  mov(A2, A0);
  mov(A3, A0);
  label("next");
  bgeu(A0, A1, "done");
  ld8_next(T0, A0);
  bne(T0, '\\', "keep");
  bgeu(A0, A1, "keep");
  ld8(A4, A0, 0);
  if_not_class(A4, IS_PUNCT, "keep");
  mov(T0, A4);
  add(A0, A0, 1);
  label("keep");
  st8_next(T0, A2);
  jump("next");
  label("done");
  sub(A0, A2, A3);
  ret();
}

static const ByteSet ampersand_or_backslash = {2, {{0, '&', 0}, {0, '\\', 0}}};

/* unescape: in A0 = source, A1 = its length, A2 = destination as for unescape_references; out A0 = the bytes written.
 * Up to sixteen bytes after the source are read. Most have neither of the two, and are copied as they are. */
static void lay_unescape_plain(void) {
  routine("unescape", in(A0, A1, A2, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  mov(A3, A0);
  add(A4, A0, A1);
  mov(A5, A2);
  label("next");
  copy16(A5, 0, A3, 0);
  mask16(T0, A3, ampersand_or_backslash);
  bne(T0, 0, "found");
  add(A3, A3, 16);
  add(A5, A5, 16);
  bltu(A3, A4, "next");
  label("plain");
  mov(A0, A1);
  ret();
  label("found");
  first16(T0, T0);
  add(A3, A3, T0);
  bltu(A3, A4, "unescape_both");
  jump("plain");
}

/* unescape_both: the same for any bytes. First the references, then the backslashes: a backslash that a reference stood
 * for escapes too, as in cmark. */
static void lay_unescape_both(void) {
  Reg output = S0;
  routine("unescape_both", in(A0, A1, A2, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(output);
  mov(output, A2);
  call("unescape_references");
  mov(A1, A0);
  mov(A0, output);
  call("unescape_backslashes");
  leave();
}

/* trim: in A0 = bytes, A1 = how many; out the same without white space at both ends. */
static void lay_trim(void) {
  routine("trim", in(A0, A1), out(A0, A1), destroys(ALL_T));
  label("front");
  beq(A1, 0, "done");
  ld8(T0, A0, 0);
  if_not_class(T0, IS_SPACE, "back");
  add(A0, A0, 1);
  sub(A1, A1, 1);
  jump("front");
  label("back"); /* the first byte is none */
  add(T0, A0, A1);
  ld8(T0, T0, -1);
  if_not_class(T0, IS_SPACE, "done");
  sub(A1, A1, 1);
  jump("back");
  label("done");
  ret();
}

/* clean_url: in A0 = a URL as written, A1 = its length, A2 = destination; out A0 = bytes written. */
static void lay_clean_url(void) {
  routine("clean_url", in(A0, A1, A2, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  call("trim");
  call("unescape");
  leave();
}

/* clean_title: in A0 = a title as written, with its quotes (at least two bytes), A1 = its length, A2 = destination; out
 * A0 = bytes written. */
static void lay_clean_title(void) {
  routine("clean_title", in(A0, A1, A2, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  add(A0, A0, 1);
  sub(A1, A1, 2);
  jump("unescape");
}

void lay_unescape(void) {
  lay_decode_reference();
  lay_unescape_references();
  lay_unescape_backslashes();
  lay_unescape_plain();
  lay_unescape_both();
  lay_trim();
  lay_clean_url();
  lay_clean_title();
}

/* SPDX-License-Identifier: MIT */
