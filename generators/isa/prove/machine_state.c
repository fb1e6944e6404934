/* machine_state.c: what both machines have: a text to read, memory, sums with their flags. */
#include "isa/prove/machine_state.h"

#include "isa/prove/provers.h"

#include <stdlib.h>

bool text_byte(const Text *text, uint64_t address, unsigned char *byte) {
  if (address < text->address || address - text->address >= text->size)
    return false;
  size_t at = address - text->address;
  if (text->unknown_bit)
    for (int i = 0; i < 8; i++)
      if (text->unknown_bit[8 * at + (size_t)i])
        return false;
  *byte = text->bytes[at];
  return true;
}

Bits text_bits(const Text *text, uint64_t address, unsigned low, unsigned count) {
  size_t first = 8 * (address - text->address) + low;
  uint64_t known = 0;
  bool any = false;
  for (unsigned i = 0; i < count; i++) {
    known |= (uint64_t)(text->bytes[(first + i) / 8] >> (first + i) % 8 & 1) << i;
    any = any || (text->unknown_bit && text->unknown_bit[first + i]);
  }
  if (!any)
    return bits(count, known);
  Bits all = NULL;
  for (unsigned i = 0; i < count; i++) {
    Bits bit = text->unknown_bit[first + i] ? text->unknown_bit[first + i] : bits(1, known >> i & 1);
    all = all ? bits_join(bit, all) : bit;
  }
  return all;
}

/* What is laid is read-only: a load from a known address in the text gives the laid byte. */
static Bits load_from_text(const State *state, uint64_t address, unsigned bytes) {
  const Text *text = state->text;
  if (address < text->address || address - text->address >= text->size ||
      bytes > text->size - (address - text->address))
    return NULL;
  return bytes <= 8 ? text_bits(text, address, 0, 8 * bytes)
                    : bits_join(text_bits(text, address + 8, 0, 8 * (bytes - 8)), text_bits(text, address, 0, 64));
}

static bool window_place(const State *state, Bits address, unsigned bytes, size_t *place) {
  uint64_t at;
  if (!bits_is_number(Z3_simplify(bits_context, address), &at) || at < state->window_address ||
      at + bytes > state->window_address + state->window_size)
    return false;
  *place = at - state->window_address;
  return true;
}

static void note_access(State *state, Bits address, unsigned bytes, bool store) {
  Accesses *accesses = state->accesses;
  if (!accesses)
    return;
  size_t at = accesses->count++;
  if (at < ACCESSES_MOST) {
    accesses->all[at].address = address;
    accesses->all[at].bytes = bytes;
    accesses->all[at].store = store;
  }
}

Bits state_load(State *state, Bits address, unsigned bytes) {
  uint64_t at;
  note_access(state, address, bytes, false);
  if (bits_is_number(Z3_simplify(bits_context, address), &at)) {
    Bits laid = load_from_text(state, at, bytes);
    if (laid)
      return laid;
  }
  if (!state->window)
    return memory_load(state->memory, address, bytes);
  size_t place;
  if (!window_place(state, address, bytes, &place)) {
    state->why = "a load outside of the window";
    return bits(8 * bytes, 0);
  }
  Bits value = bits(8, state->window[place]);
  for (unsigned i = 1; i < bytes; i++)
    value = bits_join(bits(8, state->window[place + i]), value);
  return value;
}

void state_store(State *state, Bits address, Bits value, unsigned bytes) {
  note_access(state, address, bytes, true);
  if (!state->window) {
    state->memory = memory_store(state->memory, address, value, bytes);
    return;
  }
  size_t place;
  if (!window_place(state, address, bytes, &place)) {
    state->why = "a store outside of the window";
    return;
  }
  for (unsigned i = 0; i < bytes; i++) {
    uint64_t byte = 0;
    if (!bits_is_number(Z3_simplify(bits_context, bits_byte(value, i)), &byte))
      state->why = "a store of what is not known";
    state->window[place + i] = (unsigned char)byte;
  }
}

void state_demand(State *state, Truth truth) { state->must = state->must ? truth_and(state->must, truth) : truth; }

Step step_unknown(State *state, const char *why) {
  state->why = why;
  return (Step){.kind = STEP_UNKNOWN};
}

static Sum with_flags(Bits result, Truth carry, Bits overflow) {
  unsigned width = bits_width(result), top = width - 1;
  return (Sum){result, bits_cut(result, top, top), bit_of_truth(truth_equal(result, bits(width, 0))),
               bit_of_truth(carry), bits_cut(overflow, top, top)};
}

Sum sum_of(Bits a, Bits b) {
  Bits result = bits_add(a, b);
  return with_flags(result, truth_below(result, a), bits_and(bits_xor(a, result), bits_xor(b, result)));
}

Sum difference_of(Bits a, Bits b) {
  Bits result = bits_sub(a, b);
  return with_flags(result, truth_not(truth_below(a, b)), bits_and(bits_xor(a, b), bits_xor(a, result)));
}

void state_compared(State *state, Bits a, Bits b) {
  state->compared.a = a;
  state->compared.b = b;
  for (int i = 0; i < FLAGS; i++)
    state->compared.flag[i] = state->flag[i];
}

Bits state_compares(const State *state, Relation relation) {
  Bits a = state->compared.a, b = state->compared.b;
  if (!a)
    return NULL;
  for (int i = 0; i < FLAGS; i++)
    if (state->flag[i] != state->compared.flag[i])
      return NULL;
  switch (relation) {
  case IS_EQUAL:
    return bit_of_truth(truth_equal(a, b));
  case IS_BELOW:
    return bit_of_truth(truth_below(a, b));
  case IS_BELOW_OR_EQUAL:
    return bit_of_truth(truth_not(truth_below(b, a)));
  case IS_LESS:
    return bit_of_truth(truth_below_signed(a, b));
  case IS_LESS_OR_EQUAL:
    return bit_of_truth(truth_not(truth_below_signed(b, a)));
  }
  return NULL;
}

Bits bits_map_bytes(Bits a, Bits b, Bits (*function)(Bits, Bits)) {
  Bits all = NULL;
  for (unsigned i = 0; i < 16; i++) {
    Bits byte = function(bits_byte(a, i), bits_byte(b, i));
    all = all ? bits_join(byte, all) : byte;
  }
  return all;
}

Step state_step(State *state) { return prover_row(state->isa)->step(state); }

/* SPDX-License-Identifier: MIT */
