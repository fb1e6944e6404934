#include "emulate.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum { ARGUMENTS = 6, SAVED = 6, PAGE = 4096 };

static int argument_register(Isa isa, int i) { return engine_machine(isa)->reg[A0.index + i]; }
static int saved_register(Isa isa, int i) { return engine_machine(isa)->reg[S0.index + i]; }

/* Where a routine returns to: a page of its own, on which emulation stops. */
#define RETURN_ADDRESS UINT64_C(0x20000000)
#define STACK_TOP UINT64_C(0x30010000)
#define STACK_SIZE UINT64_C(0x10000)

struct Emulation {
  Isa isa;
  uc_engine *engine;
};

static void map_pages(Emulation *emulation, uint64_t address, uint64_t size, uint32_t permissions) {
  uint64_t first = address & ~(uint64_t)(PAGE - 1);
  uint64_t last = (address + size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
  engine_must(uc_mem_map(emulation->engine, first, last - first, permissions), "uc_mem_map");
}

Emulation *emulation_new(Isa isa, void (*author)(void)) {
  Emulation *emulation = malloc(sizeof *emulation);
  if (!emulation)
    abort();
  emulation->isa = isa;
  emulation->engine = engine_open(isa);
  bl_machine_begin(isa);
  author();
  Lay *lay = bl_machine_settle(0x400000, 16 * PAGE);
  size_t size;
  const unsigned char *text = bl_lay_text(lay, &size);
  map_pages(emulation, bl_lay_address(lay), size, UC_PROT_READ | UC_PROT_EXEC);
  engine_must(uc_mem_write(emulation->engine, bl_lay_address(lay), text, size), "uc_mem_write");
  if (bl_lay_bss_size(lay) > 0)
    map_pages(emulation, bl_lay_bss_address(lay), bl_lay_bss_size(lay), UC_PROT_READ | UC_PROT_WRITE);
  map_pages(emulation, ARENA_ADDRESS, ARENA_SIZE, UC_PROT_READ | UC_PROT_WRITE);
  map_pages(emulation, STACK_TOP - STACK_SIZE, STACK_SIZE, UC_PROT_READ | UC_PROT_WRITE);
  map_pages(emulation, RETURN_ADDRESS, PAGE, UC_PROT_READ | UC_PROT_EXEC);
  return emulation;
}

uc_engine *emulation_engine(Emulation *emulation) { return emulation->engine; }

void emulation_prepare(Emulation *emulation) {
  engine_enter(emulation->engine, emulation->isa, STACK_TOP - 256, RETURN_ADDRESS);
}

void emulation_free(Emulation *emulation) {
  uc_close(emulation->engine);
  free(emulation);
}

Arguments emulate(Emulation *emulation, const char *routine, Arguments in) {
  static const uint64_t mark = UINT64_C(0x5a5a000012345678);
  const LaySymbol *symbol = bl_lay_find(bl_machine_layout(), routine);
  ck_assert_msg(symbol != NULL, "no routine is called %s", routine);
  uc_engine *engine = emulation->engine;
  Isa isa = emulation->isa;
  for (int i = 0; i < ARGUMENTS; i++)
    engine_set(engine, argument_register(isa, i), in.a[i]);
  for (int i = 0; i < SAVED; i++)
    engine_set(engine, saved_register(isa, i), mark + (uint64_t)i);
  emulation_prepare(emulation);
  uc_err error = uc_emu_start(engine, symbol->address, RETURN_ADDRESS, 0, 50000000);
  uint64_t stopped = engine_get(engine, engine_machine(isa)->pc);
  ck_assert_msg(error == UC_ERR_OK && stopped == RETURN_ADDRESS, "%s stopped at 0x%" PRIx64 ": %s", routine, stopped,
                uc_strerror(error));
  for (int i = 0; i < SAVED; i++)
    ck_assert_msg(engine_get(engine, saved_register(isa, i)) == mark + (uint64_t)i, "%s changed S%d", routine, i);
  Arguments out;
  for (int i = 0; i < ARGUMENTS; i++)
    out.a[i] = engine_get(engine, argument_register(isa, i));
  return out;
}

void arena_put(Emulation *emulation, size_t offset, const void *bytes, size_t size) {
  engine_must(uc_mem_write(emulation->engine, ARENA_ADDRESS + offset, bytes, size), "uc_mem_write");
}

void arena_get(Emulation *emulation, size_t offset, void *bytes, size_t size) {
  engine_must(uc_mem_read(emulation->engine, ARENA_ADDRESS + offset, bytes, size), "uc_mem_read");
}

void emulation_text(Emulation *emulation, uint64_t address, char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    text[i] = 0;
    if (i + 1 < size)
      engine_must(uc_mem_read(emulation->engine, address + i, &text[i], 1), "uc_mem_read");
    if (text[i] == 0)
      return;
  }
}

/* SPDX-License-Identifier: MIT */
