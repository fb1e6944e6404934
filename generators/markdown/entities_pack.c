/* entities_pack.c: see entities_pack.h. Each step fills one part of a Packer; pack_entities gives their order. */
#include "markdown/entities_pack.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "markdown/entities_table.h"

/* A pair is worth a token if it saves more than the 16 bits of its table entry. */
#define PAIR_WORTH 16
#define LOG_ONE 0x10000 /* 1.0 in the fixed point of logarithms */

typedef struct {
  int length;
  unsigned char token[ENTITY_NAME_MAX + 1];
} Spelling;

typedef struct {
  unsigned char left, right; /* right == left == 0: not a pair */
} Pair;

/* One step of the stream's value part: a kind, then plain bits. */
typedef struct {
  int kind;
  unsigned bits;
} ValueStep;

typedef struct {
  const Entity *entry[ENTITIES]; /* in the order of their reversed names */
  int shared[ENTITIES];          /* bytes in common with the entry before */
  bool starts_block[ENTITIES];
  Spelling spelling[ENTITIES];
  Pair pair[ENTITY_TOKENS_MAX];
  unsigned short byte[ENTITY_TOKENS_MAX]; /* of a token that is no pair: byte + 1, or 0 */
  int tokens;
  unsigned token_frequency[PREFIX_SYMBOLS], shared_frequency[PREFIX_SYMBOLS], kind_frequency[PREFIX_SYMBOLS];
  int steps[ENTITIES];
  ValueStep step[ENTITIES][2];
  unsigned short kind[ENTITY_KINDS_MAX];
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
  for (int i = 1; i < ENTITIES; i++)
    packer->shared[i] = common_ending(packer->entry[i - 1]->name, packer->entry[i]->name);
}

/* Cut where the least is shared, since the first entry of a block spells its whole name: the cheapest of all ways to
 * make ENTITY_BLOCKS blocks of at most ENTITY_BLOCK_MAX entries. */
static void cut_blocks(Packer *packer) {
  static unsigned cost[ENTITY_BLOCKS + 1][ENTITIES + 1]; /* of the first n entries in b blocks */
  static unsigned char size[ENTITY_BLOCKS + 1][ENTITIES + 1];
  const unsigned never = UINT32_MAX / 2;
  for (int n = 0; n <= ENTITIES; n++)
    cost[0][n] = n == 0 ? 0 : never;
  for (int b = 1; b <= ENTITY_BLOCKS; b++)
    for (int n = 0; n <= ENTITIES; n++) {
      cost[b][n] = never;
      for (int entries = 1; entries <= ENTITY_BLOCK_MAX && entries <= n; entries++) {
        unsigned with = cost[b - 1][n - entries] + (unsigned)packer->shared[n - entries];
        if (with < cost[b][n]) {
          cost[b][n] = with;
          size[b][n] = (unsigned char)entries;
        }
      }
    }
  int n = ENTITIES;
  for (int b = ENTITY_BLOCKS; b > 0; b--) {
    if (cost[b][n] >= never)
      pack_refuse("the number of entities", ENTITIES, (long)ENTITY_BLOCKS * ENTITY_BLOCK_MAX);
    n -= size[b][n];
    packer->starts_block[n] = true;
  }
}

/* ---- Tokens --------------------------------------------------------------------------------------------------------
 */

/* The token of a byte + 1, or of the end of a name (0); a new one at first sight. */
static int byte_token(Packer *packer, int byte) {
  int token = 0;
  while (token < packer->tokens && packer->byte[token] != byte)
    token++;
  if (token == packer->tokens)
    packer->byte[packer->tokens++] = (unsigned short)byte;
  return token;
}

static void spell_bytes(Packer *packer) {
  for (int i = 0; i < ENTITIES; i++) {
    const char *name = packer->entry[i]->name;
    Spelling *spelling = &packer->spelling[i];
    int rest = (int)strlen(name) - (packer->starts_block[i] ? 0 : packer->shared[i]);
    while (rest > 0)
      spelling->token[spelling->length++] = (unsigned char)byte_token(packer, (unsigned char)name[--rest] + 1);
    spelling->token[spelling->length++] = (unsigned char)byte_token(packer, 0);
  }
}

/* log2(n) in fixed point, for n > 0; from integers alone, so that every host gets the same. */
static int64_t fixed_log2(unsigned n) {
  int whole = 31 - __builtin_clz(n);
  uint64_t mantissa = (uint64_t)n << (31 - whole); /* 1.0 is 2^31 */
  int64_t log = (int64_t)whole * LOG_ONE;
  for (int bit = LOG_ONE / 2; bit > 0; bit /= 2) {
    mantissa = mantissa * mantissa >> 31;
    if (mantissa >> 32) {
      mantissa >>= 1;
      log += bit;
    }
  }
  return log;
}

