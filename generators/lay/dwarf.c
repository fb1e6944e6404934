/* dwarf.c: the three sections, byte by byte. Section numbers are those of the DWARF 4 standard. */
#include "lay/dwarf.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 4, ADDRESS_SIZE = 8 };

/* ---- Numbers of variable length (7.6) ---------------------------------------------------------------------------- */

static void put_uleb(Buffer *out, uint64_t value) {
  do {
    unsigned char low = value & 0x7f;
    value >>= 7;
    bl_buffer_number(out, low | (value ? 0x80U : 0), 1);
  } while (value);
}

static void put_sleb(Buffer *out, int64_t value) {
  bool more = true;
  while (more) {
    unsigned low = (uint64_t)value & 0x7f;
    value = (value - (int64_t)low) / 128; /* an arithmetic shift by 7 */
    more = !((value == 0 && !(low & 0x40)) || (value == -1 && (low & 0x40)));
    bl_buffer_number(out, low | (more ? 0x80U : 0), 1);
  }
}

/* Begin a unit whose first field is its length in 32 bits; end_unit fills it in. */
static size_t begin_unit(Buffer *out) {
  size_t start = bl_buffer_number(out, 0, 4);
  bl_buffer_number(out, VERSION, 2);
  return start;
}

static void end_unit(Buffer *out, size_t start) { bl_buffer_set_number(out, start, out->size - start - 4, 4); }

/* ---- The files --------------------------------------------------------------------------------------------------- */

/* The files that laid code, in the order of their first instructions. */
typedef struct {
  const char **name;
  unsigned count;
} Files;

/* The number of a file, from 1; 0 if it is not among them. */
static unsigned file_number(const Files *files, const char *name) {
  for (unsigned i = 0; i < files->count; i++)
    if (!strcmp(files->name[i], name))
      return i + 1;
  return 0;
}

static Files find_files(const Lay *lay) {
  Files files = {0};
  size_t count;
  const LayItem *item = bl_lay_items(lay, &count);
  for (size_t i = 0; i < count; i++) {
    if (item[i].kind != LAY_CODE || file_number(&files, item[i].file))
      continue;
    files.name = realloc(files.name, (files.count + 1) * sizeof *files.name);
    if (!files.name) {
      fprintf(stderr, "lay: out of memory for the names of %u files\n", files.count + 1);
      exit(1);
    }
    files.name[files.count++] = item[i].file;
  }
  return files;
}

/* ---- .debug_abbrev (7.5.3) and .debug_info (7.5) ----------------------------------------------------------------- */

enum {
  DW_TAG_COMPILE_UNIT = 0x11,
  DW_TAG_SUBPROGRAM = 0x2e,
  DW_AT_NAME = 0x03,
  DW_AT_STMT_LIST = 0x10,
  DW_AT_LOW_PC = 0x11,
  DW_AT_HIGH_PC = 0x12,
  DW_AT_LANGUAGE = 0x13,
  DW_AT_PRODUCER = 0x25,
  DW_AT_DECL_FILE = 0x3a,
  DW_AT_DECL_LINE = 0x3b,
  DW_AT_EXTERNAL = 0x3f,
  DW_FORM_ADDR = 0x01,
  DW_FORM_DATA2 = 0x05,
  DW_FORM_DATA8 = 0x07,
  DW_FORM_STRING = 0x08,
  DW_FORM_UDATA = 0x0f,
  DW_FORM_SEC_OFFSET = 0x17,
  DW_FORM_FLAG_PRESENT = 0x19,
  /* What assemblers say. A debugger then takes a breakpoint on a routine for one on its first instruction. */
  DW_LANG_MIPS_ASSEMBLER = 0x8001,
  UNIT = 1, /* the codes of our two abbreviations */
  ROUTINE = 2
};

