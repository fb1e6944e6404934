/* entities_pack.c: see entities_pack.h. Each step fills one part of a Packer; pack_entities gives their order. */
#include "markdown/entities_pack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "markdown/pack.h"

enum { TOKENS = 256 };

typedef struct {
  int length;
  unsigned char token[ENTITY_NAME_MAX];
} Spelling;

typedef struct {
  const Entity *entry[ENTITIES]; /* in the order of their reversed names */
  int shared[ENTITIES];          /* bytes in common with the entry before, or with the block's key */
  bool starts_block[ENTITIES];
  Spelling spelling[ENTITIES]; /* of what an entry does not share */
} Packer;

/* ---- Order and blocks ---------------------------------------------------------------------------------------------
 */

static int compare_reversed(const void *a, const void *b) {
  const char *x = (*(const Entity *const *)a)->name, *y = (*(const Entity *const *)b)->name;
  size_t i = strlen(x), j = strlen(y);
  while (i > 0 && j > 0) {
    int difference = (unsigned char)x[--i] - (unsigned char)y[--j];
    if (difference != 0)
      return difference;
  }
  return (i > 0) - (j > 0);
}

static int common_ending(const char *x, const char *y) {
  size_t i = strlen(x), j = strlen(y);
  int shared = 0;
  while (i > 0 && j > 0 && x[--i] == y[--j])
    shared++;
  return shared;
}

static void sort_entries(Packer *packer) {
  for (int i = 0; i < ENTITIES; i++)
    packer->entry[i] = &entities[i];
  qsort(packer->entry, ENTITIES, sizeof(*packer->entry), compare_reversed);
  for (int i = 1; i < ENTITIES; i++) {
    int shared = common_ending(packer->entry[i - 1]->name, packer->entry[i]->name);
    packer->shared[i] = shared < ENTITY_SHARED_MAX ? shared : ENTITY_SHARED_MAX;
  }
}

/* A block must begin where its key does, with a name that is longer than a key: every entry has a token. */
static void cut_blocks(Packer *packer) {
  int size = ENTITY_BLOCK_MIN;
  for (int i = 0; i < ENTITIES; i++, size++)
    if (size >= ENTITY_BLOCK_MIN && packer->shared[i] < ENTITY_KEY && strlen(packer->entry[i]->name) > ENTITY_KEY) {
      packer->starts_block[i] = true;
      packer->shared[i] = ENTITY_KEY;
      size = 0;
    }
  if (!packer->starts_block[0])
    pack_refuse("the length of the first entity's name", (long)strlen(packer->entry[0]->name), ENTITY_KEY + 1);
}

/* ---- Tokens --------------------------------------------------------------------------------------------------------
 */

static void spell_bytes(Packer *packer) {
  for (int i = 0; i < ENTITIES; i++) {
    const char *name = packer->entry[i]->name;
    Spelling *spelling = &packer->spelling[i];
    for (int rest = (int)strlen(name) - packer->shared[i]; rest > 0; rest--)
      spelling->token[spelling->length++] = (unsigned char)name[rest - 1];
  }
}

typedef struct {
  unsigned char left, right;
  int count;
} Pair;

/* The pair that stands side by side most often, the first of equals. A token that would come third in a row of the same
 * counts once: two of them make one pair. */
static Pair best_pair(const Packer *packer) {
  static int together[TOKENS][TOKENS];
  memset(together, 0, sizeof(together));
  for (int i = 0; i < ENTITIES; i++) {
    const Spelling *spelling = &packer->spelling[i];
    for (int j = 0; j + 1 < spelling->length; j++) {
      together[spelling->token[j]][spelling->token[j + 1]]++;
      j += j + 2 < spelling->length && spelling->token[j] == spelling->token[j + 1] &&
           spelling->token[j] == spelling->token[j + 2];
    }
  }
  Pair best = {0};
  for (int left = 0; left < TOKENS; left++)
    for (int right = 0; right < TOKENS; right++)
      if (together[left][right] > best.count)
        best = (Pair){(unsigned char)left, (unsigned char)right, together[left][right]};
  return best;
}

static void replace_pair(Spelling *spelling, Pair pair, unsigned char token) {
  int length = 0;
  for (int j = 0; j < spelling->length; j++) {
    bool found = j + 1 < spelling->length && spelling->token[j] == pair.left && spelling->token[j + 1] == pair.right;
    spelling->token[length++] = found ? token : spelling->token[j];
    j += found;
  }
  spelling->length = length;
}

static unsigned char token_of_pair(int pair) { return (unsigned char)(ENTITY_FIRST_PAIR + pair); }

/* How many tokens wait for their turn, at most, while a token is taken apart. */
static int tokens_waiting(const PackedEntities *packed, unsigned char token) {
  int pair = (unsigned char)(token - ENTITY_FIRST_PAIR);
  if (pair >= ENTITY_PAIRS)
    return 0;
  int left = 1 + tokens_waiting(packed, packed->pair[pair].left);
  int right = tokens_waiting(packed, packed->pair[pair].right);
  return left > right ? left : right;
}

