/* What people read of one failure, to the byte: how far the context goes, where it is cut, and the words beside it. */
/* reads: nothing */
#include "harness/report/report.h"

#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct session_options options = {.command = "build/bytegate", .suites_folder = "fixtures/suites", .repeat = 1};
static struct program program = {.name = (char *)"p", .oracle = ORACLE_CMARK};
static struct target targets[3] = {{.program = &program, .label = (char *)"p_x64", .where = "x64-native"},
                                   {.program = &program, .label = (char *)"p_arm64", .where = "arm64-qemu"},
                                   {.program = &program, .label = (char *)"q_x64", .where = "x64-native"}};
static struct suite suite = {.name = (char *)"s", .path = (char *)"fixtures/suites/s.ini"};
static struct test_case test_case = {.id = (char *)"c/one"};
static struct result results[3];
static struct session session = {.options = &options, .results = results, .result_count = 1, .selected = 1};

static void set_up(void) {
  for (int i = 0; i < 3; i++)
    results[i] = (struct result){.suite = &suite, .target = &targets[i], .test_case = &test_case, .part = PART_BODY};
}

/* Makes result I one that diverges at OFFSET of what was expected, where ACTUAL came. */
static void diverge(int i, const char *expected, const char *actual, size_t offset) {
  bytes_text(&results[i].expected, expected);
  bytes_text(&results[i].actual, actual);
  results[i].offset = offset;
  result_set(&results[i], DIVERGED, "it differs");
}

static void difference_is(const char *wanted) {
  struct bytes out = {0};
  report_difference(&results[0], &out);
  ck_assert_str_eq(out.data, wanted);
  bytes_free(&out);
}

static void headline_is(const char *wanted) {
  struct bytes out = {0};
  report_headline(&results[0], &out);
  ck_assert_str_eq(out.data, wanted);
  bytes_free(&out);
}

START_TEST(the_context_ends_36_bytes_from_the_byte) {
  results[0].part = PART_STDERR;
  diverge(0, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-",
          "0123456789abcdefghijklmnopqrstuvwxyzA_CDEFG", 37);
  difference_is("  expected  123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+\n"
                "  actual    123456789abcdefghijklmnopqrstuvwxyzA_CDEFG<end>\n"
                "                                                ^ byte 37 of the stderr\n"
                "  expected  00000020  77 78 79 7a 41[42]43 44 45 46 47 48 49 4a 4b 4c  |wxyzABCDEFGHIJKL|\n"
                "  actual    00000020  77 78 79 7a 41[5f]43 44 45 46 47                 |wxyzA_CDEFG|\n");
}
END_TEST

START_TEST(what_ends_too_early_is_marked_at_its_end) {
  results[0].part = PART_STDERR;
  diverge(0,
          "ab\n\xE2\x82\xAC"
          "cd",
          "ab\n", 3);
  difference_is("  expected  ab\\n\xE2\x82\xAC"
                "cd<end>\n"
                "  actual    ab\\n<end>\n"
                "                ^ byte 3 of the stderr\n"
                "  expected  00000000  61 62 0a[e2]82 ac 63 64                          |ab....cd|\n"
                "  actual    00000000  61 62 0a[--]                                     |ab.|\n");
}
END_TEST

START_TEST(the_last_byte_of_a_row_is_marked_too) {
  results[0].part = PART_STDERR;
  diverge(0, "0123456789abcdefg", "0123456789abcde~g", 15);
  difference_is("  expected  0123456789abcdefg<end>\n"
                "  actual    0123456789abcde~g<end>\n"
                "                           ^ byte 15 of the stderr\n"
                "  expected  00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65[66] |0123456789abcdef|\n"
                "  actual    00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65[7e] |0123456789abcde~|\n");
}
END_TEST

