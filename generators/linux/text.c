/* text.c: strings: laid, measured, copied and put one after another.
 *
 * The append_* routines build text front to back: they take the place to write to in A0 and return the place after
 * what they wrote, so that calls follow one another. Who calls them has made the room. */
#include "linux.h"

#include <string.h>

void op_strings(const NamedString *strings, size_t count) {
  for (size_t i = 0; i < count; i++) {
    bl_data(strings[i].name, 1);
    bl_bytes(strings[i].text, strlen(strings[i].text) + 1);
  }
}

/* append_string: in A0 = destination, A1 = NUL-terminated string. Out A0 = after the copy, which has no NUL. */
static void lay_append_string(void) {
  routine("append_string", in(A0, A1), out(A0), destroys(A1, T0));
  ld8_next(T0, A1);
  beq(T0, 0, "copied");
  st8_next(T0, A0);
  jump("append_string");
  label("copied");
  ret();
}

/* append_bytes: in A0 = destination, A1 = source, A2 = count. Out A0 = after the copy. */
void lay_append_bytes(void) {
  routine("append_bytes", in(A0, A1, A2), out(A0), destroys(A1, A2, T0));
  beq(A2, 0, "copied");
  ld8_next(T0, A1);
  st8_next(T0, A0);
  sub(A2, A2, 1);
  jump("append_bytes");
  label("copied");
  ret();
}

/* append_printable: in A0 = destination, A1 = NUL-terminated string from outside. Out A0 = after the copy. At most 255
 * bytes are copied, and control characters become '?', so that what quotes it stays one line of bounded length. */
static void lay_append_printable(void) {
  routine("append_printable", in(A0, A1), out(A0), destroys(A1, A2, T0));
  li(A2, 255);
  label("next_byte");
  ld8(T0, A1, 0);
  beq(T0, 0, "copied");
  beq(T0, 0x7f, "control");
  bgeu(T0, ' ', "printable");
  label("control");
  li(T0, '?');
  label("printable");
  st8_next(T0, A0);
  add(A1, A1, 1);
  sub(A2, A2, 1);
  bne(A2, 0, "next_byte");
  label("copied");
  ret();
}

/* string_length: in A0 = text. Out A0 = its length. */
void lay_string_length(void) {
  routine("string_length", in(A0), out(A0), destroys(ALL_T));
  mov(T1, A0);
  label("next_byte");
  ld8(T0, A0, 0);
  beq(T0, 0, "at_end");
  add(A0, A0, 1);
  jump("next_byte");
  label("at_end");
  sub(A0, A0, T1);
  ret();
}

/* copy_string: in A0 = destination, A1 = text. Out A0 = the destination of the NUL, which is copied too. */
void lay_copy_string(void) {
  routine("copy_string", in(A0, A1), out(A0), destroys(A1, T0));
  ld8(T0, A1, 0);
  st8(T0, A0, 0);
  beq(T0, 0, "copied");
  add(A0, A0, 1);
  add(A1, A1, 1);
  jump("copy_string");
  label("copied");
  ret();
}

void lay_linux_text(void) {
  lay_append_string();
  lay_append_printable();
}

/* SPDX-License-Identifier: MIT */
