/* Streams are put together of what system calls took, and not of what they were offered. */
/* reads: nothing */
#include "harness/blame/blame_stream.h"
#include "harness/suite/target.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST = 32,
  READ = 0,
  WRITE = 1,
  OPEN = 2,
  CLOSE = 3,
  SEEK = 8,
  ACCEPT = 43,
  RENAME = 82
}; /* system calls of x86-64 */

static struct {
  struct observed record;
  char bytes[64];
} records[MOST];
static const struct observed *list[MOST];
static struct observation observation;
static struct target target;

static void set_up(void) {
  memset(records, 0, sizeof records);
  observation = (struct observation){.records = list, .result = {.target = &target}};
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
    struct observed *given = add(number == WRITE                      ? OBSERVED_OUTPUT
                                 : number == OPEN || number == RENAME ? OBSERVED_PATH
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

/* The byte OFFSET of the file NAME was written from ADDRESS; 0: by no write that was seen. */
static void is_written(const char *name, size_t offset, uint64_t address) {
  struct result result = {.target = &target, .part = PART_TREE, .verdict = DIVERGED};
  struct written written = {0};
  struct bytes why = {0};
  bool found = find_written_to(&observation, &result, PART_TREE, name, offset, &written, &why);
  ck_assert_msg(found == (address != 0), "%s byte %zu: %s", name, offset, span_of(&why).data);
  ck_assert_uint_eq(written.address, address);
  bytes_free(&why);
}

/* Opens PATH with FLAGS as descriptor FD. */
static void open_file(const char *path, uint64_t flags, int fd) {
  call(OPEN, 0, 0, path, fd);
  records[observation.count - 3].record.arguments[1] = flags;
}

START_TEST(a_write_goes_where_the_descriptor_of_a_file_stands) {
  open_file("./sub/../out", O_CREAT | O_WRONLY, 3);
  call(WRITE, 3, 0x1000, "abcdef", 6);
  call(SEEK, 3, 0, NULL, 2);
  call(WRITE, 3, 0x2000, "CD", 2);
  is_written("out", 1, 0x1001);
  is_written("out", 2, 0x2000);
  is_written("out", 4, 0x1004);
  is_written("out", 6, 0);
  is_written("in", 0, 0);
}
END_TEST

START_TEST(a_file_that_is_emptied_has_nothing_of_before) {
  open_file("out", O_CREAT | O_WRONLY, 3);
  call(WRITE, 3, 0x1000, "abcdef", 6);
  open_file("/tmp/x/out", O_WRONLY | O_TRUNC, 4);
  call(WRITE, 4, 0x2000, "A", 1);
  is_written("out", 0, 0x2000);
  is_written("out", 1, 0);
}
END_TEST

START_TEST(what_is_appended_goes_to_the_end) {
  open_file("out", O_CREAT | O_WRONLY | O_APPEND, 3);
  open_file("out", O_WRONLY | O_APPEND, 4);
  call(WRITE, 3, 0x1000, "ab", 2);
  call(WRITE, 4, 0x2000, "cd", 2);
  is_written("out", 1, 0x1001);
  is_written("out", 2, 0x2000);
}
END_TEST

START_TEST(a_file_keeps_its_bytes_under_another_name) {
  open_file("tmp", O_CREAT | O_WRONLY, 3);
  call(WRITE, 3, 0x1000, "ab", 2);
  call(RENAME, 0, 0, "tmp", 0);
  list[observation.count] = list[observation.count - 1]; /* a second path */
  struct observed *to = &records[MOST - 1].record;
  to->kind = OBSERVED_PATH;
  memcpy(to + 1, "out", 4);
  list[observation.count++ - 1] = to;
  is_written("out", 1, 0x1001);
  is_written("tmp", 1, 0);
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
  tcase_add_test(tests, a_write_goes_where_the_descriptor_of_a_file_stands);
  tcase_add_test(tests, a_file_that_is_emptied_has_nothing_of_before);
  tcase_add_test(tests, what_is_appended_goes_to_the_end);
  tcase_add_test(tests, a_file_keeps_its_bytes_under_another_name);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