static unsigned count_tokens(Packer *packer) {
  unsigned total = 0;
  memset(packer->token_frequency, 0, sizeof(packer->token_frequency));
  for (int i = 0; i < ENTITIES; i++)
    for (int j = 0; j < packer->spelling[i].length; j++, total++)
      packer->token_frequency[packer->spelling[i].token[j]]++;
  return total;
}

/* The pair that saves the most bits, or {0, 0} when none is worth a token. Since {0, 0} means no pair, token 0 is never
 * paired with itself. */
static Pair best_pair(Packer *packer) {
  static unsigned together[ENTITY_TOKENS_MAX][ENTITY_TOKENS_MAX];
  const unsigned *frequency = packer->token_frequency;
  unsigned total = count_tokens(packer);
  memset(together, 0, sizeof(together));
  for (int i = 0; i < ENTITIES; i++)
    for (int j = 0; j + 1 < packer->spelling[i].length; j++)
      together[packer->spelling[i].token[j]][packer->spelling[i].token[j + 1]]++;
  Pair best = {0, 0};
  int64_t best_saving = (int64_t)PAIR_WORTH * LOG_ONE;
  for (int left = 0; left < packer->tokens; left++)
    for (int right = 0; right < packer->tokens; right++) {
      if (together[left][right] < 2 || left + right == 0)
        continue;
      int64_t each = fixed_log2(together[left][right]) + fixed_log2(total) - fixed_log2(frequency[left]) -
                     fixed_log2(frequency[right]);
      if (each * together[left][right] > best_saving) {
        best_saving = each * together[left][right];
        best = (Pair){(unsigned char)left, (unsigned char)right};
      }
    }
  return best;
}

static void replace_pair(Spelling *spelling, Pair pair, int token) {
  int length = 0;
  for (int j = 0; j < spelling->length; j++) {
    bool found = j + 1 < spelling->length && spelling->token[j] == pair.left && spelling->token[j + 1] == pair.right;
    spelling->token[length++] = found ? (unsigned char)token : spelling->token[j];
    j += found;
  }
  spelling->length = length;
}

static void pair_tokens(Packer *packer) {
  while (packer->tokens < ENTITY_TOKENS_MAX) {
    Pair pair = best_pair(packer);
    if (pair.left == 0 && pair.right == 0)
      break;
    packer->pair[packer->tokens] = pair;
    for (int i = 0; i < ENTITIES; i++)
      replace_pair(&packer->spelling[i], pair, packer->tokens);
    packer->tokens++;
  }
  count_tokens(packer);
}

/* ---- Values --------------------------------------------------------------------------------------------------------
 */

/* The number of a kind; a new one at first sight. Counts its use. */
static int kind_number(Packer *packer, PackedEntities *packed, unsigned kind) {
  int number = 0;
  while (number < packed->kind_count && packer->kind[number] != kind)
    number++;
  if (number == packed->kind_count) {
    if (packed->kind_count == ENTITY_KINDS_MAX)
      pack_refuse("the number of kinds of entity values", packed->kind_count + 1, ENTITY_KINDS_MAX);
    packer->kind[packed->kind_count++] = (unsigned short)kind;
  }
  packer->kind_frequency[number]++;
  return number;
}

static unsigned mark_number(PackedEntities *packed, unsigned second) {
  int number = 0;
  while (number < packed->mark_count && packed->marks[number] != second)
    number++;
  if (number == packed->mark_count) {
    if (packed->mark_count == ENTITY_MARKS_MAX)
      pack_refuse("the number of second code points", packed->mark_count + 1, ENTITY_MARKS_MAX);
    packed->marks[packed->mark_count++] = (unsigned short)second;
  }
  return (unsigned)number;
}

/* A distance of up to 63 either way, as its sign and its highest bit, then the bits below; else the 256-page. */
static ValueStep value_step(Packer *packer, PackedEntities *packed, int value, int before) {
  int distance = value - before;
  unsigned size = (unsigned)abs(distance);
  if (size >= 64) /* as far as pages cost more than distances */
    return (ValueStep){kind_number(packer, packed, (unsigned)(value >> 8) << 4 | 8), (unsigned)value & 0xFF};
  int plain = size == 0 ? 0 : 31 - __builtin_clz(size);
  int least = distance < 0 ? 1 - (2 << plain) : distance == 0 ? 0 : 1 << plain;
  unsigned kind = (unsigned)(least + ENTITY_NEAR_BIAS) << 4 | (unsigned)plain;
  return (ValueStep){kind_number(packer, packed, kind), (unsigned)(distance - least)};
}

