/* The Markdown oracle and the published examples: the version, and the way back from HTML to a block. */
/* reads: nothing */
#include "oracles/markdown.h"
#include "oracles/spec.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(the_linked_libcmark_is_the_oracle) { ck_assert_str_eq(markdown_oracle_version(), MARKDOWN_ORACLE_VERSION); }
END_TEST

START_TEST(safe_and_unsafe_differ_in_raw_html_alone) {
  size_t len = 0;
  char *safe = markdown_oracle_render("<b>x</b>", 8, false, &len);
  ck_assert_str_eq(safe, "<p><!-- raw HTML omitted -->x<!-- raw HTML omitted --></p>\n");
  ck_assert_uint_eq(len, strlen(safe));
  char *unsafe = markdown_oracle_render("<b>x</b>", 8, true, &len);
  ck_assert_str_eq(unsafe, "<p><b>x</b></p>\n");
  free(safe);
  free(unsafe);
}
END_TEST

/* What each word of markdown_oracle_words does to one document. */
static const struct {
  const char *word, *html;
} options[] = {
    {"unsafe", "<p>&quot;a&quot;\n<b>\xff</p>\n"},
    {"sourcepos", "<p data-sourcepos=\"1:1-2:4\">&quot;a&quot;\n<!-- raw HTML omitted -->\xff</p>\n"},
    {"hardbreaks", "<p>&quot;a&quot;<br />\n<!-- raw HTML omitted -->\xff</p>\n"},
    {"nobreaks", "<p>&quot;a&quot; <!-- raw HTML omitted -->\xff</p>\n"},
    {"smart", "<p>\u201ca\u201d\n<!-- raw HTML omitted -->\xff</p>\n"},
    {"validate-utf8", "<p>&quot;a&quot;\n<!-- raw HTML omitted -->\xef\xbf\xbd</p>\n"},
};
enum { OPTIONS = sizeof options / sizeof *options };

START_TEST(each_option_is_that_of_its_word) {
  size_t len = 0;
  ck_assert_ptr_null(markdown_oracle_words[OPTIONS]);
  ck_assert_str_eq(markdown_oracle_words[_i], options[_i].word);
  char *html = markdown_oracle_render("\"a\"\n<b>\xff", 8, 1U << _i, &len);
  ck_assert_str_eq(html, options[_i].html);
  free(html);
}
END_TEST

START_TEST(a_byte_is_located_in_html_that_has_positions) {
  static const char text[] = "# h\n\ntext\n";
  size_t len = 0;
  struct markdown_block block;
  char *html = markdown_oracle_render(text, sizeof text - 1, MARKDOWN_ORACLE_SOURCEPOS, &len);
  const char *mark = strstr(html, "text");
  ck_assert_ptr_nonnull(mark);
  ck_assert(markdown_oracle_locate(text, sizeof text - 1, MARKDOWN_ORACLE_SOURCEPOS, (size_t)(mark - html), &block));
  ck_assert_str_eq(block.type, "paragraph");
  mark = strstr(html, "<h1");
  ck_assert(markdown_oracle_locate(text, sizeof text - 1, MARKDOWN_ORACLE_SOURCEPOS, (size_t)(mark - html), &block));
  ck_assert_str_eq(block.type, "heading");
  free(html);
}
END_TEST

/* MARK stands in the HTML; the block it came from is TYPE, lines FIRST to LAST. */
static const struct {
  const char *markdown;
  bool unsafe;
  const char *mark;
  const char *type;
  int first, last;
} places[] = {
    {"a\n\nb c\nd\n\ne\n", false, "c\nd", "paragraph", 3, 4},
    {"# h\n\ntext\n", false, "<h1>", "heading", 1, 1},
    {"# h\n\ntext\n", false, "<p>", "paragraph", 3, 3},
    {"> q\n>\n> - one\n> - two\n", false, "two", "paragraph", 4, 4},
    {"> q\n>\n> - one\n> - two\n", false, "<ul>", "list", 3, 4},
    {"- a\n\n- b\n", false, "b", "paragraph", 3, 3},
    {"x\n\n```c\ncode\n```\n", false, "code\n", "code_block", 3, 5},
    {"x\n\n---\n\ny\n", false, "<hr", "thematic_break", 3, 3},
    {"x\n\n<div>\nraw\n</div>\n\ny\n", true, "raw", "html_block", 3, 5},
    {"x\n\n<div>\nraw\n</div>\n\ny\n", false, "omitted", "html_block", 3, 5},
    {"x\n\n<p data-sourcepos=\"9:9-9:9\">raw</p>\n\ny\n", true, "y", "paragraph", 5, 5},
    {"1. a\n2. b\n\n   c\n", false, "c</p>", "paragraph", 4, 4},
    {"9. ok\n", false, "9\"", "list", 1, 1},
    {"9. ok\n", false, "<li>", "item", 1, 1},
    {"9. ok\n", false, "ok", "paragraph", 1, 1},
    {"- # h\n", false, "<ul>", "list", 1, 1},
};

