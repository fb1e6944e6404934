/* Words that people type are corrected only where the word that was meant is near; what stands in a command of sh stays
   one word, whatever characters it has. */
/* reads: nothing */
#include "harness/base/words.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *nearest(const char *text) {
  static const char *const words[] = {"verify", "reduce", "abc", "abd"};
  return nearest_word(text, words, sizeof words / sizeof *words);
}

START_TEST(the_nearest_word_needs_the_fewest_edits) {
  ck_assert_str_eq(nearest("verify"), "verify");
  ck_assert_str_eq(nearest("vrify"), "verify");
  ck_assert_str_eq(nearest("verrify"), "verify");
  ck_assert_str_eq(nearest("reduxe"), "reduce");
  ck_assert_str_eq(nearest("abd"), "abd");
  ck_assert_str_eq(nearest("abx"), "abc"); /* of two as near, the first */
}
END_TEST

START_TEST(a_word_of_which_too_much_would_change_has_no_nearest) {
  ck_assert_str_eq(nearest("vexiyy"), "verify"); /* 3 of 6 */
  ck_assert_ptr_null(nearest("vxxxyy"));         /* 4 of 6 */
  ck_assert_str_eq(nearest("xyc"), "abc");
  ck_assert_ptr_null(nearest("xyz"));
  ck_assert_ptr_null(nearest_word("abc", NULL, 0));
}
END_TEST

START_TEST(words_of_any_length_are_compared_or_are_far) {
  char longest[64];
  memset(longest, 'a', 63);
  longest[63] = '\0';
  const char *words[] = {longest};
  char typed[64];
  memcpy(typed, longest, sizeof typed);
  typed[62] = 'b';
  ck_assert_str_eq(nearest_word(typed, words, 1), longest);
  char *endless = xcalloc(1001, 1);
  memset(endless, 'a', 1000);
  ck_assert_ptr_null(nearest(endless));
  const char *too_long[] = {endless};
  ck_assert_ptr_null(nearest_word("a", too_long, 1));
  free(endless);
}
END_TEST

static const char *const names[] = {"a", "ab", "blank", "quote", "special", "none"};
static const char *const values[] = {"plain-1", "2", "x y", "it's", "\\\"$`", ""};
enum { NAMES = sizeof names / sizeof *names };

static void expands(const char *pattern, const char *wanted) {
  char *text = expand_placeholders(pattern, names, values, NAMES);
  ck_assert_str_eq(text, wanted);
  free(text);
}

START_TEST(each_placeholder_becomes_its_value) {
  expands("", "");
  expands("{a}", "plain-1");
  expands("<{ab}{a}>", "<2plain-1>");
  expands("{b} {a {a a} {} {aa}", "{b} {a {a a} {} {aa}");
  expands("{{a}}", "{plain-1}");
}
END_TEST

static void expands_for_shell(const char *command, const char *wanted) {
  char *text = expand_for_shell(command, names, values, NAMES);
  ck_assert_str_eq(text, wanted);
  free(text);
}

START_TEST(a_value_in_a_command_is_quoted_as_its_place_wants_it) {
  expands_for_shell("cat {a} '{a}' \"{a}\"", "cat plain-1 'plain-1' \"plain-1\"");
  expands_for_shell("{blank} '{blank}' \"{blank}\"", "'x y' 'x y' \"x y\"");
  expands_for_shell("{quote} '{quote}' \"{quote}\"", "'it'\\''s' 'it'\\''s' \"it's\"");
  expands_for_shell("{special} '{special}' \"{special}\"", "'\\\"$`' '\\\"$`' \"\\\\\\\"\\$\\`\"");
  expands_for_shell("{none} '{none}' \"{none}\"", "'' '' \"\"");
}
END_TEST

START_TEST(the_quotation_marks_of_a_command_are_read_as_sh_reads_them) {
  expands_for_shell("${a} $a{a}", "${a} $aplain-1");
  expands_for_shell("\\{a} {a}", "\\{a} plain-1");
  expands_for_shell("'\\' {blank}", "'\\' 'x y'");
  expands_for_shell("\"\\\" {blank}\" {blank}", "\"\\\" x y\" 'x y'");
  expands_for_shell("\"'\" {blank} '\"' {blank}", "\"'\" 'x y' '\"' 'x y'");
  expands_for_shell("\\' {blank}", "\\' 'x y'");
  expands_for_shell("{blank}\\", "'x y'\\");
}
END_TEST

static void beside(const char *from, const char *path, const char *wanted) {
  char *text = path_beside(from, path);
  ck_assert_str_eq(text, wanted);
  free(text);
}

START_TEST(a_path_is_seen_from_the_folder_of_a_file) {
  beside("suites/one.ini", "../x", "suites/../x");
  beside("/a/b/one.ini", "x", "/a/b/x");
  beside("suites/one.ini", "/x", "/x");
  beside("one.ini", "x", "x");
}
END_TEST

static void absolute(const char *path, const char *wanted) {
  char *text = path_absolute(path);
  ck_assert_str_eq(text, wanted);
  free(text);
}

