/* libcmark as the oracle of Markdown, and as the guide from a byte of HTML back to the block it came from. */
#include "oracles/markdown.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const markdown_oracle_words[] = {"unsafe", "sourcepos",     "hardbreaks", "nobreaks",
                                             "smart",  "validate-utf8", NULL};

/* libcmark's bits for a set of options. */
static int bits_of(unsigned options) {
  static const int bits[] = {CMARK_OPT_UNSAFE,   CMARK_OPT_SOURCEPOS, CMARK_OPT_HARDBREAKS,
                             CMARK_OPT_NOBREAKS, CMARK_OPT_SMART,     CMARK_OPT_VALIDATE_UTF8};
  int set = CMARK_OPT_DEFAULT;
  for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
    set |= options >> i & 1 ? bits[i] : 0;
  return set;
}

const char *markdown_oracle_version(void) { return cmark_version_string(); }

char *markdown_oracle_render(const char *markdown, size_t len, unsigned options, size_t *html_len) {
  cmark_node *document = cmark_parse_document(markdown, len, bits_of(options));
  char *html = cmark_render_html(document, bits_of(options));
  cmark_node_free(document);
  *html_len = strlen(html);
  return html;
}

/* One walk over the HTML without source positions and the HTML with them, side by side. PLAIN is the offset in the
   former that corresponds to MARKED in the latter. */
struct alignment {
  const char *html;
  size_t plain;
  size_t marked;
  size_t last_block; /* in the latter, of the start tag of the last block */
  bool both;         /* the former has source positions too */
};

/* The length of a ` data-sourcepos="..."` at AT, or 0. */
static size_t attribute_length(const char *at) {
  static const char start[] = " data-sourcepos=\"";
  if (strncmp(at, start, sizeof start - 1) != 0)
    return 0;
  const char *end = strchr(at + sizeof start - 1, '"');
  return end ? (size_t)(end - at) + 1 : 0;
}

/* Goes forward to MARKED. The attributes passed on the way are not in the plain HTML. Text cannot look like one,
   because cmark escapes quotation marks in text; raw HTML can, and then the plain HTML holds it too. Such an attribute
   is no position of a block of this document, so it is only passed here, never searched for. */
static void align_to(struct alignment *at, size_t marked) {
  while (at->marked < marked) {
    size_t skip = attribute_length(at->html + at->marked);
    at->plain += !skip ? 1 : at->both ? skip : 0;
    at->marked += skip ? skip : 1;
  }
}

static bool is_block_of_interest(cmark_node *node) {
  cmark_node_type type = cmark_node_get_type(node);
  return type != CMARK_NODE_DOCUMENT && type <= CMARK_NODE_LAST_BLOCK;
}

/* Moves AT to where the HTML of NODE begins. False when it leaves no trace of its own (a paragraph of a tight list). */
static bool align_to_block(struct alignment *at, cmark_node *node) {
  static const char omitted[] = "<!-- raw HTML omitted -->";
  char needle[96];
  const char *from = at->html + at->last_block; /* a list and its first item may have the same position */
  const char *found = NULL;
  const char *end = NULL;
  if (cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK) {
    const char *literal = cmark_node_get_literal(node);
    found = literal && *literal ? strstr(from, literal) : NULL;
    end = found ? found + strlen(literal) : NULL;
    if (!found)
      found = strstr(from, omitted);
    if (found && !end)
      end = found + sizeof omitted - 1;
  } else {
    snprintf(needle, sizeof needle, " data-sourcepos=\"%d:%d-%d:%d\"", cmark_node_get_start_line(node),
             cmark_node_get_start_column(node), cmark_node_get_end_line(node), cmark_node_get_end_column(node));
    found = strstr(from, needle);
    if (!found)
      return false;
    end = found + strcspn(found, ">");
    end += *end == '>';
    while (found > at->html && *found != '<')
      found--;
  }
  if (!found || (size_t)(found - at->html) < at->marked)
    return false;
  align_to(at, (size_t)(found - at->html));
  at->last_block = (size_t)(end - at->html);
  return true;
}

static bool in_tight_list(cmark_node *node) {
  cmark_node *item = cmark_node_parent(node);
  cmark_node *list = item ? cmark_node_parent(item) : NULL;
  return cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH && list && cmark_node_get_type(list) == CMARK_NODE_LIST &&
         cmark_node_get_list_tight(list);
}

/* Where LINE of the document begins, counted from 1. */
static const char *line_start(const char *markdown, size_t len, int line) {
  const char *at = markdown;
  for (const char *end = markdown + len; line > 1 && at < end; line--) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    at = stop ? stop + 1 : end;
  }
  return at;
}

static int line_length(const char *line, const char *end) {
  const char *at = line;
  while (at < end && *at != '\n' && *at != '\r')
    at++;
  return (int)(at - line);
}

static void describe(cmark_node *node, const char *markdown, size_t len, struct markdown_block *block) {
  block->type = cmark_node_get_type_string(node);
  block->first_line = cmark_node_get_start_line(node);
  block->first_column = cmark_node_get_start_column(node);
  block->last_line = cmark_node_get_end_line(node);
  block->last_column = cmark_node_get_end_column(node);
  /* Where cmark notices the end of a block only at the next line, it says "column 0 of that". */
  if (block->last_column == 0 && block->last_line > block->first_line) {
    block->last_line--;
    block->last_column = line_length(line_start(markdown, len, block->last_line), markdown + len);
  }
}

bool markdown_oracle_locate(const char *markdown, size_t len, unsigned options, size_t offset,
                            struct markdown_block *block) {
  int how = bits_of(options) | CMARK_OPT_SOURCEPOS;
  cmark_node *document = cmark_parse_document(markdown, len, how);
  char *html = cmark_render_html(document, how);
  cmark_iter *walk = cmark_iter_new(document);
  struct alignment at = {.html = html, .both = options & MARKDOWN_ORACLE_SOURCEPOS};
  bool found = false;
  for (cmark_event_type event = cmark_iter_next(walk); event != CMARK_EVENT_DONE; event = cmark_iter_next(walk)) {
    cmark_node *node = cmark_iter_get_node(walk);
    if (event != CMARK_EVENT_ENTER || !is_block_of_interest(node))
      continue;
    if (in_tight_list(node))
      align_to(&at, at.last_block);
    else if (!align_to_block(&at, node))
      continue;
    if (at.plain > offset)
      break;
    describe(node, markdown, len, block);
    found = true;
  }
  cmark_iter_free(walk);
  free(html);
  cmark_node_free(document);
  return found;
}

/* SPDX-License-Identifier: MIT */
