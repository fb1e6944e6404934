/* failures.c: what a program says when something goes wrong, and how it ends.
 *
 * Whatever goes wrong is told in one line on standard error: the program, the thing, the value, the reason. */
#include "linux.h"

#include <stdio.h>
#include <stdlib.h>

size_t linux_reasons(const Reason *reasons, size_t count, char *text, size_t room) {
  size_t size = 0;
  for (size_t i = 0; i < count && size < room; i++)
    size += (size_t)snprintf(text + size, room - size, "%c%s", reasons[i].number, reasons[i].text) + 1;
  if (size >= room) {
    fprintf(stderr, "generators/linux: the reasons have no room in %zu bytes; give them more\n", room);
    exit(1);
  }
  text[size] = 0;
  return size + 1;
}

/* reason_for: in A0 = -errno. Out A0 = NUL-terminated text ": reason". */
static void lay_reason_for(void) {
  data("error_number", 1);
  data_bytes(": error ", sizeof ": error ");

  routine("reason_for", in(A0), out(A0), destroys(A1, A2, A3, T0));
  enter_bare();
  li(A2, 0);
  sub(A2, A2, A0);
  la(A0, "reasons");
  label("next_reason");
  ld8_next(T0, A0);
  beq(T0, A2, "found");
  beq(T0, 0, "no_text");
  label("rest_of_text");
  ld8_next(T0, A0);
  bne(T0, 0, "rest_of_text");
  jump("next_reason");
  label("no_text");
  la(A0, "numbered_reason");
  la(A1, "error_number");
  call("append_string");
  mov(A1, A2);
  call("append_decimal");
  st8(0, A0, 0);
  la(A0, "numbered_reason");
  label("found");
  leave();
  bss("numbered_reason", 32, 1);
}

/* fail: write "PROGRAM: BEFORE VALUE AFTER" as one line to standard error and exit; does not return.
 * In A0 = BEFORE, A1 = VALUE (quoted with append_printable), A2 = AFTER, A3 = exit status; NUL-terminated strings. */
static void lay_fail(void) {
  Reg before = S0, value = S1, after = S2, status = S3;
  routine("fail", in(A0, A1, A2, A3), no_return);
  never_returns();
  mov(before, A0);
  mov(value, A1);
  mov(after, A2);
  mov(status, A3);
  la(A0, "error_line");
  la(A1, "program_name");
  call("append_string");
  st16_next(':' | ' ' << 8, A0);
  mov(A1, before);
  call("append_string");
  mov(A1, value);
  call("append_printable");
  mov(A1, after);
  call("append_string");
  st8_next('\n', A0);
  la(A1, "error_line");
  sub(A2, A0, A1);
  li(A0, 2);
  call("write_all"); /* if that fails too, the exit status still tells */
  mov(A0, status);
  sys(NR_EXIT_GROUP);
  bss("error_line", 1024, 8);
}

/* print_and_exit: write A2 bytes at A1 to standard output and exit with 0, or with an error line and 1. */
static void lay_print_and_exit(void) {
  static const NamedString strings[] = {{"standard_output", "standard output"}, {"nothing", ""}};
  data_strings(strings);

  routine("print_and_exit", in(A1, A2), no_return);
  never_returns();
  li(A0, 1);
  call("write_all");
  blt(A0, 0, "output_failed");
  li(A0, EXIT_DONE);
  sys(NR_EXIT_GROUP);

  /* output_failed: in A0 = -errno of a write to standard output. Does not return. */
  routine("output_failed", in(A0), no_return);
  never_returns();
  call("reason_for");
  mov(A2, A0);
  la(A0, "nothing");
  la(A1, "standard_output");
  li(A3, EXIT_FAILED);
  jump("fail");
}

/* ignore_sigpipe: a reader that went away shall be an error of the write (EPIPE), not the end of the program. */
static void lay_ignore_sigpipe(void) {
  data("ignore_action", 8);
  data_value(64, LINUX_SIG_IGN); /* handler */
  for (int rest = 0; rest < 3; rest++)
    data_value(64, 0); /* flags, restorer, mask */
  routine("ignore_sigpipe", destroys(A0, A1, A2, A3, ALL_T));
  li(A0, LINUX_SIGPIPE);
  la(A1, "ignore_action");
  li(A2, 0);
  li(A3, LINUX_SIGNAL_SET);
  sys(NR_RT_SIGACTION);
  ret();
}

void lay_linux_failures(const Reason *reasons, size_t count) {
  char text[LINUX_REASONS_ROOM];
  size_t size = linux_reasons(reasons, count, text, sizeof text);
  data("reasons", 1);
  data_bytes(text, size);
  lay_failure_routines();
}

void lay_failure_routines(void) {
  lay_reason_for();
  lay_fail();
  lay_print_and_exit();
  lay_ignore_sigpipe();
}

/* SPDX-License-Identifier: MIT */
