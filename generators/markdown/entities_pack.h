/* entities_pack.h: the packed form of the 2,125 entity names and what they stand for.
 *
 * The names are reversed (what they share most is their ends: -arrow, -cute, -scr), sorted, and cut into 128 blocks.
 * An entry says how many bytes it shares with the entry before it, then the rest of its bytes, then its value. The
 * rest is spelled in tokens: a byte, the end of a name, or a pair of tokens, found by pairing again and again what
 * stands side by side more often than chance has it. A value is a code point, given by its 256-page and eight bits, or
 * by its distance from the value before it; a mark before it gives the second code point.
 *
 * All of that is one bit stream of prefix codes:
 *
 *     block  = first entry, entry...
 *     first  = token... value                 the last token ends the name
 *     entry  = shared token... value
 *     value  = [mark] kind bits               as many plain bits as the kind says
 */
#ifndef BYTEGATE_ENTITIES_PACK_H
#define BYTEGATE_ENTITIES_PACK_H

#include "markdown/prefix_code.h"

#define ENTITY_BLOCKS 128   /* a power of two: the search for a block halves it */
#define ENTITY_BLOCK_MAX 24 /* entries of a block, at most */
#define ENTITY_KINDS_MAX 64
#define ENTITY_MARKS_MAX 16
#define ENTITY_SHARED_MAX 32
#define ENTITY_TOKENS_MAX 255
#define ENTITY_TOKENS_WAITING 8 /* depth to which pairs may nest: the reader keeps a byte for each in one register */

/* A kind of value, 16 bits: the low four say how many plain bits follow, or that it is a mark. The upper twelve are
 * the page (code point = page * 256 + bits), or from ENTITY_NEAR on the distance + ENTITY_NEAR_BIAS (code point =
 * value before + distance + bits), or the number of the mark. */
#define ENTITY_MARK 15
#define ENTITY_NEAR 0x400
#define ENTITY_NEAR_BIAS 0x800

typedef struct {
  BitStream stream;
  unsigned short blocks[ENTITY_BLOCKS + 1]; /* where each starts, in bits; then the end of the stream */
  unsigned short tokens[ENTITY_TOKENS_MAX]; /* by rank: left | (right + 1) << 8; byte + 1; 0: the end of a name */
  unsigned short kinds[ENTITY_KINDS_MAX];   /* by rank */
  unsigned short marks[ENTITY_MARKS_MAX];   /* second code points */
  unsigned char shared[ENTITY_SHARED_MAX];  /* by rank: bytes in common with the entry before */
  int token_count, kind_count, mark_count, shared_count;
  PrefixCode token_code, shared_code, kind_code;
} PackedEntities;

/* Pack the names of entities_table.h. Owned by the callee; the same bytes on every call and every host. */
const PackedEntities *pack_entities(void);

#endif
