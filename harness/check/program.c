/* The program that is checked: read with libelf, decoded with Capstone. */
#include "harness/check/program.h"

#include "harness/check/machines.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096 };

static void *grow(void *array, size_t count, size_t size) {
  void *more = realloc(array, (count + 1) * size);
  if (!more)
    abort();
  return more;
}

/* ---- Code ------------------------------------------------------------------------------------------------------- */

static bool add_code(struct program *program, const struct bytes *file, uint64_t address, uint64_t offset,
                     uint64_t size) {
  if (offset >= file->len || !size)
    return false;
  if (size > file->len - offset)
    size = file->len - offset;
  uint64_t before = program->size ? address - program->address : 0;
  program->address = program->size ? program->address : address;
  program->text = realloc(program->text, before + size);
  if (!program->text)
    abort();
  memset(program->text + program->size, 0, before - program->size);
  memcpy(program->text + before, file->data + offset, size);
  program->size = before + size;
  return true;
}

/* The executable segment. A loader maps pages, from the one on in which the segment begins. */
static bool take_segment(Elf *elf, const struct bytes *file, struct program *program) {
  size_t headers = 0;
  elf_getphdrnum(elf, &headers);
  for (size_t i = 0; i < headers; i++) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD || !(header.p_flags & PF_X))
      continue;
    uint64_t before = header.p_offset % PAGE;
    program->writable = header.p_flags & PF_W;
    return add_code(program, file, header.p_vaddr - before, header.p_offset - before,
                    (header.p_filesz % INT32_MAX + before + PAGE - 1) / PAGE * PAGE);
  }
  return false;
}

static void note_loaded(Elf *elf, const struct bytes *file, struct program *program) {
  size_t headers = 0;
  elf_getphdrnum(elf, &headers);
  for (size_t i = 0; i < headers; i++) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD || header.p_offset >= file->len)
      continue;
    uint64_t rest = file->len - header.p_offset;
    program->loaded = grow(program->loaded, program->loaded_count, sizeof *program->loaded);
    program->loaded[program->loaded_count++] =
        (struct loaded){header.p_vaddr, header.p_offset, header.p_filesz < rest ? header.p_filesz : rest};
  }
}

const uint8_t *program_bytes(const struct program *program, uint64_t address, size_t size) {
  uint64_t from = address - program->address;
  if (address >= program->address && from < program->size && size <= program->size - from)
    return program->text + from;
  for (size_t i = 0; i < program->loaded_count; i++) {
    const struct loaded *loaded = &program->loaded[i];
    from = address - loaded->address;
    if (address >= loaded->address && from < loaded->size && size <= loaded->size - from)
      return program_file_bytes(program, loaded->offset + from, size);
  }
  return NULL;
}

const uint8_t *program_file_bytes(const struct program *program, uint64_t offset, size_t size) {
  bool there = offset < program->file.len && size <= program->file.len - offset;
  return there ? (const uint8_t *)program->file.data + offset : NULL;
}

/* The sections of a program, where it has any. */
static void note_sections(Elf *elf, struct program *program) {
  size_t count = 0;
  elf_getshdrnum(elf, &count);
  program->bases = calloc(count + 1, sizeof *program->bases);
  if (!program->bases)
    abort();
  program->base_count = count;
  for (Elf_Scn *section = NULL; !program->relocatable && (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR)
      program->bases[elf_ndxscn(section)].end = header.sh_addr + header.sh_size;
  }
}

/* The executable sections of an object, one after the other; `bases` become their addresses. */
static bool take_sections(Elf *elf, const struct bytes *file, struct program *program) {
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS || !(header.sh_flags & SHF_EXECINSTR))
      continue;
    uint64_t address = program->size ? program->address + (program->size + 31) / 16 * 16 : header.sh_addr;
    if (add_code(program, file, address, header.sh_offset, header.sh_size))
      program->bases[elf_ndxscn(section)] =
          (struct base){.there = true, .address = address, .end = program->address + program->size};
  }
  return program->size > 0;
}

/* ---- Symbols ---------------------------------------------------------------------------------------------------- */

/* By address; of those that begin together, the longest first. */
static int by_start(const void *a, const void *b) {
  const struct routine *one = a, *two = b;
  if (one->start != two->start)
    return one->start < two->start ? -1 : 1;
  return one->end > two->end ? -1 : one->end < two->end;
}

/* The address of a symbol among the code; false: it lies elsewhere. */
static bool symbol_address(const struct program *program, const GElf_Sym *symbol, uint64_t *address) {
  *address = symbol->st_value;
  if (program->relocatable) {
    if (symbol->st_shndx >= program->base_count || !program->bases[symbol->st_shndx].there)
      return false;
    *address += program->bases[symbol->st_shndx].address;
  }
  return symbol->st_shndx != SHN_UNDEF && *address >= program->address && *address < program->address + program->size;
}

