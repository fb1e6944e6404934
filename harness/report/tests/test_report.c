/* Reports: whatever bytes a program gave, each format stays what it is and loses nothing. */
/* reads: fixtures/schemas */
#include "harness/report/report.h"
#include "harness/suite/suite.h"

#include "harness/tests/json_schema.h"
#include "harness/verdict/fault.h"

#include <check.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct session_options options = {.command = "build/bytegate", .suites_folder = "fixtures/suites", .repeat = 1};
static struct program program = {.name = (char *)"p", .oracle = ORACLE_CMARK};
static struct target target = {.program = &program, .label = (char *)"p_x64", .where = "x64-native"};
static struct suite suite = {.name = (char *)"s", .path = (char *)"fixtures/suites/s.ini"};
static struct test_case cases[4] = {{.id = (char *)"c/good"},
                                    {.id = (char *)"c/it's <&> # bad"},
                                    {.id = (char *)"c/crash"},
                                    {.id = (char *)"c/beyond"}};
static struct result results[4]; /* and one more than the session has */
static struct session session = {.options = &options, .results = results, .result_count = 3, .selected = 3};

static void find_faults(void) {
  free(session.faults);
  session.fault_count = faults_find(results, session.result_count, &session.faults);
}

/* One equal case, one divergence with every byte in it, and one crash whose words are hostile to each format. */
static void set_up(void) {
  for (int i = 0; i < 3; i++)
    results[i] = (struct result){.suite = &suite, .target = &target, .test_case = &cases[i], .verdict = EQUAL};
  struct result *bad = &results[1];
  bad->verdict = NOT_RUN;
  for (int i = 0; i < 256; i++) {
    bytes_append(&bad->expected, &(char){(char)i}, 1);
    bytes_append(&bad->actual, &(char){(char)(i == 200 ? 0 : i)}, 1);
  }
  bad->part = PART_BODY;
  bad->offset = 200;
  result_set(bad, DIVERGED, "body byte 200 is 0x00, expected 0xc8");
  results[2].verdict = NOT_RUN;
  result_set(&results[2], CRASHED, "said \\x1B[31m <]]> %% # \"");
  bytes_append(&results[2].errors, "\x1B[31m\0\xFF]]>\n", 11);
  bytes_text(&results[2].where, "crashed   at \"x\"\n");
  find_faults();
}

static void tear_down(void) {
  for (int i = 0; i < 3; i++)
    result_free(&results[i]);
  free(session.faults);
  session.faults = NULL;
}

static struct bytes made(const struct report_format *format) {
  struct bytes text = {0};
  format->make(&session, &text);
  return text;
}

static void no_controls(const struct bytes *text) {
  for (size_t i = 0; i < text->len; i++)
    ck_assert_msg((unsigned char)text->data[i] >= 0x20 || text->data[i] == '\n', "control byte %02x at %zu",
                  (unsigned char)text->data[i], i);
}

static json_t *load_schema(const char *path) {
  json_error_t error;
  json_t *schema = json_load_file(path, 0, &error);
  ck_assert_msg(schema != NULL, "%s:%d: %s (the tests run in the top folder)", path, error.line, error.text);
  return schema;
}

START_TEST(junit_holds_to_its_schema) {
  struct bytes text = made(&junit_format);
  xmlDocPtr document = xmlReadMemory(text.data, (int)text.len, "junit", NULL, XML_PARSE_NONET);
  xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt("fixtures/schemas/junit.xsd");
  xmlSchemaPtr schema = xmlSchemaParse(parser);
  ck_assert_ptr_nonnull(document);
  ck_assert_ptr_nonnull(schema);
  xmlSchemaValidCtxtPtr validator = xmlSchemaNewValidCtxt(schema);
  ck_assert_int_eq(xmlSchemaValidateDoc(validator, document), 0);
  xmlSchemaFreeValidCtxt(validator);
  xmlSchemaFree(schema);
  xmlSchemaFreeParserCtxt(parser);
  xmlFreeDoc(document);
  bytes_free(&text);
}
END_TEST

START_TEST(sarif_holds_to_its_schema) {
  struct bytes text = made(&sarif_format);
  json_t *root = json_loadb(text.data, text.len, 0, NULL);
  json_t *schema = load_schema("fixtures/schemas/sarif.json");
  ck_assert_ptr_nonnull(root);
  must_hold_to(root, schema);
  no_controls(&text);
  json_decref(schema);
  json_decref(root);
  bytes_free(&text);
}
END_TEST

