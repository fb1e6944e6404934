/* What the headers of an ELF file and its tables claim: each field with its value and what that means. */
#include "harness/explain/elf_file.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct word {
  uint64_t value;
  const char *text;
};

#define END                                                                                                            \
  { 0, NULL }

static const struct word types[] = {{ET_NONE, "no file type"},
                                    {ET_REL, "ET_REL, a relocatable object, for a linker"},
                                    {ET_EXEC, "ET_EXEC, an executable at fixed addresses"},
                                    {ET_DYN, "ET_DYN, a shared object or position-independent executable"},
                                    {ET_CORE, "ET_CORE, a core file"},
                                    END};
static const struct word segment_types[] = {{PT_NULL, "PT_NULL, ignored"},
                                            {PT_LOAD, "PT_LOAD, mapped into memory"},
                                            {PT_DYNAMIC, "PT_DYNAMIC, for the dynamic linker"},
                                            {PT_INTERP, "PT_INTERP, the path of the dynamic linker"},
                                            {PT_NOTE, "PT_NOTE, notes"},
                                            {PT_PHDR, "PT_PHDR, where these headers are in memory"},
                                            {PT_TLS, "PT_TLS, the template of thread-local storage"},
                                            {PT_GNU_EH_FRAME, "PT_GNU_EH_FRAME, for unwinding"},
                                            {PT_GNU_STACK, "PT_GNU_STACK, whether the stack is executable"},
                                            {PT_GNU_RELRO, "PT_GNU_RELRO, read-only after relocation"},
                                            {PT_GNU_PROPERTY, "PT_GNU_PROPERTY, notes on features"},
                                            END};
static const struct word section_types[] = {{SHT_NULL, "SHT_NULL"},
                                            {SHT_PROGBITS, "SHT_PROGBITS, bytes of the program"},
                                            {SHT_SYMTAB, "SHT_SYMTAB, symbols"},
                                            {SHT_STRTAB, "SHT_STRTAB, strings"},
                                            {SHT_RELA, "SHT_RELA, relocations with addends"},
                                            {SHT_HASH, "SHT_HASH"},
                                            {SHT_DYNAMIC, "SHT_DYNAMIC"},
                                            {SHT_NOTE, "SHT_NOTE, notes"},
                                            {SHT_NOBITS, "SHT_NOBITS, no bytes in the file"},
                                            {SHT_REL, "SHT_REL, relocations"},
                                            {SHT_DYNSYM, "SHT_DYNSYM, symbols for the dynamic linker"},
                                            {SHT_INIT_ARRAY, "SHT_INIT_ARRAY"},
                                            {SHT_FINI_ARRAY, "SHT_FINI_ARRAY"},
                                            {SHT_GNU_HASH, "SHT_GNU_HASH"},
                                            {SHT_GNU_versym, "SHT_GNU_versym"},
                                            {SHT_GNU_verneed, "SHT_GNU_verneed"},
                                            {SHT_GNU_verdef, "SHT_GNU_verdef"},
                                            END};

static const char *word_of(const struct word *words, uint64_t value, const char *otherwise) {
  for (; words->text; words++)
    if (words->value == value)
      return words->text;
  return otherwise;
}

/* What the fields are for, where their name alone does not say it. */
static const struct {
  const char *field, *about;
} reasons[] = {
    {"e_ident[EI_MAG0..3]", "the magic number: 0x7f and ELF"},
    {"e_ident[EI_OSABI]", "no kernel reads it"},
    {"e_ident[EI_ABIVERSION]", "no kernel reads it"},
    {"e_ident[EI_PAD..]", "filling"},
    {"e_version", "EV_CURRENT is 1"},
    {"e_phoff", "where the program headers begin"},
    {"e_shoff", "where the section headers begin; 0: there are none"},
    {"e_flags", "flags of the machine"},
    {"e_ehsize", "bytes of this header"},
    {"e_phentsize", "bytes of a program header"},
    {"e_phnum", "how many program headers"},
    {"e_shentsize", "bytes of a section header"},
    {"e_shnum", "how many section headers"},
    {"e_shstrndx", "which section holds the names of the sections"},
    {"p_offset", "where the segment begins in the file"},
    {"p_vaddr", "its address in memory"},
    {"p_paddr", "its physical address, which Linux does not read"},
    {"p_filesz", "bytes of the file that are mapped"},
    {"p_memsz", "bytes in memory; what is beyond p_filesz is zero"},
    {"p_align", "the alignment of p_vaddr and p_offset"},
    {"sh_addr", "its address in memory"},
    {"sh_offset", "where it begins in the file"},
    {"sh_size", "its size in bytes"},
    {"sh_link", "a section that belongs to it"},
    {"sh_info", "more about it, by its type"},
    {"sh_addralign", "its alignment"},
    {"sh_entsize", "the size of its entries"},
};

