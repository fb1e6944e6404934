/* parts.h: what the renderer's files share: the workspace, the records in it, and the registers each phase holds.
 *
 * The workspace is one piece of memory, S5 points at its start in every routine:
 *
 *     fields (W_*) | '\n' | text | arena: block records, copied content, references | tags | tokens | scratch | HTML
 *
 * text     the document with every line ended by one '\n', NUL replaced by U+FFFD, a leading BOM dropped
 * arena    grows while blocks are parsed; whatever is below 4 GiB from S5 is named by a 32-bit offset from S5
 * tags     one byte for each byte of the leaf block in hand: what a delimiter character has become
 * tokens   the inlines of the leaf block in hand, in order; reused for the next leaf block
 * scratch  a URL, title or info string while it is unescaped
 *
 * Registers of the block phase:  S0 the next byte of the line, S1 its column, S2 the first byte that is neither space
 * nor tab, S3 the container (a record), S4 the indentation at S0 in columns. Of the inline phase: S0 the next byte,
 * S1 the end, S2 where the pending run of text starts, S3 where the last special construct ended, S4 the next free
 * token. Of the HTML phase: S4 the next free byte of output. */
#ifndef BYTEGATE_MARKDOWN_PARTS_H
#define BYTEGATE_MARKDOWN_PARTS_H

#include "../isa/machine.h"
#include "markdown.h"

enum { ENTITY_SLOT_BITS = 8, ENTITY_SLOTS = 1 << ENTITY_SLOT_BITS, ENTITY_SLOT_SIZE = 24 };

/* Fields of the workspace, 64 bits each. */
enum {
  W_FLAGS = 0,        /* MARKDOWN_UNSAFE */
  W_END = 8,          /* end of the workspace */
  W_ERROR = 16,       /* 0, or the negative result to return */
  W_TOP = 24,         /* next free byte of the arena */
  W_ARENA_LIMIT = 32, /* the arena must stay below this */
  W_TEXT = 40,        /* start and end of the text */
  W_TEXT_END = 48,
  W_LENGTH = 56, /* of the document, as handed in */
  /* the line in hand */
  W_EOL = 64,          /* its '\n' */
  W_NONSPACE_COL = 72, /* column of S2 */
  W_PARTIAL_TAB = 80,  /* S0 is at a tab of which some columns are used up */
  W_BREAK_KILL = 88,   /* no thematic break can start before this byte */
  /* the open blocks */
  W_DOCUMENT = 104,   /* record of the document */
  W_TIP = 112,        /* the deepest open block */
  W_MATCHED = 120,    /* the deepest block that the line continues */
  W_OPENED = 128,     /* the line has opened a block */
  W_MAYBE_LAZY = 136, /* the tip was a paragraph and no block is opened yet */
  W_LAST_RECORD = 144,
  W_BLANK_CONTAINER = 152, /* the open container whose last line was blank, or 0 */
  W_QUOTE_FIRST = 160,     /* the outermost and innermost open block quote, or 0 */
  W_QUOTE_LAST = 168,
  W_QUOTE_MATCHED = 176,     /* the innermost block quote that the line continues so far, or 0 */
  W_PARAGRAPH_PREV = 184,    /* of the open paragraph: the record before it, */
  W_PARAGRAPH_SIBLING = 192, /* and its previous sibling (offset) */
  W_NEW_TYPE = 200,
  W_LONGEST = 208, /* length of the longest leaf block */
  /* list marker in hand */
  W_MARKER_CHAR = 216,
  W_MARKER_START = 224,
  W_MARKER_LENGTH = 232,
  /* references */
  W_REF_FIRST = 240,
  W_REF_LAST = 248,
  W_REF_COUNT = 256,
  W_BUCKETS = 264,
  W_BUCKET_MASK = 272,
  W_REF_SIZE = 280, /* bytes that references have added so far, and may add in all */
  W_REF_MAX = 288,
  W_LABEL = 296, /* slices of the definition in hand */
  W_LABEL_LEN = 304,
  W_URL = 312,
  W_URL_LEN = 320,
  W_TITLE = 328,
  W_TITLE_LEN = 336,
  /* inlines of the leaf block in hand */
  W_SUBJECT = 344,   /* its first byte */
  W_RUN_FLAGS = 352, /* TOKEN_ESCAPE | TOKEN_NEWLINE of the pending run of text; one too many does no harm */
  W_TAGS = 360,
  W_TAG_BIAS = 368, /* tag of a byte = W_TAG_BIAS + its offset from S5 */
  W_TOKENS = 376,   /* tokens are named by their offset from here; the first is at 32, and 0 is none, whose links and
                       flags nobody reads: they may be set */
  W_TOKEN_LIMIT = 384,
  W_LAST_DELIMITER = 392, /* token, or 0 */
  W_LAST_BRACKET = 400,
  W_LAST_LINK = 408, /* the opener of the last link, or 0: openers of links before it are inactive */
  W_TICKS_SCANNED = 424,
  W_TICKS_READY = 432, /* W_TICKS has been cleared */
  W_TICKS_EPOCH = 440, /* number of the leaf block */
  W_SKIP_HTML = 448,   /* SKIP_* */
  W_SCRATCH = 456,
  W_BOTTOM = 464, /* seven 32-bit openers_bottom */
  W_OUT = 504,    /* next free byte of the HTML while S4 holds something else */
  W_OUT_START = 512,
  W_OUT_LIMIT = 520,
  W_OPENERS_SEEN = 528,            /* the leaf block has had runs that can open: 1 of '*', 2 of '_' */
  W_OPENER = 552,                  /* the bracket that may be closed */
  W_AFTER_TEXT = 560,              /* behind the ']' in hand, */
  W_AFTER_LINK = 568,              /* and behind the whole link */
  W_ENTITIES_READY = 584,          /* W_ENTITIES has been cleared */
  W_LABEL_BUFFER = 592,            /* 4 KiB: a normalized label */
  W_TICKS = W_LABEL_BUFFER + 4096, /* 1001 times: position of the last run of that many backticks, and its epoch */
  W_ENTITIES = W_TICKS + 1008 * 8, /* slots: the bytes of a name, its UTF-8, the length of that */
  W_SIZE = W_ENTITIES + ENTITY_SLOTS * ENTITY_SLOT_SIZE
};

