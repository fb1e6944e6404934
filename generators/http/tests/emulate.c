#include "emulate.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#include "isa/program.h"

/* The registers of machine.h's table, as Unicorn names them: A0..A5, then S0..S5. */
static const int registers[][12] = {
    [ISA_X64] = {UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_R10, UC_X86_REG_R8, UC_X86_REG_R9,
                 UC_X86_REG_RBX, UC_X86_REG_RBP, UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15},
    [ISA_A64] = {UC_ARM64_REG_X0, UC_ARM64_REG_X1, UC_ARM64_REG_X2, UC_ARM64_REG_X3, UC_ARM64_REG_X4, UC_ARM64_REG_X5,
                 UC_ARM64_REG_X19, UC_ARM64_REG_X20, UC_ARM64_REG_X21, UC_ARM64_REG_X22, UC_ARM64_REG_X23,
                 UC_ARM64_REG_X24}};
enum { ARGUMENTS = 6, SAVED = 6, PAGE = 4096 };

/* Where a routine returns to: a page of its own, on which emulation stops. */
#define RETURN_ADDRESS UINT64_C(0x20000000)
#define STACK_TOP UINT64_C(0x30010000)
#define STACK_SIZE UINT64_C(0x10000)

struct Emulation {
  Isa isa;
  uc_engine *engine;
};

static void expect_ok(uc_err error, const char *what) {
  if (error != UC_ERR_OK)
    ck_abort_msg("Unicorn: %s: %s", what, uc_strerror(error));
}

static void map_pages(Emulation *emulation, uint64_t address, uint64_t size, uint32_t permissions) {
  uint64_t first = address & ~(uint64_t)(PAGE - 1);
  uint64_t last = (address + size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
  expect_ok(uc_mem_map(emulation->engine, first, last - first, permissions), "uc_mem_map");
}

Emulation *emulation_new(Isa isa, void (*author)(void)) {
  Emulation *emulation = malloc(sizeof *emulation);
  if (!emulation)
    abort();
  emulation->isa = isa;
  if (isa == ISA_X64)
    expect_ok(uc_open(UC_ARCH_X86, UC_MODE_64, &emulation->engine), "uc_open");
  else
    expect_ok(uc_open(UC_ARCH_ARM64, UC_MODE_LITTLE_ENDIAN, &emulation->engine), "uc_open");
  machine_begin(isa, "emulation");
  author();
  Lay *lay = machine_layout();
  lay_settle(lay, 0x400000, 16 * PAGE);
  size_t size;
  const unsigned char *text = lay_text(lay, &size);
  map_pages(emulation, lay_address(lay), size, UC_PROT_READ | UC_PROT_EXEC);
  expect_ok(uc_mem_write(emulation->engine, lay_address(lay), text, size), "uc_mem_write");
  if (lay_bss_size(lay) > 0)
    map_pages(emulation, lay_bss_address(lay), lay_bss_size(lay), UC_PROT_READ | UC_PROT_WRITE);
  map_pages(emulation, ARENA_ADDRESS, ARENA_SIZE, UC_PROT_READ | UC_PROT_WRITE);
  map_pages(emulation, STACK_TOP - STACK_SIZE, STACK_SIZE, UC_PROT_READ | UC_PROT_WRITE);
  map_pages(emulation, RETURN_ADDRESS, PAGE, UC_PROT_READ | UC_PROT_EXEC);
  return emulation;
}

void emulation_free(Emulation *emulation) {
  uc_close(emulation->engine);
  free(emulation);
}

static void set_register(Emulation *emulation, int id, uint64_t value) {
  expect_ok(uc_reg_write(emulation->engine, id, &value), "uc_reg_write");
}

static uint64_t get_register(Emulation *emulation, int id) {
  uint64_t value = 0;
  expect_ok(uc_reg_read(emulation->engine, id, &value), "uc_reg_read");
  return value;
}

/* Leave the return address where the machine's calls do. */
static void set_return_address(Emulation *emulation) {
  uint64_t top = STACK_TOP - 256, back = RETURN_ADDRESS;
  if (emulation->isa == ISA_X64) {
    top -= sizeof back;
    expect_ok(uc_mem_write(emulation->engine, top, &back, sizeof back), "uc_mem_write");
    set_register(emulation, UC_X86_REG_RSP, top);
  } else {
    set_register(emulation, UC_ARM64_REG_LR, back);
    set_register(emulation, UC_ARM64_REG_SP, top);
  }
}

Arguments emulate(Emulation *emulation, const char *routine, Arguments in) {
  static const uint64_t mark = UINT64_C(0x5a5a000012345678);
  const LaySymbol *symbol = lay_find(machine_layout(), routine);
  ck_assert_msg(symbol != NULL, "no routine is called %s", routine);
  const int *names = registers[emulation->isa];
  for (int i = 0; i < ARGUMENTS; i++)
    set_register(emulation, names[i], in.a[i]);
  for (int i = 0; i < SAVED; i++)
    set_register(emulation, names[ARGUMENTS + i], mark + (uint64_t)i);
  set_return_address(emulation);
  uc_err error = uc_emu_start(emulation->engine, symbol->address, RETURN_ADDRESS, 0, 50000000);
  int pc = emulation->isa == ISA_X64 ? UC_X86_REG_RIP : UC_ARM64_REG_PC;
  uint64_t stopped = get_register(emulation, pc);
  ck_assert_msg(error == UC_ERR_OK && stopped == RETURN_ADDRESS, "%s stopped at 0x%" PRIx64 ": %s", routine, stopped,
                uc_strerror(error));
  for (int i = 0; i < SAVED; i++)
    ck_assert_msg(get_register(emulation, names[ARGUMENTS + i]) == mark + (uint64_t)i, "%s changed S%d", routine, i);
  Arguments out;
  for (int i = 0; i < ARGUMENTS; i++)
    out.a[i] = get_register(emulation, names[i]);
  return out;
}

void arena_put(Emulation *emulation, size_t offset, const void *bytes, size_t size) {
  expect_ok(uc_mem_write(emulation->engine, ARENA_ADDRESS + offset, bytes, size), "uc_mem_write");
}

void arena_get(Emulation *emulation, size_t offset, void *bytes, size_t size) {
  expect_ok(uc_mem_read(emulation->engine, ARENA_ADDRESS + offset, bytes, size), "uc_mem_read");
}

void emulation_text(Emulation *emulation, uint64_t address, char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    text[i] = 0;
    if (i + 1 < size)
      expect_ok(uc_mem_read(emulation->engine, address + i, &text[i], 1), "uc_mem_read");
    if (text[i] == 0)
      return;
  }
}
