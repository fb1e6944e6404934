/* The room map/: reads the source map of a program, PROGRAM.map beside the ELF. It says what each byte is and which
   line of a generator laid it. A text of one line for each instruction or datum, its fields parted by tabs: address and
   bytes in hexadecimal, kind, routine, FILE:LINE. At the end stands a line for each routine that promises something to
   its callers: `# contract`, routine, clauses, FILE:LINE. Other lines that begin with # are skipped. */
#ifndef HARNESS_PROGRAM_MAP_H
#define HARNESS_PROGRAM_MAP_H

#include "harness/base/bytes.h"

enum map_kind { MAP_HEAD, MAP_CODE, MAP_DATA, MAP_FILL, MAP_BSS, MAP_KINDS };

struct map_entry {
  uint64_t address;
  const uint8_t *bytes; /* in the map's own store */
  size_t len;
  enum map_kind kind;
  const char *routine;
  const char *file; /* the generator's */
  int line;
  size_t first; /* the number of the first entry of its routine: of those that stand together with its name */
};

/* A routine's contract, as its author declared it: "in A0 A1; out A0; destroys T0 T1". */
struct map_contract {
  const char *routine, *clauses;
  const char *file; /* the generator's */
  int line;
};

/* What is in the file; not the bss, which has no bytes. */
struct program_map {
  struct map_entry *entries; /* by address */
  size_t count;
  struct map_contract *contracts; /* in the file's order */
  size_t contract_count;
  uint64_t base; /* of the first entry */
  uint64_t span; /* bytes from there to the end of the last */
  struct bytes text, store;
};

/* Makes the text of a map of the program ELF, from its symbols. Returns false where it has none, and WHY says so. A
   room above this one does it; main sets it. NULL: a program without a map file has none. */
extern bool (*program_map_maker)(const char *elf, struct bytes *text, struct bytes *why);

/* Reads the map of the program ELF: the file ELF.map, or where that is not there, one made of its symbols. On failure
 * returns false, and WHY says what is wrong with which line. */
bool program_map_read(const char *elf, struct program_map *map, struct bytes *why);

/* The same of the file alone. */
bool program_map_read_file(const char *elf, struct program_map *map, struct bytes *why);
void program_map_free(struct program_map *map);

/* Moves all addresses of MAP by OFFSET: to where a program that can be loaded anywhere (PIE) was loaded. */
void program_map_move(struct program_map *map, uint64_t offset);

/* The entry that holds ADDRESS, or NULL. */
const struct map_entry *program_map_at(const struct program_map *map, uint64_t address);

/* The address at which the routine of ENTRY, one of MAP's, begins: that of its first entry. */
uint64_t program_map_routine(const struct program_map *map, const struct map_entry *entry);

#endif

/* SPDX-License-Identifier: MIT */
