/* references.c: link reference definitions (4.7) and their map.
 *
 * Definitions are taken off the front of a paragraph when it is closed, and kept in document order. When the last line
 * has been read their number is known, and a hash table of the right size makes each lookup one step; the first
 * definition of a label wins. Labels are compared as cmark does: case folded, white space collapsed and trimmed. */
#include "parts.h"

/* resolve_definitions: take the definitions off the front of the paragraph A0. out A0 = 1 if text is left, else 0. */
static void lay_resolve_definitions(void) {
  Reg paragraph = S0, text = S1, end = S2;
  routine("resolve_definitions", in(A0, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(paragraph, text, end);
  mov(paragraph, A0);
  ld32(text, paragraph, R_DATA);
  ld32(end, paragraph, R_LEN);
  add(text, text, WORKSPACE);
  add(end, end, text);
  label("next");
  bgeu(text, end, "nothing_left");
  ld8(T0, text, 0);
  bne(T0, '[', "text");
  mov(A0, text);
  mov(A1, end);
  call("parse_definition");
  beq(A0, 0, "text");
  mov(text, A0);
  jump("next");

  label("text"); /* a definition ends with its line, and no line of a paragraph is blank */
  call("set_content");
  li(A0, 1);
  label("resolved");
  leave();
  label("nothing_left");
  call("set_content");
  li(A0, 0);
  jump("resolved");

  routine("set_content", in(S0, S1, S2, S5), destroys(T0)); /* of the paragraph S0: S1 up to S2 */
  sub(T0, text, WORKSPACE);
  st32(T0, paragraph, R_DATA);
  sub(T0, end, text);
  st32(T0, paragraph, R_LEN);
  ret();
}

/* parse_definition: in A0 = a '[', A1 = the end; out A0 = after the definition, now in the map, or 0. */
static void lay_parse_definition(void) {
  Reg place = S0, end = S1, before_title = S2, title = S3;
  routine("parse_definition", in(A0, A1, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(place, end, before_title, title);
  mov(place, A0);
  mov(end, A1);
  call("scan_label"); /* where there is none, place is still at the '[', where no ':' is */
  beq(A2, 0, "none");
  stw(A1, W_LABEL);
  stw(A2, W_LABEL_LEN);
  ld8(T0, place, 0); /* at the line end at the latest */
  bne(T0, ':', "none");
  add(place, place, 1);
  call("skip_space_and_line_end");
  mov(A0, place);
  mov(A1, end);
  call("scan_link_destination");
  beq(A0, 0, "none");
  stw(A2, W_URL);
  stw(A3, W_URL_LEN);
  mov(place, A0);
  mov(before_title, A0); /* before the title */
  stw(0, W_TITLE_LEN);
  call("skip_space_and_line_end");
  beq(place, before_title, "no_title");
  mov(title, place);
  mov(A0, place); /* A1 is the end still */
  call("scan_link_title");
  beq(A0, 0, "no_title");
  stw(title, W_TITLE);
  mov(place, A0);
  sub(T0, A0, title);
  stw(T0, W_TITLE_LEN);
  call("skip_to_line_end");
  bne(A0, 0, "defined");
  /* Text follows the title: no part of the definition, which ends before it. cmark keeps the title all the same. */
  label("no_title");
  mov(place, before_title);
  call("skip_to_line_end");
  beq(A0, 0, "none");
  label("defined");
  call("add_definition");
  mov(A0, place);
  label("parsed");
  leave();
  label("none");
  li(A0, 0);
  jump("parsed");
}

/* skip_to_line_end: move S0 over spaces and tabs, and a '\n'; out A0 = 1 if there was one, or S1 was reached. */
static void lay_skip_to_line_end(void) {
  Reg place = S0, end = S1;
  routine("skip_to_line_end", in(end), out(A0), moves(place), destroys(T0));
  label("look");
  bgeu(place, end, "at_end");
  ld8(T0, place, 0);
  beq(T0, '\n', "line_end");
  beq(T0, ' ', "space");
  beq(T0, '\t', "space");
  li(A0, 0);
  ret();
  label("space");
  add(place, place, 1);
  jump("look");
  label("line_end");
  add(place, place, 1);
  label("at_end");
  li(A0, 1);
  ret();
}

/* skip_space_and_line_end: move S0 over spaces and tabs with at most one '\n' among them. */
static void lay_skip_space_and_line_end(void) {
  Reg place = S0, end = S1;
  routine("skip_space_and_line_end", in(end), moves(place), destroys(A0, T0));
  ld8(T0, place, 0); /* most often one space: before S1 stands a line end */
  bne(T0, ' ', "any");
  ld8(T0, place, 1);
  bleu(T0, ' ', "any");
  add(place, place, 1);
  ret();
  label("any");
  enter_bare();
  call("skip_to_line_end");
  label("indentation");
  bgeu(place, end, "done");
  ld8(T0, place, 0);
  beq(T0, ' ', "space");
  bne(T0, '\t', "done");
  label("space");
  add(place, place, 1);
  jump("indentation");
  label("done");
  leave();
}

/* What a label ends with, or cannot have, and the backslash between the two. */
static const ByteSet brackets = {1, {{0, '[', ']'}}};

/* scan_label: a link label (6.3) at S0, S1 the end, after which fifteen bytes can be read; out A1, A2 = the label
 * without its brackets, trimmed, S0 after it and A0 = not 0; or A0 = 0. */
static void lay_scan_label(void) {
  Reg place = S0, end = S1;
  routine("scan_label", in(end), out(A0), out_if(A1, A2), moves(place), destroys(A3, ALL_T));
  bgeu(place, end, "none");
  ld8(T0, place, 0);
  bne(T0, '[', "none");
  add(A0, place, 1);
  mov(A1, A0);
  add(A2, A0, 1000); /* a label is at most this long */
  bltu(A2, end, "next");
  sub(A2, end, 1);
  label("next"); /* A2 = the last place where it can end */
  bgtu(A0, A2, "none");
  mask16(T0, A0, brackets);
  bne(T0, 0, "found");
  add(A0, A0, 16);
  jump("next");
  label("found");
  first16(T0, T0);
  add(A0, A0, T0);
  bgtu(A0, A2, "none");
  ld8(T0, A0, 0);
  beq(T0, ']', "closed");
  add(A0, A0, 2); /* over whatever a backslash escapes: of what is no punctuation, nothing else is asked */
  bne(T0, '[', "next");
  label("none");
  li(A0, 0);
  ret();
  label("closed");
  enter_bare();
  mov(A3, A0);
  mov(A0, A1);
  sub(A1, A3, A1);
  call("trim");
  mov(A2, A1);
  mov(A1, A0);
  add(place, A3, 1);
  leave();
}

/* White space, capital letters, and what is not ASCII; and controls, which stay as they are. */
static const ByteSet folds = {3, {{0, 0, ' '}, {0, 'A', 'Z'}, {0, 0x80, 0xFF}}};

/* normalize_label: in A0 = label, A1 = its length (at most 1001), after which sixteen bytes can be read; out A0 =
 * length of the normalized label in W_LABEL_BUFFER, A1 = its hash. */
static void lay_normalize_label(void) {
  Reg place = S0, end = S1, folded = S2, left = S3;
  routine("normalize_label", in(A0, A1, WORKSPACE), out(A0, A1), destroys(A2, A3, A4, A5, ALL_T));
  enter(place, end, folded, left);
  mov(place, A0);
  add(end, A0, A1);
  add(folded, WORKSPACE, W_LABEL_BUFFER);
  label("copy"); /* what stands before the first byte that may change */
  copy16(folded, 0, place, 0);
  mask16(T0, place, folds);
  bne(T0, 0, "found");
  add(folded, folded, 16);
  add(place, place, 16);
  bltu(place, end, "copy");
  label("copied");
  sub(place, place, end);
  sub(folded, folded, place);
  jump("folded");
  label("found");
  first16(T0, T0);
  add(folded, folded, T0);
  add(place, place, T0);
  bgeu(place, end, "copied");
  label("next");
  bgeu(place, end, "folded");
  ld8(A0, place, 0);
  bgeu(A0, 128, "not_ascii");
  add(place, place, 1);
  bleu(A0, ' ', "space");
  sub(T0, A0, 'A');
  bgtu(T0, 25, "ascii");
  or (A0, A0, 0x20);
  label("ascii");
  st8_next(A0, folded);
  jump("next");
  label("space"); /* one for all that stand side by side, and none at the start */
  if_not_class(A0, IS_SPACE, "ascii");
  add(T0, WORKSPACE, W_LABEL_BUFFER);
  beq(folded, T0, "next");
  li(A0, ' ');
  ld8(T0, folded, -1);
  bne(T0, ' ', "ascii");
  jump("next");

  label("not_ascii");
  mov(A0, place);
  sub(A1, end, place);
  call("utf8_decode");
  add(place, place, A1);
  call("case_fold"); /* what is ill-formed folds to itself, and is written as U+FFFD */
  mov(left, A0);     /* up to three code points; the second and third wait in the workspace */
  stw(A2, W_BOTTOM);
  stw(A3, W_BOTTOM + 8);
  mov(A0, A1);
  label("put_code_point");
  mov(A1, folded);
  call("utf8_encode");
  add(folded, folded, A0);
  sub(left, left, 1);
  beq(left, 0, "next");
  ldw(A0, W_BOTTOM);
  ldw(T0, W_BOTTOM + 8);
  stw(T0, W_BOTTOM);
  jump("put_code_point");

  label("folded");
  add(A2, WORKSPACE, W_LABEL_BUFFER);
  beq(folded, A2, "trimmed");
  ld8(T0, folded, -1);
  bne(T0, ' ', "trimmed");
  sub(folded, folded, 1);
  label("trimmed");
  sub(A0, folded, A2);
  st64(0, folded, 0); /* the hash takes eight bytes at a time */
  li(A1, 0);
  li(A3, 0x9E3779B97F4A7C15);
  label("hash");
  bgeu(A2, folded, "hashed");
  ld64_next(T0, A2);
  add(A1, A1, T0);
  mul(A1, A1, A3);
  shr(T0, A1, 29);
  xor(A1, A1, T0);
  jump("hash");
  label("hashed");
  shr(A1, A1, 32);
  leave();
}

/* add_definition: put the definition that W_LABEL, W_URL and W_TITLE describe into the arena. */
static void lay_add_definition(void) {
  Reg definition = S0, string = S4; /* where put_raw writes */
  routine("add_definition", in(WORKSPACE), destroys(ALL_A, ALL_T));
  enter(definition, string);
  ldw(A0, W_LABEL);
  ldw(A1, W_LABEL_LEN);
  call("normalize_label");
  ldw(definition, W_TOP);
  add(definition, definition, 7);
  and(definition, definition, -8);
  ldw(T0, W_URL_LEN);
  ldw(T1, W_TITLE_LEN);
  add(T0, T0, T1);
  shl(T0, T0, 1);
  add(T0, T0, REF_RECORD_SIZE + 256);
  add(T0, T0, A0);
  add(T0, T0, definition);
  ldw(T1, W_ARENA_LIMIT);
  bgtu(T0, T1, "no_space");
  st64(0, definition, REF_BELOW);
  st32(0, definition, REF_NEXT);
  st32(A1, definition, REF_HASH);
  st32(A0, definition, REF_LABEL_LEN);
  add(string, definition, REF_RECORD_SIZE); /* where the next string goes */
  sub(T0, string, WORKSPACE);
  st32(T0, definition, REF_LABEL);
  mov(A1, A0);
  add(A0, WORKSPACE, W_LABEL_BUFFER);
  call("put_raw");
  sub(T0, string, WORKSPACE);
  st32(T0, definition, REF_URL);
  ldw(A0, W_URL);
  ldw(A1, W_URL_LEN);
  mov(A2, string);
  call("clean_url");
  st32(A0, definition, REF_URL_LEN);
  add(string, string, A0);
  sub(T0, string, WORKSPACE);
  st32(T0, definition, REF_TITLE);
  st32(0, definition, REF_TITLE_LEN);
  st32(0, definition, REF_HAS_TITLE);
  ldw(A1, W_TITLE_LEN);
  beq(A1, 0, "complete");
  st32(1, definition, REF_HAS_TITLE);
  ldw(A0, W_TITLE);
  mov(A2, string);
  call("clean_title");
  st32(A0, definition, REF_TITLE_LEN);
  add(string, string, A0);
  label("complete");
  stw(string, W_TOP);
  sub(T1, definition, WORKSPACE);
  ldw(T0, W_REF_LAST);
  stw(definition, W_REF_LAST);
  beq(T0, 0, "first");
  st32(T1, T0, REF_NEXT);
  jump("count");
  label("first");
  stw(definition, W_REF_FIRST);
  label("count");
  ldw(T0, W_REF_COUNT);
  add(T0, T0, 1);
  stw(T0, W_REF_COUNT);
  label("added");
  leave();
  label("no_space");
  call("out_of_room");
  jump("added");
}

/* index_references: when all definitions are known, put each into its bucket, the first of a label alone; and bound
 * what references may add: the length of the document, or 100,000 bytes. */
static void lay_index_references(void) {
  Reg definition = S0;
  routine("index_references", in(WORKSPACE), destroys(ALL_A, ALL_T));
  enter(definition);
  stw(0, W_REF_SIZE);
  ldw(T0, W_LENGTH);
  bgeu(T0, 100000, "bounded");
  li(T0, 100000);
  label("bounded");
  stw(T0, W_REF_MAX);
  ldw(A0, W_REF_COUNT);
  beq(A0, 0, "done");
  li(A1, 4);
  label("grow"); /* a power of two, at least as many buckets as definitions */
  shl(A1, A1, 1);
  bltu(A1, A0, "grow");
  ldw(A0, W_TOP);
  add(A0, A0, 15);
  and(A0, A0, -16);
  stw(A0, W_BUCKETS);
  sub(T0, A1, 1);
  stw(T0, W_BUCKET_MASK);
  shl(T0, A1, 2);
  add(T0, T0, A0);
  ldw(T1, W_ARENA_LIMIT);
  bgtu(T0, T1, "no_space");
  stw(T0, W_TOP);
  label("clear");
  st64(0, A0, 0);
  add(A0, A0, 8);
  bltu(A0, T0, "clear");

  ldw(definition, W_REF_FIRST);
  label("next");
  ld32(A0, definition, REF_LABEL);
  add(A0, A0, WORKSPACE);
  ld32(A1, definition, REF_LABEL_LEN);
  ld32(A2, definition, REF_HASH);
  call("find_definition");
  bne(A0, 0, "known");
  sub(T0, definition, WORKSPACE); /* at the end of its path, whose link is A3 */
  st32(T0, A3, 0);
  label("known");
  ld32(definition, definition, REF_NEXT);
  beq(definition, 0, "done");
  add(definition, definition, WORKSPACE);
  jump("next");
  label("done");
  leave();
  label("no_space");
  call("out_of_room");
  jump("done");
}

/* find_definition: in A0 = normalized label, A1 = its length, A2 = its hash; out A0 = the definition, or 0 and A3 = the
 * 32-bit link where it would be.
 *
 * Hashes can be made to be equal, so a bucket is no list but a tree: below the definition at depth d, the bit d of a
 * label says which link is followed. A label has no NUL, so with zeros after its end no two labels have the same bits,
 * and a path goes no deeper than a label has bits, and eight. */
static void lay_find_definition(void) {
  routine("find_definition", in(A0, A1, A2, WORKSPACE), out(A0, A3), destroys(A2, A4, A5, ALL_T));
  ldw(A3, W_BUCKETS);
  ldw(T0, W_BUCKET_MASK);
  and(T0, T0, A2);
  shl(T0, T0, 2);
  add(A3, A3, T0);
  label("next");
  ld32(A4, A3, 0);
  beq(A4, 0, "none");
  add(A3, A4, WORKSPACE);
  ld32(T0, A3, REF_HASH);
  xor(T0, T0, A2);
  shl(T0, T0, 32); /* the depth stands above the hash */
  bne(T0, 0, "differs");
  ld32(T0, A3, REF_LABEL_LEN);
  bne(T0, A1, "differs");
  ld32(A5, A3, REF_LABEL);
  add(A5, A5, WORKSPACE);
  label("compare");
  sub(T0, T0, 1);
  ld8x(T1, A5, T0);
  ld8x(A4, A0, T0);
  bne(T1, A4, "differs");
  bne(T0, 0, "compare");
  mov(A0, A3);
  ret();

  label("differs");
  li(T1, 0);
  shr(T0, A2, 32 + 3);
  bgeu(T0, A1, "after_label");
  ld8x(T1, A0, T0);
  label("after_label");
  shr(T0, A2, 32);
  and(T0, T0, 7);
  shr(T1, T1, T0);
  and(T1, T1, 1);
  shl(T1, T1, 2);
  add(A3, A3, T1); /* REF_BELOW is its first field */
  li(T0, INT64_C(1) << 32);
  add(A2, A2, T0);
  jump("next");
  label("none");
  li(A0, 0);
  ret();
}

/* look_up_reference: in A0 = label, A1 = its length; out A0 = the definition to use, or 0. No definition has a label of
 * nothing but white space. */
static void lay_look_up_reference(void) {
  routine("look_up_reference", in(A0, A1, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  bgtu(A1, 1000, "none");
  ldw(T0, W_REF_COUNT);
  bne(T0, 0, "defined");
  label("none");
  li(A0, 0);
  ret();
  label("defined");
  enter_bare();
  call("normalize_label");
  mov(A2, A1);
  mov(A1, A0);
  add(A0, WORKSPACE, W_LABEL_BUFFER);
  call("find_definition");
  beq(A0, 0, "unknown");
  ld32(T0, A0, REF_URL_LEN);
  ld32(T1, A0, REF_TITLE_LEN);
  add(T0, T0, T1);
  ldw(A1, W_REF_SIZE);
  add(A1, A1, T0);
  ldw(T0, W_REF_MAX);
  bgtu(A1, T0, "unknown");
  stw(A1, W_REF_SIZE);
  label("known");
  leave();
  label("unknown");
  li(A0, 0);
  jump("known");
}

void lay_references(void) {
  lay_resolve_definitions();
  lay_parse_definition();
  lay_skip_to_line_end();
  lay_skip_space_and_line_end();
  lay_scan_label();
  lay_normalize_label();
  lay_add_definition();
  lay_index_references();
  lay_find_definition();
  lay_look_up_reference();
}

/* SPDX-License-Identifier: MIT */
