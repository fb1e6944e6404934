/* unicode.c: UTF-8, case folding, punctuation and white space of Unicode, as cmark 0.30.2 knows them.
 *
 * Each routine answers for ASCII first, in a few instructions and without a table. Beyond ASCII the tables are walked,
 * not unpacked: case folding skips from page to page and then from run to run, punctuation starts at the block that
 * the code point lies in. unicode_pack.h has the form of both tables.
 */
#include "markdown/unicode.h"

#include "markdown/unicode_pack.h"
#include "words.h"

/* ---- UTF-8 ----------------------------------------------------------------------------------------------------------
 */

/* utf8_decode: see unicode.h. Clobbers A2, A3, T0, T1. */
static void lay_utf8_decode(void) {
  routine("utf8_decode", in(A0, A1), out(A0, A1), destroys(A2, A3, ALL_T));
  ld8(T0, A0, 0);
  bgeu(T0, 0x80, "lead_byte");
  mov(A0, T0);
  li(A1, 1);
  ret();

  label("lead_byte"); /* 80..BF continue; C0, C1 would be overlong; F5..FF lie beyond U+10FFFF */
  bltu(T0, 0xC2, "malformed");
  bgeu(T0, 0xF5, "malformed");
  bgeu(T0, 0xF0, "four_bytes");
  bgeu(T0, 0xE0, "three_bytes");
  li(A2, 2);
  li(A3, 0x80);
  and(T0, T0, 0x1F);
  jump("lead_taken");
  label("three_bytes");
  li(A2, 3);
  li(A3, 0x800);
  and(T0, T0, 0x0F);
  jump("lead_taken");
  label("four_bytes");
  li(A2, 4);
  li(A3, 0x10000);
  and(T0, T0, 0x07);

  label("lead_taken"); /* A2: length, A3: the least code point that needs it */
  bltu(A1, A2, "malformed");
  li(A1, 1);
  label("continuation");
  ld8x(T1, A0, A1);
  xor(T1, T1, 0x80);
  bgtu(T1, 0x3F, "malformed");
  shl(T0, T0, 6);
  or (T0, T0, T1);
  add(A1, A1, 1);
  bltu(A1, A2, "continuation");

  bltu(T0, A3, "malformed");
  bgtu(T0, 0x10FFFF, "malformed");
  shr(T1, T0, 11);
  beq(T1, 0xD800 >> 11, "malformed"); /* a surrogate */
  mov(A0, T0);
  ret();
  label("malformed");
  li(A0, -1);
  li(A1, 1);
  ret();
}

/* Store the continuation byte of A0 that stands above `shift` bits. Clobbers T1. */
static void store_continuation(int shift, int offset) {
  if (shift > 0)
    shr(T1, A0, shift);
  and(T1, shift > 0 ? T1 : A0, 0x3F);
  or (T1, T1, 0x80);
  st8(T1, A1, offset);
}

/* utf8_encode: see unicode.h. U+FFFE and U+FFFF become the one byte FE or FF, as in cmark; a value beyond U+10FFFF
 * becomes U+FFFD. Clobbers T1. */
static void lay_utf8_encode(void) {
  routine("utf8_encode", in(A0, A1), out(A0), destroys(T1));
  bgeu(A0, 0x80, "no_ascii");
  label("one_byte");
  st8(A0, A1, 0);
  li(A0, 1);
  ret();

  label("no_ascii");
  bgeu(A0, 0x800, "no_two_bytes");
  shr(T1, A0, 6);
  or (T1, T1, 0xC0);
  st8(T1, A1, 0);
  store_continuation(0, 1);
  li(A0, 2);
  ret();

  label("no_two_bytes");
  bgeu(A0, 0x10000, "no_three_bytes");
  bgeu(A0, 0xFFFE, "one_byte");
  label("three_bytes");
  shr(T1, A0, 12);
  or (T1, T1, 0xE0);
  st8(T1, A1, 0);
  store_continuation(6, 1);
  store_continuation(0, 2);
  li(A0, 3);
  ret();

  label("no_three_bytes");
  bgtu(A0, 0x10FFFF, "no_code_point");
  shr(T1, A0, 18);
  or (T1, T1, 0xF0);
  st8(T1, A1, 0);
  store_continuation(12, 1);
  store_continuation(6, 2);
  store_continuation(0, 3);
  li(A0, 4);
  ret();
  label("no_code_point");
  li(A0, 0xFFFD);
  jump("three_bytes");
}

