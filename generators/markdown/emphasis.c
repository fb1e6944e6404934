/* emphasis.c: delimiter runs and what becomes of them (6.2).
 *
 * A run of '*' or '_' is one token. As it opens and closes emphasis its characters are used up: closing takes them from
 * its left end, opening from its right, so the tags stand in the order in which they are written. Each used character
 * has a byte of the tag row that says which tag took its place. */
#include "parts.h"

/* The classes of characters that lie beside a run; two bits, those of IS_SPACE and IS_PUNCT. */
enum { CLASS_OTHER, CLASS_SPACE, CLASS_PUNCTUATION, CLASSES = 4 };

/* "flanking": for the classes of the characters before and behind a run, CLASSES * before + behind: TOKEN_CAN_* for a
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

/* character_class: in A0 = code point; out A0 = CLASS_*. Destroys A*, T*. */
static void lay_character_class(void) {
  routine("character_class");
  bgeu(A0, 128, "not_ascii");
  beq(A0, 11, "not_ascii"); /* VT is a space nowhere else in the specification, nor in Unicode */
  la(T1, "byte_classes");
  ld8x(A0, T1, A0);
  and(A0, A0, IS_SPACE | IS_PUNCT); /* CLASS_SPACE or CLASS_PUNCTUATION */
  ret();
  label("not_ascii");
  enter(S0);
  mov(S0, A0);
  call("is_unicode_space");
  bne(A0, 0, "classified");
  mov(A0, S0);
  call("is_unicode_punctuation");
  shl(A0, A0, 1);
  label("classified");
  leave();
}

/* classify_run: at a run of '*' or '_'; out A0 = TOKEN_CAN_* of it, and above them bits that mean nothing, or 0;
 * A3 = its start, and S0 behind it. */
static void lay_classify_run(void) {
  routine("classify_run");
  enter(S2, S3);
  mov(S3, S0);
  ld8(T1, S0, 0);
  label("count"); /* the white space behind the text ends the run at the latest */
  add(S0, S0, 1);
  ld8(T0, S0, 0);
  beq(T0, T1, "count");
  ldw(T0, W_SUBJECT);
  li(A0, '\n'); /* what stands for the edges, and for invalid UTF-8 */
  beq(S3, T0, "before_known");
  mov(A2, S3);
  label("back_to_lead_byte");
  sub(A2, A2, 1);
  ld8(A0, A2, 0);
  bltu(A0, 0x80, "before_known");
  beq(A2, T0, "decode_before");
  bltu(A0, 0xC0, "back_to_lead_byte");
  label("decode_before");
  mov(A0, A2);
  sub(A1, S3, A2);
  call("utf8_decode");
  bge(A0, 0, "before_known");
  li(A0, '\n');
  label("before_known");
  call("character_class");
  shl(S2, A0, 2);
  li(A0, '\n');
  bgeu(S0, S1, "after_known");
  ld8(A0, S0, 0);
  bltu(A0, 0x80, "after_known");
  mov(A0, S0);
  sub(A1, S1, S0);
  call("utf8_decode");
  bge(A0, 0, "after_known");
  li(A0, '\n');
  label("after_known");
  call("character_class");
  add(S2, S2, A0);
  la(T0, "flanking");
  ld8x(A0, T0, S2);
  mov(A3, S3);
  ld8(T0, A3, 0);
  beq(T0, '*', "star");
  shr(A0, A0, 2);
  label("star");
  leave();
}

/* delimiter_run: at a run of '*' or '_'. If it can open, or close one that can: flush, push it, move S0 behind it; out
 * A0 is not 0. Else move S0 behind it; out A0 = 0. Between two ASCII characters two looks into the table of bytes
 * settle what it can do. (VT is a space in that table and nowhere in the rules of emphasis.) */
static void lay_delimiter_run(void) {
  routine("delimiter_run");
  enter_bare();
  mov(A3, S0);
  ld8(A1, S0, 0);
  label("count"); /* the white space behind the text ends the run at the latest */
  add(S0, S0, 1);
  ld8(T0, S0, 0);
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
  jump("push");
  label("opener");
  or (A0, A0, T0);
  stw(A0, W_OPENERS_SEEN);
  label("push");
  mov(A0, A3);
  call("flush_run");
  st8(TOKEN_DELIMITER, S4, T_KIND);
  st8(A2, S4, T_FLAGS);
  st8(A1, S4, T_CHAR);
  sub(T0, A3, S5);
  st32(T0, S4, T_OFF);
  sub(A2, S0, A3);
  st32(A2, S4, T_LEN);
  st32(0, S4, T_LOW);
  st32(A2, S4, T_HIGH);
  st32(0, S4, T_NEXT);
  bltu(A2, 3, "remainder_known");
  li(T0, 0xAAAAAAAB); /* the remainder by three: n / 3 = n * 0xAAAAAAAB >> 33 for 32 bits */
  mul(T0, T0, A2);
  shr(T0, T0, 33);
  mul(T0, T0, 3);
  sub(A2, A2, T0);
  label("remainder_known");
  st8(A2, S4, T_MOD3);
  ldw(T0, W_SUBJECT);
  sub(T0, S0, T0);
  st32(T0, S4, T_POS);
  ldw(A0, W_TOKENS);
  sub(A1, S4, A0);
  ldw(A2, W_LAST_DELIMITER);
  stw(A1, W_LAST_DELIMITER);
  st32(A2, S4, T_PREV);
  add(S4, S4, TOKEN_SIZE);
  add(A2, A2, A0);
  st32(A1, A2, T_NEXT);
  leave(); /* A0 = W_TOKENS is not 0 */
  label("text");
  li(A0, 0);
  leave();
  label("any_neighbours");
  mov(S0, A3);
  call("classify_run");
  mov(A2, A0);
  ld8(A1, A3, 0);
  jump("classified");
}