static const char *reason_of(const char *field) {
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (strcmp(reasons[i].field, field) == 0)
      return reasons[i].about;
  return "";
}

static void describe_segment_flags(struct bytes *out, uint64_t flags) {
  bytes_printf(out, "%s%s%s%s", flags & PF_R ? "R" : "", flags & PF_W ? "W" : "", flags & PF_X ? "X" : "",
               flags & (PF_R | PF_W | PF_X) ? "" : "no access");
}

static void describe_section_flags(struct bytes *out, uint64_t flags) {
  bytes_printf(out, "%s%s%s%s", flags & SHF_ALLOC ? "alloc " : "", flags & SHF_WRITE ? "write " : "",
               flags & SHF_EXECINSTR ? "execute " : "", flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR) ? "" : "none");
}

/* Where an address leads: "routine _start at byte 0x78". */
static void describe_address(const struct explanation *explanation, struct bytes *out, uint64_t address) {
  uint64_t offset = 0;
  if (!elf_offset_of(explanation, address, &offset)) {
    bytes_text(out, "in no part of the file that is mapped");
    return;
  }
  bytes_printf(out, "byte %#llx of the file", (unsigned long long)offset);
  const struct map_entry *entry = explanation->has_map ? program_map_at(&explanation->map, address) : NULL;
  if (entry)
    bytes_printf(out, ", %s", entry->routine);
}

/* The meaning of the VALUE of the FIELD of one of the headers; appends to ABOUT. */
static void describe_value(const struct explanation *explanation, const char *field, uint64_t value,
                           struct bytes *about) {
  if (strcmp(field, "e_ident[EI_CLASS]") == 0)
    bytes_text(about, value == ELFCLASS32   ? "ELFCLASS32"
                      : value == ELFCLASS64 ? "ELFCLASS64"
                                            : "no class that ELF knows");
  else if (strcmp(field, "e_ident[EI_DATA]") == 0)
    bytes_text(about, value == ELFDATA2LSB   ? "ELFDATA2LSB, little-endian"
                      : value == ELFDATA2MSB ? "ELFDATA2MSB, big-endian"
                                             : "no byte order that ELF knows");
  else if (strcmp(field, "e_ident[EI_VERSION]") == 0)
    bytes_text(about, value == EV_CURRENT ? "EV_CURRENT" : "not EV_CURRENT, which is 1");
  else if (strcmp(field, "e_type") == 0)
    bytes_text(about, word_of(types, value, "a type that ELF leaves to others"));
  else if (strcmp(field, "e_machine") == 0)
    bytes_text(about,
               e_machine_name((uint16_t)value) ? e_machine_name((uint16_t)value) : "a machine without a name here");
  else if (strcmp(field, "e_entry") == 0 && value)
    describe_address(explanation, about, value);
  else if (strcmp(field, "e_entry") == 0)
    bytes_text(about, "no entry");
  else if (strcmp(field, "p_type") == 0)
    bytes_text(about, word_of(segment_types, value, "a type of its own"));
  else if (strcmp(field, "p_flags") == 0)
    describe_segment_flags(about, value);
  else if (strcmp(field, "sh_type") == 0)
    bytes_text(about, word_of(section_types, value, "a type of its own"));
  else if (strcmp(field, "sh_flags") == 0)
    describe_section_flags(about, value);
  else
    bytes_text(about, reason_of(field));
}

