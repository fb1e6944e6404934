/* block_starts.c: what opens a block (CommonMark 0.30, sections 4 and 5).
 *
 * The first byte after the indentation picks the few starts that are possible, through one table; a letter, which
 * begins nearly every line of prose, opens nothing and costs one look. */
#include <string.h>

#include "parts.h"

static void lay_byte_kinds(void) {
  unsigned char kind[256] = {0};
  kind['>'] = START_QUOTE;
  kind['#'] = START_HEADING;
  kind['`'] = kind['~'] = START_FENCE;
  kind['<'] = START_HTML;
  kind['='] = START_EQUALS;
  kind['-'] = START_HYPHEN;
  kind['*'] = START_STAR;
  kind['_'] = START_UNDERSCORE;
  kind['+'] = START_PLUS;
  memset(&kind['0'], START_DIGIT, 10);
  kind[' '] = kind['\t'] = kind['\n'] = START_BLANK;
  static const struct {
    char byte;
    unsigned char kind;
  } inlines[] = {{'\n', KIND_NEWLINE}, {'`', KIND_BACKTICK},  {'\\', KIND_BACKSLASH}, {'&', KIND_AMPERSAND},
                 {'<', KIND_LESS},     {'*', KIND_DELIMITER}, {'_', KIND_DELIMITER},  {'[', KIND_OPEN},
                 {']', KIND_CLOSE},    {'\'', KIND_QUOTE},    {'"', KIND_QUOTE},      {'-', KIND_HYPHEN},
                 {'.', KIND_PERIOD}};
  for (size_t i = 0; i < sizeof inlines / sizeof *inlines; i++)
    kind[(unsigned char)inlines[i].byte] |= (unsigned char)(inlines[i].kind << INLINE_SHIFT);
  data("byte_kinds", 1);
  data_bytes(kind, sizeof kind);
  static const char *const handler[START_KINDS] = {
      "open_blocks.nothing",    "open_blocks.quote",   "open_blocks.heading", "open_blocks.fence",
      "open_blocks.html_start", "open_blocks.setext1", "open_blocks.hyphen",  "open_blocks.thematic_or_item",
      "open_blocks.thematic",   "open_blocks.item",    "open_blocks.item",    "open_blocks.nothing"};
  data("block_starters", 2);
  for (int i = 0; i < START_KINDS; i++)
    data_offset16(handler[i], "block_starters");
}

/* open_blocks: open the blocks that start at NEXT; in and out CONTAINER = the innermost block. Moves NEXT and NONSPACE,
 * so that what they leave of the line is its text; COLUMN tells the column of NEXT if W_PARTIAL_TAB is set. out A0 = 0
 * if the line needs no add_text: its last block has all of it, and no mark of a blank line is to be taken back. */
