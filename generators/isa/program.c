/* program.c: from what was laid to the files of a program. */
#include "isa/program.h"

#include "lay/elf.h"

#include <stdio.h>
#include <stdlib.h>

static const char *name_now;

void program_begin(Isa isa, const char *name) {
  name_now = name;
  machine_begin(isa);
}

char *program_path(const char *outdir, const char *ending) {
  char *path;
  if (asprintf(&path, "%s/%s_%s%s", outdir, name_now, machine_now()->name, ending) < 0) {
    fprintf(stderr, "program: out of memory\n");
    exit(1);
  }
  return path;
}

static void write_exec(const char *outdir, const char *entry, bool single_segment) {
  const Machine *machine = machine_now();
  Lay *lay = machine_layout();
  if (machine_counts_coverage())
    lay_die(lay, "%s counts coverage, and only an object has the counters", name_now);
  ElfLayout layout = {machine->elf_machine, machine->base, single_segment ? 0x1000 : machine->page, single_segment};
  size_t headers = elf_headers_size(&layout, lay_bss_size(lay) > 0);
  machine_settle(layout.base + headers, layout.page);
  char *path = program_path(outdir, ""), *sym = program_path(outdir, ".sym"), *map = program_path(outdir, ".map");
  elf_write_exec(lay, &layout, entry, path);
  elf_write_symbols(lay, &layout, sym);
  unsigned char bytes[256];
  elf_read_headers(path, bytes, headers);
  map_write(lay, bytes, headers, map);
  free(path);
  free(sym);
  free(map);
}

void program_write_exec(const char *outdir, const char *entry) { write_exec(outdir, entry, false); }

void program_write_single_segment(const char *outdir, const char *entry) { write_exec(outdir, entry, true); }

void program_write_object(const char *outdir, const char *const *exported, size_t count) {
  Lay *lay = machine_settle(0, 4096);
  ElfSection counters = {0};
  if (machine_counts_coverage())
    counters = (ElfSection){"__libfuzzer_extra_counters", (size_t)machine_counters()};
  char *path = program_path(outdir, ".o"), *map = program_path(outdir, ".o.map");
  elf_write_object(lay, machine_now()->elf_machine, counters, exported, count, path);
  map_write(lay, NULL, 0, map);
  free(path);
  free(map);
}

int program_usage(const char *generator, const char *name) {
  fprintf(stderr, "usage: %s OUTDIR\nlays %s for every machine into the folder OUTDIR\n", generator, name);
  return 2;
}

int program_main(int argc, char **argv, const char *name, void (*author)(void)) {
  if (argc != 2)
    return program_usage(argv[0], name);
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    program_begin((Isa)isa, name);
    author();
    program_write_exec(argv[1], "_start");
  }
  return 0;
}