START_TEST(each_json_line_holds_to_its_schema) {
  struct bytes text = made(&json_lines_format);
  json_t *schema = load_schema("fixtures/schemas/json-lines.json");
  size_t lines = 0;
  for (const char *at = text.data; *at; at += strcspn(at, "\n") + 1, lines++) {
    json_t *object = json_loadb(at, strcspn(at, "\n"), 0, NULL);
    ck_assert_ptr_nonnull(object);
    must_hold_to(object, schema);
    json_decref(object);
  }
  ck_assert_uint_eq(lines, 3);
  json_decref(schema);
  bytes_free(&text);
}
END_TEST

/* Each line between --- and ... is a key with a number, a key with a block, or a line of that block. */
START_TEST(the_diagnostics_of_tap_are_yaml) {
  struct bytes text = made(&tap_format);
  char *rest = text.data;
  bool inside = false;
  bool block = false;
  size_t blocks = 0;
  for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
    if (strcmp(line, "      ---") == 0 || strcmp(line, "      ...") == 0) {
      inside = !inside;
      block = false;
    } else if (inside && strncmp(line, "        ", 8) == 0) {
      ck_assert_msg(block, "no block is open: %s", line);
    } else if (inside) {
      double number;
      block = strcmp(line, "      message: |") == 0 || strcmp(line, "      explanation: |") == 0;
      blocks += block;
      ck_assert_msg(block || sscanf(line, "      duration_ms: %lf", &number) == 1, "no YAML: %s", line);
    }
  }
  ck_assert(!inside);
  ck_assert_uint_eq(blocks, 4);
  bytes_free(&text);
}
END_TEST

START_TEST(junit_is_xml_with_the_right_counts) {
  struct bytes text = made(&junit_format);
  xmlDocPtr document = xmlReadMemory(text.data, (int)text.len, "junit", NULL, XML_PARSE_NONET);
  ck_assert_ptr_nonnull(document);
  xmlNodePtr testsuite = xmlFirstElementChild(xmlDocGetRootElement(document));
  xmlChar *tests = xmlGetProp(testsuite, (const xmlChar *)"tests");
  xmlChar *failures = xmlGetProp(testsuite, (const xmlChar *)"failures");
  ck_assert_str_eq((const char *)tests, "3");
  ck_assert_str_eq((const char *)failures, "2");
  xmlNodePtr bad = xmlNextElementSibling(xmlFirstElementChild(testsuite));
  xmlChar *name = xmlGetProp(bad, (const xmlChar *)"name");
  ck_assert_str_eq((const char *)name, cases[1].id);
  xmlFree(tests);
  xmlFree(failures);
  xmlFree(name);
  xmlFreeDoc(document);
  no_controls(&text);
  bytes_free(&text);
}
END_TEST

START_TEST(json_lines_give_back_every_byte) {
  struct bytes text = made(&json_lines_format);
  struct bytes back = {0};
  const char *line = strchr(text.data, '\n') + 1;
  json_error_t error;
  json_t *object = json_loadb(line, strcspn(line, "\n"), 0, &error);
  ck_assert_msg(object != NULL, "%s", error.text);
  ck_assert(bytes_unescape(&back, json_string_value(json_object_get(object, "actual"))));
  ck_assert(span_equal(span_of(&back), span_of(&results[1].actual)));
  ck_assert_int_eq(json_integer_value(json_object_get(object, "offset")), 200);
  ck_assert_str_eq(json_string_value(json_object_get(object, "verdict")), "DIVERGED");
  ck_assert(json_is_true(json_object_get(object, "failed")));
  json_decref(object);
  bytes_free(&back);
  no_controls(&text);
  bytes_free(&text);
}
END_TEST

/* A case's own file, wherever it stands; or, of a case without one, the suite and the line of its program. */
static const struct {
  const char *file, *uri;
  json_int_t line;
} places[] = {{"fixtures/../fixtures/schemas/sarif.json", "fixtures/schemas/sarif.json", 1},
              {"/etc/passwd", "file:///etc/passwd", 1},
              {NULL, "s%20%C3%BC.ini", 7}};