static void lay_open_blocks(void) {
  routine("open_blocks", in(S4, S5), out(A0), moves(S0, S1, S2, S3), destroys(A1, A2, A3, A4, A5, ALL_T, S4));
  enter_bare();
  ldw(T0, W_TIP);
  ld8(T0, T0, R_TYPE);
  stw(T0, W_TIP_TYPE);

  label("next_start");
  ldw(T0, W_TOP);
  add(T0, T0, 8 * RECORD_SIZE); /* room for whatever this start and the paragraph after it need */
  ldw(T1, W_ARENA_LIMIT);
  bgtu(T0, T1, "no_space");
  ld8(T0, NONSPACE, 0);
  bgeu(INDENT, 4, "indented");
  la(T1, "byte_kinds");
  ld8x(T0, T1, T0);
  and(T0, T0, START_MASK);
  jump_table(T0, "block_starters");

  label("container_opened"); /* there is room for a paragraph, where text follows */
  stw(0, W_TIP_TYPE);
  ld8(T0, NONSPACE, 0);
  la(T1, "byte_kinds");
  ld8x(T0, T1, T0);
  bset(T0, START_MASK, "next_start");
  bltu(INDENT, 4, "nothing");
  jump("next_start");

  label("quote");
  li(A0, BLOCK_QUOTE);
  call("add_child");
  call("pass_quote_marker");
  sub(T1, CONTAINER, WORKSPACE);
  ldw(T0, W_QUOTE_LAST);
  stw(CONTAINER, W_QUOTE_LAST);
  beq(T0, 0, "outermost_quote");
  st32(T1, T0, R_DATA);
  sub(T0, T0, WORKSPACE);
  st32(T0, CONTAINER, R_LEN);
  jump("container_opened");
  label("outermost_quote");
  stw(CONTAINER, W_QUOTE_FIRST);
  jump("container_opened");

  label("heading");
  call("open_heading");
  ld8(T0, CONTAINER, R_TYPE);
  bne(T0, BLOCK_HEADING, "nothing");
  label("whole_line"); /* which nothing continues: in no list it is closed at once */
  ld32(T0, CONTAINER, R_PARENT);
  ldw(T1, W_PLAIN_PARENT);
  beq(T0, T1, "whole_block");
  ldw(A0, W_BLANK_CONTAINER);
  jump("opened");
  label("whole_block");
  ld8(T0, CONTAINER, R_FLAGS);
  and(T0, T0, -1 - BLOCK_OPEN);
  st8(T0, CONTAINER, R_FLAGS);
  add(A1, T1, WORKSPACE);
  stw(A1, W_TIP);
  mov(A0, CONTAINER);
  call("measure_leaf");
  li(A0, 0);
  jump("opened");

  label("fence");
  call("open_fence");
  jump("nothing");

  label("html_start");
  mov(A0, NONSPACE);
  call("html_block_kind");
  bne(A0, 0, "html_opened");
  ldw(T0, W_TIP_TYPE);
  beq(T0, BLOCK_PARAGRAPH, "nothing"); /* kind 7 does not interrupt a paragraph */
  call("is_html_block_7");
  beq(A0, 0, "nothing");
  li(A0, 7);
  label("html_opened");
  stw(A0, W_MARKER_CHAR);
  li(A0, BLOCK_HTML);
  call("add_child");
  ldw(T0, W_MARKER_CHAR);
  st8(T0, CONTAINER, R_AUX);
  jump("nothing");

  label("hyphen");
  ld8(T1, CONTAINER, R_TYPE);
  bne(T1, BLOCK_PARAGRAPH, "thematic_or_item");
  ld8(T0, NONSPACE, 1);
  beq(T0, '\n', "underline");
  ld8(T0, NONSPACE, 2);
  bgtu(T0, '_', "item"); /* it is in this line, and in no underline */
  label("underline");
  li(A0, '-');
  call("is_setext_underline");
  beq(A0, 0, "thematic_or_item");
  li(A0, 2);
  jump("setext");
  label("setext1");
  ld8(T1, CONTAINER, R_TYPE);
  bne(T1, BLOCK_PARAGRAPH, "nothing");
  li(A0, '=');
  call("is_setext_underline");
  beq(A0, 0, "nothing"); /* A0 is the level as well */
  label("setext");
  call("make_setext_heading");
  bne(A0, 0, "whole_line");
  jump("nothing");

  label("thematic_or_item");
  ld8(T0, NONSPACE, 2);
  bgtu(T0, '_', "item"); /* no three characters of a break */
  call("is_thematic_break");
  bne(A0, 0, "break_found");
  label("item");
  call("parse_list_marker");
  beq(A0, 0, "nothing");
  call("open_item");
  jump("container_opened");

  label("thematic");
  call("is_thematic_break");
  beq(A0, 0, "nothing");
  label("break_found");
  li(A0, BLOCK_BREAK);
  call("add_child");
  ldw(NONSPACE, W_EOL); /* nothing is left of the line */
  jump("whole_line");

  label("indented");
  beq(T0, '\n', "nothing");
  ldw(T1, W_TIP_TYPE);
  beq(T1, BLOCK_PARAGRAPH, "nothing");
  li(A0, 4);
  call("advance_indentation");
  li(A0, BLOCK_CODE);
  call("add_child");
  st32(NEXT, CONTAINER, R_START);
  label("nothing");
  li(A0, 1);
  label("opened");
  leave();
  label("no_space");
  call("out_of_room");
  jump("nothing");
}

