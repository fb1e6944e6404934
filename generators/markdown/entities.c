/* entities.c: find what an entity reference stands for (CommonMark 0.30, section 2.5).
 *
 * The table is one stream of prefix codes (entities_pack.h has its grammar), in 128 blocks of names that are reversed
 * and sorted. A lookup halves its way to the one block that can hold the name, reading the first name of seven blocks,
 * and then reads that block's entries, 24 at most. It never spells a name out: it only keeps how many bytes of the
 * name are matched so far. An entry that shares more bytes than that with the entry before it differs where that one
 * did; an entry that shares fewer lies behind the name in the order, so the name is not there.
 *
 * The stream is laid backwards: its first byte is the last one in memory. So a little-endian load brings the next bits
 * to the top of a register on every machine, with no byte swap.
 */
#include "markdown/entities.h"

#include "isa/machine.h"
#include "markdown/entities_pack.h"

static void lay_halfwords(const char *name, const unsigned short *values, int count) {
  data(name, 2);
  for (int i = 0; i < count; i++)
    data_bytes(((const unsigned char[]){(unsigned char)values[i], (unsigned char)(values[i] >> 8)}), 2);
}

/* The stream comes last but one: its reader may load up to three bytes below it. */
static void lay_tables(const PackedEntities *packed) {
  static const unsigned char plain_table[] = {0xFF, 0xFF, 0};
  lay_halfwords("entity_blocks", packed->blocks, ENTITY_BLOCKS + 1);
  lay_halfwords("entity_tokens", packed->tokens, packed->token_count);
  lay_halfwords("entity_kinds", packed->kinds, packed->kind_count);
  lay_halfwords("entity_marks", packed->marks, packed->mark_count);
  data("entity_token_code", 1);
  data_bytes(packed->token_code.table, packed->token_code.table_size);
  data("entity_kind_code", 1);
  data_bytes(packed->kind_code.table, packed->kind_code.table_size);
  data("entity_shared_code", 1);
  data_bytes(packed->shared_code.table, packed->shared_code.table_size);
  data("entity_shared", 1);
  data_bytes(packed->shared, (size_t)packed->shared_count);
  data("entity_plain_bits", 1); /* a code of one length: each of n bits stands for itself */
  data_bytes(plain_table, sizeof(plain_table));
  data("entity_stream", 1);
  for (size_t byte = (packed->stream.bits + 7) / 8; byte > 0; byte--)
    data_bytes(&packed->stream.bytes[byte - 1], 1);
  data("entity_stream_end", 1);
}

/* entity_symbol: read one prefix code.
 *
 * in: A3 = place in the stream in bits, A4 = the code's table, A5 = the length of its shortest code in bits;
 * out: A3 = the place behind the code, A5 = the rank of the symbol read. Clobbers A4, T0, T1. */
static void lay_entity_symbol(void) {
  routine("entity_symbol");
  shr(T1, A3, 3);
  la(T0, "entity_stream_end");
  sub(T0, T0, T1);
  ld32(T0, T0, -4);
  and(T1, A3, 7);
  add(T1, T1, 32);
  shl(T0, T0, T1);
  shr(T0, T0, 48);
  sub(A5, A5, 1);

  label("longer");
  add(A5, A5, 1);
  ld16(T1, A4, 0);
  add(A4, A4, 3);
  bgtu(T0, T1, "longer");

  add(A3, A3, A5);
  li(T1, 16);
  sub(T1, T1, A5);
  shr(T0, T0, T1);
  ld8(T1, A4, -1);
  add(A5, T0, T1);
  and(A5, A5, 0xFF);
  ret();
}

/* entity_match: read the tokens of one entry, and compare their bytes with the name's.
 *
 * in: A3 = place in the stream, S0 = the name, S1 = its length, S3 = how many bytes, from the end of the name, are
 * matched already, A0 = 0, or < 0 if the entry is known to lie before the name; out: A0 = 0 if the entry is the name,
 * < 0 if it lies before the name in the order of the table, > 0 if behind, S3 = bytes matched now, A3 = the place
 * behind the entry's name, unless A0 > 0. Clobbers A2, A4, A5, T0, T1. A2 holds the tokens still to come from opened
 * pairs, a byte each, the next one lowest. */
