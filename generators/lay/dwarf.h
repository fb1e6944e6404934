/* dwarf.h: which line of a generator laid each instruction, as a debugger reads it.
 *
 * DWARF 4 (dwarfstd.org), as little of it as gdb needs: one compilation unit, which spans the text; a subprogram for
 * each routine, so that a line which was laid into several routines is found in each; and a line table. Data have no
 * lines here: a debugger would set breakpoints on them. The map has all lines.
 *
 * File names are those that the generators were compiled with, relative to the root of the repository, so that the
 * bytes are the same wherever it stands.
 */
#ifndef BYTEGATE_LAY_DWARF_H
#define BYTEGATE_LAY_DWARF_H

#include "lay/buffer.h"
#include "lay/lay.h"

typedef struct {
  Buffer abbrev, info, line; /* the sections .debug_abbrev, .debug_info and .debug_line */
} Dwarf;

/* The sections that describe a settled layout; owned by the caller: bl_dwarf_free. */
Dwarf bl_dwarf_describe(const Lay *lay);
void bl_dwarf_free(Dwarf *dwarf);

#endif

/* SPDX-License-Identifier: MIT */
