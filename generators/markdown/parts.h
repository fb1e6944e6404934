/* parts.h: what the renderer's files share: the workspace, the records in it, and the registers each phase holds.
 *
 * The workspace is one piece of memory, WORKSPACE points at its start in every routine:
 *
 *     fields (W_*) | '\n' | text | arena: block records, copied content, references | tags | tokens | scratch | HTML
 *
 * text     the document with every line ended by one '\n', NUL replaced by U+FFFD, a leading BOM dropped; room for the
 *          longest that it can become
 * arena    grows while blocks are parsed; whatever is below 4 GiB from its start is named by a 32-bit offset
 * tags     one byte for each byte of the leaf block in hand: what a delimiter character has become
 * tokens   the inlines of the leaf block in hand, in order; reused for the next leaf block
 * scratch  a URL, title or info string while it is unescaped */
#ifndef BYTEGATE_MARKDOWN_PARTS_H
#define BYTEGATE_MARKDOWN_PARTS_H

#include "../isa/record.h"
#include "../words.h"
#include "markdown.h"

/* The registers that each phase holds, in all routines but those that name them otherwise. */
#define WORKSPACE S5
#define NEXT S0 /* the next byte: of the line, or of the leaf block */
/* Of the block phase: */
#define COLUMN S1    /* of NEXT */
#define NONSPACE S2  /* the first byte of the line that is neither space nor tab */
#define CONTAINER S3 /* a record */
#define INDENT S4    /* columns from NEXT to NONSPACE */
/* Of the inline phase: */
#define SUBJECT_END S1
#define RUN S2   /* where the pending run of text starts */
#define BOUND S3 /* where the last special construct ended */
#define TOKEN S4 /* the next free one */
/* Of the HTML phase: */
#define OUT S4 /* the next free byte of output */

enum {
  ENTITY_SLOT_BITS = 8,
  ENTITY_SLOTS = 1 << ENTITY_SLOT_BITS,
  ENTITY_SLOT_SIZE = 24,
  ENTITIES_SIZE = ENTITY_SLOTS * ENTITY_SLOT_SIZE
};

