/* entity_cache.c: named character references that come again.
 *
 * A look-up in the packed table takes some hundred steps (entities.h). What was found for a name of up to eight bytes,
 * or that nothing was, is kept in the workspace, at a place that a hash of the name picks. */
#include "entities.h"
#include "parts.h"

static const uint64_t multiplier = 0x9E3779B97F4A7C15;

/* clear_entities: make every slot of W_ENTITIES empty. */
static void lay_clear_entities(void) {
  routine("clear_entities", in(WORKSPACE), destroys(A0, A1));
  stw(1, W_ENTITIES_READY);
  add(A0, WORKSPACE, W_ENTITIES);
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
  Reg name = S0, length = S1, slot = S2, to = S3, bytes = S4;
  routine("named_reference", in(A2, name, length, WORKSPACE), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(slot, to, bytes);
  mov(to, A2);
  ldw(T0, W_ENTITIES_READY);
  bne(T0, 0, "ready");
  call("clear_entities");
  label("ready");
  li(slot, 0);
  ld64(bytes, name, 0);
  bgtu(length, 8, "not_kept");
  shl(T0, length, 3);
  li(T1, 64);
  sub(T1, T1, T0);
  shl(bytes, bytes, T1);
  shr(bytes, bytes, T1);
  li(T0, (int64_t)multiplier);
  mul(T0, T0, bytes);
  shr(T0, T0, 64 - ENTITY_SLOT_BITS);
  mul(T0, T0, ENTITY_SLOT_SIZE);
  add(slot, WORKSPACE, T0);
  add(slot, slot, W_ENTITIES);
  ld64(T1, slot, 0); /* no name's bytes are 0 */
  beq(T1, bytes, "kept");
  label("not_kept");
  mov(A0, name);
  mov(A1, length);
  mov(A2, to);
  call("entity_lookup");
  beq(slot, 0, "done");
  st64(bytes, slot, 0);
  ld64(T0, to, 0);
  st64(T0, slot, 8);
  st64(A0, slot, 16);
  label("done");
  leave();
  label("kept");
  ld64(A0, slot, 16);
  beq(A0, 0, "done");
  ld64(T0, slot, 8);
  st64(T0, to, 0);
  jump("done");
}

void lay_entity_cache(void) {
  lay_named_reference();
  lay_clear_entities();
}

/* SPDX-License-Identifier: MIT */
