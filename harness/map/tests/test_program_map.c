/* A map that is made of a program's symbols is made once for each program, and again once the program is another. */
/* reads: nothing */
#include "harness/map/program_map.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HEAD[] = "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n";

static unsigned made;

static bool make_map(const char *elf, struct bytes *text, struct bytes *why) {
  (void)why;
  made++;
  bytes_printf(text, "%s%016x\t90\tcode\tmain\t%s:%u\n", HEAD, 0x400000, elf, made);
  return true;
}

static bool make_none(const char *elf, struct bytes *text, struct bytes *why) {
  (void)text;
  bytes_printf(why, "%s: no symbols", elf);
  return false;
}

/* Reads the map of ELF. Returns the line of its only entry. */
static int line_of(const char *elf) {
  struct program_map map;
  struct bytes why = {0};
  ck_assert_msg(program_map_read(elf, &map, &why), "%s", why.data ? why.data : "");
  ck_assert_uint_eq(map.count, 1);
  ck_assert_str_eq(map.entries[0].file, elf);
  int line = map.entries[0].line;
  program_map_free(&map);
  return line;
}

START_TEST(a_map_is_made_again_for_another_file) {
  char folder[] = "/tmp/test_program_map-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *one = xasprintf("%s/one", folder);
  char *two = xasprintf("%s/two", folder);
  program_map_maker = make_map;
  ck_assert_int_eq(write_file(one, span_text("1")), 0);
  ck_assert_int_eq(write_file(two, span_text("1")), 0);
  ck_assert_int_eq(line_of(one), 1);
  ck_assert_int_eq(line_of(one), 1);
  ck_assert_int_eq(line_of(two), 2);
  ck_assert_int_eq(line_of(one), 3);
  /* Another file of that name, and the same file with other bytes. */
  ck_assert_int_eq(rename(two, one), 0);
  ck_assert_int_eq(line_of(one), 4);
  ck_assert_int_eq(write_file(one, span_text("22")), 0);
  ck_assert_int_eq(line_of(one), 5);
  ck_assert_int_eq(line_of(one), 5);
  ck_assert_int_eq(remove(one), 0);
  ck_assert_int_eq(remove(folder), 0);
  free(one);
  free(two);
}
END_TEST

START_TEST(a_failure_is_not_kept) {
  struct program_map map;
  struct bytes why = {0};
  program_map_maker = make_none;
  ck_assert(!program_map_read("/proc/self/exe", &map, &why));
  ck_assert_str_eq(why.data, "/proc/self/exe: no symbols");
  program_map_maker = make_map;
  ck_assert_int_gt(line_of("/proc/self/exe"), 0);
  bytes_free(&why);
}
END_TEST

/* The lines of a map may stand in any order, and a name may come again after another. */
START_TEST(a_routine_begins_at_the_first_of_its_entries_that_stand_together) {
  char folder[] = "/tmp/test_program_map-XXXXXX";
  static const uint64_t begins[] = {0x10, 0x10, 0x12, 0x13, 0x13, 0x13};
  struct program_map map = {0};
  struct bytes text = {0};
  struct bytes why = {0};
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *elf = xasprintf("%s/one", folder);
  char *file = xasprintf("%s.map", elf);
  bytes_printf(&text, "%s", HEAD);
  static const char *const routines[] = {"a", "a", "b", "a", "a", "a"};
  for (int i = 5; i >= 0; i--)
    bytes_printf(&text, "%016x\t90\tcode\t%s\tf:1\n", 0x10 + i, routines[i]);
  ck_assert_int_eq(write_file(file, span_of(&text)), 0);
  ck_assert_msg(program_map_read_file(elf, &map, &why), "%s", span_of(&why).data);
  ck_assert_uint_eq(map.count, 6);
  for (size_t i = 0; i < 6; i++)
    ck_assert_uint_eq(program_map_routine(&map, &map.entries[i]), begins[i]);
  program_map_move(&map, 0x1000);
  ck_assert_uint_eq(program_map_routine(&map, &map.entries[5]), 0x1013);
  program_map_free(&map);
  ck_assert_int_eq(remove(file), 0);
  ck_assert_int_eq(remove(folder), 0);
  bytes_free(&text);
  bytes_free(&why);
  free(file);
  free(elf);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("program map");
  TCase *tests = tcase_create("program map");
  tcase_add_test(tests, a_map_is_made_again_for_another_file);
  tcase_add_test(tests, a_failure_is_not_kept);
  tcase_add_test(tests, a_routine_begins_at_the_first_of_its_entries_that_stand_together);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
