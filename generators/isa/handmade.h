/* handmade.h: a file laid by hand from its first byte to its last, headers too, in three columns: the bytes, what they
 * are, and (as a comment) what for.
 *
 *     handmade_begin(ISA_X64, "quine-published");
 *     field("02 00", "e_type", ET_EXEC);                 // an executable
 *     field_address("78 00 40 00 00 00 00 00", "e_entry", "_start");
 *     routine("_start");
 *     step("ba 95 00 00 00", x64_mov_r32_imm32(RDX, 149)); // how many bytes to write
 *     handmade_write(outdir, 0x400000, 0755);
 *
 * The first column is for the reader, and it is proven: the generator ends with the file and line of any row whose
 * bytes are not what its encoder or its value gives. So none of the columns can drift from another.
 *
 * Where headers overlap each other or code, a byte has several meanings and stands in the file once. It is laid under
 * one of them; handmade_reads then says what else is read there, and is held to the bytes as well.
 */
#ifndef BYTEGATE_HANDMADE_H
#define BYTEGATE_HANDMADE_H

#include "isa/program.h"
#include "isa/raw.h"
#include "lay/elf_bytes.h"

#include <sys/types.h>

/* Begin the file of program `name`. */
void handmade_begin(Isa isa, const char *name);

/* Lay a field of a header: as many bytes as the first column has, little-endian. `value`: anything that fits. */
void handmade_field(const char *bytes, const char *name, uint64_t value);
/* The same, its value being the address of a label, or how far label `to` lies after label `from`. */
void handmade_field_address(const char *bytes, const char *name, const char *label);
void handmade_field_distance(const char *bytes, const char *name, const char *to, const char *from);
/* Lay a field that is a string of `count` bytes. */
void handmade_field_text(const char *bytes, const char *name, const char *text, size_t count);

/* Lay one instruction. */
void handmade_step(const char *bytes, LayCode code);
/* Instructions of x86-64 that reach for a label: jmp rel8; call rel32; lea d, [rip + ...]; mov d, its address (r32). */
void handmade_jump(const char *bytes, const char *label);
void handmade_call(const char *bytes, const char *label);
void handmade_lea(const char *bytes, X64Reg d, const char *label);
void handmade_mov_address(const char *bytes, X64Reg d, const char *label);
/* jcc rel8, and movb [rip + ...], immediate. */
void handmade_jcc(const char *bytes, X64Cond cond, const char *label);
void handmade_mov_byte(const char *bytes, const char *label, int64_t immediate);
/* Of arm64: adr d, label; b label; bl label; cbz t, label; tbnz t, #63, label (that is: if t is negative). */
void handmade_adr(const char *bytes, A64Reg d, const char *label);
void handmade_b(const char *bytes, const char *label);
void handmade_bl(const char *bytes, const char *label);
void handmade_cbz(const char *bytes, A64Reg t, const char *label);
void handmade_if_negative(const char *bytes, A64Reg t, const char *label);
/* b.cond label; tbz t, #bit, label (that is: if the bit is clear). */
void handmade_b_cond(const char *bytes, A64Cond cond, const char *label);
void handmade_if_clear(const char *bytes, A64Reg t, int bit, const char *label);
/* Lay `count` zeros, which nothing reads. */
void handmade_gap(const char *name, size_t count);

#define field(bytes, name, value) (AT_, handmade_field(bytes, name, value))
#define field_address(bytes, name, label) (AT_, handmade_field_address(bytes, name, label))
#define field_distance(bytes, name, to, from) (AT_, handmade_field_distance(bytes, name, to, from))
#define field_text(bytes, name, text) (AT_, handmade_field_text(bytes, name, text, sizeof(text) - 1))
#define step(bytes, code) (AT_, handmade_step(bytes, code))
#define step_a64(bytes, word) (AT_, handmade_step(bytes, a64_code(word)))
#define step_jump(bytes, label) (AT_, handmade_jump(bytes, label))
#define step_call(bytes, label) (AT_, handmade_call(bytes, label))
#define step_lea(bytes, d, label) (AT_, handmade_lea(bytes, d, label))
#define step_mov_address(bytes, d, label) (AT_, handmade_mov_address(bytes, d, label))
#define step_adr(bytes, d, label) (AT_, handmade_adr(bytes, d, label))
#define step_b(bytes, label) (AT_, handmade_b(bytes, label))
#define step_bl(bytes, label) (AT_, handmade_bl(bytes, label))
#define step_jcc(bytes, cond, label) (AT_, handmade_jcc(bytes, cond, label))
#define step_mov_byte(bytes, label, immediate) (AT_, handmade_mov_byte(bytes, label, immediate))
#define step_cbz(bytes, t, label) (AT_, handmade_cbz(bytes, t, label))
#define step_if_negative(bytes, t, label) (AT_, handmade_if_negative(bytes, t, label))
#define step_b_cond(bytes, cond, label) (AT_, handmade_b_cond(bytes, cond, label))
#define step_if_clear(bytes, t, bit, label) (AT_, handmade_if_clear(bytes, t, bit, label))
#define gap(name, count) (AT_, handmade_gap(name, count))

/* Lay a structure of elf.h as one data item, where its fields are no news any more: structure(name, type, fields...).
 *
 * A call may span lines, and compilers do not agree which of them __LINE__ is in the replacement of a macro that has
 * parameters. `structure` has none, so it is replaced where its name stands, and that line is taken by all. */
void handmade_structure(const char *name, const void *value, size_t size, const char *field_sizes);
#define structure AT_, structure_of_
#define structure_of_(name, type, ...)                                                                                 \
  handmade_structure(name, &(const type){__VA_ARGS__}, sizeof(type), ELF_FIELD_SIZES((type){0}))

/* Name the start and the end of the file, for field_distance. */
#define file_start() (AT_, op_data("file_start", 1))
#define file_end() (AT_, op_data("file_end", 1))

/* What a loader also reads: `size` bytes at `offset` in the file are `value`. After the file's end stand zeros. */
void handmade_reads(const char *file, int line, const char *name, uint64_t offset, unsigned size, uint64_t value);
#define reads(name, offset, size, value) handmade_reads(__FILE__, __LINE__, name, offset, size, value)

/* Settle the file at `address` (that of its first byte), hold every row and reading to its bytes, and write it to
 * OUTDIR/NAME_ARCH, with `mode`, its .map, and its .sym. */
void handmade_write(const char *outdir, uint64_t address, mode_t mode);

/* The same for an object: OUTDIR/NAME_ARCH.o and its .map, at address 0, mode 0644. */
void handmade_write_object(const char *outdir);

#endif
