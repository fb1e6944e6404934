#include "harness/simulate/emulator.h"

#include "harness/simulate/unicorn.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST_REGIONS = 8192, PAGE = 4096, STACK_SIZE = 256 * 1024, MOST_WORDS = 16 };

#define STACK_TOP UINT64_C(0x7ffffff00000)
#define FIRST_MAPPING UINT64_C(0x7f0000000000)
#define INDEPENDENT_BASE UINT64_C(0x555555550000)
/* A program that goes through so many blocks of instructions without a system call computes for ever. */
#define MOST_BLOCKS UINT64_C(200000000)
/* What a system call leaves in the registers that it destroys. */
#define DESTROYED UINT64_C(0xdead00000000dead)

struct region {
  uint64_t address, size;
  void *host;
  uint32_t permissions;
};

struct emulator {
  const struct machine *machine;
  const struct registers *registers;
  uc_engine *engine;
  emulator_call *call;
  void *user;
  struct region regions[MOST_REGIONS]; /* by address */
  size_t region_count;
  uint64_t next_mapping, pc; /* where it goes on */
  uint32_t exception;        /* arm64: one that is no system call; 0: none */
  uint64_t blocks;           /* of instructions, since the last system call */
};

/* ---- Unicorn ---------------------------------------------------------------------------------------------------- */

#define UNICORN_CALLS(ROW)                                                                                             \
  ROW(open)                                                                                                            \
  ROW(close)                                                                                                           \
  ROW(context_alloc)                                                                                                   \
  ROW(context_save)                                                                                                    \
  ROW(context_restore)                                                                                                 \
  ROW(context_free)                                                                                                    \
  ROW(mem_map_ptr) ROW(mem_unmap) ROW(reg_read) ROW(reg_write) ROW(hook_add) ROW(emu_start) ROW(emu_stop) ROW(strerror)

static struct unicorn unicorn;

/* Loads Unicorn's library, once. */
static bool load_unicorn(struct bytes *why) {
  static const char name[] = "libunicorn.so.2";
  static void *library;
  if (library)
    return true;
  library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    bytes_printf(why, "%s, in which programs are simulated, cannot be loaded: %s (on Debian it is libunicorn2)", name,
                 dlerror());
    return false;
  }
