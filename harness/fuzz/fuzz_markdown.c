/* fuzz_markdown.c: coverage-guided documents, our renderer against libcmark in the same process.
 *
 * The renderer is markdown-render-counted_x64.o, whose every label bumps a counter that libFuzzer watches, so that it
 * looks for documents that reach new places of the machine code. Each document is rendered by both in both modes,
 * without options and with some that the document picks; the first byte that differs is reported and ends the run, and
 * libFuzzer keeps the document. The mutator speaks Markdown: half of its steps insert, wrap, prefix or repeat pieces of
 * it. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmark.h>

#include "markdown_render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* ---- Comparing --------------------------------------------------------------------------------------------------- */

/* Print up to `count` bytes around `offset` with what is not printable escaped. */
static void print_context(const char *side, const char *text, size_t length, size_t offset) {
  size_t from = offset > 40 ? offset - 40 : 0;
  size_t to = offset + 40 < length ? offset + 40 : length;
  fprintf(stderr, "  %s (%zu bytes): ", side, length);
  for (size_t i = from; i < to; i++) {
    unsigned char c = (unsigned char)text[i];
    if (i == offset)
      fputs(" >>", stderr);
    if (c == '\n')
      fputs("\\n", stderr);
    else if (c >= ' ' && c < 127)
      fputc(c, stderr);
    else
      fprintf(stderr, "\\x%02x", c);
  }
  fputc('\n', stderr);
}

/* End the run because a document diverged. */
static void diverged(const char *mode, const char *ours, size_t our_length, const char *theirs, size_t their_length) {
  size_t offset = 0;
  while (offset < our_length && offset < their_length && ours[offset] == theirs[offset])
    offset++;
  fprintf(stderr, "DIVERGED %s at byte %zu\n", mode, offset);
  print_context("cmark", theirs, their_length, offset);
  print_context("ours ", ours, our_length, offset);
  abort();
}

/* The workspace for documents up to `size` bytes, mapped once and grown as needed; a page that may not be touched
 * follows it. */