/* ---- Case folding
 * ---------------------------------------------------------------------------------------------------- */

/* case_fold_run: the tail of case_fold, once the run is found whose last code point is the first one not below A0.
 *
 * in: A0 = code point, A1 = the run, T0 = last code point of the run - A0, T1 = the run's second byte; out and
 * clobbers: as case_fold. */
static void lay_case_fold_run(void) {
  routine("case_fold_run", in(A0, A1, ALL_T), out(A0, A1, A2), out_if(A3), destroys(A4, A5, ALL_T));
  shr(A2, T1, 2);
  and(T1, T1, 3);
  beq(T1, FOLD_TO_NEXT, "to_next");
  bgtu(T0, A2, "unchanged");
  bne(T1, FOLD_NEAR, "far");
  ld8(T0, A1, 2);
  xor(T0, T0, 0x80); /* extend the sign of a byte */
  sub(T0, T0, 0x80);
  add(A1, A0, T0);
  li(A0, 1);
  ret();

  label("to_next");
  bset(T0, 1, "unchanged");
  shr(T0, T0, 1);
  bgtu(T0, A2, "unchanged");
  add(A1, A0, 1);
  li(A0, 1);
  ret();

  label("far");
  ld16(T0, A1, 2);
  ld8(A4, A1, 4);
  add(A1, A0, T0);
  and(A1, A1, 0xFFFF);
  li(A0, 1);
  beq(T1, FOLD_FAR, "done");
  la(A5, "case_folding_suffixes");
  ld16x(A2, A5, A4);
  li(A0, 2);
  bclr(A2, FOLD_SUFFIX_MORE, "done");
  and(A2, A2, FOLD_SUFFIX_MORE - 1);
  add(A4, A4, 1);
  ld16x(A3, A5, A4);
  li(A0, 3);
  label("done");
  ret();

  label("unchanged");
  mov(A1, A0);
  li(A0, 1);
  ret();
}

/* case_fold: see unicode.h. Clobbers A2..A5, T0, T1. */
static void lay_case_fold(const PackedFolding *packed) {
  routine("case_fold", in(A0), out(A0, A1), out_if(A2, A3), destroys(A4, A5, ALL_T));
  sub(T0, A0, 'A');
  bleu(T0, 'Z' - 'A', "capital");
  bgeu(A0, 0x80, "beyond_ascii");
  label("unchanged");
  mov(A1, A0);
  li(A0, 1);
  ret();
  label("capital");
  add(A1, A0, 'a' - 'A');
  li(A0, 1);
  ret();

  label("beyond_ascii");
  bgeu(A0, packed->end, "unchanged");
  la(A1, "case_folding_runs");
  shr(A2, A0, 8); /* pages still to go */
  label("page");
  ld16(T0, A1, 0);
  add(A1, A1, 2);
  shr(T1, T0, 9);
  and(T0, T0, 0x1FF);
  bltu(A2, T1, "unchanged");
  sub(A2, A2, T1);
  beq(A2, 0, "page_found");
  add(A1, A1, T0);
  jump("page");

  label("page_found");
  add(A2, A1, T0);
  and(A3, A0, 0xFF);
  label("run");
  ld8(T0, A1, 0);
  ld8(T1, A1, 1);
  sub(T0, T0, A3);
  bge(T0, 0, "run_found");
  and(T1, T1, 3);
  add(A1, A1, T1);
  add(A1, A1, 2);
  bltu(A1, A2, "run");
  jump("unchanged");
  label("run_found");
  jump("case_fold_run");
}

/* ---- Punctuation and white space
 * -------------------------------------------------------------------------------------- */

