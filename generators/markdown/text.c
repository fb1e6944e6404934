/* text.c: the document made into lines.
 *
 * Everything after this reads a text in which each line ends with exactly one '\n', NUL has become U+FFFD and a leading
 * byte order mark is gone, with a '\n' before its first byte and readable bytes after its last. The block phase asks
 * for one line after the other: each is copied while its end is looked for. */
#include "parts.h"

static const ByteSet line_enders = {3, {{0, 0, 0}, {0, '\r', 0}, {0, '\n', 0}}};

/* open_text: in A0 = document, A1 = its end. Sets W_IN and W_IN_END, past a byte order mark. */
static void lay_open_text(void) {
  routine("open_text", in(A0, A1, WORKSPACE), out(A0), destroys(T0));
  stw(A1, W_IN_END);
  sub(T0, A1, A0);
  bltu(T0, 3, "opened");
  ld8(T0, A0, 0);
  bne(T0, 0xEF, "opened");
  ld8(T0, A0, 1);
  bne(T0, 0xBB, "opened");
  ld8(T0, A0, 2);
  bne(T0, 0xBF, "opened");
  add(A0, A0, 3);
  label("opened");
  stw(A0, W_IN);
  ret();
}

/* read_line: append the line of the document at A1 = W_IN, before A2 = W_IN_END, to the text at S0, and move W_IN past
 * it; out A0 = its '\n', which a last line may lack in the document. Whole vectors are copied while sixteen bytes of
 * the document are left, whatever they hold: up to fifteen bytes after the line are written too.
 *
 * The document may lie where the text is written: then what is read is written again, until a byte comes that is not
 * itself in the text. There the rest of the document moves away, so far that the text never reaches it. */
static void lay_read_line(void) {
  routine("read_line", in(A1, A2, NEXT, WORKSPACE), out(A0), destroys(A1, A2, A3, T0));
  mov(A0, NEXT);
  label("go_on");
  sub(A3, A2, 16);
  label("vectors");
  bgt(A1, A3, "bytes");
  label("next_vector");
  copy16(A0, 0, A1, 0);
  mask16(T0, A1, line_enders);
  bne(T0, 0, "ender");
  add(A0, A0, 16);
  add(A1, A1, 16);
  ble(A1, A3, "next_vector");
  label("bytes");
  bgeu(A1, A2, "ended");
  ld8(T0, A1, 0);
  beq(T0, '\n', "line_feed");
  beq(T0, '\r', "other_ender");
  beq(T0, 0, "other_ender");
  st8(T0, A0, 0);
  add(A0, A0, 1);
  add(A1, A1, 1);
  jump("bytes");

  label("ender");
  first16(T0, T0);
  add(A0, A0, T0);
  add(A1, A1, T0);
  ld8(T0, A1, 0);
  bne(T0, '\n', "other_ender");
  label("line_feed");
  add(A1, A1, 1);
  label("ended");
  st8('\n', A0, 0);
  stw(A1, W_IN);
  ret();
  label("other_ender");
  beq(A0, A1, "in_place");
  beq(T0, 0, "nul");
  add(A1, A1, 1);
  bgeu(A1, A2, "ended");
  ld8(T0, A1, 0);
  beq(T0, '\n', "line_feed");
  jump("ended");

  label("nul");
  st32(0xBDBFEF, A0, 0); /* and a byte that is written again */
  add(A0, A0, 3);
  add(A1, A1, 1);
  jump("vectors");

  label("in_place");
  ldw(T0, W_ROOM_END);
  stw(T0, W_IN_END);
  add(A3, T0, A1);
  sub(A3, A3, A2);
  stw(A3, W_IN);
  label("move");
  copy16(A3, 0, A1, 0);
  add(A1, A1, 16);
  add(A3, A3, 16);
  bltu(A1, A2, "move");
  ldw(A1, W_IN);
  ldw(A2, W_IN_END);
  jump("go_on");
}

static const ByteSet high = {1, {{0, 128, 255}}};

/* validate_text: the document from A0 = W_IN to W_IN_END, written to the arena with each ill-formed sequence of UTF-8
 * made U+FFFD; W_IN and W_IN_END become the bounds of that. How much of an ill-formed sequence goes is what cmark
 * takes for one: up to the byte that does not go on, all of a sequence that no character has, and what is left of the
 * line where that is too short for what its lead byte asks (a NUL counts there as the three bytes that it becomes). */
