/* reasons.c: what an error number of the kernel means, in the words of the C library.
 *
 * The texts are laid one after another, so that the text of a number is found by passing over as many. A number that
 * was never given out has an empty one. */
#include "ls.h"

#include <string.h>

#define TEXT_OF_NUMBER(name, number, text) [number] = text,
static const char *const reasons[] = {LINUX_ERRORS(TEXT_OF_NUMBER)};
enum { REASONS = sizeof reasons / sizeof *reasons };

/* put_reason: in A0 = -errno. Writes ": " and what that means. */
void lay_ls_reasons(void) {
  Reg number = S0, text = S1;
  data("reasons", 1);
  for (int number = 0; number < REASONS; number++) {
    const char *text = reasons[number] ? reasons[number] : "";
    data_bytes(text, strlen(text) + 1);
  }

  routine("put_reason", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(number, text);
  li(T0, 0);
  sub(number, T0, A0);
  put_literal(": ");
  bgeu(number, REASONS, "unknown");
  la(text, "reasons");
  mov(A1, number);
  label("pass_over");
  mov(A0, text);
  beq(A1, 0, "found");
  call("string_length");
  add(text, text, A0);
  add(text, text, 1);
  sub(A1, A1, 1);
  jump("pass_over");
  label("found");
  ld8(T0, text, 0);
  beq(T0, 0, "unknown");
  call("put_string");
  leave();
  label("unknown");
  put_literal("Unknown error ");
  mov(A0, number);
  li(A1, 0);
  call("put_number");
  leave();
}

/* SPDX-License-Identifier: MIT */
