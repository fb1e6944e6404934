/* What a command line asked for, once it is read. */
/* reads: nothing */
#include "harness/cli/options.h"

#include <check.h>
#include <string.h>

/* A report that nobody asked for has no file, whatever stands after those that were. */
START_TEST(a_report_has_the_file_that_it_was_asked_for_in) {
  static struct options options;
  options.reports[0].format = &tap_format;
  options.reports[0].path = "tap";
  options.reports[1].format = &junit_format;
  options.reports[1].path = "junit";
  options.report_count = 0;
  ck_assert_ptr_null(options_report_path(&options, &tap_format));
  options.report_count = 1;
  ck_assert_str_eq(options_report_path(&options, &tap_format), "tap");
  ck_assert_ptr_null(options_report_path(&options, &junit_format));
  options.report_count = 2;
  ck_assert_str_eq(options_report_path(&options, &junit_format), "junit");
  ck_assert_ptr_null(options_report_path(&options, &html_format));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("options");
  TCase *tests = tcase_create("options");
  tcase_add_test(tests, a_report_has_the_file_that_it_was_asked_for_in);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
