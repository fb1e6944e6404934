/* What stands at an address of the blamed program. */
#include "harness/blame/blame_program.h"

#include "harness/blame/blame_observe.h"
#include "harness/helpers/plugin/calls.h"
#include "harness/suite/target.h"

#include <fcntl.h>
#include <gelf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CALLS = 6 };

/* An ELF file that is read. ELF is NULL where it cannot be, as all of libelf takes it. */
struct elf_open {
  int fd;
  Elf *elf;
};

static struct elf_open open_elf(const char *path) {
  struct elf_open file = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
  if (file.fd >= 0 && elf_version(EV_CURRENT) != EV_NONE)
    file.elf = elf_begin(file.fd, ELF_C_READ, NULL);
  return file;
}

static void close_elf(const struct elf_open *file) {
  elf_end(file->elf);
  if (file->fd >= 0)
    close(file->fd);
}

/* A section, and the address of its first byte in the file. */
struct elf_section {
  char *name;
  uint64_t address;
};

/* The address in the file ELF of its entry, or of the first byte that may be executed where FIRST; 0: unknown. */
static uint64_t address_in_file(const char *elf, bool first) {
  struct elf_open file = open_elf(elf);
  GElf_Ehdr header;
  size_t count = 0;
  uint64_t address = UINT64_MAX;
  if (!first && gelf_getehdr(file.elf, &header))
    address = header.e_entry;
  for (size_t i = 0; first && elf_getphdrnum(file.elf, &count) == 0 && i < count; i++) {
    GElf_Phdr segment;
    if (gelf_getphdr(file.elf, (int)i, &segment) && segment.p_type == PT_LOAD && segment.p_flags & PF_X &&
        segment.p_vaddr < address)
      address = segment.p_vaddr;
  }
  close_elf(&file);
  return address == UINT64_MAX ? 0 : address;
}

/* How far from where the file says the program was loaded. */
static uint64_t find_move(const struct target *target, const struct observation *observation) {
  for (size_t i = 0; i < observation->count; i++) {
    const struct observed *record = observation->records[i];
    if (record->kind == OBSERVED_BASE)
      return record->address - address_in_file(target->elf, record->number == 1);
  }
  return 0;
}

/* Finds the section of the file ELF of which the byte at ADDRESS is. NAME, which the caller frees, is NULL where none
 * is. */
static struct elf_section find_section(const char *elf, uint64_t address) {
  struct elf_open file = open_elf(elf);
  struct elf_section found = {0};
  size_t names = 0;
  bool named = elf_getshdrstrndx(file.elf, &names) == 0;
  for (Elf_Scn *section = elf_nextscn(file.elf, NULL); section && named && !found.name;
       section = elf_nextscn(file.elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) && header.sh_flags & SHF_ALLOC && header.sh_type != SHT_NOBITS &&
        address >= header.sh_addr && address - header.sh_addr < header.sh_size) {
      const char *name = elf_strptr(file.elf, names, header.sh_name);
      found = (struct elf_section){xstrdup(name ? name : "section"), header.sh_addr};
    }
  }
  close_elf(&file);
  return found;
}

/* Whether ELF, whose bytes are all of the file, is one that can be loaded anywhere. */
static bool is_movable(const char *elf) {
  uint8_t type[2] = {0};
  FILE *file = fopen(elf, "re");
  bool good = file && fseek(file, offsetof(Elf64_Ehdr, e_type), SEEK_SET) == 0 && fread(type, 1, 2, file) == 2;
  if (file)
    fclose(file);
  return good && (type[0] | type[1]) == ET_DYN;
}

void blamed_open(const struct target *target, const struct observation *observation, struct blamed_program *program) {
  struct bytes why = {0};
  *program =
      (struct blamed_program){.machine = observed_machine(target), .calls = observed_calls(target), .elf = target->elf};
  program_map_read(target->elf, &program->map, &why);
  program->moved = is_movable(target->elf) ? find_move(target, observation) : 0;
  program_map_move(&program->map, program->moved);
  program->readable = code_open(observed_machine(target), &program->reader);
  bytes_free(&why);
}

void blamed_close(struct blamed_program *program) {
  program_map_free(&program->map);
  code_close(&program->reader);
}

/* Whether ENTRY has the name of a routine. In a map that is made of a program without symbols, it has that of a
   section, or says where code begins. */
static bool is_named(const struct map_entry *entry) {
  return strcmp(entry->routine, "-") != 0 && entry->routine[0] != '.' && !strchr(entry->routine, ' ');
}

bool blamed_is_laid(const struct blamed_program *program, uint64_t address) {
  struct elf_section section = {0};
  if (program_map_at(&program->map, address))
    return true;
  if (program->elf)
    section = find_section(program->elf, address - program->moved);
  bool found = section.name != NULL;
  free(section.name);
  return found;
}

/* Appends ".rodata+0x12 (0x40123b)" where the file has a section there. Returns whether it did. */
static bool place_in_section(const struct blamed_program *program, uint64_t address, struct bytes *out) {
  uint64_t told = address - program->moved;
  struct elf_section section = {0};
  if (program->elf)
    section = find_section(program->elf, told);
  if (section.name)
    bytes_printf(out, "%s+0x%llx (0x%llx)", section.name, (unsigned long long)(told - section.address),
                 (unsigned long long)told);
  bool found = section.name != NULL;
  free(section.name);
  return found;
}

