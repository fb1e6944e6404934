/* What is in a folder is told as text, and the text makes the same folder again; nothing is written or opened outside.
 */
/* reads: nothing */
#include "harness/suite/folder.h"

#include "harness/base/files.h"
#include "harness/suite/cases.h"
#include "harness/suite/placeholders.h"
#include "harness/suite/program.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char top[] = "/tmp/test_folder-XXXXXX";

static void enter(void) {
  ck_assert_ptr_nonnull(mkdtemp(top));
  ck_assert_int_eq(chdir(top), 0);
}

static void leave(void) {
  ck_assert_int_eq(chdir("/"), 0);
  ck_assert(remove_folder(top));
}

START_TEST(a_name_stays_below_its_folder) {
  static const char *const below[] = {"a", "a/b", "..a", "a..", "...", "a/...", ".", "a/./b", "a//b"};
  static const char *const outside[] = {"", "/a", "..", "../a", "a/..", "a/../b", "a//..", "/"};
  for (size_t i = 0; i < sizeof below / sizeof *below; i++)
    ck_assert_msg(is_below(below[i]), "%s", below[i]);
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
    ck_assert_msg(!is_below(outside[i]), "%s", outside[i]);
}
END_TEST

START_TEST(a_file_is_written_with_the_folders_above_it) {
  ck_assert_int_eq(mkdir("in", 0755), 0);
  ck_assert_int_eq(folder_write("in", "a/b/c", span_text("text")), 0);
  ck_assert_int_eq(folder_write("in", "a/b/d", span_text("more")), 0);
  ck_assert_int_eq(folder_write("in", "../out", span_text("text")), EINVAL);
  ck_assert_int_ne(access("out", F_OK), 0);
  ck_assert_int_eq(folder_write("in", "a/b/c/d", span_text("text")), ENOTDIR);
  ck_assert_int_eq(folder_write("in", "a/b", span_text("text")), EISDIR);
  struct bytes text = {0};
  ck_assert_int_eq(folder_read("in/a/b/c", &text), 0);
  ck_assert_str_eq(text.data, "text");
  bytes_free(&text);
}
END_TEST

START_TEST(files_alone_are_read) {
  struct bytes text = {0};
  ck_assert_int_eq(mkfifo("pipe", 0644), 0);
  ck_assert_int_eq(folder_read("pipe", &text), EINVAL);
  ck_assert_int_eq(folder_read("/dev/zero", &text), EINVAL);
  ck_assert_int_eq(folder_read(".", &text), EINVAL);
  ck_assert_int_eq(folder_read("nothing", &text), ENOENT);
  ck_assert_uint_eq(text.len, 0);
}
END_TEST

START_TEST(a_file_below_is_opened_through_no_link) {
  ck_assert_int_eq(mkdir("in", 0755) + mkdir("in/sub", 0755) + mkfifo("in/pipe", 0644), 0);
  ck_assert_int_eq(write_file("in/sub/file", span_text("inside")), 0);
  ck_assert_int_eq(symlink("sub", "in/link") + symlink("sub/file", "in/to-file"), 0);
  struct bytes text = {0};
  int fd = folder_open("in", "sub/file");
  ck_assert_int_ge(fd, 0);
  read_whole(fd, &text);
  ck_assert_str_eq(text.data, "inside");
  close(fd);
  ck_assert_int_eq(folder_open("in", "link/file"), -ELOOP);
  ck_assert_int_eq(folder_open("in", "to-file"), -ELOOP);
  ck_assert_int_eq(folder_open("in", "../in/sub/file"), -EXDEV);
  ck_assert_int_eq(folder_open("in", "sub"), -EISDIR);
  ck_assert_int_eq(folder_open("in", "pipe"), -EINVAL);
  ck_assert_int_eq(folder_open("in", "nothing"), -ENOENT);
  ck_assert_int_eq(folder_open("nowhere", "file"), -ENOENT);
  /* Nothing stays open. */
  int next = dup(0);
  ck_assert_int_le(next, fd);
  close(next);
  bytes_free(&text);
}
END_TEST

