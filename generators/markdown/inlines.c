/* inlines.c: the inlines of one leaf block (CommonMark 0.30, section 6) as a row of tokens.
 *
 * One scan goes from one byte that matters to the next, sixteen at a time. What lies between is a run of text that
 * grows until some construct needs a token of its own: a whole paragraph of prose, line ends and all, is one token.
 * A line end matters only where white space stands beside one (BLOCK_PADDED): else it is text like any other.
 *
 * White space before a line end is stripped, but not back into a construct, over a line end or over a byte that was
 * escaped: BOUND is where the last of these ended. Nor is a '!' before it one that belongs to a bracket.
 *
 * NEXT next byte, SUBJECT_END end, RUN start of the pending run, BOUND the bound of what is stripped, TOKEN next free
 * token. */
#include "parts.h"

/* Every byte that matters, and '^', which is cheaper to pass than to tell from its neighbours; without line ends, and
 * with them. */
static const ByteSet special = {4, {{0, '[', '`'}, {0, '<', 0}, {0, '&', 0}, {0, '*', 0}}};
static const ByteSet special_or_newline = {4, {{0, '[', '`'}, {0, '<', 0}, {0, '&', 0}, {0x20, 0x2A, 0}}}; /* LF * */

/* Under MARKDOWN_SMART; what is too much is plain text. */
static const ByteSet special_or_smart = {4, {{0, '[', '`'}, {0, '<', 0}, {0, '"', '.'}, {0, '\n', 0}}};

static const ByteSet backtick = {1, {{0, '`', 0}}};

static void lay_inline_handlers(void) {
  static const char *const handler[INLINE_KINDS] = {
      "parse_inlines.plain",     "parse_inlines.newline", "parse_inlines.backtick",  "parse_inlines.backslash",
      "parse_inlines.ampersand", "parse_inlines.less",    "parse_inlines.delimiter", "parse_inlines.open",
      "parse_inlines.close",     "parse_inlines.quote",   "parse_inlines.hyphen",    "parse_inlines.period"};
  data("inline_handlers", 2);
  for (int i = 0; i < INLINE_KINDS; i++)
    data_offset16(handler[i], "inline_handlers");
}

/* Append a token of this kind and flags for `length` (a register) bytes from `from`; destroys T0. */
#define push_token(kind, flags, from, length) (BL_AT, op_push_token(kind, flags, from, length))
static void op_push_token(int kind, int flags, Reg from, Reg length) {
  bl_store16_imm(kind | flags << 8, TOKEN, T_KIND);
  bl_sub(T0, from, WORKSPACE);
  bl_store32(T0, TOKEN, T_OFF);
  bl_store32(length, TOKEN, T_LEN);
  bl_add_imm(TOKEN, TOKEN, TOKEN_SIZE);
}

/* flush_run: end the pending run of text before A0: a token, unless it is empty. Keeps A0. */
static void lay_flush_run(void) {
  routine("flush_run", in(A0, RUN, WORKSPACE), moves(TOKEN), destroys(T0));
  bgeu(RUN, A0, "empty");
  st16(TOKEN_TEXT, TOKEN, T_KIND);
  sub(T0, RUN, WORKSPACE);
  st32(T0, TOKEN, T_OFF);
  sub(T0, A0, RUN);
  st32(T0, TOKEN, T_LEN);
  add(TOKEN, TOKEN, TEXT_TOKEN_SIZE);
  label("empty");
  ret();
}

/* parse_inlines: the tokens of the bytes from A0 to SUBJECT_END of the leaf block that starts at NEXT (not empty, white
 * space trimmed from their end, and followed by a white space byte), from TOKEN = W_TOKENS + TOKEN_SIZE on. What lies
 * before A0 is text that stands in the HTML already. out TOKEN = the end of the tokens: each stands for a byte at
 * least, so that there is room for all. */