/* Claims the fields of the structure at OFFSET, as part of GROUP. */
static void claim_fields(struct explanation *explanation, enum structure structure, size_t offset, const char *group) {
  for (const struct field *at = elf_fields(structure, explanation->identity.class); at->name; at++) {
    struct bytes about = {0};
    uint64_t value = at->size <= 8 ? elf_number(explanation, offset + at->offset, at->size) : 0;
    if (at->size <= 8 && strcmp(at->name, "e_ident[EI_MAG0..3]") != 0)
      bytes_printf(&about, "%#llx  ", (unsigned long long)value);
    if (strcmp(at->name, "sh_name") == 0)
      bytes_printf(&about, "%s", strrchr(group, ' ') + 1);
    describe_value(explanation, at->name, value, &about);
    explain_claim(explanation, offset + at->offset, at->size, CLAIM_HEADER, group, at->name, span_of(&about).data);
    bytes_free(&about);
  }
}

static void note(struct explanation *explanation, const char *text) { bytes_printf(&explanation->notes, "%s\n", text); }

/* Says which of a header's tables the file cuts short. HAVE entries of WANT are there. */
static void note_missing(struct explanation *explanation, const char *what, const char *field, size_t have) {
  uint64_t want = elf_field(explanation, STRUCTURE_EHDR, 0, field);
  char *text = NULL;
  if (have >= want)
    return;
  text = xasprintf("damage  %s is %llu, but the file holds %zu whole %s: it has no more sense there", field,
                   (unsigned long long)want, have, what);
  note(explanation, text);
  free(text);
}

static void explain_segments(struct explanation *explanation) {
  size_t size = elf_structure_size(STRUCTURE_PHDR, explanation->identity.class);
  size_t start = elf_field(explanation, STRUCTURE_EHDR, 0, "e_phoff");
  size_t count = elf_segment_count(explanation);
  for (size_t i = 0; i < count; i++) {
    struct segment segment = elf_segment(explanation, i);
    struct bytes text = {0};
    char *group = xasprintf("program header %zu", i);
    claim_fields(explanation, STRUCTURE_PHDR, start + i * size, group);
    free(group);
    if (segment.type != PT_LOAD)
      continue;
    bytes_printf(&text, "loads   bytes %#llx to %#llx at %#llx to %#llx, ", (unsigned long long)segment.offset,
                 (unsigned long long)segment.offset + segment.file_size, (unsigned long long)segment.address,
                 (unsigned long long)segment.address + segment.file_size);
    describe_segment_flags(&text, segment.flags);
    if (segment.memory_size > segment.file_size)
      bytes_printf(&text, ", and %llu bytes of zeros after them",
                   (unsigned long long)segment.memory_size - segment.file_size);
    if (segment.file_size && !elf_holds(explanation, segment.offset, segment.file_size))
      bytes_printf(&text, "; the file ends at %#zx, before the segment does", explanation->file.len);
    note(explanation, text.data);
    bytes_free(&text);
  }
  note_missing(explanation, "program headers", "e_phnum", count);
}

/* A symbol in words: "FUNC GLOBAL 0x401000 size 12". */
static void describe_symbol(const struct explanation *explanation, size_t at, struct bytes *about) {
  static const char *const kinds[] = {"NOTYPE", "OBJECT", "FUNC", "SECTION", "FILE", "COMMON", "TLS"};
  static const char *const bindings[] = {"LOCAL", "GLOBAL", "WEAK"};
  uint64_t info = elf_field(explanation, STRUCTURE_SYM, at, "st_info");
  uint64_t kind = info & 0xf;
  uint64_t binding = info >> 4;
  bytes_printf(about, "%s %s value %#llx size %llu", kind < 7 ? kinds[kind] : "type of its own",
               binding < 3 ? bindings[binding] : "binding of its own",
               (unsigned long long)elf_field(explanation, STRUCTURE_SYM, at, "st_value"),
               (unsigned long long)elf_field(explanation, STRUCTURE_SYM, at, "st_size"));
}

static void claim_symbols(struct explanation *explanation, const struct section *section) {
  size_t size = elf_structure_size(STRUCTURE_SYM, explanation->identity.class);
  struct section texts = section->link < elf_section_count(explanation) ? elf_section(explanation, section->link)
                                                                        : (struct section){.name = ""};
  for (uint64_t at = 0; at + size <= section->size && elf_holds(explanation, section->offset + at, size); at += size) {
    size_t offset = (size_t)(section->offset + at);
    uint64_t index = elf_field(explanation, STRUCTURE_SYM, offset, "st_name");
    struct bytes name = {0};
    struct bytes about = {0};
    bytes_printf(&name, "symbol %llu ", (unsigned long long)at / size);
    bytes_escaped(&name, span_text(elf_string(explanation, texts.offset, texts.size, index)));
    describe_symbol(explanation, offset, &about);
    explain_claim(explanation, offset, size, CLAIM_ENTRY, section->name, name.data, about.data);
    bytes_free(&name);
    bytes_free(&about);
  }
}