static const char told[] = "file B, 0 bytes\n"
                           "file a\\nb, 1 byte\n    | x\n"
                           "folder empty\n"
                           "link l -> ../any where\n"
                           "file run, 5 bytes, executable\n    | ab\\n\n    | c\\x00\n"
                           "folder sub\n"
                           "file sub/file, 4 bytes\n    | one\\n\n"
                           "folder sub/sub\n";

static void make_told(void) {
  ck_assert_int_eq(mkdir("in", 0755) + mkdir("in/empty", 0700) + mkdir("in/sub", 0755) + mkdir("in/sub/sub", 0755), 0);
  ck_assert_int_eq(write_file("in/B", span_text("")) + write_file("in/a\nb", span_text("x")), 0);
  ck_assert_int_eq(write_file("in/run", (struct span){"ab\nc", 5}), 0);
  ck_assert_int_eq(chmod("in/run", 0700), 0);
  ck_assert_int_eq(write_file("in/sub/file", span_text("one\n")) + chmod("in/sub/file", 0677), 0);
  ck_assert_int_eq(symlink("../any where", "in/l"), 0);
}

START_TEST(a_folder_is_told_in_the_order_of_its_names) {
  struct bytes out = {0};
  struct bytes why = {0};
  make_told();
  ck_assert(folder_tell("in", &out, &why));
  ck_assert_str_eq(out.data, told);
  ck_assert_uint_eq(why.len, 0);
  bytes_free(&out);
}
END_TEST

START_TEST(what_is_neither_file_nor_folder_is_told_too) {
  struct bytes out = {0};
  struct bytes why = {0};
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "in/socket"};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  ck_assert_int_eq(mkdir("in", 0755) + mkfifo("in/pipe", 0644), 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert(folder_tell("in", &out, &why));
  ck_assert_str_eq(out.data, "pipe pipe\nsocket socket\n");
  ck_assert(!folder_make("made", span_of(&out), &why));
  ck_assert_str_eq(why.data, "it holds a pipe pipe, and an expected folder has files, folders and links alone");
  ck_assert_int_ne(access("made", F_OK), 0);
  close(fd);
  bytes_free(&out);
  bytes_free(&why);
}
END_TEST

START_TEST(what_cannot_be_told_is_named) {
  struct bytes out = {0};
  struct bytes why = {0};
  ck_assert(!folder_tell("nowhere", &out, &why));
  ck_assert_str_eq(why.data, "nowhere: No such file or directory");
  bytes_clear(&why);
  ck_assert_int_eq(mkdir("in", 0755) + write_file("in/big", span_text("")) + truncate("in/big", (64 << 20) + 1), 0);
  ck_assert(!folder_tell("in", &out, &why));
  ck_assert_str_eq(why.data, "in/big: the files in the folder have more than 64 MiB");
  bytes_free(&out);
  bytes_free(&why);
}
END_TEST

START_TEST(the_text_makes_the_same_folder) {
  struct bytes out = {0};
  struct bytes why = {0};
  ck_assert_msg(folder_make("made", span_text(told), &why), "%s", span_of(&why).data);
  ck_assert(folder_tell("made", &out, &why));
  ck_assert_str_eq(out.data, told);
  ck_assert(!folder_make("made", span_text(told), &why));
  ck_assert_str_eq(why.data, "made: File exists");
  bytes_free(&out);
  bytes_free(&why);
}
END_TEST

