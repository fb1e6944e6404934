#include "call_routine.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "generators/tests/engine.h"
#include "markdown/entities.h"
#include "markdown/markdown.h"
#include "markdown/unicode.h"

enum { PAGE = 4096, CODE_SIZE = 32 * PAGE, SAVED = 6 };

/* Known values in the S registers while a routine runs. */
#define MARK INT64_C(0x5a5a000012345678)

static const struct {
  const char *routine, *from_c;
} names[CALLS] = {
    [CALL_UTF8_DECODE] = {"utf8_decode", "call_utf8_decode"},
    [CALL_UTF8_ENCODE] = {"utf8_encode", "call_utf8_encode"},
    [CALL_CASE_FOLD] = {"case_fold", "call_case_fold"},
    [CALL_IS_UNICODE_PUNCTUATION] = {"is_unicode_punctuation", "call_is_unicode_punctuation"},
    [CALL_IS_UNICODE_SPACE] = {"is_unicode_space", "call_is_unicode_space"},
    [CALL_ENTITY_LOOKUP] = {"entity_lookup", "call_entity_lookup"},
};

static const Reg argument[] = {{0}, {1}, {2}, {3}, {4}, {5}};
static const Reg saved[] = {{8}, {9}, {10}, {11}, {12}, {13}};

/* A routine for C to call, void (*)(uint64_t registers[12]): A0..A5 come from registers[0..5] and go back there, and
 * S1..S5 as the called routine leaves them go to registers[7..11]. */
static void lay_from_c(const char *name, const char *called) {
  routine(name);
  c_arguments();
  enter(S0, S1, S2, S3, S4, S5);
  mov(S0, A0);
  for (int i = 1; i < SAVED; i++)
    li(saved[i], MARK + i);
  for (int i = 5; i >= 0; i--)
    ld64(argument[i], S0, 8 * i);
  call(called);
  for (int i = 0; i < 6; i++)
    st64(argument[i], S0, 8 * i);
  for (int i = 1; i < SAVED; i++)
    st64(saved[i], S0, 8 * (6 + i));
  leave();
}

/* Lay everything at an address, and copy it to `code`, which has room for CODE_SIZE bytes. */
static void lay_all(Isa isa, uint64_t address, unsigned char *code) {
  bl_machine_begin(isa);
  for (int call = 0; call < CALLS; call++)
    lay_from_c(names[call].from_c, names[call].routine);
  lay_entities();
  lay_unicode();
  bl_lay_settle(bl_machine_layout(), address, PAGE);
  size_t size;
  const unsigned char *text = bl_lay_text(bl_machine_layout(), &size);
  ck_assert_uint_le(size, CODE_SIZE);
  memcpy(code, text, size);
}

static uint64_t address_of(const char *name) {
  const LaySymbol *symbol = bl_lay_find(bl_machine_layout(), name);
  ck_assert_msg(symbol != NULL, "no routine is called %s", name);
  return symbol->address;
}

/* ---- Every routine of the renderer ----------------------------------------------------------------------------------
 */

enum { ROUTINES_MAX = 256, GUARDED_MAX = 8 };

/* The routines, as the layout of the renderer knows them. */
static struct {
  char name[40], from_c[48];
  void (*native)(void);
  uint64_t entry;
} routines[ROUTINES_MAX];
static int routine_count;

/* What a native call hands over and takes back. */
static Registers handed;

static struct {
  unsigned char *start;
  size_t size;
} guarded[GUARDED_MAX];
static int guarded_count;