#define LOAD(name)                                                                                                     \
  *(void **)&unicorn.name = dlsym(library, "uc_" #name);                                                               \
  if (!unicorn.name)                                                                                                   \
    die("%s has no uc_%s", dlerror(), #name);
  UNICORN_CALLS(LOAD)
#undef LOAD
  return true;
}

/* What Unicorn calls the registers of a machine. */
struct registers {
  uint16_t e_machine;
  int arch;
  int mode;
  int number, result, arguments[6], pc, sp;
  int destroyed[2];     /* by a system call; 0: none */
  int call_instruction; /* 0: a system call is an exception */
};

static const struct registers all_registers[] = {
    {.e_machine = EM_X86_64,
     .arch = UNICORN_X86,
     .mode = UNICORN_64,
     .number = UNICORN_RAX,
     .result = UNICORN_RAX,
     .arguments = {UNICORN_RDI, UNICORN_RSI, UNICORN_RDX, UNICORN_R10, UNICORN_R8, UNICORN_R9},
     .pc = UNICORN_RIP,
     .sp = UNICORN_RSP,
     .destroyed = {UNICORN_RCX, UNICORN_R11},
     .call_instruction = UNICORN_SYSCALL},
    {.e_machine = EM_AARCH64,
     .arch = UNICORN_ARM64,
     .mode = UNICORN_LITTLE_ENDIAN,
     .number = UNICORN_X8,
     .result = UNICORN_X0,
     .arguments = {UNICORN_X0, UNICORN_X0 + 1, UNICORN_X0 + 2, UNICORN_X0 + 3, UNICORN_X0 + 4, UNICORN_X0 + 5},
     .pc = UNICORN_PC,
     .sp = UNICORN_SP}};

static uint64_t get(const struct emulator *emulator, int reg) {
  uint64_t value = 0;
  unicorn.reg_read(emulator->engine, reg, &value);
  return value;
}

static void set(const struct emulator *emulator, int reg, uint64_t value) {
  unicorn.reg_write(emulator->engine, reg, &value);
}

/* Gives the program the result of a system call. */
static void put_result(const struct emulator *emulator, int64_t result) {
  const struct registers *registers = emulator->registers;
  set(emulator, registers->result, (uint64_t)result);
  for (int i = 0; i < 2; i++)
    if (registers->destroyed[i])
      set(emulator, registers->destroyed[i], DESTROYED);
}

/* Where the program goes on after the system call in hand: an exception has its pc there already. */
static uint64_t pc_after_call(const struct emulator *emulator) {
  enum { SYSCALL_SIZE = 2 };
  return get(emulator, emulator->registers->pc) + (emulator->registers->call_instruction ? SYSCALL_SIZE : 0);
}

static void on_call(uc_engine *engine, void *user) {
  struct emulator *emulator = user;
  const struct registers *registers = emulator->registers;
  uint64_t arguments[6];
  (void)engine;
  emulator->blocks = 0;
  for (int i = 0; i < 6; i++)
    arguments[i] = get(emulator, registers->arguments[i]);
  emulator->pc = pc_after_call(emulator);
  put_result(emulator, emulator->call(emulator->user, get(emulator, registers->number), arguments));
}

/* 2 is EXCP_SWI, which arm64's `svc` raises. */
static void on_exception(uc_engine *engine, uint32_t number, void *user) {
  struct emulator *emulator = user;
  if (number == 2) {
    on_call(engine, user);
    return;
  }
  emulator->exception = number;
  unicorn.emu_stop(engine);
}

static void on_block(uc_engine *engine, uint64_t address, uint32_t size, void *user) {
  struct emulator *emulator = user;
  (void)address;
  (void)size;
  if (++emulator->blocks > MOST_BLOCKS)
    unicorn.emu_stop(engine);
}

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

static size_t place_of(const struct emulator *emulator, uint64_t address) {
  size_t low = 0, high = emulator->region_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (emulator->regions[middle].address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The region that ADDRESS lies in, or NULL. */
static const struct region *region_at(const struct emulator *emulator, uint64_t address) {
  size_t place = place_of(emulator, address);
  const struct region *region = place ? &emulator->regions[place - 1] : NULL;
  return region && address - region->address < region->size ? region : NULL;
}

static bool add_region(struct emulator *emulator, uint64_t address, uint64_t size, uint32_t permissions) {
  size_t place = place_of(emulator, address);
  struct region *regions = emulator->regions;
  if (emulator->region_count == MOST_REGIONS)
    return false;
  void *host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (host == MAP_FAILED)
    return false;
  if (unicorn.mem_map_ptr(emulator->engine, address, size, permissions, host) != UNICORN_OK) {
    munmap(host, size);
    return false;
  }
  memmove(&regions[place + 1], &regions[place], (emulator->region_count - place) * sizeof *regions);
  regions[place] = (struct region){address, size, host, permissions};
  emulator->region_count++;
  return true;
}

void *emulator_memory(const struct emulator *emulator, uint64_t address, uint64_t size, bool written) {
  const struct region *region = region_at(emulator, address);
  if (!region || size > region->size - (address - region->address) ||
      (written && !(region->permissions & UNICORN_WRITE)))
    return NULL;
  return (char *)region->host + (address - region->address);
}

static uint64_t whole_pages(uint64_t size) { return (size + PAGE - 1) & ~(uint64_t)(PAGE - 1); }

uint64_t emulator_map(struct emulator *emulator, uint64_t size) {
  uint64_t address = emulator->next_mapping;
  if (!add_region(emulator, address, whole_pages(size), UNICORN_READ | UNICORN_WRITE))
    return 0;
  /* A page that nobody has stands between two mappings, and an address that was returned is not given again. */
  emulator->next_mapping += whole_pages(size) + PAGE;
  return address;
}

uint64_t emulator_mapping(const struct emulator *emulator, uint64_t address) {
  const struct region *region = region_at(emulator, address);
  return region && region->address == address && address >= FIRST_MAPPING && address < STACK_TOP - STACK_SIZE
             ? region->size
             : 0;
}

bool emulator_unmap(struct emulator *emulator, uint64_t address, uint64_t size) {
  struct region *regions = emulator->regions;
  if (size == 0 || emulator_mapping(emulator, address) != whole_pages(size))
    return false;
  size_t place = place_of(emulator, address) - 1;
  unicorn.mem_unmap(emulator->engine, address, regions[place].size);
  munmap(regions[place].host, regions[place].size);
  emulator->region_count--;
  memmove(&regions[place], &regions[place + 1], (emulator->region_count - place) * sizeof *regions);
  return true;
}

/* ---- Loading ---------------------------------------------------------------------------------------------------- */

/* Loads a segment of FILE, moved by BASE. */
static bool load_segment(struct emulator *emulator, struct span file, const Elf64_Phdr *segment, uint64_t base) {
  uint64_t first = (base + segment->p_vaddr) & ~(uint64_t)(PAGE - 1);
  uint64_t end = whole_pages(base + segment->p_vaddr + segment->p_memsz);
  uint32_t permissions = (segment->p_flags & PF_R ? UNICORN_READ : 0) | (segment->p_flags & PF_W ? UNICORN_WRITE : 0) |
                         (segment->p_flags & PF_X ? UNICORN_EXEC : 0);
  if (segment->p_offset > file.len || segment->p_filesz > file.len - segment->p_offset ||
      segment->p_filesz > segment->p_memsz || !add_region(emulator, first, end - first, permissions))
    return false;
  if (segment->p_filesz)
    memcpy(emulator_memory(emulator, base + segment->p_vaddr, segment->p_filesz, false), file.data + segment->p_offset,
           segment->p_filesz);
  return true;
}

static bool load_file(struct emulator *emulator, struct span file) {
  Elf64_Ehdr head;
  if (file.len < sizeof head)
    return false;
  memcpy(&head, file.data, sizeof head);
  uint64_t base = head.e_type == ET_DYN ? INDEPENDENT_BASE : 0;
  if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phoff > file.len ||
      (size_t)head.e_phnum * sizeof(Elf64_Phdr) > file.len - head.e_phoff)
    return false;
  for (unsigned i = 0; i < head.e_phnum; i++) {
    Elf64_Phdr segment;
    memcpy(&segment, file.data + head.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type == PT_INTERP || (segment.p_type == PT_LOAD && !load_segment(emulator, file, &segment, base)))
      return false;
  }
  emulator->pc = base + head.e_entry;
  return true;
}

/* Makes the stack of a new process: the words, no environment, and of the auxiliary vector the size of pages. */
static bool make_stack(struct emulator *emulator, char *const *words) {
  uint64_t list[MOST_WORDS + 8], at = STACK_TOP - 64;
  size_t count = 0, used = 1;
  if (!add_region(emulator, STACK_TOP - STACK_SIZE, STACK_SIZE, UNICORN_READ | UNICORN_WRITE))
    return false;
  for (; count < MOST_WORDS && words[count]; count++) {
    size_t size = strlen(words[count]) + 1;
    at -= size;
    memcpy(emulator_memory(emulator, at, size, true), words[count], size);
    list[used++] = at;
  }
  list[0] = count;
  const uint64_t rest[] = {0, 0, AT_PAGESZ, PAGE, AT_NULL, 0};
  memcpy(&list[used], rest, sizeof rest);
  used += sizeof rest / sizeof *rest;
  at = (at - used * sizeof *list) & ~UINT64_C(15);
  memcpy(emulator_memory(emulator, at, used * sizeof *list, true), list, used * sizeof *list);
  set(emulator, emulator->registers->sp, at);
  return true;
}

static const struct registers *registers_of(const struct machine *machine) {
  for (size_t i = 0; machine && i < sizeof all_registers / sizeof *all_registers; i++)
    if (all_registers[i].e_machine == machine->e_machine)
      return &all_registers[i];
  return NULL;
}

/* Opens the engine, and has it tell of system calls. */
static void open_engine(struct emulator *emulator) {
  const struct registers *registers = emulator->registers;
  size_t hook;
  int error = unicorn.open(registers->arch, registers->mode, &emulator->engine);
  if (error == UNICORN_OK && registers->call_instruction)
    error = unicorn.hook_add(emulator->engine, &hook, UNICORN_HOOK_INSN, (void *)on_call, emulator, 1, 0,
                             registers->call_instruction);
  else if (error == UNICORN_OK)
    error = unicorn.hook_add(emulator->engine, &hook, UNICORN_HOOK_INTR, (void *)on_exception, emulator, 1, 0);
  if (error == UNICORN_OK)
    error = unicorn.hook_add(emulator->engine, &hook, UNICORN_HOOK_BLOCK, (void *)on_block, emulator, 1, 0);
  if (error != UNICORN_OK)
    die("Unicorn: %s", unicorn.strerror(error));
}

struct emulator *emulator_open(const char *path, char *const *arguments, emulator_call *call, void *user,
                               struct bytes *why) {
  struct bytes file = {0};
  const struct machine *machine = elf_machine(path);
  const struct registers *registers = registers_of(machine);
  int failed = bytes_read_file(&file, path);
  if (failed || !registers) {
    bytes_printf(why, "%s: %s", path, failed ? strerror(failed) : "not a program for x86-64 or arm64");
    bytes_free(&file);
    return NULL;
  }
  if (!load_unicorn(why)) {
    bytes_free(&file);
    return NULL;
  }
  struct emulator *emulator = xcalloc(1, sizeof *emulator);
  *emulator = (struct emulator){
      .machine = machine, .registers = registers, .call = call, .user = user, .next_mapping = FIRST_MAPPING};
  open_engine(emulator);
  if (!load_file(emulator, span_of(&file)) || !make_stack(emulator, arguments)) {
    bytes_printf(why, "%s: it cannot be loaded: its segments are not within the file, or it wants a dynamic linker",
                 path);
    emulator_close(emulator);
    emulator = NULL;
  }
  bytes_free(&file);
  return emulator;
}

/* Copies the pages of a region that are not all zeros: most of the room for clients has never been touched. */
static void copy_memory(const struct region *to, const struct region *from) {
  static const char zeros[PAGE];
  for (uint64_t at = 0; at < from->size; at += PAGE)
    if (memcmp((const char *)from->host + at, zeros, PAGE) != 0)
      memcpy((char *)to->host + at, (const char *)from->host + at, PAGE);
}

static void copy_registers(const struct emulator *to, const struct emulator *from) {
  uc_context *context;
  int error = unicorn.context_alloc(from->engine, &context);
  if (error == UNICORN_OK)
    error = unicorn.context_save(from->engine, context);
  if (error == UNICORN_OK)
    error = unicorn.context_restore(to->engine, context);
  if (error != UNICORN_OK)
    die("Unicorn: %s", unicorn.strerror(error));
  unicorn.context_free(context);
}

struct emulator *emulator_copy(const struct emulator *emulator) {
  struct emulator *copy = xcalloc(1, sizeof *copy);
  *copy = (struct emulator){.machine = emulator->machine,
                            .registers = emulator->registers,
                            .call = emulator->call,
                            .user = emulator->user,
                            .next_mapping = emulator->next_mapping,
                            .pc = emulator->pc};
  open_engine(copy);
  for (size_t i = 0; i < emulator->region_count; i++) {
    const struct region *region = &emulator->regions[i];
    if (!add_region(copy, region->address, region->size, region->permissions))
      die("no memory for another process of %" PRIu64 " bytes", region->size);
    copy_memory(&copy->regions[i], region);
  }
  copy_registers(copy, emulator);
  put_result(copy, 0);
  return copy;
}

void emulator_answer(struct emulator *emulator, int64_t result) { put_result(emulator, result); }

void emulator_close(struct emulator *emulator) {
  unicorn.close(emulator->engine);
  for (size_t i = 0; i < emulator->region_count; i++)
    munmap(emulator->regions[i].host, emulator->regions[i].size);
  free(emulator);
}

const struct machine *emulator_machine(const struct emulator *emulator) { return emulator->machine; }

bool emulator_run(struct emulator *emulator, struct bytes *why) {
  int error = unicorn.emu_start(emulator->engine, emulator->pc, 0, 0, 0);
  if (emulator->blocks > MOST_BLOCKS) {
    bytes_printf(why, "it computes for ever, near 0x%" PRIx64, get(emulator, emulator->registers->pc));
    return false;
  }
  if (error == UNICORN_OK && !emulator->exception)
    return true;
  bytes_printf(why, "the program crashed at 0x%" PRIx64 ": ", get(emulator, emulator->registers->pc));
  if (error != UNICORN_OK)
    bytes_text(why, unicorn.strerror(error));
  else
    bytes_printf(why, "exception %" PRIu32, emulator->exception);
  return false;
}

void emulator_stop(struct emulator *emulator) { unicorn.emu_stop(emulator->engine); }

/* SPDX-License-Identifier: MIT */