START_TEST(a_name_that_text_cannot_tell_is_refused_and_nothing_is_left) {
  static const char *const wrong[] = {"link a -> b -> c\nfile x, 1 byte\n    | \\q\n",
                                      "link a\n",
                                      "file x, 2 bytes\n    | x\n",
                                      "file ../x, 0 bytes\n",
                                      "folder a/b\n",
                                      "else\n"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct bytes why = {0};
    ck_assert_msg(!folder_make("made", span_text(wrong[i]), &why), "%s", wrong[i]);
    ck_assert_int_ne(access("made", F_OK), 0);
    bytes_free(&why);
  }
}
END_TEST

START_TEST(a_case_has_a_copy_of_its_folder) {
  struct test_case test_case = {.folder = "in"};
  struct bytes out = {0};
  struct bytes why = {0};
  make_told();
  ck_assert_int_eq(mkdir("place", 0755), 0);
  ck_assert_msg(folder_place(&test_case, "place", NULL, &why), "%s", span_of(&why).data);
  ck_assert(folder_tell("place", &out, &why));
  ck_assert_str_eq(out.data, told);
  /* Again, over what is there: a link cannot be made twice. */
  ck_assert(!folder_place(&test_case, "place", NULL, &why));
  ck_assert_str_eq(why.data, "place/l: File exists");
  bytes_clear(&why);
  ck_assert_int_eq(unlink("in/l") + unlink("place/l"), 0);
  ck_assert(folder_place(&test_case, "place", NULL, &why));
  test_case.folder = "nowhere";
  ck_assert(!folder_place(&test_case, "place", NULL, &why));
  ck_assert_str_eq(why.data, "nowhere: No such file or directory");
  bytes_clear(&why);
  test_case.folder = "in";
  ck_assert_int_eq(mkfifo("in/pipe", 0644), 0);
  ck_assert(!folder_place(&test_case, "place", NULL, &why));
  ck_assert_str_eq(why.data, "in/pipe: Invalid argument");
  bytes_clear(&why);
  ck_assert_int_eq(unlink("in/pipe") + remove_folder("place/sub") - 1 + write_file("place/sub", span_text("")), 0);
  ck_assert(!folder_place(&test_case, "place", NULL, &why));
  bytes_free(&out);
  bytes_free(&why);
}
END_TEST

START_TEST(a_case_has_its_input_as_a_file) {
  struct test_case test_case = {.input = {.data = "text", .len = 4}};
  struct bytes text = {0};
  struct bytes why = {0};
  ck_assert_int_eq(mkdir("place", 0755), 0);
  ck_assert(folder_place(&test_case, "place", "place/a/input", &why));
  ck_assert_int_eq(folder_read("place/a/input", &text), 0);
  ck_assert_str_eq(text.data, "text");
  ck_assert(!folder_place(&test_case, "place", "place/../input", &why));
  ck_assert_str_eq(why.data, "place/../input: Invalid argument");
  bytes_free(&text);
  bytes_free(&why);
}
END_TEST

START_TEST(a_program_finds_its_folder_and_its_files) {
  char *files[] = {"a: one\\n", "b/c:two", "{name}: three", NULL};
  struct places places = {.values = {[PLACEHOLDER_NAME] = "called"}};
  struct program program = {.folder = "from", .copied = "in", .files = {.items = files, .count = 3}};
  struct bytes out = {0};
  struct bytes why = {0};
  ck_assert_int_eq(mkdir("from", 0755) + mkdir("from/in", 0755) + mkdir("place", 0755), 0);
  ck_assert_int_eq(write_file("from/in/x", span_text("x")), 0);
  static const char wanted[] = "file a, 4 bytes\n    | one\\n\nfolder b\nfile b/c, 3 bytes\n    | two\n"
                               "file called, 5 bytes\n    | three\nfile x, 1 byte\n    | x\n";
  ck_assert_msg(folder_furnish(&program, &places, "place", &why), "%s", span_of(&why).data);
  ck_assert(folder_tell("place", &out, &why));
  ck_assert_str_eq(out.data, wanted);
  bytes_clear(&out);
  program.copied = xasprintf("%s/place", top);
  program.files.count = 0;
  ck_assert_int_eq(mkdir("second", 0755), 0);
  ck_assert(folder_furnish(&program, &places, "second", &why));
  ck_assert(folder_tell("second", &out, &why));
  ck_assert_str_eq(out.data, wanted);
  free(program.copied);
  /* Where the copy fails, nothing more is written; a name that leads out is refused, and the rest not written. */
  program.copied = "nowhere";
  program.files.count = 3;
  ck_assert_int_eq(mkdir("third", 0755), 0);
  ck_assert(!folder_furnish(&program, &places, "third", &why));
  ck_assert_int_eq(rmdir("third") + mkdir("third", 0755), 0);
  files[0] = "../out: one";
  program.copied = NULL;
  bytes_clear(&why);
  ck_assert(!folder_furnish(&program, &places, "third", &why));
  ck_assert_str_eq(why.data, "../out: Invalid argument");
  ck_assert_int_eq(rmdir("third"), 0);
  bytes_free(&out);
  bytes_free(&why);
}
END_TEST

