/* quoting.c: names as a shell would take them, for error lines and for terminals.
 *
 * A name is quoted 'so'; an apostrophe becomes '\'' in there, and a run of bytes that a terminal would not print,
 * escaped, '$'so''. A name with an apostrophe whose other bytes mean the same between double quotes is quoted "so".
 * What each byte asks for stands in a table of 256 classes. */
#include "ls.h"

#include <string.h>

enum {
  SPECIAL = 1,    /* means something to a shell: the name needs quotes */
  AT_START = 2,   /* does so as the first byte */
  ALONE = 4,      /* does so as the only byte */
  ESCAPED = 8,    /* is not printed */
  DIFFERS = 16,   /* may mean something between double quotes */
  APOSTROPHE = 32 /* is one */
};

static unsigned char class_of(int byte) {
  if (byte < ' ' || byte > '~')
    return ESCAPED | DIFFERS;
  if (byte == '\'')
    return SPECIAL | APOSTROPHE;
  if (byte == ' ')
    return SPECIAL;
  if (strchr("!\"$&()*;<=>[^`|?\\", byte))
    return SPECIAL | DIFFERS;
  if (strchr("#~", byte))
    return AT_START | DIFFERS;
  return strchr("{}", byte) ? ALONE | DIFFERS : 0;
}

static void lay_classes(void) {
  static const char letters[] = "abtnvfr"; /* of the bytes 7..13 */
  unsigned char classes[256];
  for (int byte = 0; byte < 256; byte++)
    classes[byte] = class_of(byte);
  data("quoting_classes", 1);
  data_bytes(classes, sizeof classes);
  data("escape_letters", 1);
  data_bytes(letters, sizeof letters - 1);
}

/* needs_quotes: in A0 = text, not empty. Out A0 = 1 if a shell would take it otherwise than it stands, else 0. */
static void lay_needs_quotes(void) {
  routine("needs_quotes", in(A0), out(A0), destroys(A1, ALL_T));
  la(A1, "quoting_classes");
  ld8(T0, A0, 0);
  ld8x(T1, A1, T0);
  bset(T1, AT_START, "needed");
  bclr(T1, ALONE, "next_byte");
  ld8(T0, A0, 1);
  beq(T0, 0, "needed");
  label("next_byte");
  ld8(T0, A0, 0);
  beq(T0, 0, "not_needed");
  ld8x(T1, A1, T0);
  bset(T1, SPECIAL | ESCAPED, "needed");
  add(A0, A0, 1);
  jump("next_byte");
  label("needed");
  li(A0, 1);
  ret();
  label("not_needed");
  li(A0, 0);
  ret();
}

/* fits_double_quotes: in A0 = text. Out A0 = 1 if it has an apostrophe and nothing else that double quotes would not
 * keep as it is, else 0. */
static void lay_fits_double_quotes(void) {
  routine("fits_double_quotes", in(A0), out(A0), destroys(A1, A2, ALL_T));
  la(A1, "quoting_classes");
  li(A2, 0); /* all classes that occur */
  ld8(T0, A0, 0);
  ld8x(T1, A1, T0);
  bclr(T1, AT_START, "next_byte");
  add(A0, A0, 1); /* at the start it is not held against the name */
  label("next_byte");
  ld8(T0, A0, 0);
  beq(T0, 0, "at_end");
  ld8x(T1, A1, T0);
  or (A2, A2, T1);
  add(A0, A0, 1);
  jump("next_byte");
  label("at_end");
  and(A2, A2, DIFFERS | APOSTROPHE);
  li(A0, 1);
  beq(A2, APOSTROPHE, "fits");
  li(A0, 0);
  label("fits");
  ret();
}

