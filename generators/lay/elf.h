/* elf.h: a settled layout as an ELF64 file: an executable, a relocatable object, or a companion that holds its symbols
 * and lines.
 *
 * An executable has no sections and no more program headers than it needs:
 *
 *     file offset 0   Elf64_Ehdr, Elf64_Phdr x 1..4, then the laid text: code and read-only data
 *     PT_LOAD   R+X   the file up to there, mapped at `base`
 *     PT_LOAD   RW    data that can be written, the rest of the file, one page further (left out where there is none)
 *     PT_LOAD   RW    bss: p_filesz 0, on pages of its own (left out where there is no bss)
 *     PT_GNU_STACK RW the stack is not executable
 *
 * No segment is ever writable and executable. The single-segment form of the smallest published programs has the
 * first PT_LOAD alone.
 *
 * Field names are those of the System V ABI, chapter 4 (object files) and 5 (program loading).
 * An error ends the program with exit status 1 and one line on stderr.
 */
#ifndef BYTELAY_LAY_ELF_H
#define BYTELAY_LAY_ELF_H

#include "lay.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint16_t machine;    /* e_machine: EM_X86_64, EM_AARCH64 */
  uint64_t base;       /* address at which the file is mapped; a multiple of page */
  uint64_t page;       /* p_align: the largest page size that the machine's kernels use; a power of two */
  bool single_segment; /* the one PT_LOAD alone; refused where there is bss, or data that can be written */
} ElfLayout;

/* Size of the headers before the text, of what is to be laid: the text's address is layout->base plus this. */
size_t bl_elf_headers_size(const ElfLayout *layout, const Lay *lay);

/* Write the executable to `path`, mode 0755. `entry`: the label of e_entry. */
void bl_elf_write_exec(const Lay *lay, const ElfLayout *layout, const char *entry, const char *path);

/* Write the companion: the same addresses with sections, symbols and the generator's lines (dwarf.h), for gdb's
 * `symbol-file`, `nm` and `objdump -d`.
 * Routines are STT_FUNC, data and bss STT_OBJECT, labels inside a routine STT_NOTYPE. */
void bl_elf_write_symbols(const Lay *lay, const ElfLayout *layout, const char *path);

/* Section of a relocatable object beside .text: writable, zeroed, and its symbol is what the relocations refer to. */
typedef struct {
  const char *name; /* NULL: there is none, and there must be no relocations */
  size_t size;      /* bytes */
} ElfSection;

/* Write a relocatable object, mode 0644. `exported`: the global routines, which must all be bound; every other routine
 * and data item is a local symbol. The layout must have been settled at address 0, and may have no bss and no data that
 * can be written. */
void bl_elf_write_object(const Lay *lay, uint16_t machine, ElfSection counters, const char *const *exported,
                         size_t count, const char *path);

/* Write the map: one line per instruction, data item and bss item, and one for the headers, so that every byte of the
 * file is told once. Tab-separated columns: address (16 hex digits), bytes (hex; for bss "+size"), kind (head, code,
 * data, fill, bss), routine or data item that owns it ("-" if none), generator file:line. `headers`, of
 * `headers_size` bytes, is what stands before the text in the file. */
void bl_map_write(const Lay *lay, const unsigned char *headers, size_t headers_size, const char *path);

/* Read `size` bytes from the start of the file at `path` into `bytes`: the headers, as written. */
void bl_elf_read_headers(const char *path, unsigned char *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
