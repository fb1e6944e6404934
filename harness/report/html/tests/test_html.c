/* The HTML page: whatever bytes a program gave, it stays well-formed, asks nothing of any other file, and links to each
   divergence that it shows. */
/* reads: nothing */
#include "harness/report/html/html.h"

#include "harness/base/command.h"
#include "harness/base/files.h"
#include "harness/base/machine.h"
#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <check.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RESULTS = 60 };

static struct session_options options = {
    .command = "build/bytegate", .build = "/nonexistent", .suites_folder = "/nonexistent/suites", .repeat = 1};
static struct program program = {.name = (char *)"p", .oracle = ORACLE_CMARK};
static struct target target = {.program = &program, .label = (char *)"p_x64", .where = "x64-native"};
static struct suite suite = {.name = (char *)"s", .path = (char *)"fixtures/suites/s.ini"};
static struct test_case cases[RESULTS];
static struct result results[RESULTS];
static struct session session = {.options = &options, .results = results};

/* COUNT results that are equal, with no two cases of one name. */
static void open_session(size_t count) {
  for (size_t i = 0; i < count; i++) {
    cases[i] = (struct test_case){.id = xasprintf("c/<it's> & \"%zu\"", i)};
    results[i] = (struct result){.suite = &suite, .target = &target, .test_case = &cases[i], .verdict = EQUAL};
  }
  session.result_count = count;
}

static void close_session(void) {
  for (size_t i = 0; i < session.result_count; i++) {
    result_free(&results[i]);
    bytes_free(&cases[i].input);
    free(cases[i].id);
  }
}

/* Result I diverges in its byte AT: EXPECTED there against ACTUAL. */
static void diverge(size_t i, struct span expected, struct span actual, size_t at) {
  bytes_add(&results[i].expected, expected);
  bytes_add(&results[i].actual, actual);
  bytes_text(&cases[i].input, "# a\n\n*b*\n");
  results[i].verdict = NOT_RUN;
  results[i].part = PART_BODY;
  results[i].offset = at;
  result_set(&results[i], DIVERGED, "body byte %zu", at);
}

/* A page that would load, run and submit whatever HTML can, and that would end the attribute that holds it. */
static const char hostile[] =
    "</iframe>\"'><script src=\"http://example.com/x.js\">alert(1)</script>\n"
    "<img src=\"http://example.com/x.png\">]]>&amp;<!--\r\n\t\x01\x1B[31m\x7F\xFF\xC2\x85\xEF\xBF\xBF"
    "\xE2\x80\xAE"
    "e\xCC\x81\xF0\x9F\x90\x8D</pre></body>";

static struct bytes page(void) {
  struct bytes text = {0};
  session.fault_count = faults_find(results, session.result_count, &session.faults);
  html_format.make(&session, &text);
  free(session.faults);
  return text;
}

static xmlDocPtr as_xml(const struct bytes *text) {
  xmlDocPtr document = xmlReadMemory(text->data, (int)text->len, "page", NULL, XML_PARSE_NONET);
  ck_assert_msg(document != NULL, "%s", xmlGetLastError() ? xmlGetLastError()->message : "not well-formed");
  return document;
}

static int html_errors;
static char html_message[256];

/* libxml2 knows the elements of HTML 4; that one is newer is no error. */
static void count_html_error(void *user, xmlErrorPtr error) {
  (void)user;
  if (error->code == XML_HTML_UNKNOWN_TAG)
    return;
  html_errors++;
  snprintf(html_message, sizeof html_message, "line %d: %s", error->line, error->message);
}

static void check_html(const struct bytes *text) {
  html_errors = 0;
  xmlSetStructuredErrorFunc(NULL, count_html_error);
  xmlDocPtr document = htmlReadMemory(text->data, (int)text->len, "page", "UTF-8", HTML_PARSE_NONET);
  xmlSetStructuredErrorFunc(NULL, NULL);
  ck_assert_ptr_nonnull(document);
  ck_assert_msg(html_errors == 0, "%d errors, the last: %s", html_errors, html_message);
  xmlFreeDoc(document);
}