START_TEST(sarif_names_a_file_and_the_byte) {
  struct program of_line = *target.program;
  of_line.line = 7;
  target.program = &of_line;
  suite.path = (char *)"s \xc3\xbc.ini";
  cases[1].file = (char *)places[_i].file;
  struct bytes text = made(&sarif_format);
  json_t *root = json_loadb(text.data, text.len, 0, NULL);
  ck_assert_ptr_nonnull(root);
  json_t *found = json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results");
  ck_assert_uint_eq(json_array_size(found), 2);
  json_int_t offset = -1;
  json_int_t line = -1;
  const char *uri = NULL;
  ck_assert_int_eq(json_unpack(json_array_get(found, 0), "{s:{s:I}, s:[{s:{s:{s:s}, s:{s:I}}}]}", "properties",
                               "byteOffset", &offset, "locations", "physicalLocation", "artifactLocation", "uri", &uri,
                               "region", "startLine", &line),
                   0);
  ck_assert_int_eq(offset, 200);
  ck_assert_int_eq(line, places[_i].line);
  ck_assert_str_eq(uri, places[_i].uri);
  json_decref(root);
  bytes_free(&text);
}
END_TEST

START_TEST(tap_has_its_plan_and_escapes) {
  struct bytes text = made(&tap_format);
  no_controls(&text);
  ck_assert_int_eq(strncmp(text.data, "TAP version 13\n", 15), 0);
  ck_assert_ptr_nonnull(strstr(text.data, "\n    not ok 1 - c/it's <&> \\# bad p_x64 x64-native\n"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n    1..2\nnot ok 1 - s\n"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n1..1\n"));
  bytes_free(&text);
}
END_TEST

START_TEST(tap_has_a_point_for_each_case_where_it_is_verbose) {
  options.verbose = true;
  struct bytes text = made(&tap_format);
  options.verbose = false;
  ck_assert_ptr_nonnull(strstr(text.data, "\n    ok 1 - c/good p_x64 x64-native\n"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n    not ok 3 - c/crash p_x64 x64-native\n"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n    1..3\nnot ok 1 - s\n"));
  bytes_free(&text);
  results[0].verdict = NOT_RUN;
  results[1].known = KNOWN_AS_IS;
  options.verbose = true;
  text = made(&tap_format);
  options.verbose = false;
  ck_assert_ptr_nonnull(strstr(text.data, "\n    ok 1 - c/good p_x64 x64-native # SKIP not run, "));
  ck_assert_ptr_nonnull(
      strstr(text.data, "\n    not ok 2 - c/it's <&> \\# bad p_x64 x64-native # TODO known divergence\n"));
  bytes_free(&text);
}
END_TEST

/* What stands after the results of a session is not its own. */
START_TEST(no_format_tells_of_more_results_than_there_are) {
  struct result *beyond = &results[3];
  *beyond = (struct result){.suite = &suite, .target = &target, .test_case = &cases[3], .verdict = NOT_RUN};
  if (_i)
    result_set(beyond, HUNG, "did not end");
  for (size_t i = 0; i < REPORT_FORMAT_COUNT; i++) {
    struct bytes text = made(report_formats[i]);
    bytes_text(&text, "");
    ck_assert_msg(!strstr(text.data, "beyond") && !strstr(text.data, "were not run"), "%s:\n%s",
                  report_formats[i]->option, text.data);
    bytes_free(&text);
  }
  result_free(beyond);
}
END_TEST

START_TEST(github_has_one_line_for_each_fault) {
  struct bytes text = made(&github_format);
  size_t lines = 0;
  for (size_t i = 0; i < text.len; i++)
    lines += text.data[i] == '\n';
  ck_assert_uint_eq(lines, 2);
  ck_assert_ptr_nonnull(strstr(text.data, "::error title=bytegate::CRASHED s/c/crash p_x64 x64-native: said"));
  ck_assert_ptr_nonnull(strstr(text.data, "%25 #"));
  bytes_free(&text);
}
END_TEST

/* ---- What fails shows, in every format, and nothing else does ---------------------------------------------------- */

static bool tap_shows(const char *text) {
  for (const char *at = text; at; at = strstr(at + 1, "\nnot ok "))
    if (strncmp(at, "\nnot ok ", 8) == 0)
      return true;
  return false;
}

