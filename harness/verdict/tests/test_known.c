/* The list of known divergences, merged with what ran: nothing is lost that the run says nothing about. */
/* reads: nothing */
#include "harness/base/files.h"
#include "harness/suite/suite.h"
#include "harness/verdict/known.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 8 };

static struct suite suite = {.name = (char *)"s"};
static struct program program;
static struct target targets[2] = {{.program = &program, .label = (char *)"p_x64", .where = "x64-native"},
                                   {.program = &program, .label = (char *)"p_x64", .where = "x64-qemu"}};
static struct test_case cases[MOST];
static char folder[] = "/tmp/test_known-XXXXXX";
static char *path;

/* A merge: the list before, what ran ("case verdict" each, a verdict of another target after a comma), and the list
   after. COVERED and IDLE say what the scope says of every entry. */
static const struct {
  const char *name, *before, *ran;
  bool covered, idle;
  const char *after;
  size_t kept, added, removed;
} merges[] = {
    {"a selection loses no other entry", "# why\n\ns/c/1 p_x64 * crashed\ns/c/2 p_x64 * hung # slow\n", "c/1=crashed",
     true, false, "# why\n\ns/c/1 p_x64 * crashed\ns/c/2 p_x64 * hung # slow\n", 2, 0, 0},
    {"what is equal now goes", "s/c/1 p_x64 * crashed\ns/c/2 p_x64 * hung\n# end\n", "c/1=equal", true, false,
     "s/c/2 p_x64 * hung\n# end\n", 1, 0, 1},
    {"what diverges otherwise is changed in its place", "# a\ns/c/1  p_x64 *\tcrashed   # reason\n# b\n", "c/1=hung",
     true, false, "# a\ns/c/1  p_x64 *\thung   # reason\n# b\n", 0, 1, 1},
    {"what has no entry gets one, at the end", "s/c/2 p_x64 * hung", "c/1=crashed", true, false,
     "s/c/2 p_x64 * hung\ns/c/1 p_x64 x64-native crashed\n", 1, 1, 0},
    {"a comment is no reason of what comes after it anew", "# why\ns/c/2 p_x64 * hung\n", "c/1=crashed", true, false,
     "# why\ns/c/2 p_x64 * hung\n\ns/c/1 p_x64 x64-native crashed\n", 1, 1, 0},
    {"a pattern that holds stays", "s/c/* p_* * crashed # all\n", "c/1=crashed c/2=crashed", true, false,
     "s/c/* p_* * crashed # all\n", 1, 0, 0},
    {"a pattern stays for what did not run", "s/c/* p_* * crashed\n", "c/1=hung c/2=crashed", true, false,
     "s/c/* p_* * crashed\ns/c/1 p_x64 x64-native hung\n", 1, 1, 0},
    {"a pattern that holds no more for all is split", "s/c/* p_* * crashed # why\n", "c/1=equal c/2=crashed", true,
     false, "s/c/2 p_x64 x64-native crashed # why\n", 0, 1, 1},
    {"but not where some of it did not run", "s/c/* p_* * crashed # why\n", "c/1=equal c/2=crashed", false, false,
     "s/c/* p_* * crashed # why\n", 1, 0, 0},
    {"a pattern all of which diverges otherwise is changed", "s/c/* p_* * crashed # why\n", "c/1=hung c/2=hung", true,
     false, "s/c/* p_* * hung # why\n", 0, 1, 1},
    {"a pattern of which each diverges in its own way is distinguished", "s/c/* p_* * crashed\n", "c/1=hung c/2=leaked",
     true, false, "s/c/1 p_x64 x64-native hung\ns/c/2 p_x64 x64-native leaked\n", 0, 2, 1},
    {"a fault of the oracle or the runner says nothing", "s/c/1 p_x64 * crashed\n", "c/1=oracle-fault c/2=runner-fault",
     true, false, "s/c/1 p_x64 * crashed\n", 1, 0, 0},
    {"what was not tried says nothing", "s/c/1 p_x64 * crashed\n", "c/1=untried c/2=untried c/3=not-run", true, false,
     "s/c/1 p_x64 * crashed\n", 1, 0, 0},
    {"an entry that speaks of nothing goes, where all ran", "s/gone p * hung # old\n# end\n", "c/1=equal", true, true,
     "# end\n", 0, 0, 1},
    {"the empty list stays", "# none\n", "c/1=equal", true, false, "# none\n", 0, 0, 0},
};

static bool say_covered(void *user, const struct known_entry *entry) {
  (void)entry;
  return merges[*(int *)user].covered;
}

static bool say_idle(void *user, const struct known_entry *entry) {
  (void)entry;
  return merges[*(int *)user].idle;
}

