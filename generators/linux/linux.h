/* linux.h: what every program for Linux needs, whatever it does: text and numbers, system calls carried to their end,
 * options, and the one line that tells of an error.
 *
 * Each lay_linux_*() lays the routines of one file, or one that only some programs need; their contracts stand above
 * them. A program lays what it calls.
 *
 * Register use in contracts: "destroys A*, T*" is the rule and is not repeated; S registers are kept unless it is said
 * that a routine works on them. */
#ifndef BYTEGATE_LINUX_H
#define BYTEGATE_LINUX_H

#include "../words.h"
#include "abi.h"
#include "errors.h"

/* A NUL-terminated string of the program, and its label. */
typedef struct {
  const char *name, *text;
} NamedString;

/* Lay an array of NamedString. */
void op_strings(const NamedString *strings, size_t count);
#define data_strings(array) (BL_AT, op_strings(array, sizeof(array) / sizeof *(array)))

/* An option of the command line, and the label that handles it ("_start.label"). */
typedef struct {
  const char *name, *handler;
} Option;

/* Lay an array of Option as "options", for find_option, and "option_handlers", for jump_table. The last one has an
 * empty name and handles all arguments that are none of the others. */
void op_options(const Option *options, size_t count);
#define data_options(array) (BL_AT, op_options(array, sizeof(array) / sizeof *(array)))

/* The handlers alone, for a program that lays the names itself. */
void op_option_handlers(const Option *options, size_t count);

/* What a program says of an error number. */
typedef struct {
  unsigned char number; /* LINUX_E* */
  const char *text;     /* with its colon: ": no such file or directory" */
} Reason;

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* At the head of a routine that calls others and never returns. */
#define never_returns() enter_bare()

/* End the program: "PROGRAM: BEFORE VALUE AFTER" on standard error. `before`, `after`: labels of strings; `value`: a
 * register, the address of a string. */
#define fail_with(before, value, after, status)                                                                        \
  (mov(A1, value), la(A0, before), la(A2, after), li(A3, status), jump("fail"))

void lay_linux_text(void);   /* text.c: append_string, append_printable */
void lay_append_bytes(void); /* append_bytes */
void lay_string_length(void);
void lay_copy_string(void);

void lay_append_decimal(void); /* numbers.c: append_decimal alone */
void lay_linux_numbers(void);  /* numbers.c: append_decimal, take_decimal, and ports and addresses made of decimals */
void lay_divide(void);

/* dates.c: civil_date, which calls divide. */
enum {
  DAY = 24 * 60 * 60,
  DAYS_OF_400_YEARS = 146097,
  MARCH_1_TO_EPOCH = 719468 /* days from 0000-03-01 to 1970-01-01 */
};
void lay_civil_date(void);

void lay_linux_waiting_calls(void); /* system_calls.c: wait_until_ready, write_all */
void lay_map_memory(void);
void lay_unmap_memory(void);

void lay_linux_options(void); /* options.c: find_option */

/* failures.c: reason_for, with the program's own words for `count` numbers, fail, print_and_exit, output_failed,
 * ignore_sigpipe. The program defines the data item "program_name" (NUL-terminated), which every error line begins
 * with. */
void lay_linux_failures(const Reason *reasons, size_t count);
/* The same without the words, for a program that lays them itself as "reasons": these bytes, `size` of them. */
enum { LINUX_REASONS_ROOM = 1024 };
size_t linux_reasons(const Reason *reasons, size_t count, char *text, size_t room);
void lay_failure_routines(void);

#endif

/* SPDX-License-Identifier: MIT */
