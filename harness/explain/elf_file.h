/* Reads the structures of an ELF file, of either class and byte order, by tables of their fields. Nothing outside of
   the file is read: a structure that the file cuts short is reported as missing. */
#ifndef HARNESS_ELF_FILE_H
#define HARNESS_ELF_FILE_H

#include "harness/explain/explain.h"

enum structure {
  STRUCTURE_EHDR,
  STRUCTURE_PHDR,
  STRUCTURE_SHDR,
  STRUCTURE_SYM,
  STRUCTURE_REL,
  STRUCTURE_RELA,
  STRUCTURES
};

struct field {
  const char *name;
  unsigned char offset, size; /* bytes */
};

/* The fields of a structure, in their order, up to one without a name. CLASS is ELFCLASS32 or ELFCLASS64. */
const struct field *elf_fields(enum structure structure, unsigned class);

/* The size of a structure in bytes. */
size_t elf_structure_size(enum structure structure, unsigned class);

/* The number of SIZE bytes (1, 2, 4 or 8) at OFFSET in the byte order of the file; 0 where the file has no such bytes.
 */
uint64_t elf_number(const struct explanation *explanation, size_t offset, size_t size);

/* The field NAME of the structure at OFFSET. */
uint64_t elf_field(const struct explanation *explanation, enum structure structure, size_t offset, const char *name);

/* Whether the file holds LEN bytes from OFFSET on. */
bool elf_holds(const struct explanation *explanation, uint64_t offset, uint64_t len);

/* The text in the string table at OFFSET of SIZE bytes, at INDEX; "" where it is not one. */
const char *elf_string(const struct explanation *explanation, uint64_t offset, uint64_t size, uint64_t index);

/* A section header, as far as it is read here. */
struct section {
  const char *name;
  uint64_t type, flags, address, offset, size, link, entry_size;
};

/* The number of section headers that the file holds, and one of them. */
size_t elf_section_count(const struct explanation *explanation);
struct section elf_section(const struct explanation *explanation, size_t index);

struct segment {
  uint64_t type, flags, offset, address, file_size, memory_size;
};

size_t elf_segment_count(const struct explanation *explanation);
struct segment elf_segment(const struct explanation *explanation, size_t index);

/* Where the file byte OFFSET stands in memory, or, the other way, the file byte of ADDRESS. False: nowhere. A
   relocatable object has no addresses: there, an address is an offset in the file. */
bool elf_address_of(const struct explanation *explanation, uint64_t offset, uint64_t *address);
bool elf_offset_of(const struct explanation *explanation, uint64_t address, uint64_t *offset);

#endif

/* SPDX-License-Identifier: MIT */
