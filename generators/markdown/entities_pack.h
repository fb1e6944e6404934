/* entities_pack.h: the packed form of the 2,125 entity names and what they stand for.
 *
 * The names are reversed (what they share most is their ends: -arrow, -cute, -scr) and sorted. An entry says how many
 * bytes it shares with the entry before it, then its value, then the rest of its bytes. The rest is spelled in tokens
 * of eight bits: a letter or digit stands for itself, every other byte for a pair of tokens, found by pairing again and
 * again the two that stand side by side most often. All is a stream of bits, the lowest bit of a byte first:
 *
 *     entry    = shared:4 [ENTITY_MARKED:4 mark:4] width:4 distance:width-1 (more:1 token:8)...
 *     distance = 2v       the value is the one before it + v + 1
 *              | 2v + 1   the value before it - v
 *
 * A `shared` of 15 stands for more shared bytes, too. A distance of width 0 is 0; the highest bit of any other is not
 * written, as it is 1. `more` is 0 with the last token. The mark says which second code point there is.
 *
 * A value is a code point, its page of 256 replaced by the number of that page in a list, so that 13 bits hold all.
 *
 * The entries are cut into blocks where the last three bytes of the names change. The index holds those three for the
 * first entry of each block, which is therefore spelled from its fourth byte on, and says that it shares three.
 */
#ifndef BYTEGATE_ENTITIES_PACK_H
#define BYTEGATE_ENTITIES_PACK_H

#include "markdown/entities_table.h"

#define ENTITY_KEY 3 /* bytes of a name that the index holds */
#define ENTITY_SHARED_MAX 15
#define ENTITY_MARKED 15    /* in the place of a width */
#define ENTITY_BLOCK_MIN 24 /* entries of a block, but for the last */
#define ENTITY_BLOCKS_MAX 256
#define ENTITY_MARKS_MAX 16
#define ENTITY_PAGES_MAX 32
#define ENTITY_STREAM_MAX 0x1FFF /* bytes, whose bits 16 bits can count */
#define ENTITY_TOKENS_WAITING 8  /* depth to which pairs may nest: the reader keeps a byte for each in one register */
#define ENTITY_TOKEN_BITS 9
#define ENTITY_VALUE_BEFORE 0x800 /* the value before the first of a block */

/* The tokens from ENTITY_FIRST_PAIR on, counted modulo 256 and so over 0, are pairs, but for 0 itself: that a register
 * of waiting tokens is 0 says that none waits. */
#define ENTITY_FIRST_PAIR 0x80
#define ENTITY_PAIRS 0xB0

typedef struct {
  unsigned key;    /* the last byte of the first name << 16 | the last but one << 8 | the one before */
  unsigned offset; /* of the block, in bits of the stream */
} EntityBlock;

typedef struct {
  EntityBlock block[ENTITY_BLOCKS_MAX + 1]; /* then one at the end of the stream */
  int blocks;
  struct {
    unsigned char left, right;
  } pair[ENTITY_PAIRS];                   /* of token (ENTITY_FIRST_PAIR + i) % 256 */
  unsigned short marks[ENTITY_MARKS_MAX]; /* second code points */
  int mark_count;
  unsigned short pages[ENTITY_PAGES_MAX]; /* of 256 code points, in ascending order */
  int page_count;
  unsigned char stream[ENTITY_STREAM_MAX];
  unsigned size; /* of the stream, in bits */
} PackedEntities;

/* Pack the names of entities_table.h. Owned by the callee; the same bytes on every call and every host. Ends the
 * program with exit status 1 where the table does not fit the form. */
const PackedEntities *pack_entities(void);

#endif

/* SPDX-License-Identifier: MIT */