static void lay_parse_inlines(void) {
  routine("parse_inlines", in(A0, NEXT, SUBJECT_END, WORKSPACE), moves(TOKEN), destroys(ALL_A, ALL_T, S0, S2, S3));
  enter_bare();
  stw(NEXT, W_SUBJECT);
  stw(0, W_LAST_BRACKET);
  stw(0, W_LAST_LINK);
  stw(0, W_TICKS_SCANNED);
  stw(0, W_SKIP_HTML);
  stw(0, W_OPENERS_SEEN);
  ldw(T0, W_TICKS_EPOCH);
  add(T0, T0, 1);
  stw(T0, W_TICKS_EPOCH);
  sub(T0, NEXT, WORKSPACE);
  ldw(T1, W_TAGS);
  sub(T0, T1, T0);
  stw(T0, W_TAG_BIAS);
  mov(NEXT, A0);
  jump("construct_done");

  label("delimiter"); /* the construct that comes most often */
  call("delimiter_run");
  beq(A0, 0, "scan");
  label("construct_done"); /* a token was made of it: a new run begins here */
  mov(RUN, NEXT);
  mov(BOUND, NEXT);
  label("scan"); /* or it is text after all: the run goes on */
  ldw(T0, W_PADDED);
  bne(T0, 0, "scan_lines");
  label("scan_text");
  mask16(T0, NEXT, special);
  bne(T0, 0, "found");
  add(NEXT, NEXT, 16);
  bltu(NEXT, SUBJECT_END, "scan_text");
  jump("end");
  label("scan_lines");
  bset(T0, MARKDOWN_SMART, "scan_smart");
  label("next_lines");
  mask16(T0, NEXT, special_or_newline);
  bne(T0, 0, "found");
  add(NEXT, NEXT, 16);
  jump("next_lines");
  label("scan_smart");
  mask16(T0, NEXT, special_or_smart);
  bne(T0, 0, "found");
  add(NEXT, NEXT, 16);
  jump("scan_smart");
  label("found");
  first16(T0, T0);
  add(NEXT, NEXT, T0);
  bgeu(NEXT, SUBJECT_END, "end");
  ld8(T0, NEXT, 0);
  la(T1, "byte_kinds");
  ld8x(T0, T1, T0);
  shr(T0, T0, INLINE_SHIFT);
  jump_table(T0, "inline_handlers");

  label("plain");
  add(NEXT, NEXT, 1);
  jump("scan");

  label("newline");
  mov(A0, NEXT);
  label("trim");
  beq(A0, BOUND, "trimmed");
  ld8(T0, A0, -1);
  if_not_class(T0, IS_SPACE, "trimmed");
  sub(A0, A0, 1);
  jump("trim");
  label("trimmed");
  ld8(T0, NEXT, 1);
  beq(T0, ' ', "break");
  beq(T0, '\t', "break");
  bne(A0, NEXT, "break");
  ld8(T0, NEXT, -1);
  beq(T0, ' ', "break"); /* after a construct that ends with blanks: it may still be a hard break */
  ldw(T0, W_PADDED);
  bset(T0, MARKDOWN_HARDBREAKS | MARKDOWN_NOBREAKS, "break");
  add(NEXT, NEXT, 1);
  mov(BOUND, NEXT);
  jump("scan"); /* the run goes on over the line end */
  label("break");
  call("flush_run");
  li(A1, TOKEN_SOFT_BREAK);
  ld16(T0, NEXT, -2); /* no text begins with white space, but for VT and FF */
  bne(T0, ' ' | ' ' << 8, "break_known");
  li(A1, TOKEN_HARD_BREAK);
  label("break_known");
  st16(A1, TOKEN, T_KIND);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  label("next_line"); /* a text does not end with white space */
  add(NEXT, NEXT, 1);
  ld8(T0, NEXT, 0);
  beq(T0, ' ', "next_line");
  beq(T0, '\t', "next_line");
  jump("construct_done");

  label("backtick");
  call("code_span");
  beq(A0, 0, "scan");
  jump("construct_done");

  label("backslash");
  add(NEXT, NEXT, 1);
  bgeu(NEXT, SUBJECT_END, "scan");
  ld8(A1, NEXT, 0);
  if_class(A1, IS_PUNCT, "backslash_escape");
  bne(A1, '\n', "scan");
  sub(A0, NEXT, 1);
  call("flush_run");
  st16(TOKEN_HARD_BREAK, TOKEN, T_KIND);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  add(NEXT, NEXT, 1);
  jump("construct_done");
  label("backslash_escape");
  sub(A0, NEXT, 1);
  call("flush_run");
  mov(RUN, NEXT); /* the run begins with the escaped byte */
  add(NEXT, NEXT, 1);
  mov(BOUND, NEXT);
  jump("scan");

  label("ampersand");
  add(A0, NEXT, 1);
  add(A2, TOKEN, TOKEN_SIZE + T_BYTES); /* after the token of the run before */
  call("decode_reference");
  add(NEXT, NEXT, 1);
  beq(A0, 0, "scan");
  add(A3, NEXT, A0);
  sub(A0, NEXT, 1);
  mov(NEXT, A3);
  ld64(A4, TOKEN, TOKEN_SIZE + T_BYTES);
  call("flush_run");
  st16(TOKEN_DECODED, TOKEN, T_KIND);
  st32(A1, TOKEN, T_LEN);
  st64(A4, TOKEN, T_BYTES);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  jump("construct_done");

  label("less");
  call("autolink_or_html");
  beq(A0, 0, "scan");
  jump("construct_done");

  label("open");
  call("open_bracket");
  jump("construct_done");

  label("close");
  call("close_bracket");
  beq(A0, 0, "scan");
  jump("construct_done");

  label("quote");
  call("smart_quote");
  jump("construct_done");

  label("hyphen");
  call("smart_dashes");
  beq(A0, 0, "scan");
  jump("construct_done");

  label("period");
  call("smart_period");
  beq(A0, 0, "scan");
  jump("construct_done");

  label("end");
  mov(A0, SUBJECT_END);
  call("flush_run");
  li(A0, 0);
  call("process_emphasis");
  leave();
}