/* The results that TEXT tells of; returns how many. */
static size_t make_results(const char *text, struct result *results) {
  size_t count = 0;
  char *copy = xstrdup(text);
  char *rest = copy;
  for (char *word = strtok_r(rest, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
    char *verdict = strchr(word, '=');
    *verdict++ = '\0';
    free(cases[count].id);
    cases[count].id = xstrdup(word);
    results[count] = (struct result){.suite = &suite, .target = &targets[0], .test_case = &cases[count]};
    results[count].untried = strcmp(verdict, "untried") == 0;
    results[count].verdict = results[count].untried ? CRASHED : VERDICTS;
    for (int i = 0; i < VERDICTS && !results[count].untried; i++)
      if (strcmp(verdict_word((enum verdict)i), verdict) == 0)
        results[count].verdict = (enum verdict)i;
    ck_assert_int_ne(results[count].verdict, VERDICTS);
    count++;
  }
  free(copy);
  return count;
}

static void same_file(const char *expected, const char *name) {
  struct bytes text = {0};
  ck_assert_int_eq(bytes_read_file(&text, path), 0);
  ck_assert_msg(strcmp(span_of(&text).data, expected) == 0, "%s:\n%s---- expected\n%s", name, text.data, expected);
  bytes_free(&text);
}

START_TEST(a_run_is_merged_into_the_list) {
  struct result results[MOST];
  struct known_changes changes;
  struct bytes why = {0};
  int which = _i;
  const struct known_scope scope = {say_covered, say_idle, &which};
  ck_assert_int_eq(write_file(path, span_text(merges[_i].before)), 0);
  size_t count = make_results(merges[_i].ran, results);
  ck_assert_int_eq(known_update(path, results, count, &scope, &changes, &why), 0);
  same_file(merges[_i].after, merges[_i].name);
  ck_assert_uint_eq(changes.kept, merges[_i].kept);
  ck_assert_uint_eq(changes.added, merges[_i].added);
  ck_assert_uint_eq(changes.removed, merges[_i].removed);
  ck_assert_int_eq(changes.notes.len > 0, !merges[_i].covered);
  bytes_free(&changes.notes);
  /* What is written is true: each failure that ran is in the list, and no more is to be said. */
  struct known_list list;
  ck_assert(known_read(path, &list, &why));
  for (size_t i = 0; i < count && merges[_i].covered; i++)
    if (!results[i].untried && !verdict_is_infrastructure(results[i].verdict)) {
      known_apply(&list, &results[i]);
      ck_assert_msg(!result_failed(&results[i]), "%s: %s fails", merges[_i].name, cases[i].id);
      result_free(&results[i]);
    }
  known_free(&list);
}
END_TEST

/* The second merge of the same results changes nothing, not even the time of the file. */
START_TEST(what_is_merged_once_is_merged) {
  struct result results[MOST];
  struct known_changes changes;
  struct stat first;
  struct stat second;
  struct bytes why = {0};
  int which = 0;
  const struct known_scope scope = {say_covered, say_idle, &which};
  size_t count = make_results("c/1=crashed c/2=hung c/3=equal", results);
  ck_assert_int_eq(write_file(path, span_text("s/c/3 p_x64 * crashed\n")), 0);
  ck_assert_int_eq(known_update(path, results, count, &scope, &changes, &why), 0);
  ck_assert_int_eq(stat(path, &first), 0);
  ck_assert_int_eq(known_update(path, results, count, &scope, &changes, &why), 0);
  ck_assert_int_eq(stat(path, &second), 0);
  ck_assert_uint_eq(changes.kept, 2);
  ck_assert_uint_eq(changes.added + changes.removed, 0);
  ck_assert_int_eq(first.st_ino == second.st_ino && first.st_mtim.tv_nsec == second.st_mtim.tv_nsec, true);
}
END_TEST

START_TEST(a_list_with_a_mistake_is_left_as_it_is) {
  static const char mistake[] = "s/c/1 p_x64 * crashed\nno entry\n";
  struct known_changes changes;
  struct bytes why = {0};
  int which = 0;
  const struct known_scope scope = {say_covered, say_idle, &which};
  ck_assert_int_eq(write_file(path, span_text(mistake)), 0);
  ck_assert_int_eq(known_update(path, NULL, 0, &scope, &changes, &why), EINVAL);
  ck_assert_ptr_nonnull(strstr(why.data, ":2: an entry is"));
  same_file(mistake, "a mistake");
  bytes_free(&why);
}
END_TEST

/* The list is replaced at once: who has the old one open reads that to its end. A link to it stays a link, permissions
   stay, and nothing else is left in the folder. */
START_TEST(the_list_is_replaced_at_once) {
  struct result results[MOST];
  struct known_changes changes;
  struct stat status;
  struct bytes why = {0};
  int which = 0;
  const struct known_scope scope = {say_covered, say_idle, &which};
  char *real = path;
  char *link = xasprintf("%s/link", folder);
  size_t count = make_results("c/1=crashed", results);
  ck_assert_int_eq(write_file(real, span_text("# a\n")), 0);
  ck_assert_int_eq(chmod(real, 0640), 0);
  ck_assert_int_eq(symlink(real, link), 0);
  int old = open(real, O_RDONLY);
  ck_assert_int_eq(known_update(link, results, count, &scope, &changes, &why), 0);
  ck_assert(fstat(old, &status) == 0 && status.st_size == 4);
  ck_assert_int_eq(close(old), 0);
  same_file("# a\n\ns/c/1 p_x64 x64-native crashed\n", "a link");
  ck_assert(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
  ck_assert(stat(real, &status) == 0 && (status.st_mode & 07777) == 0640);
  ck_assert_int_eq(unlink(link), 0);
  ck_assert_int_eq(unlink(real), 0);
  ck_assert_int_eq(rmdir(folder), 0); /* it is empty */
  ck_assert_int_eq(mkdir(folder, 0700), 0);
  char *nowhere = xasprintf("%s/no/list", folder);
  ck_assert_int_eq(known_update(nowhere, results, count, &scope, &changes, &why), ENOENT);
  free(nowhere);
  free(link);
}
END_TEST

/* Entries for one cause, and what they say of a result: the byte that came is 0x63, where 0x62 was expected. */
static const struct {
  const char *signature;
  enum verdict verdict;
  enum part part;
  enum known known;
} alike[] = {
    {"like:body:0x63/0x62", DIVERGED, PART_BODY, KNOWN_AS_IS},  {"like:body:0x63/0x61", DIVERGED, PART_BODY, KNOWN_NOT},
    {"like:body:0x62/0x63", DIVERGED, PART_BODY, KNOWN_NOT},    {"like:body:0x63/0x63", DIVERGED, PART_BODY, KNOWN_NOT},
    {"like:headers:0x63/0x62", DIVERGED, PART_BODY, KNOWN_NOT}, {"like:body:0x63/end", DIVERGED, PART_BODY, KNOWN_NOT},
    {"like:body:0x63/0x62", EQUAL, PART_NONE, KNOWN_NOT},       {"like:body:0x63/0x62", CRASHED, PART_NONE, KNOWN_NOT},
    {"like:body:0x63/0x62", DIVERGED, PART_HEADERS, KNOWN_NOT},
};

START_TEST(a_cause_is_both_bytes_of_a_part) {
  struct result results[MOST];
  struct known_list list;
  struct bytes why = {0};
  char *entry = xasprintf("s/c/* p_x64 * %s # for a reason\n", alike[_i].signature);
  ck_assert_int_eq(write_file(path, span_text(entry)), 0);
  ck_assert_uint_eq(make_results("c/1=equal", results), 1);
  results[0].verdict = alike[_i].verdict;
  results[0].part = alike[_i].part;
  results[0].offset = 1;
  bytes_text(&results[0].expected, "ab");
  bytes_text(&results[0].actual, "ac");
  ck_assert_msg(known_read(path, &list, &why), "%s", span_of(&why).data);
  known_apply(&list, &results[0]);
  ck_assert_int_eq(results[0].known, alike[_i].known);
  ck_assert_int_eq(list.entries[0].met, alike[_i].known == KNOWN_AS_IS);
  ck_assert_int_eq(results[0].reason != NULL, alike[_i].known == KNOWN_AS_IS);
  known_free(&list);
  result_free(&results[0]);
  free(entry);
}
END_TEST

static void set_up(void) {
  ck_assert_ptr_nonnull(mkdtemp(folder));
  path = xasprintf("%s/list", folder);
}

static void tear_down(void) {
  remove_folder(folder);
  memset(folder + strlen(folder) - 6, 'X', 6);
  free(path);
  for (size_t i = 0; i < MOST; i++) {
    free(cases[i].id);
    cases[i].id = NULL;
  }
}

int main(void) {
  Suite *all = suite_create("known");
  TCase *tests = tcase_create("known");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_loop_test(tests, a_run_is_merged_into_the_list, 0, sizeof merges / sizeof *merges);
  tcase_add_test(tests, what_is_merged_once_is_merged);
  tcase_add_test(tests, a_list_with_a_mistake_is_left_as_it_is);
  tcase_add_test(tests, the_list_is_replaced_at_once);
  tcase_add_loop_test(tests, a_cause_is_both_bytes_of_a_part, 0, sizeof alike / sizeof *alike);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
