/* What the code and the data of a program claim: by its source map where there is one, else by its sections and
   symbols, else by its executable segments from the entry on. Instructions are read by Capstone; those of a machine
   that it does not know stay bytes. */
#include "harness/explain/elf_file.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* A symbol by the file byte that it names. */
struct symbol {
  uint64_t offset, size;
  const char *name;
  unsigned kind;
};

struct reader {
  struct explanation *explanation;
  csh capstone;
  bool reads; /* Capstone knows the machine */
  cs_insn *insn;
  struct symbol *symbols; /* by offset */
  size_t symbol_count;
};

static bool open_capstone(struct reader *reader) {
  const struct machine *machine = reader->explanation->identity.machine;
  if (!machine || machine->capstone_arch < 0 ||
      cs_open((cs_arch)machine->capstone_arch, (cs_mode)machine->capstone_mode, &reader->capstone) != CS_ERR_OK)
    return false;
  reader->insn = cs_malloc(reader->capstone);
  return reader->insn != NULL;
}

static void claim_instruction(struct reader *reader, uint64_t offset, size_t len, uint64_t address, const char *routine,
                              const char *words) {
  struct claim *claim = explain_claim(reader->explanation, offset, len, CLAIM_CODE, routine, words, "");
  claim->address = address;
  claim->has_address = true;
}

/* Claims the instructions in LEN bytes at OFFSET, which run at ADDRESS, as part of ROUTINE. What is no instruction is
   claimed by the byte. */
static void claim_code(struct reader *reader, uint64_t offset, uint64_t len, uint64_t address, const char *routine) {
  struct explanation *explanation = reader->explanation;
  const uint8_t *at = (const uint8_t *)explanation->file.data + offset;
  size_t left = (size_t)len;
  while (reader->reads && left > 0) {
    const uint8_t *before = at;
    uint64_t here = address;
    if (cs_disasm_iter(reader->capstone, &at, &left, &address, reader->insn)) {
      char *words = xasprintf("%s%s%s", reader->insn->mnemonic, *reader->insn->op_str ? " " : "", reader->insn->op_str);
      claim_instruction(reader, offset, (size_t)(at - before), here, routine, words);
      free(words);
    } else {
      size_t unit = reader->explanation->identity.machine->code_unit;
      size_t step = left < unit ? 1 : unit;
      claim_instruction(reader, offset, step, here, routine, "no instruction");
      at += step;
      left -= step;
      address += step;
    }
    offset += (uint64_t)(at - before);
  }
  if (left > 0)
    claim_instruction(reader, offset, left, address, routine, "code of a machine that no disassembler here reads");
}

/* In the map of an object that begins with its code, addresses count from the start of .text. */
static uint64_t map_base(const struct explanation *explanation) {
  bool object = elf_field(explanation, STRUCTURE_EHDR, 0, "e_type") == ET_REL;
  if (!object || explanation->map.count == 0 || explanation->map.entries[0].kind == MAP_HEAD)
    return 0;
  for (size_t i = 0; i < elf_section_count(explanation); i++)
    if (strcmp(elf_section(explanation, i).name, ".text") == 0)
      return elf_section(explanation, i).offset;
  return 0;
}

/* Whether the map speaks of this very file: a map of another build explains nothing. */
static bool map_entry_fits(const struct explanation *explanation, const struct map_entry *entry, uint64_t offset) {
  return elf_holds(explanation, offset, entry->len) &&
         memcmp(explanation->file.data + offset, entry->bytes, entry->len) == 0;
}

