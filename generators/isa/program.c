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

static void write_exec(const char *outdir, const char *entry, bool single_segment) {
  const BlMachine *machine = bl_machine_now();
  Lay *lay = bl_machine_layout();
  if (bl_machine_counts_coverage())
    bl_lay_die(lay, "%s counts coverage, and only an object has the counters", name_now);
  ElfLayout layout = {machine->elf_machine, machine->base, single_segment ? 0x1000 : machine->page, single_segment};
  size_t headers = bl_elf_headers_size(&layout, bl_lay_bss_size(lay) > 0);
  bl_machine_check_end("the end of the program");
  bl_machine_settle(layout.base + headers, layout.page);
  char *path = bl_program_path(outdir, ""), *sym = bl_program_path(outdir, ".sym"),
       *map = bl_program_path(outdir, ".map");
  bl_elf_write_exec(lay, &layout, entry, path);
  bl_elf_write_symbols(lay, &layout, sym);
  unsigned char bytes[256];
  bl_elf_read_headers(path, bytes, headers);
  bl_map_write(lay, bytes, headers, map);
  free(path);
  free(sym);
  free(map);
}

void bl_program_write_exec(const char *outdir, const char *entry) { write_exec(outdir, entry, false); }

void bl_program_write_single_segment(const char *outdir, const char *entry) { write_exec(outdir, entry, true); }

void bl_program_write_object(const char *outdir, const char *const *exported, size_t count) {
  Lay *lay = bl_machine_settle(0, 4096);
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
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    bl_program_begin((BlIsa)isa, name);
    author();
    bl_program_write_exec(argv[1], "_start");
  }
  return 0;
}