/* code_span: at a run of backticks (6.1). If a run of the same length follows: flush, push the span, move NEXT past
 * it; out A0 is not 0. Else move NEXT past the run; out A0 = 0. */
static void lay_code_span(void) {
  routine("code_span", in(S1, S2, S5), out(A0), moves(S0, S4), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  mov(A1, NEXT);
  label("count"); /* the white space after the text ends the run at the latest */
  add(A1, A1, 1);
  ld8(T0, A1, 0);
  beq(T0, '`', "count");
  sub(A2, A1, NEXT); /* A1 = where the content starts, A2 = length of the run */
  bgtu(A2, 1000, "no_closer");
  ldw(T0, W_TICKS_READY);
  bne(T0, 0, "ready");
  stw(1, W_TICKS_READY);
  add(A3, WORKSPACE, W_TICKS);
  add(A4, WORKSPACE, W_ENTITIES);
  label("clear");
  st64(0, A3, 0);
  add(A3, A3, 8);
  bltu(A3, A4, "clear");
  label("ready");
  ldw(T0, W_TICKS_SCANNED);
  beq(T0, 0, "look_for_closer");
  /* all of the block has been scanned: have we passed the last run of this length? */
  add(A3, WORKSPACE, W_TICKS);
  ld64x(T0, A3, A2);
  shr(T1, T0, 32);
  ldw(A4, W_TICKS_EPOCH);
  bne(T1, A4, "no_closer");
  and(T0, T0, 0xFFFFFFFF);
  ldw(T1, W_SUBJECT);
  add(T0, T0, T1);
  bleu(T0, A1, "no_closer");

  label("look_for_closer");
  mov(A3, A1);
  label("to_backtick");
  mask16(T0, A3, backtick);
  bne(T0, 0, "backtick_there");
  add(A3, A3, 16);
  bltu(A3, SUBJECT_END, "to_backtick");
  jump("none_left");
  label("backtick_there");
  first16(T0, T0);
  add(A3, A3, T0);
  bgeu(A3, SUBJECT_END, "none_left");
  mov(A4, A3);
  label("run");
  add(A3, A3, 1);
  ld8(T0, A3, 0);
  beq(T0, '`', "run");
  sub(A5, A3, A4);
  bgtu(A5, 1000, "longer");
  ldw(T0, W_TICKS_EPOCH); /* remember the position of the last run of this length */
  shl(T0, T0, 32);
  ldw(T1, W_SUBJECT);
  sub(T1, A4, T1);
  or (T0, T0, T1);
  add(T1, WORKSPACE, W_TICKS);
  st64x(T0, T1, A5);
  label("longer");
  bne(A5, A2, "to_backtick");
  mov(A0, NEXT);
  call("flush_run");
  mov(NEXT, A3);
  sub(A4, A4, A1);
  push_token(TOKEN_CODE, 0, A1, A4);
  jump("left");

  label("none_left");
  stw(1, W_TICKS_SCANNED);
  label("no_closer");
  mov(NEXT, A1);
  li(A0, 0);
  label("left");
  leave();
}

/* autolink_or_html: at a '<' (6.5, 6.6). If it starts one: flush, push its token, move NEXT past it; out A0 is not 0.
 * Else move NEXT past the '<'; out A0 = 0. */
static void lay_autolink_or_html(void) {
  routine("autolink_or_html", in(S1, S2, S5), out(A0), moves(S0, S4), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  add(NEXT, NEXT, 1);
  mov(A0, NEXT);
  call("scan_uri");
  li(A5, 0);
  bne(A0, 0, "autolink");
  mov(A0, NEXT);
  call("scan_email");
  li(A5, TOKEN_EMAIL);
  beq(A0, 0, "html");
  label("autolink");
  mov(A3, A0);
  sub(A0, NEXT, 1);
  call("flush_run");
  shl(A5, A5, 8);
  or (A5, A5, TOKEN_AUTOLINK);
  st16(A5, TOKEN, T_KIND);
  sub(T0, NEXT, WORKSPACE);
  st32(T0, TOKEN, T_OFF);
  sub(T0, A3, NEXT);
  sub(T0, T0, 1);
  st32(T0, TOKEN, T_LEN);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  jump("passed");

  label("html");
  mov(A0, NEXT);
  mov(A1, SUBJECT_END);
  ld8(T0, NEXT, 0);
  beq(T0, '!', "declaration");
  beq(T0, '?', "instruction");
  call("scan_html_tag");
  label("scanned");
  beq(A0, 0, "none");
  mov(A3, A0);
  sub(A0, NEXT, 1);
  call("flush_run");
  sub(A4, NEXT, 1);
  sub(A5, A3, A4);
  push_token(TOKEN_HTML, 0, A4, A5);
  label("passed");
  mov(NEXT, A3);
  label("left");
  leave();
  label("none");
  li(A0, 0);
  jump("left");

  /* Where the end of one was looked for in vain, no later one of its kind has an end either: look only once. */
  label("instruction");
  ldw(T0, W_SKIP_HTML);
  bset(T0, SKIP_INSTRUCTION, "none");
  add(A0, A0, 1);
  call("scan_instruction");
  li(A3, SKIP_INSTRUCTION);
  jump("maybe_unclosed");

  label("declaration");
  ld8(T0, NEXT, 1);
  beq(T0, '-', "comment");
  beq(T0, '[', "cdata");
  ldw(T0, W_SKIP_HTML);
  bset(T0, SKIP_DECLARATION, "none");
  add(A0, A0, 1);
  call("scan_declaration");
  li(A3, SKIP_DECLARATION);
  jump("maybe_unclosed");
  label("comment");
  add(A0, A0, 2);
  call("scan_html_comment");
  jump("scanned");
  label("cdata");
  ldw(T0, W_SKIP_HTML);
  bset(T0, SKIP_CDATA, "none");
  add(A0, A0, 2);
  call("scan_cdata");
  li(A3, SKIP_CDATA);
  label("maybe_unclosed");
  bne(A0, 0, "scanned");
  beq(A2, 0, "none");
  ldw(T0, W_SKIP_HTML);
  or (T0, T0, A3);
  stw(T0, W_SKIP_HTML);
  jump("none");
}

void lay_inlines(void) {
  lay_parse_inlines();
  lay_flush_run();
  lay_code_span();
  lay_autolink_or_html();
  lay_inline_handlers();
}

/* SPDX-License-Identifier: MIT */