static void *workspace_for(size_t size, size_t *workspace_size) {
  static void *workspace;
  static size_t mapped;
  size_t need = ((size_t)markdown_workspace_size(size) + 4095) & ~(size_t)4095;
  if (need > mapped) {
    if (mapped)
      munmap(workspace, mapped + 4096);
    workspace = mmap(NULL, need + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (workspace == MAP_FAILED || mprotect((char *)workspace + need, 4096, PROT_NONE) != 0) {
      perror("fuzz_markdown: workspace");
      exit(3);
    }
    mapped = need;
  }
  *workspace_size = need;
  return workspace;
}

/* ---- Memory for libcmark -------------------------------------------------------------------------------------------
 *
 * It asks for some hundred pieces for a document, and gives nearly all of them back when the document is done with. An
 * arena that is emptied then makes that cheap, and more than one and a half times as many documents are compared. */

enum { PIECE_HEADER = 16 };

static struct {
  char *memory;
  size_t used, mapped;
} arena;

static void open_arena(void) {
  arena.mapped = (size_t)1 << 36;
  arena.memory = mmap(NULL, arena.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (arena.memory == MAP_FAILED) {
    perror("fuzz_markdown: libcmark's memory");
    exit(3);
  }
}

/* Zeroed memory, its size before it. */
static void *arena_calloc(size_t count, size_t size) {
  size_t bytes = (count * size + PIECE_HEADER - 1) / PIECE_HEADER * PIECE_HEADER;
  if (bytes > arena.mapped - arena.used - PIECE_HEADER) {
    fprintf(stderr, "fuzz_markdown: libcmark wants more than %zu bytes for a document\n", arena.mapped);
    abort();
  }
  char *piece = arena.memory + arena.used + PIECE_HEADER;
  *(size_t *)(void *)(piece - PIECE_HEADER) = bytes;
  arena.used += PIECE_HEADER + bytes;
  return memset(piece, 0, bytes);
}

static void *arena_realloc(void *old, size_t size) {
  char *piece = arena_calloc(1, size);
  size_t had = old ? *(size_t *)(void *)((char *)old - PIECE_HEADER) : 0;
  return had ? memcpy(piece, old, had < size ? had : size) : piece;
}

static void arena_free(void *piece) { (void)piece; }

/* Forgets every piece; the pages of an exceptional document go back to the kernel. */
static void empty_arena(void) {
  enum { KEPT = 1 << 24 };
  if (arena.used > KEPT)
    madvise(arena.memory + KEPT, arena.used - KEPT, MADV_DONTNEED);
  arena.used = 0;
}

/* The document may lie in the workspace itself, where it becomes the text. */
static void compare(const uint8_t *data, size_t size, unsigned flags, bool in_place, const char *theirs) {
  char mode[48];
  snprintf(mode, sizeof mode, "with flags 0x%x%s", flags, in_place ? ", in place" : "");
  size_t workspace_size;
  char *workspace = workspace_for(size, &workspace_size);
  const char *ours = NULL;
  if (in_place)
    data = memcpy(workspace + MARKDOWN_PLACE, data, size);
  int64_t our_length = markdown_to_html(data, size, flags, workspace, workspace_size, &ours);
  if (our_length < 0) {
    fprintf(stderr, "DIVERGED %s: result %lld for %zu bytes\n", mode, (long long)our_length, size);
    abort();
  }
  size_t their_length = strlen(theirs);
  if ((size_t)our_length != their_length || memcmp(ours, theirs, their_length) != 0)
    diverged(mode, ours, (size_t)our_length, theirs, their_length);
}

/* The options of cmark that a set of our flags stands for. Those that its parser heeds are SMART and VALIDATE_UTF8. */
static int cmark_options(unsigned flags) {
  static const struct {
    unsigned flag;
    int option;
  } pairs[] = {{MARKDOWN_UNSAFE, CMARK_OPT_UNSAFE},         {MARKDOWN_SOURCEPOS, CMARK_OPT_SOURCEPOS},
               {MARKDOWN_HARDBREAKS, CMARK_OPT_HARDBREAKS}, {MARKDOWN_NOBREAKS, CMARK_OPT_NOBREAKS},
               {MARKDOWN_SMART, CMARK_OPT_SMART},           {MARKDOWN_VALIDATE_UTF8, CMARK_OPT_VALIDATE_UTF8}};
  int options = CMARK_OPT_DEFAULT;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    options |= flags & pairs[i].flag ? pairs[i].option : 0;
  return options;
}

/* Parse the document once and compare under two sets of flags that differ only in what the parser does not heed. */
static void compare_parsed(const uint8_t *data, size_t size, unsigned first, unsigned second) {
  static cmark_mem allocator = {arena_calloc, arena_realloc, arena_free};
  cmark_parser *parser = cmark_parser_new_with_mem(cmark_options(first), &allocator);
  cmark_parser_feed(parser, (const char *)data, size);
  cmark_node *document = cmark_parser_finish(parser);
  compare(data, size, first, false, cmark_render_html(document, cmark_options(first)));
  compare(data, size, second, true, cmark_render_html(document, cmark_options(second)));
  empty_arena();
}

/* Both modes without options, and both with options that the document itself picks, so that a document which diverges
 * diverges again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum {
    OPTIONS = MARKDOWN_SOURCEPOS | MARKDOWN_HARDBREAKS | MARKDOWN_NOBREAKS | MARKDOWN_SMART | MARKDOWN_VALIDATE_UTF8
  };
  if (!arena.memory)
    open_arena();
  compare_parsed(data, size, 0, MARKDOWN_UNSAFE);
  uint32_t hash = 2166136261;
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ data[i]) * 16777619;
  unsigned options = (hash >> 16) & OPTIONS;
  compare_parsed(data, size, options, options | MARKDOWN_UNSAFE);
  return 0;
}

/* ---- Mutating ---------------------------------------------------------------------------------------------------- */

static const char *const pieces[] = {"*",
                                     "**",
                                     "***",
                                     "_",
                                     "__",
                                     "`",
                                     "``",
                                     "```",
                                     "~~~",
                                     "\n```\n",
                                     "\n~~~ c\n",
                                     "[",
                                     "]",
                                     "![",
                                     "](",
                                     ")",
                                     "(",
                                     "<",
                                     ">",
                                     "[a]",
                                     "[a]: b\n",
                                     "\n[a]: /u 't'\n\n",
                                     "[a][b]",
                                     "[](",
                                     "](<",
                                     "\"",
                                     "'",
                                     "\\",
                                     "&amp;",
                                     "&#35;",
                                     "&#x22;",
                                     "&ngE;",
                                     "&bsol;",
                                     "&",
                                     ";",
                                     "#",
                                     "## ",
                                     "######",
                                     " #",
                                     "\n---\n",
                                     "\n===\n",
                                     "- ",
                                     "* ",
                                     "+ ",
                                     "1. ",
                                     "1) ",
                                     "10. ",
                                     "- - ",
                                     "> ",
                                     ">",
                                     "    ",
                                     "   ",
                                     "  ",
                                     " ",
                                     "\t",
                                     "\n",
                                     "\n\n",
                                     "  \n",
                                     "\\\n",
                                     "\r\n",
                                     "\r",
                                     "<a>",
                                     "</a>",
                                     "<div>",
                                     "</div>\n",
                                     "<!--",
                                     "-->",
                                     "<?",
                                     "?>",
                                     "<!A ",
                                     "<![CDATA[",
                                     "]]>",
                                     "<script>",
                                     "</script>",
                                     "<pre ",
                                     "<a b='c'",
                                     "<a b=\"",
                                     "/>",
                                     "<http://a>",
                                     "<a@b.c>",
                                     "javascript:",
                                     "data:image/png",
                                     "FILE:",
                                     "\xc2\xa0",
                                     "\xe2\x80\x83",
                                     "\xc3\x9f",
                                     "\xe1\xba\x9e",
                                     "SS",
                                     "\xe2\x80\x9c",
                                     "\xef\xbb\xbf",
                                     "\xff",
                                     "\xe2\x80",
                                     "\xed\xa0\x80",
                                     "\xf0\x9f\x98\x80",
                                     "\v",
                                     "\f",
                                     "a",
                                     "b",
                                     "aa ",
                                     "A",
                                     "0",
                                     "!",
                                     ":",
                                     "|",
                                     "=",
                                     "-",
                                     "***a** b*",
                                     "![[]()",
                                     "[a](b \"c\")",
                                     "<b",
                                     "=\"",
                                     "&#0;",
                                     "&#xD800;",
                                     "&copy",
                                     "\\[",
                                     "\\]",
                                     "\\`",
                                     "\\*",
                                     "\\!["};

enum { PIECES = sizeof pieces / sizeof *pieces };

static uint64_t random_state;

static uint64_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state * 0x2545F4914F6CDD1D >> 16;
}

static size_t below(size_t limit) { return limit ? (size_t)(next_random() % limit) : 0; }

/* Insert `count` bytes at `at`; returns the new size, unchanged if they do not fit. */
static size_t insert(uint8_t *data, size_t size, size_t max_size, size_t at, const void *bytes, size_t count) {
  if (count > max_size - size)
    return size;
  memmove(data + at + count, data + at, size - at);
  memcpy(data + at, bytes, count);
  return size + count;
}

static size_t insert_piece(uint8_t *data, size_t size, size_t max_size, size_t at) {
  const char *piece = pieces[below(PIECES)];
  return insert(data, size, max_size, at, piece, strlen(piece));
}

/* The start of some line. */
static size_t some_line(const uint8_t *data, size_t size) {
  size_t at = below(size + 1);
  while (at > 0 && data[at - 1] != '\n')
    at--;
  return at;
}

/* Put the same piece before some lines in a row: a quote, a list item's indentation. */
static size_t prefix_lines(uint8_t *data, size_t size, size_t max_size) {
  static const char *const prefixes[] = {"> ", ">", "  ", "    ", "- ", "\t", "   ", " "};
  const char *prefix = prefixes[below(sizeof prefixes / sizeof *prefixes)];
  size_t at = some_line(data, size);
  for (size_t lines = 1 + below(4); lines > 0 && at <= size; lines--) {
    size = insert(data, size, max_size, at, prefix, strlen(prefix));
    uint8_t *end = memchr(data + at, '\n', size - at);
    if (!end)
      break;
    at = (size_t)(end - data) + 1;
  }
  return size;
}

/* Copy a slice of the document to another place in it. */
static size_t repeat_slice(uint8_t *data, size_t size, size_t max_size) {
  uint8_t slice[256];
  size_t from = below(size), count = 1 + below(sizeof slice - 1);
  if (count > size - from)
    count = size - from;
  memcpy(slice, data + from, count);
  return insert(data, size, max_size, below(size + 1), slice, count);
}

static size_t delete_slice(uint8_t *data, size_t size) {
  size_t from = below(size), count = 1 + below(16);
  if (count > size - from)
    count = size - from;
  memmove(data + from, data + from + count, size - from - count);
  return size - count;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  random_state = seed * 0x9E3779B97F4A7C15 + 1;
  if (size == 0 || below(4) == 0)
    return LLVMFuzzerMutate(data, size, max_size);
  for (size_t steps = 1 + below(4); steps > 0; steps--) {
    switch (below(8)) {
    case 0:
      size = prefix_lines(data, size, max_size);
      break;
    case 1:
      size = size ? repeat_slice(data, size, max_size) : size;
      break;
    case 2:
    case 3:
      size = size ? delete_slice(data, size) : size;
      break;
    case 4:
      size = insert_piece(data, size, max_size, some_line(data, size));
      break;
    default:
      size = insert_piece(data, size, max_size, below(size + 1));
    }
  }
  return size;
}

/* SPDX-License-Identifier: MIT */
