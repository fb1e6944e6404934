/* unicode_pack.h: the packed forms of the case folding and punctuation tables. */
#ifndef BYTEGATE_UNICODE_PACK_H
#define BYTEGATE_UNICODE_PACK_H

#include <stddef.h>

/* Case folding: pages of 256 code points, each a halfword, distance from the page before << 9 | bytes of its runs, and
 * then its runs in ascending order:
 *
 *     last, (count - 1) << 2 | form, more bytes, as many as the form's number
 *
 * `last` is the low byte of the run's last code point, `count` how many code points fold. */
enum {
  FOLD_TO_NEXT,   /* every second code point folds to the one after it: U+0100 to U+0101, U+0102 to U+0103 */
  FOLD_NEAR,      /* the code points fold by a distance of one signed byte */
  FOLD_FAR,       /* by a distance of two bytes, modulo 2^16 */
  FOLD_TO_SEVERAL /* the same, and after that the code points at a place (one byte) of the list of suffixes */
};
#define FOLD_COUNT_MAX 64       /* code points of a run */
#define FOLD_SUFFIX_MORE 0x8000 /* this bit of a suffix's code point: one more follows */

typedef struct {
  unsigned char runs[2048];
  size_t size;
  unsigned short suffixes[256];
  int suffix_count;
  unsigned end; /* the code point after the last one that folds */
} PackedFolding;

/* Punctuation beyond ASCII: ranges in ascending order, in nibbles, the low one of a byte first:
 *
 *     (nibbles of gap - 1) << 2 | length class, gap, low nibble first, extra
 *
 * `gap` counts the code points from the end of the range before (from the first code point, at the start of a block).
 * Class 0, 1, 2: the range has 1, 2, 3 code points; class 3: 4 + extra, and only then does the nibble `extra`
 * stand there. A block is 4096 code points, but the last one is all of U+10000 and beyond; each starts on a byte of its
 * own. */
#define PUNCTUATION_BLOCK 4096
#define PUNCTUATION_BLOCKS 17

typedef struct {
  unsigned char nibbles[512];
  size_t count;                                 /* nibbles */
  unsigned char starts[PUNCTUATION_BLOCKS + 1]; /* byte at which the ranges of each block start; then the end */
  unsigned end;                                 /* the code point after the last one */
} PackedPunctuation;

/* Pack case_folding_table.h and punctuation_table.h. Owned by the callee; the same bytes on every call and host. */
const PackedFolding *pack_folding(void);
const PackedPunctuation *pack_punctuation(void);

#endif

/* SPDX-License-Identifier: MIT */