START_TEST(the_block_of_the_document_is_shown_up_to_8_lines) {
  static char text[] = "# t\n\na\nb\nc\nd\ne\nf\ng\nh\ni\n\nend\n";
  test_case.input = (struct bytes){text, sizeof text - 1, 0};
  diverge(0, "<h1>t</h1>\n<p>a\nb\nc\nd\ne\nf\ng\nh\ni</p>\n<p>end</p>\n", "<h1>t</h1>\n<p>a\nX\n", 16);
  difference_is("  expected  <h1>t</h1>\\n<p>a\\nb\\nc\\nd\\ne\\nf\\ng\\nh\\ni</p>\\n<p>end</p>\\n<end>\n"
                "  actual    <h1>t</h1>\\n<p>a\\nX\\n<end>\n"
                "                              ^ byte 16 of the body\n"
                "  expected  00000010 [62]0a 63 0a 64 0a 65 0a 66 0a 67 0a 68 0a 69 3c  |b.c.d.e.f.g.h.i<|\n"
                "  actual    00000010 [58]0a                                            |X.|\n"
                "  markdown  paragraph, line 3 column 1 to line 11 column 1\n"
                "          3 | a\n          4 | b\n          5 | c\n          6 | d\n          7 | e\n          8 | f\n"
                "          9 | g\n         10 | h\n            | and 1 more line\n");
  headline_is("DIVERGED s/c/one p_x64 x64-native: it differs (HTML line 3, column 1)");
  test_case.input = (struct bytes){0};
}
END_TEST

START_TEST(a_long_line_of_the_document_is_cut) {
  char text[164];
  char html[sizeof text + 8];
  memset(text, 'x', 160);
  strcpy(text + 160, "\n");
  for (int len = 159; len <= 160; len++) {
    struct bytes out = {0};
    char *line = text + 160 - len;
    snprintf(html, sizeof html, "<p>%.*s</p>\n", len, line);
    test_case.input = (struct bytes){line, (size_t)len + 1, 0};
    diverge(0, html, "<p>y</p>\n", 3);
    report_difference(&results[0], &out);
    char *wanted = xasprintf("\n          1 | %.*s%s\n", len, line, len == 160 ? " ..." : "");
    ck_assert_msg(strstr(out.data, wanted) != NULL, "%s", out.data);
    free(wanted);
    bytes_free(&out);
    result_free(&results[0]);
    set_up();
  }
  test_case.input = (struct bytes){0};
}
END_TEST

START_TEST(bytes_that_are_no_text_are_shown_as_hex_alone) {
  results[0].part = PART_STDERR;
  for (int i = 0; i < 256; i++) {
    bytes_append(&results[0].expected, &(char){(char)i}, 1);
    bytes_append(&results[0].actual, &(char){(char)(i == 16 ? 1 : i)}, 1);
  }
  results[0].offset = 16;
  result_set(&results[0], DIVERGED, "it differs");
  struct bytes out = {0};
  report_difference(&results[0], &out);
  ck_assert(strncmp(out.data, "  expected  00000000  00 01 02", 30) == 0);
  ck_assert_ptr_nonnull(strstr(out.data, "\n            00000010 [10]11 12"));
  ck_assert_ptr_nonnull(strstr(out.data, "\n            00000040  40 41 42"));
  ck_assert_ptr_null(strstr(out.data, "00000050"));
  ck_assert_ptr_nonnull(strstr(out.data, "  actual    00000000  00 01 02"));
  ck_assert_ptr_nonnull(strstr(out.data, "|\n            byte 16 of the stderr\n"));
  bytes_free(&out);
}
END_TEST