/* Fields of the workspace. Nobody uses a W_SPARE_*: a new field may take its place. */
enum { BOTTOMS = 9, BOTTOM_QUOTES = 7 }; /* one for '_', six for '*', two for smart ' and " */
#define WORD(name) FIELD(name, 8)
enum {
  WORD(W_NO_RECORD),   /* BLOCK_NONE: the R_TYPE of what R_NEXT = 0 names */
  WORD(W_FLAGS),       /* MARKDOWN_UNSAFE ... */
  WORD(W_END),         /* end of the workspace */
  WORD(W_ERROR),       /* 0, or the negative result to return (see also start_positions) */
  WORD(W_TOP),         /* next free byte of the arena */
  WORD(W_ARENA_LIMIT), /* the arena must stay below this; else this is the result */
  WORD(W_ARENA_ERROR),
  WORD(W_IN), /* the next byte of the document, and its end */
  WORD(W_IN_END),
  WORD(W_LENGTH), /* of the document, as handed in */
  /* the line in hand */
  WORD(W_EOL),             /* its '\n' */
  FIELD(W_PARTIAL_TAB, 4), /* NEXT is at a tab of which some columns are used up */
  FIELD(W_OPENED, 4),      /* the line has opened a block */
  WORD(W_BREAK_KILL),      /* no thematic break can start before this byte */
  /* the open blocks */
  WORD(W_BLANK_NOTED), /* a block may have the mark BLOCK_BLANK since the last block opened that stands in no other */
  WORD(W_TIP),         /* the deepest open block */
  WORD(W_MATCHED),     /* the deepest block that the line continues */
  WORD(W_TIP_TYPE),    /* of the tip before the line, until the line has opened a container */
  WORD(W_LAST_RECORD),
  WORD(W_BLANK_CONTAINER), /* the open container whose last line was blank, or 0 */
  WORD(W_QUOTE_FIRST),     /* the outermost and innermost open block quote, or 0 */
  WORD(W_QUOTE_LAST),
  WORD(W_QUOTE_MATCHED),     /* the innermost block quote that the line continues so far, or 0 */
  WORD(W_PARAGRAPH_PREV),    /* of the open paragraph: the record before it, */
  WORD(W_PARAGRAPH_SIBLING), /* and its previous sibling (offset) */
  WORD(W_NEW_TYPE),
  WORD(W_LONGEST), /* length of the longest leaf block */
  /* list marker in hand */
  WORD(W_MARKER_CHAR),
  WORD(W_MARKER_START),
  WORD(W_MARKER_LENGTH),
  WORD(W_HEADING_END), /* of the ATX heading in hand: where its line ends for cmark, the closing sequence cut off */
  /* positions, with MARKDOWN_SOURCEPOS */
  WORD(W_PLAIN_PARENT), /* parent of the blocks whose further lines need no look: W_DOCUMENT, or none */
  WORD(W_LINE),         /* the line in hand, and its number */
  WORD(W_LINE_NUMBER),
  WORD(W_LINE_LENGTH),  /* of the line before it */
  WORD(W_POSITION_TIP), /* the tip after that line, and the last record */
  WORD(W_POSITION_LAST),
  /* references */
  WORD(W_REF_FIRST),
  WORD(W_REF_LAST),
  WORD(W_REF_COUNT),
  WORD(W_BUCKETS),
  WORD(W_BUCKET_MASK),
  WORD(W_REF_SIZE), /* bytes that references have added so far, and may add in all */
  WORD(W_REF_MAX),
  WORD(W_LABEL), /* slices of the definition in hand */
  WORD(W_LABEL_LEN),
  WORD(W_URL),
  WORD(W_URL_LEN),
  WORD(W_TITLE),
  WORD(W_TITLE_LEN),
  /* inlines of the leaf block in hand */
  WORD(W_SUBJECT), /* its first byte */
  WORD(W_PADDED),  /* BLOCK_PADDED of the leaf block, and LINE_FLAGS: its line ends are looked at one by one */
  WORD(W_TAGS),
  WORD(W_TAG_BIAS), /* tag of a byte = W_TAG_BIAS + its offset from WORKSPACE */
  /* Tokens are named by their offset from W_TOKENS. The first is at TOKEN_SIZE. 0 is none: nobody reads its links and
   * flags, so they may be set. */
  WORD(W_TOKENS),
  WORD(W_SPARE_4),
  WORD(W_LAST_DELIMITER), /* token, or 0 */
  WORD(W_LAST_BRACKET),
  WORD(W_LAST_LINK), /* the opener of the last link, or 0: openers of links before it are inactive */
  WORD(W_ROOM_END),  /* of the room for the text */
  WORD(W_TICKS_SCANNED),
  WORD(W_TICKS_READY), /* W_TICKS has been cleared */
  WORD(W_TICKS_EPOCH), /* number of the leaf block */
  WORD(W_SKIP_HTML),   /* SKIP_* */
  WORD(W_SCRATCH),
  FIELD(W_BOTTOM, BOTTOMS * 4), /* nine 32-bit openers_bottom */
  FIELD(W_QUOTE_FROM,
        2 * 4),             /* smart ' and ": the last closer that found an opener, and what lay below that; between */
  FIELD(W_QUOTE_TO, 2 * 4), /* the two there is no opener left */
  WORD(W_OUT),              /* next free byte of the HTML while S4 holds something else */
  WORD(W_OUT_START),
  WORD(W_OUT_LIMIT),
  WORD(W_OPENERS_SEEN), /* the leaf block has had runs that can open: 1 of '*', 2 of '_' */
  WORD(W_ABOVE),        /* of the delimiter that process_emphasis is at: the one above, or 0 */
  WORD(W_SPARE_5),
  WORD(W_OPENER),     /* the bracket that may be closed */
  WORD(W_AFTER_TEXT), /* the byte after the ']' in hand, */
  WORD(W_AFTER_LINK), /* and the byte after the whole link */
  WORD(W_SPARE_6),
  WORD(W_ENTITIES_READY),           /* W_ENTITIES has been cleared */
  FIELD(W_DOCUMENT, 32),            /* the record of the document */
  FIELD(W_LABEL_BUFFER, 4096),      /* 4 KiB: a normalized label */
  FIELD(W_TICKS, 1008 * 8),         /* 1001 times: position of the last run of that many backticks, and its epoch */
  FIELD(W_ENTITIES, ENTITIES_SIZE), /* slots: the bytes of a name, its UTF-8, the length of that */
  W_SIZE,
  W_TEXT = W_SIZE + 16,
  W_LINE_STATE = W_PARTIAL_TAB /* and W_OPENED: 0 at the start of a line */
};