static xmlNodePtr next_node(xmlNodePtr node, xmlNodePtr root) {
  if (node->children)
    return node->children;
  while (node != root && !node->next)
    node = node->parent;
  return node == root ? NULL : node->next;
}

static bool has_id(xmlNodePtr root, const char *id) {
  for (xmlNodePtr node = root; node; node = next_node(node, root)) {
    xmlChar *own = node->type == XML_ELEMENT_NODE ? xmlGetProp(node, (const xmlChar *)"id") : NULL;
    bool same = own && strcmp((const char *)own, id) == 0;
    xmlFree(own);
    if (same)
      return true;
  }
  return false;
}

static bool has_link(xmlNodePtr root, const char *to) {
  for (xmlNodePtr node = root; node; node = next_node(node, root)) {
    xmlChar *href = node->type == XML_ELEMENT_NODE ? xmlGetProp(node, (const xmlChar *)"href") : NULL;
    bool same = href && strcmp((const char *)href, to) == 0;
    xmlFree(href);
    if (same)
      return true;
  }
  return false;
}

/* Holds one attribute of the page: none names another file, and links stay within the page. */
static void check_attribute(xmlNodePtr root, const char *name, const char *value) {
  static const char *const outward[] = {"src",  "srcset", "action", "formaction",
                                        "data", "poster", "ping",   "background"};
  for (size_t i = 0; i < sizeof outward / sizeof *outward; i++)
    ck_assert_msg(strcmp(name, outward[i]) != 0, "an attribute %s: %s", name, value);
  ck_assert_msg(strncmp(name, "on", 2) != 0, "a script: %s", name);
  if (strcmp(name, "href") == 0) {
    ck_assert_msg(*value == '#', "a link that leaves the page: %s", value);
    ck_assert_msg(has_id(root, value + 1), "a link to nowhere: %s", value);
  }
  if (strcmp(name, "sandbox") == 0)
    ck_assert_str_eq(value, "");
  if (strcmp(name, "style") == 0)
    ck_assert_ptr_null(strstr(value, "url("));
}

static void check_element(xmlNodePtr root, xmlNodePtr node) {
  static const char *const loading[] = {"script", "link", "img", "object", "embed", "base", "form", "video", "audio"};
  const char *name = (const char *)node->name;
  for (size_t i = 0; i < sizeof loading / sizeof *loading; i++)
    ck_assert_str_ne(name, loading[i]);
  if (strcmp(name, "iframe") == 0)
    ck_assert_ptr_nonnull(xmlHasProp(node, (const xmlChar *)"sandbox"));
  for (xmlAttrPtr attribute = node->properties; attribute; attribute = attribute->next) {
    xmlChar *value = xmlGetProp(node, attribute->name);
    check_attribute(root, (const char *)attribute->name, (const char *)value);
    xmlFree(value);
  }
}

/* Counts the elements called NAME, and holds every element and attribute on the way. */
static size_t check_tree(xmlDocPtr document, const char *name) {
  xmlNodePtr root = xmlDocGetRootElement(document);
  size_t count = 0;
  for (xmlNodePtr node = root; node; node = next_node(node, root))
    if (node->type == XML_ELEMENT_NODE) {
      check_element(root, node);
      count += strcmp((const char *)node->name, name) == 0;
    }
  return count;
}

