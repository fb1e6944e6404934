/* One of two builds of a program, taken apart: its routines and tables by name, and the instructions of a routine freed
   from where they stand, so that two builds can be compared although every address in them has moved.

   The names and sizes come from the symbol file beside the ELF, PROGRAM.sym, or from the ELF itself, the instructions
   from the source map, PROGRAM.map, or from the symbols. What they do not say is not known here: an address that is the
   immediate of an instruction, or stands in a table in another form than 16 bits relative to the table's own begin, is
   not relocated. */
#ifndef HARNESS_BISECT_BUILD_H
#define HARNESS_BISECT_BUILD_H

#include "harness/blame/blame_code.h"
#include "harness/map/program_map.h"

enum item_kind { ITEM_CODE, ITEM_DATA, ITEM_BSS };

/* A routine, a table, or memory without bytes. */
struct item {
  char *name;
  uint64_t address, size;
  enum item_kind kind;
  uint64_t reach; /* the highest end of this item and of all before it: symbols of others may overlap */
};

/* A place in a routine that has a name. */
struct place {
  char *name;
  uint64_t address;
};

struct build {
  char *path;
  struct bytes file;
  struct program_map map;
  struct code_reader reader;
  const struct machine *machine;
  const struct move_rules *rules;
  struct item *items; /* by address */
  size_t item_count;
  struct place *places; /* by address */
  size_t place_count;
};

/* What a displacement of a unit stands for. */
enum unit_kind {
  UNIT_PLAIN,
  UNIT_JUMP,   /* always goes to the target */
  UNIT_BRANCH, /* goes there or on */
  UNIT_CALL,
  UNIT_ADDRESS, /* reads, or makes the address of, the target */
  UNIT_LITERAL  /* reads the target, and reaches no further than the code beside it: the target has to come along */
};

/* An instruction in its longest form, its displacement zero: two routines do the same if their units are the same and
   the targets are those of the same name. */
struct unit {
  uint64_t address;
  uint8_t bytes[16];
  size_t len;
  enum unit_kind kind;
  size_t field; /* x64: where the 32-bit displacement stands in the bytes */
  uint64_t target;
};

/* How the instructions of one machine are moved: bisect_x64.c, bisect_arm64.c. */
struct move_rules {
  const char *machine;
  /* Makes UNIT, whose address is set, of the instruction at BYTES, which READER has read last, or of that and the next;
     LEFT bytes are left in the routine. Returns how many it took, or 0 for one that cannot be moved. */
  size_t (*list)(const struct code_reader *reader, const uint8_t *bytes, size_t left, struct unit *unit);
  /* Gives UNIT, which is to stand at PLACE, the displacement to TARGET. False where it does not reach. */
  bool (*aim)(struct unit *unit, uint64_t place, uint64_t target);
  struct unit jump; /* to be aimed */
};

extern const struct move_rules move_rules_x64, move_rules_arm64;

/* The rules of MACHINE, or NULL. */
const struct move_rules *move_rules_of(const struct machine *machine);

/* Sets all of UNIT but its address and target. */
void unit_set(struct unit *unit, enum unit_kind kind, const uint8_t *bytes, size_t len, size_t field);

/* Whether VALUE is a signed number of so many BITS. */
bool unit_fits(int64_t value, unsigned bits);

struct listing {
  struct unit *units;
  size_t count;
};

/* Reads the program ELF and what stands beside it. On failure returns false and WHY says what is missing or wrong. */
bool build_open(const char *elf, struct build *build, struct bytes *why);
void build_close(struct build *build);

/* The item that holds ADDRESS, or NULL. */
const struct item *build_item_at(const struct build *build, uint64_t address);
const struct item *build_item(const struct build *build, const char *name);

/* The item's bytes in the file, or NULL where it has none. */
const uint8_t *build_bytes(const struct build *build, const struct item *item);

/* Whether it is data that the generators number instead of naming it ("literal_ab"): the number says nothing. */
bool build_is_nameless(const struct item *item);

/* Makes the units of a routine; the caller frees them with listing_free. False: it has an instruction that cannot be
   taken from its place, and WHY names it. */
bool build_list(struct build *build, const struct item *item, struct listing *listing, struct bytes *why);
void listing_free(struct listing *listing);

/* The number of the unit that begins at ADDRESS, or the count of them. */
size_t listing_at(const struct listing *listing, uint64_t address);

/* Finds in TO what stands at ADDRESS in FROM: the item of that name, or, of a nameless piece of data, one with the same
   bytes; and in it the place of the same name, or the same offset. */
bool build_translate(const struct build *from, const struct build *to, uint64_t address, uint64_t *out);

/* Whether a table consists of 16-bit references from its begin to places that have names, in this build. */
bool build_is_reference_table(const struct build *build, const struct item *item);

/* What reference NUMBER of such a table leads to. */
uint64_t build_reference(const struct build *build, const struct item *item, size_t number);

/* Whether the item ONE of A does, or is, the same as the item TWO of B. */
bool build_same(struct build *a, const struct item *one, struct build *b, const struct item *two);

/* Whether ITEM of A, a routine or a table with a name of its own, does not do, or is not, the same as what has that
   name in B. Where names do not decide, what stands at the same address with the same
   bytes does not. */
bool build_differs(struct build *a, const struct item *item, struct build *b);

#endif

/* SPDX-License-Identifier: MIT */
