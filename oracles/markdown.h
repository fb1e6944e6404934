/* The Markdown oracle: libcmark 0.30.2, called in this process.

   Detects: every byte in which a program's HTML differs from that of the reference implementation of CommonMark 0.30,
   for any input at all. Cannot detect: a fault that libcmark and the program share. That is why the HTML which the
   specification itself prints is compared with libcmark's before libcmark judges anything (oracles/spec.h).

   The oracle is the library. The command `cmark` differs from it in one point: it reads 4,096 bytes at a time, and in a
   first line that is longer it drops a byte order mark at the start of such a piece. */
#ifndef ORACLES_MARKDOWN_H
#define ORACLES_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

/* The one version that is this oracle. Another renders other bytes. */
#define MARKDOWN_ORACLE_VERSION "0.30.2"

/* The version of the libcmark that is linked, as in "0.30.2". */
const char *markdown_oracle_version(void);

/* The options of cmark's command line that change its HTML, as bits of a set; in the order of the words below. */
enum {
  MARKDOWN_ORACLE_UNSAFE = 1,
  MARKDOWN_ORACLE_SOURCEPOS = 2,
  MARKDOWN_ORACLE_HARDBREAKS = 4,
  MARKDOWN_ORACLE_NOBREAKS = 8,
  MARKDOWN_ORACLE_SMART = 16,
  MARKDOWN_ORACLE_VALIDATE_UTF8 = 32
};

/* Their words, as in "validate-utf8", up to NULL. */
extern const char *const markdown_oracle_words[];

/* Renders MARKDOWN, any LEN bytes, as `cmark` does with a set of OPTIONS. Returns HTML that the caller frees, and its
   length in HTML_LEN. (cmark's HTML holds no NUL: cmark replaces each one by U+FFFD.) */
char *markdown_oracle_render(const char *markdown, size_t len, unsigned options, size_t *html_len);

/* Where HTML came from: a block of the document, with its first and last line and column, counted from 1. */
struct markdown_block {
  const char *type; /* cmark's name of it, as in "block_quote"; static */
  int first_line, first_column, last_line, last_column;
};

/* Finds the block of MARKDOWN whose HTML begins last at or before byte OFFSET of the whole HTML. Exact for blocks: it
   renders once more with cmark's source positions and lines the two up. False when the document is empty. */
bool markdown_oracle_locate(const char *markdown, size_t len, unsigned options, size_t offset,
                            struct markdown_block *block);

#endif

/* SPDX-License-Identifier: MIT */
