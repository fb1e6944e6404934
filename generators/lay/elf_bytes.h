/* elf_bytes.h: a structure of elf.h as the bytes that a file has: field by field, the least significant byte first.
 *
 * The files that are laid are little-endian. A host need not be: what stands in its memory as an Elf64_Ehdr is no
 * header of a file until it has passed through here.
 */
#ifndef BYTELAY_LAY_ELF_BYTES_H
#define BYTELAY_LAY_ELF_BYTES_H

#include <elf.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The sizes of a structure's fields in bytes, a digit each, in their order. None of the structures has a gap. System V
 * ABI, chapter 4 (Elf64_Ehdr, Elf64_Shdr, Elf64_Sym, Elf64_Rela) and 5 (Elf64_Phdr). */
#define ELF_FIELD_SIZES(structure)                                                                                     \
  _Generic((structure), Elf64_Ehdr                                                                                     \
           : "11111111111111112248884222222", Elf64_Phdr                                                               \
           : "44888888", Elf64_Shdr                                                                                    \
           : "4488884488", Elf64_Sym                                                                                   \
           : "411288", Elf64_Rela                                                                                      \
           : "888")

/* The largest of them, in bytes. */
#define ELF_STRUCTURE_MOST 64

/* Write the structure at `structure`, of a type above, to `bytes`, which has room for as many bytes as it has. */
#define elf_bytes(bytes, structure) bl_elf_store_fields(bytes, structure, ELF_FIELD_SIZES(*(structure)))
void bl_elf_store_fields(unsigned char *bytes, const void *structure, const char *sizes);

/* The other way: fill the structure at `structure` from the bytes of a file. */
#define elf_from_bytes(structure, bytes) bl_elf_load_fields(structure, bytes, ELF_FIELD_SIZES(*(structure)))
void bl_elf_load_fields(void *structure, const unsigned char *bytes, const char *sizes);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
