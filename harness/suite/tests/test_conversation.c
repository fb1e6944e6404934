/* The text form of a conversation: places for a date, and what is told of a line that is wrong. */
/* reads: nothing */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/suite/conversation.h"

static struct conversation parse(const char *text) {
  struct conversation talk;
  struct bytes why = {0};
  ck_assert_msg(conversation_parse(span_text(text), "f", -1, &talk, &why), "%s: %s", text, why.data);
  bytes_free(&why);
  return talk;
}

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define MARK "Www, DD Mmm YYYY hh:mm:ss GMT"

START_TEST(dates_stand_where_they_are_expected) {
  static const struct {
    const char *text, *answer, *expected;
  } rows[] = {
      {"< a{date}b", "a" DATE "b", "a" DATE "b"},
      {"< {date}{date}", DATE "Mon, 07 Nov 1994 00:00:00 GMT", DATE "Mon, 07 Nov 1994 00:00:00 GMT"},
      {"<{2} {date}\\r\\n", DATE "\r\n" DATE "\r\n", DATE "\r\n" DATE "\r\n"},
      {"< a{date}b", "a" DATE, "a" DATE "b"},
      {"< a{date}b", "a", "a" MARK "b"},
      {"< a{date}b", "a" DATE "c", "a" DATE "b"},
      {"< a{date}b", "aMon, 06 Nov 1994 08:49:37 GMTb", "a" MARK "b"}, /* it was a Sunday */
      {"< a{date}b", "asun, 06 Nov 1994 08:49:37 GMTb", "a" MARK "b"},
      {"< a{date}b", "aSun, 06 Nov 1994 08:49:37 UTCb", "a" MARK "b"},
      {"< a{date}b", "aSun, 06 Nov 1994 24:49:37 GMTb", "a" MARK "b"},
      {"< a{date}b", "aSun, 31 Feb 1994 08:49:37 GMTb", "a" MARK "b"},
      {"< {dat}{date", "", "{dat}{date"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct conversation talk = parse(rows[i].text);
    struct bytes expected = {0};
    conversation_expect(&talk, span_text(rows[i].answer), &expected);
    bytes_append(&expected, "", 1);
    ck_assert_str_eq(expected.data, rows[i].expected);
    bytes_free(&expected);
    conversation_free(&talk);
  }
}
END_TEST

START_TEST(times_of_modification) {
  struct conversation talk = parse("! modified -5\n");
  ck_assert(talk.is_dated);
  ck_assert_int_eq(talk.modified, -5);
  conversation_free(&talk);
  talk = parse("! document a\n");
  ck_assert(!talk.is_dated);
  conversation_free(&talk);
}
END_TEST

START_TEST(wrong_lines) {
  static const char *const lines[] = {"! modified",
                                      "! modified ",
                                      "! modified yesterday",
                                      "! modified 5s",
                                      "! modified 99999999999999999999",
                                      "<a",
                                      "<{2}a",
                                      "<{x} a",
                                      "< a\\q{date}",
                                      "< {date}\\q",
                                      "! dated 5"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    struct conversation talk;
    struct bytes why = {0};
    ck_assert_msg(!conversation_parse(span_text(lines[i]), "f", -1, &talk, &why), "%s is taken", lines[i]);
    ck_assert_msg(strncmp(why.data, "f:1: '", 6) == 0, "%s", why.data);
    bytes_free(&why);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("conversation");
  TCase *tcase = tcase_create("text form");
  tcase_add_test(tcase, dates_stand_where_they_are_expected);
  tcase_add_test(tcase, times_of_modification);
  tcase_add_test(tcase, wrong_lines);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