/* A block record: 32 bytes, or 28 of a block quote or item, linked in document order. The end of a container is a
 * record of its first 8 bytes, and lies in the record of the container, where that tells of an open block. */
enum {
  FIELD(R_TYPE, 1),  /* BLOCK_*, or BLOCK_* + BLOCK_END */
  FIELD(R_FLAGS, 1), /* BLOCK_OPEN ... */
  FIELD(R_AUX, 1),   /* heading level, fence character, HTML kind, list marker character */
  FIELD(R_FENCE_INDENT, 1),
  FIELD(R_NEXT, 4), /* a record: its offset from WORKSPACE, 0 is none; so are R_PARENT, R_CHILD and a leaf's R_DATA */
  FIELD(R_PARENT, 4),
  FIELD(R_CHILD, 4), /* the last child */
  FIELD(R_DATA, 4),  /* leaf: its content; item: columns its content is indented by; block quote: the next open one */
  FIELD(R_LEN, 4),   /* leaf: bytes of content; block quote: the open block quote around it */
  FIELD(R_START, 4), /* where it starts, low 32 bits of the address; later, with MARKDOWN_SOURCEPOS, its position P_* */
  FIELD(R_EXTRA, 4), /* fence length; list: its start number; block quotes and items have none */
  RECORD_SIZE,
  SHORT_RECORD_SIZE = R_EXTRA,
  R_END = R_DATA /* of a closed container: R_TYPE and R_NEXT of its end */
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
  BLOCK_END = 8, /* added to QUOTE, ITEM, LIST: their end */
  BLOCK_NONE = BLOCK_LIST + BLOCK_END + 1
};
enum {
  BLOCK_OPEN = 1,
  BLOCK_BLANK = 2,
  BLOCK_LOOSE = 4,
  BLOCK_FENCED = 32, /* and setext headings: cmark says of both that they end with the line that closes them */
  BLOCK_PADDED = 64  /* paragraph, setext heading: one of its lines may begin or end with white space */
};

/* Where a block stands in the document, as cmark says it: lines and columns counted from 1, in the order in which they
 * are written. (positions.c) */
enum {
  FIELD(P_FIRST_LINE, 4),
  FIELD(P_FIRST_COLUMN, 4),
  FIELD(P_LAST_LINE, 4),
  FIELD(P_LAST_COLUMN, 4),
  POSITION_SIZE
};

/* The flags of markdown_render under which every line end of a text matters. */
enum { LINE_FLAGS = MARKDOWN_HARDBREAKS | MARKDOWN_NOBREAKS | MARKDOWN_SMART };

/* What a block may start with, and what stands in a text: the low and the high four bits in the table "byte_kinds". */
enum { START_MASK = 15, INLINE_SHIFT = 4 };
enum {
  START_NONE,
  START_QUOTE,
  START_HEADING,
  START_FENCE,
  START_HTML,
  START_EQUALS,
  START_HYPHEN,
  START_STAR,
  START_UNDERSCORE,
  START_PLUS,
  START_DIGIT,
  START_BLANK, /* white space, which starts nothing by itself */
  START_KINDS
};
enum {
  KIND_PLAIN,
  KIND_NEWLINE,
  KIND_BACKTICK,
  KIND_BACKSLASH,
  KIND_AMPERSAND,
  KIND_LESS,
  KIND_DELIMITER,
  KIND_OPEN,
  KIND_CLOSE,
  KIND_QUOTE,
  KIND_HYPHEN,
  KIND_PERIOD,
  INLINE_KINDS
};