static void value_steps(Packer *packer, PackedEntities *packed) {
  int before = 0;
  for (int i = 0; i < ENTITIES; i++) {
    const Entity *entity = packer->entry[i];
    if (packer->starts_block[i])
      before = 0;
    if (entity->second != 0) {
      unsigned mark = mark_number(packed, entity->second) << 4 | ENTITY_MARK;
      packer->step[i][packer->steps[i]++] = (ValueStep){kind_number(packer, packed, mark), 0};
    }
    packer->step[i][packer->steps[i]++] = value_step(packer, packed, (int)entity->code_point, before);
    before = (int)entity->code_point;
  }
}

/* ---- Codes and stream ----------------------------------------------------------------------------------------------
 */

static void build_codes(Packer *packer, PackedEntities *packed) {
  for (int i = 0; i < ENTITIES; i++)
    if (!packer->starts_block[i])
      packer->shared_frequency[packer->shared[i]]++;
  prefix_code_build(&packed->token_code, packer->token_frequency, packer->tokens);
  prefix_code_build(&packed->kind_code, packer->kind_frequency, packed->kind_count);
  prefix_code_build(&packed->shared_code, packer->shared_frequency, ENTITY_SHARED_MAX);
  const unsigned char *rank = packed->token_code.rank;
  packed->token_count = packer->tokens;
  for (int token = 0; token < packer->tokens; token++) {
    Pair pair = packer->pair[token];
    bool paired = pair.left != 0 || pair.right != 0;
    packed->tokens[rank[token]] =
        paired ? (unsigned short)(rank[pair.left] | (rank[pair.right] + 1) << 8) : packer->byte[token];
  }
  for (int shared = 0; shared < ENTITY_SHARED_MAX; shared++) {
    packed->shared[packed->shared_code.rank[shared]] = (unsigned char)shared;
    packed->shared_count += packer->shared_frequency[shared] > 0;
  }
  for (int kind = 0; kind < packed->kind_count; kind++)
    packed->kinds[packed->kind_code.rank[kind]] = packer->kind[kind];
}

/* How many tokens wait for their turn, at most, while a token is taken apart. */
static int tokens_waiting(const Packer *packer, int token) {
  Pair pair = packer->pair[token];
  if (pair.left == 0 && pair.right == 0)
    return 0;
  int left = 1 + tokens_waiting(packer, pair.left), right = tokens_waiting(packer, pair.right);
  return left > right ? left : right;
}

static void check_tokens(const Packer *packer) {
  for (int token = 0; token < packer->tokens; token++)
    if (tokens_waiting(packer, token) > ENTITY_TOKENS_WAITING)
      pack_refuse("the depth of a token's pairs", tokens_waiting(packer, token), ENTITY_TOKENS_WAITING);
}

static void write_entry(const Packer *packer, PackedEntities *packed, int i) {
  if (!packer->starts_block[i])
    bit_stream_symbol(&packed->stream, &packed->shared_code, packer->shared[i]);
  for (int j = 0; j < packer->spelling[i].length; j++)
    bit_stream_symbol(&packed->stream, &packed->token_code, packer->spelling[i].token[j]);
  for (int j = 0; j < packer->steps[i]; j++) {
    const ValueStep *step = &packer->step[i][j];
    unsigned plain = packer->kind[step->kind] & 15U;
    bit_stream_symbol(&packed->stream, &packed->kind_code, step->kind);
    if (plain != ENTITY_MARK)
      bit_stream_write(&packed->stream, step->bits, (int)plain);
  }
}

static void write_stream(const Packer *packer, PackedEntities *packed) {
  int block = 0;
  for (int i = 0; i <= ENTITIES; i++) {
    if (i == ENTITIES || packer->starts_block[i]) {
      if (packed->stream.bits > UINT16_MAX)
        pack_refuse("the length in bits of the entity stream", (long)packed->stream.bits, UINT16_MAX);
      packed->blocks[block++] = (unsigned short)packed->stream.bits;
    }
    if (i < ENTITIES)
      write_entry(packer, packed, i);
  }
}

const PackedEntities *pack_entities(void) {
  static PackedEntities packed;
  static Packer packer;
  if (packed.token_count > 0)
    return &packed;
  sort_entries(&packer);
  cut_blocks(&packer);
  spell_bytes(&packer);
  pair_tokens(&packer);
  check_tokens(&packer);
  value_steps(&packer, &packed);
  build_codes(&packer, &packed);
  write_stream(&packer, &packed);
  return &packed;
}