/* Makes a folder with the folder `in`, the file `file` and the link `link`, and goes there. */
static char *enter_folder(void) {
  char name[] = "/tmp/test_words-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(name));
  char *folder = realpath(name, NULL);
  ck_assert_int_eq(chdir(folder), 0);
  ck_assert_int_eq(mkdir("in", 0755), 0);
  ck_assert_int_eq(write_file("file", span_text("x")), 0);
  ck_assert_int_eq(symlink("file", "link"), 0);
  return folder;
}

static void leave_folder(char *folder) {
  ck_assert_int_eq(unlink("file") + unlink("link") + rmdir("in") + rmdir(folder), 0);
  free(folder);
}

static void absolute_in(const char *folder, const char *path, const char *wanted) {
  char *whole = xasprintf("%s%s", folder, wanted);
  absolute(path, whole);
  free(whole);
}

START_TEST(a_path_is_the_same_seen_from_any_folder) {
  char *here = enter_folder();
  absolute_in(here, ".", "");
  absolute_in(here, "file", "/file");
  absolute_in(here, "..name", "/..name");
  absolute_in(here, "in/../file", "/file");
  absolute_in(here, "in/../link", "/link");
  absolute_in(here, "in/..", "");
  absolute_in(here, "in/../in/.", "/in");
  absolute_in(here, "nowhere/../file", "/nowhere/../file");
  /* A link on the way stays where nothing has to be made straight. */
  ck_assert_int_eq(symlink("in", "way"), 0);
  absolute_in(here, "way/file", "/way/file");
  ck_assert_int_eq(unlink("way"), 0);
  absolute("/a/b", "/a/b");
  absolute("/..", "/");
  absolute("/tmp/../x", "/x");
  leave_folder(here);
}
END_TEST

static void from_here(char *path, const char *wanted) {
  char *text = path_from_here(path);
  ck_assert_str_eq(text, wanted);
  free(text);
}

START_TEST(a_path_below_this_folder_is_short) {
  char *here = enter_folder();
  from_here(xasprintf("%s/in/../file", here), "file");
  from_here(xasprintf("%s/in", here), "in");
  from_here(xstrdup("/nowhere/at/all"), "/nowhere/at/all");
  ck_assert_int_eq(chdir("in"), 0);
  from_here(xstrdup("../file"), "../file");
  ck_assert_int_eq(mkdir("../inside", 0755), 0);
  from_here(xstrdup("../inside"), "../inside");
  ck_assert_int_eq(rmdir("../inside"), 0);
  ck_assert_int_eq(chdir(".."), 0);
  leave_folder(here);
}
END_TEST

static void wraps(size_t indent, size_t width, const char *text, const char *wanted) {
  struct bytes out = {0};
  bytes_wrapped(&out, indent, width, text);
  ck_assert_str_eq(out.data, wanted);
  bytes_free(&out);
}

START_TEST(lines_are_as_long_as_they_may_be_and_no_longer) {
  wraps(2, 10, "aaaa bbb c", "aaaa bbb\n  c\n");
  wraps(2, 10, "aaaa bbbb c", "aaaa\n  bbbb c\n");
  wraps(0, 4, "far-too-long x", "far-too-long\nx\n");
  wraps(0, 80, "one   two", "one two\n");
  wraps(4, 80, "", "\n");
}
END_TEST

START_TEST(a_list_selects_what_it_names_or_matches_and_an_empty_one_all) {
  struct text_list list = {0};
  ck_assert(text_list_selects(&list, "x"));
  text_list_add(&list, "onewhole", 3);
  text_list_take(&list, xstrdup("two*"));
  text_list_take(&list, xstrdup("[x]"));
  ck_assert_uint_eq(list.count, 3);
  ck_assert_ptr_null(list.items[3]);
  ck_assert(text_list_selects(&list, "one"));
  ck_assert(text_list_selects(&list, "two-and-more"));
  ck_assert(text_list_selects(&list, "[x]"));
  ck_assert(!text_list_selects(&list, "onewhole"));
  ck_assert(!text_list_selects(&list, "tw"));
  text_list_free(&list);
  ck_assert_uint_eq(list.count, 0);
  ck_assert_ptr_null(list.items);
  text_list_free(&list); /* an empty one, too */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("words");
  TCase *tests = tcase_create("words");
  tcase_add_test(tests, the_nearest_word_needs_the_fewest_edits);
  tcase_add_test(tests, a_word_of_which_too_much_would_change_has_no_nearest);
  tcase_add_test(tests, words_of_any_length_are_compared_or_are_far);
  tcase_add_test(tests, each_placeholder_becomes_its_value);
  tcase_add_test(tests, a_value_in_a_command_is_quoted_as_its_place_wants_it);
  tcase_add_test(tests, the_quotation_marks_of_a_command_are_read_as_sh_reads_them);
  tcase_add_test(tests, a_path_is_seen_from_the_folder_of_a_file);
  tcase_add_test(tests, a_path_is_the_same_seen_from_any_folder);
  tcase_add_test(tests, a_path_below_this_folder_is_short);
  tcase_add_test(tests, lines_are_as_long_as_they_may_be_and_no_longer);
  tcase_add_test(tests, a_list_selects_what_it_names_or_matches_and_an_empty_one_all);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
