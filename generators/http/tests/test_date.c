/* The dates of HTTP, on both machines, against the C library's calendar: written for seconds all over the calendar,
 * read in each of the three forms, and refused where one octet is another, unless what is then there is a date again.
 */
/* reads: nothing */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "generators/tests/emulate.h"
#include "http/http.h"

enum { NOW_YEAR = 2026, FORMS = 3 };
#define NOW INT64_C(1780000000) /* in May of that year */

static void author(void) {
  lay_linux_text();
  lay_linux_numbers();
  lay_http_date();
  routine("set_calendar", in(A0), destroys(A1));
  la(A1, "calendar_clock");
  st64(A0, A1, 0);
  ret();
}

static Emulation *emulation;

static void begin(int machine) {
  emulation = emulation_new((Isa)machine, author);
  emulate(emulation, "set_calendar", (Arguments){{(uint64_t)NOW}});
}

/* How a date is written in each form, and how it is read. The third one may have a day of two digits. */
static const char *const forms[FORMS + 1] = {"%a, %d %b %4Y %T GMT", "%A, %d-%b-%y %T GMT", "%a %b %e %T %4Y",
                                             "%a %b %d %T %4Y"};
static const char *const read_forms[FORMS + 1] = {"%a, %d %b %Y %T GMT", "%A, %d-%b-%y %T GMT", "%a %b %e %T %Y",
                                                  "%a %b %d %T %Y"};

static void tell(char *text, size_t size, int form, int64_t seconds) {
  time_t time = seconds;
  struct tm tm;
  ck_assert(gmtime_r(&time, &tm) != NULL);
  ck_assert_uint_gt(strftime(text, size, forms[form], &tm), 0);
}

static int64_t read_date(const char *text, char after) {
  size_t length = strlen(text);
  const char octets[16] = {after, 'G', 'M', 'T', '\n'};
  arena_put(emulation, 0, text, length);
  arena_put(emulation, length, octets, sizeof octets);
  return (int64_t)emulate(emulation, "parse_http_date", (Arguments){{ARENA_ADDRESS, ARENA_ADDRESS + length}}).a[0];
}

/* Seconds from year `first` to 9999: each month's first and last day, and steps that share no factor with a day. */
static int64_t next_second(int64_t seconds) { return seconds + INT64_C(86399) * 13 + 7; }

static int64_t first_second(int year) { return timegm(&(struct tm){.tm_year = year - 1900, .tm_mday = 1}); }

START_TEST(written) {
  begin(_i);
  int64_t after_last = first_second(10000);
  for (int64_t seconds = 0; seconds < after_last;
       seconds = next_second(seconds) + (seconds > first_second(2110)) * 86400 * 97) {
    char expected[64], text[64] = "";
    tell(expected, sizeof expected, 0, seconds);
    Arguments out = emulate(emulation, "append_http_date", (Arguments){{ARENA_ADDRESS, (uint64_t)seconds}});
    ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + strlen(expected));
    arena_get(emulation, 0, text, strlen(expected) + 1);
    ck_assert_str_eq(text, expected);
  }
  emulation_free(emulation);
}
END_TEST

static void check_reading(int form, int64_t seconds) {
  char text[64];
  tell(text, sizeof text, form, seconds);
  int64_t got = read_date(text, seconds % 2 ? '\r' : ' ');
  ck_assert_msg(got == seconds, "\"%s\" is %" PRId64 ", expected %" PRId64, text, got, seconds);
}

START_TEST(read_back) {
  begin(_i);
  for (int form = 0; form < FORMS; form++) {
    /* two digits are a year of the fifty to come, this one, or the forty-nine before */
    int first = form == 1 ? NOW_YEAR - 49 : 1000, after_last = form == 1 ? NOW_YEAR + 51 : 10000;
    int64_t end = first_second(after_last);
    for (int64_t seconds = first_second(first); seconds < end;
         seconds = next_second(seconds) + (form != 1) * 86400 * 331)
      check_reading(form, seconds);
    check_reading(form, end - 1);
    for (int year = 1890; year <= 2110; year++)
      for (int month = 0; month < 12 && year >= first && year < after_last; month++)
        check_reading(form, timegm(&(struct tm){.tm_year = year - 1900, .tm_mon = month, .tm_mday = 1}) - (month > 0));
  }
  emulation_free(emulation);
}
END_TEST