static void lay_entity_match(const PackedEntities *packed) {
  routine("entity_match");
  enter_bare();
  li(A2, 0);

  label("next_code");
  la(A4, "entity_token_code");
  li(A5, packed->token_code.shortest);
  call("entity_symbol");

  label("token");
  la(T0, "entity_tokens");
  ld16x(T1, T0, A5);
  bltu(T1, 0x100, "byte");
  shr(T0, T1, 8);
  beq(A0, 0, "open_pair");
  sub(A5, T0, 1); /* the entry differs: only how the token ends matters now */
  jump("token");
  label("open_pair");
  shl(A2, A2, 8);
  or (A2, A2, T0);
  and(A5, T1, 0xFF);
  jump("token");

  label("byte");
  bne(A0, 0, "compared");
  li(T0, 0); /* the end of the name, in the same form: byte + 1, or 0 */
  bgeu(S3, S1, "compare");
  sub(T0, S1, S3);
  add(T0, T0, S0);
  ld8(T0, T0, -1);
  add(T0, T0, 1);
  label("compare");
  sub(A0, T1, T0);
  bgt(A0, 0, "done");
  bne(A0, 0, "compared");
  add(S3, S3, 1);
  label("compared");
  beq(T1, 0, "done");
  beq(A2, 0, "next_code");
  and(A5, A2, 0xFF);
  sub(A5, A5, 1);
  shr(A2, A2, 8);
  jump("token");

  label("done");
  leave();
}

/* entity_value: read the value of one entry.
 *
 * in: A3 = place in the stream, S4 = the value before, 0 at the start of a block; out: A3 = the place behind, S4 = the
 * code point, A2 = the second one, or 0. Clobbers A1, A4, A5, T0, T1. */
static void lay_entity_value(const PackedEntities *packed) {
  routine("entity_value");
  enter_bare();
  li(A2, 0);

  label("kind");
  la(A4, "entity_kind_code");
  li(A5, packed->kind_code.shortest);
  call("entity_symbol");
  la(T0, "entity_kinds");
  ld16x(A1, T0, A5);
  and(A5, A1, 15);
  shr(A1, A1, 4);
  bne(A5, ENTITY_MARK, "plain_bits");
  la(T0, "entity_marks");
  ld16x(A2, T0, A1);
  jump("kind");

  label("plain_bits");
  la(A4, "entity_plain_bits");
  call("entity_symbol");
  bgeu(A1, ENTITY_NEAR, "near");
  shl(S4, A1, 8);
  add(S4, S4, A5);
  leave();
  label("near");
  add(S4, S4, A1);
  sub(S4, S4, ENTITY_NEAR_BIAS);
  add(S4, S4, A5);
  leave();
}

/* entity_lookup: see entities.h. Clobbers all of A and T. */
static void lay_entity_lookup(const PackedEntities *packed) {
  routine("entity_lookup");
  enter(S0, S1, S2, S3, S4, S5);
  mov(S0, A0);
  mov(S1, A1);
  mov(S2, A2);
  li(S4, 0); /* a block whose first name does not lie behind the name, or block 0 */
  li(S5, ENTITY_BLOCKS / 2);

  label("halve");
  la(T0, "entity_blocks");
  add(T1, S4, S5);
  ld16x(A3, T0, T1);
  li(S3, 0);
  li(A0, 0);
  call("entity_match");
  bgt(A0, 0, "lies_before");
  add(S4, S4, S5);
  label("lies_before");
  shr(S5, S5, 1);
  bne(S5, 0, "halve");

  la(T0, "entity_blocks");
  ld16x(A3, T0, S4);
  add(S4, S4, 1);
  ld16x(S5, T0, S4); /* the end of the block */
  li(S4, 0);
  li(S3, 0);
  li(A0, 0);
  label("entry");
  call("entity_match");
  bgt(A0, 0, "not_found");
  call("entity_value");
  beq(A0, 0, "found");
  bgeu(A3, S5, "not_found");
  la(A4, "entity_shared_code");
  li(A5, packed->shared_code.shortest);
  call("entity_symbol");
  la(T0, "entity_shared");
  ld8x(T0, T0, A5);
  sub(A0, S3, T0);
  ble(A0, 0, "entry");
  label("not_found");
  li(A0, 0);
  leave();

  label("found");
  mov(S3, A2);
  mov(A0, S4);
  mov(A1, S2);
  call("utf8_encode");
  beq(S3, 0, "written");
  mov(S4, A0);
  mov(A0, S3);
  add(A1, S2, S4);
  call("utf8_encode");
  add(A0, A0, S4);
  label("written");
  leave();
}

void lay_entities(void) {
  const PackedEntities *packed = pack_entities();
  lay_entity_lookup(packed);
  lay_entity_match(packed);
  lay_entity_value(packed);
  lay_entity_symbol();
  lay_tables(packed);
}
