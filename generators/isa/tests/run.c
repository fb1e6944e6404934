/* run.c: the engines. The native trampoline is laid by the encoders it helps to test: it is a routine of moves, pushes
 * and one jump, and any slip in it makes every case fail. */
#include "run.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unicorn/unicorn.h>

#define TEXT_ROOM (UINT64_C(16) << 20)
#define TRAMPOLINE UINT64_C(0x30000000)
#define STACK UINT64_C(0x40000000)
#define STACK_SIZE 0x10000
#define RETURN UINT64_C(0x50000000) /* a return address at which nothing is mapped */

RunSystemCall run_system_call;

const char *run_name(RunEngine engine) {
  static const char *const names[] = {"x64 native", "x64 in Unicorn", "arm64 in Unicorn"};
  return names[engine];
}

Isa run_isa(RunEngine engine) { return engine == RUN_UNICORN_A64 ? ISA_A64 : ISA_X64; }

bool run_available(RunEngine engine) {
#ifdef __x86_64__
  return engine < RUN_ENGINES;
#else
  return engine != RUN_NATIVE_X64;
#endif
}

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
static const unsigned char x64_numbers[MACHINE_REGISTERS] = {7, 6, 2, 10, 8, 9, 0, 1, 3, 5, 12, 13, 14, 15};

static unsigned char *put(unsigned char *at, LayCode code) {
  memcpy(at, code.bytes, code.len);
  return at + code.len;
}

/* void trampoline(RunState *state /rdi, code /rsi): save what C keeps, load the fourteen registers, jump to the code
 * with the address behind the jump as its return address, and store the registers. */