START_TEST(arbitrary_bytes_stay_inside) {
  struct bytes every = {0};
  for (int i = 0; i < 256; i++)
    bytes_append(&every, &(char){(char)i}, 1);
  open_session(4);
  diverge(1, span_of(&every), (struct span){every.data, 200}, 200);
  diverge(2, span_text("<p>a</p>\n"), (struct span){hostile, sizeof hostile - 1}, 0);
  results[3].verdict = NOT_RUN;
  result_set(&results[3], CRASHED, "said \\x1B[31m </pre> ]]> \"");
  bytes_append(&results[3].errors, "\x1B[31m\0\xFF</pre>\n", 13);
  struct bytes text = page();
  check_html(&text);
  xmlDocPtr document = as_xml(&text);
  ck_assert_uint_eq(check_tree(document, "article"), 3);
  ck_assert_uint_eq(check_tree(document, "iframe"), 4);
  ck_assert_ptr_null(strstr(text.data, "<script"));
  ck_assert_ptr_null(strstr(text.data, "<img"));
  for (size_t i = 0; i < text.len; i++)
    ck_assert_msg((unsigned char)text.data[i] >= 0x20 || text.data[i] == '\n' || text.data[i] == '\t',
                  "control byte %02x at %zu", (unsigned char)text.data[i], i);
  xmlFreeDoc(document);
  bytes_free(&text);
  bytes_free(&every);
  close_session();
}
END_TEST

/* The page that a browser makes of the frame is the program's, but for what HTML cannot hold. */
START_TEST(frame_holds_the_page) {
  struct bytes text = {0};
  bytes_text(&text, "<a b=\"");
  html_frame_document(&text, (struct span){hostile, sizeof hostile - 1});
  bytes_text(&text, "\"/>");
  xmlDocPtr document = as_xml(&text);
  xmlChar *value = xmlGetProp(xmlDocGetRootElement(document), (const xmlChar *)"b");
  ck_assert_ptr_nonnull(strstr((const char *)value, "<body></iframe>\"'><script src=\"http://example.com/x.js\">"));
  ck_assert_ptr_nonnull(strstr((const char *)value, "]]>&amp;<!--\r\n\t\xE2\x90\x81\xE2\x90\x9B[31m"));
  ck_assert_ptr_nonnull(strstr((const char *)value, "default-src 'none'"));
  xmlFree(value);
  xmlFreeDoc(document);
  bytes_free(&text);
}
END_TEST

START_TEST(byte_is_marked) {
  static const struct {
    const char *text;
    size_t len, mark;
    const char *expected;
  } samples[] = {
      {"a<b", 3, 1, "<span class=\"n\">1</span>a<mark>&lt;</mark>b"},
      {"a\nb\n", 4, 1, "<span class=\"n\">1</span>a<mark><i>\\n</i></mark>\n<span class=\"n\">2</span>b<i>\\n</i>\n"},
      {"a", 1, 1, "<span class=\"n\">1</span>a<mark>end</mark>"},
      {"a", 1, SIZE_MAX, "<span class=\"n\">1</span>a"},
      {"\xC3\xA9!", 3, 2, "<span class=\"n\">1</span>\xC3\xA9<mark>!</mark>"},
      {"\xC3\xA9!", 3, 0, "<span class=\"n\">1</span><mark><i>\\xC3</i></mark><i>\\xA9</i>!"},
      {"\xC3\xA9!", 3, 1, "<span class=\"n\">1</span><i>\\xC3</i><mark><i>\\xA9</i></mark>!"},
      {"\0\xFF", 2, 0, "<span class=\"n\">1</span><mark><i>\\x00</i></mark><i>\\xFF</i>"},
      {"\xE2\x80\xAE", 3, 7, "<span class=\"n\">1</span><i>\\xE2</i><i>\\x80</i><i>\\xAE</i><mark>end</mark>"},
  };
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    struct bytes out = {0};
    html_source(&out, (struct span){samples[i].text, samples[i].len}, 0, samples[i].len, samples[i].mark);
    ck_assert_str_eq(out.data, samples[i].expected);
    bytes_free(&out);
  }
}
END_TEST