static void lay_validate_text(void) {
  Reg end = S1, last_vector = S2;
  routine("validate_text", in(A0, WORKSPACE), destroys(A0, A2, A3, A4, A5, ALL_T));
  enter(end, last_vector);
  ldw(end, W_IN_END);
  ldw(A2, W_TOP);
  sub(T0, end, A0);
  mul(T0, T0, 3);
  add(T0, T0, A2);
  ldw(T1, W_ARENA_LIMIT);
  bgtu(T0, T1, "no_space");
  stw(A2, W_IN);
  sub(last_vector, end, 16);
  label("vectors");
  bgt(A0, last_vector, "bytes");
  label("next_vector");
  copy16(A2, 0, A0, 0);
  mask16(T0, A0, high);
  bne(T0, 0, "found");
  add(A2, A2, 16);
  add(A0, A0, 16);
  ble(A0, last_vector, "next_vector");
  label("bytes");
  bgeu(A0, end, "ended");
  ld8(T0, A0, 0);
  bgeu(T0, 0x80, "multibyte");
  st8(T0, A2, 0);
  add(A0, A0, 1);
  add(A2, A2, 1);
  jump("bytes");
  label("ended");
  stw(A2, W_IN_END);
  stw(A2, W_TOP);
  label("left");
  leave();

  label("found");
  first16(T0, T0);
  add(A0, A0, T0);
  add(A2, A2, T0);
  ld8(T0, A0, 0);
  label("multibyte"); /* A4 = how many bytes its lead byte asks for */
  bltu(T0, 0xC0, "replace_one");
  bgeu(T0, 0xF8, "replace_one");
  inv(A4, T0); /* the ones that it begins with: 2 to 4 */
  shl(A4, A4, 56);
  leading_zeros(A4, A4);
  mov(A3, A0);
  add(A5, A0, A4);
  label("in_line");
  add(A3, A3, 1);
  beq(A3, A5, "whole");
  bgeu(A3, end, "replace"); /* up to A3 */
  ld8(T0, A3, 0);
  beq(T0, '\n', "replace");
  beq(T0, '\r', "replace");
  bne(T0, 0, "in_line");
  label("whole");
  mov(A3, A0);
  label("goes_on");
  add(A3, A3, 1);
  beq(A3, A5, "ended_well");
  ld8(T0, A3, 0);
  and(T0, T0, 0xC0);
  beq(T0, 0x80, "goes_on");
  label("ended_well"); /* or not: then it has no length */
  call("utf8_length");
  beq(T0, 0, "replace");
  label("copy");
  ld8(T0, A0, 0);
  st8(T0, A2, 0);
  add(A0, A0, 1);
  add(A2, A2, 1);
  bltu(A0, A5, "copy");
  jump("vectors");

  label("replace_one");
  add(A3, A0, 1);
  label("replace");
  mov(A0, A3);
  st32(0xBDBFEF, A2, 0); /* and a byte that is written again */
  add(A2, A2, 3);
  jump("vectors");
  label("no_space");
  call("out_of_room");
  jump("left");
}

/* markdown_workspace: see markdown.h. The bound: 3 bytes of text for each byte of the document, 32 of records, 8 of
 * content, 12 of references, 27 of tags, tokens and scratch, 33 of HTML, and 1 MiB for what does not grow; and the
 * flags ask for 3 of validated document, 16 of positions, and 50 of attributes that tell them. What needs more is told
 * by MARKDOWN_NO_SPACE, never by a byte out of place. */
static void lay_workspace(void) {
  routine("markdown_workspace", in(A0), out(A0));
  bgtu(A0, MARKDOWN_LIMIT, "too_long");
  mul(A0, A0, 200);
  add(A0, A0, 1 << 20);
  ret();
  label("too_long");
  li(A0, MARKDOWN_TOO_LONG);
  ret();
}

_Static_assert(MARKDOWN_PLACE == W_TEXT, "markdown.h says where the text begins");

/* markdown_render: see markdown.h. */
static void lay_render(void) {
  routine("markdown_render", in(A0, A1, A2, A3, A4), out(A0), out_if(A1), destroys(A2, A3, A4, A5, ALL_T));
  enter(S0, S1, S2, S3, S4, WORKSPACE);
  bgtu(A1, MARKDOWN_LIMIT, "too_long");
  /* the text: up to three bytes for one, its '\n', and bytes that may be read but mean nothing */
  mul(T0, A1, 3);
  add(T0, T0, W_SIZE + 4096);
  bltu(A4, T0, "no_space");
  mov(WORKSPACE, A3);
  stw(A2, W_FLAGS);
  add(A4, A4, A3);
  stw(A4, W_END);
  stw(A1, W_LENGTH);
  stw(0, W_ERROR);
  stw(0, W_ENTITIES_READY);
  mul(T0, A1, 3);
  add(T0, T0, W_TEXT + 64);
  add(T0, T0, WORKSPACE);
  stw(T0, W_ROOM_END);
  add(T0, T0, 64);
  and(T0, T0, -16);
  stw(T0, W_TOP);
  add(A1, A1, A0);
  call("open_text");
  /* offsets are 32 bits: the arena ends 64 KiB below 4 GiB, or below the end of the workspace */
  stw(MARKDOWN_TOO_MANY_BLOCKS, W_ARENA_ERROR);
  li(T0, 0xFFFF0000);
  add(T0, T0, WORKSPACE);
  ldw(T1, W_END);
  sub(T1, T1, 1024);
  bleu(T0, T1, "arena_bounded");
  stw(MARKDOWN_NO_SPACE, W_ARENA_ERROR);
  mov(T0, T1);
  label("arena_bounded");
  stw(T0, W_ARENA_LIMIT);
  stw(T0, W_OUT_LIMIT); /* content is copied to the arena by the routines that later write HTML */
  ldw(T0, W_FLAGS);
  bclr(T0, MARKDOWN_VALIDATE_UTF8, "document_open");
  call("validate_text");
  ldw(A0, W_ERROR);
  bne(A0, 0, "arena_full");
  label("document_open");
  call("parse_blocks");
  ldw(A0, W_ERROR);
  bne(A0, 0, "arena_full");
  call("index_references");
  ldw(A0, W_ERROR);
  bne(A0, 0, "arena_full");
  call("render_document");
  ldw(A0, W_ERROR);
  bne(A0, 0, "done");
  ldw(A1, W_OUT_START);
  sub(A0, OUT, A1);
  label("done");
  leave();
  label("arena_full");
  ldw(A0, W_ARENA_ERROR);
  jump("done");
  label("too_long");
  li(A0, MARKDOWN_TOO_LONG);
  jump("done");
  label("no_space");
  li(A0, MARKDOWN_NO_SPACE);
  jump("done");
}

void lay_document_text(void) {
  lay_workspace();
  lay_render();
  lay_open_text();
  lay_read_line();
  lay_validate_text();
}

/* SPDX-License-Identifier: MIT */
