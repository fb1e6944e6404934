/* The oracle of --page: the HTML of a document as a whole page.

   Detects: every byte that differs from the page that is meant, its title included, which is taken from libcmark's tree
   and not from the HTML, unless raw HTML passes through. Cannot detect: whether the page looks well. */
#ifndef ORACLES_PAGE_H
#define ORACLES_PAGE_H

#include <stddef.h>

/* The page of MARKDOWN, rendered with a set of MARKDOWN_ORACLE_*. The caller frees it. */
char *page_oracle_render(const char *markdown, size_t len, unsigned options, size_t *page_len);

/* The page with a TITLE, which is HTML already, around HTML. */
char *page_oracle_wrap(const char *title, const char *html, size_t html_len, size_t *page_len);

#endif

/* SPDX-License-Identifier: MIT */
