/* The room report/html/: the report as one HTML page, a file for each part of it. Each part appends to OUT a piece of a
   page that is HTML and well-formed XML at once, so that both kinds of parser can hold it to its grammar, and that asks
   nothing of any other file. */
#ifndef HARNESS_REPORT_HTML_H
#define HARNESS_REPORT_HTML_H

#include "harness/session/session.h"

/* One divergence that the page shows in full. */
struct shown {
  const struct result *result;
  size_t alike; /* how many further results are alike (results_alike) */
};

/* text.c: any bytes as characters that HTML and XML allow. */

/* As text or as the value of a quoted attribute: line feeds and tabs stay; what is no printable character of UTF-8
   stands as \xHH; what would turn the direction of the text, as \u{HHHH}. */
void html_bytes(struct bytes *out, struct span text);
void html_text(struct bytes *out, const char *text);

/* As the value of srcdoc: a page of its own that may load nothing and run nothing. What cannot stand in HTML becomes
   the picture of the control character (U+2400 and on) or U+FFFD. */
void html_frame_document(struct bytes *out, struct span body);

/* The bytes FROM to TO of TEXT as numbered lines, the byte MARK in a mark element; MARK may be the end of TEXT,
   or SIZE_MAX for no byte at all. */
void html_source(struct bytes *out, struct span text, size_t from, size_t to, size_t mark);

/* The same as lines of sixteen bytes in hexadecimal, with their characters. */
void html_hex(struct bytes *out, struct span text, size_t from, size_t to, size_t mark);

/* style.c: the style sheet. */
extern const char html_style[];

/* divergence.c: the article of SHOWN, number NUMBER of COUNT, from 1; its id is dNUMBER. */
void html_divergence(const struct session *session, const struct shown *shown, size_t number, size_t count,
                     struct bytes *out);

/* A section that another part of the gate adds to the page. */
struct html_section {
  const char *id, *title;
  /* Appends what stands under the title. FIXTURES is the folder above that of the suites. Returns false where there is
     nothing to show: then the page has no such section. */
  bool (*add)(const struct session *session, const char *fixtures, struct bytes *out);
  void (*style)(struct bytes *out); /* appends rules of the style sheet; NULL: none */
};

enum { HTML_MOST_SECTIONS = 8 };

/* Adds SECTION to the pages that are made from now on, after those that are there. */
void html_add_section(const struct html_section *section);

/* sizes.c: how the sizes that elf.sha256 beside the suites states changed over the commits of git. */
extern const struct html_section html_sizes;

#endif

/* SPDX-License-Identifier: MIT */
