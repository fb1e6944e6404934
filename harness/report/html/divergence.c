/* One divergence on the page: its headline, both pages as a reader would see them, both sources with the byte marked,
   and what every report says of it. */
#include "harness/report/html/html.h"
#include "harness/report/report.h"
#include "harness/suite/cases.h"
#include "harness/suite/target.h"

#include <string.h>

/* A page that is larger than this is shown in part; so is a source, whose parts are small. */
enum { RENDERED = 48 * 1024, SOURCE_BEFORE = 700, SOURCE_AFTER = 500, DOCUMENT = 4000, HEX_BEFORE = 128, HEX = 320 };

/* The part of TEXT around byte AT to show, of BEFORE and AFTER bytes at most. It begins with a line, or, where that
   line is longer than what is shown of it, with a character. */
static void window(struct span text, size_t at, size_t before, size_t after, size_t *from, size_t *to) {
  at = at < text.len ? at : text.len;
  size_t least = at > before ? at - before : 0;
  *from = least;
  if (least > 0 && text.data[least - 1] != '\n') {
    const char *end = memchr(text.data + least, '\n', at - least);
    *from = end ? (size_t)(end - text.data) + 1 : least;
    while (!end && *from < at && ((unsigned char)text.data[*from] & 0xC0) == 0x80)
      (*from)++;
  }
  *to = text.len - at > after ? at + after : text.len;
}

/* A frame cannot grow with its page; so its height is guessed from the page's lines, in rem. */
static size_t frame_height(struct span text, size_t from, size_t to) {
  enum { LEAST = 5, EACH = 2, MOST = 18 };
  size_t height = LEAST;
  for (size_t at = from; at < to && height < MOST; at++)
    height += text.data[at] == '\n' ? EACH : 0;
  return height;
}

static void add_frame(const char *name, size_t number, struct span text, size_t at, struct bytes *out) {
  size_t from = 0;
  size_t to = text.len;
  if (text.len > RENDERED)
    window(text, at, RENDERED / 2, RENDERED / 2, &from, &to);
  bytes_printf(out, "<figure><figcaption>%s, rendered", name);
  if (to - from < text.len)
    bytes_printf(out, ": only the bytes %zu to %zu of %zu", from, to, text.len);
  bytes_printf(
      out, "</figcaption><iframe style=\"height:%zurem\" sandbox=\"\" title=\"%s page of divergence %zu\" srcdoc=\"",
      frame_height(text, from, to), name, number);
  html_frame_document(out, (struct span){text.data + from, to - from});
  bytes_text(out, "\"></iframe></figure>\n");
}

static void add_source(const char *name, size_t number, struct span text, size_t at, bool binary, struct bytes *out) {
  size_t from;
  size_t to;
  window(text, at, SOURCE_BEFORE, SOURCE_AFTER, &from, &to);
  if (binary) {
    from = (at > HEX_BEFORE ? at - HEX_BEFORE : 0) & ~(size_t)15;
    to = text.len < from + HEX ? text.len : from + HEX;
    from = from < to ? from : to;
  }
  bytes_printf(out,
               "<figure><figcaption>%s%s: bytes %zu to %zu of %zu</figcaption><pre%s "
               "tabindex=\"0\" role=\"region\" aria-label=\"%s source of divergence %zu\">",
               name, binary ? "" : ", source", from, to, text.len, binary ? "" : " class=\"source\"", name, number);
  (binary ? html_hex : html_source)(out, text, from, to, at);
  bytes_text(out, "</pre></figure>\n");
}

static void add_sides(const struct result *result, size_t number, struct bytes *out) {
  struct span expected = span_of(&result->expected);
  struct span actual = span_of(&result->actual);
  if (report_is_page(result)) {
    bytes_text(out, "<div class=\"sides\">\n");
    add_frame("Expected", number, expected, result->offset, out);
    add_frame("Actual", number, actual, result->offset, out);
    bytes_text(out, "</div>\n");
  }
  bytes_text(out, "<div class=\"sides\">\n");
  bool binary = report_is_binary(result);
  add_source("Expected", number, expected, result->offset, binary, out);
  add_source("Actual", number, actual, result->offset, binary, out);
  bytes_text(out, "</div>\n");
}

/* The input, folded away; the reduced one is what a reader wants, but this is what there is. */
static void add_input(const struct result *result, size_t number, struct bytes *out) {
  struct span input = span_of(&result->test_case->input);
  if (result->test_case->conversation || input.len == 0)
    return;
  struct span shown = {input.data, input.len < DOCUMENT ? input.len : DOCUMENT};
  bytes_printf(out, "<details><summary>The input, %zu bytes%s</summary>\n", input.len,
               shown.len < input.len ? ", its beginning" : "");
  bool binary = !span_is_text(shown);
  bytes_printf(out, "<pre%s tabindex=\"0\" role=\"region\" aria-label=\"input of divergence %zu\">",
               binary ? "" : " class=\"source\"", number);
  (!binary ? html_source : html_hex)(out, input, 0, shown.len, SIZE_MAX);
  bytes_text(out, "</pre></details>\n");
}

static void add_links(size_t number, size_t count, struct bytes *out) {
  bytes_text(out, "<p class=\"links\"><a href=\"#list\">all divergences</a>");
  if (number > 1)
    bytes_printf(out, " <a href=\"#d%zu\">previous</a>", number - 1);
  if (number < count)
    bytes_printf(out, " <a href=\"#d%zu\">next</a>", number + 1);
  bytes_text(out, "</p>\n");
}

static void add_known(const struct result *result, struct bytes *out) {
  bytes_text(out, "<p>This is a known divergence");
  bytes_text(out, result->reason ? ": " : ".");
  if (result->reason)
    html_text(out, result->reason);
  bytes_text(out, "</p>\n");
}

void html_divergence(const struct session *session, const struct shown *shown, size_t number, size_t count,
                     struct bytes *out) {
  const struct result *result = shown->result;
  struct bytes text = {0};
  report_headline(result, &text);
  bytes_printf(out, "<article id=\"d%zu\" tabindex=\"-1\">\n<h3>%zu. ", number, number);
  html_bytes(out, span_of(&text));
  bytes_text(out, "</h3>\n");
  if (result->known == KNOWN_AS_IS)
    add_known(result, out);
  if (shown->alike)
    bytes_printf(out, "<p>%zu more fail alike, most likely for the same cause.</p>\n", shown->alike);
  if (result->part != PART_NONE && (result->verdict == DIVERGED || result->verdict == ORACLE_FAULT))
    add_sides(result, number, out);
  bytes_clear(&text);
  report_explanation(session, result, &text);
  bytes_printf(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"explanation of divergence %zu\">", number);
  html_bytes(out, span_of(&text));
  bytes_text(out, "</pre>\n");
  add_input(result, number, out);
  add_links(number, count, out);
  bytes_text(out, "</article>\n");
  bytes_free(&text);
}

/* SPDX-License-Identifier: MIT */
