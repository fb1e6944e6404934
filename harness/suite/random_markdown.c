/* Random documents. Uniformly random bytes are one long paragraph to a Markdown renderer, so the documents are made of
   what its rules speak of: line starts that open blocks, pieces of inlines that open, close or almost close, line ends
   of every kind, and now and then a byte that has no business there. */
#include "harness/suite/random_markdown.h"
#include "harness/suite/random_text.h"

#include <string.h>

struct generator {
  uint64_t state;
  struct bytes *out;
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* What may stand at the start of a line, one or several after another. */
static const char *const starts[] = {"",       "",         "",        "",      "> ",    ">",           "- ",
                                     "* ",     "+ ",       "1. ",     "2) ",   "10. ",  "    ",        "   ",
                                     "  ",     " ",        "\t",      "# ",    "## ",   "###### ",     "#",
                                     "```",    "~~~",      "---",     "***",   "===",   "- - -",       "-\t",
                                     "1.\t",   ">\t",      "[foo]: ", "<div>", "<!-- ", "<?php ",      "<![CDATA[",
                                     "</pre>", "<script>", "-\n",     "1.\n",  "0. ",   "123456789. ", "1234567890. ",
                                     "____"};

static const char *const pieces[] = {"a",
                                     "foo",
                                     "bar",
                                     " ",
                                     "  ",
                                     " ",
                                     "*",
                                     "**",
                                     "_",
                                     "__",
                                     "***",
                                     "`",
                                     "``",
                                     "[",
                                     "]",
                                     "![",
                                     "](",
                                     ")",
                                     "](/url)",
                                     "](<u r l>)",
                                     "](/u \"t\")",
                                     "](/u 't')",
                                     "[foo]",
                                     "][foo]",
                                     "[]",
                                     "\\",
                                     "\\*",
                                     "\\\n",
                                     "&amp;",
                                     "&copy;",
                                     "&#35;",
                                     "&#x22;",
                                     "&#0;",
                                     "&#xD800;",
                                     "&#x110000;",
                                     "&bogus;",
                                     "&",
                                     "<",
                                     ">",
                                     "<b>",
                                     "</b>",
                                     "<a href=\"x\">",
                                     "<br/>",
                                     "<!--",
                                     "-->",
                                     "<?x?>",
                                     "<!X>",
                                     "<http://a.b?c&d>",
                                     "<a@b.cd>",
                                     "<javascript:x>",
                                     "](javascript:x)",
                                     "](data:image/png;x)",
                                     "\"",
                                     "'",
                                     "(",
                                     "!",
                                     "#",
                                     "===",
                                     "\xC3\xA4",
                                     "\xE2\x80\x9C",
                                     "\xC2\xA0",
                                     "\xE1\xBA\x9E",
                                     "\xF0\x9F\x98\x80",
                                     "\xCE\xA3",
                                     "%20",
                                     "%",
                                     ".",
                                     "-",
                                     "+",
                                     "~~~",
                                     "]: /x",
                                     "]: <> \"t\"\n",
                                     "x*y",
                                     "_x_y",
                                     "*.*",
                                     "a_b",
                                     "  \n",
                                     "\\`",
                                     "<a\n",
                                     "=\"",
                                     "&quot;",
                                     "&NotEqualTilde;",
                                     "http://x",
                                     "|",
                                     "$",
                                     "^"};

static const char *const oddities[] = {
    "\0",   "\x01",         "\x7F", "\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x80",
    "\xFF", "\xEF\xBB\xBF", "\r",   "\f",   "\v"};

static size_t below(struct generator *generator, size_t limit) {
  return (size_t)(random_next(&generator->state) % limit);
}

static void add_oddity(struct generator *generator) {
  size_t which = below(generator, COUNT(oddities));
  bytes_append(generator->out, oddities[which], which == 0 ? 1 : strlen(oddities[which]));
}

static void add_inlines(struct generator *generator) {
  for (size_t count = below(generator, 10); count > 0; count--) {
    if (below(generator, 300) == 0)
      add_oddity(generator);
    else
      bytes_text(generator->out, pieces[below(generator, COUNT(pieces))]);
  }
}

static void add_line_end(struct generator *generator) {
  size_t which = below(generator, 40);
  bytes_text(generator->out, which == 0 ? "\r\n" : which == 1 ? "\r" : which < 8 ? "\n\n" : "\n");
}

static void add_line(struct generator *generator) {
  for (size_t count = below(generator, 4); count > 0; count--)
    bytes_text(generator->out, starts[below(generator, COUNT(starts))]);
  add_inlines(generator);
  add_line_end(generator);
}

/* The same line start over and over: deep nesting, and runs of delimiters longer than any person writes. */
static void add_run(struct generator *generator) {
  static const char *const runs[] = {"> ", "- ", "*", "_", "[", "`", "![", "<", "(", "&", "1. ", "    ", "\\", "**a "};
  const char *run = runs[below(generator, COUNT(runs))];
  for (size_t count = below(generator, 60); count > 0; count--)
    bytes_text(generator->out, run);
  add_inlines(generator);
  add_line_end(generator);
}

void random_markdown(uint64_t seed, uint64_t index, struct bytes *out) {
  struct generator generator = {.state = seed * 0xD1342543DE82EF95U + index, .out = out};
  size_t lines = below(&generator, 20) == 0 ? 1 + below(&generator, 120) : 1 + below(&generator, 14);
  for (size_t i = 0; i < lines; i++) {
    if (below(&generator, 25) == 0)
      add_run(&generator);
    else
      add_line(&generator);
  }
  /* One document in four has no line end at its end. */
  if (out->len && below(&generator, 4) == 0)
    out->data[--out->len] = '\0';
}

/* SPDX-License-Identifier: MIT */
