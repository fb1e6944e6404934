/* test_references.c: the index of the definitions, when the hashes of all labels are equal.
 *
 * Documents can be made whose labels fall into one bucket, and each definition and each reference must still be found
 * in a few steps: the HTML would be the same after as many steps as there are definitions. So the definitions are put
 * into the workspace by hand, with the hash that is wanted, and the tree that the index makes of them is measured. */
/* reads: nothing */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "markdown/parts.h"
#include "routine_case.h"

enum { DEFINITIONS = 64, HASH = 5, PLACE = (W_SIZE + 15) & -16, STEP = (REF_RECORD_SIZE + 1 + 7) & -8 };

static uint32_t get32(size_t offset) {
  uint32_t value;
  memcpy(&value, workspace + offset, sizeof value);
  return value;
}

static void put32(size_t offset, size_t value) {
  const uint32_t bits = (uint32_t)value;
  memcpy(workspace + offset, &bits, sizeof bits);
}

/* Definitions of the labels 1, 2 ... DEFINITIONS, one byte each. */
static void define_all(void) {
  memset(workspace + PLACE, 0, WORKSPACE_SIZE - PLACE);
  for (size_t i = 0; i < DEFINITIONS; i++) {
    size_t at = PLACE + i * STEP;
    put32(at + REF_NEXT, i + 1 < DEFINITIONS ? at + STEP : 0);
    put32(at + REF_HASH, HASH);
    put32(at + REF_LABEL, at + REF_RECORD_SIZE);
    put32(at + REF_LABEL_LEN, 1);
    workspace[at + REF_RECORD_SIZE] = (unsigned char)(i + 1);
  }
  set_field(W_LENGTH, 0);
  set_field(W_ERROR, 0);
  set_field(W_REF_FIRST, (uintptr_t)workspace + PLACE);
  set_field(W_REF_COUNT, DEFINITIONS);
  set_field(W_TOP, (uintptr_t)workspace + PLACE + (size_t)DEFINITIONS * STEP);
  set_field(W_ARENA_LIMIT, (uintptr_t)workspace + WORKSPACE_SIZE);
}

/* How many definitions hang on the link at an offset, and how deep. */
static unsigned count_below(size_t link, unsigned depth, unsigned *deepest) {
  size_t at = get32(link);
  if (!at)
    return 0;
  if (depth > *deepest)
    *deepest = depth;
  ck_assert_uint_le(depth, DEFINITIONS);
  return 1 + count_below(at + REF_BELOW, depth + 1, deepest) + count_below(at + REF_BELOW + 4, depth + 1, deepest);
}

static Registers find(RunRoutine run, const char *label, size_t length) {
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)place_at_end(label, length, 0, FILL);
  in.a[1] = length;
  in.a[2] = HASH;
  return run_keeping(run, "find_definition", in, IN_A | IN_T0, shown(label, length));
}

static void check_one_bucket(RunRoutine run, int rounds) {
  (void)rounds;
  define_all();
  run_keeping(run, "index_references", marked_registers(), IN_A | IN_T0, "equal hashes");
  ck_assert_uint_eq(get_field(W_ERROR), 0);
  size_t bucket = get_field(W_BUCKETS) - (uintptr_t)workspace + (HASH & get_field(W_BUCKET_MASK)) * 4;
  unsigned deepest = 0, count = count_below(bucket, 1, &deepest);
  ck_assert_uint_eq(count, DEFINITIONS);
  ck_assert_msg(deepest <= 9, "the definitions hang %u deep: labels of 8 bits need 9 at the most", deepest);
  for (size_t i = 0; i < DEFINITIONS; i++) {
    const char label[2] = {(char)(i + 1), 1};
    size_t at = (uintptr_t)workspace + PLACE + i * STEP;
    ck_assert_uint_eq(find(run, label, 1).a[0], at);
    ck_assert_uint_eq(find(run, label, 2).a[0], 0);
  }
  ck_assert_uint_eq(find(run, "\x41", 1).a[0], 0);
}

int main(void) {
  static const RoutineTest tests[] = {{"one bucket", check_one_bucket, 1, 1}};
  return run_routine_tests("references", tests, 1);
}

/* SPDX-License-Identifier: MIT */
