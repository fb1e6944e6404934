/* Comparison: the first byte that differs, in the first part that does. */
/* reads: nothing */
#include "harness/suite/conversation.h"
#include "harness/suite/random_markdown.h"
#include "harness/verdict/compare.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define GOOD "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmore"

static const struct {
  const char *received;
  enum part part;
  size_t offset;
  const char *detail;
} answers[] = {
    {GOOD, PART_NONE, 0, NULL},
    {"", PART_STATUS, 0, "status line ends at byte 0; 17 more were expected"},
    {"HTTP/1.1 200 Ok\r\nA: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmore", PART_STATUS, 14,
     "status line byte 14 is 0x6b, expected 0x4b"},
    {"HTTP/1.1 200 OK\nA: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmore", PART_STATUS, 15,
     "status line byte 15 is 0x0a, expected 0x0d"},
    {"HTTP/1.1 200 OK\r\nA: 2\r\nB: 2\r\n\r\nbody\r\n\r\nmore", PART_HEADERS, 3,
     "headers byte 3 is 0x32, expected 0x31"},
    {"HTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody\r\n\r\nmore", PART_HEADERS, 6, "headers byte 6 is 0x0d, expected 0x42"},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\nbody\r\n\r\nmore", PART_HEADERS, 12,
     "headers byte 12 is 0x43, expected 0x0d"},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmorf", PART_BODY, 11, "body byte 11 is 0x66, expected 0x65"},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmor", PART_BODY, 11,
     "body ends at byte 11; 1 more were expected"},
    {GOOD "!", PART_BODY, 12, "body goes on at byte 12, where its end was expected; 1 more came"},
};

START_TEST(the_first_difference_of_a_response_is_found) {
  struct result result = {0};
  compare_responses(&result, span_text(GOOD), span_text(answers[_i].received));
  ck_assert_int_eq(result.part, answers[_i].part);
  ck_assert_uint_eq(result.offset, answers[_i].offset);
  ck_assert_int_eq(result.verdict, answers[_i].part == PART_NONE ? NOT_RUN : DIVERGED);
  if (answers[_i].detail)
    ck_assert_str_eq(result.detail.data, answers[_i].detail);
  result_free(&result);
}
END_TEST

/* Both sides are kept, in the place of what was kept before; of one that is much longer, 16 KiB beyond the other. */
START_TEST(both_sides_are_kept) {
  enum { BEYOND = 16 << 10, LONG = 20000 };
  static char text[LONG];
  memset(text, 'x', sizeof text);
  for (size_t len = 3 + BEYOND - 1; len <= 3 + BEYOND + 1; len++)
    for (int turned = 0; turned < 2; turned++) {
      struct result result = {0};
      struct span shorter = {"xxy", 3};
      struct span longer = {text, len};
      size_t wanted = len < 3 + BEYOND ? len : 3 + BEYOND;
      bytes_text(&result.expected, "before");
      bytes_text(&result.actual, "before");
      ck_assert(!compare_part(&result, PART_BODY, turned ? longer : shorter, turned ? shorter : longer));
      ck_assert_uint_eq(result.offset, 2);
      ck_assert_int_eq(result.verdict, DIVERGED);
      ck_assert(span_equal(span_of(turned ? &result.actual : &result.expected), shorter));
      ck_assert(span_equal(span_of(turned ? &result.expected : &result.actual), (struct span){text, wanted}));
      result_free(&result);
    }
}
END_TEST

/* What failed already is not explained by another part. */
START_TEST(a_failure_stays_what_it_is) {
  struct result result = {.verdict = CRASHED};
  ck_assert(!compare_part(&result, PART_STDOUT, span_text("a"), span_text("b")));
  ck_assert_int_eq(result.verdict, CRASHED);
  ck_assert_int_eq(result.part, PART_NONE);
  ck_assert_uint_eq(result.actual.len, 0);
  ck_assert(compare_part(&result, PART_STDOUT, span_text("a"), span_text("a")));
}
END_TEST

#define MEASURED "HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 4\r\n\r\nbody"

static const struct {
  const char *received;
  enum part part;
  size_t offset;
} lengths[] = {
    {MEASURED, PART_NONE, 0},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 5\r\n\r\nboddy", PART_BODY, 3},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 3\r\n\r\nbod", PART_BODY, 3},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 5\r\n\r\nbody", PART_HEADERS, 22},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 4\r\n\r\nboddy", PART_BODY, 3},
    {"HTTP/1.1 200 OK\r\nA: 2\r\nContent-Length: 5\r\n\r\nboddy", PART_HEADERS, 3},
    {"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 05\r\n\r\nboddy", PART_HEADERS, 22},
};

START_TEST(a_length_that_follows_from_a_wrong_body_is_not_the_fault) {
  struct result result = {0};
  compare_responses(&result, span_text(MEASURED), span_text(lengths[_i].received));
  ck_assert_int_eq(result.part, lengths[_i].part);
  ck_assert_uint_eq(result.offset, lengths[_i].offset);
  result_free(&result);
}
END_TEST