/* Where the section of a symbol ends, as far as sections are known. */
static uint64_t section_of(const struct program *program, const GElf_Sym *symbol, uint64_t address) {
  const struct base *base = symbol->st_shndx < program->base_count ? &program->bases[symbol->st_shndx] : NULL;
  return base && address < base->end ? base->end : program->address + program->size;
}

/* Assemblers give labels no type: where no symbol has one, a global label begins a routine. */
static bool is_function(const struct program *program, const GElf_Sym *symbol) {
  int type = GELF_ST_TYPE(symbol->st_info);
  return type == STT_FUNC || type == STT_GNU_IFUNC ||
         (program->untyped && type == STT_NOTYPE && GELF_ST_BIND(symbol->st_info) == STB_GLOBAL &&
          symbol->st_shndx < program->base_count && program->bases[symbol->st_shndx].end);
}

static void add_routine(struct program *program, const char *name, const GElf_Sym *symbol) {
  int type = GELF_ST_TYPE(symbol->st_info);
  bool is_code = is_function(program, symbol);
  uint64_t address = 0;
  if ((!is_code && type != STT_OBJECT) || !symbol_address(program, symbol, &address))
    return;
  program->routines = grow(program->routines, program->count, sizeof *program->routines);
  char *copy = strdup(name ? name : "?");
  if (!copy)
    abort();
  program->routines[program->count++] =
      (struct routine){.name = copy,
                       .start = address,
                       .end = address + symbol->st_size,
                       .is_code = is_code,
                       .part = name && strstr(name, ".cold"),
                       .section = section_of(program, symbol, address),
                       .has_arguments = is_code && name && strcmp(name, "_start") == 0,
                       .root = is_code && program->relocatable && GELF_ST_BIND(symbol->st_info) == STB_GLOBAL};
}

static void read_symbols(struct program *program, Elf *elf, unsigned type) {
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != type || !header.sh_entsize)
      continue;
    Elf_Data *data = elf_getdata(section, NULL);
    for (size_t i = 0; data && i < header.sh_size / header.sh_entsize; i++) {
      GElf_Sym symbol;
      if (gelf_getsym(data, (int)i, &symbol))
        add_routine(program, elf_strptr(elf, header.sh_link, symbol.st_name), &symbol);
    }
  }
}

/* The routines of the file PATH. */
static void read_symbols_of(struct program *program, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
  GElf_Ehdr header;
  bool outside = program->entry - program->address >= program->size;
  if (elf && program->by_map && outside && gelf_getehdr(elf, &header)) /* the kernel chooses the address */
    program->entry = header.e_entry;
  if (elf)
    read_symbols(program, elf, SHT_SYMTAB);
  elf_end(elf);
  if (fd >= 0)
    close(fd);
}

/* Sorts the routines, leaves one of those with the same start, gives those without a size what is left up to the next,
   and finds which lie within which. */
static void settle_routines(struct program *program) {
  if (!program->count)
    return;
  qsort(program->routines, program->count, sizeof *program->routines, by_start);
  size_t kept = 0;
  for (size_t i = 0; i < program->count; i++) {
    struct routine *last = kept ? &program->routines[kept - 1] : NULL;
    if (last && last->start == program->routines[i].start) {
      last->root |= program->routines[i].root;
      free(program->routines[i].name);
    } else {
      program->routines[kept++] = program->routines[i];
    }
  }
  program->count = kept;
  for (size_t i = 0; i < kept; i++) {
    struct routine *routine = &program->routines[i];
    if (routine->end == routine->start)
      routine->end = i + 1 < kept && routine[1].start < routine->section ? routine[1].start : routine->section;
    size_t outer = i;
    while (outer-- > 0 && program->routines[outer].end <= routine->start)
      outer = program->routines[outer].outer;
    routine->outer = outer + 1;
  }
}

