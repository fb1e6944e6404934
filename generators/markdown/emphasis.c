/* emphasis.c: delimiter runs and what becomes of them (6.2).
 *
 * A run of '*' or '_' is one token. As it opens and closes emphasis its characters are used up: closing takes them from
 * its left end, opening from its right, so the tags stand in the order in which they are written. Each used character
 * has a byte of the tag row that says which tag took its place. */
#include "parts.h"

/* The classes of characters that lie beside a run; two bits, those of IS_SPACE and IS_PUNCT. */
enum { CLASS_OTHER, CLASS_SPACE, CLASS_PUNCTUATION, CLASSES = 4 };

/* "flanking": for the classes of the characters before and after a run, CLASSES * before + after: TOKEN_CAN_* for a
 * run of '*' in the low two bits, for one of '_' in the next two. */
static void lay_flanking(void) {
  unsigned char table[CLASSES * CLASSES];
  for (int before = 0; before < CLASSES; before++)
    for (int after = 0; after < CLASSES; after++) {
      bool left = after != CLASS_SPACE && (after != CLASS_PUNCTUATION || before != CLASS_OTHER);
      bool right = before != CLASS_SPACE && (before != CLASS_PUNCTUATION || after != CLASS_OTHER);
      int star = (left ? TOKEN_CAN_OPEN : 0) | (right ? TOKEN_CAN_CLOSE : 0);
      int underscore = (left && (!right || before == CLASS_PUNCTUATION) ? TOKEN_CAN_OPEN : 0) |
                       (right && (!left || after == CLASS_PUNCTUATION) ? TOKEN_CAN_CLOSE : 0);
      table[CLASSES * before + after] = (unsigned char)(star | underscore << 2);
    }
  data("flanking", 1);
  data_bytes(table, sizeof table);
}

