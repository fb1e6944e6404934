/* unicode_pack.c: see unicode_pack.h. */
#include "markdown/unicode_pack.h"

#include <stdbool.h>
#include <string.h>

#include "markdown/case_folding_table.h"
#include "markdown/pack.h"
#include "markdown/punctuation_table.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* ---- Case folding ---------------------------------------------------------------------------------------------------
 */

static void put_byte(PackedFolding *packed, unsigned byte) {
  if (packed->size == sizeof(packed->runs))
    pack_refuse("the size of the case folding table", (long)packed->size + 1, (long)sizeof(packed->runs));
  packed->runs[packed->size++] = (unsigned char)byte;
}

/* Where the code points to[1], to[2] stand in the list of suffixes; they are added if they do not. */
static unsigned suffix_place(PackedFolding *packed, const unsigned *to) {
  unsigned short wanted[2] = {(unsigned short)(to[1] | (to[2] ? FOLD_SUFFIX_MORE : 0)), (unsigned short)to[2]};
  int length = to[2] ? 2 : 1, place = 0;
  while (place + length <= packed->suffix_count &&
         memcmp(&packed->suffixes[place], wanted, sizeof(*wanted) * (size_t)length) != 0)
    place++;
  if (place + length > packed->suffix_count) {
    place = packed->suffix_count;
    if (place + length > (int)COUNT_OF(packed->suffixes))
      pack_refuse("the number of code points in the suffixes of case foldings", place + length,
                  (long)COUNT_OF(packed->suffixes));
    memcpy(&packed->suffixes[place], wanted, sizeof(*wanted) * (size_t)length);
    packed->suffix_count += length;
  }
  return (unsigned)place;
}

static void put_run(PackedFolding *packed, unsigned last, unsigned count, unsigned form) {
  put_byte(packed, last & 0xFF);
  put_byte(packed, (count - 1) << 2 | form);
}

/* Pack the code points first, first + step, ... last of one folding; all lie on one page. */
static void pack_run(PackedFolding *packed, const CaseFolding *folding, unsigned first, unsigned last) {
  int distance = (int)folding->to[0] - (int)folding->first;
  unsigned count = (last - first) / folding->step + 1;
  if (folding->to[1] != 0) {
    put_run(packed, last, count, FOLD_TO_SEVERAL);
    put_byte(packed, (unsigned)distance & 0xFF);
    put_byte(packed, (unsigned)distance >> 8 & 0xFF);
    put_byte(packed, suffix_place(packed, folding->to));
  } else if (distance == 1 && (folding->step == 2 || count == 1)) {
    put_run(packed, last, count, FOLD_TO_NEXT);
  } else if (distance >= -128 && distance <= 127) {
    put_run(packed, last, count, FOLD_NEAR);
    put_byte(packed, (unsigned)distance & 0xFF);
  } else {
    if (last > 0xFFFF)
      pack_refuse("a code point that folds over more than 127 code points", (long)last, 0xFFFF);
    put_run(packed, last, count, FOLD_FAR);
    put_byte(packed, (unsigned)distance & 0xFF);
    put_byte(packed, (unsigned)distance >> 8 & 0xFF);
  }
}

/* Whether the form of a run lets its code points stand two apart. */
static bool may_alternate(const CaseFolding *folding) {
  return folding->to[1] == 0 && folding->to[0] == folding->first + 1;
}

/* Pack what of a folding lies on a page, in runs of a length that their form can say. */
static void pack_folding_on_page(PackedFolding *packed, const CaseFolding *folding, unsigned page) {
  unsigned most = folding->step == 1 || may_alternate(folding) ? FOLD_COUNT_MAX : 1;
  unsigned first = 0, count = 0;
  for (unsigned c = folding->first; c <= folding->last; c += folding->step) {
    if (c >> 8 != page)
      continue;
    if (count++ == 0)
      first = c;
    if (count == most || c + folding->step > folding->last || (c + folding->step) >> 8 != page) {
      pack_run(packed, folding, first, c);
      count = 0;
    }
  }
}

