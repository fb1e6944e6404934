/* Each line of a conversation: what it says, at its limits, and what is none. */
/* reads: nothing */
#include "harness/suite/conversation.h"
#include "harness/suite/suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void parse(const char *text, int octet, struct conversation *talk) {
  struct bytes why = {0};
  ck_assert_msg(conversation_parse(span_text(text), "p", octet, talk, &why), "%s", span_of(&why).data);
  ck_assert_uint_eq(why.len, 0);
}

static void must_be(const struct bytes *bytes, const char *wanted) {
  ck_assert_msg(span_equal(span_of(bytes), span_text(wanted)), "'%s', not '%s'", span_of(bytes).data, wanted);
}

/* What is sent, and what is expected, of one line. */
static const struct {
  const char *line, *sent, *expected;
} lines[] = {
    {"", "", ""},
    {"# > a", "", ""},
    {"> a", "a", ""},
    {">  a ", " a ", ""},
    {"> ", "", ""},
    {"> a\\r\\n\\x41\\\\", "a\r\nA\\", ""},
    {">{0} a", "", ""},
    {">{1} a", "a", ""},
    {">{3} ab", "ababab", ""},
    {">{10} a", "aaaaaaaaaa", ""},
    {"< a", "", "a"},
    {"<{0} a", "", ""},
    {"<{3} a\\n", "", "a\na\na\n"},
    {"<  a", "", " a"},
    {"> a\n> b", "ab", ""},
    {"> a\n\n# c\n< b\n< c", "a", "bc"},
    {"< {dates}", "", "{dates}"},
    {"> {date}", "{date}", ""},
    {"> {octet}", "{octet}", ""},
};

START_TEST(what_is_sent_and_expected) {
  for (int ends = 0; ends < 2; ends++) {
    struct conversation talk;
    char *text = xasprintf("%s%s", lines[_i].line, ends ? "\n" : "");
    parse(text, -1, &talk);
    must_be(&talk.sent, lines[_i].sent);
    must_be(&talk.expected, lines[_i].expected);
    ck_assert_int_eq(talk.document, DOCUMENT_FILE);
    ck_assert_uint_eq(talk.text.len + talk.octets.len + talk.date_count, 0);
    ck_assert(!talk.hold && !talk.shut && !talk.is_dated && talk.slow == 0);
    conversation_free(&talk);
    free(text);
  }
}
END_TEST

START_TEST(an_octet_stands_where_it_is_sent) {
  struct conversation talk;
  parse("> a{octet}b{octet}\n< {octet}\n", 0x41, &talk);
  must_be(&talk.sent, "aAbA");
  must_be(&talk.expected, "{octet}");
  conversation_free(&talk);
  parse("> {octet}\n", 0, &talk);
  ck_assert_uint_eq(talk.sent.len, 1);
  ck_assert_int_eq(talk.sent.data[0], 0);
  conversation_free(&talk);
  parse("> {octet}\n", 0xff, &talk);
  ck_assert_int_eq((unsigned char)talk.sent.data[0], 0xff);
  conversation_free(&talk);
}
END_TEST

START_TEST(what_the_server_finds) {
  struct conversation talk;
  parse("! no-document\n", -1, &talk);
  ck_assert_int_eq(talk.document, DOCUMENT_MISSING);
  conversation_free(&talk);
  parse("! directory", -1, &talk);
  ck_assert_int_eq(talk.document, DOCUMENT_DIRECTORY);
  conversation_free(&talk);
  parse("! hollow 4294967296\n", -1, &talk);
  ck_assert_int_eq(talk.document, DOCUMENT_HOLLOW);
  ck_assert_uint_eq(talk.hollow_size, UINT64_C(4294967296));
  conversation_free(&talk);
  parse("! hollow 0\n", -1, &talk);
  ck_assert_int_eq(talk.document, DOCUMENT_HOLLOW);
  conversation_free(&talk);
  parse("! document a\\n\n! document{3} b\n", -1, &talk);
  ck_assert_int_eq(talk.document, DOCUMENT_FILE);
  must_be(&talk.text, "a\nbbb");
  conversation_free(&talk);
  parse("! octets a\\x00b\n", -1, &talk);
  ck_assert_uint_eq(talk.octets.len, 3);
  conversation_free(&talk);
}
END_TEST

