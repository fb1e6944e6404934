/* handmade.h: a file laid by hand from its first byte to its last, headers too, in three columns: the bytes, what they
 * are, and (as a comment) what for.
 *
 *     bl_handmade_begin(ISA_X64, "quine-published");
 *     field("02 00", "e_type", ET_EXEC);                 // an executable
 *     field_address("78 00 40 00 00 00 00 00", "e_entry", "_start");
 *     routine("_start");
 *     step("ba 95 00 00 00", x64_mov_r32_imm32(RDX, 149)); // how many bytes to write
 *     bl_handmade_write(outdir, 0x400000, 0755);
 *
 * The first column is for the reader, and it is proven: the generator ends with the file and line of any row whose
 * bytes are not what its encoder or its value gives. So none of the columns can drift from another.
 *
 * Where headers overlap each other or code, a byte has several meanings and stands in the file once. It is laid under
 * one of them; bl_handmade_reads then says what else is read there, and is held to the bytes as well.
 */
#ifndef BYTELAY_HANDMADE_H
#define BYTELAY_HANDMADE_H

#include "../lay/elf_bytes.h"
#include "program.h"
#include "raw.h"

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Begin the file of program `name`. */
void bl_handmade_begin(BlIsa isa, const char *name);

/* Lay a field of a header: as many bytes as the first column has, little-endian. `value`: anything that fits. */
void bl_handmade_field(const char *bytes, const char *name, uint64_t value);
/* The same, its value being the address of a label, or how far label `to` lies after label `from`. */
void bl_handmade_field_address(const char *bytes, const char *name, const char *label);
void bl_handmade_field_distance(const char *bytes, const char *name, const char *to, const char *from);
/* Lay a field that is a string of `count` bytes. */
void bl_handmade_field_text(const char *bytes, const char *name, const char *text, size_t count);

/* Lay one instruction. */
void bl_handmade_step(const char *bytes, LayCode code);
/* Instructions of x86-64 that reach for a label: jmp rel8; call rel32; lea d, [rip + ...]; mov d, its address (r32). */
void bl_handmade_jump(const char *bytes, const char *label);
void bl_handmade_call(const char *bytes, const char *label);
void bl_handmade_lea(const char *bytes, X64Reg d, const char *label);
void bl_handmade_mov_address(const char *bytes, X64Reg d, const char *label);
/* jcc rel8, and movb [rip + ...], immediate. */
void bl_handmade_jcc(const char *bytes, X64Cond cond, const char *label);
void bl_handmade_mov_byte(const char *bytes, const char *label, int64_t immediate);
/* Of arm64: adr d, label; b label; bl label; cbz t, label; tbnz t, #63, label (that is: if t is negative). */
void bl_handmade_adr(const char *bytes, A64Reg d, const char *label);
void bl_handmade_b(const char *bytes, const char *label);
void bl_handmade_bl(const char *bytes, const char *label);
void bl_handmade_cbz(const char *bytes, A64Reg t, const char *label);
void bl_handmade_if_negative(const char *bytes, A64Reg t, const char *label);
/* b.cond label; tbz t, #bit, label (that is: if the bit is clear). */
void bl_handmade_b_cond(const char *bytes, A64Cond cond, const char *label);
void bl_handmade_if_clear(const char *bytes, A64Reg t, int bit, const char *label);
/* Lay `count` zeros, which nothing reads. */
void bl_handmade_gap(const char *name, size_t count);

/* Lay a structure of elf.h as one data item, where its fields are no news any more: structure(name, type, fields...).
 *
 * A call may span lines, and compilers do not agree which of them __LINE__ is in the replacement of a macro that has
 * parameters. `structure` has none, so it is replaced where its name stands, and that line is taken by all. */
void bl_handmade_structure(const char *name, const void *value, size_t size, const char *field_sizes);

/* What a loader also reads: `size` bytes at `offset` in the file are `value`. After the file's end stand zeros. */
void bl_handmade_reads(const char *file, int line, const char *name, uint64_t offset, unsigned size, uint64_t value);

/* Settle the file at `address` (that of its first byte), hold every row and reading to its bytes, and write it to
 * OUTDIR/NAME_ARCH, with `mode`, its .map, and its .sym. */
void bl_handmade_write(const char *outdir, uint64_t address, mode_t mode);

/* The same for an object: OUTDIR/NAME_ARCH.o and its .map, at address 0, mode 0644. */
void bl_handmade_write_object(const char *outdir);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