/* is_unicode_punctuation: see unicode.h. Clobbers A1..A5, T0, T1. */
static void lay_is_unicode_punctuation(const PackedPunctuation *packed) {
  routine("is_unicode_punctuation", in(A0), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  bgeu(A0, 0x80, "beyond_ascii");
  li(T0, (int64_t)0xFC00FFFE00000000); /* one bit a character: !"#$%&'()*+,-./ :;<=>? */
  bltu(A0, 64, "ascii");
  li(T0, (int64_t)0x78000001F8000001); /* @ [\]^_` {|}~ */
  label("ascii");
  shr(T0, T0, A0);
  and(A0, T0, 1);
  ret();

  label("beyond_ascii");
  bgeu(A0, packed->end, "no");
  la(T0, "punctuation_starts");
  shr(T1, A0, 12);
  bltu(T1, PUNCTUATION_BLOCKS, "block_known");
  li(T1, PUNCTUATION_BLOCKS - 1);
  label("block_known");
  shl(A1, T1, 12);
  sub(A0, A0, A1); /* code points from the start of the block, then from the end of the range before */
  add(T0, T0, T1);
  ld8(A1, T0, 0);
  ld8(A2, T0, 1);
  shl(A1, A1, 1); /* the next nibble */
  shl(A2, A2, 1);
  sub(A2, A2, 1); /* a range has two nibbles at the least: with one left, it is padding */

  label("range");
  bgeu(A1, A2, "no");
  la(T0, "punctuation_ranges");
  shr(T1, A1, 1);
  add(T0, T0, T1);
  ld32(T0, T0, 0);
  and(T1, A1, 1);
  shl(T1, T1, 2);
  shr(T0, T0, T1);
  and(A3, T0, 3); /* length class */
  shr(A4, T0, 2);
  and(A4, A4, 3);
  add(A4, A4, 1); /* nibbles of the gap */
  shr(T0, T0, 4);
  add(A1, A1, A4);
  add(A1, A1, 1);
  shl(A4, A4, 2);
  li(T1, 1);
  shl(T1, T1, A4);
  sub(T1, T1, 1);
  and(T1, T1, T0); /* gap */
  bltu(A0, T1, "no");
  sub(A0, A0, T1);
  bne(A3, 3, "length_known");
  shr(T0, T0, A4);
  and(T0, T0, 15);
  add(A3, A3, T0);
  add(A1, A1, 1);
  label("length_known"); /* A3: length - 1 */
  bleu(A0, A3, "yes");
  sub(A0, A0, A3);
  sub(A0, A0, 1);
  jump("range");

  label("yes");
  li(A0, 1);
  ret();
  label("no");
  li(A0, 0);
  ret();
}

/* is_unicode_space: see unicode.h. TAB, LF, FF, CR, and the general category Zs. Clobbers T0. */
static void lay_is_unicode_space(void) {
  routine("is_unicode_space", in(A0), out(A0), destroys(T0));
  bgtu(A0, ' ', "no_control");
  li(T0, INT64_C(1) << '\t' | INT64_C(1) << '\n' | INT64_C(1) << '\f' | INT64_C(1) << '\r' | INT64_C(1) << ' ');
  shr(T0, T0, A0);
  and(A0, T0, 1);
  ret();
  label("no_control");
  bltu(A0, 0xA0, "no");
  beq(A0, 0xA0, "yes");
  beq(A0, 0x1680, "yes");
  sub(T0, A0, 0x2000);
  bleu(T0, 0x200A - 0x2000, "yes");
  beq(A0, 0x202F, "yes");
  beq(A0, 0x205F, "yes");
  beq(A0, 0x3000, "yes");
  label("no");
  li(A0, 0);
  ret();
  label("yes");
  li(A0, 1);
  ret();
}

/* The nibbles come before the starts: their reader may load up to three bytes after them. */
static void lay_tables(const PackedFolding *folding, const PackedPunctuation *punctuation) {
  data("case_folding_suffixes", 2);
  for (int i = 0; i < folding->suffix_count; i++)
    data_value(16, folding->suffixes[i]);
  data("case_folding_runs", 1);
  data_bytes(folding->runs, folding->size);
  data("punctuation_ranges", 1);
  data_bytes(punctuation->nibbles, punctuation->count / 2);
  data("punctuation_starts", 1);
  data_bytes(punctuation->starts, sizeof(punctuation->starts));
}

void lay_unicode(void) {
  const PackedFolding *folding = pack_folding();
  const PackedPunctuation *punctuation = pack_punctuation();
  lay_utf8_decode();
  lay_utf8_encode();
  lay_case_fold(folding);
  lay_case_fold_run();
  lay_is_unicode_punctuation(punctuation);
  lay_is_unicode_space();
  lay_tables(folding, punctuation);
}

/* SPDX-License-Identifier: MIT */
