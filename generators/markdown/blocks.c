/* blocks.c: the block structure, line by line (CommonMark 0.30, appendix "Phase 1").
 *
 * For each line: walk down the open blocks as far as the line continues them (match_open_blocks), open new blocks at
 * what remains (open_blocks, in block_starts.c), then give the rest of the line to the innermost block (add_text).
 *
 * Blocks are records in document order; a container is closed by a record of its own. So the HTML is made by one walk
 * over the records, and nothing ever recurses. What cmark asks of its tree afterwards is answered on the way:
 * - a list is loose when a block survives after a sibling that ends with a blank line (note_sibling);
 * - the flag "last line was blank" of cmark is true for one open block at the most, W_BLANK_CONTAINER, so that clearing
 *   it in every ancestor takes one step instead of one for each level;
 * - a blank line passes every list item at once, down to the next block quote. */
#include "parts.h"

/* parse_blocks: the records of the whole text. Uses the registers of its phase. */
static void lay_parse_blocks(void) {
  routine("parse_blocks", in(WORKSPACE), destroys(ALL_A, ALL_T, NEXT, COLUMN, NONSPACE, CONTAINER, INDENT));
  enter_bare();
  stw(0, W_BLANK_CONTAINER);
  stw(0, W_BLANK_NOTED);
  stw(0, W_QUOTE_FIRST);
  stw(0, W_QUOTE_LAST);
  stw(0, W_LONGEST);
  stw(0, W_REF_LAST);
  stw(0, W_REF_COUNT);
  add(A0, WORKSPACE, W_DOCUMENT);
  stw(A0, W_TIP);
  stw(A0, W_LAST_RECORD);
  st64(BLOCK_DOCUMENT | BLOCK_OPEN << 8, A0, 0);
  for (int field = 8; field < RECORD_SIZE; field += 8)
    st64(0, A0, field);
  add(NEXT, WORKSPACE, W_TEXT);
  ldw(T0, W_IN);
  sub(T0, T0, NEXT);
  bgtu(T0, 3, "text_known");
  add(NEXT, NEXT, T0); /* the document lies there itself, perhaps after a byte order mark */
  label("text_known");
  st8('\n', NEXT, -1);
  stw(0, W_BREAK_KILL);
  stw(W_DOCUMENT, W_PLAIN_PARENT);
  ldw(T0, W_FLAGS);
  bclr(T0, MARKDOWN_SOURCEPOS, "next_line");
  call("start_positions");

  label("next_line");
  ldw(A1, W_IN);
  ldw(A2, W_IN_END);
  bgeu(A1, A2, "end_of_text");
  call("read_line");
  ldw(A1, W_TIP); /* a block that stands in no other and goes on: the line is looked at no further */
  ld32(T0, A1, R_PARENT);
  ldw(T1, W_PLAIN_PARENT);
  bne(T0, T1, "not_plain");
  ld8(T0, A1, R_TYPE);
  beq(T0, BLOCK_PARAGRAPH, "in_paragraph");
  bne(T0, BLOCK_CODE, "not_code");
  ld8(T0, A1, R_FLAGS);
  bclr(T0, BLOCK_FENCED, "any_line");
  ld8(T0, A1, R_FENCE_INDENT);
  bne(T0, 0, "any_line");
  ld8(T1, A1, R_AUX);
  mov(A2, NEXT);
  label("over_blanks");
  ld8(T0, A2, 0);
  add(A2, A2, 1);
  beq(T0, ' ', "over_blanks");
  beq(T0, '\t', "over_blanks");
  beq(T0, T1, "any_line"); /* it may be the closing fence */
  jump("extend");
  label("in_paragraph");
  ld8(T0, NEXT, 0);
  la(T1, "byte_kinds");
  ld8x(T0, T1, T0);
  bset(T0, START_MASK, "no_plain_line"); /* something may start here, or the line is blank */
  label("extend");                       /* it has content: a fence has its info string at least */
  ld32(A2, A1, R_LEN);
  ld32(T0, A1, R_DATA);
  add(T0, T0, A2);
  add(T0, T0, WORKSPACE);
  bne(T0, NEXT, "any_line"); /* its content stands elsewhere */
  sub(T0, A0, NEXT);
  add(T0, T0, 1);
  add(A2, A2, T0);
  st32(A2, A1, R_LEN);
  add(NEXT, A0, 1);
  ld8(T0, A0, -1);
  bgtu(T0, ' ', "next_line");
  if_not_class(T0, IS_SPACE, "next_line");
  ld8(T0, A1, R_FLAGS);
  or (T0, T0, BLOCK_PADDED); /* of a fence nobody asks */
  st8(T0, A1, R_FLAGS);
  jump("next_line");

  label("not_code");
  bne(T0, BLOCK_HTML, "any_line");
  ld8(T0, A1, R_AUX);
  bltu(T0, 6, "any_line");
  ld8(T0, NEXT, 0); /* of the kinds 6 and 7 each line is part that is not blank */
  bgtu(T0, ' ', "extend");
  label("no_plain_line");
  ld8(T0, NEXT, 0);
  bne(T0, '\n', "any_line");
  stw(A0, W_EOL); /* a blank line ends the paragraph or HTML, and of what stands in no list nobody asks more */
  mov(A0, A1);
  call("finalize");
  jump("added");

  label("not_plain");
  bne(T0, 0, "any_line");
  stw(A0, W_EOL); /* nothing is open but the document, which has no parent */
  ld8(T0, NEXT, 0);
  beq(T0, '\n', "added");
  mov(CONTAINER, A1);
  li(COLUMN, 0);
  st64(0, WORKSPACE, W_LINE_STATE);
  mov(NONSPACE, NEXT);
  li(INDENT, 0);
  bgtu(T0, ' ', "matched");
  call("find_nonspace");
  jump("matched");

  label("any_line");
  stw(A0, W_EOL);
  li(COLUMN, 0);
  st64(0, WORKSPACE, W_LINE_STATE);
  call("find_nonspace");
  call("match_open_blocks");
  beq(A0, 0, "added"); /* it was a closing fence */
  label("matched");
  stw(CONTAINER, W_MATCHED);
  ld8(T0, CONTAINER, R_TYPE);
  bleu(T0, BLOCK_LIST, "open");
  beq(T0, BLOCK_BREAK, "open");
  bne(T0, BLOCK_PARAGRAPH, "add"); /* nothing starts inside of code and HTML */
  bgeu(INDENT, 4, "goes_on");
  ld8(T0, NONSPACE, 0);
  la(T1, "byte_kinds");
  ld8x(T0, T1, T0);
  bset(T0, START_MASK, "start");
  label("goes_on");
  call("continue_paragraph");
  jump("added");
  label("open");
  ld8(T0, NONSPACE, 0);
  beq(T0, '\n', "add");
  label("start");
  call("open_blocks");
  beq(A0, 0, "added");
  label("add");
  call("add_text");
  label("added");
  ldw(NEXT, W_EOL);
  add(NEXT, NEXT, 1);
  ldw(T0, W_ERROR);
  beq(T0, 0, "next_line");
  blt(T0, 0, "out_of_space");
  call("note_positions"); /* 1 is no error: it asks for that */
  ldw(T0, W_ERROR);
  bge(T0, 0, "next_line");
  jump("out_of_space");

  label("end_of_text");
  add(T0, WORKSPACE, W_DOCUMENT);
  stw(T0, W_MATCHED);
  call("close_unmatched");
  ldw(T0, W_ERROR);
  ble(T0, 0, "out_of_space");
  stw(0, W_ERROR);
  call("note_last_positions");
  label("out_of_space");
  leave();
}

