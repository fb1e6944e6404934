/* failures.c: what ls says on standard error, in the words of coreutils in the C locale, and how it ends.
 *
 * An error line goes through the output buffer, like everything else: what the buffer held is written out first. */
#include "ls.h"

#include <string.h>

enum {
  LINUX_EPERM = 1,
  LINUX_ENXIO = 6,
  LINUX_ENODEV = 19,
  LINUX_EINVAL = 22,
  LINUX_ENFILE = 23,
  LINUX_EMFILE = 24,
  LINUX_ENAMETOOLONG = 36,
  LINUX_ENOSYS = 38,
  LINUX_EOVERFLOW = 75,
  LINUX_ENOTCONN = 107,
  LINUX_ETIMEDOUT = 110,
  LINUX_EHOSTDOWN = 112,
  LINUX_ESTALE = 116,
  LINUX_EDQUOT = 122
};

/* begin_error: from here on, output is an error line; its beginning is written. */
static void lay_begin_error(void) {
  routine("begin_error");
  enter_bare();
  call("flush");
  set(2, STATE_OUTPUT_FD);
  put_literal("ls: ");
  leave();

  /* end_error: ends the line, and output is output again. */
  routine("end_error");
  enter_bare();
  put_literal("\n");
  call("flush");
  set(1, STATE_OUTPUT_FD);
  leave();
}

/* put_reason: in A0 = -errno. Writes ": " and what that means. */
static void lay_put_reason(void) {
  static const struct {
    unsigned char number;
    const char *text;
  } reasons[] = {{LINUX_EPERM, "Operation not permitted"},
                 {LINUX_ENOENT, "No such file or directory"},
                 {LINUX_EIO, "Input/output error"},
                 {LINUX_ENXIO, "No such device or address"},
                 {LINUX_EBADF, "Bad file descriptor"},
                 {LINUX_EAGAIN, "Resource temporarily unavailable"},
                 {LINUX_ENOMEM, "Cannot allocate memory"},
                 {LINUX_EACCES, "Permission denied"},
                 {LINUX_ENODEV, "No such device"},
                 {LINUX_ENOTDIR, "Not a directory"},
                 {LINUX_EINVAL, "Invalid argument"},
                 {LINUX_ENFILE, "Too many open files in system"},
                 {LINUX_EMFILE, "Too many open files"},
                 {LINUX_EFBIG, "File too large"},
                 {LINUX_ENOSPC, "No space left on device"},
                 {LINUX_EPIPE, "Broken pipe"},
                 {LINUX_ENAMETOOLONG, "File name too long"},
                 {LINUX_ENOSYS, "Function not implemented"},
                 {LINUX_ELOOP, "Too many levels of symbolic links"},
                 {LINUX_EOVERFLOW, "Value too large for defined data type"},
                 {LINUX_ENOTCONN, "Transport endpoint is not connected"},
                 {LINUX_ETIMEDOUT, "Connection timed out"},
                 {LINUX_EHOSTDOWN, "Host is down"},
                 {LINUX_ESTALE, "Stale file handle"},
                 {LINUX_EDQUOT, "Disk quota exceeded"}};
  data("reasons", 1); /* a number and its text, and so on, and a zero */
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    data_bytes(&reasons[i].number, 1);
    data_bytes(reasons[i].text, strlen(reasons[i].text) + 1);
  }
  data_bytes("", 1);

  routine("put_reason");
  enter(S0, S1);
  li(T0, 0);
  sub(S0, T0, A0);
  put_literal(": ");
  la(S1, "reasons");
  label("next_reason");
  ld8(T0, S1, 0);
  beq(T0, 0, "unknown");
  add(S1, S1, 1);
  mov(A0, S1);
  beq(T0, S0, "known");
  call("string_length");
  add(S1, S1, A0);
  add(S1, S1, 1);
  jump("next_reason");
  label("known");
  call("put_string");
  leave();
  label("unknown");
  put_literal("Unknown error ");
  mov(A0, S0);
  li(A1, 0);
  call("put_number");
  leave();
}

/* report: in A0 = text, A1 = name of a file, A2 = -errno, A3 = the status that this is: STATUS_*.
 * Writes "ls: TEXT 'NAME': REASON" to standard error; the worst status stays. */
static void lay_report(void) {
  routine("report");
  enter(S0, S1, S2);
  mov(S0, A0);
  mov(S1, A1);
  mov(S2, A2);
  get(T0, STATE_STATUS);
  bgeu(T0, A3, "no_worse");
  set(A3, STATE_STATUS);
  label("no_worse");
  call("begin_error");
  mov(A0, S0);
  call("put_string");
  put_literal(" ");
  mov(A0, S1);
  call("put_quoted");
  mov(A0, S2);
  call("put_reason");
  call("end_error");
  leave();
}

/* exit_program: writes out what is left and ends the program with STATE_STATUS. */
static void lay_exit_program(void) {
  routine("exit_program");
  never_returns();
  call("flush");
  get(A0, STATE_STATUS);
  sys(NR_EXIT_GROUP);
}

/* output_failed: in A0 = -errno of a write to standard output, or 0. Does not return. What the buffer holds is lost. */
static void lay_output_failed(void) {
  routine("output_failed");
  never_returns();
  mov(S0, A0);
  la(S4, "output");
  call("begin_error");
  put_literal("write error");
  beq(S0, 0, "no_reason");
  mov(A0, S0);
  call("put_reason");
  label("no_reason");
  call("end_error");
  set(STATUS_SERIOUS, STATE_STATUS);
  jump("exit_program");

  /* memory_exhausted: does not return. */
  routine("memory_exhausted");
  never_returns();
  call("begin_error");
  put_literal("memory exhausted");
  call("end_error");
  set(STATUS_SERIOUS, STATE_STATUS);
  jump("exit_program");
}

/* refuse_option: in A0 = text, A1 = the option as NUL-terminated text. Does not return. */
static void lay_refuse_option(void) {
  static const char hint[] = "'\nTry 'ls --help' for more information.";
  data("usage_hint", 1);
  data_bytes(hint, sizeof hint);
  routine("refuse_option");
  never_returns();
  mov(S0, A0);
  mov(S1, A1);
  call("begin_error");
  mov(A0, S0);
  call("put_string");
  mov(A0, S1);
  call("put_string");
  la(A0, "usage_hint");
  call("put_string");
  call("end_error");
  set(STATUS_SERIOUS, STATE_STATUS);
  jump("exit_program");
}

void lay_ls_failures(void) {
  lay_begin_error();
  lay_put_reason();
  lay_report();
  lay_exit_program();
  lay_output_failed();
  lay_refuse_option();
}
