/* machines.c: the table of machines.h. */
#include "isa/machines.h"

#include "isa/templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_(isa, name, elf_machine, base, page, unit, stat_mode, o_directory, o_nofollow, epoll_data, templates)      \
  [isa] = {name, elf_machine, base, page, unit, stat_mode, o_directory, o_nofollow, epoll_data, &(templates)},
static const BlMachine machines[ISA_COUNT] = {MACHINES(ROW_)};

const BlMachine *bl_machine_row(BlIsa isa) {
  if ((unsigned)isa < ISA_COUNT)
    return &machines[isa];
  char names[256] = "";
  for (int row = 0; row < ISA_COUNT; row++)
    snprintf(names + strlen(names), sizeof names - strlen(names), "%s %d: %s", row ? "," : "", row, machines[row].name);
  fprintf(stderr, "machine: %d is none of the machines in isa/machines.h, which are%s\n", (int)isa, names);
  exit(1);
}

/* SPDX-License-Identifier: MIT */
