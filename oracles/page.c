#include "oracles/page.h"
#include "oracles/markdown.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char begin[] = "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
                            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
static const char after_title[] =
    "</title>\n<style>"
    ":root{color-scheme:light dark}"
    "body{max-width:46rem;margin:0 auto;padding:1rem;font:1rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}"
    "h1,h2{line-height:1.25;border-bottom:1px solid #8886}"
    "pre,code{font-family:monospace;font-size:.9em;background:#8882}"
    "pre{padding:.8em;overflow:auto}"
    "pre code{background:none;font-size:1em}"
    "img{max-width:100%}"
    "blockquote{margin:0;padding-left:1em;border-left:4px solid #8886}"
    "@media(prefers-color-scheme:dark){body{background:#16181c;color:#ddd}a{color:#8bf}a:visited{color:#c9f}}"
    "</style>\n</head>\n<body>\n";
static const char end[] = "</body>\n</html>\n";

char *page_oracle_wrap(const char *title, const char *html, size_t html_len, size_t *page_len) {
  char *page = NULL;
  FILE *out = open_memstream(&page, page_len);
  if (!out)
    abort();
  fputs(begin, out);
  fputs(*title ? title : "Untitled", out);
  fputs(after_title, out);
  fwrite(html, 1, html_len, out);
  fputs(end, out);
  if (fclose(out))
    abort();
  return page;
}

static void put_escaped(FILE *out, const char *text) {
  for (; text && *text; text++)
    switch (*text) {
    case '<':
      fputs("&lt;", out);
      break;
    case '>':
      fputs("&gt;", out);
      break;
    case '&':
      fputs("&amp;", out);
      break;
    case '"':
      fputs("&quot;", out);
      break;
    default:
      fputc(*text, out);
    }
}

/* The text of HEADING, without that of images, which stands in an attribute. */
static void put_heading(FILE *out, cmark_node *heading, unsigned options) {
  cmark_iter *iter = cmark_iter_new(heading);
  int in_images = 0;
  for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
    cmark_node *node = cmark_iter_get_node(iter);
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_IMAGE)
      in_images += event == CMARK_EVENT_ENTER ? 1 : -1;
    else if (in_images == 0 && event == CMARK_EVENT_ENTER && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
      put_escaped(out, cmark_node_get_literal(node));
    else if (in_images == 0 && event == CMARK_EVENT_ENTER &&
             (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK))
      fputc(type == CMARK_NODE_SOFTBREAK && (options & MARKDOWN_ORACLE_NOBREAKS) &&
                    !(options & MARKDOWN_ORACLE_HARDBREAKS)
                ? ' '
                : '\n',
            out);
  }
  cmark_iter_free(iter);
}

/* The first heading in the order of the document, or NULL. */
static cmark_node *first_heading(cmark_node *document) {
  cmark_iter *iter = cmark_iter_new(document);
  cmark_node *found = NULL;
  while (!found && cmark_iter_next(iter) != CMARK_EVENT_DONE)
    if (cmark_node_get_type(cmark_iter_get_node(iter)) == CMARK_NODE_HEADING)
      found = cmark_iter_get_node(iter);
  cmark_iter_free(iter);
  return found;
}

/* What stands between the first start tag of a heading in HTML and the next end tag of one, without tags: where raw
   HTML passes through, the document's tree does not know of its headings. */
static void put_raw_heading(FILE *out, const char *html) {
  const char *at = html;
  while ((at = strstr(at, "<h")) && !(at[2] >= '1' && at[2] <= '6'))
    at += 2;
  if (!at)
    return;
  while ((at = strchr(at, '>'))) {
    size_t text = strcspn(++at, "<");
    fwrite(at, 1, text, out);
    at += text;
    if (strncmp(at, "</h", 3) == 0)
      return;
  }
}

char *page_oracle_render(const char *markdown, size_t len, unsigned options, size_t *page_len) {
  char *title = NULL;
  size_t title_len = 0, html_len = 0;
  FILE *out = open_memstream(&title, &title_len);
  if (!out)
    abort();
  int bits = (options & MARKDOWN_ORACLE_SMART ? CMARK_OPT_SMART : 0) |
             (options & MARKDOWN_ORACLE_VALIDATE_UTF8 ? CMARK_OPT_VALIDATE_UTF8 : 0);
  cmark_node *document = cmark_parse_document(markdown, len, bits);
  cmark_node *heading = first_heading(document);
  char *html = markdown_oracle_render(markdown, len, options, &html_len);
  if (options & MARKDOWN_ORACLE_UNSAFE)
    put_raw_heading(out, html);
  else if (heading)
    put_heading(out, heading, options);
  cmark_node_free(document);
  if (fclose(out))
    abort();
  char *page = page_oracle_wrap(title, html, html_len, page_len);
  free(html);
  free(title);
  return page;
}

/* SPDX-License-Identifier: MIT */