/* find_nonspace: NONSPACE = the first byte at or after NEXT that is no space or tab, INDENT = the columns up to it.
 * They stay true while the line is walked: what moves NEXT keeps them so. */
static void lay_find_nonspace(void) {
  routine("find_nonspace", in(NEXT, COLUMN), out(NONSPACE, INDENT), destroys(T0));
  mov(NONSPACE, NEXT);
  ld8(T0, NEXT, 0);
  bgtu(T0, ' ', "at_once");
  bne(T0, ' ', "no_space");
  label("space");
  add(NONSPACE, NONSPACE, 1);
  ld8(T0, NONSPACE, 0);
  beq(T0, ' ', "space");
  label("no_space");
  beq(T0, '\t', "tabs");
  sub(INDENT, NONSPACE, NEXT);
  ret();
  label("at_once");
  li(INDENT, 0);
  ret();

  label("tabs"); /* INDENT = the column of NONSPACE first */
  add(INDENT, COLUMN, NONSPACE);
  sub(INDENT, INDENT, NEXT);
  label("tab"); /* to the next column that is a multiple of four */
  or (INDENT, INDENT, 3);
  label("blank");
  add(INDENT, INDENT, 1);
  add(NONSPACE, NONSPACE, 1);
  ld8(T0, NONSPACE, 0);
  beq(T0, ' ', "blank");
  beq(T0, '\t', "tab");
  sub(INDENT, INDENT, COLUMN);
  ret();
}

/* skip_to_nonspace: NEXT = NONSPACE. What is left of the line is text, or nothing: its column is not asked for, and
 * COLUMN is kept.
 */
static void lay_skip_to_nonspace(void) {
  routine("skip_to_nonspace", in(NONSPACE, WORKSPACE), out(NEXT, INDENT));
  mov(NEXT, NONSPACE);
  li(INDENT, 0);
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  ret();
}

/* advance_indentation: move NEXT over A0 columns of the indentation, 1 to INDENT, stopping inside a tab where they end
 * there; INDENT is what is left of it. Where each byte of it is one column, that is one step. */
