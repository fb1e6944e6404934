/* The line tables of a program that carries DWARF: which line of its source an address belongs to. Read with elfutils'
   libdw; a program without such tables has no lines. */
#ifndef HARNESS_SOURCE_LINES_H
#define HARNESS_SOURCE_LINES_H

#include <stdbool.h>
#include <stdint.h>

struct source_lines;

/* Reads the line tables of the ELF file PATH. Returns NULL where it has none. */
struct source_lines *source_lines_read(const char *path);
void source_lines_free(struct source_lines *lines);

/* The source FILE, valid until LINES is freed, and LINE of ADDRESS, as the ELF file numbers addresses. Returns false
   where no table knows. */
bool source_lines_at(struct source_lines *lines, uint64_t address, const char **file, int *line);

#endif

/* SPDX-License-Identifier: MIT */