static void claim_by_map(struct reader *reader) {
  struct explanation *explanation = reader->explanation;
  uint64_t base = map_base(explanation);
  size_t strangers = 0;
  for (size_t i = 0; i < explanation->map.count; i++) {
    const struct map_entry *entry = &explanation->map.entries[i];
    uint64_t offset = 0;
    if (!elf_offset_of(explanation, entry->address, &offset) || !map_entry_fits(explanation, entry, offset += base)) {
      strangers++;
      continue;
    }
    if (entry->kind == MAP_CODE) {
      claim_code(reader, offset, entry->len, entry->address, entry->routine);
    } else if (entry->kind != MAP_HEAD) {
      struct claim *claim = explain_claim(explanation, offset, entry->len, CLAIM_NAMED_DATA, entry->routine,
                                          entry->kind == MAP_FILL ? "filling" : "data", "");
      claim->address = entry->address;
      claim->has_address = true;
    }
  }
  if (strangers)
    bytes_printf(&explanation->notes, "damage  %zu of the %zu lines of the map name other bytes than the file has\n",
                 strangers, explanation->map.count);
}

static int by_offset(const void *a, const void *b) {
  const struct symbol *x = a;
  const struct symbol *y = b;
  return x->offset != y->offset ? (x->offset > y->offset) - (x->offset < y->offset)
                                : (y->kind == STT_FUNC) - (x->kind == STT_FUNC);
}

static void add_symbol(struct reader *reader, const struct section *texts, size_t at) {
  const struct explanation *explanation = reader->explanation;
  struct symbol symbol = {.size = elf_field(explanation, STRUCTURE_SYM, at, "st_size"),
                          .kind = elf_field(explanation, STRUCTURE_SYM, at, "st_info") & 0xf};
  uint64_t value = elf_field(explanation, STRUCTURE_SYM, at, "st_value");
  uint64_t section = elf_field(explanation, STRUCTURE_SYM, at, "st_shndx");
  symbol.name =
      elf_string(explanation, texts->offset, texts->size, elf_field(explanation, STRUCTURE_SYM, at, "st_name"));
  if (!*symbol.name || section == SHN_UNDEF || section >= elf_section_count(explanation) || symbol.kind > STT_FUNC)
    return;
  if (elf_field(explanation, STRUCTURE_EHDR, 0, "e_type") == ET_REL)
    symbol.offset = elf_section(explanation, section).offset + value;
  /* An Arm function in Thumb code has an odd value. */
  else if (!elf_offset_of(explanation, explanation->identity.e_machine == EM_ARM ? value & ~1U : value, &symbol.offset))
    return;
  reader->symbols = xgrow(reader->symbols, reader->symbol_count, sizeof *reader->symbols);
  reader->symbols[reader->symbol_count++] = symbol;
}

static void read_symbols(struct reader *reader, uint64_t type) {
  const struct explanation *explanation = reader->explanation;
  size_t size = elf_structure_size(STRUCTURE_SYM, explanation->identity.class);
  for (size_t i = 0; i < elf_section_count(explanation); i++) {
    struct section section = elf_section(explanation, i);
    if (section.type != type || section.link >= elf_section_count(explanation) ||
        !elf_holds(explanation, section.offset, section.size))
      continue;
    struct section texts = elf_section(explanation, section.link);
    for (uint64_t at = 0; at + size <= section.size; at += size)
      add_symbol(reader, &texts, (size_t)(section.offset + at));
  }
  if (reader->symbol_count)
    qsort(reader->symbols, reader->symbol_count, sizeof *reader->symbols, by_offset);
}

/* Mapping symbols say what follows them: $d data, $x and $a and $t code (ELF for the Arm architectures, 5.5). */
static bool is_mapping(const char *name) {
  return name[0] == '$' && name[1] && (name[2] == '\0' || name[2] == '.') && strchr("adtx", name[1]);
}

