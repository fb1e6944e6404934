/* Operations of the generators with a fault, for the tests of blame and bisect. The linker (--wrap) puts them before
   the true ones, so that a generator lays what it always lays but for one place, and no source is changed. FAULT in the
   environment says which fault. A place is a routine and which of its operations, or the bytes of a table. */
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* The linker's names for the true operations. NOLINTBEGIN(bugprone-reserved-identifier) */
void __real_bl_routine(const char *name);
void __real_bl_contract(const BlClause *clauses);
void __real_bl_branch_bits(bool if_set, Reg a, int64_t mask, const char *to);
void __real_bl_store8(Reg v, Reg base, int64_t offset);
void __real_bl_bytes(const void *bytes, size_t count);
void op_put_literal(const char *text);

static const char *routine_now = "";
static int branches;

static bool is_fault(const char *name) {
  const char *fault = getenv("FAULT");
  return fault && strcmp(fault, name) == 0;
}

static bool in_routine(const char *name) { return strcmp(routine_now, name) == 0; }

/* many: five routines only look different, and one has a constant text more. */
void __wrap_bl_routine(const char *name) {
  static const char *const longer[] = {"put_href", "line_break", "put_title", "put_escaped", "render_delimiter"};
  routine_now = name;
  branches = 0;
  __real_bl_routine(name);
  for (size_t i = 0; i < sizeof longer / sizeof *longer && is_fault("many"); i++)
    if (in_routine(longer[i]))
      add(T0, T0, 0);
}

void __wrap_bl_contract(const BlClause *clauses) {
  __real_bl_contract(clauses);
  if (is_fault("many") && in_routine("render_code")) {
    op_put_literal("x");
    sub(S4, S4, 1); /* and taken back: S4 is where the output goes on */
  }
}

/* flipped: the first branch on bits in put_href, which finds what must be escaped, branches on the contrary. */
void __wrap_bl_branch_bits(bool if_set, Reg a, int64_t mask, const char *to) {
  bool is_flipped = is_fault("flipped") && in_routine("put_href") && branches++ == 0;
  __real_bl_branch_bits(if_set != is_flipped, a, mask, to);
}

/* many: the digit of a heading's end tag is stored one byte too early. */
void __wrap_bl_store8(Reg v, Reg base, int64_t offset) {
  bool is_moved = is_fault("many") && in_routine("render_document") && offset == -3;
  __real_bl_store8(v, base, is_moved ? -4 : offset);
}

/* table: the last hexadecimal digit is another one. literal: so is the end of a heading's end tag. */
void __wrap_bl_bytes(const void *bytes, size_t count) {
  static const char digits[] = "0123456789ABCDEF", tag[] = "</h0>\n";
  if (is_fault("table") && count == sizeof digits - 1 && memcmp(bytes, digits, count) == 0)
    __real_bl_bytes("0123456789ABCDEG", count);
  else if (is_fault("literal") && count == sizeof tag - 1 && memcmp(bytes, tag, count) == 0)
    __real_bl_bytes("</h0>\t", count);
  else
    __real_bl_bytes(bytes, count);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* SPDX-License-Identifier: MIT */
