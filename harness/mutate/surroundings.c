/* Hashes what stands around mutants. */
#include "harness/mutate/surroundings.h"

#include "harness/base/hash.h"
#include "harness/bisect/bisect_build.h"

#include <stdlib.h>
#include <string.h>

/* How many instructions before and after the operation, and how many bytes of a table on each side. */
enum { NEAR_INSTRUCTIONS = 3, NEAR_BYTES = 8 };

/* The program, and the routine that is looked at. */
struct view {
  struct build build;
  bool is_open; /* the program has symbols */
  const struct program_map *map;
  size_t first, end; /* the map's entries of the routine */
  const struct item *item;
  struct listing listing; /* of it, or empty */
};

static uint64_t hash_number(uint64_t hash, uint64_t number) { return hash_bytes(hash, &number, sizeof number); }

static uint64_t hash_text(uint64_t hash, const char *text) { return hash_bytes(hash, text, strlen(text) + 1); }

/* What fills the place after a routine has its name, and is no part of it. */
static bool is_same_routine(const struct map_entry *a, const struct map_entry *b) {
  return a->kind == b->kind && strcmp(a->routine, b->routine) == 0;
}

/* Turns to the routine of the entry NUMBER of the map. */
static void turn_to(struct view *view, size_t number) {
  const struct map_entry *entries = view->map->entries;
  struct bytes why = {0};
  if (number >= view->first && number < view->end)
    return;
  view->first = view->end = number;
  while (view->first > 0 && is_same_routine(&entries[view->first - 1], &entries[number]))
    view->first--;
  while (view->end < view->map->count && is_same_routine(&entries[view->end], &entries[number]))
    view->end++;
  listing_free(&view->listing);
  view->item = view->is_open ? build_item_at(&view->build, entries[number].address) : NULL;
  if (view->item && view->item->kind == ITEM_CODE && !build_list(&view->build, view->item, &view->listing, &why))
    listing_free(&view->listing);
  bytes_free(&why);
}

/* What stands outside of the routine goes by its name; a nameless piece of data by its bytes. */
static uint64_t hash_outside(const struct view *view, uint64_t hash, uint64_t target) {
  const struct item *item = build_item_at(&view->build, target);
  if (!item)
    return hash_number(hash, target);
  const uint8_t *bytes = build_is_nameless(item) ? build_bytes(&view->build, item) : NULL;
  hash = bytes ? hash_bytes(hash, bytes, item->size) : hash_text(hash, item->name);
  return hash_number(hash, target - item->address);
}

/* One instruction: its longest form, and where it leads, counted in instructions from here. */
static uint64_t hash_instruction(const struct view *view, uint64_t hash, const struct map_entry *entry) {
  const struct listing *listing = &view->listing;
  size_t at = listing_at(listing, entry->address);
  if (at == listing->count)
    return hash_bytes(hash, entry->bytes, entry->len);
  const struct unit *unit = &listing->units[at];
  hash = hash_number(hash, unit->kind + 1U);
  hash = hash_bytes(hash, unit->bytes, unit->len);
  if (unit->kind == UNIT_PLAIN)
    return hash;
  size_t target = listing_at(listing, unit->target);
  return target < listing->count ? hash_number(hash, target - at) : hash_outside(view, hash, unit->target);
}

/* Whether the entry is the second of a pair that is one unit: the first stands for both. */
static bool is_second(const struct view *view, size_t number) {
  return view->listing.count && listing_at(&view->listing, view->map->entries[number].address) == view->listing.count;
}

/* Where no line is known, each instruction is an operation of its own. */
static bool is_same_operation(const struct map_entry *a, const struct map_entry *b) {
  return a->line && a->line == b->line && strcmp(a->file, b->file) == 0;
}

/* Around an instruction: the others of its operation, and a few before and after that. */
static uint64_t hash_code(const struct view *view, size_t number) {
  const struct map_entry *entries = view->map->entries;
  size_t from = number;
  size_t to = number + 1;
  while (from > view->first && is_same_operation(&entries[from - 1], &entries[number]))
    from--;
  while (to < view->end && is_same_operation(&entries[to], &entries[number]))
    to++;
  for (int left = NEAR_INSTRUCTIONS; left && from > view->first; left -= !is_second(view, from))
    from--;
  for (int left = NEAR_INSTRUCTIONS; left && to < view->end; to++)
    left -= !is_second(view, to);
  uint64_t hash = HASH_START;
  for (size_t i = from; i < to; i++) {
    hash = hash_number(hash, i == number);
    hash = is_second(view, i) ? hash : hash_instruction(view, hash, &view->map->entries[i]);
  }
  return hash;
}