START_TEST(a_byte_of_html_leads_back_to_its_block) {
  struct markdown_block block;
  size_t len = 0;
  size_t input_len = strlen(places[_i].markdown);
  char *html = markdown_oracle_render(places[_i].markdown, input_len, places[_i].unsafe, &len);
  const char *mark = strstr(html, places[_i].mark);
  ck_assert_ptr_nonnull(mark);
  ck_assert(markdown_oracle_locate(places[_i].markdown, input_len, places[_i].unsafe, (size_t)(mark - html), &block));
  ck_assert_str_eq(block.type, places[_i].type);
  ck_assert_int_eq(block.first_line, places[_i].first);
  ck_assert_int_eq(block.last_line, places[_i].last);
  free(html);
}
END_TEST

START_TEST(an_empty_document_has_no_block) {
  struct markdown_block block;
  ck_assert(!markdown_oracle_locate("", 0, false, 0, &block));
}
END_TEST

START_TEST(the_published_examples_are_the_oracles) {
  struct spec spec;
  char why[256];
  ck_assert_msg(spec_read("/usr/share/gocode/src/github.com/yuin/goldmark/_test/spec.json", &spec, why, sizeof why),
                "%s", why);
  ck_assert_uint_eq(spec.count, 652);
  for (size_t i = 0; i < spec.count; i++) {
    const struct spec_example *example = &spec.examples[i];
    size_t len = 0;
    char *html = markdown_oracle_render(example->markdown, example->markdown_len, true, &len);
    ck_assert_msg(len == example->html_len && memcmp(html, example->html, len) == 0, "example %d", example->number);
    free(html);
  }
  spec_free(&spec);
}
END_TEST

/* Writes TEXT to a file whose name ends in SUFFIX and reads it as a specification. */
static bool read_text(const char *text, const char *suffix, struct spec *spec, char *why, size_t why_size) {
  char path[64];
  snprintf(path, sizeof path, "/tmp/test_spec-XXXXXX%s", suffix);
  int fd = mkstemps(path, (int)strlen(suffix));
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  close(fd);
  bool good = spec_read(path, spec, why, why_size);
  unlink(path);
  return good;
}

#define FENCE "````````````````````````````````"

START_TEST(the_text_of_a_specification_is_read) {
  struct spec spec;
  char why[256];
  ck_assert_msg(read_text("# Tabs\n\n" FENCE " example\n\xE2\x86\x92"
                          "a\n.\n<pre>a\n</pre>\n" FENCE "\n\n## Empty\n" FENCE " example\n.\n" FENCE "\n",
                          ".txt", &spec, why, sizeof why),
                "%s", why);
  ck_assert_uint_eq(spec.count, 2);
  ck_assert_str_eq(spec.examples[0].markdown, "\ta\n");
  ck_assert_str_eq(spec.examples[0].html, "<pre>a\n</pre>\n");
  ck_assert_str_eq(spec.examples[0].section, "Tabs");
  ck_assert_str_eq(spec.examples[1].section, "Empty");
  ck_assert_uint_eq(spec.examples[1].html_len, 0);
  spec_free(&spec);
}
END_TEST

START_TEST(what_is_no_specification_is_refused) {
  struct spec spec;
  char why[256];
  ck_assert(!read_text("no examples here\n", ".txt", &spec, why, sizeof why));
  ck_assert_ptr_nonnull(strstr(why, "no examples"));
  ck_assert(!read_text(FENCE " example\na\n", ".txt", &spec, why, sizeof why));
  ck_assert_ptr_nonnull(strstr(why, "has no end"));
  ck_assert(!read_text("{}", ".json", &spec, why, sizeof why));
  ck_assert(!read_text("[{\"markdown\": 1}]", ".json", &spec, why, sizeof why));
  ck_assert(!read_text("[", ".json", &spec, why, sizeof why));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown oracle");
  TCase *tests = tcase_create("markdown oracle");
  tcase_add_test(tests, the_linked_libcmark_is_the_oracle);
  tcase_add_loop_test(tests, each_option_is_that_of_its_word, 0, OPTIONS);
  tcase_add_test(tests, a_byte_is_located_in_html_that_has_positions);
  tcase_add_test(tests, safe_and_unsafe_differ_in_raw_html_alone);
  tcase_add_loop_test(tests, a_byte_of_html_leads_back_to_its_block, 0, sizeof places / sizeof *places);
  tcase_add_test(tests, an_empty_document_has_no_block);
  tcase_add_test(tests, the_published_examples_are_the_oracles);
  tcase_add_test(tests, the_text_of_a_specification_is_read);
  tcase_add_test(tests, what_is_no_specification_is_refused);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
