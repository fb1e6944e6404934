/* The oracles of a served folder and of a whole page: each answer is written here as it must be, byte for byte, where
   the suites only ask whether a server and the oracle say the same. */
/* reads: nothing */
#include "oracles/folder.h"
#include "oracles/markdown.h"
#include "oracles/page.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HTML "text/html; charset=utf-8"
#define NOT_FOUND "<h1>404 Not Found</h1>\n"
#define BAD_REQUEST "<h1>400 Bad Request</h1>\n"
#define MOVED "<h1>301 Moved Permanently</h1>\n"

static char top[] = "/tmp/test_folder_oracle-XXXXXX";

static void put_file(const char *name, const char *contents) {
  FILE *file = fopen(name, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_ge(fputs(contents, file), 0);
  ck_assert_int_eq(fclose(file), 0);
}

static void make_folder(void) {
  static const char *const folders[] = {"root",       "root/with", "root/read",        "root/plain",
                                        "root/empty", "root/odd",  "root/odd/index.md"};
  ck_assert_ptr_nonnull(mkdtemp(top));
  ck_assert_int_eq(chdir(top), 0);
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    ck_assert_int_eq(mkdir(folders[i], 0755), 0);
  put_file("outside", "secret");
  put_file("root/a.md", "# A\n");
  put_file("root/both", "file");
  put_file("root/both.md", "*both*\n");
  put_file("root/b&<\">.txt", "text");
  put_file("root/.hidden", "secret");
  put_file("root/UPPER.PNG", "png");
  put_file("root/UPPER.MD", "x\n");
  put_file("root/none", "plain");
  put_file("root/with/index.md", "index\n");
  put_file("root/with/README.md", "readme\n");
  put_file("root/read/README.md", "readme\n");
  put_file("root/plain/x y%.css", "css");
  ck_assert_int_eq(mkfifo("root/plain/pipe", 0644), 0);
  ck_assert_int_eq(mkdir("root/plain/sub", 0755), 0);
  put_file("root/plain/.hidden", "secret");
  static const char *const links[][2] = {
      {"none", "root/link"},          {"../outside", "root/out"}, {"/etc/passwd", "root/absolute"},
      {"with/../none", "root/round"}, {"loop", "root/loop"},      {"plain", "root/to-folder"},
      {"../none", "root/with/up"},    {"none", "root/chain0"}};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    ck_assert_int_eq(symlink(links[i][0], links[i][1]), 0);
  ck_assert_int_eq(symlink("./none", "root/dot") + symlink("with//../none", "root/double"), 0);
  for (int i = 1; i <= 40; i++) {
    char from[32], to[32];
    snprintf(from, sizeof from, "root/chain%d", i);
    snprintf(to, sizeof to, "chain%d", i - 1);
    ck_assert_int_eq(symlink(to, from), 0);
  }
}

static void remove_all(void) {
  char command[64];
  snprintf(command, sizeof command, "rm -r %s", top);
  ck_assert_int_eq(system(command), 0);
}

static void answers(const char *path, unsigned how, int status, const char *type, const char *location,
                    const char *body) {
  struct folder_answer answer = folder_oracle_answer("root", path, how, 0);
  ck_assert_msg(answer.status == status, "%s: %d", path, answer.status);
  ck_assert_msg(strcmp(answer.media_type, type) == 0, "%s: %s", path, answer.media_type);
  ck_assert_msg(location ? answer.location && strcmp(answer.location, location) == 0 : !answer.location, "%s: to %s",
                path, answer.location);
  ck_assert_msg(answer.length == strlen(body) && memcmp(answer.body, body, answer.length) == 0, "%s: %s", path,
                answer.body);
  folder_answer_free(&answer);
  ck_assert(!answer.body && !answer.location);
}

START_TEST(a_file_is_served_with_its_type) {
  answers("/a", 0, 200, HTML, NULL, "<h1>A</h1>\n");
  answers("/a.md", 0, 200, HTML, NULL, "<h1>A</h1>\n");
  answers("a.md", 0, 200, HTML, NULL, "<h1>A</h1>\n");
  answers("/both", 0, 200, "application/octet-stream", NULL, "file");
  answers("/both.md", 0, 200, HTML, NULL, "<p><em>both</em></p>\n");
  answers("/UPPER.PNG", 0, 200, "image/png", NULL, "png");
  answers("/UPPER.MD", 0, 200, HTML, NULL, "<p>x</p>\n");
  answers("/none", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/plain/x%20y%25.css", 0, 200, "text/css; charset=utf-8", NULL, "css");
  answers("/b&<\">.txt", 0, 200, "text/plain; charset=utf-8", NULL, "text");
  answers("/nowhere", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/none/", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/none/x", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/plain/pipe", 0, 404, HTML, NULL, NOT_FOUND);
}
END_TEST

START_TEST(a_folder_is_its_index_or_its_readme_or_a_listing) {
  answers("/with/", 0, 200, HTML, NULL, "<p>index</p>\n");
  answers("/read/", 0, 200, HTML, NULL, "<p>readme</p>\n");
  answers("/with", 0, 301, HTML, "/with/", MOVED);
  answers("/to-folder", 0, 301, HTML, "/to-folder/", MOVED);
  answers("/odd/", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/empty/", 0, 200, HTML, NULL, "<h1>/empty/</h1>\n<ul>\n<li><a href=\"../\">..</a></li>\n</ul>\n");
  answers("/plain/", 0, 200, HTML, NULL,
          "<h1>/plain/</h1>\n<ul>\n<li><a href=\"../\">..</a></li>\n<li><a href=\"sub/\">sub/</a></li>\n"
          "<li><a href=\"x%20y%25.css\">x y%.css</a></li>\n</ul>\n");
  answers("/to-folder/", 0, 200, HTML, NULL,
          "<h1>/to-folder/</h1>\n<ul>\n<li><a href=\"../\">..</a></li>\n<li><a href=\"sub/\">sub/</a></li>\n"
          "<li><a href=\"x%20y%25.css\">x y%.css</a></li>\n</ul>\n");
}
END_TEST

START_TEST(the_listing_of_the_top_has_no_way_up_and_links_only_where_they_are_followed) {
  ck_assert_int_eq(system("cd root && rm -r loop chain* odd with read empty plain out dot double absolute round "
                          "to-folder both* UPPER*"),
                   0);
  answers("/", 0, 200, HTML, NULL,
          "<h1>/</h1>\n<ul>\n<li><a href=\"a.md\">a.md</a></li>\n"
          "<li><a href=\"b%26%3C%22%3E.txt\">b&amp;&lt;&quot;&gt;.txt</a></li>\n"
          "<li><a href=\"link\">link</a></li>\n<li><a href=\"none\">none</a></li>\n</ul>\n");
  ck_assert_int_eq(system("cd root && rm -f a.md b*"), 0);
  answers("/", FOLDER_ORACLE_WALKS, 200, HTML, NULL, "<h1>/</h1>\n<ul>\n<li><a href=\"none\">none</a></li>\n</ul>\n");
  ck_assert_int_eq(unlink("root/none"), 0);
  answers("/", FOLDER_ORACLE_WALKS, 200, HTML, NULL, "<h1>/</h1>\n");
  ck_assert_int_eq(unlink("root/link"), 0);
  answers("/", 0, 200, HTML, NULL, "<h1>/</h1>\n");
}
END_TEST

START_TEST(links_are_followed_inside_of_the_folder_alone) {
  answers("/link", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/round", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/with/up", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/dot", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/double", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/out", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/absolute", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/loop", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/chain39", 0, 200, "application/octet-stream", NULL, "plain"); /* 40 links */
  answers("/chain40", 0, 404, HTML, NULL, NOT_FOUND);
  answers("/link", FOLDER_ORACLE_WALKS, 404, HTML, NULL, NOT_FOUND);
  answers("/to-folder/x%20y%25.css", FOLDER_ORACLE_WALKS, 404, HTML, NULL, NOT_FOUND);
  answers("/to-folder/x%20y%25.css", 0, 200, "text/css; charset=utf-8", NULL, "css");
}
END_TEST

START_TEST(paths_are_decoded_once_and_hide_nothing) {
  answers("/%61.md", 0, 200, HTML, NULL, "<h1>A</h1>\n");
  answers("/%6e%6F%6E%65", 0, 200, "application/octet-stream", NULL, "plain");
  static const char *const bad[] = {"/%", "/%6", "/%6g", "/%g6", "/a%", "/%%61"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    answers(bad[i], 0, 400, HTML, NULL, BAD_REQUEST);
  static const char *const hidden[] = {"/.hidden",    "/%2ehidden",    "/plain/.hidden", "/plain//x",        "//a.md",
                                       "/../outside", "/with/../a.md", "/a.md%00",       "/with%2findex.md", "/./a.md"};
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    answers(hidden[i], 0, 404, HTML, NULL, NOT_FOUND);
}
END_TEST

START_TEST(folders_are_served_127_deep) {
  char path[2 * 128 + sizeof "/file"] = "";
  ck_assert_int_eq(chdir("root"), 0);
  for (int depth = 1; depth <= 128; depth++) {
    strcat(path, "/d");
    ck_assert_int_eq(mkdir("d", 0755) + chdir("d"), 0);
    put_file("file", "deep");
  }
  ck_assert_int_eq(chdir(top), 0);
  strcat(path, "/file");
  answers(path, 0, 404, HTML, NULL, NOT_FOUND);
  answers(path + 2, 0, 200, "application/octet-stream", NULL, "deep");
}
END_TEST

START_TEST(paths_are_served_up_to_4079_bytes) {
  char path[8192] = "";
  char name[256];
  memset(name, 'n', 255);
  name[255] = '\0';
  ck_assert_int_eq(chdir("root"), 0);
  for (int depth = 0; depth < 15; depth++) {
    ck_assert_int_eq(mkdir(name + 1, 0755) + chdir(name + 1), 0);
    strcat(path, "/");
    strcat(path, name + 1);
  }
  put_file(name, "long");
  put_file(name + 1, "long");
  ck_assert_int_eq(chdir(top), 0);
  strcat(path, "/");
  size_t len = strlen(path);
  strcpy(path + len, name + 1);
  answers(path, 0, 200, "application/octet-stream", NULL, "long");
  strcpy(path + len, name);
  answers(path, 0, 404, HTML, NULL, NOT_FOUND);
}
END_TEST

START_TEST(no_descriptor_is_special_and_none_stays_open) {
  int next = dup(0);
  close(next);
  answers("/with/up", 0, 200, "application/octet-stream", NULL, "plain");
  answers("/plain/", FOLDER_ORACLE_WALKS, 200, HTML, NULL,
          "<h1>/plain/</h1>\n<ul>\n<li><a href=\"../\">..</a></li>\n<li><a href=\"sub/\">sub/</a></li>\n"
          "<li><a href=\"x%20y%25.css\">x y%.css</a></li>\n</ul>\n");
  answers("/out", 0, 404, HTML, NULL, NOT_FOUND);
  ck_assert_int_eq(dup(0), next);
  close(0);
  answers("/none", 0, 200, "application/octet-stream", NULL, "plain");
  ck_assert_int_eq(fcntl(0, F_GETFD), -1);
}
END_TEST

START_TEST(a_folder_that_is_not_there_serves_nothing) {
  struct folder_answer answer = folder_oracle_answer("nowhere", "/", 0, 0);
  ck_assert_int_eq(answer.status, 404);
  folder_answer_free(&answer);
}
END_TEST

START_TEST(each_suffix_has_its_type) {
  static const char *const types[][2] = {{"html", HTML},
                                         {"htm", HTML},
                                         {"txt", "text/plain; charset=utf-8"},
                                         {"csv", "text/csv; charset=utf-8"},
                                         {"js", "text/javascript; charset=utf-8"},
                                         {"mjs", "text/javascript; charset=utf-8"},
                                         {"json", "application/json"},
                                         {"xml", "application/xml"},
                                         {"pdf", "application/pdf"},
                                         {"wasm", "application/wasm"},
                                         {"zip", "application/zip"},
                                         {"gz", "application/gzip"},
                                         {"jpg", "image/jpeg"},
                                         {"jpeg", "image/jpeg"},
                                         {"gif", "image/gif"},
                                         {"svg", "image/svg+xml"},
                                         {"webp", "image/webp"},
                                         {"avif", "image/avif"},
                                         {"ico", "image/x-icon"},
                                         {"woff2", "font/woff2"},
                                         {"mp3", "audio/mpeg"},
                                         {"mp4", "video/mp4"},
                                         {"webm", "video/webm"},
                                         {"unknown", "application/octet-stream"}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    char path[64];
    snprintf(path, sizeof path, "root/plain/one.two.%s", types[i][0]);
    put_file(path, "x");
    answers(path + strlen("root"), 0, 200, types[i][1], NULL, "x");
  }
}
END_TEST

/* The page around TITLE and HTML, as what the server is to send. */
static char *page_of(const char *title, const char *html) {
  char *page = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&page, &len);
  fprintf(out,
          "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>"
          ":root{color-scheme:light dark}body{max-width:46rem;margin:0 auto;padding:1rem;font:1rem/1.6 "
          "system-ui,sans-serif;overflow-wrap:break-word}h1,h2{line-height:1.25;border-bottom:1px solid #8886}"
          "pre,code{font-family:monospace;font-size:.9em;background:#8882}pre{padding:.8em;overflow:auto}"
          "pre code{background:none;font-size:1em}img{max-width:100%%}blockquote{margin:0;padding-left:1em;"
          "border-left:4px solid #8886}@media(prefers-color-scheme:dark){body{background:#16181c;color:#ddd}"
          "a{color:#8bf}a:visited{color:#c9f}}</style>\n</head>\n<body>\n%s</body>\n</html>\n",
          title, html);
  fclose(out);
  return page;
}

static void page_is(const char *markdown, unsigned options, const char *title, const char *html) {
  size_t len = 0;
  char *page = page_oracle_render(markdown, strlen(markdown), options, &len);
  char *wanted = page_of(title, html);
  ck_assert_str_eq(page, wanted);
  ck_assert_uint_eq(len, strlen(wanted));
  free(page);
  free(wanted);
}

START_TEST(the_title_of_a_page_is_the_text_of_its_first_heading) {
  page_is("text\n", 0, "Untitled", "<p>text</p>\n");
  page_is("x\n\n## A *b* `c`\n\n# D\n", 0, "A b c", "<p>x</p>\n<h2>A <em>b</em> <code>c</code></h2>\n<h1>D</h1>\n");
  page_is("> # a<b>&\"\n", 0, "a&amp;&quot;",
          "<blockquote>\n<h1>a<!-- raw HTML omitted -->&amp;&quot;</h1>\n</blockquote>\n");
  page_is("# \\< \\>\n", 0, "&lt; &gt;", "<h1>&lt; &gt;</h1>\n");
  page_is("# a ![b\\*c](d) e\n", 0, "a  e", "<h1>a <img src=\"d\" alt=\"b*c\" /> e</h1>\n");
  page_is("#\n\n# b\n", 0, "Untitled", "<h1></h1>\n<h1>b</h1>\n");
}
END_TEST

START_TEST(line_ends_in_a_title_are_those_of_the_options) {
  page_is("a\nb\n===\n", 0, "a\nb", "<h1>a\nb</h1>\n");
  page_is("a  \nb\n===\n", 0, "a\nb", "<h1>a<br />\nb</h1>\n");
  page_is("a\nb\n===\n", MARKDOWN_ORACLE_NOBREAKS, "a b", "<h1>a b</h1>\n");
  page_is("a  \nb\n===\n", MARKDOWN_ORACLE_NOBREAKS, "a\nb", "<h1>a<br />\nb</h1>\n");
  page_is("a\nb\n===\n", MARKDOWN_ORACLE_HARDBREAKS | MARKDOWN_ORACLE_NOBREAKS, "a\nb", "<h1>a<br />\nb</h1>\n");
}
END_TEST

START_TEST(options_of_the_text_hold_in_the_title) {
  page_is("# \"a\"\n", MARKDOWN_ORACLE_SMART, "\u201ca\u201d", "<h1>\u201ca\u201d</h1>\n");
  page_is("# \xff\n", MARKDOWN_ORACLE_VALIDATE_UTF8, "\xef\xbf\xbd", "<h1>\xef\xbf\xbd</h1>\n");
  page_is("# \xff\n", 0, "\xff", "<h1>\xff</h1>\n");
}
END_TEST

START_TEST(where_raw_html_passes_the_title_is_that_of_the_html) {
  page_is("<h3 id=x>raw <i>in</i> &amp; more</h3>\n\n# b\n", MARKDOWN_ORACLE_UNSAFE, "raw in &amp; more",
          "<h3 id=x>raw <i>in</i> &amp; more</h3>\n<h1>b</h1>\n");
  page_is("<hr><h7>no</h7>\n", MARKDOWN_ORACLE_UNSAFE, "Untitled", "<hr><h7>no</h7>\n");
  page_is("<h0>no</h0>\n\n###### six\n", MARKDOWN_ORACLE_UNSAFE, "six", "<p><h0>no</h0></p>\n<h6>six</h6>\n");
  page_is("<h1>no end\n", MARKDOWN_ORACLE_UNSAFE, "no end\n", "<h1>no end\n");
}
END_TEST

START_TEST(a_page_is_served_where_it_is_asked_for) {
  char *page = page_of("A", "<h1>A</h1>\n");
  answers("/a.md", FOLDER_ORACLE_PAGE, 200, HTML, NULL, page);
  free(page);
  answers("/none", FOLDER_ORACLE_PAGE, 200, "application/octet-stream", NULL, "plain");
  answers("/nowhere", FOLDER_ORACLE_PAGE, 404, HTML, NULL, NOT_FOUND);
  ck_assert_int_eq(mkdir("root/a&b", 0755), 0);
  page = page_of("/a&amp;b/", "<h1>/a&amp;b/</h1>\n<ul>\n<li><a href=\"../\">..</a></li>\n</ul>\n");
  answers("/a&b/", FOLDER_ORACLE_PAGE, 200, HTML, NULL, page);
  free(page);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("folder oracle");
  TCase *tests = tcase_create("folder oracle");
  tcase_add_checked_fixture(tests, make_folder, remove_all);
  tcase_add_test(tests, a_file_is_served_with_its_type);
  tcase_add_test(tests, a_folder_is_its_index_or_its_readme_or_a_listing);
  tcase_add_test(tests, the_listing_of_the_top_has_no_way_up_and_links_only_where_they_are_followed);
  tcase_add_test(tests, links_are_followed_inside_of_the_folder_alone);
  tcase_add_test(tests, paths_are_decoded_once_and_hide_nothing);
  tcase_add_test(tests, folders_are_served_127_deep);
  tcase_add_test(tests, paths_are_served_up_to_4079_bytes);
  tcase_add_test(tests, no_descriptor_is_special_and_none_stays_open);
  tcase_add_test(tests, a_folder_that_is_not_there_serves_nothing);
  tcase_add_test(tests, each_suffix_has_its_type);
  tcase_add_test(tests, the_title_of_a_page_is_the_text_of_its_first_heading);
  tcase_add_test(tests, line_ends_in_a_title_are_those_of_the_options);
  tcase_add_test(tests, options_of_the_text_hold_in_the_title);
  tcase_add_test(tests, where_raw_html_passes_the_title_is_that_of_the_html);
  tcase_add_test(tests, a_page_is_served_where_it_is_asked_for);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
