/* program.c: from what was laid to the files of a program. */
#include "isa/program.h"

#include "lay/elf.h"

#include <stdio.h>
#include <stdlib.h>

static const char *name_now;

void bl_program_begin(BlIsa isa, const char *name) {
  name_now = name;
  bl_machine_begin(isa);
}

char *bl_program_path(const char *outdir, const char *ending) {
  char *path;
  if (asprintf(&path, "%s/%s_%s%s", outdir, name_now, bl_machine_now()->name, ending) < 0) {
    fprintf(stderr, "program: out of memory\n");
    exit(1);
  }
  return path;
}

/* The program has a place for code alone: no item may be written. */
static void check_nothing_written(Lay *lay, const char *what) {
  size_t count;
  const LaySymbol *symbol = bl_lay_symbols(lay, &count);
  for (size_t i = 0; i < count; i++)
    if (symbol[i].kind == LAY_BSS || symbol[i].writable) {
      bl_lay_at(lay, symbol[i].file, symbol[i].line);
      bl_lay_die(lay, "\"%s\" can be written, and %s has no room for that; lay it by data(), or hand over its address",
                 symbol[i].name, what);
    }
}

/* A label that nobody uses is most often one whose name is misspelt where it should be used. One that counts coverage
 * is of use by itself. */
static void check_labels(Lay *lay) {
  size_t count, items;
  const LaySymbol *symbol = bl_lay_symbols(lay, &count);
  const LayItem *item = bl_lay_items(lay, &items);
  if (bl_machine_counts_coverage())
    return;
  bool *used = calloc(count + 1, sizeof *used);
  if (!used)
    bl_lay_die(lay, "out of memory for %zu labels", count);
  for (size_t i = 0; i < items; i++) {
    if (item[i].target >= 0)
      used[item[i].target] = true;
    if (item[i].pair >= 0)
      used[item[i].pair] = true;
  }
  for (size_t i = 0; i < count; i++)
    if (symbol[i].kind == LAY_LABEL && !used[i]) {
      bl_lay_at(lay, symbol[i].file, symbol[i].line);
      bl_lay_die(lay, "label \"%s\" is never used; take it out, or correct the name that should lead there",
                 symbol[i].name);
    }
  free(used);
}

/* Settles what was laid, as an executable; returns what its headers are made from. */
static ElfLayout settle_exec(bool single_segment) {
  const BlMachine *machine = bl_machine_now();
  Lay *lay = bl_machine_layout();
  if (bl_machine_counts_coverage())
    bl_lay_die(lay, "%s counts coverage, and only an object has the counters", name_now);
  ElfLayout layout = {machine->elf_machine, machine->base, single_segment ? 0x1000 : machine->page, single_segment};
  bl_machine_check_end("the end of the program");
  if (single_segment)
    check_nothing_written(lay, "a single segment");
  bl_machine_settle(layout.base + bl_elf_headers_size(&layout, lay), layout.page);
  check_labels(lay);
  return layout;
}

static void write_exec(const char *outdir, const char *entry, bool single_segment) {
  ElfLayout layout = settle_exec(single_segment);
  const Lay *lay = bl_machine_layout();
  size_t headers = bl_elf_headers_size(&layout, lay);
  char *path = bl_program_path(outdir, ""), *sym = bl_program_path(outdir, ".sym"),
       *map = bl_program_path(outdir, ".map");
  bl_elf_write_exec(lay, &layout, entry, path);
  bl_elf_write_symbols(lay, &layout, sym);
  unsigned char bytes[512];
  bl_elf_read_headers(path, bytes, headers);
  bl_map_write(lay, bytes, headers, map);
  free(path);
  free(sym);
  free(map);
}

void bl_program_write_exec(const char *outdir, const char *entry) { write_exec(outdir, entry, false); }

void bl_program_write_single_segment(const char *outdir, const char *entry) { write_exec(outdir, entry, true); }

void bl_program_write_object(const char *outdir, const char *const *exported, size_t count) {
  check_nothing_written(bl_machine_layout(), "an object");
  bl_machine_check_end("the end of the object");
  Lay *lay = bl_machine_settle(0, 4096);
  check_labels(lay);
  ElfSection counters = {0};
  if (bl_machine_counts_coverage())
    counters = (ElfSection){"__libfuzzer_extra_counters", (size_t)bl_machine_counters()};
  char *path = bl_program_path(outdir, ".o"), *map = bl_program_path(outdir, ".o.map");
  bl_elf_write_object(lay, bl_machine_now()->elf_machine, counters, exported, count, path);
  bl_map_write(lay, NULL, 0, map);
  free(path);
  free(map);
}

int bl_program_usage(const char *generator, const char *name) {
  fprintf(stderr, "usage: %s OUTDIR\nlays %s for every machine into the folder OUTDIR\n", generator, name);
  return 2;
}

int bl_program_main(int argc, char **argv, const char *name, void (*author)(void)) {
  if (argc != 2)
    return bl_program_usage(argv[0], name);
  for (int isa = 0; isa < ISA_COUNT; isa++) { /* what is refused for one machine is written for none */
    bl_program_begin((BlIsa)isa, name);
    author();
    settle_exec(false);
  }
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    bl_program_begin((BlIsa)isa, name);
    author();
    bl_program_write_exec(argv[1], "_start");
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