/* open_heading: an ATX heading (4.2) at NONSPACE? If so open it as CONTAINER, give it its text, and destroy NEXT and
 * COLUMN. */
static void lay_open_heading(void) {
  Reg text = S0, level = S1;
  routine("open_heading", in(NONSPACE, WORKSPACE), out_if(text, level), moves(CONTAINER), destroys(ALL_A, ALL_T));
  mov(A0, NONSPACE);
  label("count");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  beq(T0, '#', "count");
  sub(A1, A0, NONSPACE);
  bgtu(A1, 6, "no");
  beq(T0, '\n', "yes");
  beq(T0, ' ', "yes");
  beq(T0, '\t', "yes");
  label("no");
  ret();
  label("yes");
  enter_bare();
  mov(text, A0);
  mov(level, A1);
  li(A0, BLOCK_HEADING);
  call("add_child");
  st8(level, CONTAINER, R_AUX);
  label("skip_space");
  ld8(T0, text, 0);
  beq(T0, ' ', "space");
  bne(T0, '\t', "text_found");
  label("space");
  add(text, text, 1);
  jump("skip_space");

  label("text_found"); /* it ends before trailing space, and before #s that follow a space or tab */
  ldw(A0, W_EOL);
  beq(T0, '\n', "end_found");
  call("trim_end");
  mov(A1, A0);
  label("over_hashes");
  ld8(T0, A1, -1);
  bne(T0, '#', "before_hashes");
  sub(A1, A1, 1);
  jump("over_hashes");
  label("before_hashes"); /* without any, T0 is no space either */
  beq(T0, ' ', "closed");
  bne(T0, '\t', "end_found");
  label("closed"); /* the white space at the end of a text is left out when it is written */
  mov(A0, A1);
  label("end_found");
  stw(A0, W_HEADING_END);
  bleu(A0, text, "empty");
  sub(A0, A0, text);
  st32(A0, CONTAINER, R_LEN);
  sub(T0, text, WORKSPACE);
  st32(T0, CONTAINER, R_DATA);
  label("empty");
  leave();
}

/* trim_end: in A0 = the end of some bytes of the line; out A0 = their end without the white space there. The line has
 * a byte that is no white space before. */
static void lay_trim_end(void) {
  routine("trim_end", in(A0), out(A0), destroys(ALL_T));
  label("back");
  ld8(T0, A0, -1);
  if_not_class(T0, IS_SPACE, "done");
  sub(A0, A0, 1);
  jump("back");
  label("done");
  ret();
}

/* open_fence: a code fence (4.5) at NONSPACE? If so open its block as CONTAINER and move NEXT past the fence. The
 * info string must be well-formed UTF-8, and after backticks it has no backtick. */
static void lay_open_fence(void) {
  Reg length = S4;
  routine("open_fence", in(NONSPACE, WORKSPACE), moves(NEXT, CONTAINER), destroys(ALL_A, ALL_T, length));
  enter_bare();
  ld8(A1, NONSPACE, 0);
  mov(A0, NONSPACE);
  label("count");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  beq(T0, A1, "count");
  sub(length, A0, NONSPACE);
  bltu(length, 3, "no");
  label("info_string");
  ld8(T0, A0, 0);
  beq(T0, '\n', "yes");
  bgeu(T0, 0x80, "multibyte");
  add(A0, A0, 1);
  bne(T0, '`', "info_string");
  bne(A1, '`', "info_string");
  jump("no");
  label("multibyte");
  call("utf8_length");
  add(A0, A0, T0);
  bne(T0, 0, "info_string");
  jump("no");

  label("yes");
  li(A0, BLOCK_CODE);
  call("add_child");
  ld8(T0, CONTAINER, R_FLAGS);
  or (T0, T0, BLOCK_FENCED);
  st8(T0, CONTAINER, R_FLAGS);
  ld8(T0, NONSPACE, 0);
  st8(T0, CONTAINER, R_AUX);
  sub(T0, NONSPACE, NEXT);
  st8(T0, CONTAINER, R_FENCE_INDENT);
  add(NEXT, NONSPACE, length);
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  bleu(length, 255, "length_known");
  li(length, 255);
  label("length_known");
  st32(length, CONTAINER, R_EXTRA);
  label("no");
  leave();
}