/* A block record: 32 bytes, in document order; the end of a container is a record of its first 8 bytes. */
enum {
  R_TYPE = 0,         /* 8 bits: BLOCK_*, or BLOCK_* + BLOCK_END */
  R_FLAGS = 1,        /* 8 bits: BLOCK_OPEN ... */
  R_AUX = 2,          /* 8 bits: heading level, fence character, HTML kind, list marker character */
  R_FENCE_INDENT = 3, /* 8 bits */
  R_NEXT = 4,         /* 32 bits each from here; offsets from S5, 0 is none */
  R_PARENT = 8,
  R_CHILD = 12, /* the last child */
  R_DATA = 16,  /* leaf: its content; list: its start number; item: columns its content is indented by */
  R_LEN = 20,   /* leaf: bytes of content; block quote: the next open block quote */
  R_EXTRA = 24, /* fence length; block quote: the open block quote around it */
  RECORD_SIZE = 32,
  RECORD_END_SIZE = 8
};
enum {
  BLOCK_DOCUMENT = 0,
  BLOCK_QUOTE,
  BLOCK_ITEM,
  BLOCK_LIST, /* up to here containers; up to BLOCK_ITEM those that hold any block */
  BLOCK_PARAGRAPH,
  BLOCK_HEADING,
  BLOCK_CODE,
  BLOCK_HTML,
  BLOCK_BREAK,
  BLOCK_TYPES,
  BLOCK_END = 8 /* added to QUOTE, ITEM, LIST: their end */
};
enum { BLOCK_OPEN = 1, BLOCK_BLANK = 2, BLOCK_LOOSE = 4, BLOCK_FENCED = 8 };

/* A reference definition in the arena. */
enum {
  REF_BELOW = 0, /* 32 bits each: two links to further definitions of the bucket, */
  REF_NEXT = 8,  /* next in document order */
  REF_HASH = 12,
  REF_LABEL = 16,
  REF_LABEL_LEN = 20,
  REF_URL = 24,
  REF_URL_LEN = 28,
  REF_TITLE = 32,
  REF_TITLE_LEN = 36,
  REF_HAS_TITLE = 40,
  REF_RECORD_SIZE = 44
};