START_TEST(each_divergence_is_linked) {
  open_session(7);
  for (size_t i = 0; i < 7; i += 2)
    diverge(i, span_text("<p>a</p>\n"), span_text(i == 4 ? "<p>b</p>\n" : "<q>a</p>\n"), i == 4 ? 3 : 1);
  struct bytes text = page();
  xmlDocPtr document = as_xml(&text);
  xmlNodePtr root = xmlDocGetRootElement(document);
  ck_assert_uint_eq(check_tree(document, "article"), 4);
  for (int i = 1; i <= 4; i++) {
    char id[16];
    snprintf(id, sizeof id, "#d%d", i);
    ck_assert(has_id(root, id + 1));
    ck_assert(has_link(root, id));
  }
  ck_assert(!has_id(root, "d5"));
  ck_assert(has_link(root, "#divergences"));
  ck_assert_ptr_null(strstr(text.data, "of them are shown"));
  /* One of each kind stands first; each line of the list has the headline of its own divergence alone. */
  static const size_t order[] = {0, 4, 2, 6};
  for (int i = 1; i <= 4; i++) {
    struct bytes headline = {0};
    struct bytes line = {0};
    report_headline(&results[order[i - 1]], &headline);
    bytes_printf(&line, "<li><a href=\"#d%d\">", i);
    html_bytes(&line, span_of(&headline));
    bytes_text(&line, "</a></li>\n");
    ck_assert_msg(strstr(text.data, line.data) != NULL, "there is no %s", line.data);
    bytes_free(&headline);
    bytes_free(&line);
  }
  xmlFreeDoc(document);
  bytes_free(&text);
  close_session();
}
END_TEST

static bool add_nothing(const struct session *shown, const char *fixtures, struct bytes *out) {
  (void)shown;
  (void)fixtures;
  bytes_text(out, "<p>nothing</p>");
  return false;
}

static bool add_something(const struct session *shown, const char *fixtures, struct bytes *out) {
  bytes_printf(out, "<p class=\"odd\">%zu results, %s</p>", shown->result_count, fixtures);
  return true;
}

static void style_something(struct bytes *out) { bytes_text(out, ".odd{color:red}\n"); }

/* A section that another part adds stands on the page, with its link and its style, where it has something to show. */
START_TEST(sections_are_added_and_none_stands_there_empty) {
  static const struct html_section empty = {"empty", "Empty", add_nothing, style_something};
  static const struct html_section full = {"full", "Full", add_something, style_something};
  open_session(1);
  struct bytes text = page();
  ck_assert_ptr_null(strstr(text.data, "<section id=\"sizes\""));
  ck_assert_ptr_null(strstr(text.data, ".odd"));
  bytes_free(&text);
  html_add_section(&empty);
  html_add_section(&full);
  html_add_section(&html_sizes);
  text = page();
  xmlDocPtr document = as_xml(&text);
  check_tree(document, "article");
  ck_assert(has_link(xmlDocGetRootElement(document), "#full"));
  ck_assert_ptr_nonnull(strstr(text.data, "<p class=\"odd\">1 results, /nonexistent/suites/..</p></section>"));
  ck_assert_ptr_nonnull(strstr(text.data, ".odd{color:red}\n</style>"));
  ck_assert_ptr_null(strstr(text.data, "id=\"empty\""));
  ck_assert_ptr_null(strstr(text.data, "nothing"));
  ck_assert_ptr_null(strstr(text.data, "id=\"sizes\"")); /* there is no history */
  xmlFreeDoc(document);
  bytes_free(&text);
  close_session();
}
END_TEST

