/* routine_case.h: one call of one routine, on memory that shows every byte read or written out of place.
 *
 * Three pieces of memory, each between two pages that nobody may touch: the workspace (S5), the source that a routine
 * reads, and the sink that it writes. What a routine may not change, registers and bytes, is looked at after each call.
 */
#ifndef BYTEGATE_ROUTINE_CASE_H
#define BYTEGATE_ROUTINE_CASE_H

#include <check.h>
#include <stdbool.h>

#include "call_routine.h"

enum { SOURCE_SIZE = 4096, SINK_SIZE = 2 * 4096, WORKSPACE_SIZE = 6 * 4096, FILL = 0xA7 };
extern unsigned char *workspace, *source, *sink;
/* More memory of the same kind, for a test that sets room_size, a multiple of 4 KiB, before run_routine_tests. */
extern unsigned char *room;
extern size_t room_size;

/* The registers that a call may change, as a set. */
enum {
  IN_A0 = 1,
  IN_A1 = 2,
  IN_A2 = 4,
  IN_A3 = 8,
  IN_A4 = 16,
  IN_A5 = 32,
  IN_A = 63,
  IN_T0 = 64,
  IN_S0 = 128,
  IN_S1 = 256,
  IN_S2 = 512,
  IN_S4 = 2048
};

/* Registers that hold a mark each, S5 = workspace. */
Registers marked_registers(void);

/* Call a routine; fails the test if it changes a register that is not in `changes`, or in `at`, which says what the
 * case is about. */
Registers run_keeping(RunRoutine run, const char *routine, Registers in, unsigned changes, const char *at);

/* A field W_* of the workspace. */
void set_field(int field, uint64_t value);
uint64_t get_field(int field);

/* Copy bytes so that `slack` bytes after them lie before the page that nobody may touch; the rest of the source
 * becomes `fill`. Returns where they begin. */
unsigned char *place_at_end(const void *bytes, size_t size, size_t slack, int fill);
/* The same at the start of the source, right after a page that nobody may touch. */
unsigned char *place_at_start(const void *bytes, size_t size, int fill);

/* Fail the test unless the `size` bytes are those wanted; the message has the first offset that differs. */
void expect_bytes(const char *at, const void *got, const void *wanted, size_t size);

/* Write bytes as C would, for messages; the result is good for four further calls. */
const char *shown(const void *bytes, size_t size);

/* Compose a random text of up to `parts` of the given strings (ended by NULL) into `text`, room for 512 bytes. Returns
 * its length; it is ended by a NUL. */
size_t random_text(uint64_t *state, const char *const *strings, int parts, char *text);

/* One run of `check` natively and one for each machine in Unicorn, `rounds` being smaller there. */
typedef void (*Check)(RunRoutine run, int rounds);
typedef struct {
  const char *name;
  Check check;
  int native_rounds, unicorn_rounds;
} RoutineTest;

/* Run the tests as one libcheck suite; returns main's status. */
int run_routine_tests(const char *name, const RoutineTest *tests, int count);

#endif

/* SPDX-License-Identifier: MIT */