/* put_quoted: in A0 = text. Writes it in quotes. */
static void lay_put_quoted(void) {
  Reg text = S0;
  routine("put_quoted", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(text);
  mov(text, A0);
  call("fits_double_quotes");
  beq(A0, 0, "single_quotes");
  put_literal("\"");
  mov(A0, text);
  call("put_string");
  put_literal("\"");
  leave();
  label("single_quotes");
  mov(A0, text);
  call("put_single_quoted");
  leave();
}

/* begins_escaped: in A0 = text. Out A0 = not 0 if coreutils takes its first byte to stand between $' and ' already. It
 * reads a name with an apostrophe twice, and begins the second time with what the first time ended with: so that is
 * where the name has an apostrophe and its last byte is escaped. (A shell would read such a name otherwise.) */
static void lay_begins_escaped(void) {
  routine("begins_escaped", in(A0), out(A0), destroys(A1, A2, ALL_T));
  la(A1, "quoting_classes");
  li(A2, 0); /* not 0: an apostrophe has come */
  li(T1, 0); /* the class of the byte before */
  label("next_byte");
  ld8(T0, A0, 0);
  beq(T0, 0, "at_end");
  ld8x(T1, A1, T0);
  and(T0, T1, APOSTROPHE);
  or (A2, A2, T0);
  add(A0, A0, 1);
  jump("next_byte");
  label("at_end");
  li(A0, 0);
  beq(A2, 0, "told");
  and(A0, T1, ESCAPED);
  label("told");
  ret();
}

/* put_single_quoted: in A0 = text. Writes it between apostrophes. */
static void lay_put_single_quoted(void) {
  Reg next = S0, in_escapes = S1;
  routine("put_single_quoted", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(next, in_escapes);
  mov(next, A0);
  put_literal("'");
  mov(A0, next);
  call("begins_escaped");
  mov(in_escapes, A0); /* not 0: between $' and ' */
  label("next_byte");
  ld8(T0, next, 0);
  beq(T0, 0, "at_end");
  la(A1, "quoting_classes");
  ld8x(T1, A1, T0);
  bset(T1, ESCAPED, "escaped");
  bset(T1, APOSTROPHE, "apostrophe");
  beq(in_escapes, 0, "as_it_is");
  put_literal("''");
  li(in_escapes, 0);
  label("as_it_is");
  ld8(A0, next, 0);
  call("put_byte");
  jump("done_with_byte");
  label("apostrophe");
  put_literal("'\\''");
  li(in_escapes, 0);
  jump("done_with_byte");
  label("escaped");
  bne(in_escapes, 0, "in_escapes");
  put_literal("'$'");
  li(in_escapes, 1);
  label("in_escapes");
  ld8(A0, next, 0);
  call("put_escape");
  label("done_with_byte");
  add(next, next, 1);
  jump("next_byte");
  label("at_end");
  put_literal("'");
  leave();
}

/* put_escape: in A0 = byte. Writes a backslash and its letter, or its three octal digits. */
static void lay_put_escape(void) {
  Reg byte = S0;
  routine("put_escape", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(byte);
  mov(byte, A0);
  put_literal("\\");
  sub(T0, byte, '\a');
  bgtu(T0, '\r' - '\a', "octal");
  la(T1, "escape_letters");
  ld8x(A0, T1, T0);
  call("put_byte");
  leave();
  label("octal");
  for (int shift = 6; shift >= 0; shift -= 3) {
    if (shift > 0)
      shr(A0, byte, shift);
    else
      mov(A0, byte);
    if (shift < 6) /* of the first digit nothing else is left */
      and(A0, A0, 7);
    add(A0, A0, '0');
    call("put_byte");
  }
  leave();
}

/* put_name: in A0 = text. Writes it as it is, or, where a terminal would read it, in quotes if it needs them. */
static void lay_put_name(void) {
  Reg text = S0;
  routine("put_name", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(text);
  mov(text, A0);
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_TERMINAL, "as_it_is");
  call("needs_quotes");
  beq(A0, 0, "as_it_is");
  mov(A0, text);
  call("put_quoted");
  leave();
  label("as_it_is");
  mov(A0, text);
  call("put_string");
  leave();
}

/* put_heading_name: in A0 = text. The same, but a colon needs quotes too: the name of a folder ends at one. */
static void lay_put_heading_name(void) {
  routine("put_heading_name", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_TERMINAL, "put_name");
  mov(A1, A0);
  label("next_byte");
  ld8(T0, A1, 0);
  beq(T0, 0, "put_name");
  beq(T0, ':', "put_quoted");
  add(A1, A1, 1);
  jump("next_byte");
}

void lay_ls_quoting(void) {
  lay_classes();
  lay_needs_quotes();
  lay_fits_double_quotes();
  lay_put_quoted();
  lay_begins_escaped();
  lay_put_single_quoted();
  lay_put_escape();
  lay_put_name();
  lay_put_heading_name();
}

/* SPDX-License-Identifier: MIT */