static void lay_advance_indentation(void) {
  routine("advance_indentation", in(A0, NONSPACE, WORKSPACE), moves(NEXT, COLUMN, INDENT), destroys(A0, ALL_T));
  sub(T0, NONSPACE, NEXT);
  bne(T0, INDENT, "tabs");
  add(NEXT, NEXT, A0);
  add(COLUMN, COLUMN, A0);
  sub(INDENT, INDENT, A0);
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  ret();
  label("tabs");
  sub(INDENT, INDENT, A0);
  jump("advance_columns");
}

/* advance_columns: move NEXT over A0 columns of spaces and tabs (or other bytes, one column each), stopping inside a
 * tab where they end there. In: W_PARTIAL_TAB is 0 unless NEXT is at a tab. */
static void lay_advance_columns(void) {
  routine("advance_columns", in(A0, WORKSPACE), moves(NEXT, COLUMN), destroys(A0, ALL_T));
  label("more");
  ble(A0, 0, "done");
  ld8(T0, NEXT, 0);
  beq(T0, '\t', "tab");
  add(NEXT, NEXT, 1);
  add(COLUMN, COLUMN, 1);
  sub(A0, A0, 1);
  jump("more");
  label("tab");
  and(T0, COLUMN, 3);
  li(T1, 4);
  sub(T1, T1, T0); /* columns left in the tab */
  bgt(T1, A0, "inside_tab");
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  add(COLUMN, COLUMN, T1);
  add(NEXT, NEXT, 1);
  sub(A0, A0, T1);
  jump("more");
  label("inside_tab");
  st32(1, WORKSPACE, W_PARTIAL_TAB);
  add(COLUMN, COLUMN, A0);
  label("done");
  ret();
}

/* match_open_blocks: out CONTAINER = the innermost block that the line continues; A0 = 0 if the line is used up (it
 * closed a fence), else 1. */