/* What the C library reads in `text` by a form, if that form writes it so too; else NO_DATE. Any day of the week will
 * do. */
static int64_t reference_of(const char *text, int form) {
  char again[64];
  struct tm tm = {.tm_mday = 0}, day;
  const char *end = strptime(text, read_forms[form], &tm);
  if (!end || *end || tm.tm_sec > 60)
    return NO_DATE;
  if (form == 1) {
    int last = NOW_YEAR + 50 - 1900, digits = (tm.tm_year % 100 + 100) % 100;
    tm.tm_year = last - (last - digits) % 100;
  }
  if (strftime(again, sizeof again, forms[form], &tm) == 0 || strcmp(again, text) != 0)
    return NO_DATE;
  day = tm;
  day.tm_sec = 0;
  timegm(&day);
  return day.tm_mday == tm.tm_mday ? timegm(&tm) : NO_DATE;
}

static int64_t reference(const char *text) {
  int64_t found = NO_DATE;
  for (int form = 0; form <= FORMS && found == NO_DATE; form++)
    found = reference_of(text, form);
  return found;
}

static void check_text(const char *text) {
  int64_t expected = reference(text), got = read_date(text, '\n');
  ck_assert_msg(got == expected, "\"%s\" is %" PRId64 ", expected %" PRId64, text, got, expected);
}

START_TEST(one_octet_other) {
  static const int64_t dates[] = {784111777, 951782400 /* 29 February */, 1767225599 /* the end of a year */};
  begin(_i);
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
    for (int form = 0; form < FORMS; form++) {
      char text[64];
      tell(text, sizeof text, form, dates[i]);
      for (size_t at = 0; at < strlen(text); at++) {
        char kept = text[at];
        for (int octet = 1; octet < 256; octet++) {
          text[at] = (char)octet;
          check_text(text);
        }
        text[at] = kept;
      }
      for (size_t cut = strlen(text); cut-- > 0;) {
        text[cut] = 0;
        check_text(text);
      }
    }
  emulation_free(emulation);
}
END_TEST

START_TEST(odd_ones) {
  static const char *const texts[] = {"Sun, 06 Nov 1994 08:49:60 GMT",
                                      "Sun, 06 Nov 1994 23:59:61 GMT",
                                      "Sun, 31 Nov 1994 08:49:37 GMT",
                                      "Sun, 29 Feb 1900 08:49:37 GMT",
                                      "Sun, 29 Feb 2000 08:49:37 GMT",
                                      "Sun, 00 Nov 1994 08:49:37 GMT",
                                      "Sun, 01 Jan 1000 00:00:00 GMT",
                                      "Sun, 31 Dec 9999 23:59:60 GMT",
                                      "Sunday, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06-Nov-94 08:49:37 GMT",
                                      "Sunday, 06-Nov-1994 08:49:37 GMT",
                                      "Sunday Nov  6 08:49:37 1994",
                                      "Sun Nov 6 08:49:37 1994",
                                      "Sun Nov 06 08:49:37 1994 GMT",
                                      "Sun Nov  0 08:49:37 1994",
                                      "sun, 06 nov 1994 08:49:37 gmt",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 08:49:37 GMTS",
                                      "Sun, 06 Nov 199408:49:37 GMT",
                                      "Sun, 06Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov1994 08:49:37 GMT",
                                      "Sund, 06 Nov 1994 08:49:37 GMT",
                                      "Sunday, 31-Dec-76 08:49:37 GMT",
                                      "Sunday, 31-Dec-77 08:49:37 GMT",
                                      "",
                                      "784111777",
                                      "0",
                                      "\"tag\"",
                                      "*"};
  begin(_i);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    check_text(texts[i]);
  ck_assert_int_eq(read_date("Sun, 01 Jan 0000 00:00:00 GMT", '\r'), -INT64_C(62167219200));
  emulation_free(emulation);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http dates");
  const struct {
    const char *name;
    const TTest *test;
  } tests[] = {{"written", written}, {"read", read_back}, {"one octet", one_octet_other}, {"odd ones", odd_ones}};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    TCase *tcase = tcase_create(tests[i].name);
    tcase_add_loop_test(tcase, tests[i].test, 0, ISA_COUNT);
    tcase_set_timeout(tcase, 0);
    suite_add_tcase(suite, tcase);
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
