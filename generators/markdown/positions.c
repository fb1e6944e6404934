/* positions.c: where each block starts and ends in the document, for MARKDOWN_SOURCEPOS.
 *
 * The block phase knows nothing of it but where a block starts. After each line these routines look at what the line
 * has changed: the records after the last one are new and start on it; the blocks from the old tip upwards that are
 * open no longer have ended. cmark lets a block end with the line before the one that closes it, but a fence and a
 * setext heading with that line itself, and all with the last line when the document ends. */
#include "parts.h"

/* start_positions: before the first line, at S0. */
static void lay_start_positions(void) {
  routine("start_positions", in(NEXT, WORKSPACE), destroys(T0));
  stw(NEXT, W_LINE);
  stw(0, W_LINE_NUMBER);
  stw(0, W_LINE_LENGTH);
  add(T0, WORKSPACE, W_DOCUMENT);
  stw(T0, W_POSITION_TIP);
  stw(T0, W_POSITION_LAST);
  stw(0, W_PLAIN_PARENT);
  stw(1, W_ERROR); /* until the last line: each is followed by note_positions */
  ret();
}

/* note_positions: after the line up to S0, its W_EOL = S0 - 1. Keeps S0; destroys S1, S2, S4, A*, T*. */
static void lay_note_positions(void) {
  Reg number = S1, line = S2, length = S4;
  routine("note_positions", in(NEXT, WORKSPACE), destroys(A0, A1, A2, A3, ALL_T, number, line, length));
  enter_bare();
  ldw(A1, W_LINE_NUMBER);
  add(number, A1, 1);
  stw(number, W_LINE_NUMBER);
  ldw(line, W_LINE);
  ldw(length, W_EOL);
  sub(length, length, line);
  ldw(A2, W_LINE_LENGTH);
  call("note_ends");
  ldw(A0, W_POSITION_LAST);
  label("next");
  ld32(T0, A0, R_NEXT);
  beq(T0, 0, "starts_noted");
  add(A0, T0, WORKSPACE);
  ld8(T0, A0, R_TYPE);
  bgtu(T0, BLOCK_BREAK, "next"); /* the end of a container */
  ldw(A1, W_TOP);
  add(T0, A1, POSITION_SIZE);
  ldw(T1, W_ARENA_LIMIT);
  bgtu(T0, T1, "no_space");
  stw(T0, W_TOP);
  st32(number, A1, P_FIRST_LINE);
  ld32(T0, A0, R_START);
  sub(T0, T0, line);
  add(T0, T0, 1);
  st32(T0, A1, P_FIRST_COLUMN);
  sub(A1, A1, WORKSPACE);
  st32(A1, A0, R_START);
  jump("next");

  label("starts_noted");
  stw(A0, W_POSITION_LAST);
  stw(NEXT, W_LINE);
  ldw(A0, W_TIP);
  stw(A0, W_POSITION_TIP);
  ld8(T0, A0, R_TYPE);
  bne(T0, BLOCK_HEADING, "length_known");
  ld8(T0, A0, R_FLAGS);
  bset(T0, BLOCK_FENCED, "length_known"); /* setext; an ATX heading that is still open is one of this line */
  call("heading_length");
  label("length_known");
  stw(length, W_LINE_LENGTH);
  label("noted");
  leave();
  label("no_space");
  call("out_of_room");
  jump("noted");
}

/* heading_length: out S4 = the length, for cmark, of the line from S2 that is an ATX heading: without a closing
 * sequence and the white space around that. Where nothing follows the opening sequence cmark takes that for the closing
 * one, and cuts it off if white space stands before it. */
static void lay_heading_length(void) {
  Reg line = S2, length = S4;
  routine("heading_length", in(line, WORKSPACE), out(length), destroys(A1, A2, ALL_T));
  ldw(A1, W_HEADING_END);
  ldw(T0, W_EOL);
  mov(A2, A1);
  bne(A1, T0, "trim");
  label("over_hashes");
  beq(A2, line, "end_known");
  ld8(T0, A2, -1);
  bne(T0, '#', "before_hashes");
  sub(A2, A2, 1);
  jump("over_hashes");
  label("before_hashes");
  beq(A2, A1, "end_known");
  beq(T0, ' ', "trim");
  bne(T0, '\t', "end_known");
  label("trim");
  mov(A1, A2);
  beq(A2, line, "end_known");
  sub(A2, A2, 1);
  ld8(T0, A2, 0);
  if_class(T0, IS_SPACE, "trim");
  label("end_known");
  sub(length, A1, line);
  ret();
}

/* note_last_positions: after the last block is closed. */
static void lay_note_last_positions(void) {
  Reg number = S1, length = S4;
  routine("note_last_positions", in(WORKSPACE), destroys(A0, A1, A2, A3, T0, number, length));
  ldw(A1, W_LINE_NUMBER);
  mov(number, A1);
  ldw(A2, W_LINE_LENGTH);
  mov(length, A2);
  jump("note_ends");
}

/* note_ends: the blocks from W_POSITION_TIP upwards that are closed end with line A1 of length A2, or S1 and S4.
 */
static void lay_note_ends(void) {
  Reg number = S1, length = S4;
  routine("note_ends", in(A1, A2, number, length, WORKSPACE), destroys(A0, A3, T0));
  ldw(A0, W_POSITION_TIP);
  label("next");
  ld8(T0, A0, R_FLAGS);
  bset(T0, BLOCK_OPEN, "done");
  ld32(A3, A0, R_START);
  add(A3, A3, WORKSPACE);
  bset(T0, BLOCK_FENCED, "this_line");
  st32(A1, A3, P_LAST_LINE);
  st32(A2, A3, P_LAST_COLUMN);
  jump("up");
  label("this_line");
  st32(number, A3, P_LAST_LINE);
  st32(length, A3, P_LAST_COLUMN);
  label("up");
  ld32(A0, A0, R_PARENT);
  add(A0, A0, WORKSPACE);
  jump("next");
  label("done"); /* the document is never closed */
  ret();
}

/* put_position: the position of the block S0 as an attribute of its start tag, which is written already: before the
 * last A0 bytes of that, 32 at the most. */
static void lay_put_position(void) {
  Reg block = S0, moved = S1, position = S2, marks = S3;
  routine("put_position", in(A0, block, WORKSPACE), moves(OUT), destroys(A0, A1, A2, A3, ALL_T));
  enter(moved, position, marks);
  mov(moved, A0);
  sub(OUT, OUT, moved);
  add(T1, WORKSPACE, W_LABEL_BUFFER);
  copy16(T1, 0, OUT, 0);
  copy16(T1, 16, OUT, 16);
  put_literal(" data-sourcepos=\"");
  ld32(position, block, R_START);
  add(position, position, WORKSPACE);
  la(marks, "position_marks");
  label("next");
  ld32(A0, position, 0);
  call("put_number");
  ld8_next(T0, marks);
  st8_next(T0, OUT);
  add(position, position, 4);
  bne(T0, '"', "next");
  add(T1, WORKSPACE, W_LABEL_BUFFER);
  copy16(OUT, 0, T1, 0);
  copy16(OUT, 16, T1, 16);
  add(OUT, OUT, moved);
  leave();
  data("position_marks", 1);
  data_string(":-:\"");
}

void lay_positions(void) {
  lay_start_positions();
  lay_note_positions();
  lay_heading_length();
  lay_note_last_positions();
  lay_note_ends();
  lay_put_position();
}

/* SPDX-License-Identifier: MIT */
