/* Asks libdwfl, which finds separate debug files as gdb does, and knows all versions of DWARF. */
#include "harness/map/source_lines.h"

#include <elfutils/libdwfl.h>
#include <stdlib.h>

struct source_lines {
  Dwfl *session;
  Dwfl_Module *module;
  GElf_Addr bias; /* what libdwfl adds to the addresses of the file */
};

struct source_lines *source_lines_read(const char *path) {
  static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                           .find_debuginfo = dwfl_standard_find_debuginfo,
                                           .section_address = dwfl_offline_section_address};
  struct source_lines *lines = calloc(1, sizeof *lines);
  if (!lines)
    return NULL;
  lines->session = dwfl_begin(&callbacks);
  lines->module = lines->session ? dwfl_report_offline(lines->session, path, path, -1) : NULL;
  if (lines->module && dwfl_report_end(lines->session, NULL, NULL) == 0 &&
      dwfl_module_getdwarf(lines->module, &lines->bias))
    return lines;
  source_lines_free(lines);
  return NULL;
}

void source_lines_free(struct source_lines *lines) {
  if (lines && lines->session)
    dwfl_end(lines->session);
  free(lines);
}

bool source_lines_at(struct source_lines *lines, uint64_t address, const char **file, int *line) {
  Dwfl_Line *found = lines ? dwfl_module_getsrc(lines->module, address + lines->bias) : NULL;
  *file = found ? dwfl_lineinfo(found, NULL, line, NULL, NULL, NULL) : NULL;
  return *file != NULL;
}

/* SPDX-License-Identifier: MIT */
