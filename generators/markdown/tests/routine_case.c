#include "routine_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "render_probe.h"

unsigned char *workspace, *source, *sink;
unsigned char *room;
size_t room_size;

/* The registers in the order of the set. */
static uint64_t in_set(const Registers *registers, int i) {
  return i < 6 ? registers->a[i] : i == 6 ? registers->t0 : registers->s[i - 7];
}

Registers marked_registers(void) {
  Registers marked = {.t0 = UINT64_C(0x7070707070707070)};
  for (unsigned i = 0; i < 6; i++) {
    marked.a[i] = UINT64_C(0xA1A1A1A100000000) + i;
    marked.s[i] = UINT64_C(0x5E5E5E5E00000000) + i;
  }
  marked.s[5] = (uintptr_t)workspace;
  return marked;
}

Registers run_keeping(RunRoutine run, const char *routine, Registers in, unsigned changes, const char *at) {
  static const char *const names[] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0", "S0", "S1", "S2", "S3", "S4", "S5"};
  Registers out = run(routine, in);
  for (int i = 0; i < 13; i++)
    if (!(changes >> i & 1) && in_set(&in, i) != in_set(&out, i))
      ck_abort_msg("%s on %s changed %s from 0x%" PRIx64 " to 0x%" PRIx64, routine, at, names[i], in_set(&in, i),
                   in_set(&out, i));
  return out;
}

void set_field(int field, uint64_t value) { memcpy(workspace + field, &value, sizeof(value)); }

uint64_t get_field(int field) {
  uint64_t value;
  memcpy(&value, workspace + field, sizeof(value));
  return value;
}

unsigned char *place_at_end(const void *bytes, size_t size, size_t slack, int fill) {
  ck_assert_uint_le(size + slack, SOURCE_SIZE);
  unsigned char *start = source + SOURCE_SIZE - slack - size;
  memset(source, fill, SOURCE_SIZE);
  memcpy(start, bytes, size);
  return start;
}

unsigned char *place_at_start(const void *bytes, size_t size, int fill) {
  ck_assert_uint_le(size, SOURCE_SIZE);
  memset(source, fill, SOURCE_SIZE);
  memcpy(source, bytes, size);
  return source;
}

void expect_bytes(const char *at, const void *got, const void *wanted, size_t size) {
  const unsigned char *ours = got, *theirs = wanted;
  for (size_t i = 0; i < size; i++)
    if (ours[i] != theirs[i])
      ck_abort_msg("%s: byte %zu of %zu is %02x, not %02x: %s, not %s", at, i, size, ours[i], theirs[i],
                   shown(got, size), shown(wanted, size));
}

const char *shown(const void *bytes, size_t size) {
  static char rooms[5][1024];
  static unsigned turn;
  char *text = rooms[turn++ % 5], *next = text;
  const unsigned char *from = bytes;
  *next++ = '"';
  for (size_t i = 0; i < size && next < text + 1000; i++)
    next += sprintf(next, from[i] >= 0x20 && from[i] < 0x7F ? "%c" : "\\x%02x", from[i]);
  strcpy(next, "\"");
  return text;
}

size_t random_text(uint64_t *state, const char *const *strings, int parts, char *text) {
  size_t count = 1, size = 0; // there is one string at least
  while (strings[count])
    count++;
  for (uint64_t left = next_random(state) % (unsigned)(parts + 1); left > 0; left--) {
    const char *part = strings[next_random(state) % count];
    size_t length = strlen(part);
    if (size + length >= 511)
      break;
    memcpy(text + size, part, length);
    size += length;
  }
  text[size] = 0;
  return size;
}

static const RoutineTest *all_tests;

static void load_memory(void) {
  workspace = guarded_memory(WORKSPACE_SIZE / 4096);
  source = guarded_memory(SOURCE_SIZE / 4096);
  sink = guarded_memory(SINK_SIZE / 4096);
  memset(workspace, FILL, WORKSPACE_SIZE);
  if (room_size)
    room = guarded_memory(room_size / 4096);
}

START_TEST(natively) {
  load_memory();
  native_load_renderer();
  all_tests[_i].check(native_run, all_tests[_i].native_rounds);
}
END_TEST

START_TEST(in_unicorn) {
  const RoutineTest *test = &all_tests[_i / ISA_COUNT];
  load_memory();
  unicorn_load_renderer((Isa)(_i % ISA_COUNT));
  test->check(unicorn_run, test->unicorn_rounds);
  unicorn_unload();
}
END_TEST

int run_routine_tests(const char *name, const RoutineTest *tests, int count) {
  all_tests = tests;
  Suite *suite = suite_create(name);
  TCase *cases = tcase_create("routines");
  tcase_add_loop_test(cases, natively, 0, count);
  tcase_add_loop_test(cases, in_unicorn, 0, count * ISA_COUNT);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed > 0;
}

/* SPDX-License-Identifier: MIT */
