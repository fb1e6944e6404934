/* entities.c: find what an entity reference stands for (CommonMark 0.30, section 2.5).
 *
 * entities_pack.h has the form of the table. A lookup halves its way through the index to the one block that can hold
 * the name, and walks through that block's entries. It never spells a name out: it only keeps how many bytes of the
 * name, from its end, the last entry that was compared has. An entry that shares more bytes than that with the one
 * before it differs where that one did, and is stepped over; an entry that shares fewer ends the search, as what has
 * more in common with the name lies together; and one that shares just as many is compared from there on.
 */
#include "markdown/entities.h"

#include "markdown/entities_pack.h"
#include "words.h"

enum { BLOCK_SIZE = ENTITY_KEY + 2 }; /* of an entry of the index: its key, then its offset, the lowest byte first */

static void lay_little_endian(unsigned value, size_t bytes) {
  const unsigned char all[] = {(unsigned char)value, (unsigned char)(value >> 8), (unsigned char)(value >> 16)};
  data_bytes(all, bytes);
}

static void lay_tables(const PackedEntities *packed) {
  data("entity_stream", 1); /* its last bytes are read four at a time too: it is not the last table */
  data_bytes(packed->stream, (packed->size + 7) / 8);
  data("entity_blocks", 1);
  for (int i = 0; i <= packed->blocks; i++) {
    lay_little_endian(packed->block[i].key, ENTITY_KEY);
    lay_little_endian(packed->block[i].offset, 2);
  }
  data("entity_marks", 1);
  for (int i = 0; i < packed->mark_count; i++)
    lay_little_endian(packed->marks[i], 2);
  data("entity_pages", 1);
  for (int i = 0; i < packed->page_count; i++)
    lay_little_endian(packed->pages[i], 2);
  data("entity_pairs", 1);
  for (int i = 0; i < ENTITY_PAIRS; i++)
    lay_little_endian(packed->pair[i].left | (unsigned)packed->pair[i].right << 8, 2);
}

/* entity_block: find the block that can hold a name.
 *
 * in: S0 = the name's end, S1 = its length, at least 2; out: A3 = the block, in bits of the stream, S5 = its end, S3
 * = how many bytes, from its end, the name shares with the block's key: 0 to 3. Clobbers A0..A2, A4, A5, T0, T1. */
static void lay_entity_block(const PackedEntities *packed) {
  Reg name_end = S0, length = S1, matched = S3, block_end = S5;
  routine("entity_block", in(name_end, length), out(A3, matched, block_end), destroys(A0, A1, A2, A4, A5, ALL_T));
  ld8(A0, name_end, -1);
  ld8(T0, name_end, -2);
  shl(A0, A0, 8);
  or (A0, A0, T0);
  shl(A0, A0, 8);
  beq(length, 2, "keyed"); /* no key ends in 0 */
  ld8(T0, name_end, -3);
  or (A0, A0, T0);
  label("keyed");

  la(A1, "entity_blocks");
  li(A4, 0); /* a block whose key does not lie after the name's, or block 0 */
  li(A5, packed->blocks);
  label("halve");
  bltu(A5, 2, "at_block");
  shr(T1, A5, 1);
  add(A3, A4, T1);
  mul(T0, A3, BLOCK_SIZE);
  add(T0, T0, A1);
  ld32(A2, T0, 0);
  and(A2, A2, 0xFFFFFF);
  bgtu(A2, A0, "lies_before");
  sub(A5, A5, T1);
  mov(A4, A3);
  jump("halve");
  label("lies_before");
  mov(A5, T1);
  jump("halve");

  label("at_block");
  mul(T0, A4, BLOCK_SIZE);
  add(T0, T0, A1);
  ld32(A2, T0, 0);
  and(A2, A2, 0xFFFFFF);
  ld16(A3, T0, ENTITY_KEY);
  ld16(block_end, T0, BLOCK_SIZE + ENTITY_KEY);
  xor(A0, A0, A2);
  li(matched, 0);
  bgeu(A0, 0x10000, "counted");
  li(matched, 1);
  bgeu(A0, 0x100, "counted");
  li(matched, 2);
  bne(A0, 0, "counted");
  li(matched, 3);
  label("counted");
  ret();
}

/* entity_bits: in A3 = a place, in bits of the stream, A5 = a number, up to 25; out T0 = that many bits from there, A3
 * = the place after them. Clobbers T1. */
static void lay_entity_bits(void) {
  routine("entity_bits", in(A3, A5), out(A3, T0), destroys(T1));
  la(T1, "entity_stream");
  shr(T0, A3, 3);
  add(T0, T0, T1);
  ld32(T0, T0, 0);
  and(T1, A3, 7);
  shr(T0, T0, T1);
  add(A3, A3, A5);
  li(T1, -1);
  shl(T1, T1, A5);
  or (T0, T0, T1);
  xor(T0, T0, T1);
  ret();
}