static bool junit_shows(const struct bytes *text) {
  xmlDocPtr document = xmlReadMemory(text->data, (int)text->len, "junit", NULL, XML_PARSE_NONET);
  size_t shown = 0;
  size_t counted = 0;
  for (xmlNodePtr one = xmlFirstElementChild(xmlDocGetRootElement(document)); one; one = xmlNextElementSibling(one)) {
    xmlChar *failures = xmlGetProp(one, (const xmlChar *)"failures");
    xmlChar *errors = xmlGetProp(one, (const xmlChar *)"errors");
    counted += strtoul((const char *)failures, NULL, 10) + strtoul((const char *)errors, NULL, 10);
    for (xmlNodePtr point = xmlFirstElementChild(one); point; point = xmlNextElementSibling(point)) {
      xmlNodePtr inner = xmlFirstElementChild(point);
      bool is_case = strcmp((const char *)point->name, "testcase") == 0;
      shown += is_case && inner && strcmp((const char *)inner->name, "skipped") != 0;
    }
    xmlFree(failures);
    xmlFree(errors);
  }
  xmlFreeDoc(document);
  ck_assert_uint_eq(shown, counted);
  return shown > 0;
}

static bool json_lines_show(const struct bytes *text, json_t *schema) {
  bool shown = false;
  for (const char *at = text->data; *at; at += strcspn(at, "\n") + 1) {
    json_t *object = json_loadb(at, strcspn(at, "\n"), 0, NULL);
    ck_assert_ptr_nonnull(object);
    must_hold_to(object, schema);
    shown |= json_is_true(json_object_get(object, "failed"));
    json_decref(object);
  }
  return shown;
}

/* What is wrong with the run as a whole is a result of the rule RUN, and then the run did not succeed. */
static bool sarif_shows(const struct bytes *text, json_t *schema) {
  json_t *root = json_loadb(text->data, text->len, 0, NULL);
  must_hold_to(root, schema);
  const json_t *run = json_array_get(json_object_get(root, "runs"), 0);
  const json_t *results = json_object_get(run, "results");
  const json_t *invocation = json_array_get(json_object_get(run, "invocations"), 0);
  bool shown = json_array_size(results) > 0;
  bool whole = true;
  for (size_t i = 0; i < json_array_size(results); i++)
    whole &= strcmp(json_string_value(json_object_get(json_array_get(results, i), "ruleId")), "RUN") != 0;
  ck_assert_int_eq(json_is_true(json_object_get(invocation, "executionSuccessful")), whole);
  json_decref(root);
  return shown;
}

static bool document_shows(const struct bytes *text) {
  json_t *root = json_loadb(text->data, text->len, 0, NULL);
  json_t *schema = load_schema("fixtures/schemas/verify.json");
  must_hold_to(root, schema);
  bool shown = json_is_true(json_object_get(root, "failed"));
  json_decref(schema);
  json_decref(root);
  return shown;
}

static bool page_shows(const char *text) { return strstr(text, "<h1>bytegate: <span class=\"bad\">") != NULL; }

/* The verdict begins a line. */
static bool text_shows(const char *text) {
  static const char *const verdicts[] = {"RED: ", "INTERRUPTED: "};
  bool shown = false;
  for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    for (size_t i = 0; i < 2; i++)
      shown |= strncmp(line, verdicts[i], strlen(verdicts[i])) == 0;
  return shown;
}

/* One kind of run: what became of a case between two that are equal, and of the run. */
struct kind {
  enum verdict verdict;
  enum known known;
  bool untried;
  const char *problem;
  int interrupted;
  bool verbose;
};

static void check_kind(const struct kind *kind, json_t *lines, json_t *sarif) {
  struct session_options own = options;
  struct session one = session;
  own.verbose = kind->verbose;
  one.options = &own;
  one.interrupted = kind->interrupted;
  bytes_text(&one.problems, kind->problem);
  results[1].verdict = kind->verdict;
  results[1].known = kind->known;
  results[1].untried = kind->untried;
  results[2].verdict = EQUAL;
  one.fault_count = faults_find(results, 3, &one.faults);
  bool fails = session_status(&one) != EXIT_EQUAL;
  for (size_t i = 0; i < REPORT_FORMAT_COUNT; i++) {
    const struct report_format *format = report_formats[i];
    struct bytes text = {0};
    format->make(&one, &text);
    bytes_text(&text, "");
    bool shown = format == &tap_format          ? tap_shows(text.data)
                 : format == &junit_format      ? junit_shows(&text)
                 : format == &json_format       ? document_shows(&text)
                 : format == &json_lines_format ? json_lines_show(&text, lines)
                 : format == &sarif_format      ? sarif_shows(&text, sarif)
                 : format == &html_format       ? page_shows(text.data)
                 : format == &github_format ? strncmp(text.data, "::error ", 8) == 0 || strstr(text.data, "\n::error ")
                                            : text_shows(text.data);
    ck_assert_msg(shown == fails, "%s %s: verdict %s, known %d, untried %d, verbose %d, problem '%s', signal %d:\n%s",
                  format->option, shown ? "shows a failure where there is none" : "hides a failure",
                  verdict_name(kind->verdict), kind->known, kind->untried, kind->verbose, kind->problem,
                  kind->interrupted, text.data);
    bytes_free(&text);
  }
  free(one.faults);
  bytes_free(&one.problems);
}

