/* entities_pack.h: the packed form of the 2,125 entity names and what they stand for.
 *
 * The names are reversed (what they share most is their ends: -arrow, -cute, -scr) and sorted. An entry says how many
 * bytes it shares with the entry before it, then the rest of its bytes, then its value. The rest is spelled in tokens
 * of a byte each: a letter or digit stands for itself, every other byte for a pair of tokens, found by pairing again
 * and again the two that stand side by side most often.
 *
 *     entry  = head token... value
 *     head   = shared << 4 | number of bytes of tokens          15 stands for more shared bytes, too
 *     value  = 0vvvvvvv                       the value before it + v - 64
 *            | 10vvvvvv vvvvvvvv              v
 *            | 11vvvvvv vvvvvvvv mark         v, and the second code point of that mark
 *
 * A value is a code point, moved so that 14 bits hold all of them: see ENTITY_MATH and ENTITY_LIGATURES.
 *
 * The entries are cut into blocks where the last three bytes of the names change. The index holds those three for the
 * first entry of each block, which is therefore spelled from its fourth byte on, and says that it shares three.
 */
#ifndef BYTEGATE_ENTITIES_PACK_H
#define BYTEGATE_ENTITIES_PACK_H

#include "markdown/entities_table.h"

#define ENTITY_KEY 3 /* bytes of a name that the index holds */
#define ENTITY_SHARED_MAX 15
#define ENTITY_BLOCK_MIN 16 /* entries of a block, but for the last */
#define ENTITY_BLOCKS_MAX 256
#define ENTITY_MARKS_MAX 16
#define ENTITY_STREAM_MAX 0xFFFF
#define ENTITY_TOKENS_WAITING 8 /* depth to which pairs may nest: the reader keeps a byte for each in one register */

/* The tokens from ENTITY_FIRST_PAIR on, counted modulo 256 and so over 0, are pairs, but for 0 itself: that a register
 * of waiting tokens is 0 says that none waits. */
#define ENTITY_FIRST_PAIR 0x80
#define ENTITY_PAIRS 0xB0

/* Where values stand for other code points: the mathematical letters from U+1D400, the ligatures from U+FB00. */
#define ENTITY_MATH 0x3000
#define ENTITY_MATH_FIRST 0x1D400
#define ENTITY_LIGATURES 0x3400
#define ENTITY_LIGATURES_FIRST 0xFB00
#define ENTITY_VALUES 0x4000

typedef struct {
  unsigned key;    /* the last byte of the first name << 16 | the last but one << 8 | the one before */
  unsigned offset; /* of the block, in bytes of the stream */
} EntityBlock;

typedef struct {
  EntityBlock block[ENTITY_BLOCKS_MAX + 1]; /* then one at the end of the stream */
  int blocks;
  struct {
    unsigned char left, right;
  } pair[ENTITY_PAIRS];                   /* of token (ENTITY_FIRST_PAIR + i) % 256 */
  unsigned short marks[ENTITY_MARKS_MAX]; /* second code points */
  int mark_count;
  unsigned char stream[ENTITY_STREAM_MAX];
  unsigned size; /* of the stream, in bytes */
} PackedEntities;

/* Pack the names of entities_table.h. Owned by the callee; the same bytes on every call and every host. Ends the
 * program with exit status 1 where the table does not fit the form. */
const PackedEntities *pack_entities(void);

#endif