/* The abbreviations say of which attributes, in which forms, the entries of .debug_info are made. */
static void put_abbreviations(Buffer *out) {
  static const unsigned short unit[] = {DW_AT_PRODUCER,
                                        DW_FORM_STRING,
                                        DW_AT_LANGUAGE,
                                        DW_FORM_DATA2,
                                        DW_AT_NAME,
                                        DW_FORM_STRING,
                                        DW_AT_STMT_LIST,
                                        DW_FORM_SEC_OFFSET,
                                        DW_AT_LOW_PC,
                                        DW_FORM_ADDR,
                                        DW_AT_HIGH_PC,
                                        DW_FORM_DATA8,
                                        0,
                                        0};
  static const unsigned short routine[] = {DW_AT_NAME,
                                           DW_FORM_STRING,
                                           DW_AT_DECL_FILE,
                                           DW_FORM_UDATA,
                                           DW_AT_DECL_LINE,
                                           DW_FORM_UDATA,
                                           DW_AT_LOW_PC,
                                           DW_FORM_ADDR,
                                           DW_AT_HIGH_PC,
                                           DW_FORM_DATA8,
                                           DW_AT_EXTERNAL,
                                           DW_FORM_FLAG_PRESENT,
                                           0,
                                           0};
  static const unsigned char has_children[] = {1}, has_none[] = {0};
  put_uleb(out, UNIT);
  put_uleb(out, DW_TAG_COMPILE_UNIT);
  bl_buffer_append(out, has_children, 1);
  for (size_t i = 0; i < sizeof unit / sizeof *unit; i++)
    put_uleb(out, unit[i]);
  put_uleb(out, ROUTINE);
  put_uleb(out, DW_TAG_SUBPROGRAM);
  bl_buffer_append(out, has_none, 1);
  for (size_t i = 0; i < sizeof routine / sizeof *routine; i++)
    put_uleb(out, routine[i]);
  put_uleb(out, 0); /* no more */
}

static void put_routine(Buffer *out, const LaySymbol *symbol, const Files *files) {
  put_uleb(out, ROUTINE);
  bl_buffer_string(out, symbol->name);
  put_uleb(out, file_number(files, symbol->file)); /* 0: none */
  put_uleb(out, (uint64_t)symbol->line);
  bl_buffer_number(out, symbol->address, ADDRESS_SIZE);
  bl_buffer_number(out, symbol->size, 8);
}

static void put_info(Buffer *out, const Lay *lay, const Files *files) {
  size_t text_size, count, start = begin_unit(out);
  bl_lay_text(lay, &text_size);
  bl_buffer_number(out, 0, 4); /* where its abbreviations begin */
  bl_buffer_number(out, ADDRESS_SIZE, 1);
  put_uleb(out, UNIT);
  bl_buffer_string(out, "bytegate");
  bl_buffer_number(out, DW_LANG_MIPS_ASSEMBLER, 2);
  bl_buffer_string(out, files->count ? files->name[0] : "?");
  bl_buffer_number(out, 0, 4); /* where its line table begins */
  bl_buffer_number(out, bl_lay_address(lay), ADDRESS_SIZE);
  bl_buffer_number(out, text_size, 8);
  const LaySymbol *symbol = bl_lay_symbols(lay, &count);
  for (size_t i = 0; i < count; i++)
    if (symbol[i].kind == LAY_ROUTINE && symbol[i].size)
      put_routine(out, &symbol[i], files);
  put_uleb(out, 0); /* no more children */
  end_unit(out, start);
}

/* ---- .debug_line (6.2) ------------------------------------------------------------------------------------------- */

enum {
  DW_LNS_COPY = 1,
  DW_LNS_ADVANCE_PC = 2,
  DW_LNS_ADVANCE_LINE = 3,
  DW_LNS_SET_FILE = 4,
  DW_LNE_END_SEQUENCE = 1,
  DW_LNE_SET_ADDRESS = 2,
  /* One byte stands for a small step of both: the line by -5..8, the address by what is left of 255. */
  OPCODE_BASE = 13,
  LINE_BASE = -5,
  LINE_RANGE = 14
};

/* The registers of the state machine that reads the table. */
typedef struct {
  uint64_t address;
  unsigned file;
  int64_t line;
  unsigned unit; /* size of an instruction, of which addresses are multiples; 1 where it varies */
} State;

static void put_line_header(Buffer *out, const Files *files, unsigned unit) {
  static const unsigned char operands[OPCODE_BASE - 1] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}; /* of opcodes 1..12 */
  size_t length = bl_buffer_number(out, 0, 4);
  bl_buffer_number(out, unit, 1); /* minimum_instruction_length */
  bl_buffer_number(out, 1, 1);    /* maximum_operations_per_instruction */
  bl_buffer_number(out, 1, 1);    /* default_is_stmt */
  bl_buffer_number(out, (uint64_t)LINE_BASE, 1);
  bl_buffer_number(out, LINE_RANGE, 1);
  bl_buffer_number(out, OPCODE_BASE, 1);
  bl_buffer_append(out, operands, sizeof operands);
  bl_buffer_number(out, 0, 1); /* no directories: names are whole */
  for (unsigned i = 0; i < files->count; i++) {
    bl_buffer_string(out, files->name[i]);
    for (int unknown = 0; unknown < 3; unknown++) /* directory, time, size */
      put_uleb(out, 0);
  }
  bl_buffer_number(out, 0, 1); /* no more files */
  bl_buffer_set_number(out, length, out->size - length - 4, 4);
}

