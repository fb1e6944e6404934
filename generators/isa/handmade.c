/* handmade.c: rows of bytes, each kept until the layout has settled and then held to what was laid. */
#include "isa/handmade.h"

#include "lay/elf.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROW_BYTES 64

/* The first column of the row that laid `item`. */
typedef struct {
  size_t item, count;
  unsigned char bytes[ROW_BYTES];
} Row;

typedef struct {
  const char *name, *file;
  int line;
  uint64_t offset, value;
  unsigned size;
} Reading;

static struct {
  Row rows[512];
  size_t row_count;
  Reading readings[64];
  size_t reading_count;
} now;

void bl_handmade_begin(BlIsa isa, const char *name) {
  bl_program_begin(isa, name);
  now.row_count = now.reading_count = 0;
}

/* ---- Rows -------------------------------------------------------------------------------------------------------- */

static int digit(char c) { return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* Read "02 00 3e": lower case, one blank between two bytes. */
static void read_column(Row *row, const char *text) {
  for (row->count = 0; *text; text += *text == ' ') {
    int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
    if (low < 0 || (text[2] && text[2] != ' ') || row->count == ROW_BYTES)
      bl_lay_die(bl_machine_layout(), "\"%s\" is no row of 1..%d bytes in small hex digits", text, ROW_BYTES);
    row->bytes[row->count++] = (unsigned char)(high << 4 | low);
    text += 2;
  }
}

/* Expect the item laid next to be `bytes`. */
static Row *expect(const char *bytes) {
  if (now.row_count == sizeof now.rows / sizeof *now.rows)
    bl_lay_die(bl_machine_layout(), "a program has %zu rows at most", now.row_count);
  Row *row = &now.rows[now.row_count++];
  read_column(row, bytes);
  bl_lay_items(bl_machine_layout(), &row->item);
  return row;
}

static void write_little_endian(unsigned char *out, uint64_t value, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = (unsigned char)(i < 8 ? value >> 8 * i : 0);
}

static size_t open_field(const char *bytes, const char *name) {
  bl_data(name, 1);
  return expect(bytes)->count;
}

void bl_handmade_field(const char *bytes, const char *name, uint64_t value) {
  unsigned char out[ROW_BYTES];
  size_t count = open_field(bytes, name);
  if (count < 8 && value >> 8 * count)
    bl_lay_die(bl_machine_layout(), "%s: %#" PRIx64 " does not fit into %zu bytes", name, value, count);
  write_little_endian(out, value, count);
  bl_lay_bytes(bl_machine_layout(), out, count);
}

void bl_handmade_field_text(const char *bytes, const char *name, const char *text, size_t count) {
  open_field(bytes, name);
  bl_lay_bytes(bl_machine_layout(), text, count);
}

static LayCode encode_xword(const LayFixup *fixup) {
  LayCode code = {.len = fixup->operand[0]};
  write_little_endian(code.bytes, fixup->target - (fixup->operand[1] ? fixup->base : 0), code.len);
  return code;
}

void bl_handmade_field_address(const char *bytes, const char *name, const char *label) {
  unsigned char count = (unsigned char)open_field(bytes, name);
  bl_lay_fixup(bl_machine_layout(), LAY_DATA, (LayFixup){.encode = encode_xword, .operand = {count}}, label, NULL);
}

void bl_handmade_field_distance(const char *bytes, const char *name, const char *to, const char *from) {
  unsigned char count = (unsigned char)open_field(bytes, name);
  bl_lay_fixup(bl_machine_layout(), LAY_DATA, (LayFixup){.encode = encode_xword, .operand = {count, 1}}, to, from);
}

void bl_handmade_gap(const char *name, size_t count) {
  static const unsigned char zeros[8192];
  if (count > sizeof zeros)
    bl_lay_die(bl_machine_layout(), "%s: a gap has %zu bytes at most, not %zu", name, sizeof zeros, count);
  bl_data(name, 1);
  bl_lay_bytes(bl_machine_layout(), zeros, count);
}

void bl_handmade_structure(const char *name, const void *value, size_t size, const char *field_sizes) {
  unsigned char bytes[ELF_STRUCTURE_MOST];
  bl_data(name, 1);
  bl_elf_store_fields(bytes, value, field_sizes);
  bl_lay_bytes(bl_machine_layout(), bytes, size);
}

/* ---- Instructions ------------------------------------------------------------------------------------------------ */

/* From the end of an instruction of `len` bytes to the label. */
static int64_t displacement(const LayFixup *fixup, unsigned len) {
  return (int64_t)(fixup->target - fixup->site - len);
}

static LayCode encode_jump(const LayFixup *fixup) { return x64_jmp_rel8(displacement(fixup, 2)); }
static LayCode encode_call(const LayFixup *fixup) { return x64_call_rel32(displacement(fixup, 5)); }
static LayCode encode_lea(const LayFixup *fixup) {
  return x64_lea_r64_m((X64Reg){fixup->operand[0]}, x64_at_rip(displacement(fixup, 7)));
}
static LayCode encode_mov_address(const LayFixup *fixup) {
  return x64_mov_r32_imm32((X64Reg){fixup->operand[0]}, (int64_t)fixup->target);
}
static LayCode encode_adr(const LayFixup *fixup) {
  return a64_code(a64_adr((A64Reg){fixup->operand[0], false}, displacement(fixup, 0)));
}
static LayCode encode_b(const LayFixup *fixup) { return a64_code(a64_b(displacement(fixup, 0))); }
static LayCode encode_bl(const LayFixup *fixup) { return a64_code(a64_bl(displacement(fixup, 0))); }

static LayCode encode_jcc(const LayFixup *fixup) {
  return x64_jcc_rel8((X64Cond)fixup->operand[0], displacement(fixup, 2));
}
static LayCode encode_mov_byte(const LayFixup *fixup) {
  return x64_mov_m8_imm8(x64_at_rip(displacement(fixup, 7)), fixup->immediate);
}
static LayCode encode_cbz(const LayFixup *fixup) {
  return a64_code(a64_cbz((A64Reg){fixup->operand[0], false}, displacement(fixup, 0)));
}
static LayCode encode_if_negative(const LayFixup *fixup) {
  return a64_code(a64_tbnz((A64Reg){fixup->operand[0], false}, 63, displacement(fixup, 0)));
}

static LayCode encode_b_cond(const LayFixup *fixup) {
  return a64_code(a64_b_cond((A64Cond)fixup->operand[0], displacement(fixup, 0)));
}
static LayCode encode_if_clear(const LayFixup *fixup) {
  return a64_code(a64_tbz((A64Reg){fixup->operand[0], false}, fixup->operand[1], displacement(fixup, 0)));
}

void bl_handmade_step(const char *bytes, LayCode code) {
  expect(bytes);
  bl_lay_code(bl_machine_layout(), code);
}

static void lay_step(const char *bytes, LayEncode encode, unsigned char number, const char *label) {
  expect(bytes);
  bl_lay_fixup(bl_machine_layout(), LAY_CODE, (LayFixup){.encode = encode, .operand = {number}}, label, NULL);
}

void bl_handmade_mov_byte(const char *bytes, const char *label, int64_t immediate) {
  expect(bytes);
  bl_lay_fixup(bl_machine_layout(), LAY_CODE, (LayFixup){.encode = encode_mov_byte, .immediate = immediate}, label,
               NULL);
}

void bl_handmade_jump(const char *bytes, const char *label) { lay_step(bytes, encode_jump, 0, label); }
void bl_handmade_call(const char *bytes, const char *label) { lay_step(bytes, encode_call, 0, label); }
void bl_handmade_lea(const char *bytes, X64Reg d, const char *label) { lay_step(bytes, encode_lea, d.number, label); }
void bl_handmade_mov_address(const char *bytes, X64Reg d, const char *label) {
  lay_step(bytes, encode_mov_address, d.number, label);
}
void bl_handmade_adr(const char *bytes, A64Reg d, const char *label) { lay_step(bytes, encode_adr, d.number, label); }
void bl_handmade_b(const char *bytes, const char *label) { lay_step(bytes, encode_b, 0, label); }
void bl_handmade_bl(const char *bytes, const char *label) { lay_step(bytes, encode_bl, 0, label); }
void bl_handmade_jcc(const char *bytes, X64Cond cond, const char *label) {
  lay_step(bytes, encode_jcc, (unsigned char)cond, label);
}
void bl_handmade_cbz(const char *bytes, A64Reg t, const char *label) { lay_step(bytes, encode_cbz, t.number, label); }
void bl_handmade_b_cond(const char *bytes, A64Cond cond, const char *label) {
  lay_step(bytes, encode_b_cond, (unsigned char)cond, label);
}
void bl_handmade_if_clear(const char *bytes, A64Reg t, int bit, const char *label) {
  expect(bytes);
  bl_lay_fixup(bl_machine_layout(), LAY_CODE,
               (LayFixup){.encode = encode_if_clear, .operand = {t.number, (unsigned char)bit}}, label, NULL);
}
void bl_handmade_if_negative(const char *bytes, A64Reg t, const char *label) {
  lay_step(bytes, encode_if_negative, t.number, label);
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

void bl_handmade_reads(const char *file, int line, const char *name, uint64_t offset, unsigned size, uint64_t value) {
  if (now.reading_count == sizeof now.readings / sizeof *now.readings)
    bl_lay_die(bl_machine_layout(), "a program has %zu readings at most", now.reading_count);
  now.readings[now.reading_count++] = (Reading){name, file, line, offset, value, size};
}

/* "02 00 3e", into `out` of 3 * count bytes, 1 at least. */
static void write_column(char *out, const unsigned char *bytes, size_t count) {
  *out = '\0';
  for (size_t i = 0; i < count; i++)
    sprintf(out + 3 * i, i + 1 < count ? "%02x " : "%02x", bytes[i]);
}

static void check_rows(Lay *lay, const unsigned char *text) {
  const LayItem *items = bl_lay_items(lay, &(size_t){0});
  for (const Row *row = now.rows; row < now.rows + now.row_count; row++) {
    const LayItem *item = &items[row->item];
    if (item->len == row->count && !memcmp(text + item->text, row->bytes, row->count))
      continue;
    char meant[3 * ROW_BYTES + 1], laid[3 * ROW_BYTES + 1];
    write_column(meant, row->bytes, row->count);
    write_column(laid, text + item->text, item->len < ROW_BYTES ? item->len : ROW_BYTES);
    bl_lay_at(lay, item->file, item->line);
    bl_lay_die(lay, "the row says \"%s\", but \"%s\" was laid", meant, laid);
  }
}

static void check_readings(Lay *lay, const unsigned char *text, size_t size) {
  for (const Reading *r = now.readings; r < now.readings + now.reading_count; r++) {
    uint64_t value = 0;
    for (unsigned i = 0; i < r->size; i++)
      if (r->offset + i < size)
        value |= (uint64_t)text[r->offset + i] << 8 * i;
    bl_lay_at(lay, r->file, r->line);
    if (value != r->value)
      bl_lay_die(lay, "%s at offset %#" PRIx64 " is %#" PRIx64 ", not %#" PRIx64, r->name, r->offset, value, r->value);
  }
}

static void save(const char *path, const unsigned char *bytes, size_t size, mode_t mode) {
  remove(path); /* a program of that name may be running: its file cannot be written */
  FILE *out = fopen(path, "wb");
  size_t written = out ? fwrite(bytes, 1, size, out) : 0;
  if (!out || fclose(out) || written != size || chmod(path, mode)) {
    fprintf(stderr, "%s: cannot be written: %s\n", path, strerror(errno));
    exit(1);
  }
}

static Lay *write_file(const char *outdir, uint64_t address, mode_t mode, const char *ending, const char *map_ending) {
  Lay *lay = bl_machine_settle(address, 4096);
  size_t size;
  const unsigned char *text = bl_lay_text(lay, &size);
  check_rows(lay, text);
  check_readings(lay, text, size);
  char *path = bl_program_path(outdir, ending), *map = bl_program_path(outdir, map_ending);
  save(path, text, size, mode);
  bl_map_write(lay, NULL, 0, map);
  free(path);
  free(map);
  return lay;
}

void bl_handmade_write(const char *outdir, uint64_t address, mode_t mode) {
  Lay *lay = write_file(outdir, address, mode, "", ".map");
  ElfLayout layout = {.machine = bl_machine_now()->elf_machine};
  char *sym = bl_program_path(outdir, ".sym");
  bl_elf_write_symbols(lay, &layout, sym);
  free(sym);
}

void bl_handmade_write_object(const char *outdir) { write_file(outdir, 0, 0644, ".o", ".o.map"); }

/* SPDX-License-Identifier: MIT */