/* process_emphasis: in A0 = position in the subject: make emphasis of the delimiter runs that end there or later, and
 * take them off the stack. S0 closer, S1 opener, S2 W_TOKENS, S3 the closer's openers_bottom. Going down the stack, by
 * T_PREV, leads past what has left it; going up, by T_NEXT, is done once, so nothing is linked for that. */
static void lay_process_emphasis(void) {
  routine("process_emphasis");
  ldw(T0, W_LAST_DELIMITER);
  bne(T0, 0, "delimiters");
  ret();
  label("delimiters");
  enter(S0, S1, S2, S3);
  ldw(S2, W_TOKENS);
  for (int i = 0; i < 7; i++)
    st32(A0, S5, W_BOTTOM + 4 * i);
  li(S0, 0);
  label("find_first");
  add(A1, S2, T0);
  ld32(T1, A1, T_POS);
  bltu(T1, A0, "first_found");
  mov(S0, A1);
  ld32(T0, A1, T_PREV);
  bne(T0, 0, "find_first");
  label("first_found"); /* what lies below stays on the stack, and nothing on top of it: what is left is text */
  stw(T0, W_LAST_DELIMITER);
  add(T0, T0, S2);
  st32(0, T0, T_NEXT);

  label("next");
  beq(S0, 0, "finished");
  ld8(T0, S0, T_FLAGS);
  bclr(T0, TOKEN_CAN_CLOSE, "no_closer");
  li(A0, 0); /* which openers_bottom: one for '_', six for '*' */
  ld8(T1, S0, T_CHAR);
  beq(T1, '_', "bottom_known");
  ld8(A0, S0, T_MOD3);
  add(A0, A0, 1);
  bclr(T0, TOKEN_CAN_OPEN, "bottom_known");
  add(A0, A0, 3);
  label("bottom_known");
  shl(A0, A0, 2);
  add(S3, S5, A0);
  ld32(A3, S3, W_BOTTOM);
  ld32(A0, S0, T_PREV);
  label("look_for_opener");
  beq(A0, 0, "no_opener");
  add(S1, S2, A0);
  ld32(T0, S1, T_POS);
  bltu(T0, A3, "no_opener");
  ld8(A1, S1, T_CHAR); /* it can open: what could only close was closed, or has left the stack */
  bne(A1, T1, "further_back");
  /* if one of the two could also be the other, their lengths must not add up to a multiple of three, unless both are */
  ld8(T0, S1, T_FLAGS);
  bset(T0, TOKEN_CAN_CLOSE, "rule_of_three");
  ld8(T0, S0, T_FLAGS);
  bclr(T0, TOKEN_CAN_OPEN, "opener_found");
  label("rule_of_three");
  ld8(T0, S0, T_MOD3);
  ld8(A1, S1, T_MOD3);
  add(T0, T0, A1);
  bne(T0, 3, "opener_found");
  label("further_back");
  ld32(A0, S1, T_PREV);
  jump("look_for_opener");

  label("no_opener");
  ld32(T0, S0, T_POS);
  st32(T0, S3, W_BOTTOM);
  ld8(T0, S0, T_FLAGS);
  bset(T0, TOKEN_CAN_OPEN, "no_closer");
  call("remove_closer");
  jump("next");
  label("no_closer");
  ld32(T0, S0, T_NEXT);
  li(S0, 0);
  beq(T0, 0, "next");
  add(S0, S2, T0);
  jump("next");

  label("opener_found");
  call("join_delimiters");
  ld32(T0, S0, T_LOW);
  ld32(T1, S0, T_HIGH);
  bltu(T0, T1, "next");
  call("remove_closer");
  jump("next");

  label("finished");
  leave();
}

/* remove_closer: take the run S0 off the stack; out S0 = the run above it, or 0. Destroys A0, A1. */
static void lay_remove_closer(void) {
  routine("remove_closer");
  ld32(A0, S0, T_PREV);
  ld32(A1, S0, T_NEXT);
  li(S0, 0);
  beq(A1, 0, "top");
  add(S0, S2, A1);
  st32(A0, S0, T_PREV);
  label("top");
  ret();
}

/* join_delimiters: emphasis from the run S1 to the run S0: strong if both have two characters left. The runs between
 * leave the stack, and S1 too when it is used up. Destroys A*, T*. */
static void lay_join_delimiters(void) {
  routine("join_delimiters");
  ld32(A0, S1, T_HIGH);
  ld32(T0, S1, T_LOW);
  sub(A1, A0, T0); /* characters left of the opener */
  ld32(A2, S0, T_LOW);
  ld32(T0, S0, T_HIGH);
  sub(A3, T0, A2);
  ldw(A4, W_TAG_BIAS);
  ld32(A5, S1, T_OFF);
  add(A5, A5, A4);
  add(A5, A5, A0); /* tag behind the opener's last character */
  ld32(T0, S0, T_OFF);
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
  st32(A0, S1, T_HIGH);
  add(A2, A2, T1);
  st32(A2, S0, T_LOW);
  sub(A0, S1, S2);
  bne(A1, T1, "opener_left");
  ld32(A0, S1, T_PREV);
  label("opener_left"); /* A0 = what lies below the closer now */
  st32(A0, S0, T_PREV);
  ret();
}

void lay_emphasis(void) {
  lay_character_class();
  lay_classify_run();
  lay_delimiter_run();
  lay_process_emphasis();
  lay_remove_closer();
  lay_join_delimiters();
  lay_flanking();
}