/* Sixty that are alike, but for the last: that one is shown among the first, and what is not shown is counted. */
START_TEST(many_are_cut_and_the_rest_is_told) {
  open_session(RESULTS);
  for (size_t i = 0; i < RESULTS; i++)
    diverge(i, span_text("<p>a</p>\n"), span_text(i + 1 < RESULTS ? "<q>a</p>\n" : "<p>z</p>\n"),
            i + 1 < RESULTS ? 1 : 3);
  struct bytes text = page();
  xmlDocPtr document = as_xml(&text);
  ck_assert_uint_eq(check_tree(document, "article"), 40);
  ck_assert_ptr_nonnull(strstr(text.data, "<strong>40 of them are shown</strong>, one of each fault first; 20 more"));
  ck_assert_ptr_nonnull(strstr(text.data, "<td class=\"r\">59</td><td class=\"r\">59</td><td class=\"r\">1</td>"
                                          "<td class=\"why\"><a href=\"#d1\">DIVERGED: body: 0x71, expected 0x70</a>"));
  ck_assert_ptr_nonnull(strstr(text.data, "58 more fail alike, most likely for the same cause."));
  ck_assert_ptr_nonnull(strstr(text.data, "2. DIVERGED s/c/&lt;it&#39;s&gt; &amp; &quot;59&quot;"));
  xmlFreeDoc(document);
  bytes_free(&text);
  close_session();
}
END_TEST

/* Two pages of half a megabyte each: what is shown of them is around the byte, and says so. */
START_TEST(large_pages_are_cut) {
  struct bytes large = {0};
  for (int i = 0; i < 40000; i++)
    bytes_printf(&large, "<p>%07d</p>\n", i);
  open_session(1);
  diverge(0, span_of(&large), span_of(&large), 300003);
  results[0].actual.data[300003] = '!';
  struct bytes text = page();
  xmlDocPtr document = as_xml(&text);
  ck_assert_uint_lt(text.len, 400000);
  ck_assert_ptr_nonnull(strstr(text.data, "rendered: only the bytes "));
  ck_assert_ptr_nonnull(strstr(text.data, "<mark>!</mark>"));
  xmlFreeDoc(document);
  bytes_free(&text);
  bytes_free(&large);
  close_session();
}
END_TEST

/* What no result shows: what is wrong with the run as a whole, and how its programs were confined. */
/* Fails unless the article of a divergence at byte AT of TEXT says WANTED. */
static void article_says(struct span text, size_t at, const char *wanted) {
  struct bytes out = {0};
  open_session(1);
  diverge(0, text, (struct span){text.data, text.len}, at);
  html_divergence(&session, &(struct shown){.result = &results[0]}, 1, 1, &out);
  ck_assert_msg(strstr(out.data, wanted) != NULL, "byte %zu of %zu: not \"%s\", but %.200s", at, text.len, wanted,
                strstr(out.data, "Expected, source") ? strstr(out.data, "Expected, source") : "none");
  bytes_free(&out);
  close_session();
}

START_TEST(what_is_shown_begins_with_a_line_or_a_character) {
  struct bytes lines = {0};
  struct bytes line = {0};
  for (int i = 0; i < 40000; i++)
    bytes_printf(&lines, "<p>%07d</p>\n", i);
  for (int i = 0; i < 1000; i++)
    bytes_text(&line, "\xC3\xA9");
  article_says(span_of(&lines), 300003, "Expected, source: bytes 299310 to 300503 of 600000<");
  article_says(span_of(&lines), 300003, "Expected, rendered: only the bytes 275430 to 324579 of 600000<");
  article_says(span_of(&lines), 715, "Expected, source: bytes 15 to 1215 of 600000<");
  article_says(span_of(&lines), 714, "Expected, source: bytes 15 to 1214 of 600000<");
  article_says(span_of(&lines), 716, "Expected, source: bytes 30 to 1216 of 600000<");
  article_says(span_of(&lines), 600000, "Expected, source: bytes 599310 to 600000 of 600000<");
  article_says(span_of(&lines), 600001, "Expected, source: bytes 599310 to 600000 of 600000<");
  article_says(span_of(&line), 700, "Expected, source: bytes 0 to 1200 of 2000<");
  article_says(span_of(&line), 701, "Expected, source: bytes 2 to 1201 of 2000<");
  article_says(span_of(&line), 1000, "Expected, source: bytes 300 to 1500 of 2000<");
  article_says(span_of(&line), 1001, "Expected, source: bytes 302 to 1501 of 2000<");
  article_says(span_of(&line), 1499, "Expected, source: bytes 800 to 1999 of 2000<");
  article_says(span_of(&line), 1501, "Expected, source: bytes 802 to 2000 of 2000<");
  /* 48 KiB are rendered as a whole. */
  article_says((struct span){lines.data, 49152}, 0, "Expected, rendered</figcaption>");
  article_says((struct span){lines.data, 49153}, 0, "Expected, rendered: only the bytes 0 to 24576 of 49153<");
  article_says((struct span){lines.data, 14}, 0, "height:5rem");
  article_says((struct span){lines.data, 15}, 0, "height:7rem");
  article_says((struct span){lines.data, 6 * 15}, 0, "height:17rem");
  article_says((struct span){lines.data, 70 * 15}, 0, "height:19rem");
  bytes_free(&lines);
  bytes_free(&line);
}
END_TEST