START_TEST(what_the_client_does) {
  struct conversation talk;
  parse("! hold\n", -1, &talk);
  ck_assert(talk.hold && !talk.shut);
  conversation_free(&talk);
  parse("! shut\n", -1, &talk);
  ck_assert(talk.shut && !talk.hold);
  conversation_free(&talk);
  parse("! slow 0.5\n", -1, &talk);
  ck_assert(talk.slow == 0.5);
  conversation_free(&talk);
  parse("! slow 86399.5\n! modified 315359999999\n", -1, &talk);
  ck_assert(talk.slow == 86399.5);
  ck_assert(talk.is_dated && talk.modified == 315359999999);
  conversation_free(&talk);
  parse("! modified -315359999999\n", -1, &talk);
  ck_assert(talk.is_dated && talk.modified == -315359999999);
  conversation_free(&talk);
  parse("! modified 0\n", -1, &talk);
  ck_assert(talk.is_dated && talk.modified == 0);
  conversation_free(&talk);
}
END_TEST

static const char *const wrong[] = {
    "a",
    " > a",
    "! ",
    "!hold",
    "! hold ",
    "! Hold",
    "! slow",
    "! slow ",
    "! slow 0",
    "! slow -1",
    "! slow 86400",
    "! slow 1s",
    "! slow nan",
    "! hollow",
    "! hollow ",
    "! hollow -1",
    "! hollow 1k",
    "! hollow  1",
    "! document",
    "! documents a",
    "! document{",
    "! document{2} \\q",
    "! document{2}a",
    "! document\\q",
    "! octets",
    "! octets \\q",
    "! shut it",
    "! directory a",
    "! no-document a",
    "! modified 315360000000",
    "! modified -315360000000",
    "! modified x",
    ">a",
    ">{2}a",
    ">{} a",
    ">{a} a",
    ">{2 a",
    ">{-1} a",
    ">{+1} a",
    ">{ 1} a",
    "> \\q",
    "<{ 1} a",
    "<{2} \\q",
    "!",
    "<",
    ">",
};

START_TEST(what_is_no_line) {
  struct conversation talk;
  struct bytes why = {0};
  char *text = xasprintf("# first\n%s\n", wrong[_i]);
  char *wanted = xasprintf("path/p:2: '%s' is no line of a conversation; ", wrong[_i]);
  ck_assert_msg(!conversation_parse(span_text(text), "path/p", -1, &talk, &why), "%s", wrong[_i]);
  ck_assert_msg(strncmp(span_of(&why).data, wanted, strlen(wanted)) == 0, "%s", why.data);
  free(wanted);
  free(text);
  bytes_free(&why);
}
END_TEST

START_TEST(dates_as_http_writes_them) {
  static const struct {
    const char *text;
    bool is_date;
  } rows[] = {{"Sun, 06 Nov 1994 08:49:37 GMT", true},  {"Sun, 06 Nov 1994 08:49:37 GMTx", true},
              {"Sun, 06 Nov 1994 08:49:37 GM", false},  {"", false},
              {"Sun, 06 Nov 1994 08:49:37 GMX", false}, {"Thu, 01 Jan 1970 00:00:00 GMT", true},
              {"Wed, 31 Dec 1969 23:59:58 GMT", true},  {"Sun, 6 Nov 1994 08:49:37 GMT ", false},
              {"Mon, 06 Nov 1994 08:49:37 GMT", false}, {"Thu, 29 Feb 1996 00:00:00 GMT", true},
              {"Wed, 29 Feb 1995 00:00:00 GMT", false}, {"Sun, 06 nov 1994 08:49:37 GMT", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(conversation_has_date(span_text(rows[i].text)) == rows[i].is_date, "%s", rows[i].text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("conversation_lines");
  TCase *tests = tcase_create("conversation_lines");
  tcase_add_loop_test(tests, what_is_sent_and_expected, 0, sizeof lines / sizeof *lines);
  tcase_add_test(tests, an_octet_stands_where_it_is_sent);
  tcase_add_test(tests, what_the_server_finds);
  tcase_add_test(tests, what_the_client_does);
  tcase_add_loop_test(tests, what_is_no_line, 0, sizeof wrong / sizeof *wrong);
  tcase_add_test(tests, dates_as_http_writes_them);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