/* Every verdict, known and not, tried and not, with and without a trouble of the run. */
START_TEST(every_format_fails_if_and_only_if_the_gate_does) {
  json_t *lines = load_schema("fixtures/schemas/json-lines.json");
  json_t *sarif = load_schema("fixtures/schemas/sarif.json");
  for (int bits = 0; bits < VERDICTS * 3 * 16; bits++) {
    struct kind kind = {.verdict = (enum verdict)(bits / 48), .known = (enum known)(bits / 16 % 3)};
    kind.untried = bits & 1;
    kind.problem = bits & 2 ? "a stray <&> was left\nand a second one\n" : "";
    kind.interrupted = bits & 4 ? SIGINT : 0;
    kind.verbose = bits & 8;
    bool failed = verdict_is_failure(kind.verdict);
    bool can_be = kind.known == KNOWN_NOT || (kind.known == KNOWN_STALE ? kind.verdict != NOT_RUN : failed);
    if (can_be && (!kind.untried || failed))
      check_kind(&kind, lines, sarif);
  }
  json_decref(lines);
  json_decref(sarif);
}
END_TEST

/* Two results, whose bytes come here from the bytes of the documents A and B. */
static bool alike(const char *a, const char *b, size_t a_offset, size_t b_offset) {
  struct result one = {.verdict = DIVERGED, .part = PART_BODY, .offset = a_offset};
  struct result two = {.verdict = DIVERGED, .part = PART_BODY, .offset = b_offset};
  bytes_text(&one.expected, "same");
  bytes_text(&two.expected, "same");
  bytes_text(&one.actual, a);
  bytes_text(&two.actual, b);
  bool yes = results_alike(&one, &two) && results_alike(&two, &one);
  result_free(&one);
  result_free(&two);
  return yes;
}

START_TEST(what_begins_with_the_same_two_bytes_is_alike) {
  ck_assert(alike("some", "some more", 2, 2));
  ck_assert(!alike("some", "sale", 2, 2));
  ck_assert(!alike("some", "so", 2, 2));
  ck_assert(!alike("same-and", "same and", 4, 4));
  ck_assert(alike("same.", "same.", 4, 4));
}
END_TEST

/* A fault counts what is alike, and shows the smallest document. */
START_TEST(failures_that_are_alike_are_one_fault) {
  bytes_text(&cases[2].input, "longer");
  result_free(&results[0]);
  results[0] = (struct result){.suite = &suite, .target = &target, .test_case = &cases[0], .verdict = NOT_RUN};
  result_set(&results[0], CRASHED, "%s", results[2].detail.data);
  find_faults();
  ck_assert_uint_eq(session.fault_count, 2);
  ck_assert_ptr_eq(session.faults[0].example, &results[0]);
  ck_assert_uint_eq(session.faults[0].failures, 2);
  ck_assert_uint_eq(session.faults[0].cases, 2);
  ck_assert_uint_eq(session.faults[0].targets, 1);
  ck_assert_ptr_eq(fault_of(session.faults, 2, &results[1]), &session.faults[1]);
  char *way = result_way(&results[1]);
  ck_assert_str_eq(way, "DIVERGED: body: 0x00, expected 0xc8");
  free(way);
  struct bytes text = made(&github_format);
  ck_assert_ptr_nonnull(strstr(text.data, "[and 1 more like it, of 2 cases]\n"));
  bytes_clear(&text);
  report_explanation(&session, &results[2], &text);
  ck_assert_ptr_nonnull(strstr(text.data, "\n  alike     2 failures, of 2 cases on 1 program and runner\n"));
  bytes_free(&text);
  bytes_free(&cases[2].input);
}
END_TEST

