/* links.c: links and images (6.3, 6.4): what a bracket opens, and what its closing makes of it.
 *
 * An opening bracket is a token on a stack. When it becomes a link, that token opens it and a new one, which holds its
 * destination and title, closes it; else it is text. A link inside a link is none: every opener before one that has
 * become a link is inactive, and tokens stand in the order of their brackets, so the last such opener says it all. */
#include "parts.h"

/* open_bracket: at a '[': flush, push a bracket, move NEXT past it. A '!' that ends the pending run belongs to it,
 * unless that '!' was escaped. */
static void lay_open_bracket(void) {
  routine("open_bracket", in(RUN, BOUND, WORKSPACE), moves(NEXT, TOKEN), destroys(A0, A1, A2, A3, ALL_T));
  enter_bare();
  mov(A0, NEXT);
  li(A1, 0);
  beq(BOUND, NEXT, "start_known");
  ld8(T0, NEXT, -1);
  bne(T0, '!', "start_known");
  li(A1, TOKEN_IMAGE);
  sub(A0, A0, 1);
  label("start_known");
  call("flush_run");
  add(NEXT, NEXT, 1);
  ldw(A2, W_TOKENS);
  ldw(A3, W_LAST_BRACKET);
  add(T1, A3, A2);
  ld8(T0, T1, T_FLAGS);
  or (T0, T0, TOKEN_BRACKET_AFTER);
  st8(T0, T1, T_FLAGS);
  st8(TOKEN_BRACKET, TOKEN, T_KIND);
  st8(A1, TOKEN, T_FLAGS);
  sub(T0, A0, WORKSPACE);
  st32(T0, TOKEN, T_OFF);
  sub(T0, NEXT, A0);
  st32(T0, TOKEN, T_LEN);
  st32(A3, TOKEN, T_PREV);
  ldw(T0, W_SUBJECT);
  sub(T0, NEXT, T0);
  st32(T0, TOKEN, T_POS);
  sub(T0, TOKEN, A2);
  stw(T0, W_LAST_BRACKET);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  leave();
}

/* close_bracket: at a ']'. If it ends a link or image: flush, make it one, move NEXT past it; out A0 is not 0. Else
 * move NEXT past the bracket; out A0 = 0. */