START_TEST(bytes_are_shown_in_whole_rows) {
  static const char zeros[1000];
  const struct span text = {zeros, sizeof zeros};
  article_says(text, 100, "Expected: bytes 0 to 320 of 1000<");
  article_says(text, 143, "Expected: bytes 0 to 320 of 1000<");
  article_says(text, 144, "Expected: bytes 16 to 336 of 1000<");
  article_says(text, 300, "Expected: bytes 160 to 480 of 1000<");
  article_says(text, 1000, "Expected: bytes 864 to 1000 of 1000<");
}
END_TEST

START_TEST(what_is_wrong_with_the_run_is_told) {
  open_session(2);
  bytes_text(&session.problems, "the list names <no> case\n");
  session.confinement = "without <namespaces>";
  struct bytes text = page();
  check_html(&text);
  xmlFreeDoc(as_xml(&text));
  ck_assert_ptr_nonnull(strstr(text.data, "<pre class=\"bad\">the list names &lt;no&gt; case"));
  ck_assert_ptr_nonnull(strstr(text.data, "Confinement: without &lt;namespaces&gt;"));
  bytes_free(&text);
  bytes_free(&session.problems);
  session.confinement = NULL;
  close_session();
}
END_TEST

START_TEST(equal_is_green) {
  open_session(2);
  struct bytes text = page();
  check_html(&text);
  xmlFreeDoc(as_xml(&text));
  ck_assert_ptr_nonnull(strstr(text.data, "Every byte of every case that ran is equal"));
  ck_assert_ptr_null(strstr(text.data, "<article"));
  bytes_free(&text);
  close_session();
}
END_TEST

/* Four commits: the program grows, is there on a second machine, goes, and comes again in another size. */
static const char history[] =
    "set -e; cd \"$1\"; git init -q .; git config user.email t@example.org; git config user.name T\n"
    "line() { printf '%064d  %d %s\\n' 0 $2 $1; }\n"
    "{ line p_x64 100; line q_x64 10; line r_x64 8; } >elf.sha256; git add .; git commit -qm 'Begin <it>'\n"
    "{ line p_x64 300; line p_arm64 200; line q_x64 20; } >elf.sha256\n"
    "{ printf '%064d 50 \\n' 0; printf '%064d 60s_x64\\n' 0; printf '# %062d 70 t_x64\\n' 0; } >>elf.sha256\n"
    "git commit -qam Grow\n"
    "{ line p_arm64 200; line q_x64 20; } >elf.sha256; git commit -qam Lose\n"
    "{ line p_arm64 200; line p_x64 200; printf '%064d 50 \\n' 0; printf '%064d 60s_x64\\n' 0;\n"
    "  printf '# %062d 70 t_x64\\n' 0; } >elf.sha256; git commit -qam Find\n";