/* The first symbol at OFFSET or after it. */
static size_t symbol_after(const struct reader *reader, uint64_t offset) {
  size_t low = 0;
  size_t high = reader->symbol_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (reader->symbols[middle].offset < offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Claims the section, which holds code, from one symbol to the next. */
static void claim_code_section(struct reader *reader, const struct section *section) {
  struct explanation *explanation = reader->explanation;
  const char *routine = section->name;
  bool data = false;
  uint64_t end = section->offset + section->size;
  size_t next = symbol_after(reader, section->offset);
  for (uint64_t at = section->offset; at < end;) {
    for (; next < reader->symbol_count && reader->symbols[next].offset <= at; next++) {
      const struct symbol *symbol = &reader->symbols[next];
      if (is_mapping(symbol->name))
        data = symbol->name[1] == 'd';
      else if (routine == section->name || symbol->kind == STT_FUNC || symbol->offset > at ||
               reader->symbols[next ? next - 1 : 0].offset < symbol->offset)
        routine = symbol->name;
    }
    uint64_t to =
        next < reader->symbol_count && reader->symbols[next].offset < end ? reader->symbols[next].offset : end;
    uint64_t address = at;
    elf_address_of(explanation, at, &address);
    if (data)
      explain_claim(explanation, at, to - at, CLAIM_NAMED_DATA, routine, "data", "");
    else
      claim_code(reader, at, to - at, address, routine);
    at = to;
  }
}

static void claim_data_section(struct reader *reader, const struct section *section) {
  struct explanation *explanation = reader->explanation;
  uint64_t end = section->offset + section->size;
  for (size_t i = symbol_after(reader, section->offset); i < reader->symbol_count && reader->symbols[i].offset < end;
       i++) {
    const struct symbol *symbol = &reader->symbols[i];
    uint64_t size = symbol->size < end - symbol->offset ? symbol->size : end - symbol->offset;
    if (size && !is_mapping(symbol->name))
      explain_claim(explanation, symbol->offset, size, CLAIM_NAMED_DATA, symbol->name, "data", "");
  }
}

static void claim_by_sections(struct reader *reader) {
  struct explanation *explanation = reader->explanation;
  read_symbols(reader, SHT_SYMTAB);
  if (reader->symbol_count == 0)
    read_symbols(reader, SHT_DYNSYM);
  for (size_t i = 0; i < elf_section_count(explanation); i++) {
    struct section section = elf_section(explanation, i);
    if (section.type == SHT_NULL || section.type == SHT_NOBITS || section.size == 0 ||
        !elf_holds(explanation, section.offset, section.size))
      continue;
    explain_claim(explanation, section.offset, section.size, CLAIM_SECTION, section.name, "data", "");
    if (explanation->has_map && !(section.flags & SHF_ALLOC))
      continue;
    if (section.type == SHT_PROGBITS && section.flags & SHF_EXECINSTR && !explanation->has_map)
      claim_code_section(reader, &section);
    else
      claim_data_section(reader, &section);
  }
}

/* Without sections, what an executable segment holds from the entry on is read as code. */
static void claim_by_segments(struct reader *reader) {
  struct explanation *explanation = reader->explanation;
  uint64_t entry = elf_field(explanation, STRUCTURE_EHDR, 0, "e_entry");
  for (size_t i = 0; i < elf_segment_count(explanation); i++) {
    struct segment segment = elf_segment(explanation, i);
    char *group = xasprintf("segment %zu", i);
    uint64_t held = segment.offset < explanation->file.len ? explanation->file.len - segment.offset : 0;
    uint64_t size = segment.file_size < held ? segment.file_size : held;
    if (size)
      explain_claim(explanation, segment.offset, size, CLAIM_SECTION, group, "data", "");
    if (segment.type == PT_LOAD && segment.flags & PF_X && !explanation->has_map && entry - segment.address < size)
      claim_code(reader, segment.offset + (entry - segment.address), size - (entry - segment.address), entry,
                 "from the entry on");
    free(group);
  }
}

void explain_contents(struct explanation *explanation) {
  struct reader reader = {.explanation = explanation};
  reader.reads = open_capstone(&reader);
  if (explanation->has_map)
    claim_by_map(&reader);
  if (elf_section_count(explanation))
    claim_by_sections(&reader);
  else
    claim_by_segments(&reader);
  if (reader.insn)
    cs_free(reader.insn, 1);
  if (reader.capstone)
    cs_close(&reader.capstone);
  free(reader.symbols);
}

/* SPDX-License-Identifier: MIT */