START_TEST(a_byte_of_the_text_is_found_in_its_file) {
  static const char told[] =
      "file a\\x2C b, 9 bytes, executable\n    | x\\\\\\x01y\\n\n    | end\\n\nfolder d\nfile d/e, 0 bytes\n";
  static const struct {
    const char *before; /* the text that stands just before the byte */
    const char *name;   /* NULL: it is about no file */
    size_t byte;
  } rows[] = {
      {"file a", "a, b", SIZE_MAX}, {"    | ", "a, b", 0},    {"    | x", "a, b", 1},
      {"x\\\\", "a, b", 2},         {"x\\\\\\x0", "a, b", 2}, {"x\\\\\\x01", "a, b", 3},
      {"    | e", "a, b", 6},       {"folder", NULL, 0},      {"file d/e", "d/e", SIZE_MAX},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct bytes name = {0};
    size_t byte = 0;
    size_t offset = (size_t)(strstr(told, rows[i].before) - told) + strlen(rows[i].before);
    bool found = folder_find(span_text(told), offset, &name, &byte);
    ck_assert_msg(found == (rows[i].name != NULL), "after %s", rows[i].before);
    if (found)
      ck_assert_msg(strcmp(name.data, rows[i].name) == 0 && byte == rows[i].byte, "after %s: %s %zu", rows[i].before,
                    name.data, byte);
    bytes_free(&name);
  }
  struct bytes contents = {0};
  ck_assert(folder_contents(span_text(told), "a, b", &contents));
  ck_assert_uint_eq(contents.len, 9);
  ck_assert_mem_eq(contents.data, "x\\\1y\nend\n", 9);
  ck_assert(!folder_contents(span_text(told), "d", &contents));
  bytes_free(&contents);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("folder");
  TCase *tests = tcase_create("folder");
  tcase_add_checked_fixture(tests, enter, leave);
  tcase_add_test(tests, a_name_stays_below_its_folder);
  tcase_add_test(tests, a_file_is_written_with_the_folders_above_it);
  tcase_add_test(tests, files_alone_are_read);
  tcase_add_test(tests, a_file_below_is_opened_through_no_link);
  tcase_add_test(tests, a_folder_is_told_in_the_order_of_its_names);
  tcase_add_test(tests, what_is_neither_file_nor_folder_is_told_too);
  tcase_add_test(tests, what_cannot_be_told_is_named);
  tcase_add_test(tests, the_text_makes_the_same_folder);
  tcase_add_test(tests, a_name_that_text_cannot_tell_is_refused_and_nothing_is_left);
  tcase_add_test(tests, a_case_has_a_copy_of_its_folder);
  tcase_add_test(tests, a_case_has_its_input_as_a_file);
  tcase_add_test(tests, a_program_finds_its_folder_and_its_files);
  tcase_add_test(tests, a_byte_of_the_text_is_found_in_its_file);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
