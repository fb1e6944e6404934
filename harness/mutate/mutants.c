/* Makes the mutants of a program, and names them. */
#include "harness/mutate/mutants.h"

#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

const char *mutation_name(enum mutation mutation) {
  static const char *const names[MUTATIONS] = {"condition", "plus-one", "minus-one", "further", "nearer",
                                               "register",  "exchange", "no-op",     "set-bit", "clear-bit"};
  return names[mutation];
}

static struct mutant *append(struct mutants *mutants) {
  mutants->items = xgrow(mutants->items, mutants->count, sizeof *mutants->items);
  return &mutants->items[mutants->count++];
}

void mutants_add(struct mutants *mutants, const struct map_entry *entry, enum mutation mutation, const uint8_t *bytes) {
  unsigned which = 0;
  if (entry->len > MUTANT_MOST_BYTES || memcmp(bytes, entry->bytes, entry->len) == 0)
    return;
  for (size_t i = mutants->count; i > 0 && mutants->items[i - 1].entry == entry; i--) {
    if (memcmp(mutants->items[i - 1].bytes, bytes, entry->len) == 0)
      return;
    which += mutants->items[i - 1].mutation == mutation;
  }
  struct mutant *mutant = append(mutants);
  *mutant = (struct mutant){
      .entry = entry, .mutation = mutation, .which = which, .len = entry->len, .address = entry->address};
  memcpy(mutant->bytes, bytes, entry->len);
}

/* One bit of each byte, another one from byte to byte of the table that begins at BEGIN, so that every place in a byte
   has its turn, and a table that lies elsewhere has the same mutants. */
static void mutate_data(struct mutants *mutants, const struct map_entry *entry, uint64_t begin) {
  for (size_t i = 0; i < entry->len; i++) {
    uint8_t bit = (uint8_t)(1U << ((entry->address - begin + i) % 8));
    struct mutant *mutant = append(mutants);
    *mutant = (struct mutant){.entry = entry, .which = (unsigned)i, .len = 1, .address = entry->address + i};
    mutant->mutation = entry->bytes[i] & bit ? MUTATION_CLEAR_BIT : MUTATION_SET_BIT;
    mutant->bytes[0] = entry->bytes[i] ^ bit;
  }
}

static mutator *mutator_of(const struct machine *machine) {
  static const struct {
    const char *machine;
    mutator *mutate;
  } all[] = {{"x64", mutate_x64}, {"arm64", mutate_arm64}};
  for (size_t i = 0; machine && i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i].machine, machine->name) == 0)
      return all[i].mutate;
  return NULL;
}

void mutants_make(const struct program_map *map, const struct machine *machine, struct mutants *mutants) {
  mutator *mutate = mutator_of(machine);
  uint64_t begin = 0; /* of the routine or table */
  *mutants = (struct mutants){0};
  for (size_t i = 0; i < map->count; i++) {
    const struct map_entry *entry = &map->entries[i];
    if (i == 0 || strcmp(entry[-1].routine, entry->routine) != 0)
      begin = entry->address;
    if (entry->kind == MAP_DATA)
      mutate_data(mutants, entry, begin);
    else if (entry->kind == MAP_CODE && mutate)
      mutate(mutants, entry, i + 1 < map->count ? entry + 1 : NULL);
  }
}

void mutants_free(struct mutants *mutants) {
  free(mutants->items);
  *mutants = (struct mutants){0};
}

void mutant_name(const struct program_map *map, const struct mutant *mutant, struct bytes *name) {
  const struct map_entry *entry = mutant->entry;
  bytes_printf(name, "%s+0x%llx:%s", entry->routine,
               (unsigned long long)(mutant->address - program_map_routine(map, entry)),
               mutation_name(mutant->mutation));
  if (entry->kind == MAP_CODE && mutant->which > 0)
    bytes_printf(name, ".%u", mutant->which);
}

static void disassemble(csh handle, const uint8_t *bytes, size_t len, uint64_t address, struct bytes *text) {
  cs_insn *insn = NULL;
  size_t count = cs_disasm(handle, bytes, len, address, 0, &insn);
  if (count == 0)
    bytes_text(text, "no instruction");
  else if (count > 1)
    bytes_printf(text, "%s x %zu", insn[0].mnemonic, count);
  else
    bytes_printf(text, "%s%s%s", insn[0].mnemonic, insn[0].op_str[0] ? " " : "", insn[0].op_str);
  if (count)
    cs_free(insn, count);
}

void mutant_describe(const struct machine *machine, const struct mutant *mutant, struct bytes *text) {
  csh handle = 0;
  if (mutant->entry->kind != MAP_CODE) {
    bytes_printf(text, "0x%02x, now 0x%02x", mutant->entry->bytes[mutant->which], mutant->bytes[0]);
    return;
  }
  if (cs_open((cs_arch)machine->capstone_arch, (cs_mode)machine->capstone_mode, &handle) != CS_ERR_OK)
    die("capstone cannot be opened for %s", machine->title);
  disassemble(handle, mutant->entry->bytes, mutant->entry->len, mutant->address, text);
  bytes_text(text, ", now ");
  disassemble(handle, mutant->bytes, mutant->len, mutant->address, text);
  cs_close(&handle);
}

/* SPDX-License-Identifier: MIT */