/* is_setext_underline: in A0 = '=' or '-'; out A0 = 1 if the line from NONSPACE is an underline of it (4.3), else 0.
 */
static void lay_is_setext_underline(void) {
  routine("is_setext_underline", in(A0, NONSPACE), out(A0), destroys(A1, T0));
  mov(A1, NONSPACE);
  label("underline");
  add(A1, A1, 1);
  ld8(T0, A1, 0);
  beq(T0, A0, "underline");
  label("trailing");
  beq(T0, '\n', "yes");
  beq(T0, ' ', "space");
  bne(T0, '\t', "no");
  label("space");
  add(A1, A1, 1);
  ld8(T0, A1, 0);
  jump("trailing");
  label("yes");
  li(A0, 1);
  ret();
  label("no");
  li(A0, 0);
  ret();
}

/* make_setext_heading: the paragraph CONTAINER becomes a heading of level A0, if more than definitions is left of it;
 * else the underline is its text. out A0 = not 0 if it did. */
static void lay_make_setext_heading(void) {
  Reg level = S1;
  routine("make_setext_heading", in(A0, CONTAINER, WORKSPACE), out(A0, level), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  mov(level, A0);
  mov(A0, CONTAINER);
  call("resolve_definitions");
  beq(A0, 0, "only_definitions");
  st8(BLOCK_HEADING, CONTAINER, R_TYPE);
  st8(level, CONTAINER, R_AUX);
  ld8(T0, CONTAINER, R_FLAGS);
  or (T0, T0, BLOCK_FENCED);
  st8(T0, CONTAINER, R_FLAGS);
  ld32(A0, CONTAINER, R_PARENT);
  add(A0, A0, WORKSPACE);
  ldw(A1, W_PARAGRAPH_SIBLING);
  call("note_sibling");
  label("only_definitions");
  leave();
}

/* is_thematic_break: out A0 = not 0 if the line from NONSPACE is a thematic break (4.1), else 0, and W_BREAK_KILL tells
 * from where on it can be one again. */
static void lay_is_thematic_break(void) {
  routine("is_thematic_break", in(NONSPACE, WORKSPACE), out(A0), destroys(A1, A2, T0));
  ldw(T0, W_BREAK_KILL);
  bgtu(T0, NONSPACE, "known");
  ld8(A1, NONSPACE, 0);
  mov(A0, NONSPACE);
  li(A2, 0);
  label("same");
  add(A2, A2, 1);
  label("next");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  beq(T0, A1, "same");
  beq(T0, ' ', "next");
  beq(T0, '\t', "next");
  bne(T0, '\n', "no");
  bltu(A2, 3, "no");
  ret();
  label("no");
  stw(A0, W_BREAK_KILL);
  label("known");
  li(A0, 0);
  ret();
}

/* parse_list_marker: a list marker (5.2) at NONSPACE? out A0 = its length, or 0; W_MARKER_* tell what it is.
 */
static void lay_parse_list_marker(void) {
  routine("parse_list_marker", in(NONSPACE, CONTAINER, WORKSPACE), out(A0), destroys(A1, A2, A3, ALL_T));
  mov(A0, NONSPACE);
  li(A1, 0);
  ld8(A2, NONSPACE, 0);
  la(T1, "byte_classes");
  bltu(A2, '0', "delimiter"); /* a bullet */
  label("digits");
  mul(A1, A1, 10);
  add(A1, A1, A2);
  sub(A1, A1, '0');
  add(A0, A0, 1);
  ld8(A2, A0, 0);
  sub(T0, A0, NONSPACE);
  bgeu(T0, 9, "number_done");
  ld8x(T0, T1, A2);
  bset(T0, IS_DIGIT, "digits");
  label("number_done");
  beq(A2, '.', "delimiter");
  bne(A2, ')', "no");
  label("delimiter");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  ld8x(T1, T1, T0);
  bclr(T1, IS_SPACE, "no");
  ld8(T1, CONTAINER, R_TYPE);
  bne(T1, BLOCK_PARAGRAPH, "yes");
  /* to interrupt a paragraph, an item must not begin with a blank line, and a number must be 1 */
  beq(A2, '.', "number");
  bne(A2, ')', "not_blank");
  label("number");
  bne(A1, 1, "no");
  label("not_blank");
  mov(A3, A0);
  label("look_for_text");
  ld8_next(T0, A3);
  beq(T0, ' ', "look_for_text");
  beq(T0, '\t', "look_for_text");
  beq(T0, '\n', "no");
  label("yes");
  stw(A2, W_MARKER_CHAR);
  stw(A1, W_MARKER_START);
  sub(A0, A0, NONSPACE);
  stw(A0, W_MARKER_LENGTH);
  ret();
  label("no");
  li(A0, 0);
  ret();
}

/* open_item: open an item with the list marker at NONSPACE that W_MARKER_* describe as CONTAINER, in a list of its own
 * unless CONTAINER is a list of the same kind; pass the marker and find where the item's content starts. */
static void lay_open_item(void) {
  routine("open_item", in(WORKSPACE), out(NEXT), moves(COLUMN, NONSPACE, CONTAINER, INDENT), destroys(ALL_A, ALL_T));
  enter_bare();
  ld8(T0, CONTAINER, R_AUX); /* of nothing but a list is it a marker */
  ldw(T1, W_MARKER_CHAR);
  beq(T0, T1, "list_known");
  li(A0, BLOCK_LIST);
  call("add_child");
  ldw(T0, W_MARKER_CHAR);
  st8(T0, CONTAINER, R_AUX);
  ldw(T0, W_MARKER_START);
  st32(T0, CONTAINER, R_EXTRA);
  li(A2, BLOCK_ITEM);
  call("create_block");
  label("item_open");
  ldw(T0, W_MARKER_LENGTH);
  add(NEXT, NONSPACE, T0);
  add(COLUMN, COLUMN, INDENT);
  add(COLUMN, COLUMN, T0);
  add(A1, INDENT, T0); /* columns that belong to the item */
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  ld8(T0, NEXT, 0);
  bne(T0, ' ', "any_space");
  ld8(T0, NEXT, 1);
  bleu(T0, ' ', "any_space");
  add(NEXT, NEXT, 1); /* one space, and text */
  add(COLUMN, COLUMN, 1);
  add(A1, A1, 1);
  mov(NONSPACE, NEXT);
  li(INDENT, 0);
  label("padding_known");
  st32(A1, CONTAINER, R_DATA);
  leave();

  label("any_space");
  call("find_nonspace");
  ld8(T0, NONSPACE, 0);
  beq(T0, '\n', "one_column");
  beq(INDENT, 0, "one_column");
  bgeu(INDENT, 5, "one_column");
  add(A1, A1, INDENT);
  add(COLUMN, COLUMN, INDENT);
  mov(NEXT, NONSPACE);
  li(INDENT, 0);
  jump("padding_known");
  label("one_column"); /* an indented code block, or nothing, follows: one column belongs to the marker */
  add(A1, A1, 1);
  beq(INDENT, 0, "padding_known");
  li(A0, 1);
  call("advance_indentation");
  jump("padding_known");

  label("list_known"); /* the line has opened nothing yet */
  li(A0, BLOCK_ITEM);
  call("add_first_child");
  jump("item_open");
}

void lay_block_starts(void) {
  lay_open_blocks();
  lay_open_heading();
  lay_trim_end();
  lay_open_fence();
  lay_is_setext_underline();
  lay_make_setext_heading();
  lay_is_thematic_break();
  lay_parse_list_marker();
  lay_open_item();
  lay_byte_kinds();
}

/* SPDX-License-Identifier: MIT */