/* A reference definition in the arena. */
enum {
  FIELD(REF_BELOW, 2 * 4), /* two links to further definitions of the bucket */
  FIELD(REF_NEXT, 4),      /* next in document order */
  FIELD(REF_HASH, 4),
  FIELD(REF_LABEL, 4),
  FIELD(REF_LABEL_LEN, 4),
  FIELD(REF_URL, 4),
  FIELD(REF_URL_LEN, 4),
  FIELD(REF_TITLE, 4),
  FIELD(REF_TITLE_LEN, 4),
  FIELD(REF_HAS_TITLE, 4),
  REF_RECORD_SIZE
};

/* An inline token: 24 bytes, but for text, which is every second one and has no more than its first 16. */
enum {
  FIELD(T_KIND, 1), /* TOKEN_* */
  FIELD(T_FLAGS, 1),
  FIELD(T_CHAR, 1), /* delimiter character */
  FIELD(T_MOD3, 1), /* delimiter run: its length modulo 3 */
  FIELD(T_OFF, 4),  /* text, offset from WORKSPACE */
  FIELD(T_LEN, 4),
  FIELD(T_LOW, 4),  /* delimiter run: its characters T_LOW .. T_HIGH-1 are still text */
  FIELD(T_PREV, 4), /* delimiter or bracket below on its stack */
  FIELD(T_HIGH, 4),
  TOKEN_SIZE,
  TEXT_TOKEN_SIZE = T_PREV,
  T_NEXT = T_HIGH,  /* delimiter on its stack: the one above, until process_emphasis comes to it */
  T_CLOSER = T_LOW, /* link opener: its closer */
  T_POS = T_HIGH,   /* bracket: where it ended in the subject */
  T_URL = T_OFF,    /* link closer and autolink */
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
  TOKEN_OPENS_0 = TOKEN_LINK_CLOSE,   /* a run of one, two or three characters, all of which open: 1, 2 or 3 more */
  TOKEN_CLOSES_0 = TOKEN_OPENS_0 + 3, /* the same that close */
  TOKEN_KINDS = TOKEN_CLOSES_0 + 4
};
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

#define ldw(d, field) ld64(d, WORKSPACE, field)
#define stw(v, field) st64(v, WORKSPACE, field)

/* Branch to `to` if the byte in c has one of the classes (or none of them); destroys T1. */
#define if_class(c, classes, to) (la(T1, "byte_classes"), ld8x(T1, T1, c), bset(T1, classes, to))
#define if_not_class(c, classes, to) (la(T1, "byte_classes"), ld8x(T1, T1, c), bclr(T1, classes, to))

/* Append a string to the output at OUT; destroys T0. (html.c) It counts as an operation of the line that calls it. */
#define put_literal(text) (BL_AT, op_put_literal(text))
void op_put_literal(const char *text);

void lay_document_text(void); /* text.c: the document made into lines */
void lay_blocks(void);        /* blocks.c: the block structure */
void lay_positions(void);     /* positions.c: where blocks stand in the document */
void lay_block_starts(void);  /* block_starts.c: what opens a block */
void lay_references(void);    /* references.c: link reference definitions */
void lay_scanners(void);      /* scanners.c: HTML tags, autolinks, link parts */
void lay_inlines(void);       /* inlines.c: text, code spans, escapes, references to characters */
void lay_emphasis(void);      /* emphasis.c: delimiter runs */
void lay_links(void);         /* links.c: brackets */
void lay_entity_cache(void);  /* entity_cache.c: named character references */
void lay_unescape(void);      /* unescape.c: character references and backslashes */
/* html.c: the output. piece_writer: of lay_markdown_in_pieces, or NULL */
void lay_html(const char *piece_writer);

#endif

/* SPDX-License-Identifier: MIT */