unsigned char *guarded_memory(size_t pages) {
  ck_assert_int_lt(guarded_count, GUARDED_MAX);
  size_t size = pages * PAGE;
  unsigned char *start = mmap(NULL, size + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert(start != MAP_FAILED);
  start += PAGE;
  ck_assert_int_eq(mprotect(start, size, PROT_READ | PROT_WRITE), 0);
  guarded[guarded_count].start = start;
  guarded[guarded_count++].size = size;
  return start;
}

/* A routine for C to call, void (*)(void), that hands `called` what stands in `handed` and puts there what it leaves.
 * T1 holds the address of `handed`; so it is neither handed over nor taken back. */
static void lay_from_memory(const char *name, const char *called) {
  routine(name);
  enter(S0, S1, S2, S3, S4, S5);
  li(T1, (int64_t)(uintptr_t)&handed);
  for (int i = 0; i < 6; i++) {
    ld64(argument[i], T1, (int64_t)offsetof(Registers, a) + 8 * i);
    ld64(saved[i], T1, (int64_t)offsetof(Registers, s) + 8 * i);
  }
  ld64(T0, T1, offsetof(Registers, t0));
  call(called);
  li(T1, (int64_t)(uintptr_t)&handed);
  st64(T0, T1, offsetof(Registers, t0));
  for (int i = 0; i < 6; i++) {
    st64(argument[i], T1, (int64_t)offsetof(Registers, a) + 8 * i);
    st64(saved[i], T1, (int64_t)offsetof(Registers, s) + 8 * i);
  }
  leave();
}

/* Learn the names of the routines from a first layout. */
static void find_routines(Isa isa) {
  bl_machine_begin(isa);
  lay_markdown();
  bl_machine_settle(CODE_SIZE, PAGE);
  size_t count;
  const LaySymbol *symbols = bl_lay_symbols(bl_machine_layout(), &count);
  routine_count = 0;
  for (size_t i = 0; i < count; i++)
    if (symbols[i].kind == LAY_ROUTINE) {
      ck_assert_int_lt(routine_count, ROUTINES_MAX);
      ck_assert_uint_lt(strlen(symbols[i].name), sizeof(routines->name));
      strcpy(routines[routine_count].name, symbols[i].name);
      snprintf(routines[routine_count].from_c, sizeof(routines->from_c), "from_c:%s", symbols[i].name);
      routine_count++;
    }
}

/* Lay the renderer at an address and copy it to `code`; with a way in from C for each routine, or without. */
static void lay_renderer(Isa isa, bool from_c, uint64_t address, unsigned char *code) {
  find_routines(isa);
  bl_machine_begin(isa);
  for (int i = 0; from_c && i < routine_count; i++)
    lay_from_memory(routines[i].from_c, routines[i].name);
  lay_markdown();
  bl_machine_settle(address, PAGE);
  size_t size;
  const unsigned char *text = bl_lay_text(bl_machine_layout(), &size);
  ck_assert_uint_le(size, CODE_SIZE);
  memcpy(code, text, size);
}

/* The routine of that name among `routines`. */
static int find_routine(const char *name) {
  for (int i = 0; i < routine_count; i++)
    if (strcmp(routines[i].name, name) == 0)
      return i;
  ck_abort_msg("no routine is called %s", name);
}

/* ---- On this processor ----------------------------------------------------------------------------------------------
 */

static void (*native_routine[CALLS])(uint64_t *registers);

void native_load(void) {
  unsigned char *code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert(code != MAP_FAILED);
  lay_all(engine_native(), (uintptr_t)code, code);
  ck_assert_int_eq(mprotect(code, CODE_SIZE, PROT_READ | PROT_EXEC), 0);
  __builtin___clear_cache((char *)code, (char *)code + CODE_SIZE);
  for (int call = 0; call < CALLS; call++) {
    uintptr_t address = address_of(names[call].from_c);
    memcpy(&native_routine[call], &address, sizeof(address));
  }
}

void native_load_renderer(void) {
  unsigned char *code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert(code != MAP_FAILED);
  lay_renderer(engine_native(), true, (uintptr_t)code, code);
  ck_assert_int_eq(mprotect(code, CODE_SIZE, PROT_READ | PROT_EXEC), 0);
  __builtin___clear_cache((char *)code, (char *)code + CODE_SIZE);
  for (int i = 0; i < routine_count; i++) {
    uintptr_t address = address_of(routines[i].from_c);
    memcpy(&routines[i].native, &address, sizeof(address));
  }
}

Registers native_run(const char *routine, Registers in) {
  int i = find_routine(routine);
  handed = in;
  routines[i].native();
  return handed;
}

Arguments native_call(Call call, Arguments in) {
  uint64_t registers[12];
  memcpy(registers, in.a, sizeof(in.a));
  native_routine[call](registers);
  for (int i = 1; i < SAVED; i++)
    if (registers[6 + i] != (uint64_t)(MARK + i))
      ck_abort_msg("%s changed S%d", names[call].routine, i);
  Arguments out;
  memcpy(out.a, registers, sizeof(out.a));
  return out;
}

/* ---- In Unicorn
 * ------------------------------------------------------------------------------------------------------- */

#define CODE_ADDRESS UINT64_C(0x400000)
#define RETURN_ADDRESS UINT64_C(0x500000)
#define STACK_TOP UINT64_C(0x610000)
#define STACK_SIZE UINT64_C(0x10000)

static uc_engine *engine;
static Isa engine_isa;
static uint64_t entry[CALLS];

/* Open the machine with a stack and with this code. */
static void open_engine(Isa isa, const unsigned char *code) {
  engine_isa = isa;
  engine = engine_open(isa);
  engine_must(uc_mem_map(engine, CODE_ADDRESS, CODE_SIZE, UC_PROT_READ | UC_PROT_EXEC), "uc_mem_map");
  engine_must(uc_mem_write(engine, CODE_ADDRESS, code, CODE_SIZE), "uc_mem_write");
  engine_must(uc_mem_map(engine, RETURN_ADDRESS, PAGE, UC_PROT_READ | UC_PROT_EXEC), "uc_mem_map");
  engine_must(uc_mem_map(engine, STACK_TOP - STACK_SIZE, STACK_SIZE, UC_PROT_READ | UC_PROT_WRITE), "uc_mem_map");
}

static void share_memory(void *shared, size_t size) {
  engine_must(uc_mem_map_ptr(engine, (uintptr_t)shared, size, UC_PROT_READ | UC_PROT_WRITE, shared), "uc_mem_map_ptr");
}

void unicorn_load(Isa isa, void *shared, size_t size) {
  static unsigned char code[CODE_SIZE];
  lay_all(isa, CODE_ADDRESS, code);
  for (int call = 0; call < CALLS; call++)
    entry[call] = address_of(names[call].routine);
  open_engine(isa, code);
  share_memory(shared, size);
}

void unicorn_load_renderer(Isa isa) {
  static unsigned char code[CODE_SIZE];
  lay_renderer(isa, false, CODE_ADDRESS, code);
  for (int i = 0; i < routine_count; i++)
    routines[i].entry = address_of(routines[i].name);
  open_engine(isa, code);
  for (int i = 0; i < guarded_count; i++)
    share_memory(guarded[i].start, guarded[i].size);
}

void unicorn_unload(void) { uc_close(engine); }

/* Run a routine to its end; fails the test if it does not return, or leaves the stack elsewhere. */
static void run_engine(const char *name, uint64_t from) {
  const EngineMachine *machine = engine_machine(engine_isa);
  engine_enter(engine, engine_isa, STACK_TOP - 256, RETURN_ADDRESS);
  uc_err error = uc_emu_start(engine, from, RETURN_ADDRESS, 0, 0);
  uint64_t stopped = engine_get(engine, machine->pc);
  if (error != UC_ERR_OK || stopped != RETURN_ADDRESS)
    ck_abort_msg("%s stopped at 0x%" PRIx64 ": %s", name, stopped, uc_strerror(error));
  if (engine_get(engine, machine->sp) != STACK_TOP - 256)
    ck_abort_msg("%s does not leave the stack as it was", name);
}

static int register_of(Reg reg) { return engine_machine(engine_isa)->reg[reg.index]; }

Arguments unicorn_call(Call call, Arguments in) {
  for (int i = 0; i < 6; i++) {
    engine_set(engine, register_of(argument[i]), in.a[i]);
    engine_set(engine, register_of(saved[i]), (uint64_t)(MARK + i));
  }
  run_engine(names[call].routine, entry[call]);
  Arguments out;
  for (int i = 0; i < 6; i++) {
    out.a[i] = engine_get(engine, register_of(argument[i]));
    if (engine_get(engine, register_of(saved[i])) != (uint64_t)(MARK + i))
      ck_abort_msg("%s changed S%d", names[call].routine, i);
  }
  return out;
}

Registers unicorn_run(const char *routine, Registers in) {
  for (int i = 0; i < 6; i++) {
    engine_set(engine, register_of(argument[i]), in.a[i]);
    engine_set(engine, register_of(saved[i]), in.s[i]);
  }
  engine_set(engine, register_of(T0), in.t0);
  run_engine(routine, routines[find_routine(routine)].entry);
  Registers out = {.t0 = engine_get(engine, register_of(T0))};
  for (int i = 0; i < 6; i++) {
    out.a[i] = engine_get(engine, register_of(argument[i]));
    out.s[i] = engine_get(engine, register_of(saved[i]));
  }
  return out;
}

/* SPDX-License-Identifier: MIT */