static void pair_tokens(Packer *packer, PackedEntities *packed) {
  for (int i = 0; i < ENTITY_PAIRS; i++) {
    if (token_of_pair(i) == 0)
      continue;
    Pair pair = best_pair(packer);
    packed->pair[i].left = pair.left;
    packed->pair[i].right = pair.right;
    for (int j = 0; j < ENTITIES; j++)
      replace_pair(&packer->spelling[j], pair, token_of_pair(i));
    int waiting = tokens_waiting(packed, token_of_pair(i));
    if (waiting > ENTITY_TOKENS_WAITING)
      pack_refuse("the depth of a token's pairs", waiting, ENTITY_TOKENS_WAITING);
  }
}

/* ---- Stream --------------------------------------------------------------------------------------------------------
 */

static void put(PackedEntities *packed, int bits, int value) {
  for (int i = 0; i < bits; i++, packed->size++) {
    if (packed->size / 8 == ENTITY_STREAM_MAX)
      pack_refuse("the length of the entity stream", ENTITY_STREAM_MAX + 1, ENTITY_STREAM_MAX);
    packed->stream[packed->size / 8] |= (unsigned char)((value >> i & 1) << packed->size % 8);
  }
}

static int mark_number(PackedEntities *packed, unsigned second) {
  int number = 0;
  while (number < packed->mark_count && packed->marks[number] != second)
    number++;
  if (number == packed->mark_count) {
    if (packed->mark_count == ENTITY_MARKS_MAX)
      pack_refuse("the number of second code points", packed->mark_count + 1, ENTITY_MARKS_MAX);
    packed->marks[packed->mark_count++] = (unsigned short)second;
  }
  return number;
}

static void list_pages(PackedEntities *packed) {
  static bool used[0x1100];
  for (int i = 0; i < ENTITIES; i++)
    used[entities[i].code_point >> 8] = true;
  for (int page = 0; page < 0x1100; page++) {
    if (!used[page])
      continue;
    if (packed->page_count == ENTITY_PAGES_MAX)
      pack_refuse("the number of pages of code points", packed->page_count + 1, ENTITY_PAGES_MAX);
    packed->pages[packed->page_count++] = (unsigned short)page;
  }
}

static int value_of(const PackedEntities *packed, unsigned code_point) {
  int page = 0;
  while (packed->pages[page] != code_point >> 8)
    page++;
  return page << 8 | (int)(code_point & 0xFF);
}

/* Returns the value, which the next is a distance from. */
static int write_value(PackedEntities *packed, const Entity *entity, int before) {
  int value = value_of(packed, entity->code_point);
  int distance = value > before ? 2 * (value - before - 1) : 2 * (before - value) + 1, width = 0;
  while (distance >> width)
    width++;
  if (width >= ENTITY_MARKED)
    pack_refuse("the width of a distance between values", width, ENTITY_MARKED - 1);
  if (entity->second != 0) {
    put(packed, 4, ENTITY_MARKED);
    put(packed, 4, mark_number(packed, entity->second));
  }
  put(packed, 4, width);
  put(packed, width - 1, distance);
  return value;
}

static void start_block(PackedEntities *packed, const char *name) {
  const unsigned char *end = (const unsigned char *)name + strlen(name);
  if (packed->blocks == ENTITY_BLOCKS_MAX)
    pack_refuse("the number of entity blocks", packed->blocks + 1L, ENTITY_BLOCKS_MAX);
  packed->block[packed->blocks++] =
      (EntityBlock){.key = (unsigned)end[-1] << 16 | (unsigned)end[-2] << 8 | end[-3], .offset = packed->size};
}

static void write_stream(const Packer *packer, PackedEntities *packed) {
  int before = 0;
  for (int i = 0; i < ENTITIES; i++) {
    const Spelling *spelling = &packer->spelling[i];
    if (packer->starts_block[i]) {
      start_block(packed, packer->entry[i]->name);
      before = ENTITY_VALUE_BEFORE;
    }
    put(packed, 4, packer->shared[i]);
    before = write_value(packed, packer->entry[i], before);
    for (int j = 0; j < spelling->length; j++) {
      put(packed, 1, j + 1 < spelling->length);
      put(packed, 8, spelling->token[j]);
    }
  }
  packed->block[packed->blocks].offset = packed->size;
}

const PackedEntities *pack_entities(void) {
  static PackedEntities packed;
  static Packer packer;
  if (packed.size > 0)
    return &packed;
  sort_entries(&packer);
  cut_blocks(&packer);
  spell_bytes(&packer);
  pair_tokens(&packer, &packed);
  list_pages(&packed);
  write_stream(&packer, &packed);
  return &packed;
}

/* SPDX-License-Identifier: MIT */