static void lay_trampoline(unsigned char *at) {
  static const unsigned char kept[] = {3, 5, 12, 13, 14, 15};
  for (size_t i = 0; i < sizeof kept; i++)
    at = put(at, x64_push_r64((X64Reg){kept[i]}));
  at = put(at, x64_push_r64(RDI));
  at = put(at, x64_mov_r64_r64(R11, RSI));
  unsigned char *push_return = at;
  at = put(at, x64_lea_r64_m(RAX, x64_at_rip(0)));
  at = put(at, x64_push_r64(RAX));
  for (int i = MACHINE_REGISTERS - 1; i >= 0; i--) /* rdi, index 0, last: it is the pointer */
    at = put(at, x64_mov_r64_m64((X64Reg){x64_numbers[i]}, x64_at(RDI, 8L * i)));
  at = put(at, x64_jmp_r64(R11));
  put(push_return, x64_lea_r64_m(RAX, x64_at_rip(at - push_return - 7)));
  at = put(at, x64_push_r64(RDI));
  at = put(at, x64_mov_r64_m64(RDI, x64_at(RSP, 8)));
  for (int i = 1; i < MACHINE_REGISTERS; i++)
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

static const int x64_registers[MACHINE_REGISTERS] = {
    UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_R10, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_RAX,
    UC_X86_REG_RCX, UC_X86_REG_RBX, UC_X86_REG_RBP, UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
static const int a64_registers[MACHINE_REGISTERS] = {
    UC_ARM64_REG_X0,  UC_ARM64_REG_X1,  UC_ARM64_REG_X2,  UC_ARM64_REG_X3,  UC_ARM64_REG_X4,
    UC_ARM64_REG_X5,  UC_ARM64_REG_X9,  UC_ARM64_REG_X10, UC_ARM64_REG_X19, UC_ARM64_REG_X20,
    UC_ARM64_REG_X21, UC_ARM64_REG_X22, UC_ARM64_REG_X23, UC_ARM64_REG_X24};

static void must(uc_err error, const char *what) {
  if (error != UC_ERR_OK)
    ck_abort_msg("Unicorn: %s: %s", what, uc_strerror(error));
}

static void registers(uc_engine *uc, Isa isa, uint64_t *values, bool write) {
  void *pointers[MACHINE_REGISTERS];
  for (int i = 0; i < MACHINE_REGISTERS; i++)
    pointers[i] = &values[i];
  int *numbers = (int *)(isa == ISA_X64 ? x64_registers : a64_registers);
  must(write ? uc_reg_write_batch(uc, numbers, pointers, MACHINE_REGISTERS)
             : uc_reg_read_batch(uc, numbers, pointers, MACHINE_REGISTERS),
       "registers");
}

static void note_system_call(uc_engine *uc, Isa isa) {
  run_system_call.count++;
  uc_reg_read(uc, isa == ISA_X64 ? UC_X86_REG_RAX : UC_ARM64_REG_X8, &run_system_call.number);
  registers(uc, isa, run_system_call.reg, false);
  uc_reg_write(uc, isa == ISA_X64 ? UC_X86_REG_RAX : UC_ARM64_REG_X0, &run_system_call.result);
}

static void on_x64_syscall(uc_engine *uc, void *data) {
  (void)data;
  note_system_call(uc, ISA_X64);
  /* The kernel destroys these two; Unicorn does not. */
  uint64_t junk = UINT64_C(0xdead00000000dead);
  uc_reg_write(uc, UC_X86_REG_RCX, &junk);
  uc_reg_write(uc, UC_X86_REG_R11, &junk);
}

static void on_a64_interrupt(uc_engine *uc, uint32_t number, void *data) {
  (void)data;
  if (number != 2) /* EXCP_SWI, as `svc` raises it */
    ck_abort_msg("Unicorn: exception %u", number);
  note_system_call(uc, ISA_A64);
}

static uc_engine *engine_of(Isa isa) {
  static uc_engine *engines[2];
  if (engines[isa])
    return engines[isa];
  uc_engine *uc;
  uc_hook hook;
  must(isa == ISA_X64 ? uc_open(UC_ARCH_X86, UC_MODE_64, &uc) : uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc), "open");
  must(uc_mem_map(uc, RUN_TEXT, TEXT_ROOM, UC_PROT_READ | UC_PROT_EXEC), "map text");
  must(uc_mem_map(uc, STACK, STACK_SIZE, UC_PROT_READ | UC_PROT_WRITE), "map stack");
  must(uc_mem_map_ptr(uc, RUN_MEMORY, RUN_MEMORY_SIZE, UC_PROT_READ | UC_PROT_WRITE, run_memory()), "map memory");
  if (isa == ISA_X64)
    must(uc_hook_add(uc, &hook, UC_HOOK_INSN, (void *)on_x64_syscall, NULL, 1, 0, UC_X86_INS_SYSCALL), "hook");
  else
    must(uc_hook_add(uc, &hook, UC_HOOK_INTR, (void *)on_a64_interrupt, NULL, 1, 0), "hook");
  engines[isa] = uc;
  return uc;
}

static void load_unicorn(Isa isa, const unsigned char *text, size_t size) {
  uc_engine *uc = engine_of(isa);
  must(uc_mem_write(uc, RUN_TEXT, text, size), "write text");
  must(uc_ctl_remove_cache(uc, RUN_TEXT, RUN_TEXT + TEXT_ROOM), "forget the old text");
}

uint64_t run_stack_pointer(void) { return STACK + STACK_SIZE - 256; }

static void run_unicorn(Isa isa, uint64_t address, RunState *state) {
  uc_engine *uc = engine_of(isa);
  uint64_t sp = run_stack_pointer(), back = RETURN;
  run_system_call.count = 0;
  registers(uc, isa, state->reg, true);
  must(uc_reg_write(uc, isa == ISA_X64 ? UC_X86_REG_RSP : UC_ARM64_REG_SP, &sp), "stack pointer");
  if (isa == ISA_X64)
    must(uc_mem_write(uc, sp, &back, sizeof back), "return address");
  else
    must(uc_reg_write(uc, UC_ARM64_REG_X30, &back), "return address");
  must(uc_emu_start(uc, address, RETURN, 0, 1000000), "run");
  uint64_t pc = 0, sp_after = 0;
  uc_reg_read(uc, isa == ISA_X64 ? UC_X86_REG_RIP : UC_ARM64_REG_PC, &pc);
  uc_reg_read(uc, isa == ISA_X64 ? UC_X86_REG_RSP : UC_ARM64_REG_SP, &sp_after);
  registers(uc, isa, state->reg, false);
  if (pc != RETURN)
    ck_abort_msg("%s: ends at %#llx and has not returned", isa == ISA_X64 ? "x64" : "arm64", (unsigned long long)pc);
  if (sp_after != sp + (isa == ISA_X64 ? 8 : 0))
    ck_abort_msg("the stack pointer comes back %lld bytes off", (long long)(sp_after - sp));
}

/* ---- Both ------------------------------------------------------------------------------------------------------ */

void run_load(RunEngine engine) {
  size_t size;
  const unsigned char *text = lay_text(machine_settle(RUN_TEXT, 4096), &size);
  if (size > TEXT_ROOM)
    ck_abort_msg("the text of %zu bytes has no room", size);
  if (engine == RUN_NATIVE_X64)
    load_native(text, size);
  else
    load_unicorn(run_isa(engine), text, size);
}

void run_at(RunEngine engine, uint64_t address, RunState *state) {
  if (engine == RUN_NATIVE_X64)
    run_native(address, state);
  else
    run_unicorn(run_isa(engine), address, state);
}