/* ---- Relocations ------------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
  const struct relocation *one = a, *two = b;
  return one->place < two->place ? -1 : one->place > two->place;
}

static void add_relocation(struct program *program, struct relocation relocation, const char *name) {
  program->relocations = grow(program->relocations, program->relocation_count, sizeof *program->relocations);
  relocation.name = strdup(name && *name ? name : "?");
  if (!relocation.name)
    abort();
  program->relocations[program->relocation_count++] = relocation;
}

/* Of objects, those of the code; of programs, those that fill slots with the addresses of other files. */
static void read_relocations(struct program *program, Elf *elf) {
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header, symbols;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA || !header.sh_entsize ||
        !gelf_getshdr(elf_getscn(elf, header.sh_link), &symbols))
      continue;
    bool of_code = program->relocatable && header.sh_info < program->base_count && program->bases[header.sh_info].there;
    if (program->relocatable && !of_code)
      continue;
    Elf_Data *data = elf_getdata(section, NULL), *table = elf_getdata(elf_getscn(elf, header.sh_link), NULL);
    for (size_t i = 0; data && table && i < header.sh_size / header.sh_entsize; i++) {
      GElf_Rela rela;
      GElf_Sym symbol;
      if (!gelf_getrela(data, (int)i, &rela) || !gelf_getsym(table, (int)GELF_R_SYM(rela.r_info), &symbol))
        continue;
      struct relocation one = {.place = rela.r_offset, .type = (uint32_t)GELF_R_TYPE(rela.r_info)};
      one.place += of_code ? program->bases[header.sh_info].address : 0;
      one.is_here = symbol_address(program, &symbol, &one.target);
      one.target += (uint64_t)rela.r_addend;
      add_relocation(program, one, elf_strptr(elf, symbols.sh_link, symbol.st_name));
    }
  }
  if (program->relocation_count)
    qsort(program->relocations, program->relocation_count, sizeof *program->relocations, by_place);
}

const struct relocation *program_relocation(const struct program *program, uint64_t from, uint64_t to) {
  size_t low = 0, high = program->relocation_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (program->relocations[middle].place < from)
      low = middle + 1;
    else
      high = middle;
  }
  return low < program->relocation_count && program->relocations[low].place < to ? &program->relocations[low] : NULL;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

static bool has_section(Elf *elf, const char *name) {
  size_t names = 0;
  elf_getshdrstrndx(elf, &names);
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    const char *its = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
    if (its && strcmp(its, name) == 0)
      return true;
  }
  return false;
}

/* A program without symbols: what the entry leads to is one routine, up to the end of the code. */
static bool guess_routine(struct program *program) {
  if (program->relocatable || program->entry < program->address || program->entry - program->address >= program->size)
    return false;
  program->routines = calloc(1, sizeof *program->routines);
  char *name = strdup("entry");
  if (!program->routines || !name)
    abort();
  program->routines[program->count++] =
      (struct routine){.name = name, .start = program->entry, .end = program->address + program->size, .is_code = true};
  program->guessed = program->untyped = true;
  return true;
}

/* A file whose program headers lie over others, or end outside of it: the map tells where it is loaded. */
static bool take_by_map(const struct bytes *file, const struct program_map *map, struct program *program) {
  enum { MACHINE = 18, ENTRY = 24, WHOLE = 32 };
  if (!map->count || file->len < WHOLE || memcmp(file->data, ELFMAG, SELFMAG) != 0)
    return false;
  const uint8_t *bytes = (const uint8_t *)file->data;
  program->machine = check_machine_of(bytes[MACHINE] | (unsigned)bytes[MACHINE + 1] << 8);
  program->entry = 0;
  for (int i = 0; i < 8; i++)
    program->entry |= (uint64_t)bytes[ENTRY + i] << 8 * i;
  program->by_map = program->writable = true;
  return program->machine && add_code(program, file, map->base, 0, file->len);
}

static bool read_elf(struct program *program, Elf *elf, const struct bytes *file, const struct program_map *map,
                     const char *path, struct bytes *why) {
  GElf_Ehdr header;
  bool good = gelf_getehdr(elf, &header) != NULL;
  program->machine = good ? check_machine_of(header.e_machine) : NULL;
  if (program->machine) {
    program->relocatable = header.e_type == ET_REL;
    program->entry = header.e_entry;
    note_sections(elf, program);
    note_loaded(elf, file, program);
    good = take_segment(elf, file, program) || take_sections(elf, file, program);
  }
  good = (program->machine && good) || take_by_map(file, map, program);
  if (!program->machine || !good) {
    bytes_printf(why, "%s is no ELF file of x86-64 or arm64 with code in it", path);
    return false;
  }
  read_symbols(program, elf, SHT_SYMTAB);
  if (!program->count) {
    struct bytes other = {0};
    bytes_printf(&other, "%s.sym", path);
    read_symbols_of(program, (const char *)other.data);
    bytes_free(&other);
  }
  if (!program->count)
    read_symbols(program, elf, SHT_DYNSYM);
  if (!program->count) {
    program->untyped = true;
    read_symbols(program, elf, SHT_SYMTAB);
  }
  settle_routines(program);
  read_relocations(program, elf);
  program->unwinds = has_section(elf, ".gcc_except_table");
  return true;
}

static void open_capstone(struct program *program) {
  if (cs_open(program->machine->arch, program->machine->mode, &program->capstone) != CS_ERR_OK)
    abort();
  cs_option(program->capstone, CS_OPT_DETAIL, CS_OPT_ON);
  program->insn = cs_malloc(program->capstone);
  program->codes = calloc(program->size, sizeof *program->codes);
  if (!program->codes)
    abort();
}

