/* render_probe.h: what a routine answers, held to what libcmark makes of a document that depends on the answer.
 *
 * libcmark does not export its tables. So a test writes one document out of many small probes, and next to it the HTML
 * that it must become if our answers are right; the two are compared byte for byte.
 */
#ifndef BYTEGATE_RENDER_PROBE_H
#define BYTEGATE_RENDER_PROBE_H

#include <stddef.h>
#include <stdint.h>

/* A growing text. Starts zeroed; text_free ends it. */
typedef struct {
  char *bytes;
  size_t size, room;
} Text;

void text_add(Text *text, const void *bytes, size_t size);
void text_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Add a code point as UTF-8, written from RFC 3629; surrogates are written like any other. */
void text_code_point(Text *text, unsigned code_point);
/* Add bytes as HTML text: & < > " become entities. */
void text_escaped(Text *text, const void *bytes, size_t size);
void text_free(Text *text);

/* Render `document` with libcmark, and fail the test at the first byte that is not that of `expected`; the message has
 * the offset and the line of both. Empties both. */
void expect_rendering(const char *what, Text *document, Text *expected);

/* A generator of numbers, the same on every host; `state` is any number but 0. */
uint64_t next_random(uint64_t *state);

#endif

/* SPDX-License-Identifier: MIT */
