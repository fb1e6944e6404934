/* run.c: the engines. The native trampoline is laid by the encoders it helps to test: it is a routine of moves, pushes
 * and one jump, and any slip in it makes every case fail. */
#include "run.h"

#include "generators/tests/engine.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define TEXT_ROOM (UINT64_C(16) << 20)
#define TRAMPOLINE UINT64_C(0x30000000)
#define STACK UINT64_C(0x40000000)
#define STACK_SIZE 0x10000
#define RETURN UINT64_C(0x50000000) /* a return address at which nothing is mapped */

RunSystemCall run_system_call;

const char *run_name(RunEngine engine) {
  static char name[64];
  if (engine == RUN_NATIVE_X64)
    return "x64 native";
  snprintf(name, sizeof name, "%s in Unicorn", engine_machine(run_isa(engine))->name);
  return name;
}

BlIsa run_isa(RunEngine engine) { return engine == RUN_NATIVE_X64 ? ISA_X64 : (BlIsa)(engine - RUN_UNICORN); }

bool run_available(RunEngine engine) { return engine != RUN_NATIVE_X64 || engine_native() == ISA_X64; }

static void *map(uint64_t address, size_t size) {
  void *at = mmap((void *)address, size, PROT_READ | PROT_WRITE, // NOLINT(performance-no-int-to-ptr)
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (at != (void *)address) // NOLINT(performance-no-int-to-ptr)
    ck_abort_msg("address %#llx cannot be mapped", (unsigned long long)address);
  return at;
}

unsigned char *run_memory(void) {
  static unsigned char *memory;
  if (!memory)
    memory = map(RUN_MEMORY, RUN_MEMORY_SIZE);
  return memory;
}

/* ---- Native ---------------------------------------------------------------------------------------------------- */

/* x86-64 register numbers of A0..A5 T0 T1 S0..S5; kept here apart from the templates', which are under test. */
static const unsigned char x64_numbers[BL_MACHINE_REGISTERS] = {7, 6, 2, 10, 8, 9, 0, 1, 3, 5, 12, 13, 14, 15};

static unsigned char *put(unsigned char *at, LayCode code) {
  memcpy(at, code.bytes, code.len);
  return at + code.len;
}

/* void trampoline(RunState *state /rdi, code /rsi): save what C keeps, load the fourteen registers, jump to the code
 * with the address after the jump as its return address, and store the registers. */
static void lay_trampoline(unsigned char *at) {
  static const unsigned char kept[] = {3, 5, 12, 13, 14, 15};
  for (size_t i = 0; i < sizeof kept; i++)
    at = put(at, x64_push_r64((X64Reg){kept[i]}));
  at = put(at, x64_push_r64(RDI));
  at = put(at, x64_mov_r64_r64(R11, RSI));
  unsigned char *push_return = at;
  at = put(at, x64_lea_r64_m(RAX, x64_at_rip(0)));
  at = put(at, x64_push_r64(RAX));
  for (int i = BL_MACHINE_REGISTERS - 1; i >= 0; i--) /* rdi, index 0, last: it is the pointer */
    at = put(at, x64_mov_r64_m64((X64Reg){x64_numbers[i]}, x64_at(RDI, 8L * i)));
  at = put(at, x64_jmp_r64(R11));
  put(push_return, x64_lea_r64_m(RAX, x64_at_rip(at - push_return - 7)));
  at = put(at, x64_push_r64(RDI));
  at = put(at, x64_mov_r64_m64(RDI, x64_at(RSP, 8)));
  for (int i = 1; i < BL_MACHINE_REGISTERS; i++)
    at = put(at, x64_mov_m64_r64(x64_at(RDI, 8L * i), (X64Reg){x64_numbers[i]}));
  at = put(at, x64_pop_r64(RAX));
  at = put(at, x64_mov_m64_r64(x64_at(RDI, 0), RAX));
  at = put(at, x64_pop_r64(RDI));
  for (size_t i = sizeof kept; i-- > 0;)
    at = put(at, x64_pop_r64((X64Reg){kept[i]}));
  put(at, x64_ret());
}

typedef void (*Trampoline)(RunState *state, uint64_t code);

static void run_native(uint64_t address, RunState *state) {
  static void *trampoline;
  if (!trampoline) {
    trampoline = map(TRAMPOLINE, 4096);
    lay_trampoline(trampoline);
    mprotect(trampoline, 4096, PROT_READ | PROT_EXEC);
  }
  Trampoline call_code;
  memcpy(&call_code, &trampoline, sizeof call_code); /* C has no cast from a data pointer to a function pointer */
  call_code(state, address);
}

static void load_native(const unsigned char *text, size_t size) {
  static void *at;
  if (!at)
    at = map(RUN_TEXT, TEXT_ROOM);
  mprotect(at, TEXT_ROOM, PROT_READ | PROT_WRITE);
  memcpy(at, text, size);
  mprotect(at, TEXT_ROOM, PROT_READ | PROT_EXEC);
}

/* ---- Unicorn --------------------------------------------------------------------------------------------------- */

static void registers(uc_engine *uc, BlIsa isa, uint64_t *values, bool write) {
  void *pointers[BL_MACHINE_REGISTERS];
  for (int i = 0; i < BL_MACHINE_REGISTERS; i++)
    pointers[i] = &values[i];
  int *numbers = (int *)engine_machine(isa)->reg;
  engine_must(write ? uc_reg_write_batch(uc, numbers, pointers, BL_MACHINE_REGISTERS)
                    : uc_reg_read_batch(uc, numbers, pointers, BL_MACHINE_REGISTERS),
              "registers");
}

static void note_system_call(uc_engine *uc, BlIsa isa) {
  run_system_call.count++;
  run_system_call.number = engine_get(uc, engine_machine(isa)->call_number);
  registers(uc, isa, run_system_call.reg, false);
  engine_set(uc, engine_machine(isa)->call_result, run_system_call.result);
}

static uc_engine *engine_of(BlIsa isa) {
  static uc_engine *engines[ISA_COUNT];
  if (engines[isa])
    return engines[isa];
  uc_engine *uc = engine_open(isa);
  engine_must(uc_mem_map(uc, RUN_TEXT, TEXT_ROOM, UC_PROT_READ | UC_PROT_EXEC), "map text");
  engine_must(uc_mem_map(uc, STACK, STACK_SIZE, UC_PROT_READ | UC_PROT_WRITE), "map stack");
  engine_must(uc_mem_map_ptr(uc, RUN_MEMORY, RUN_MEMORY_SIZE, UC_PROT_READ | UC_PROT_WRITE, run_memory()),
              "map memory");
  engine_on_system_call(uc, isa, note_system_call);
  engines[isa] = uc;
  return uc;
}

static void load_unicorn(BlIsa isa, const unsigned char *text, size_t size) {
  uc_engine *uc = engine_of(isa);
  engine_must(uc_mem_write(uc, RUN_TEXT, text, size), "write text");
  engine_must(uc_ctl_remove_cache(uc, RUN_TEXT, RUN_TEXT + TEXT_ROOM), "forget the old text");
}

static uint64_t stack_pointer_at_start;
uint64_t run_stack_pointer(void) { return stack_pointer_at_start; }

static void run_unicorn(BlIsa isa, uint64_t address, RunState *state) {
  const EngineMachine *machine = engine_machine(isa);
  uc_engine *uc = engine_of(isa);
  uint64_t sp = STACK + STACK_SIZE - 256;
  run_system_call.count = 0;
  registers(uc, isa, state->reg, true);
  stack_pointer_at_start = engine_enter(uc, isa, sp, RETURN);
  engine_must(uc_emu_start(uc, address, RETURN, 0, 1000000), "run");
  registers(uc, isa, state->reg, false);
  uint64_t pc = engine_get(uc, machine->pc), sp_after = engine_get(uc, machine->sp);
  if (pc != RETURN)
    ck_abort_msg("%s: ends at %#llx and has not returned", machine->name, (unsigned long long)pc);
  if (sp_after != sp)
    ck_abort_msg("the stack pointer comes back %lld bytes off", (long long)(sp_after - sp));
}

/* ---- Both ------------------------------------------------------------------------------------------------------ */

/* The pages of bss can be written, those of the text cannot. */
static void open_bss(RunEngine engine, const Lay *lay) {
  uint64_t address = bl_lay_bss_address(lay);
  size_t size = (bl_lay_bss_size(lay) + 4095) / 4096 * 4096;
  if (address + size > RUN_TEXT + TEXT_ROOM)
    ck_abort_msg("bss of %zu bytes has no room", size);
  if (engine == RUN_NATIVE_X64) {
    mprotect((void *)address, size, PROT_READ | PROT_WRITE); // NOLINT(performance-no-int-to-ptr)
    return;
  }
  uc_engine *uc = engine_of(run_isa(engine));
  engine_must(uc_mem_protect(uc, RUN_TEXT, TEXT_ROOM, UC_PROT_READ | UC_PROT_EXEC), "protect text");
  if (size)
    engine_must(uc_mem_protect(uc, address, size, UC_PROT_READ | UC_PROT_WRITE), "open bss");
}

void run_load(RunEngine engine) {
  size_t size;
  const Lay *lay = bl_machine_settle(RUN_TEXT, 4096);
  const unsigned char *text = bl_lay_text(lay, &size);
  if (size > TEXT_ROOM)
    ck_abort_msg("the text of %zu bytes has no room", size);
  if (engine == RUN_NATIVE_X64)
    load_native(text, size);
  else
    load_unicorn(run_isa(engine), text, size);
  open_bss(engine, lay);
}

void run_at(RunEngine engine, uint64_t address, RunState *state) {
  if (engine == RUN_NATIVE_X64)
    run_native(address, state);
  else
    run_unicorn(run_isa(engine), address, state);
}

/* SPDX-License-Identifier: MIT */
