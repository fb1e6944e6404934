/* A file is replaced at once, or not at all; what is no file is written to. */
/* reads: nothing */
#include "harness/base/files.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/test_replace-XXXXXX";

static void enter(void) {
  ck_assert_ptr_nonnull(mkdtemp(top));
  ck_assert_int_eq(chdir(top), 0);
  umask(027);
}

static void leave(void) {
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert(remove_folder(top));
}

static void holds(const char *path, const char *text, mode_t mode) {
  struct bytes got = {0};
  struct stat status;
  ck_assert_int_eq(bytes_read_file(&got, path), 0);
  ck_assert_uint_eq(got.len, strlen(text));
  ck_assert_int_eq(memcmp(got.data, text, got.len), 0);
  ck_assert_int_eq(stat(path, &status), 0);
  ck_assert_msg(status.st_mode == (S_IFREG | mode), "%o", (unsigned)status.st_mode);
  bytes_free(&got);
}

static int count_entries(void) {
  struct dirent **entries = NULL;
  int count = scandir(".", &entries, NULL, NULL);
  for (int i = 0; i < count; i++)
    free(entries[i]);
  free(entries);
  return count - 2;
}

START_TEST(a_new_file_has_the_permissions_that_the_user_wants) {
  ck_assert_int_eq(replace_file("new", span_text("text")), 0);
  holds("new", "text", 0640);
  ck_assert_int_eq(umask(027), 027);
  ck_assert_int_eq(count_entries(), 1);
}
END_TEST

START_TEST(an_old_file_keeps_its_permissions_and_is_replaced_as_a_whole) {
  ck_assert_int_eq(write_file("old", span_text("a longer text")), 0);
  ck_assert_int_eq(chmod("old", 0604), 0);
  int fd = open("old", O_RDONLY);
  struct bytes before = {0};
  ck_assert_int_eq(replace_file("old", span_text("short")), 0);
  holds("old", "short", 0604);
  read_whole(fd, &before); /* who had it open sees all of the old */
  ck_assert_str_eq(before.data, "a longer text");
  ck_assert_int_eq(count_entries(), 1);
  close(fd);
  bytes_free(&before);
}
END_TEST

START_TEST(a_link_stays_a_link) {
  struct stat status;
  ck_assert_int_eq(mkdir("in", 0755) + write_file("in/file", span_text("old")) + symlink("in/file", "link"), 0);
  ck_assert_int_eq(chmod("in/file", 0644) + replace_file("link", span_text("new")), 0);
  ck_assert_int_eq(lstat("link", &status), 0);
  ck_assert(S_ISLNK(status.st_mode));
  holds("in/file", "new", 0644);
}
END_TEST

START_TEST(what_is_no_file_is_written_to) {
  struct stat status;
  char got[8] = {0};
  ck_assert_int_eq(mkfifo("pipe", 0600), 0);
  int fd = open("pipe", O_RDONLY | O_NONBLOCK);
  ck_assert_int_eq(replace_file("pipe", span_text("text")), 0);
  ck_assert_int_eq(read(fd, got, sizeof got), 4);
  ck_assert_str_eq(got, "text");
  ck_assert_int_eq(lstat("pipe", &status), 0);
  ck_assert(S_ISFIFO(status.st_mode));
  ck_assert_int_eq(count_entries(), 1);
  ck_assert_int_eq(mkdir("folder", 0755), 0);
  ck_assert_int_eq(replace_file("folder", span_text("text")), EISDIR);
  close(fd);
}
END_TEST

START_TEST(what_cannot_be_written_is_told_and_leaves_nothing) {
  ck_assert_int_eq(replace_file("nowhere/file", span_text("text")), ENOENT);
  ck_assert_int_eq(count_entries(), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("replace");
  TCase *tests = tcase_create("replace");
  tcase_add_checked_fixture(tests, enter, leave);
  tcase_add_test(tests, a_new_file_has_the_permissions_that_the_user_wants);
  tcase_add_test(tests, an_old_file_keeps_its_permissions_and_is_replaced_as_a_whole);
  tcase_add_test(tests, a_link_stays_a_link);
  tcase_add_test(tests, what_is_no_file_is_written_to);
  tcase_add_test(tests, what_cannot_be_written_is_told_and_leaves_nothing);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