static void put_extended(Buffer *out, unsigned opcode, uint64_t operand, size_t operand_size) {
  bl_buffer_number(out, 0, 1);
  put_uleb(out, 1 + operand_size);
  bl_buffer_number(out, opcode, 1);
  if (operand_size)
    bl_buffer_number(out, operand, operand_size);
}

/* Code begins at `address`, after something else. */
static void begin_sequence(Buffer *out, State *state, uint64_t address) {
  state->address = address;
  state->file = 1;
  state->line = 1;
  put_extended(out, DW_LNE_SET_ADDRESS, address, ADDRESS_SIZE);
}

static void end_sequence(Buffer *out, const State *state, uint64_t address) {
  bl_buffer_number(out, DW_LNS_ADVANCE_PC, 1);
  put_uleb(out, (address - state->address) / state->unit);
  put_extended(out, DW_LNE_END_SEQUENCE, 0, 0);
}

/* A row: from this item on the code is of its line. */
static void put_row(Buffer *out, State *state, const LayItem *item, unsigned file) {
  if (file != state->file) {
    bl_buffer_number(out, DW_LNS_SET_FILE, 1);
    put_uleb(out, file);
  }
  int64_t line_step = item->line - state->line;
  uint64_t address_step = (item->address - state->address) / state->unit;
  uint64_t special = (uint64_t)(line_step - LINE_BASE) + LINE_RANGE * address_step + OPCODE_BASE;
  if (line_step >= LINE_BASE && line_step < LINE_BASE + LINE_RANGE && special <= 255) {
    bl_buffer_number(out, special, 1);
  } else {
    bl_buffer_number(out, DW_LNS_ADVANCE_LINE, 1);
    put_sleb(out, line_step);
    bl_buffer_number(out, DW_LNS_ADVANCE_PC, 1);
    put_uleb(out, address_step);
    bl_buffer_number(out, DW_LNS_COPY, 1);
  }
  state->file = file;
  state->line = item->line;
  state->address = item->address;
}

/* One sequence for each stretch of code between data. */
static void put_rows(Buffer *out, const Lay *lay, const Files *files, unsigned unit) {
  size_t count;
  const LayItem *item = bl_lay_items(lay, &count);
  State state = {.unit = unit};
  const LayItem *before = NULL; /* the item of code that was laid before this one, and nothing between */
  for (size_t i = 0; i < count; i++) {
    if (!item[i].len)
      continue;
    if (item[i].kind != LAY_CODE) {
      if (before)
        end_sequence(out, &state, item[i].address);
      before = NULL;
      continue;
    }
    unsigned file = file_number(files, item[i].file);
    if (!before)
      begin_sequence(out, &state, item[i].address);
    if (!before || file != state.file || item[i].line != state.line)
      put_row(out, &state, &item[i], file);
    before = &item[i];
  }
  if (before)
    end_sequence(out, &state, before->address + before->len);
}

static void put_lines(Buffer *out, const Lay *lay, const Files *files) {
  unsigned unit = bl_lay_unit(lay) ? bl_lay_unit(lay) : 1;
  size_t start = begin_unit(out);
  put_line_header(out, files, unit);
  put_rows(out, lay, files, unit);
  end_unit(out, start);
}

Dwarf bl_dwarf_describe(const Lay *lay) {
  Dwarf dwarf = {0};
  Files files = find_files(lay);
  put_abbreviations(&dwarf.abbrev);
  put_info(&dwarf.info, lay, &files);
  put_lines(&dwarf.line, lay, &files);
  free(files.name);
  return dwarf;
}

void bl_dwarf_free(Dwarf *dwarf) {
  bl_buffer_free(&dwarf->abbrev);
  bl_buffer_free(&dwarf->info);
  bl_buffer_free(&dwarf->line);
}

/* SPDX-License-Identifier: MIT */
