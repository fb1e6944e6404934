/* The structures of ELF by their fields (System V ABI, chapters 4 and 5). */
#include "harness/explain/elf_file.h"

#include <elf.h>
#include <string.h>

#define FIELD(type, member)                                                                                            \
  { #member, offsetof(type, member), sizeof(((type *)0)->member) }

/* The bytes of e_ident stand alone, each with the name of its index. */
#define IDENT(index)                                                                                                   \
  { "e_ident[" #index "]", index, 1 }

#define EHDR_FIELDS(class)                                                                                             \
  {                                                                                                                    \
    {"e_ident[EI_MAG0..3]", 0, SELFMAG}, IDENT(EI_CLASS), IDENT(EI_DATA), IDENT(EI_VERSION), IDENT(EI_OSABI),          \
        IDENT(EI_ABIVERSION), {"e_ident[EI_PAD..]", EI_PAD, EI_NIDENT - EI_PAD}, FIELD(Elf##class##_Ehdr, e_type),     \
        FIELD(Elf##class##_Ehdr, e_machine), FIELD(Elf##class##_Ehdr, e_version), FIELD(Elf##class##_Ehdr, e_entry),   \
        FIELD(Elf##class##_Ehdr, e_phoff), FIELD(Elf##class##_Ehdr, e_shoff), FIELD(Elf##class##_Ehdr, e_flags),       \
        FIELD(Elf##class##_Ehdr, e_ehsize), FIELD(Elf##class##_Ehdr, e_phentsize), FIELD(Elf##class##_Ehdr, e_phnum),  \
        FIELD(Elf##class##_Ehdr, e_shentsize), FIELD(Elf##class##_Ehdr, e_shnum),                                      \
        FIELD(Elf##class##_Ehdr, e_shstrndx), {                                                                        \
      NULL, 0, 0                                                                                                       \
    }                                                                                                                  \
  }

#define SHDR_FIELDS(class)                                                                                             \
  {                                                                                                                    \
    FIELD(Elf##class##_Shdr, sh_name), FIELD(Elf##class##_Shdr, sh_type), FIELD(Elf##class##_Shdr, sh_flags),          \
        FIELD(Elf##class##_Shdr, sh_addr), FIELD(Elf##class##_Shdr, sh_offset), FIELD(Elf##class##_Shdr, sh_size),     \
        FIELD(Elf##class##_Shdr, sh_link), FIELD(Elf##class##_Shdr, sh_info), FIELD(Elf##class##_Shdr, sh_addralign),  \
        FIELD(Elf##class##_Shdr, sh_entsize), {                                                                        \
      NULL, 0, 0                                                                                                       \
    }                                                                                                                  \
  }

#define REL_FIELDS(class)                                                                                              \
  {                                                                                                                    \
    FIELD(Elf##class##_Rel, r_offset), FIELD(Elf##class##_Rel, r_info), { NULL, 0, 0 }                                 \
  }

#define RELA_FIELDS(class)                                                                                             \
  {                                                                                                                    \
    FIELD(Elf##class##_Rela, r_offset), FIELD(Elf##class##_Rela, r_info), FIELD(Elf##class##_Rela, r_addend), {        \
      NULL, 0, 0                                                                                                       \
    }                                                                                                                  \
  }

enum { MOST_FIELDS = 24 };

/* Program headers and symbols have their fields in another order in each class. */
static const struct field fields[2][STRUCTURES][MOST_FIELDS] = {
    {EHDR_FIELDS(32),
     {FIELD(Elf32_Phdr, p_type), FIELD(Elf32_Phdr, p_offset), FIELD(Elf32_Phdr, p_vaddr), FIELD(Elf32_Phdr, p_paddr),
      FIELD(Elf32_Phdr, p_filesz), FIELD(Elf32_Phdr, p_memsz), FIELD(Elf32_Phdr, p_flags), FIELD(Elf32_Phdr, p_align)},
     SHDR_FIELDS(32),
     {FIELD(Elf32_Sym, st_name), FIELD(Elf32_Sym, st_value), FIELD(Elf32_Sym, st_size), FIELD(Elf32_Sym, st_info),
      FIELD(Elf32_Sym, st_other), FIELD(Elf32_Sym, st_shndx)},
     REL_FIELDS(32),
     RELA_FIELDS(32)},
    {EHDR_FIELDS(64),
     {FIELD(Elf64_Phdr, p_type), FIELD(Elf64_Phdr, p_flags), FIELD(Elf64_Phdr, p_offset), FIELD(Elf64_Phdr, p_vaddr),
      FIELD(Elf64_Phdr, p_paddr), FIELD(Elf64_Phdr, p_filesz), FIELD(Elf64_Phdr, p_memsz), FIELD(Elf64_Phdr, p_align)},
     SHDR_FIELDS(64),
     {FIELD(Elf64_Sym, st_name), FIELD(Elf64_Sym, st_info), FIELD(Elf64_Sym, st_other), FIELD(Elf64_Sym, st_shndx),
      FIELD(Elf64_Sym, st_value), FIELD(Elf64_Sym, st_size)},
     REL_FIELDS(64),
     RELA_FIELDS(64)},
};

const struct field *elf_fields(enum structure structure, unsigned class) {
  return fields[class != ELFCLASS32][structure];
}

size_t elf_structure_size(enum structure structure, unsigned class) {
  const struct field *at = elf_fields(structure, class);
  size_t end = 0;
  for (; at->name; at++)
    end = (size_t)at->offset + at->size > end ? (size_t)at->offset + at->size : end;
  return end;
}

bool elf_holds(const struct explanation *explanation, uint64_t offset, uint64_t len) {
  return offset <= explanation->file.len && len <= explanation->file.len - offset;
}

uint64_t elf_number(const struct explanation *explanation, size_t offset, size_t size) {
  uint64_t value = 0;
  if (!elf_holds(explanation, offset, size))
    return 0;
  const unsigned char *bytes = (const unsigned char *)explanation->file.data + offset;
  for (size_t i = 0; i < size; i++)
    value = value << 8 | bytes[explanation->identity.order == ELFDATA2MSB ? i : size - 1 - i];
  return value;
}

uint64_t elf_field(const struct explanation *explanation, enum structure structure, size_t offset, const char *name) {
  for (const struct field *at = elf_fields(structure, explanation->identity.class); at->name; at++)
    if (strcmp(at->name, name) == 0)
      return elf_number(explanation, offset + at->offset, at->size);
  return 0;
}

const char *elf_string(const struct explanation *explanation, uint64_t offset, uint64_t size, uint64_t index) {
  if (index >= size || !elf_holds(explanation, offset, size))
    return "";
  const char *text = explanation->file.data + offset + index;
  return memchr(text, '\0', size - index) ? text : "";
}

/* How many entries of SIZE bytes from OFFSET on, COUNT of them at most, the file holds whole. */
static size_t held(const struct explanation *explanation, uint64_t offset, uint64_t size, uint64_t count) {
  if (offset == 0 || size == 0 || offset >= explanation->file.len)
    return 0;
  uint64_t most = (explanation->file.len - offset) / size;
  return (size_t)(count < most ? count : most);
}

static uint64_t header(const struct explanation *explanation, const char *name) {
  return elf_field(explanation, STRUCTURE_EHDR, 0, name);
}

size_t elf_section_count(const struct explanation *explanation) {
  size_t size = elf_structure_size(STRUCTURE_SHDR, explanation->identity.class);
  return header(explanation, "e_shentsize") == size
             ? held(explanation, header(explanation, "e_shoff"), size, header(explanation, "e_shnum"))
             : 0;
}

static struct section raw_section(const struct explanation *explanation, size_t index) {
  size_t at = header(explanation, "e_shoff") + index * elf_structure_size(STRUCTURE_SHDR, explanation->identity.class);
#define GET(name) elf_field(explanation, STRUCTURE_SHDR, at, name)
  return (struct section){"",
                          GET("sh_type"),
                          GET("sh_flags"),
                          GET("sh_addr"),
                          GET("sh_offset"),
                          GET("sh_size"),
                          GET("sh_link"),
                          GET("sh_entsize")};
#undef GET
}

struct section elf_section(const struct explanation *explanation, size_t index) {
  struct section section = raw_section(explanation, index);
  size_t names = header(explanation, "e_shstrndx");
  size_t at = header(explanation, "e_shoff") + index * elf_structure_size(STRUCTURE_SHDR, explanation->identity.class);
  if (names < elf_section_count(explanation)) {
    struct section texts = raw_section(explanation, names);
    section.name =
        elf_string(explanation, texts.offset, texts.size, elf_field(explanation, STRUCTURE_SHDR, at, "sh_name"));
  }
  return section;
}

size_t elf_segment_count(const struct explanation *explanation) {
  size_t size = elf_structure_size(STRUCTURE_PHDR, explanation->identity.class);
  return header(explanation, "e_phentsize") == size
             ? held(explanation, header(explanation, "e_phoff"), size, header(explanation, "e_phnum"))
             : 0;
}

struct segment elf_segment(const struct explanation *explanation, size_t index) {
  size_t at = header(explanation, "e_phoff") + index * elf_structure_size(STRUCTURE_PHDR, explanation->identity.class);
#define GET(name) elf_field(explanation, STRUCTURE_PHDR, at, name)
  return (struct segment){GET("p_type"),  GET("p_flags"),  GET("p_offset"),
                          GET("p_vaddr"), GET("p_filesz"), GET("p_memsz")};
#undef GET
}

enum { PAGE = 4096 };

/* The part of the file that SEGMENT maps: exactly, or, where WHOLE, in whole pages, as loaders map it. */
static struct segment mapped(struct segment segment, bool whole) {
  uint64_t slack = whole ? segment.address % PAGE : 0;
  slack = slack <= segment.offset ? slack : 0;
  segment.offset -= slack;
  segment.address -= slack;
  segment.file_size += slack;
  if (whole)
    segment.file_size += (PAGE - (segment.address + segment.file_size) % PAGE) % PAGE;
  return segment;
}

bool elf_address_of(const struct explanation *explanation, uint64_t offset, uint64_t *address) {
  *address = offset;
  if (header(explanation, "e_type") == ET_REL)
    return true;
  for (int whole = 0; whole < 2; whole++)
    for (size_t i = 0; i < elf_segment_count(explanation); i++) {
      struct segment segment = mapped(elf_segment(explanation, i), whole);
      *address = segment.address + (offset - segment.offset);
      if (segment.type == PT_LOAD && offset - segment.offset < segment.file_size)
        return true;
    }
  return false;
}

bool elf_offset_of(const struct explanation *explanation, uint64_t address, uint64_t *offset) {
  *offset = address;
  if (header(explanation, "e_type") == ET_REL)
    return address < explanation->file.len;
  for (int whole = 0; whole < 2; whole++)
    for (size_t i = 0; i < elf_segment_count(explanation); i++) {
      struct segment segment = mapped(elf_segment(explanation, i), whole);
      *offset = segment.offset + (address - segment.address);
      if (segment.type == PT_LOAD && address - segment.address < segment.file_size && *offset < explanation->file.len)
        return true;
    }
  return false;
}

/* SPDX-License-Identifier: MIT */