void blamed_place(const struct blamed_program *program, uint64_t address, struct bytes *out) {
  const struct map_entry *entry = program_map_at(&program->map, address);
  if (!entry && place_in_section(program, address, out))
    return;
  unsigned long long told = address - (entry ? program->moved : 0);
  if (!entry || !is_named(entry))
    bytes_printf(out, "0x%llx", told);
  else
    bytes_printf(out, "%s+0x%llx (0x%llx)", entry->routine,
                 (unsigned long long)(address - program_map_routine(&program->map, entry)), told);
  if (entry && entry->line)
    bytes_printf(out, " %s:%d", entry->file, entry->line);
}

void blamed_place_of(const struct blamed_program *program, const char *file, uint64_t address, struct bytes *out) {
  if (file)
    bytes_printf(out, "0x%llx of %s", (unsigned long long)address, file);
  else
    blamed_place(program, address, out);
}

bool blamed_code(struct blamed_program *program, uint64_t address, struct code *code) {
  const struct map_entry *entry = program_map_at(&program->map, address);
  return entry && entry->address == address && entry->kind == MAP_CODE && program->readable &&
         code_read(&program->reader, entry->bytes, entry->len, address, code);
}

const struct map_entry *blamed_before(const struct blamed_program *program, uint64_t address) {
  const struct map_entry *entry = program_map_at(&program->map, address - 1);
  return entry && entry->kind == MAP_CODE && entry->address + entry->len == address ? entry : NULL;
}

bool blamed_is_call(const struct blamed_program *program, const struct map_entry *entry) {
  const struct instruction_set *instructions = program->machine ? program->machine->instructions : NULL;
  return entry && instructions && instructions->flow_of(entry->bytes, entry->len) == FLOW_CALL;
}

size_t blamed_calls(struct blamed_program *program, const struct observed *record, uint64_t *calls, size_t most) {
  const uint64_t *words = observed_bytes(record);
  size_t count = 0;
  for (size_t i = 0; i < record->size / sizeof *words && count < most; i++) {
    const struct map_entry *entry = blamed_before(program, words[i]);
    if (blamed_is_call(program, entry))
      calls[count++] = entry->address;
  }
  return count;
}

void blamed_backtrace(struct blamed_program *program, const struct observed *record, const char *prefix,
                      struct bytes *out) {
  uint64_t calls_under_way[MOST_CALLS];
  size_t count = blamed_calls(program, record, calls_under_way, MOST_CALLS);
  for (size_t i = 0; i < count; i++) {
    bytes_printf(out, "%scalled from ", prefix);
    blamed_place(program, calls_under_way[i], out);
    bytes_text(out, "\n");
  }
}

/* The number of TASK among the processes of OBSERVATION, or among the threads of its process, from 1. */
static unsigned ordinal_of(const struct observation *observation, uint32_t task) {
  uint32_t process = task_process(observation, task);
  unsigned ordinal = 1;
  for (uint32_t i = process == task ? 0 : process + 1; i < task; i++)
    ordinal += process == task ? task_process(observation, i) == i : task_process(observation, i) == process;
  return ordinal + (process != task);
}

void add_task(const struct blamed_program *program, const struct observation *observation, uint32_t task,
              struct bytes *out) {
  const struct observed *begin = task_begin(observation, task);
  uint32_t process = task_process(observation, task);
  if (process != task)
    bytes_printf(out, "thread %u of ", ordinal_of(observation, task));
  bytes_printf(out, "process %u", ordinal_of(observation, process));
  for (size_t i = observation->count; begin && i-- > 0;) {
    const struct observed *record = observation->records[i];
    const struct call *call = record->kind == OBSERVED_CALL ? call_of(program->calls, record->number) : NULL;
    if (record > begin || record->task != begin->arguments[0] || !call || call->role != CALL_FORKS)
      continue;
    bytes_printf(out, ", begun by %s at ", call->name);
    blamed_place_of(program, task_file(observation, i), record->pc, out);
    return;
  }
}

void blamed_call_name(const struct blamed_program *program, long number, struct bytes *out) {
  const struct call *call = call_of(program->calls, number);
  if (call)
    bytes_text(out, call->name);
  else
    bytes_printf(out, "system call %ld", number);
}

void blamed_call(const struct blamed_program *program, const struct observed *call, struct bytes *out) {
  enum { PLAIN = 1 << 16, MOST = sizeof call->arguments / sizeof *call->arguments };
  const struct call *about = call_of(program->calls, call->number);
  blamed_call_name(program, call->number, out);
  bytes_text(out, "(");
  for (int i = 0; i < (about ? about->arguments : MOST); i++) {
    int64_t value = (int64_t)call->arguments[i];
    bool narrow = value == (int64_t)(uint32_t)value && (int32_t)value < 0; /* an int that is negative */
    value = narrow ? (int32_t)value : value;
    bytes_printf(out, value > -PLAIN && value < PLAIN ? "%s%lld" : "%s0x%llx", i ? ", " : "", (long long)value);
  }
  bytes_text(out, ")");
}

/* SPDX-License-Identifier: MIT */