/* ASCII is left out: case_fold does not ask the table. */
static void pack_page(PackedFolding *packed, unsigned page, unsigned *page_before) {
  size_t head = packed->size;
  put_byte(packed, 0);
  put_byte(packed, 0);
  for (size_t i = 0; i < COUNT_OF(case_foldings); i++)
    if (case_foldings[i].first >= 0x80)
      pack_folding_on_page(packed, &case_foldings[i], page);
  size_t size = packed->size - head - 2;
  if (size == 0 && page > 0) {
    packed->size = head;
    return;
  }
  if (size >= 512)
    pack_refuse("the size of one page of case foldings", (long)size, 511);
  if (page - *page_before >= 128)
    pack_refuse("the distance of two pages of case foldings", (long)(page - *page_before), 127);
  packed->runs[head] = (unsigned char)size;
  packed->runs[head + 1] = (unsigned char)((page - *page_before) << 1 | size >> 8);
  *page_before = page;
}

const PackedFolding *pack_folding(void) {
  static PackedFolding packed;
  if (packed.size > 0)
    return &packed;
  unsigned page_before = 0;
  packed.end = case_foldings[COUNT_OF(case_foldings) - 1].last + 1;
  for (unsigned page = 0; page << 8 < packed.end; page++)
    pack_page(&packed, page, &page_before);
  return &packed;
}

/* ---- Punctuation ----------------------------------------------------------------------------------------------------
 */

static void put_nibble(PackedPunctuation *packed, unsigned nibble) {
  if (packed->count / 2 >= 255)
    pack_refuse("the size of the punctuation table", (long)packed->count / 2 + 1, 255);
  packed->nibbles[packed->count / 2] |= (unsigned char)((nibble & 15) << packed->count % 2 * 4);
  packed->count++;
}

/* Pack `length` code points that stand `gap` after what was packed before. */
static void pack_range(PackedPunctuation *packed, unsigned gap, unsigned length) {
  unsigned nibbles = gap < 16 ? 1 : gap < 256 ? 2 : gap < 4096 ? 3 : 4, class = length < 4 ? length - 1 : 3;
  put_nibble(packed, (nibbles - 1) << 2 | class);
  for (unsigned nibble = 0; nibble < nibbles; nibble++)
    put_nibble(packed, gap >> 4 * nibble);
  if (class == 3)
    put_nibble(packed, length - 4);
}

static unsigned punctuation_block(unsigned code_point) {
  unsigned block = code_point / PUNCTUATION_BLOCK;
  return block < PUNCTUATION_BLOCKS ? block : PUNCTUATION_BLOCKS - 1;
}

static void pack_punctuation_block(PackedPunctuation *packed, unsigned block) {
  const unsigned longest = 4 + 15;
  unsigned from = block * PUNCTUATION_BLOCK;
  packed->starts[block] = (unsigned char)(packed->count / 2);
  for (size_t i = 0; i < COUNT_OF(punctuation_ranges); i++) {
    CodePointRange range = punctuation_ranges[i];
    if (punctuation_block(range.first) != block)
      continue;
    while (range.first <= range.last) {
      unsigned left = range.last - range.first + 1, length = left < longest ? left : longest;
      pack_range(packed, range.first - from, length);
      range.first += length;
      from = range.first;
    }
  }
  packed->count += packed->count % 2;
}

const PackedPunctuation *pack_punctuation(void) {
  static PackedPunctuation packed;
  if (packed.count > 0)
    return &packed;
  packed.end = punctuation_ranges[COUNT_OF(punctuation_ranges) - 1].last + 1;
  for (unsigned block = 0; block < PUNCTUATION_BLOCKS; block++)
    pack_punctuation_block(&packed, block);
  packed.starts[PUNCTUATION_BLOCKS] = (unsigned char)(packed.count / 2);
  return &packed;
}

/* SPDX-License-Identifier: MIT */
