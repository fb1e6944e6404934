/* Which bytes of a program are tried at all: what its map says of each, where map and program fit together. */
/* reads: nothing */
#include "harness/base/files.h"
#include "harness/loaders/liveness.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char build[64];
static char *varying[] = {(char *)"5", (char *)"1", (char *)"7", (char *)"8"};
static struct loader_row row = {.name = (char *)"tiny-x_x64", .varies = {varying, 4}};

static void write_here(const char *name, const char *text) {
  char *path = xasprintf("%s/elf/%s", build, name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  free(path);
}

static void set_up(void) {
  strcpy(build, "/tmp/test_liveness-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(build));
  char *folder = xasprintf("%s/elf", build);
  ck_assert_int_eq(mkdir(folder, 0755), 0);
  free(folder);
  write_here("tiny-x_x64", "12345678");
}

static void tear_down(void) { remove_folder(build); }

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

/* MARKS, or NULL: the program and its map do not fit together, and that is said. */
static void marks_are(enum loader loader, const char *marks) {
  struct workspace workspace = {0};
  struct liveness_subject subject;
  struct bytes why = {0};
  workspace_open(&workspace);
  int descriptors = count_descriptors();
  char *found = liveness_open(&subject, &workspace, build, &row, loader, &why);
  ck_assert_int_eq(count_descriptors(), descriptors);
  if (marks) {
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found, marks);
    ck_assert_uint_eq(why.len, 0);
  } else {
    char *wanted = xasprintf("%s/elf/tiny-x_x64 and its map cannot be read, or do not fit together; run `make`", build);
    ck_assert_ptr_null(found);
    ck_assert_str_eq(why.data, wanted);
    free(wanted);
  }
  free(found);
  bytes_free(&why);
  liveness_close(&subject);
  workspace_close(&workspace);
}

#define FIRST "# bytegate-map 1\tx\n"

START_TEST(code_and_text_are_not_tried) {
  write_here("tiny-x_x64.map", FIRST "400000\t3132\thead\telf\tx.c:1\n400002\t3334\tcode\tmessage\tx.c:2\n"
                                     "400004\t35\tdata\tmessage\tx.c:3\n400005\t363738\tdata\tother\tx.c:4\n");
  marks_are(LOADER_QEMU, "??cct???");
  marks_are(LOADER_NATIVE, "?vcctv?v");
}
END_TEST

/* What is only memory is no part of it. */
START_TEST(a_map_that_does_not_fit_is_refused) {
  marks_are(LOADER_QEMU, NULL);
  write_here("tiny-x_x64.map", FIRST "400000\t31323334353637\thead\telf\tx.c:1\n");
  marks_are(LOADER_QEMU, NULL);
  write_here("tiny-x_x64.map", FIRST "400000\t3132333435363738\thead\telf\tx.c:1\n400008\t16\tbss\troom\tx.c:1\n");
  marks_are(LOADER_QEMU, "????????");
  write_here("tiny-x_x64.map", FIRST "400000\t313233343536373839\thead\telf\tx.c:1\n");
  marks_are(LOADER_QEMU, NULL);
  write_here("tiny-x_x64.map", FIRST "400000\t3132333435363738\thead\telf\tx.c:1\n");
  marks_are(LOADER_QEMU, "????????");
  char *path = xasprintf("%s/elf/tiny-x_x64", build);
  unlink(path);
  free(path);
  marks_are(LOADER_QEMU, NULL);
}
END_TEST

START_TEST(a_byte_is_changed_and_changed_back) {
  struct liveness_subject subject = {0};
  bytes_text(&subject.file, "abc");
  for (size_t i = 0; i < sizeof liveness_changes; i++) {
    liveness_change(&subject, 1, i);
    ck_assert_int_eq((unsigned char)subject.file.data[1], 'b' ^ liveness_changes[i]);
    ck_assert(subject.file.data[0] == 'a' && subject.file.data[2] == 'c');
    liveness_change(&subject, 1, i);
    ck_assert_str_eq(subject.file.data, "abc");
  }
  bytes_free(&subject.file);
}
END_TEST

/* A file that is missing is named, and the exit status says that nothing was found out. */
START_TEST(what_is_missing_is_said) {
  char *table = xasprintf("%s/%s", build, _i ? "table.ini" : "no-such-table.ini");
  char *said = xasprintf("%s/said", build);
  char *wanted = _i ? xasprintf("bytegate: %s/elf/tiny-y_x64 and its map cannot be read", build)
                    : xasprintf("bytegate: %s: No such file or directory", table);
  struct bytes text = {0};
  ck_assert_int_eq(write_file(table, span_text("[tiny-y_x64]\nqemu = exit 0\nnative = refused\nwhy = so\n")), 0);
  if (_i == 0)
    unlink(table);
  ck_assert_ptr_nonnull(freopen(said, "w", stderr));
  ck_assert_int_eq(liveness_command(build, table, &(struct text_list){0}, true), EXIT_INFRASTRUCTURE);
  fflush(stderr);
  ck_assert_int_eq(bytes_read_file(&text, said), 0);
  ck_assert_msg(strncmp(text.data, wanted, strlen(wanted)) == 0, "%s", text.data);
  bytes_free(&text);
  free(wanted);
  free(said);
  free(table);
}
END_TEST

/* The text explains its marks first; JSON is one document and no more. */
START_TEST(a_matrix_of_nothing_is_still_one) {
  char *table = xasprintf("%s/table.ini", build);
  char *said = xasprintf("%s/said", build);
  struct bytes text = {0};
  ck_assert_int_eq(write_file(table, span_text("[tiny-y_x64]\nqemu = exit 0\nnative = refused\nwhy = so\n")), 0);
  char *none[] = {(char *)"another"};
  ck_assert_ptr_nonnull(freopen(said, "w", stdout));
  ck_assert_int_eq(liveness_command(build, table, &(struct text_list){none, 1}, _i), EXIT_EQUAL);
  fflush(stdout);
  ck_assert_int_eq(bytes_read_file(&text, said), 0);
  const char *first = _i ? "{" : "# Which bytes of the smallest programs a loader reads";
  ck_assert_msg(strncmp(text.data, first, strlen(first)) == 0, "%s", text.data);
  ck_assert((strstr(text.data, "\"programs\"") != NULL) == (_i == 1));
  bytes_free(&text);
  free(said);
  free(table);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("liveness");
  TCase *tests = tcase_create("liveness");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, code_and_text_are_not_tried);
  tcase_add_test(tests, a_map_that_does_not_fit_is_refused);
  tcase_add_test(tests, a_byte_is_changed_and_changed_back);
  tcase_add_loop_test(tests, what_is_missing_is_said, 0, 2);
  tcase_add_loop_test(tests, a_matrix_of_nothing_is_still_one, 0, 2);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