static void lay_close_bracket(void) {
  routine("close_bracket", in(S1, S2, S5), out(A0), moves(S0, S4), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  add(NEXT, NEXT, 1);
  stw(NEXT, W_AFTER_TEXT);
  ldw(A0, W_LAST_BRACKET);
  beq(A0, 0, "text");
  ldw(T0, W_TOKENS);
  add(A0, A0, T0);
  stw(A0, W_OPENER);
  ld8(T0, A0, T_FLAGS);
  bset(T0, TOKEN_IMAGE, "active");
  ldw(T0, W_LAST_LINK);
  bltu(A0, T0, "no_link");
  label("active");
  call("inline_link");
  bne(A0, 0, "link");
  call("reference_link");
  bne(A0, 0, "link");
  label("no_link");
  ldw(A0, W_OPENER);
  ld32(T0, A0, T_PREV);
  stw(T0, W_LAST_BRACKET);
  ldw(NEXT, W_AFTER_TEXT);
  label("text");
  li(A0, 0);
  jump("left");

  label("link"); /* A0 = where it ends, A1 = TOKEN_CLEAN and TOKEN_TITLED */
  stw(A0, W_AFTER_LINK);
  ldw(A0, W_AFTER_TEXT);
  sub(A0, A0, 1);
  call("flush_run");
  ldw(A2, W_OPENER);
  ld8(T0, A2, T_FLAGS);
  or (A1, A1, T0); /* TOKEN_IMAGE, and what nobody asks of a closer */
  st8(TOKEN_LINK_CLOSE, TOKEN, T_KIND);
  st8(A1, TOKEN, T_FLAGS);
  ldw(T0, W_URL);
  sub(T0, T0, WORKSPACE);
  st32(T0, TOKEN, T_URL);
  ldw(T0, W_URL_LEN);
  st32(T0, TOKEN, T_URL_LEN);
  ldw(T0, W_TITLE);
  sub(T0, T0, WORKSPACE);
  st32(T0, TOKEN, T_TITLE);
  ldw(T0, W_TITLE_LEN);
  st32(T0, TOKEN, T_TITLE_LEN);
  st8(TOKEN_LINK_OPEN, A2, T_KIND);
  ldw(T0, W_TOKENS);
  sub(T0, TOKEN, T0);
  st32(T0, A2, T_CLOSER);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  ld32(A0, A2, T_OFF);
  call("process_emphasis");
  ldw(A0, W_OPENER);
  ld32(T0, A0, T_PREV);
  stw(T0, W_LAST_BRACKET);
  ld8(T0, A0, T_FLAGS);
  bset(T0, TOKEN_IMAGE, "made");
  stw(A0, W_LAST_LINK);
  label("made");
  ldw(NEXT, W_AFTER_LINK);
  label("left");
  leave();
}

/* inline_link: "(destination title)" at NEXT? out A0 = where it ends, with W_URL, W_TITLE and A1 = flags; or 0. The
 * white space after the text is no byte of it. */
static void lay_inline_link(void) {
  routine("inline_link", in(NEXT, SUBJECT_END, WORKSPACE), out(A0), out_if(A1), destroys(A2, A3, A4, A5, ALL_T));
  enter_bare();
  ld8(T0, NEXT, 0);
  bne(T0, '(', "none");
  add(A0, NEXT, 1);
  mov(A1, SUBJECT_END);
  call("skip_space");
  call("scan_link_destination");
  beq(A0, 0, "none");
  stw(A2, W_URL);
  stw(A3, W_URL_LEN);
  stw(0, W_TITLE_LEN);
  mov(A5, A0);
  call("skip_space");
  beq(A0, A5, "title_done"); /* a title needs white space before it */
  mov(A5, A0);
  call("scan_link_title");
  bne(A0, 0, "title");
  mov(A0, A5); /* none: one of no bytes */
  label("title");
  stw(A5, W_TITLE);
  sub(T0, A0, A5);
  stw(T0, W_TITLE_LEN);
  call("skip_space");
  label("title_done"); /* T0 = the byte there */
  bne(T0, ')', "none");
  add(A0, A0, 1);
  li(A1, 0);
  ldw(T0, W_TITLE_LEN);
  beq(T0, 0, "untitled");
  li(A1, TOKEN_TITLED);
  label("untitled");
  leave();
  label("none");
  li(A0, 0);
  jump("untitled");
}

/* reference_link: a full, collapsed or shortcut reference whose text ends at NEXT? out as inline_link; moves NEXT. */
static void lay_reference_link(void) {
  routine("reference_link", in(NEXT, SUBJECT_END, WORKSPACE), out(A0), out_if(A1), destroys(A2, A3, A4, A5, ALL_T, S0));
  enter_bare();
  call("scan_label");
  beq(A0, 0, "text_is_label");
  bne(A2, 0, "look_up");
  label("text_is_label");
  ldw(A0, W_OPENER);
  ld8(T0, A0, T_FLAGS);
  bset(T0, TOKEN_BRACKET_AFTER, "none"); /* a label has no brackets */
  ld32(A1, A0, T_POS);
  ldw(T0, W_SUBJECT);
  add(A1, A1, T0);
  ldw(A2, W_AFTER_TEXT);
  sub(A2, A2, A1);
  sub(A2, A2, 1);
  label("look_up");
  mov(A0, A1);
  mov(A1, A2);
  call("look_up_reference");
  beq(A0, 0, "none");
  ld32(T0, A0, REF_URL);
  add(T0, T0, WORKSPACE);
  stw(T0, W_URL);
  ld32(T0, A0, REF_URL_LEN);
  stw(T0, W_URL_LEN);
  ld32(T0, A0, REF_TITLE);
  add(T0, T0, WORKSPACE);
  stw(T0, W_TITLE);
  ld32(T0, A0, REF_TITLE_LEN);
  stw(T0, W_TITLE_LEN);
  li(A1, TOKEN_CLEAN);
  ld32(T0, A0, REF_HAS_TITLE);
  beq(T0, 0, "untitled");
  li(A1, TOKEN_CLEAN | TOKEN_TITLED);
  label("untitled");
  mov(A0, NEXT);
  label("left");
  leave();
  label("none");
  li(A0, 0);
  jump("left");
}

void lay_links(void) {
  lay_open_bracket();
  lay_close_bracket();
  lay_inline_link();
  lay_reference_link();
}

/* SPDX-License-Identifier: MIT */