/* An inline token: 32 bytes, but for text, which is every second one and has no more than its first 16. */
enum {
  T_KIND = 0,  /* 8 bits: TOKEN_* */
  T_FLAGS = 1, /* 8 bits */
  T_CHAR = 2,  /* 8 bits: delimiter character */
  T_MOD3 = 3,  /* 8 bits: delimiter run: its length modulo 3 */
  T_OFF = 4,   /* 32 bits each: text, offset from S5 */
  T_LEN = 8,
  T_LOW = 12, /* delimiter run: its characters T_LOW .. T_HIGH-1 are still text */
  T_HIGH = 16,
  T_PREV = 20, /* delimiter or bracket below on its stack */
  T_NEXT = 24, /* delimiter above; link opener: its closer */
  T_POS = 28,  /* delimiter or bracket: where it ended in the subject */
  TEXT_TOKEN_SIZE = 16,
  TOKEN_SIZE = 32,
  T_URL = T_OFF, /* link closer and autolink */
  T_URL_LEN = T_LEN,
  T_TITLE = T_LOW,
  T_TITLE_LEN = T_HIGH,
  T_BYTES = T_LOW /* character reference: its UTF-8, up to 8 bytes, T_LEN of them */
};
enum {
  TOKEN_TEXT,
  TOKEN_DECODED,
  TOKEN_SOFT_BREAK,
  TOKEN_HARD_BREAK,
  TOKEN_CODE,
  TOKEN_HTML,
  TOKEN_AUTOLINK,
  TOKEN_DELIMITER,
  TOKEN_BRACKET,
  TOKEN_LINK_OPEN,
  TOKEN_LINK_CLOSE,
  TOKEN_KINDS
};
enum { TOKEN_ESCAPE = 1, TOKEN_NEWLINE = 2 };                                         /* flags of text */
enum { TOKEN_CAN_OPEN = 1, TOKEN_CAN_CLOSE = 2 };                                     /* flags of a delimiter run */
enum { TOKEN_IMAGE = 1, TOKEN_BRACKET_AFTER = 2, TOKEN_CLEAN = 4, TOKEN_TITLED = 8 }; /* of brackets, links */
enum { TOKEN_EMAIL = 1 };                                                             /* flag of an autolink */
enum { TAG_SKIP, TAG_EM_OPEN, TAG_STRONG_OPEN, TAG_EM_CLOSE, TAG_STRONG_CLOSE };
enum { SKIP_CDATA = 1, SKIP_DECLARATION = 2, SKIP_INSTRUCTION = 4 };

/* Classes of bytes, in the table "byte_classes". */
enum {
  IS_SPACE = 1, /* cmark_isspace: TAB LF VT FF CR space */
  IS_PUNCT = 2, /* ASCII punctuation */
  IS_DIGIT = 4,
  IS_ALPHA = 8,
  IS_HREF_SAFE = 16,
  IS_EMAIL = 32,     /* local part of an e-mail autolink */
  IS_ATTRIBUTE = 64, /* after the first character of an HTML attribute name */
  IS_UNQUOTED = 128  /* in an unquoted HTML attribute value */
};

#define ldw(d, field) ld64(d, S5, field)
#define stw(v, field) st64(v, S5, field)

/* Branch to `to` if the byte in c has one of the classes (or none of them); destroys T1. */
#define if_class(c, classes, to) (la(T1, "byte_classes"), ld8x(T1, T1, c), bset(T1, classes, to))
#define if_not_class(c, classes, to) (la(T1, "byte_classes"), ld8x(T1, T1, c), bclr(T1, classes, to))

/* Append a string to the output at S4; destroys T0. (html.c) It counts as an operation of the line that calls it. */
#define put_literal(text) (AT_, op_put_literal(text))
void op_put_literal(const char *text);

void lay_document_text(void); /* text.c: the document made into lines */
void lay_blocks(void);        /* blocks.c: the block structure */
void lay_block_starts(void);  /* block_starts.c: what opens a block */
void lay_references(void);    /* references.c: link reference definitions */
void lay_scanners(void);      /* scanners.c: HTML tags, autolinks, link parts */
void lay_inlines(void);       /* inlines.c: text, code spans, escapes, references to characters */
void lay_emphasis(void);      /* emphasis.c: delimiter runs */
void lay_links(void);         /* links.c: brackets */
void lay_entity_cache(void);  /* entity_cache.c: named character references */
void lay_unescape(void);      /* unescape.c: character references and backslashes */
void lay_html(void);          /* html.c: the output */

#endif
