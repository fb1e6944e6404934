/* Trees: what their text says stands in the folder, and what it cannot say is refused. */
/* reads: nothing */
#include "harness/base/files.h"
#include "harness/suite/tree.h"

#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/test_tree.XXXXXX";

static void make_folder(void) { ck_assert_ptr_nonnull(mkdtemp(folder)); }

static void make(const char *text) {
  struct tree tree;
  struct bytes why = {0};
  ck_assert_msg(tree_parse(span_text(text), "f", &tree, &why), "%s", span_of(&why).data);
  ck_assert_msg(tree_make(&tree, folder, &why), "%s", span_of(&why).data);
  tree_free(&tree);
}

static struct stat status_of(const char *name) {
  struct stat status;
  char *path = xasprintf("%s/%s", folder, name);
  ck_assert_msg(lstat(path, &status) == 0, "%s is not there", path);
  free(path);
  return status;
}

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

START_TEST(a_tree_is_made) {
  make_folder();
  int descriptors = count_descriptors();
  make("# why\n\nfolder d mode=1777 time=-5.000000007\nfile d/a size=12345 mode=4751 time=951782400\nfile b "
       "filled=5000\n"
       "link l no\\x20where time=7\nhard h b\npipe p mode=0600\nsocket s\nhere mode=0700 time=3\nfile{2} n-\n"
       "file x\\n\\xFF");
  struct stat status = status_of("d");
  ck_assert_uint_eq(status.st_mode, S_IFDIR | 01777);
  ck_assert_int_eq(status.st_mtim.tv_sec, -5);
  ck_assert_int_eq(status.st_mtim.tv_nsec, 7);
  status = status_of("d/a");
  ck_assert_uint_eq(status.st_mode, S_IFREG | 04751);
  ck_assert_int_eq(status.st_size, 12345);
  ck_assert_int_eq(status.st_blocks, 0);
  ck_assert_int_eq(status.st_mtim.tv_sec, 951782400);
  status = status_of("b");
  ck_assert_uint_eq(status.st_mode, S_IFREG | 0644);
  ck_assert_int_eq(status.st_size, 5000);
  ck_assert_int_gt(status.st_blocks, 0);
  ck_assert_uint_eq(status.st_nlink, 2);
  ck_assert_int_eq(status.st_mtim.tv_sec, 1000000000);
  ck_assert_uint_eq(status_of("h").st_ino, status.st_ino);
  ck_assert_int_eq(status_of("l").st_mtim.tv_sec, 7);
  ck_assert_uint_eq(status_of("p").st_mode, S_IFIFO | 0600);
  ck_assert_uint_eq(status_of("s").st_mode, S_IFSOCK | 0644);
  ck_assert_uint_eq(status_of("n-0001").st_mode, S_IFREG | 0644);
  ck_assert_uint_eq(status_of("n-0002").st_mode, S_IFREG | 0644);
  ck_assert_int_eq(count_descriptors(), descriptors);
  ck_assert_uint_eq(status_of("x\n\xFF").st_mode, S_IFREG | 0644);
  status = status_of(".");
  ck_assert_uint_eq(status.st_mode, S_IFDIR | 0700);
  ck_assert_int_eq(status.st_mtim.tv_sec, 3);
  char target[PATH_MAX] = "";
  char *path = xasprintf("%s/l", folder);
  ck_assert_int_eq(readlink(path, target, sizeof target - 1), 8);
  ck_assert_str_eq(target, "no where");
  free(path);
  remove_folder(folder);
  ck_assert_int_ne(access(folder, F_OK), 0);
}
END_TEST

START_TEST(what_is_not_said_is_the_same_wherever_it_is_made) {
  make_folder();
  make("folder d\nfile d/a\n");
  ck_assert_int_eq(status_of(".").st_mtim.tv_sec, 1000000000);
  ck_assert_uint_eq(status_of(".").st_mode, S_IFDIR | 0755);
  ck_assert_int_eq(status_of("d").st_mtim.tv_sec, 1000000000);
  ck_assert_uint_eq(status_of("d").st_mode, S_IFDIR | 0755);
  remove_folder(folder);
}
END_TEST

START_TEST(times_may_count_from_now) {
  make_folder();
  time_t before = time(NULL);
  make("file a time=now-1000\nfile b time=now+500.000000001\n");
  time_t after = time(NULL);
  time_t past = status_of("a").st_mtim.tv_sec + 1000;
  time_t future = status_of("b").st_mtim.tv_sec - 500;
  ck_assert(before <= past && past <= after);
  ck_assert(before <= future && future <= after);
  ck_assert_int_eq(status_of("b").st_mtim.tv_nsec, 1);
  remove_folder(folder);
}
END_TEST

static const char *const wrong[] = {"fil a",
                                    "file",
                                    " file a",
                                    "file a b",
                                    "file a mode=0888",
                                    "file a mode=10000",
                                    "file a mode=-1",
                                    "file a size=x",
                                    "file a time=",
                                    "file a time=now",
                                    "file a time=1.5",
                                    "file a time=1.0000000000",
                                    "file{0} a",
                                    "file{2 a",
                                    "file{2}x a",
                                    "link{2} a b",
                                    "file /a",
                                    "file ../a",
                                    "file a/../../b",
                                    "file ..",
                                    "file a\\0b",
                                    "file \\y",
                                    "folder a size=1",
                                    "folder a mode=0600",
                                    "here mode=0500",
                                    "link a",
                                    "link a b mode=0600",
                                    "hard a",
                                    "hard a b time=1",
                                    "here x"};

START_TEST(what_is_no_line_of_a_tree_is_refused) {
  struct tree tree;
  struct bytes why = {0};
  char *text = xasprintf("file good\n%s\n", wrong[_i]);
  ck_assert_msg(!tree_parse(span_text(text), "f", &tree, &why), "%s was taken", wrong[_i]);
  char *place = xasprintf("f:2: '%s' is no line of a tree", wrong[_i]);
  ck_assert_msg(strstr(why.data, place) != NULL, "%s", why.data);
  bytes_free(&why);
  free(place);
  free(text);
}
END_TEST

START_TEST(what_cannot_be_made_is_told) {
  struct tree tree;
  struct bytes why = {0};
  make_folder();
  ck_assert(tree_parse(span_text("file nowhere/a\n"), "f", &tree, &why));
  ck_assert(!tree_make(&tree, folder, &why));
  ck_assert_msg(strstr(why.data, "the file 'nowhere/a' of the tree cannot be made in /tmp/test_tree.") == why.data,
                "%s", why.data);
  tree_free(&tree);
  bytes_free(&why);
  remove_folder(folder);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("tree");
  TCase *tests = tcase_create("tree");
  tcase_add_test(tests, a_tree_is_made);
  tcase_add_test(tests, what_is_not_said_is_the_same_wherever_it_is_made);
  tcase_add_test(tests, times_may_count_from_now);
  tcase_add_loop_test(tests, what_is_no_line_of_a_tree_is_refused, 0, sizeof wrong / sizeof *wrong);
  tcase_add_test(tests, what_cannot_be_made_is_told);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