START_TEST(the_words_beside_a_failure_are_all_there) {
  struct bytes out = {0};
  session.result_count = 3;
  for (int i = 0; i < 3; i++) {
    results[i].part = PART_STDERR;
    diverge(i, "ab", i == 2 ? "abc" : "aX", i == 2 ? 2 : 1);
  }
  for (int i = 1; i <= 9; i++)
    bytes_printf(&results[0].errors, "line %d\n", i);
  bytes_text(&results[0].where, "crashed   at x\nhangs     at y\n");
  session.fault_count = faults_find(results, 3, &session.faults);
  report_explanation(&session, &results[0], &out);
  ck_assert_str_eq(out.data,
                   "  expected  ab<end>\n"
                   "  actual    aX<end>\n"
                   "             ^ byte 1 of the stderr\n"
                   "  expected  00000000  61[62]                                           |ab|\n"
                   "  actual    00000000  61[58]                                           |aX|\n"
                   "  crashed   at x\n"
                   "  hangs     at y\n"
                   "  stderr    line 1\n  stderr    line 2\n  stderr    line 3\n  stderr    line 4\n"
                   "  stderr    line 5\n  stderr    line 6\n  stderr    line 7\n  stderr    line 8\n"
                   "  same on   p_arm64 arm64-qemu\n"
                   "  other on  q_x64 x64-native\n"
                   "  alike     3 failures, of 1 case on 3 programs and runners\n"
                   "  reproduce build/bytegate verify --suite s --case c/one --program p_x64 --runner native\n"
                   "  next      build/bytegate blame c/one --suite s --program p_x64 --runner native\n");
  bytes_free(&out);
  free(session.faults);
  session.faults = NULL;
  session.fault_count = 0;
  session.result_count = 1;
}
END_TEST

static void word_is(const char *text, const char *wanted) {
  struct bytes out = {0};
  report_word(&out, text);
  ck_assert_str_eq(out.data, wanted);
  bytes_free(&out);
}

START_TEST(a_word_is_one_word_of_sh) {
  word_is("plain-1", " plain-1");
  word_is("", " ''");
  word_is("a b", " 'a b'");
  word_is("it's\\", " 'it'\\''s\\'");
  word_is("\xC3\xA4", " '\xC3\xA4'");
  word_is("\x1B\xFF", " ''\"$(printf '\\033')\"''\"$(printf '\\377')\"''");
}
END_TEST

START_TEST(lines_and_columns_are_counted_from_1) {
  static const struct {
    size_t offset, line, column;
  } places[] = {{0, 1, 1}, {1, 1, 2}, {2, 1, 3}, {3, 2, 1}, {4, 3, 1}, {5, 3, 2}, {9, 3, 2}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    size_t line = 0;
    size_t column = 0;
    report_position(span_text("ab\n\nc"), places[i].offset, &line, &column);
    ck_assert_uint_eq(line, places[i].line);
    ck_assert_uint_eq(column, places[i].column);
  }
}
END_TEST

START_TEST(a_known_divergence_that_is_gone_has_a_headline_of_its_own) {
  results[0].verdict = EQUAL;
  results[0].known = KNOWN_STALE;
  headline_is("NO LONGER DIVERGES s/c/one p_x64 x64-native: ");
  results[0].verdict = NOT_RUN;
  diverge(0, "ab", "ac", 1);
  results[0].part = PART_STDERR;
  headline_is("DIVERGED s/c/one p_x64 x64-native: it differs");
}
END_TEST

START_TEST(what_selects_a_case_is_all_that_is_needed) {
  struct bytes out = {0};
  options.build_named = true;
  options.build = "other build";
  options.has_seed = true;
  options.seed = 77;
  suite.path = (char *)"else/s.ini";
  report_command(&session, &results[1], &out);
  ck_assert_str_eq(out.data, "build/bytegate verify --suite else/s.ini --case c/one --program p_arm64 --runner native "
                             "--build 'other build' --seed 77");
  options.build_named = options.has_seed = false;
  suite.path = (char *)"fixtures/suites/s.ini";
  bytes_free(&out);
}
END_TEST