/* entity_match: go on comparing a name where an entry begins to differ from the one before it.
 *
 * in: A3 = the entry's tokens, in bits of the stream, S0 = the name's end, S1 = its length, S3 = bytes matched so far;
 * out: A0 = 0 if the entry is the name, else 1, S3 = bytes matched now, or ENTITY_SHARED_MAX if there are more: the
 * next entry cannot say so; A4 = 1 if A3 is before more tokens of the entry. Clobbers A2, A5, T0, T1. A2 holds the
 * tokens still to come from opened pairs, a byte each, the next one lowest. */
static void lay_entity_match(void) {
  Reg name_end = S0, length = S1, matched = S3;
  routine("entity_match", in(A3, name_end, length), out(A0, A3, A4), moves(matched), destroys(A2, A5, ALL_T));
  enter_bare();
  li(A2, 0);
  label("next_token");
  li(A5, ENTITY_TOKEN_BITS);
  call("entity_bits");
  and(A4, T0, 1);
  shr(T0, T0, 1);
  label("token");
  sub(T1, T0, '0');
  bleu(T1, 'z' - '0', "byte");
  sub(T0, T0, ENTITY_FIRST_PAIR);
  and(T0, T0, 0xFF);
  la(T1, "entity_pairs");
  ld16x(T1, T1, T0);
  shl(A2, A2, 8);
  shr(T0, T1, 8);
  or (A2, A2, T0);
  and(T0, T1, 0xFF);
  jump("token");

  label("byte");
  bgeu(matched, length, "differs"); /* the name has ended */
  sub(T1, name_end, matched);
  ld8(T1, T1, -1);
  bne(T0, T1, "differs");
  add(matched, matched, 1);
  and(T0, A2, 0xFF);
  shr(A2, A2, 8);
  bne(T0, 0, "token");
  bne(A4, 0, "next_token");
  li(A0, 0);
  beq(matched, length, "done");
  label("differs");
  li(A0, 1);
  bleu(matched, ENTITY_SHARED_MAX, "done");
  li(matched, ENTITY_SHARED_MAX);
  label("done");
  leave();
}

/* entity_value: in A3 = the value of an entry, in bits of the stream, S4 = the value before; out S4 = the value, A1 =
 * 0, or 1 + the number of its mark, A3 = the entry's tokens. Clobbers A5, T0, T1. */
static void lay_entity_value(void) {
  Reg value = S4;
  routine("entity_value", in(A3, A5), out(A1, A3), moves(value), destroys(A5, ALL_T));
  enter_bare();
  li(A1, 0);
  label("width");
  call("entity_bits");
  beq(T0, 0, "distance");
  sub(A5, T0, 1);
  beq(T0, ENTITY_MARKED, "marked");
  call("entity_bits");
  li(T1, 1);
  shl(T1, T1, A5);
  or (T0, T0, T1);
  label("distance");
  shr(T1, T0, 1);
  bset(T0, 1, "down");
  add(value, value, T1);
  add(value, value, 1);
  label("read");
  leave();
  label("down");
  sub(value, value, T1);
  jump("read");
  label("marked");
  li(A5, 4);
  call("entity_bits");
  add(A1, T0, 1);
  jump("width");
}

/* entity_lookup: see entities.h. Clobbers all of A and T. */
static void lay_entity_lookup(void) {
  Reg name_end = S0, length = S1, output = S2, matched = S3, value = S4, block_end = S5;
  routine("entity_lookup", in(A0, A1, A2), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(name_end, length, output, matched, value, block_end);
  bltu(A1, 2, "not_found");
  add(name_end, A0, A1);
  mov(length, A1);
  mov(output, A2);
  call("entity_block");
  li(value, ENTITY_VALUE_BEFORE);

  label("entry");
  bgeu(A3, block_end, "not_found");
  li(A5, 4);
  call("entity_bits");
  mov(A0, T0);
  call("entity_value");
  bltu(A0, matched, "not_found");
  bgtu(A0, matched, "over_tokens");
  call("entity_match");
  beq(A0, 0, "found");
  beq(A4, 0, "entry");
  label("over_tokens");
  li(A5, ENTITY_TOKEN_BITS);
  call("entity_bits");
  bset(T0, 1, "over_tokens");
  jump("entry");
  label("not_found");
  li(A0, 0);
  jump("written");

  label("found");
  la(T1, "entity_pages");
  shr(T0, value, 8);
  ld16x(A0, T1, T0);
  shl(A0, A0, 8);
  and(T0, value, 0xFF);
  or (A0, A0, T0);
  mov(matched, A1);
  mov(A1, output);
  call("utf8_encode");
  beq(matched, 0, "written");
  mov(value, A0);
  la(A0, "entity_marks");
  sub(matched, matched, 1);
  ld16x(A0, A0, matched);
  add(A1, output, value);
  call("utf8_encode");
  add(A0, A0, value);
  label("written");
  leave();
}

void lay_entities(void) {
  const PackedEntities *packed = pack_entities();
  lay_tables(packed);
  lay_entity_lookup();
  lay_entity_block(packed);
  lay_entity_bits();
  lay_entity_value();
  lay_entity_match();
}

/* SPDX-License-Identifier: MIT */
