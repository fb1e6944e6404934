/* entity_cache.c: named character references that come again.
 *
 * A look-up in the packed table takes some hundred steps (entities.h). What was found for a name of up to eight bytes,
 * or that nothing was, is kept in the workspace, at a place that a hash of the name picks. */
#include "entities.h"
#include "parts.h"

static const uint64_t multiplier = 0x9E3779B97F4A7C15;

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
  bgtu(S1, 8, "not_kept");
  shl(T0, S1, 3);
  li(T1, 64);
  sub(T1, T1, T0);
  shl(S4, S4, T1);
  shr(S4, S4, T1);
  li(T0, (int64_t)multiplier);
  mul(T0, T0, S4);
  shr(T0, T0, 64 - ENTITY_SLOT_BITS);
  mul(T0, T0, ENTITY_SLOT_SIZE);
  add(S2, S5, T0);
  add(S2, S2, W_ENTITIES);
  ld64(T1, S2, 0); /* no name's bytes are 0 */
  beq(T1, S4, "kept");
  label("not_kept");
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
  lay_clear_entities();
}