START_TEST(every_single_flipped_byte_is_found_where_it_is) {
  char text[256];
  char other[256];
  for (int i = 0; i < 256; i++)
    text[i] = (char)i;
  for (size_t at = 0; at < sizeof text; at++) {
    memcpy(other, text, sizeof text);
    other[at] ^= 0x20;
    ck_assert_uint_eq(first_difference((struct span){text, 256}, (struct span){other, 256}), at);
    ck_assert_uint_eq(first_difference((struct span){text, 256}, (struct span){text, at}), at);
    ck_assert_uint_eq(first_difference((struct span){text, at}, (struct span){text, 256}), at);
  }
  ck_assert_uint_eq(first_difference((struct span){text, 256}, (struct span){text, 256}), SIZE_MAX);
}
END_TEST

START_TEST(a_run_is_its_stdout_and_its_exit_status) {
  struct result result = {0};
  compare_run(&result, PART_STDOUT, span_text("a"), span_text("a"), 3, 3);
  ck_assert_int_eq(result.verdict, NOT_RUN);
  compare_run(&result, PART_STDOUT, span_text("a"), span_text("a"), 3, 4);
  ck_assert_int_eq(result.part, PART_EXIT);
  ck_assert_str_eq(result.detail.data, "exit status is 4, expected 3");
  result_free(&result);
}
END_TEST

START_TEST(a_signature_tells_failures_apart) {
  struct result a = {.verdict = DIVERGED, .part = PART_BODY, .offset = 3};
  struct result b = {.verdict = DIVERGED, .part = PART_BODY, .offset = 3};
  bytes_text(&a.actual, "one");
  bytes_text(&b.actual, "two");
  char *first = result_signature(&a);
  char *second = result_signature(&b);
  ck_assert_str_ne(first, second);
  ck_assert_int_eq(strncmp(first, "body@3:", 7), 0);
  free(first);
  free(second);
  result_free(&a);
  result_free(&b);
}
END_TEST

START_TEST(a_conversation_is_read) {
  static const char text[] = "# why\n! hold\n! shut\n! document # hi\\n\n> GET /\n>{3} ab\n> \\r\\n\n< \\x41\\0\n<  B";
  struct conversation talk;
  struct bytes why = {0};
  ck_assert_msg(conversation_parse(span_text(text), "f", -1, &talk, &why), "%s", span_of(&why).data);
  ck_assert(talk.hold && talk.shut && talk.document == DOCUMENT_FILE);
  ck_assert_str_eq(talk.text.data, "# hi\n");
  ck_assert_str_eq(talk.sent.data, "GET /ababab\r\n");
  ck_assert(span_equal(span_of(&talk.expected), (struct span){"A\0 B", 4}));
  conversation_free(&talk);
  ck_assert(conversation_parse(span_text("! octets a\\x5c\n>{2} {octet}-{octet}\\n"), "f", '\\', &talk, &why));
  ck_assert_str_eq(talk.octets.data, "a\\");
  ck_assert_str_eq(talk.sent.data, "\\-\\\n\\-\\\n");
  conversation_free(&talk);
}
END_TEST

START_TEST(what_is_no_line_of_a_conversation_is_refused) {
  static const char *const wrong[] = {"x", ">x", ">{a} x", ">{2 x", "> \\q", "! sleep", "! hollow x", "<x", "!hold"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct conversation talk;
    struct bytes why = {0};
    char *text = xasprintf("# one\n%s\n", wrong[i]);
    ck_assert_msg(!conversation_parse(span_text(text), "f", -1, &talk, &why), "%s was taken", wrong[i]);
    ck_assert_msg(strncmp(why.data, "f:2: ", 5) == 0, "%s", why.data);
    bytes_free(&why);
    free(text);
  }
}
END_TEST

START_TEST(a_random_document_depends_on_seed_and_index_alone) {
  struct bytes first = {0};
  struct bytes again = {0};
  size_t equal = 0;
  for (uint64_t i = 0; i < 200; i++) {
    bytes_clear(&first);
    bytes_clear(&again);
    random_markdown(5, i, &first);
    random_markdown(5, i, &again);
    ck_assert(span_equal(span_of(&first), span_of(&again)));
    bytes_clear(&again);
    random_markdown(6, i, &again);
    equal += span_equal(span_of(&first), span_of(&again));
  }
  ck_assert_uint_lt(equal, 5);
  bytes_free(&first);
  bytes_free(&again);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("compare");
  TCase *tests = tcase_create("compare");
  tcase_add_test(tests, both_sides_are_kept);
  tcase_add_test(tests, a_failure_stays_what_it_is);
  tcase_add_loop_test(tests, the_first_difference_of_a_response_is_found, 0, sizeof answers / sizeof *answers);
  tcase_add_test(tests, every_single_flipped_byte_is_found_where_it_is);
  tcase_add_loop_test(tests, a_length_that_follows_from_a_wrong_body_is_not_the_fault, 0,
                      sizeof lengths / sizeof *lengths);
  tcase_add_test(tests, a_run_is_its_stdout_and_its_exit_status);
  tcase_add_test(tests, a_signature_tells_failures_apart);
  tcase_add_test(tests, a_conversation_is_read);
  tcase_add_test(tests, what_is_no_line_of_a_conversation_is_refused);
  tcase_add_test(tests, a_random_document_depends_on_seed_and_index_alone);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
