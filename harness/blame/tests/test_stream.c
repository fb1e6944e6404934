/* Streams are put together of what system calls took, and not of what they were offered. */
/* reads: nothing */
#include "harness/blame/blame_stream.h"
#include "harness/suite/target.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32, READ = 0, WRITE = 1, OPEN = 2, CLOSE = 3, ACCEPT = 43 }; /* system calls of x86-64 */

static struct {
  struct observed record;
  char bytes[64];
} records[MOST];
static const struct observed *list[MOST];
static struct observation observation;
static struct target target;

static void set_up(void) {
  memset(records, 0, sizeof records);
  observation = (struct observation){.records = list};
  target.machine = machine_named("x64");
}

static struct observed *add(enum observed_kind kind, int number) {
  struct observed *record = &records[observation.count].record;
  record->kind = kind;
  record->number = number;
  list[observation.count++] = record;
  return record;
}

/* A call NUMBER on the descriptor FD, with TEXT at ADDRESS (or as much to be read), that returns RESULT. */
static void call(int number, uint64_t fd, uint64_t address, const char *text, int64_t result) {
  add(OBSERVED_CALL, number)->arguments[0] = fd;
  if (text) {
    struct observed *given = add(number == WRITE  ? OBSERVED_OUTPUT
                                 : number == OPEN ? OBSERVED_PATH
                                                  : OBSERVED_INPUT,
                                 number);
    given->address = address;
    given->length = given->size = strlen(text);
    memcpy((char *)(given + 1), text, strlen(text) + 1);
  }
  add(OBSERVED_RETURN, number)->result = result;
}

static struct written find(enum part part, size_t offset, const char *came) {
  struct result result = {.target = &target, .part = part, .verdict = DIVERGED};
  struct written written = {0};
  struct bytes why = {0};
  bytes_text(&result.actual, came);
  ck_assert_msg(find_written(&observation, &result, part, offset, &written, &why), "%s", span_of(&why).data);
  bytes_free(&result.actual);
  bytes_free(&why);
  return written;
}

START_TEST(a_short_write_counts_as_much_as_it_took) {
  call(WRITE, 1, 0x1000, "abcdef", 2);
  call(WRITE, 1, 0x2000, "cdef", 4);
  ck_assert_uint_eq(find(PART_STDOUT, 1, "abcdef").address, 0x1001);
  ck_assert_uint_eq(find(PART_STDOUT, 3, "abcdef").address, 0x2001);
  ck_assert_uint_eq(find(PART_STDOUT, 3, "abcdef").output, 1);
}
END_TEST

START_TEST(a_write_that_failed_or_never_returned) {
  call(WRITE, 1, 0x1000, "ab", -11);
  call(WRITE, 2, 0x3000, "xy", 2);
  call(WRITE, 1, 0x2000, "ab", 2);
  observation.count--; /* it ended in the last call */
  ck_assert_uint_eq(find(PART_STDOUT, 0, "ab").address, 0x2000);
  ck_assert_uint_eq(find(PART_STDOUT, 1, "ab").value, 'b');
}
END_TEST

/* The same number, and two connections. */
START_TEST(a_descriptor_that_is_used_again_is_another_stream) {
  call(ACCEPT, 3, 0, NULL, 4);
  call(WRITE, 4, 0x1000, "HTTP/1.1 200 OK\r\n\r\nX", 20);
  call(CLOSE, 4, 0, NULL, 0);
  call(ACCEPT, 3, 0, NULL, 4);
  call(WRITE, 4, 0x2000, "HTTP/1.1 200 OK\r\n\r\nXHab", 23);
  ck_assert_uint_eq(find(PART_BODY, 1, "XHab").address, 0x2014);
  ck_assert_uint_eq(find(PART_BODY, 3, "XHab").address, 0x2016);
}
END_TEST

START_TEST(what_a_read_did_not_fill_is_not_from_there) {
  struct filled filled = {0};
  call(OPEN, 0, 0, "document.md", 3);
  call(READ, 3, 0x1000, "12345678", 3);
  call(READ, 3, 0x2000, "12345678", 3);
  ck_assert_uint_ne(find_filled(&observation, target.machine->calls, 0x2002, observation.count, &filled), SIZE_MAX);
  ck_assert_uint_eq(filled.offset, 5);
  ck_assert_str_eq(filled.path, "document.md");
  ck_assert_uint_eq(find_filled(&observation, target.machine->calls, 0x2003, observation.count, &filled), SIZE_MAX);
}
END_TEST

START_TEST(a_connection_is_not_the_file_that_had_its_number) {
  struct filled filled = {0};
  call(OPEN, 0, 0, "document.md", 4);
  call(READ, 4, 0x1000, "12345678", 8);
  call(CLOSE, 4, 0, NULL, 0);
  call(ACCEPT, 3, 0, NULL, 4);
  call(READ, 4, 0x2000, "GET", 3);
  ck_assert_uint_ne(find_filled(&observation, target.machine->calls, 0x2001, observation.count, &filled), SIZE_MAX);
  ck_assert_ptr_null(filled.path);
  ck_assert(filled.accepted);
  ck_assert_uint_eq(filled.offset, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("stream");
  TCase *tests = tcase_create("stream");
  tcase_add_checked_fixture(tests, set_up, NULL);
  tcase_add_test(tests, a_short_write_counts_as_much_as_it_took);
  tcase_add_test(tests, a_write_that_failed_or_never_returned);
  tcase_add_test(tests, a_descriptor_that_is_used_again_is_another_stream);
  tcase_add_test(tests, what_a_read_did_not_fill_is_not_from_there);
  tcase_add_test(tests, a_connection_is_not_the_file_that_had_its_number);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
