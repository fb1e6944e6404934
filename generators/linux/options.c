/* options.c: the options of a command line, laid as a table and found in it. */
#include "linux.h"

#include <string.h>

void op_options(const Option *options, size_t count) {
  bl_data("options", 1);
  for (size_t i = 0; i < count; i++)
    bl_bytes(options[i].name, strlen(options[i].name) + 1);
  op_option_handlers(options, count);
}

void op_option_handlers(const Option *options, size_t count) {
  bl_data("option_handlers", 2);
  for (size_t i = 0; i < count; i++)
    bl_offset16(options[i].handler, "option_handlers");
}

/* find_option: in A0 = an argument, A1 = NUL-terminated names, the last one empty. Out A0 = the ordinal of the name
 * that equals the argument, or that of the empty one. */
void lay_linux_options(void) {
  routine("find_option", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  li(A2, 0);
  label("next_name");
  ld8(T1, A1, 0);
  beq(T1, 0, "found");
  mov(A3, A0);
  label("next_byte");
  ld8_next(T0, A3);
  ld8_next(T1, A1);
  bne(T0, T1, "differs");
  bne(T1, 0, "next_byte");
  label("found");
  mov(A0, A2);
  ret();
  label("differs");
  beq(T1, 0, "name_ended");
  label("rest_of_name");
  ld8_next(T1, A1);
  bne(T1, 0, "rest_of_name");
  label("name_ended");
  add(A2, A2, 1);
  jump("next_name");
}

/* SPDX-License-Identifier: MIT */