void program_add_routines(struct program *program, const uint64_t *starts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct routine *within = program_routine(program, starts[i]);
    if (within && within->start == starts[i])
      continue;
    struct routine routine = {.name = xasprintf("sub_%#" PRIx64, starts[i]), .start = starts[i], .is_code = true};
    routine.end = routine.section = within ? within->end : program->address + program->size;
    program->routines = grow(program->routines, program->count, sizeof *program->routines);
    program->routines[program->count++] = routine;
    settle_routines(program);
  }
}

static void begin_at(struct routine *routine, bool by_map) {
  routine->root = routine->has_arguments = true;
  routine->header = by_map && !routine->is_code;
  routine->is_code |= routine->header;
}

bool program_open(const char *path, const struct program_map *map, struct program *program, struct bytes *why) {
  *program = (struct program){0};
  struct bytes *file = &program->file;
  int failed = bytes_read_file(file, path);
  elf_version(EV_CURRENT);
  Elf *elf = failed ? NULL : elf_memory((char *)file->data, file->len);
  bool good = false;
  if (failed)
    bytes_printf(why, "%s: %s", path, strerror(failed));
  else
    good = read_elf(program, elf, file, map, path, why);
  elf_end(elf);
  if (good && !program->count && !guess_routine(program)) {
    bytes_printf(why, "%s has no symbols, nor has %s.sym, and its entry is not in its code: there is nothing to check",
                 path, path);
    good = false;
  }
  for (size_t i = 0; good && !program->relocatable && i < program->count; i++) {
    struct routine *routine = &program->routines[i];
    if (program->entry >= routine->start && program->entry < routine->end)
      begin_at(routine, program->by_map);
  }
  if (good)
    open_capstone(program);
  return good;
}

void program_close(struct program *program) {
  for (size_t i = 0; i < program->count; i++)
    free(program->routines[i].name);
  for (uint64_t i = 0; program->codes && i < program->size; i++)
    free(program->codes[i].ways);
  if (program->insn)
    cs_free(program->insn, 1);
  if (program->capstone)
    cs_close(&program->capstone);
  for (size_t i = 0; i < program->relocation_count; i++)
    free(program->relocations[i].name);
  free(program->relocations);
  free(program->bases);
  free(program->loaded);
  bytes_free(&program->file);
  free(program->routines);
  free(program->text);
  free(program->codes);
}

struct routine *program_routine(const struct program *program, uint64_t address) {
  size_t low = 0, high = program->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (program->routines[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  /* The last that begins before it, or one that this lies within. */
  while (low > 0 && program->routines[low - 1].end <= address)
    low = program->routines[low - 1].outer;
  return low > 0 ? &program->routines[low - 1] : NULL;
}

void program_place(const struct program *program, uint64_t address, struct bytes *text) {
  const struct routine *routine = program_routine(program, address);
  if (routine)
    bytes_printf(text, "%s+%#" PRIx64 " (%#" PRIx64 ")", routine->name, address - routine->start, address);
  else
    bytes_printf(text, "%#" PRIx64, address);
}

/* What a relocation says of the instruction at ADDRESS: where it leads, or that it leads to another file. */
static void relocate(const struct program *program, uint64_t address, struct code *code) {
  const struct relocation *relocation =
      program->relocatable ? program_relocation(program, address, address + code->size) : NULL;
  if (!relocation)
    return;
  int64_t more = 0;
  bool leads = program->machine->relocate(relocation->type, relocation->place, address + code->size, &more);
  if (leads && relocation->is_here) {
    code->target = relocation->target + (uint64_t)more;
    code->lead.number = (int64_t)code->target;
    return;
  }
  code->external = relocation->name;
  code->takes_address = false;
  code->lead.kind = MOVE_NOTHING;
}

struct code *program_code(struct program *program, uint64_t address) {
  size_t at = address - program->address;
  struct code *code = &program->codes[at];
  if (code->decoded)
    return code;
  const uint8_t *bytes = program->text + at;
  size_t left = program->size - at;
  uint64_t next = address;
  *code = (struct code){.decoded = true, .number = -1, .stack_from = -1};
  if (!cs_disasm_iter(program->capstone, &bytes, &left, &next, program->insn)) {
    code->may_be_newer = program->machine->may_be_newer(program->text + at, program->size - at);
    return code;
  }
  code->valid = true;
  code->size = (uint8_t)program->insn->size;
  program->machine->describe(program, program->insn, code);
  code->effects = program->machine->effects(program->capstone, program->insn);
  code->lead = program->machine->lead(program->insn, &code->away);
  relocate(program, address, code);
  return code;
}

bool program_call_ends(const struct program *program, const struct code *code, int64_t number) {
  if (code->old_call) /* int 0x80 has the numbers of the 32-bit machine */
    return number == 1 || number == 252;
  return number == program->machine->ends[0] || number == program->machine->ends[1];
}

/* SPDX-License-Identifier: MIT */
