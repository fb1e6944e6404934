/* failures.c: what ls says on standard error, in the words of coreutils in the C locale, and how it ends.
 *
 * An error line goes through the output buffer, like everything else: what the buffer held is written out first. */
#include "ls.h"

/* begin_error: from here on, output is an error line; its beginning is written. */
static void lay_begin_error(void) {
  routine("begin_error", in(S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  call("flush");
  set(2, STATE_OUTPUT_FD);
  put_literal("ls: ");
  leave();

  /* end_error: ends the line, and output is output again. */
  routine("end_error", in(S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  put_literal("\n");
  call("flush");
  set(1, STATE_OUTPUT_FD);
  leave();
}

/* report: in A0 = text, A1 = name of a file, A2 = -errno, A3 = the status that this is: STATUS_*.
 * Writes "ls: TEXT 'NAME': REASON" to standard error; the worst status stays. */
static void lay_report(void) {
  Reg text = S0, name = S1, error = S2;
  routine("report", in(A0, A1, A2, A3, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(text, name, error);
  mov(text, A0);
  mov(name, A1);
  mov(error, A2);
  get(T0, STATE_STATUS);
  bgeu(T0, A3, "no_worse");
  set(A3, STATE_STATUS);
  label("no_worse");
  call("begin_error");
  mov(A0, text);
  call("put_string");
  put_literal(" ");
  mov(A0, name);
  call("put_quoted");
  mov(A0, error);
  call("put_reason");
  call("end_error");
  leave();
}

/* exit_program: writes out what is left and ends the program with STATE_STATUS. */
static void lay_exit_program(void) {
  routine("exit_program", in(S4, S5), no_return);
  never_returns();
  call("flush");
  get(A0, STATE_STATUS);
  sys(NR_EXIT_GROUP);
}

/* output_failed: in A0 = -errno of a write to standard output, or 0. Does not return. What the buffer holds is lost. */
static void lay_output_failed(void) {
  Reg error = S0;
  routine("output_failed", in(A0, S5), no_return);
  never_returns();
  mov(error, A0);
  la(NEXT_FREE, "output");
  call("begin_error");
  put_literal("write error");
  beq(error, 0, "no_reason");
  mov(A0, error);
  call("put_reason");
  label("no_reason");
  call("end_error");
  set(STATUS_SERIOUS, STATE_STATUS);
  jump("exit_program");

  /* memory_exhausted: does not return. */
  routine("memory_exhausted", in(S4, S5), no_return);
  never_returns();
  call("begin_error");
  put_literal("memory exhausted");
  call("end_error");
  set(STATUS_SERIOUS, STATE_STATUS);
  jump("exit_program");
}

/* refuse_option: in A0 = text, A1 = the option as NUL-terminated text. Does not return. */
static void lay_refuse_option(void) {
  Reg text = S0, option = S1;
  static const char hint[] = "'\nTry 'ls --help' for more information.";
  data("usage_hint", 1);
  data_bytes(hint, sizeof hint);
  routine("refuse_option", in(A0, A1, S4, S5), no_return);
  never_returns();
  mov(text, A0);
  mov(option, A1);
  call("begin_error");
  mov(A0, text);
  call("put_string");
  mov(A0, option);
  call("put_string");
  la(A0, "usage_hint");
  call("put_string");
  call("end_error");
  set(STATUS_SERIOUS, STATE_STATUS);
  jump("exit_program");
}

void lay_ls_failures(void) {
  lay_begin_error();
  lay_report();
  lay_exit_program();
  lay_output_failed();
  lay_refuse_option();
}

/* SPDX-License-Identifier: MIT */