START_TEST(a_suite_is_counted_to_its_end_and_no_further) {
  struct tally tally;
  for (int i = 0; i < 3; i++) {
    results[i].verdict = EQUAL;
    results[i].duration_ns = (uint64_t)i + 1;
  }
  results[1].target = &targets[0];
  results[1].verdict = NOT_RUN;
  diverge(1, "ab", "ac", 1);
  session.result_count = 2; /* what stands after them is no result */
  ck_assert_uint_eq(report_group(&session, 0, &tally), 2);
  ck_assert_uint_eq(report_suite(&session, 0, &tally), 2);
  ck_assert_uint_eq(tally.targets, 1);
  ck_assert_uint_eq(tally.count, 2);
  ck_assert_uint_eq(tally.equal, 1);
  ck_assert_uint_eq(tally.failed, 1);
  ck_assert_uint_eq(tally.known + tally.not_run, 0);
  ck_assert_uint_eq(tally.duration_ns, 3);
  session.result_count = 3;
  results[2].verdict = NOT_RUN;
  ck_assert_uint_eq(report_group(&session, 0, &tally), 2);
  ck_assert_uint_eq(report_suite(&session, 0, &tally), 3);
  ck_assert_uint_eq(tally.targets, 2);
  ck_assert_uint_eq(tally.count, 3);
  ck_assert_uint_eq(tally.not_run, 1);
  ck_assert_uint_eq(tally.duration_ns, 6);
  static struct suite other = {.name = (char *)"other"};
  results[2].suite = &other;
  ck_assert_uint_eq(report_suite(&session, 0, &tally), 2);
  session.result_count = 1;
}
END_TEST

static void notes_are(const char *wanted) {
  struct bytes out = {0};
  report_notes(&session, &out);
  ck_assert_str_eq(out.len ? out.data : "", wanted);
  bytes_free(&out);
}

START_TEST(what_a_reader_must_know_of_a_run_is_noted) {
  char *words[] = {"box", "-x"};
  for (int i = 0; i < 3; i++)
    results[i].verdict = EQUAL;
  session.result_count = 3;
  results[1].target = &targets[0];
  notes_are("");
  program.filter = (char *)"sort";
  for (int i = 0; i < 2; i++) {
    results[i].filtered = true;
    results[i].filtered_expected = (size_t)i + 1;
    results[i].filtered_actual = (size_t)i + 2;
  }
  notes_are(
      "filter: s p_x64 x64-native: sort: changed 3 bytes of what was expected and 5 of what came, in 2 results\n");
  results[1].filtered = false;
  notes_are("filter: s p_x64 x64-native: sort: changed 1 byte of what was expected and 2 of what came, in 1 result\n");
  results[0].filtered = false;
  targets[0].runner = RUNNER_COMMAND;
  program.runners = (struct text_list){words, 2};
  notes_are(
      "start not observed: s p_x64: 'runner = box -x' runs it, so only what it puts out speaks for it, in 2 results\n");
  results[0].verdict = NOT_RUN;
  notes_are(
      "start not observed: s p_x64: 'runner = box -x' runs it, so only what it puts out speaks for it, in 1 result\n");
  results[1].verdict = NOT_RUN;
  notes_are("");
  targets[0].runner = RUNNER_NATIVE;
  program.runners = (struct text_list){0};
  program.filter = NULL;
  session.result_count = 1;
}
END_TEST

static void tear_down(void) {
  for (int i = 0; i < 3; i++)
    result_free(&results[i]);
}

int main(void) {
  Suite *all = suite_create("explanation");
  TCase *tests = tcase_create("explanation");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, the_context_ends_36_bytes_from_the_byte);
  tcase_add_test(tests, what_ends_too_early_is_marked_at_its_end);
  tcase_add_test(tests, the_last_byte_of_a_row_is_marked_too);
  tcase_add_test(tests, the_block_of_the_document_is_shown_up_to_8_lines);
  tcase_add_test(tests, a_long_line_of_the_document_is_cut);
  tcase_add_test(tests, bytes_that_are_no_text_are_shown_as_hex_alone);
  tcase_add_test(tests, the_words_beside_a_failure_are_all_there);
  tcase_add_test(tests, a_word_is_one_word_of_sh);
  tcase_add_test(tests, lines_and_columns_are_counted_from_1);
  tcase_add_test(tests, a_known_divergence_that_is_gone_has_a_headline_of_its_own);
  tcase_add_test(tests, what_selects_a_case_is_all_that_is_needed);
  tcase_add_test(tests, a_suite_is_counted_to_its_end_and_no_further);
  tcase_add_test(tests, what_a_reader_must_know_of_a_run_is_noted);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