START_TEST(sizes_are_drawn_over_the_commits) {
  static const char *const there[] = {
      "<p>4 commits changed a program's bytes. These programs changed in size; the others kept theirs.",
      "p_x64: 200 bytes. ",
      "p_arm64: 200 bytes. ",
      "aria-label=\"sizes of p_x64, from 100 to 300 bytes\">\n<path class=\"axis\" d=\"M46 10V112.0H312\"/>\n"
      "<text x=\"43\" y=\"14.0\" text-anchor=\"end\">300</text>\n"
      "<text x=\"43\" y=\"112.0\" text-anchor=\"end\">100</text>\n",
      "<path class=\"x64\" d=\"M52.0 108.0H138.7V10.0H225.3M312.0 59.0\"/>\n",
      "<path class=\"arm64\" d=\"M138.7 59.0H225.3V59.0H312.0V59.0\"/>\n",
      "<circle class=\"x64\" cx=\"52.0\" cy=\"108.0\" r=\"3\"><title>p_x64: 100 bytes at ",
      ", Begin &lt;it&gt;</title></circle>\n<circle class=\"x64\" cx=\"138.7\" cy=\"10.0\" r=\"3\">",
      ", Grow</title></circle>\n<circle class=\"x64\" cx=\"312.0\" cy=\"59.0\" r=\"3\"><title>p_x64: 200 bytes at ",
      "<circle class=\"arm64\" cx=\"138.7\" cy=\"59.0\" r=\"3\">",
      "q_x64: no longer there. ",
      "aria-label=\"sizes of q_x64, from 10 to 20 bytes\">",
      "<path class=\"x64\" d=\"M52.0 108.0H138.7V10.0H225.3V10.0H312.0\"/>\n",
      "<tr><td>p_x64</td><td class=\"r\">200</td><td class=\"r\">1</td></tr>\n",
      "<tr><td>p_arm64</td><td class=\"r\">200</td><td class=\"r\">0</td></tr>\n",
  };
  static const char *const not_there[] = {"r_x64",      "sizes of p_arm64", "<td>q_x64",   "<td></td>",
                                          "s_x64</td>", "t_x64</td>",       "cx=\"225.3\""};
  char folder[] = "/tmp/test_html-XXXXXX";
  struct bytes out = {0};
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert(!html_sizes.add(&session, folder, &out));
  const char *const words[] = {"/bin/sh", "-c", history, "sh", folder, NULL};
  ck_assert_int_eq(command_run(&(struct command_line){.words = words}, &out), 0);
  bytes_clear(&out);
  ck_assert(html_sizes.add(&session, folder, &out));
  for (size_t i = 0; i < sizeof there / sizeof *there; i++)
    ck_assert_msg(strstr(out.data, there[i]) != NULL, "not there: %s", there[i]);
  for (size_t i = 0; i < sizeof not_there / sizeof *not_there; i++)
    ck_assert_msg(!strstr(out.data, not_there[i]), "there: %s", not_there[i]);
  bytes_free(&out);
  remove_folder(folder);
}
END_TEST

/* Commits of elf.sha256, each of words NAME SIZE, with a blank between the commits. */
static bool add_sizes_of(const char *commits, struct bytes *out) {
  static const char script[] =
      "set -e; cd \"$1\"; shift; git init -q .; git config user.email t@example.org; git config user.name T\n"
      "for commit; do set -f; set -- $commit; : >elf.sha256\n"
      "while [ $# -gt 1 ]; do printf '%064d  %d %s\\n' 0 $2 $1 >>elf.sha256; shift 2; done\n"
      "[ $# -eq 0 ] || echo $1 >elf.sha256; git add .; git commit -qm made; done\n";
  char folder[] = "/tmp/test_html-XXXXXX";
  const char *words[16] = {"/bin/sh", "-c", script, "sh", folder};
  char *rest = xstrdup(commits);
  char *lines = rest;
  size_t count = 5;
  for (char *one; (one = strsep(&rest, "|")) && count < 15;)
    words[count++] = one;
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(command_run(&(struct command_line){.words = words}, out), 0);
  bytes_clear(out);
  bool any = html_sizes.add(&session, folder, out);
  remove_folder(folder);
  free(lines);
  bytes_text(out, "");
  return any;
}