/* Around a byte of a table: the bytes of the table before and after it. */
static uint64_t hash_data(const struct view *view, const struct mutant *mutant) {
  const struct map_entry *entries = view->map->entries;
  size_t first = (size_t)(mutant->entry - entries);
  uint64_t begin = entries[view->first].address;
  uint64_t from = mutant->address - begin > NEAR_BYTES ? mutant->address - NEAR_BYTES : begin;
  uint64_t hash = hash_number(hash_number(HASH_START, mutant->address - from), mutant->bytes[0]);
  while (entries[first].address > from)
    first--;
  for (size_t i = first; i < view->end && entries[i].address <= mutant->address + NEAR_BYTES; i++) {
    uint64_t skipped = entries[i].address < from ? from - entries[i].address : 0;
    uint64_t wanted = mutant->address + NEAR_BYTES + 1 - entries[i].address;
    uint64_t end = entries[i].len < wanted ? entries[i].len : wanted;
    hash = skipped < end ? hash_bytes(hash, entries[i].bytes + skipped, end - skipped) : hash;
  }
  return hash;
}

/* Two mutants, by all that tells them apart but their order. */
struct ranked {
  const struct mutant *mutant;
  uint64_t around;
  size_t number;
};

static int compare_alike(const struct ranked *x, const struct ranked *y) {
  const struct mutant *a = x->mutant;
  const struct mutant *b = y->mutant;
  if (x->around != y->around)
    return x->around > y->around ? 1 : -1;
  if (a->mutation != b->mutation)
    return a->mutation > b->mutation ? 1 : -1;
  if (a->entry->kind == MAP_CODE && b->entry->kind == MAP_CODE && a->which != b->which)
    return a->which > b->which ? 1 : -1;
  return strcmp(a->entry->routine, b->entry->routine);
}

static int by_rank(const void *a, const void *b) {
  const struct ranked *x = a;
  const struct ranked *y = b;
  int alike = compare_alike(x, y);
  return alike ? alike : (x->number > y->number) - (x->number < y->number);
}

/* Numbers those that nothing else tells apart, in the order of their addresses. */
static void number_alike(const struct mutants *mutants, struct mutant_place *places) {
  struct ranked *ranked = xcalloc(mutants->count + 1, sizeof *ranked);
  for (size_t i = 0; i < mutants->count; i++)
    ranked[i] = (struct ranked){&mutants->items[i], places[i].around, i};
  qsort(ranked, mutants->count, sizeof *ranked, by_rank);
  for (size_t i = 1; i < mutants->count; i++)
    if (compare_alike(&ranked[i - 1], &ranked[i]) == 0)
      places[ranked[i].number].nth = places[ranked[i - 1].number].nth + 1;
  free(ranked);
}

struct mutant_place *mutant_places(const char *elf, const struct program_map *map, const struct mutants *mutants) {
  struct view view = {.map = map};
  struct bytes why = {0};
  struct mutant_place *places = xcalloc(mutants->count + 1, sizeof *places);
  view.is_open = build_open(elf, &view.build, &why);
  for (size_t i = 0; i < mutants->count; i++) {
    const struct mutant *mutant = &mutants->items[i];
    if (i > 0 && mutant->entry == mutant[-1].entry && mutant->entry->kind == MAP_CODE) {
      places[i].around = places[i - 1].around;
      continue;
    }
    turn_to(&view, (size_t)(mutant->entry - map->entries));
    places[i].around = mutant->entry->kind == MAP_CODE ? hash_code(&view, (size_t)(mutant->entry - map->entries))
                                                       : hash_data(&view, mutant);
  }
  number_alike(mutants, places);
  listing_free(&view.listing);
  if (view.is_open)
    build_close(&view.build);
  bytes_free(&why);
  return places;
}

void mutation_words(const struct mutant *mutant, struct bytes *words) {
  bytes_text(words, mutation_name(mutant->mutation));
  if (mutant->entry->kind == MAP_CODE && mutant->which > 0)
    bytes_printf(words, ".%u", mutant->which);
}

/* SPDX-License-Identifier: MIT */