static void lay_match_open_blocks(void) {
  routine("match_open_blocks", in(S5), out(A0, S3), moves(S0, S1, S2, S4), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  add(CONTAINER, WORKSPACE, W_DOCUMENT);
  stw(0, W_QUOTE_MATCHED);

  label("next_block");
  ld32(T0, CONTAINER, R_CHILD);
  beq(T0, 0, "matched");
  add(T0, T0, WORKSPACE);
  ld8(T1, T0, R_FLAGS);
  bclr(T1, BLOCK_OPEN, "matched");
  mov(CONTAINER, T0);
  label("match_block");
  ld8(T0, CONTAINER, R_TYPE);
  beq(T0, BLOCK_LIST, "list");
  jump_table(T0, "block_matchers");

  label("list"); /* has an item, and nothing else */
  ld32(T0, CONTAINER, R_CHILD);
  add(T0, T0, WORKSPACE);
  ld8(T1, T0, R_FLAGS);
  bclr(T1, BLOCK_OPEN, "matched");
  mov(CONTAINER, T0);
  label("item");
  ld32(A0, CONTAINER, R_DATA);
  bltu(INDENT, A0, "less_indented");
  call("advance_indentation");
  jump("next_block");

  label("quote");
  bgtu(INDENT, 3, "unmatched");
  ld8(T0, NONSPACE, 0);
  bne(T0, '>', "unmatched");
  call("pass_quote_marker");
  stw(CONTAINER, W_QUOTE_MATCHED);
  jump("next_block");

  label("less_indented");
  ld8(T0, NONSPACE, 0);
  bne(T0, '\n', "unmatched");
  mov(NEXT, NONSPACE);
  li(INDENT, 0);
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  /* Nothing is left but the end of the line: every further item and list matches, up to the next block quote. */
  ldw(T0, W_QUOTE_MATCHED);
  beq(T0, 0, "no_quote_yet");
  ld32(T0, T0, R_DATA);
  beq(T0, 0, "no_quote_left");
  add(T0, T0, WORKSPACE);
  jump("stop_at_quote");
  label("no_quote_yet");
  ldw(T0, W_QUOTE_FIRST);
  beq(T0, 0, "no_quote_left");
  label("stop_at_quote");
  mov(CONTAINER, T0);
  jump("unmatched");
  label("no_quote_left");
  ldw(CONTAINER, W_TIP);
  ld8(T0, CONTAINER, R_TYPE);
  beq(T0, BLOCK_PARAGRAPH, "unmatched");
  bne(T0, BLOCK_ITEM, "match_block");
  ld32(T0, CONTAINER, R_CHILD);
  beq(T0, 0, "unmatched"); /* a blank line ends an item that began with one */
  jump("matched");

  label("paragraph");
  ld8(T0, NONSPACE, 0);
  beq(T0, '\n', "unmatched");
  jump("matched");

  label("code");
  ld8(T0, CONTAINER, R_FLAGS);
  bset(T0, BLOCK_FENCED, "fenced");
  bltu(INDENT, 4, "not_indented");
  li(A0, 4);
  call("advance_indentation");
  jump("matched");
  label("not_indented");
  ld8(T0, NONSPACE, 0);
  bne(T0, '\n', "unmatched");
  call("skip_to_nonspace");
  jump("matched");

  label("fenced");
  bgtu(INDENT, 3, "inside_fence");
  ld8(T0, NONSPACE, 0);
  ld8(T1, CONTAINER, R_AUX);
  bne(T0, T1, "inside_fence");
  mov(A0, NONSPACE);
  label("fence_run");
  add(A0, A0, 1);
  ld8(T1, A0, 0);
  beq(T1, T0, "fence_run");
  sub(A1, A0, NONSPACE);
  ld32(T1, CONTAINER, R_EXTRA);
  bltu(A1, T1, "inside_fence");
  label("after_fence");
  ld8(T0, A0, 0);
  beq(T0, '\n', "closing_fence");
  add(A0, A0, 1);
  beq(T0, ' ', "after_fence");
  beq(T0, '\t', "after_fence");
  label("inside_fence"); /* drop as much indentation as the fence had */
  ld8(A1, CONTAINER, R_FENCE_INDENT);
  label("drop_indentation");
  beq(A1, 0, "matched");
  ld8(T0, NEXT, 0);
  beq(T0, ' ', "drop_one");
  bne(T0, '\t', "matched");
  label("drop_one");
  li(A0, 1);
  call("advance_columns");
  sub(A1, A1, 1);
  jump("drop_indentation");
  label("closing_fence");
  mov(A0, CONTAINER);
  call("finalize");
  li(A0, 0);
  jump("used_up");

  label("html");
  ld8(T0, CONTAINER, R_AUX);
  bltu(T0, 6, "matched"); /* kinds 1 to 5 hold blank lines */
  ld8(T0, NONSPACE, 0);
  bne(T0, '\n', "matched");

  label("unmatched");
  ld32(CONTAINER, CONTAINER, R_PARENT);
  add(CONTAINER, CONTAINER, WORKSPACE);
  label("matched");
  li(A0, 1);
  label("used_up");
  leave();

  static const char *const matcher[BLOCK_TYPES] = {
      "match_open_blocks.matched", "match_open_blocks.quote",     "match_open_blocks.item",
      "match_open_blocks.list",    "match_open_blocks.paragraph", "match_open_blocks.unmatched",
      "match_open_blocks.code",    "match_open_blocks.html",      "match_open_blocks.matched"};
  data("block_matchers", 2);
  for (int type = 0; type < BLOCK_TYPES; type++)
    data_offset16(matcher[type], "block_matchers");
}

/* pass_quote_marker: move NEXT past the '>' at NONSPACE and the one column of white space that may follow it.
 * Destroys T0, T1.
 */
static void lay_pass_quote_marker(void) {
  routine("pass_quote_marker", in(WORKSPACE), out(NEXT), moves(COLUMN, NONSPACE, INDENT), destroys(T0));
  add(NEXT, NONSPACE, 1);
  add(COLUMN, COLUMN, INDENT);
  add(COLUMN, COLUMN, 1);
  st32(0, WORKSPACE, W_PARTIAL_TAB);
  ld8(T0, NEXT, 0);
  beq(T0, ' ', "space");
  beq(T0, '\t', "tab");
  jump("find_nonspace");
  label("tab");
  add(COLUMN, COLUMN, 1);
  and(T0, COLUMN, 3);
  beq(T0, 0, "tab_used_up");
  st32(1, WORKSPACE, W_PARTIAL_TAB);
  jump("find_nonspace");
  label("space");
  add(COLUMN, COLUMN, 1);
  label("tab_used_up");
  add(NEXT, NEXT, 1);
  jump("find_nonspace");
}

/* close_unmatched: close the open blocks below W_MATCHED. out A0 = W_MATCHED. */
static void lay_close_unmatched(void) {
  routine("close_unmatched", in(WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  label("next");
  ldw(A0, W_TIP);
  ldw(T0, W_MATCHED);
  beq(A0, T0, "closed");
  call("finalize");
  jump("next");
  label("closed");
  leave();
}

/* add_child: in A0 = BLOCK_* type, CONTAINER = the container, NONSPACE = where the block starts; out CONTAINER = the
 * new block, which is also W_TIP. A block that the line itself has opened holds what comes next, and has no child yet.
 * Within the arena: its bound is checked before each block is opened. */
static void lay_add_child(void) {
  routine("add_child", in(A0, NONSPACE, WORKSPACE), moves(CONTAINER), destroys(ALL_A, ALL_T));
  ld32(T0, WORKSPACE, W_OPENED);
  mov(A2, A0);
  beq(T0, 0, "first");
  bne(A2, BLOCK_PARAGRAPH, "create_block");
  li(A1, 0);
  jump("create_paragraph");
  label("first");
  ldw(T0, W_TIP);
  ldw(T1, W_MATCHED);
  bne(T0, T1, "add_first_child");
  ld8(T0, CONTAINER, R_TYPE);
  bgtu(T0, BLOCK_ITEM, "add_first_child");
  ldw(T0, W_BLANK_NOTED);
  bne(T0, 0, "add_first_child");
  st32(1, WORKSPACE, W_OPENED); /* nothing is to be closed, and no list becomes loose */
  bne(A2, BLOCK_PARAGRAPH, "create_block");
  ld32(A1, CONTAINER, R_CHILD);
  jump("create_paragraph");
}

/* create_paragraph: create_block of a paragraph after the sibling A1 (an offset, or 0). What stands before it is kept:
 * a paragraph of nothing but definitions is taken back. */
static void lay_create_paragraph(void) {
  routine("create_paragraph", in(A1, A2, NONSPACE, WORKSPACE), moves(CONTAINER), destroys(A0, A2, ALL_T));
  ldw(T0, W_LAST_RECORD);
  stw(T0, W_PARAGRAPH_PREV);
  stw(A1, W_PARAGRAPH_SIBLING);
  jump("create_block");
}

/* add_first_child: add_child of the first block that the line opens. What the line did not continue is closed first,
 * then CONTAINER if it cannot hold the block: its parent can. */
static void lay_add_first_child(void) {
  routine("add_first_child", in(A0, NONSPACE, WORKSPACE), moves(CONTAINER), destroys(ALL_A, ALL_T));
  enter_bare();
  st32(1, WORKSPACE, W_OPENED);
  stw(A0, W_NEW_TYPE);
  call("close_unmatched");
  ldw(A2, W_NEW_TYPE);
  ld8(T0, CONTAINER, R_TYPE);
  bleu(T0, BLOCK_ITEM, "holds_it");
  beq(A2, BLOCK_ITEM, "holds_it"); /* CONTAINER is a list: an item is opened in nothing else */
  call("finalize");
  mov(CONTAINER, A0);
  ldw(A2, W_NEW_TYPE);

  label("holds_it");
  ld32(A1, CONTAINER, R_CHILD);
  beq(A2, BLOCK_PARAGRAPH, "paragraph");
  beq(A1, 0, "create");
  mov(A0, CONTAINER);
  call("note_sibling");
  label("create");
  call("create_block");
  label("created");
  leave();
  label("paragraph");
  call("create_paragraph");
  jump("created");
}

/* create_block: in A2 = BLOCK_* type, CONTAINER = its parent; out CONTAINER, A0 = the new block, on top of the arena
 * and linked after the last record, which is also W_TIP. */
static void lay_create_block(void) {
  routine("create_block", in(A2, NONSPACE, WORKSPACE), moves(CONTAINER), destroys(A0, A2, ALL_T));
  ldw(A0, W_TOP);
  ldw(T0, W_LAST_RECORD);
  stw(A0, W_LAST_RECORD);
  sub(T1, A0, WORKSPACE);
  st32(T1, T0, R_NEXT);
  add(T0, A0, RECORD_SIZE);
  bgtu(A2, BLOCK_ITEM, "size_known");
  sub(T0, T0, RECORD_SIZE - SHORT_RECORD_SIZE);
  label("size_known");
  stw(T0, W_TOP);
  or (A2, A2, BLOCK_OPEN << 8);
  st64(A2, A0, R_TYPE); /* and R_NEXT */
  st32(T1, CONTAINER, R_CHILD);
  sub(T0, CONTAINER, WORKSPACE);
  st64(T0, A0, R_PARENT); /* and R_CHILD */
  st64(0, A0, R_DATA);    /* and R_LEN */
  st32(NONSPACE, A0, R_START);
  mov(CONTAINER, A0);
  stw(A0, W_TIP);
  ret();
}

/* note_sibling: a block of parent A0 survives after its sibling A1 (an offset, or 0): if that ends with a blank line,
 * their list is loose. Keeps A0; destroys A1, T0, T1. */
static void lay_note_sibling(void) {
  routine("note_sibling", in(A0, A1, WORKSPACE), destroys(A1, ALL_T));
  ldw(T0, W_BLANK_NOTED);
  beq(T0, 0, "tight");
  beq(A1, 0, "tight");
  ld8(T0, A0, R_TYPE);
  add(A1, A1, WORKSPACE);
  beq(T0, BLOCK_ITEM, "in_item");
  bne(T0, BLOCK_LIST, "in_no_list");
  mov(T1, A0);
  ld8(T0, A1, R_FLAGS); /* between items: the item's own last line, or that of its last child */
  bset(T0, BLOCK_BLANK, "loose");
  jump("has_children");
  label("in_item");
  ld32(T1, A0, R_PARENT);
  add(T1, T1, WORKSPACE);
  label("descend"); /* the last line of a list or item is that of its last child */
  ld8(T0, A1, R_TYPE);
  beq(T0, BLOCK_LIST, "has_children");
  bne(T0, BLOCK_ITEM, "deepest");
  label("has_children");
  ld32(T0, A1, R_CHILD);
  beq(T0, 0, "deepest");
  add(A1, T0, WORKSPACE);
  jump("descend");
  label("deepest");
  ld8(T0, A1, R_FLAGS);
  bclr(T0, BLOCK_BLANK, "tight");
  label("loose");
  ld8(T0, T1, R_FLAGS);
  or (T0, T0, BLOCK_LOOSE);
  st8(T0, T1, R_FLAGS);
  label("tight");
  ret();
  label("in_no_list");
  bne(T0, BLOCK_DOCUMENT, "tight");
  stw(0, W_BLANK_NOTED); /* what was noted is in lists that are closed */
  ret();
}

/* finalize: close the block A0, which is the tip; out A0 = its parent, the tip from now on. */
static void lay_finalize(void) {
  routine("finalize", in(A0, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  ld8(T0, A0, R_FLAGS);
  and(T0, T0, 255 - BLOCK_OPEN);
  st8(T0, A0, R_FLAGS);
  ld32(A1, A0, R_PARENT);
  add(A1, A1, WORKSPACE);
  stw(A1, W_TIP);
  ld8(T1, A0, R_TYPE);
  bleu(T1, BLOCK_LIST, "container");
  beq(T1, BLOCK_PARAGRAPH, "paragraph");
  bne(T1, BLOCK_CODE, "measure_leaf");
  bset(T0, BLOCK_FENCED, "measure_leaf");
  jump("trim_blank_lines");
  label("paragraph");
  ld32(T0, A0, R_DATA);
  ld8x(T0, WORKSPACE, T0);
  beq(T0, '[', "finalize_definitions");
  ldw(T0, W_PARAGRAPH_SIBLING);
  beq(T0, 0, "measure_leaf");
  ld32(T1, A0, R_LEN);
  mov(A0, A1);
  mov(A1, T0);
  ldw(T0, W_LONGEST);
  bleu(T1, T0, "note_sibling");
  stw(T1, W_LONGEST);
  jump("note_sibling");
  label("container");
  bne(T1, BLOCK_QUOTE, "end_record");
  ld32(T0, A0, R_LEN);
  beq(T0, 0, "outermost");
  add(T0, T0, WORKSPACE);
  st32(0, T0, R_DATA);
  stw(T0, W_QUOTE_LAST);
  jump("end_record");
  label("outermost");
  stw(0, W_QUOTE_FIRST);
  stw(0, W_QUOTE_LAST);
  label("end_record");
  ld32(A2, A0, R_TYPE); /* and R_FLAGS, R_AUX, of which the flags mean nothing here */
  add(A2, A2, BLOCK_END);
  add(A0, A0, R_END);
  st64(A2, A0, R_TYPE); /* and R_NEXT */
  ldw(T0, W_LAST_RECORD);
  stw(A0, W_LAST_RECORD);
  sub(T1, A0, WORKSPACE);
  st32(T1, T0, R_NEXT);
  mov(A0, A1);
  ret();
}

/* measure_leaf: the rest of finalize for a leaf block A0 of parent A1: W_LONGEST. */
static void lay_measure_leaf(void) {
  routine("measure_leaf", in(A0, A1, WORKSPACE), out(A0), destroys(ALL_T));
  ld32(T0, A0, R_LEN);
  mov(A0, A1);
  ldw(T1, W_LONGEST);
  bleu(T0, T1, "done");
  stw(T0, W_LONGEST);
  label("done");
  ret();
}

/* finalize_definitions: the rest of finalize for a paragraph A0, of parent A1, that may begin with definitions. */
static void lay_finalize_definitions(void) {
  Reg parent = S0, paragraph = S3;
  routine("finalize_definitions", in(A0, A1, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(parent, paragraph);
  mov(paragraph, A0);
  mov(parent, A1);
  call("resolve_definitions");
  beq(A0, 0, "only_definitions");
  mov(A0, parent);
  ldw(A1, W_PARAGRAPH_SIBLING);
  call("note_sibling");
  ld32(T0, paragraph, R_LEN);
  ldw(T1, W_LONGEST);
  bleu(T0, T1, "done");
  stw(T0, W_LONGEST);
  jump("done");
  label("only_definitions");
  ld32(T0, parent, R_PARENT);
  add(T0, T0, WORKSPACE);
  ldw(T1, W_MATCHED);
  bne(T0, T1, "take_back");
  /* cmark settles a list that the line continues, but not its item, when the paragraph is still there */
  mov(A0, parent);
  ldw(A1, W_PARAGRAPH_SIBLING);
  call("note_sibling");
  label("take_back");
  ldw(T0, W_PARAGRAPH_SIBLING);
  st32(T0, parent, R_CHILD);
  ldw(T0, W_PARAGRAPH_PREV);
  stw(T0, W_LAST_RECORD);
  stw(T0, W_POSITION_LAST); /* after it is nothing that has a position */
  st32(0, T0, R_NEXT);
  label("done");
  mov(A0, parent);
  leave();
}

/* trim_blank_lines: the rest of finalize for an indented code block A0 of parent A1: it ends with its last line that is
 * not blank. */
static void lay_trim_blank_lines(void) {
  routine("trim_blank_lines", in(A0, A1, WORKSPACE), out(A0), destroys(A2, ALL_T));
  ld32(T1, A0, R_DATA);
  ld32(A2, A0, R_LEN);
  add(T1, T1, WORKSPACE);
  add(A2, A2, T1);
  label("back");
  sub(A2, A2, 1);
  ld8(T0, A2, 0);
  beq(T0, '\n', "back");
  beq(T0, ' ', "back");
  beq(T0, '\t', "back");
  label("to_line_end");
  add(A2, A2, 1);
  ld8(T0, A2, 0);
  bne(T0, '\n', "to_line_end");
  sub(A2, A2, T1);
  add(A2, A2, 1);
  st32(A2, A0, R_LEN);
  jump("measure_leaf");
}

/* add_line: append what is left of the line, with its '\n', to the content of the leaf block A0. The content points
 * into the text while its lines lie there one after the other, and is copied to the arena when they do not.
 * Destroys A*, T*; moves NEXT. */
static void lay_add_line(void) {
  Reg block = S3, top = S4; /* while its content is copied: the block, and the end of the arena */
  routine("add_line", in(A0, NEXT, COLUMN, WORKSPACE), destroys(A0, A1, A2, ALL_T, NEXT));
  ld32(T1, WORKSPACE, W_PARTIAL_TAB);
  bne(T1, 0, "copied");
  ldw(A2, W_EOL);
  sub(A2, A2, NEXT);
  add(A2, A2, 1); /* A2 = bytes to add */
  ld32(A1, A0, R_LEN);
  bne(A1, 0, "not_first");
  sub(T0, NEXT, WORKSPACE);
  st32(T0, A0, R_DATA);
  st32(A2, A0, R_LEN);
  ret();
  label("not_first");
  ld32(T0, A0, R_DATA);
  add(T0, T0, WORKSPACE);
  add(T0, T0, A1);
  bne(T0, NEXT, "copied");
  add(A1, A1, A2);
  st32(A1, A0, R_LEN);
  ret();

  label("copied");
  enter(block, top);
  mov(block, A0);
  ldw(top, W_TOP);
  ld32(A0, block, R_DATA);
  ld32(A1, block, R_LEN);
  add(A0, A0, WORKSPACE);
  ldw(T0, W_EOL);
  sub(T0, T0, NEXT);
  add(T0, T0, A1);
  add(T0, T0, top);
  add(T0, T0, 64);
  ldw(T1, W_ARENA_LIMIT);
  bgtu(T0, T1, "no_space");
  add(T0, A0, A1);
  beq(T0, top, "append"); /* the content is the last thing in the arena already */
  sub(T0, top, WORKSPACE);
  st32(T0, block, R_DATA);
  call("put_raw");
  label("append");
  ld32(T0, WORKSPACE, W_PARTIAL_TAB);
  beq(T0, 0, "rest");
  add(NEXT, NEXT, 1); /* what is left of the tab becomes spaces */
  and(T0, COLUMN, 3);
  li(T1, 4);
  sub(T1, T1, T0);
  st32(0x20202020, top, 0);
  add(top, top, T1);
  label("rest");
  mov(A0, NEXT);
  ldw(A1, W_EOL);
  sub(A1, A1, NEXT);
  add(A1, A1, 1);
  call("put_raw");
  stw(top, W_TOP);
  ld32(T0, block, R_DATA);
  sub(T1, top, WORKSPACE);
  sub(T1, T1, T0);
  st32(T1, block, R_LEN);
  label("added");
  leave();
  label("no_space");
  call("out_of_room");
  jump("added");
}

/* continue_paragraph: append the line from NONSPACE to the paragraph CONTAINER, its indentation left out. Destroys A*,
 * T*. */
static void lay_continue_paragraph(void) {
  routine("continue_paragraph", in(COLUMN, NONSPACE, CONTAINER, WORKSPACE), destroys(A0, A1, A2, ALL_T, S0, S4));
  enter_bare();
  call("skip_to_nonspace");
  mov(A0, CONTAINER);
  call("add_line");
  call("note_padding");
  leave();
}

/* note_padding: mark the paragraph CONTAINER if the line in hand ends with white space, which its inlines lose.
 */
static void lay_note_padding(void) {
  routine("note_padding", in(CONTAINER, WORKSPACE), destroys(A0, ALL_T));
  ldw(T0, W_EOL);
  ld8(T0, T0, -1);
  bgtu(T0, ' ', "none");
  mov(A0, CONTAINER);
  if_class(T0, IS_SPACE, "mark_padded");
  label("none");
  ret();

  routine("mark_padded", in(A0), destroys(T0)); /* the paragraph A0 */
  ld8(T0, A0, R_FLAGS);
  or (T0, T0, BLOCK_PADDED);
  st8(T0, A0, R_FLAGS);
  ret();
}

/* Of add_text: remember for the container CONTAINER, and for its last child, whether this line is blank there. Of the
 * blocks that stay open only CONTAINER may keep the mark. */
static void lay_blank_mark(void) {
  ldw(A0, W_BLANK_CONTAINER);
  beq(A0, 0, "cleared");
  stw(0, W_BLANK_CONTAINER);
  ldw(T0, W_MATCHED);
  bgtu(A0, T0, "cleared"); /* of two open blocks the later is in the other: not continued by this line */
  ld8(T0, A0, R_FLAGS);
  and(T0, T0, 255 - BLOCK_BLANK);
  st8(T0, A0, R_FLAGS);
  label("cleared"); /* in CONTAINER as well */
  ld8(T0, NONSPACE, 0);
  bne(T0, '\n', "noted");
  stw(1, W_BLANK_NOTED);
  ld32(A0, CONTAINER, R_CHILD);
  beq(A0, 0, "childless");
  add(A0, A0, WORKSPACE);
  ld8(T0, A0, R_FLAGS);
  or (T0, T0, BLOCK_BLANK);
  st8(T0, A0, R_FLAGS);
  label("childless");
  ld8(T1, CONTAINER, R_FLAGS);
  ld8(T0, CONTAINER, R_TYPE);
  beq(T0, BLOCK_QUOTE, "noted");
  beq(T0, BLOCK_BREAK, "noted");
  bset(T1, BLOCK_FENCED, "noted");
  ld32(T0, WORKSPACE, W_OPENED);
  bne(T0, 0, "noted"); /* the blank first line of an item does not count */
  or (T1, T1, BLOCK_BLANK);
  st8(T1, CONTAINER, R_FLAGS);
  stw(CONTAINER, W_BLANK_CONTAINER);
  label("noted");
}

/* add_text: give what is left of the line, from NEXT, to the container CONTAINER. NONSPACE = its first byte that is no
 * space or tab.
 */
static void lay_add_text(void) {
  routine("add_text", in(NEXT, COLUMN, NONSPACE, CONTAINER, WORKSPACE), destroys(ALL_A, ALL_T, S0, CONTAINER, S4));
  enter_bare();
  lay_blank_mark();
  ldw(T0, W_TIP);
  beq(T0, CONTAINER, "closed");
  ld8(T1, T0, R_TYPE);
  bne(T1, BLOCK_PARAGRAPH, "not_lazy");
  ld8(T1, NONSPACE, 0);
  beq(T1, '\n', "not_lazy");
  mov(A0, T0); /* a lazy continuation line: paragraph text, whatever it left unmatched */
  call("add_line");
  ldw(A0, W_TIP);
  call("mark_padded");
  jump("done");
  label("not_lazy");
  call("close_unmatched");
  label("closed");
  ld8(T0, CONTAINER, R_TYPE);
  bleu(T0, BLOCK_LIST, "container");
  jump_table(T0, "text_takers");

  label("code");
  mov(A0, CONTAINER);
  call("add_line");
  jump("done");

  label("html");
  mov(A0, CONTAINER);
  call("add_line");
  call("ends_html_block");
  beq(A0, 0, "done");
  mov(A0, CONTAINER);
  call("finalize");
  label("done");
  leave();

  label("paragraph");
  call("continue_paragraph");
  jump("done");

  label("container");
  ld8(T0, NONSPACE, 0);
  beq(T0, '\n', "done");
  li(A0, BLOCK_PARAGRAPH);
  call("add_child");
  sub(T0, NONSPACE, WORKSPACE);
  st32(T0, CONTAINER, R_DATA);
  ldw(T1, W_EOL);
  sub(T0, T1, NONSPACE);
  add(T0, T0, 1);
  st32(T0, CONTAINER, R_LEN);
  ld8(T0, T1, -1);
  bgtu(T0, ' ', "done");
  call("note_padding");
  jump("done");

  static const char *const taker[BLOCK_TYPES] = {"add_text.container", "add_text.container", "add_text.container",
                                                 "add_text.container", "add_text.paragraph", "add_text.done",
                                                 "add_text.code",      "add_text.html",      "add_text.container"};
  data("text_takers", 2);
  for (int type = 0; type < BLOCK_TYPES; type++)
    data_offset16(taker[type], "text_takers");
}

void lay_blocks(void) {
  lay_parse_blocks();
  lay_find_nonspace();
  lay_skip_to_nonspace();
  lay_advance_indentation();
  lay_advance_columns();
  lay_match_open_blocks();
  lay_pass_quote_marker();
  lay_close_unmatched();
  lay_add_child();
  lay_create_paragraph();
  lay_add_first_child();
  lay_create_block();
  lay_note_sibling();
  lay_finalize();
  lay_measure_leaf();
  lay_finalize_definitions();
  lay_trim_blank_lines();
  lay_add_line();
  lay_continue_paragraph();
  lay_note_padding();
  lay_add_text();
}

/* SPDX-License-Identifier: MIT */