START_TEST(only_what_changed_in_size_is_drawn) {
  struct bytes out = {0};
  ck_assert(!add_sizes_of("nothing|neither", &out));
  ck_assert_uint_eq(out.len, 0);
  ck_assert(add_sizes_of("u_x64 10 u_arm64 10 plain 5|u_x64 10 u_arm64 10 plain 5 new_x64 7", &out));
  ck_assert_ptr_nonnull(strstr(out.data, "<p>2 commits changed a program's bytes. No program changed in size. "));
  ck_assert_ptr_null(strstr(out.data, "<svg"));
  ck_assert_ptr_nonnull(strstr(out.data, "<tr><td>new_x64</td><td class=\"r\">7</td><td class=\"r\">0</td></tr>\n"));
  static const char end[] = "</table></div></details>\n";
  ck_assert_str_eq(out.data + out.len - strlen(end), end);
  bytes_clear(&out);
  ck_assert(add_sizes_of("plain 5 u_x64 10 u_arm64 10|plain 9 u_x64 10 u_arm64 12", &out));
  ck_assert_ptr_nonnull(strstr(out.data, "<path class=\"other\" d=\"M52.0 108.0H312.0V10.0\"/>\n"));
  ck_assert_ptr_nonnull(strstr(out.data, "<span style=\"color:var(--text)\">&#x2014;</span> plain: 9 bytes. "));
  ck_assert_ptr_nonnull(strstr(out.data, "aria-label=\"sizes of u_x64, from 10 to 12 bytes\">"));
  ck_assert_ptr_null(strstr(out.data, "aria-label=\"sizes of u_arm64"));
  bytes_free(&out);
}
END_TEST

/* Each machine that has a colour has it in both schemes. */
START_TEST(lines_have_the_colours_of_their_machines) {
  struct bytes out = {0};
  struct bytes wanted = {0};
  html_sizes.style(&out);
  bytes_text(&wanted, ".other{stroke:var(--text)}circle.other{fill:var(--text)}");
  for (size_t i = 0; i < machine_count; i++) {
    const struct machine *one = &machines[i];
    if (one->colour)
      bytes_printf(&wanted,
                   ":root{--%s:%s}@media(prefers-color-scheme:dark){:root{--%s:%s}}.%s{stroke:var(--%s)%s}circle.%s{"
                   "fill:var(--%s)}",
                   one->name, one->colour, one->name, one->dark_colour, one->name, one->name,
                   one->dashed ? ";stroke-dasharray:6 3" : "", one->name, one->name);
  }
  bytes_text(&wanted, "\n");
  ck_assert(span_equal(span_of(&out), span_of(&wanted)));
  bytes_free(&out);
  bytes_free(&wanted);
}
END_TEST

int main(void) {
  Suite *own = suite_create("report_html");
  TCase *tests = tcase_create("pages");
  tcase_add_test(tests, arbitrary_bytes_stay_inside);
  tcase_add_test(tests, frame_holds_the_page);
  tcase_add_test(tests, byte_is_marked);
  tcase_add_test(tests, each_divergence_is_linked);
  tcase_add_test(tests, sections_are_added_and_none_stands_there_empty);
  tcase_add_test(tests, many_are_cut_and_the_rest_is_told);
  tcase_add_test(tests, large_pages_are_cut);
  tcase_add_test(tests, what_is_shown_begins_with_a_line_or_a_character);
  tcase_add_test(tests, bytes_are_shown_in_whole_rows);
  tcase_add_test(tests, what_is_wrong_with_the_run_is_told);
  tcase_add_test(tests, equal_is_green);
  tcase_add_test(tests, sizes_are_drawn_over_the_commits);
  tcase_add_test(tests, only_what_changed_in_size_is_drawn);
  tcase_add_test(tests, lines_have_the_colours_of_their_machines);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(own, tests);
  SRunner *runner = srunner_create(own);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
