/* Folders that a program leaves can be deep, many, and without permissions; they are removed all the same. */
/* reads: nothing */
#include "harness/base/files.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Permissions stop nobody who is root. */
static char *make_top(void) {
  if (geteuid() == 0)
    ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
  char *top = xstrdup(access("/dev/shm", W_OK) == 0 ? "/dev/shm/test_files-XXXXXX" : "/tmp/test_files-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(top));
  return top;
}

static void go_down(const char *top, int levels) {
  ck_assert_int_eq(chdir(top), 0);
  for (int i = 0; i < levels; i++) {
    ck_assert_int_eq(mkdir("folder", 0755), 0);
    ck_assert_int_eq(write_file("file", span_text("x")), 0);
    ck_assert_int_eq(chdir("folder"), 0);
  }
  ck_assert_int_eq(chdir("/"), 0);
}

START_TEST(a_folder_is_removed_however_deep) {
  char *top = make_top();
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){16, 16});
  go_down(top, 5000);
  ck_assert(remove_folder(top));
  ck_assert_int_ne(access(top, F_OK), 0);
  free(top);
}
END_TEST

START_TEST(a_folder_is_removed_whatever_its_permissions) {
  char *top = make_top();
  ck_assert_int_eq(chdir(top), 0);
  ck_assert_int_eq(mkdir("a", 0755) + mkdir("a/b", 0755) + mkdir("a/b/c", 0755) + mkdir("a/empty", 0), 0);
  ck_assert_int_eq(write_file("a/b/file", span_text("x")), 0);
  ck_assert_int_eq(symlink("/", "a/b/root") + symlink("nothing", "a/b/c/broken") + mkfifo("a/fifo", 0), 0);
  ck_assert_int_eq(chmod("a/b/c", 0) + chmod("a/b", 0) + chmod("a", 0111) + chmod(".", 0), 0);
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert(remove_folder(top));
  ck_assert_int_ne(access(top, F_OK), 0);
  ck_assert_int_eq(access("/etc", F_OK), 0);
  free(top);
}
END_TEST

START_TEST(names_that_the_removal_uses_itself_are_no_obstacle) {
  char *top = make_top();
  ck_assert_int_eq(chdir(top), 0);
  ck_assert_int_eq(mkdir(".moved-0", 0755) + mkdir(".moved-1", 0755) + mkdir(".moved-1/.moved-0", 0755) +
                       mkdir(".moved-1/.moved-0/.moved-1", 0755),
                   0);
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert(remove_folder(top));
  free(top);
}
END_TEST

START_TEST(what_cannot_be_removed_is_told) {
  ck_assert(!remove_folder("/proc/self"));
  ck_assert(remove_folder("/tmp/not/there/at/all"));
}
END_TEST

START_TEST(a_file_in_memory_is_read_from_its_start) {
  struct bytes out = {0};
  int fd = memory_file((struct span){"a\0b", 3});
  read_whole(fd, &out);
  read_whole(fd, &out);
  ck_assert(span_equal(span_of(&out), (struct span){"a\0ba\0b", 6}));
  char byte = 0;
  ck_assert_int_eq(read(fd, &byte, 1), 1);
  ck_assert_int_eq(byte, 'a');
  close(fd);
  bytes_free(&out);
}
END_TEST

static unsigned count_descriptors(void) {
  unsigned count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder && readdir(folder))
    count++;
  if (folder)
    closedir(folder);
  return count;
}

/* A gate removes a folder for each program. */
START_TEST(a_removal_keeps_no_descriptor) {
  unsigned before = count_descriptors();
  for (int i = 0; i < 3; i++) {
    char top[] = "/tmp/test_files-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(top));
    char *below = xasprintf("%s/a", top);
    ck_assert_int_eq(mkdir(below, 0755), 0);
    ck_assert(remove_folder(top));
    ck_assert(remove_folder(top));
    free(below);
  }
  ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("files");
  TCase *tests = tcase_create("files");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, a_folder_is_removed_however_deep);
  tcase_add_test(tests, a_removal_keeps_no_descriptor);
  tcase_add_test(tests, a_folder_is_removed_whatever_its_permissions);
  tcase_add_test(tests, names_that_the_removal_uses_itself_are_no_obstacle);
  tcase_add_test(tests, what_cannot_be_removed_is_told);
  tcase_add_test(tests, a_file_in_memory_is_read_from_its_start);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