/* character_class: in A0 = code point; out A0 = CLASS_*. */
static void lay_character_class(void) {
  Reg code_point = S0;
  routine("character_class", in(A0), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  bgeu(A0, 128, "not_ascii");
  beq(A0, 11, "not_ascii"); /* VT is a space nowhere else in the specification, nor in Unicode */
  la(T1, "byte_classes");
  ld8x(A0, T1, A0);
  and(A0, A0, IS_SPACE | IS_PUNCT); /* CLASS_SPACE or CLASS_PUNCTUATION */
  ret();
  label("not_ascii");
  enter(code_point);
  mov(code_point, A0);
  call("is_unicode_space");
  bne(A0, 0, "classified");
  mov(A0, code_point);
  call("is_unicode_punctuation");
  shl(A0, A0, 1);
  label("classified");
  leave();
}

/* classify_run: in A3, NEXT = the start and the end of a run of delimiters; out A0 = its entry of "flanking",
 * A4 = the character before it. Keeps A3. */
static void lay_classify_run(void) {
  Reg entry = S2, start = S3, before = S4;
  routine("classify_run", in(A3, NEXT, SUBJECT_END, WORKSPACE), out(A0, A4), destroys(A1, A2, ALL_T));
  enter(entry, start, before);
  mov(start, A3);
  ldw(T0, W_SUBJECT);
  li(A0, '\n'); /* what stands for the edges, and for invalid UTF-8 */
  beq(start, T0, "before_known");
  mov(A2, start);
  label("back_to_lead_byte");
  sub(A2, A2, 1);
  ld8(A0, A2, 0);
  bltu(A0, 0x80, "before_known");
  beq(A2, T0, "decode_before");
  bltu(A0, 0xC0, "back_to_lead_byte");
  label("decode_before");
  mov(A0, A2);
  sub(A1, start, A2);
  call("utf8_decode");
  bge(A0, 0, "before_known");
  li(A0, '\n');
  label("before_known");
  mov(before, A0);
  call("character_class");
  shl(entry, A0, 2);
  li(A0, '\n');
  bgeu(NEXT, SUBJECT_END, "after_known");
  ld8(A0, NEXT, 0);
  bltu(A0, 0x80, "after_known");
  mov(A0, NEXT);
  sub(A1, SUBJECT_END, NEXT);
  call("utf8_decode");
  bge(A0, 0, "after_known");
  li(A0, '\n');
  label("after_known");
  call("character_class");
  add(entry, entry, A0);
  la(T0, "flanking");
  ld8x(A0, T0, entry);
  mov(A3, start);
  mov(A4, before);
  leave();
}

/* delimiter_run: at a run of '*' or '_'. If it can open, or close one that can: flush, push it, move NEXT past it;
 * out A0 is not 0. Else move NEXT past it; out A0 = 0. Between two ASCII characters two looks into the table of bytes
 * settle what it can do. (VT is a space in that table and nowhere in the rules of emphasis.) */
static void lay_delimiter_run(void) {
  routine("delimiter_run", in(S1, S2, S5), out(A0), moves(S0, S4), destroys(A1, A2, A3, A4, ALL_T));
  enter_bare();
  mov(A3, NEXT);
  ld8(A1, NEXT, 0);
  label("count"); /* the white space after the text ends the run at the latest */
  add(NEXT, NEXT, 1);
  ld8(T0, NEXT, 0);
  beq(T0, A1, "count");
  bgeu(T0, 0x80, "any_neighbours");
  beq(T0, '\v', "any_neighbours");
  li(A0, '\n');
  ldw(T1, W_SUBJECT);
  beq(T1, A3, "before_known");
  ld8(A0, A3, -1);
  bgeu(A0, 0x80, "any_neighbours");
  beq(A0, '\v', "any_neighbours");
  label("before_known");
  la(T1, "byte_classes");
  ld8x(A0, T1, A0);
  ld8x(T0, T1, T0);
  and(A0, A0, IS_SPACE | IS_PUNCT);
  and(T0, T0, IS_SPACE | IS_PUNCT);
  shl(A0, A0, 2);
  add(A0, A0, T0);
  la(T1, "flanking");
  ld8x(A2, T1, A0);
  beq(A1, '*', "classified");
  shr(A2, A2, 2);
  label("classified"); /* A2 = TOKEN_CAN_*, A1 = the character */
  beq(A2, 0, "text");
  shr(T0, A1, 6);
  add(T0, T0, 1); /* a bit for each: 1 for '*', 2 for '_' */
  ldw(A0, W_OPENERS_SEEN);
  bset(A2, TOKEN_CAN_OPEN, "opener");
  and(A0, A0, T0);
  beq(A0, 0, "text"); /* it could only close, and nothing before it opens */
  /* What lies next to it on the stack may be its partner for sure: it is of the same length, can only open, and no
   * bracket between the two may still become a link. */
  ldw(A0, W_LAST_DELIMITER);
  ldw(T0, W_LAST_BRACKET);
  bleu(A0, T0, "push");
  ldw(T1, W_TOKENS);
  add(A4, T1, A0);
  ld16(T0, A4, T_FLAGS); /* and T_CHAR */
  shl(A0, A1, 8);
  add(A0, A0, TOKEN_CAN_OPEN);
  bne(T0, A0, "push");
  sub(A1, NEXT, A3);
  ld32(T0, A4, T_LEN);
  bne(T0, A1, "push_star_or_underscore");
  bgtu(A1, 3, "push_star_or_underscore");
  add(T0, A1, TOKEN_OPENS_0);
  st8(T0, A4, T_KIND);
  ld32(A0, A4, T_PREV);
  stw(A0, W_LAST_DELIMITER);
  add(T1, T1, A0);
  st32(0, T1, T_NEXT);
  mov(A0, A3);
  call("flush_run");
  add(A1, A1, TOKEN_CLOSES_0);
  st8(A1, TOKEN, T_KIND);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  leave(); /* A0 is not 0 */
  label("push_star_or_underscore");
  ld8(A1, A3, 0);
  jump("push");
  label("opener");
  or (A0, A0, T0);
  stw(A0, W_OPENERS_SEEN);
  label("push");
  mov(A0, A3);
  call("flush_run");
  st8(TOKEN_DELIMITER, TOKEN, T_KIND);
  sub(A0, NEXT, A3);
  st64(A0, TOKEN, T_LEN); /* and T_LOW */
  bltu(A0, 3, "remainder_known");
  call("third");
  label("remainder_known");
  st8(A0, TOKEN, T_MOD3);
  call("stack_delimiter"); /* A0 is not 0 */
  leave();
  label("text");
  li(A0, 0);
  leave();
  label("any_neighbours");
  call("classify_run");
  mov(A2, A0);
  ld8(A1, A3, 0);
  beq(A1, '*', "classified");
  shr(A2, A2, 2);
  jump("classified");
}

/* stack_delimiter: put the token TOKEN on the stack of delimiters and go on to the next: the character A1 at A3, which
 * can do A2. out A0 is not 0. */
static void lay_stack_delimiter(void) {
  routine("stack_delimiter", in(A1, A2, A3, WORKSPACE), out(A0), moves(TOKEN), destroys(A1, A2, T0));
  st8(A2, TOKEN, T_FLAGS);
  st8(A1, TOKEN, T_CHAR);
  sub(T0, A3, WORKSPACE);
  st32(T0, TOKEN, T_OFF);
  ldw(A0, W_TOKENS);
  sub(A1, TOKEN, A0);
  ldw(A2, W_LAST_DELIMITER);
  stw(A1, W_LAST_DELIMITER);
  st64(A2, TOKEN, T_PREV); /* and T_NEXT */
  add(TOKEN, TOKEN, TOKEN_SIZE);
  add(A2, A2, A0);
  st32(A1, A2, T_NEXT);
  ret();
}

/* third: in A0 = a number of 32 bits; out A0 = its remainder by three, T0 = a third of it without that. */
static void lay_third(void) {
  routine("third", in(A0), out(A0, T0), destroys(T1));
  li(T0, 0xAAAAAAAB); /* n / 3 = n * 0xAAAAAAAB >> 33 */
  mul(T0, T0, A0);
  shr(T0, T0, 33);
  mul(T1, T0, 3);
  sub(A0, A0, T1);
  ret();
}

/* Of process_emphasis and what it calls: */
#define CLOSER S0      /* a token of the stack of delimiters */
#define OPENER S1      /* one below it */
#define FIRST_TOKEN S2 /* W_TOKENS */
#define BOTTOM S3      /* where the openers_bottom of the closer stands */

/* process_emphasis: in A0 = offset of a byte: make emphasis of the delimiter runs after it, and take them off the
 * stack. Going down the stack, by T_PREV, leads past what has left it; going up, by T_NEXT, is done once, so nothing is
 * linked for that. */
static void lay_process_emphasis(void) {
  routine("process_emphasis", in(A0, WORKSPACE), destroys(ALL_A, ALL_T));
  ldw(T0, W_LAST_DELIMITER);
  bne(T0, 0, "delimiters");
  ret();
  label("delimiters");
  enter(CLOSER, OPENER, FIRST_TOKEN, BOTTOM);
  ldw(FIRST_TOKEN, W_TOKENS);
  shl(T1, A0, 32);
  or (T1, T1, A0);
  for (int i = 0; i < BOTTOMS; i += 2) /* two at a time; the one too much is set below */
    st64(T1, WORKSPACE, W_BOTTOM + 4 * i);
  st64(0, WORKSPACE, W_QUOTE_FROM);
  li(CLOSER, 0);
  label("find_first");
  add(A1, FIRST_TOKEN, T0);
  ld32(T1, A1, T_OFF);
  bltu(T1, A0, "first_found");
  mov(CLOSER, A1);
  ld32(T0, A1, T_PREV);
  bne(T0, 0, "find_first");
  label("first_found"); /* what lies below stays on the stack, and nothing on top of it: what is left is text */
  stw(T0, W_LAST_DELIMITER);
  add(T0, T0, FIRST_TOKEN);
  st32(0, T0, T_NEXT);

  label("next");
  beq(CLOSER, 0, "finished");
  ld32(T0, CLOSER, T_NEXT);
  stw(T0, W_ABOVE);
  ld32(T0, CLOSER, T_LEN);
  st32(T0, CLOSER, T_HIGH); /* in its place */
  label("again");
  ld8(T0, CLOSER, T_FLAGS);
  bclr(T0, TOKEN_CAN_CLOSE, "no_closer");
  li(A0, 0); /* which openers_bottom */
  ld8(T1, CLOSER, T_CHAR);
  beq(T1, '_', "bottom_known");
  bltu(T1, '*', "quote");
  ld8(A0, CLOSER, T_MOD3);
  add(A0, A0, 1);
  bclr(T0, TOKEN_CAN_OPEN, "bottom_known");
  add(A0, A0, 3);
  label("bottom_known");
  shl(A0, A0, 2);
  add(BOTTOM, WORKSPACE, A0);
  ld32(A3, BOTTOM, W_BOTTOM);
  ld32(A0, CLOSER, T_PREV);
  label("look_for_opener");
  beq(A0, 0, "no_opener");
  add(OPENER, FIRST_TOKEN, A0);
  ld32(T0, OPENER, T_OFF);
  bltu(T0, A3, "no_opener");
  ld8(A1, OPENER, T_CHAR); /* it can open: what could only close was closed, or has left the stack */
  bne(A1, T1, "further_back");
  /* if one of the two could also be the other, their lengths must not add up to a multiple of three, unless both are */
  ld8(T0, OPENER, T_FLAGS);
  bset(T0, TOKEN_CAN_CLOSE, "rule_of_three");
  ld8(T0, CLOSER, T_FLAGS);
  bclr(T0, TOKEN_CAN_OPEN, "opener_found");
  label("rule_of_three");
  ld8(T0, CLOSER, T_MOD3);
  ld8(A1, OPENER, T_MOD3);
  add(T0, T0, A1);
  bne(T0, 3, "opener_found");
  label("further_back");
  ld32(A0, OPENER, T_PREV);
  jump("look_for_opener");

  label("no_opener");
  ld32(T0, CLOSER, T_OFF);
  st32(T0, BOTTOM, W_BOTTOM);
  ld8(T0, CLOSER, T_FLAGS);
  bset(T0, TOKEN_CAN_OPEN, "no_closer");
  call("remove_closer");
  jump("next");
  label("no_closer");
  ldw(T0, W_ABOVE);
  mov(CLOSER, T0);
  beq(T0, 0, "next");
  add(CLOSER, FIRST_TOKEN, T0);
  jump("next");

  label("opener_found");
  call("join_delimiters");
  bne(A3, T1, "again"); /* characters are left of it */
  call("remove_closer");
  jump("next");

  label("quote");
  call("close_quote");
  bne(A0, 0, "no_closer");
  jump("next");

  label("finished");
  leave();
}

/* remove_closer: take the run CLOSER off the stack; out CLOSER = the run above it, or 0. */
static void lay_remove_closer(void) {
  routine("remove_closer", in(FIRST_TOKEN, WORKSPACE), moves(CLOSER), destroys(A0, A1));
  ld32(A0, CLOSER, T_PREV);
  ldw(A1, W_ABOVE);
  mov(CLOSER, A1);
  beq(A1, 0, "top");
  add(CLOSER, FIRST_TOKEN, A1);
  st32(A0, CLOSER, T_PREV);
  label("top");
  ret();
}

/* join_delimiters: emphasis from the run OPENER to the run CLOSER: strong if both have two characters left. The runs
 * between leave the stack, and OPENER too when it is used up. Two runs of one length, none of it used yet, become
 * tokens of their own kinds. out A3 = the characters that were left of CLOSER, T1 =
 * how many of them are used. */
static void lay_join_delimiters(void) {
  routine("join_delimiters", in(CLOSER, OPENER, FIRST_TOKEN, WORKSPACE), out(A3, T1), destroys(A0, A1, A2, A4, A5, T0));
  ld32(A0, OPENER, T_HIGH);
  ld32(T0, OPENER, T_LOW);
  sub(A1, A0, T0); /* characters left of the opener */
  ld32(A2, CLOSER, T_LOW);
  ld32(T0, CLOSER, T_HIGH);
  sub(A3, T0, A2);
  bne(A1, A3, "in_parts");
  bgtu(A1, 3, "in_parts");
  ld32(T0, OPENER, T_LEN);
  bne(T0, A1, "in_parts");
  ld32(T0, CLOSER, T_LEN);
  bne(T0, A1, "in_parts");
  add(T0, A1, TOKEN_OPENS_0); /* both are used up at once */
  st8(T0, OPENER, T_KIND);
  add(T0, A1, TOKEN_CLOSES_0);
  st8(T0, CLOSER, T_KIND);
  mov(T1, A1);
  ld32(A0, OPENER, T_PREV);
  jump("opener_left");
  label("in_parts");
  ldw(A4, W_TAG_BIAS);
  ld32(A5, OPENER, T_OFF);
  add(A5, A5, A4);
  add(A5, A5, A0); /* tag after the opener's last character */
  ld32(T0, CLOSER, T_OFF);
  add(A4, A4, T0);
  add(A4, A4, A2); /* tag of the closer's first */
  bltu(A1, 2, "emphasis");
  bltu(A3, 2, "emphasis");
  st16(TAG_STRONG_OPEN | TAG_SKIP << 8, A5, -2);
  st16(TAG_STRONG_CLOSE | TAG_SKIP << 8, A4, 0);
  li(T1, 2);
  jump("use");
  label("emphasis");
  st8(TAG_EM_OPEN, A5, -1);
  st8(TAG_EM_CLOSE, A4, 0);
  li(T1, 1);
  label("use");
  sub(A0, A0, T1);
  st32(A0, OPENER, T_HIGH);
  add(A2, A2, T1);
  st32(A2, CLOSER, T_LOW);
  sub(A0, OPENER, FIRST_TOKEN);
  bne(A1, T1, "opener_left");
  ld32(A0, OPENER, T_PREV);
  label("opener_left"); /* A0 = what lies below the closer now */
  st32(A0, CLOSER, T_PREV);
  ret();
}

/* The UTF-8 of a character of three bytes, as a 32-bit number whose lowest byte comes first. */
#define UTF8_3(c) (0xE0 | (c) >> 12 | (0x80 | ((c) >> 6 & 63)) << 8 | (0x80 | ((c)&63)) << 16)
enum {
  EN_DASH = UTF8_3(0x2013),
  EM_DASH = UTF8_3(0x2014),
  LEFT_SINGLE = UTF8_3(0x2018),
  RIGHT_SINGLE = UTF8_3(0x2019),
  LEFT_DOUBLE = UTF8_3(0x201C),
  RIGHT_DOUBLE = UTF8_3(0x201D),
  ELLIPSIS = UTF8_3(0x2026)
};

/* smart_quote: a ' or " at NEXT under MARKDOWN_SMART: flush, push the quotation mark that it becomes unless it finds a
 * partner, move NEXT past it. It opens only where no letter stands before it. */
static void lay_smart_quote(void) {
  routine("smart_quote", in(SUBJECT_END, RUN, WORKSPACE), moves(NEXT, TOKEN), destroys(A0, A1, A2, A3, A4, ALL_T));
  enter_bare();
  mov(A3, NEXT);
  add(NEXT, NEXT, 1);
  call("classify_run");
  and(A2, A0, TOKEN_CAN_OPEN | TOKEN_CAN_CLOSE);
  bclr(A2, TOKEN_CAN_OPEN, "classified");
  beq(A4, ')', "opens_nothing");
  beq(A4, ']', "opens_nothing");
  bclr(A2, TOKEN_CAN_CLOSE, "classified");
  beq(A4, '(', "classified");
  beq(A4, '[', "classified");
  label("opens_nothing");
  and(A2, A2, TOKEN_CAN_CLOSE);
  label("classified");
  mov(A0, A3);
  call("flush_run");
  ld8(A1, A3, 0);
  li(A0, RIGHT_SINGLE);
  beq(A1, '\'', "mark_known");
  li(A0, LEFT_DOUBLE);
  bclr(A2, TOKEN_CAN_CLOSE, "mark_known");
  li(A0, RIGHT_DOUBLE);
  label("mark_known");
  call("set_character");
  beq(A2, 0, "text");
  call("stack_delimiter");
  label("pushed");
  leave();
  label("text");
  add(TOKEN, TOKEN, TOKEN_SIZE);
  jump("pushed");

  routine("set_character", in(A0, S4)); /* the token TOKEN is the character of three bytes A0 */
  st16(TOKEN_DECODED, TOKEN, T_KIND);
  st32(3, TOKEN, T_LEN);
  st32(A0, TOKEN, T_BYTES);
  ret();
}

/* close_quote: the smart quotation mark CLOSER, a right one, can close: look for one of its kind that can open, and
 * pair the two. out A0 = 1 if CLOSER stays on the stack, else 0, and CLOSER is the run above it. OPENER, FIRST_TOKEN,
 * BOTTOM as in process_emphasis. What lies between two partners stays on the stack, but no opener of their kind is
 * among it: a later search steps over it. */
static void lay_close_quote(void) {
  routine("close_quote", in(T1, FIRST_TOKEN, WORKSPACE), out(A0), moves(CLOSER), destroys(A1, A2, A3, A4, T0, S1, S3));
  enter_bare();
  add(BOTTOM, WORKSPACE, 4); /* the fields of " are the second ones */
  li(A4, LEFT_DOUBLE);
  beq(T1, '"', "kind_known");
  mov(BOTTOM, WORKSPACE);
  li(A4, LEFT_SINGLE);
  label("kind_known");
  ld32(A3, BOTTOM, W_BOTTOM + 4 * BOTTOM_QUOTES);
  ld32(A0, CLOSER, T_PREV);
  label("look");
  beq(A0, 0, "no_opener");
  add(OPENER, FIRST_TOKEN, A0);
  ld32(T0, OPENER, T_OFF);
  bltu(T0, A3, "no_opener");
  ld8(T0, OPENER, T_CHAR);
  beq(T0, T1, "opener_found");
  ld32(A1, BOTTOM, W_QUOTE_FROM);
  ld32(A2, BOTTOM, W_QUOTE_TO);
  bgeu(A0, A1, "step");
  bleu(A0, A2, "step");
  mov(A0, A2);
  jump("look");
  label("step");
  ld32(A0, OPENER, T_PREV);
  jump("look");

  label("opener_found");
  st32(A4, OPENER, T_BYTES);
  st8(0, OPENER, T_CHAR); /* it has left the stack, though a search still comes by it */
  ld32(T0, OPENER, T_PREV);
  st32(T0, BOTTOM, W_QUOTE_TO);
  sub(T0, CLOSER, FIRST_TOKEN);
  st32(T0, BOTTOM, W_QUOTE_FROM);
  jump("remove");
  label("no_opener");
  ld32(T0, CLOSER, T_OFF);
  st32(T0, BOTTOM, W_BOTTOM + 4 * BOTTOM_QUOTES);
  ld8(T0, CLOSER, T_FLAGS);
  bset(T0, TOKEN_CAN_OPEN, "stays");
  label("remove");
  call("remove_closer");
  li(A0, 0);
  label("closed");
  leave();
  label("stays");
  li(A0, 1);
  jump("closed");
}

/* smart_dashes: at a '-' under MARKDOWN_SMART: of two or more, flush and push the dashes that they become, and out A0
 * is not 0; else it is 0. Moves NEXT past them. All em dashes if they are a multiple of three, all en dashes if they
 * are even, else em dashes with one or two en dashes last. */
static void lay_smart_dashes(void) {
  routine("smart_dashes", in(RUN, WORKSPACE), out(A0), moves(NEXT, TOKEN), destroys(A1, A2, A3, ALL_T));
  enter_bare();
  mov(A3, NEXT);
  label("count");
  add(NEXT, NEXT, 1);
  ld8(T0, NEXT, 0);
  beq(T0, '-', "count");
  sub(A2, NEXT, A3);
  li(A0, 0);
  beq(A2, 1, "done");
  mov(A0, A3);
  call("flush_run");
  mov(A0, A2);
  call("third");
  mov(A1, T0); /* em dashes; A2 becomes the en dashes */
  beq(A0, 0, "no_en_dash");
  bclr(A2, 1, "even");
  li(A2, 1);
  beq(A0, 2, "dashes_known");
  li(A2, 2);
  sub(A1, A1, 1);
  jump("dashes_known");
  label("even");
  shr(A2, A2, 1);
  li(A1, 0);
  jump("dashes_known");
  label("no_en_dash");
  li(A2, 0);
  label("dashes_known");
  li(A0, EM_DASH);
  label("next");
  beq(A1, 0, "em_dashes_done");
  sub(A1, A1, 1);
  call("set_character");
  add(TOKEN, TOKEN, TOKEN_SIZE);
  jump("next");
  label("em_dashes_done");
  mov(A1, A2);
  li(A2, 0);
  li(A0, EN_DASH);
  bne(A1, 0, "next");
  label("done");
  leave();
}

/* smart_period: at a '.' under MARKDOWN_SMART: of three, flush and push an ellipsis, and out A0 is not 0; else it is 0.
 * Moves NEXT past the periods looked at, three at the most. */
static void lay_smart_period(void) {
  routine("smart_period", in(RUN, WORKSPACE), out(A0), moves(NEXT, TOKEN), destroys(A3, T0));
  enter_bare();
  mov(A3, NEXT);
  li(A0, 0);
  add(NEXT, NEXT, 1);
  ld8(T0, NEXT, 0);
  bne(T0, '.', "done");
  add(NEXT, NEXT, 1);
  ld8(T0, NEXT, 0);
  bne(T0, '.', "done");
  add(NEXT, NEXT, 1);
  mov(A0, A3);
  call("flush_run");
  li(A0, ELLIPSIS);
  call("set_character");
  add(TOKEN, TOKEN, TOKEN_SIZE);
  label("done");
  leave();
}

void lay_emphasis(void) {
  lay_character_class();
  lay_classify_run();
  lay_delimiter_run();
  lay_stack_delimiter();
  lay_third();
  lay_process_emphasis();
  lay_remove_closer();
  lay_join_delimiters();
  lay_smart_quote();
  lay_close_quote();
  lay_smart_dashes();
  lay_smart_period();
  lay_flanking();
}

/* SPDX-License-Identifier: MIT */