START_TEST(github_is_told_of_problems_and_of_ten_faults_at_most) {
  struct result many[12];
  struct test_case own[12];
  struct session large = {.options = &options, .results = many, .result_count = 12};
  for (int i = 0; i < 12; i++) {
    own[i] = cases[0];
    many[i] = (struct result){.suite = &suite, .target = &target, .test_case = &own[i]};
    result_set(&many[i], CRASHED, "in way %d", i);
  }
  large.fault_count = faults_find(many, 12, &large.faults);
  bytes_text(&large.problems, "one\ntwo\n");
  struct bytes text = {0};
  github_format.make(&large, &text);
  size_t lines = 0;
  for (size_t i = 0; i < text.len; i++)
    lines += text.data[i] == '\n';
  ck_assert_uint_eq(lines, 10);
  ck_assert_ptr_eq(strstr(text.data, "::error title=bytegate::one%0Atwo\n"), text.data);
  for (int i = 0; i < 12; i++)
    result_free(&many[i]);
  bytes_free(&text);
  free(large.faults);
  bytes_free(&large.problems);
}
END_TEST

START_TEST(a_gate_in_a_folder_of_any_name_is_called_as_one_would_type_it) {
  struct session_options elsewhere = options;
  struct session moved = session;
  struct bytes text = {0};
  elsewhere.command = "/a b/\xc3\xbc/bytegate";
  moved.options = &elsewhere;
  report_command(&moved, &results[2], &text);
  ck_assert_str_eq(text.data,
                   "'/a b/\xc3\xbc/bytegate' verify --suite s --case c/crash --program p_x64 --runner native");
  bytes_free(&text);
}
END_TEST

START_TEST(the_explanation_marks_the_byte) {
  struct bytes text = {0};
  report_explanation(&session, &results[1], &text);
  no_controls(&text);
  ck_assert_ptr_nonnull(strstr(text.data, "  expected  000000a0  a0 a1"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n            000000c0  c0 c1 c2 c3 c4 c5 c6 c7[c8]c9"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n            000000f0  f0"));
  ck_assert_ptr_nonnull(strstr(text.data, "  actual    000000a0  a0 a1"));
  ck_assert_ptr_nonnull(strstr(text.data, "\n            000000c0  c0 c1 c2 c3 c4 c5 c6 c7[00]c9"));
  ck_assert_ptr_null(strstr(text.data, "\\xC8"));
  ck_assert_ptr_nonnull(strstr(text.data, "reproduce build/bytegate verify --suite s --case 'c/it'\\''s <&> # bad' "
                                          "--program p_x64 --runner native\n"));
  bytes_free(&text);
}
END_TEST

int main(void) {
  Suite *all = suite_create("report");
  TCase *tests = tcase_create("report");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, junit_is_xml_with_the_right_counts);
  tcase_add_test(tests, json_lines_give_back_every_byte);
  tcase_add_loop_test(tests, sarif_names_a_file_and_the_byte, 0, sizeof places / sizeof *places);
  tcase_add_test(tests, tap_has_its_plan_and_escapes);
  tcase_add_test(tests, tap_has_a_point_for_each_case_where_it_is_verbose);
  tcase_add_loop_test(tests, no_format_tells_of_more_results_than_there_are, 0, 2);
  tcase_add_test(tests, every_format_fails_if_and_only_if_the_gate_does);
  tcase_add_test(tests, junit_holds_to_its_schema);
  tcase_add_test(tests, sarif_holds_to_its_schema);
  tcase_add_test(tests, each_json_line_holds_to_its_schema);
  tcase_add_test(tests, the_diagnostics_of_tap_are_yaml);
  tcase_add_test(tests, github_has_one_line_for_each_fault);
  tcase_add_test(tests, github_is_told_of_problems_and_of_ten_faults_at_most);
  tcase_add_test(tests, what_begins_with_the_same_two_bytes_is_alike);
  tcase_add_test(tests, failures_that_are_alike_are_one_fault);
  tcase_add_test(tests, the_explanation_marks_the_byte);
  tcase_add_test(tests, a_gate_in_a_folder_of_any_name_is_called_as_one_would_type_it);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
