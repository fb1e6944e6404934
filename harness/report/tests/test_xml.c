/* The XML writer: libxml2 reads back what was written, whatever bytes were given. */
/* reads: nothing */
#include "harness/report/xml.h"

#include <check.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static struct bytes write_element(const char *attribute, struct span text) {
  struct bytes out = {0};
  struct xml xml = {.out = &out};
  xml_open(&xml, "root");
  xml_open(&xml, "element");
  xml_attribute(&xml, "value", attribute);
  xml_text(&xml, text);
  xml_close(&xml);
  xml_open(&xml, "empty");
  xml_attribute_format(&xml, "count", "%d<", 7);
  xml_close(&xml);
  xml_close(&xml);
  return out;
}

static xmlDocPtr read_document(const struct bytes *text) {
  xmlDocPtr document = xmlReadMemory(text->data, (int)text->len, "test", NULL, XML_PARSE_NONET);
  ck_assert_msg(document, "libxml2 does not read: %s", text->data);
  return document;
}

START_TEST(a_document_has_a_line_for_each_element) {
  struct bytes out = write_element("1", span_text("text"));
  ck_assert_str_eq(out.data,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root>\n <element value=\"1\">text</element>\n"
                   " <empty count=\"7&lt;\"/>\n</root>\n");
  bytes_free(&out);
}
END_TEST

/* What TEXT is read back as, from an attribute and from an element. */
static void expect_back(struct span text, const char *expected) {
  char *attribute = strndup(text.data, text.len);
  ck_assert_ptr_nonnull(attribute);
  struct bytes out = write_element(attribute, text);
  xmlDocPtr document = read_document(&out);
  xmlNodePtr element = xmlFirstElementChild(xmlDocGetRootElement(document));
  xmlChar *value = xmlGetProp(element, (const xmlChar *)"value");
  xmlChar *content = xmlNodeGetContent(element);
  ck_assert_str_eq((const char *)content, expected);
  if (!memchr(text.data, 0, text.len))
    ck_assert_str_eq((const char *)value, expected);
  xmlFree(value);
  xmlFree(content);
  xmlFreeDoc(document);
  bytes_free(&out);
  free(attribute);
}

START_TEST(characters_are_read_back_as_they_were) {
  const char *const texts[] = {"",
                               "plain",
                               "<a href=\"x\">&amp;</a> ]]>",
                               "'\"'",
                               "one\ntwo\r\nthree\rfour\tfive",
                               "  blanks  ",
                               "\x7F",
                               "\xC2\x80",
                               "gr\xC3\xBC\xC3\x9F",
                               "\xF0\x9F\x98\x80",
                               "\xEF\xBF\xBD"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    expect_back(span_text(texts[i]), texts[i]);
}
END_TEST

START_TEST(what_is_no_character_can_be_read) {
  const struct {
    struct span text;
    const char *expected;
  } rows[] = {
      {{"a\0b", 3}, "a\\x00b"},
      {{"\x01\x1B[0m", 5}, "\\x01\\x1B[0m"},
      {{"\xFF\xFE", 2}, "\\xFF\\xFE"},
      {{"\xC3", 1}, "\\xC3"},
      {{"\xC0\xAF", 2}, "\\xC0\\xAF"},          /* overlong */
      {{"\xED\xA0\x80", 3}, "\\xED\\xA0\\x80"}, /* a surrogate */
      {{"\xEF\xBF\xBE\xEF\xBF\xBF", 6}, "\\xEF\\xBF\\xBE\\xEF\\xBF\\xBF"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    expect_back(rows[i].text, rows[i].expected);
}
END_TEST

START_TEST(each_pair_of_bytes_makes_a_document) {
  for (unsigned pair = 0; pair < 0x10000; pair += 7) {
    const char text[] = {(char)(pair >> 8), (char)pair, '<'};
    struct bytes out = write_element("", (struct span){text, sizeof text});
    xmlFreeDoc(read_document(&out));
    bytes_free(&out);
  }
}
END_TEST

/* A mistake of who writes ends it, instead of a document that nobody can read. */
START_TEST(what_cannot_be_written_is_not) {
  struct bytes out = {0};
  struct xml xml = {.out = &out};
  for (int depth = 0; depth < (_i < 3 ? 0 : _i == 3 ? XML_DEEPEST : 1); depth++)
    xml_open(&xml, "element");
  if (_i == 0)
    xml_close(&xml);
  if (_i == 1)
    xml_text(&xml, span_text("text"));
  if (_i == 2)
    xml_attribute(&xml, "name", "value");
  if (_i == 3)
    xml_open(&xml, "deeper");
  if (_i < 4)
    return;
  xml_text(&xml, span_text("text"));
  if (_i == 4)
    xml_attribute(&xml, "name", "value");
  if (_i == 5)
    xml_open(&xml, "element");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("xml");
  TCase *tests = tcase_create("xml");
  tcase_add_test(tests, a_document_has_a_line_for_each_element);
  tcase_add_test(tests, characters_are_read_back_as_they_were);
  tcase_add_test(tests, what_is_no_character_can_be_read);
  tcase_add_test(tests, each_pair_of_bytes_makes_a_document);
  tcase_add_loop_test_raise_signal(tests, what_cannot_be_written_is_not, SIGABRT, 0, 6);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
