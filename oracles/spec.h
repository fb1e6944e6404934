/* The published examples: Markdown and the HTML that the CommonMark specification itself prints for it.

   Detects: an oracle that does not do what the specification says. Cannot detect: anything that no example shows. The
   printed HTML is that of an unsafe rendering: the specification has no safe mode. */
#ifndef ORACLES_SPEC_H
#define ORACLES_SPEC_H

#include <stdbool.h>
#include <stddef.h>

struct spec_example {
  int number;     /* as the specification counts them, from 1 */
  char *section;  /* owned */
  char *markdown; /* owned, markdown_len bytes and a NUL */
  size_t markdown_len;
  char *html; /* owned, html_len bytes and a NUL */
  size_t html_len;
};

struct spec {
  struct spec_example *examples; /* owned */
  size_t count;
};

/* Reads PATH: JSON, an array of objects with markdown, html, example and section, where its name ends in .json;
   otherwise the text of the specification, whose examples stand between lines of 32 backquotes, with → for a tab.
   On failure returns false and puts one line that names the place and the reason into WHY (WHY_SIZE bytes). */
bool spec_read(const char *path, struct spec *spec, char *why, size_t why_size);

void spec_free(struct spec *spec);

#endif

/* SPDX-License-Identifier: MIT */