static void claim_relocations(struct explanation *explanation, const struct section *section) {
  enum structure structure = section->type == SHT_RELA ? STRUCTURE_RELA : STRUCTURE_REL;
  size_t size = elf_structure_size(structure, explanation->identity.class);
  bool wide = explanation->identity.class == ELFCLASS64;
  for (uint64_t at = 0; at + size <= section->size && elf_holds(explanation, section->offset + at, size); at += size) {
    size_t offset = (size_t)(section->offset + at);
    uint64_t info = elf_field(explanation, structure, offset, "r_info");
    char *about = xasprintf("at %#llx, type %llu, symbol %llu%s%#llx",
                            (unsigned long long)elf_field(explanation, structure, offset, "r_offset"),
                            (unsigned long long)(wide ? info & 0xffffffff : info & 0xff),
                            (unsigned long long)(wide ? info >> 32 : info >> 8),
                            structure == STRUCTURE_RELA ? ", addend " : ", addend in place ",
                            (unsigned long long)elf_field(explanation, structure, offset, "r_addend"));
    explain_claim(explanation, offset, size, CLAIM_ENTRY, section->name, "relocation", about);
    free(about);
  }
}

static void claim_strings(struct explanation *explanation, const struct section *section) {
  for (uint64_t at = 0; at < section->size;) {
    const char *text = explanation->file.data + section->offset + at;
    size_t len = strnlen(text, section->size - at);
    size_t whole = len + (at + len < section->size);
    struct bytes shown = {0};
    bytes_text(&shown, "\"");
    bytes_escaped(&shown, (struct span){text, len});
    bytes_text(&shown, "\"");
    explain_claim(explanation, section->offset + at, whole, CLAIM_STRING, section->name, shown.data, "");
    bytes_free(&shown);
    at += whole;
  }
}

static void explain_section(struct explanation *explanation, size_t index) {
  struct section section = elf_section(explanation, index);
  size_t size = elf_structure_size(STRUCTURE_SHDR, explanation->identity.class);
  struct bytes group = {0};
  bytes_printf(&group, "section header %zu ", index);
  bytes_escaped(&group, span_text(section.name));
  claim_fields(explanation, STRUCTURE_SHDR, elf_field(explanation, STRUCTURE_EHDR, 0, "e_shoff") + index * size,
               group.data);
  bytes_clear(&group);
  if (section.type == SHT_NULL || section.type == SHT_NOBITS || section.size == 0) {
    bytes_free(&group);
    return;
  }
  if (!elf_holds(explanation, section.offset, section.size)) {
    bytes_printf(&group, "damage  section %zu ends at %#llx, but the file at %#zx: it has no sense there", index,
                 (unsigned long long)section.offset + section.size, explanation->file.len);
    note(explanation, group.data);
  } else if (section.type == SHT_SYMTAB || section.type == SHT_DYNSYM) {
    claim_symbols(explanation, &section);
  } else if (section.type == SHT_RELA || section.type == SHT_REL) {
    claim_relocations(explanation, &section);
  } else if (section.type == SHT_STRTAB) {
    claim_strings(explanation, &section);
  }
  bytes_free(&group);
}

void explain_headers(struct explanation *explanation) {
  size_t whole = elf_structure_size(STRUCTURE_EHDR, explanation->identity.class);
  claim_fields(explanation, STRUCTURE_EHDR, 0, "file header");
  if (explanation->file.len < whole) {
    char *text = xasprintf("damage  the file has %zu bytes, and its header alone %zu", explanation->file.len, whole);
    note(explanation, text);
    free(text);
  }
  explain_segments(explanation);
  size_t count = elf_section_count(explanation);
  for (size_t i = 0; i < count; i++)
    explain_section(explanation, i);
  note_missing(explanation, "section headers", "e_shnum", count);
}

/* SPDX-License-Identifier: MIT */
