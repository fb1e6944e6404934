/* entity_cache.c: named character references, looked up in few steps.
 *
 * The table of names is packed so tightly that one look-up takes thousands of steps (entities.h). Two things keep that
 * off most references: what was found for a name, or that nothing was, is kept in the workspace at a place that its
 * bytes pick; and a bit set of 2 KiB, in which each name that exists has two bits, turns away nearly all that do not.
 * Both go by a hash of the name's first eight bytes and its length, which machine code and generator compute alike. */
#include <string.h>

#include "entities.h"
#include "entities_table.h"
#include "parts.h"

static const uint64_t multiplier = 0x9E3779B97F4A7C15;

enum { FILTER_BITS = 14 }; /* of the number of a bit in the set */

static void set_bit(unsigned char *set, uint64_t bit) { set[bit >> 3] |= (unsigned char)(1 << (bit & 7)); }

static void lay_filter(void) {
  static unsigned char set[1 << (FILTER_BITS - 3)];
  memset(set, 0, sizeof set);
  for (int i = 0; i < ENTITIES; i++) {
    const char *name = entities[i].name;
    uint64_t length = strlen(name), key = 0;
    for (uint64_t at = 0; at < 8 && at < length; at++)
      key |= (uint64_t)(unsigned char)name[at] << (8 * at);
    uint64_t hash = (key ^ length) * multiplier;
    set_bit(set, hash >> (64 - FILTER_BITS));
    set_bit(set, hash >> (64 - 2 * FILTER_BITS) & ((1 << FILTER_BITS) - 1));
  }
  data("entity_filter", 1);
  data_bytes(set, sizeof set);
}

/* test_filter: in A0 = number of a bit of the set; out A0 = 0 if it is clear. Destroys T0, T1. */
static void lay_test_filter(void) {
  routine("test_filter");
  shr(T0, A0, 3);
  la(T1, "entity_filter");
  ld8x(T0, T1, T0);
  and(A0, A0, 7);
  shr(T0, T0, A0);
  and(A0, T0, 1);
  ret();
}

/* clear_entities: make every slot of W_ENTITIES empty. Destroys A0, A1. */
static void lay_clear_entities(void) {
  routine("clear_entities");
  stw(1, W_ENTITIES_READY);
  add(A0, S5, W_ENTITIES);
  add(A1, A0, ENTITY_SLOTS * ENTITY_SLOT_SIZE);
  label("clear");
  st64(0, A0, 0);
  add(A0, A0, ENTITY_SLOT_SIZE);
  bltu(A0, A1, "clear");
  ret();
}

/* named_reference: in S0 = a name, S1 = its length, A2 = where to write up to 8 bytes of UTF-8; out A0 = bytes
 * written, or 0, and then nothing is written. S2 = its slot, or 0, S3 = where to write, S4 = its bytes. */
static void lay_named_reference(void) {
  routine("named_reference");
  enter(S2, S3, S4);
  mov(S3, A2);
  ldw(T0, W_ENTITIES_READY);
  bne(T0, 0, "ready");
  call("clear_entities");
  label("ready");
  li(S2, 0);
  ld64(S4, S0, 0);
  bgtu(S1, 8, "hash");
  shl(T0, S1, 3);
  li(T1, 64);
  sub(T1, T1, T0);
  shl(S4, S4, T1);
  shr(S4, S4, T1);
  label("hash");
  xor(A1, S4, S1);
  li(T0, (int64_t)multiplier);
  mul(A1, A1, T0);
  bgtu(S1, 8, "not_kept"); /* eight bytes do not tell longer names apart */
  shr(T0, A1, 64 - ENTITY_SLOT_BITS);
  mul(T0, T0, ENTITY_SLOT_SIZE);
  add(S2, S5, T0);
  add(S2, S2, W_ENTITIES);
  ld64(T1, S2, 0); /* no name's bytes are 0 */
  beq(T1, S4, "kept");
  label("not_kept");
  shr(A0, A1, 64 - FILTER_BITS);
  call("test_filter");
  beq(A0, 0, "done");
  shr(A0, A1, 64 - 2 * FILTER_BITS);
  and(A0, A0, (1 << FILTER_BITS) - 1);
  call("test_filter");
  beq(A0, 0, "done");
  mov(A0, S0);
  mov(A1, S1);
  mov(A2, S3);
  call("entity_lookup");
  beq(S2, 0, "done");
  st64(S4, S2, 0);
  ld64(T0, S3, 0);
  st64(T0, S2, 8);
  st64(A0, S2, 16);
  label("done");
  leave();
  label("kept");
  ld64(A0, S2, 16);
  beq(A0, 0, "done");
  ld64(T0, S2, 8);
  st64(T0, S3, 0);
  leave();
}

void lay_entity_cache(void) {
  lay_named_reference();
  lay_test_filter();
  lay_clear_entities();
  lay_filter();
}
