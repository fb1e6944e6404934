/* classes.c: the immediates of each operation, in classes of which all values are laid in one form. The edges of the
 * classes are those of the encodings: a signed byte, 32 bits, twelve bits, a quarter of a word, a bitmask. */
#include "isa/a64.h"
#include "isa/prove/operations.h"
#include "isa/prove/provers.h"

#include <stdlib.h>

#define VALUE(v)                                                                                                       \
  { .kind = CLASS_VALUE, .low = (v) }
#define RANGE(least, most)                                                                                             \
  { .kind = CLASS_RANGE, .low = (least), .high = (most) }
#define STEPS(least, most, by)                                                                                         \
  { .kind = CLASS_RANGE, .low = (least), .high = (most), .step = (by) }
#define RANGE_OFF(least, most, by)                                                                                     \
  { .kind = CLASS_RANGE, .low = (least), .high = (most), .no_multiple = (by) }
#define RANGE_BUT(least, most, left)                                                                                   \
  { .kind = CLASS_RANGE, .low = (least), .high = (most), .leave_out = (left) }
#define LIST(array) ((Classes){array, sizeof(array) / sizeof *(array)})

/* and has forms of its own for these two */
static bool is_byte_or_half(int64_t value) { return value == 0xff || value == 0xffff; }

/* x64: a signed byte, as it is or turned over in its sign (sub is lea with the negative); 32 bits; more. */
static const Class x64_values[] = {VALUE(0),
                                   RANGE(1, 127),
                                   VALUE(128),
                                   RANGE_BUT(129, INT32_MAX, is_byte_or_half),
                                   VALUE(0xff),
                                   VALUE(0xffff),
                                   RANGE(-127, -1),
                                   VALUE(-128),
                                   RANGE(-INT32_MAX, -129),
                                   VALUE(INT32_MIN),
                                   RANGE(INT64_C(0x80000000), UINT32_MAX),
                                   RANGE(INT64_C(0x100000000), INT64_MAX),
                                   RANGE(INT64_MIN, INT64_C(-0x80000001))};

static bool is_bitmask(int64_t value) { return a64_is_bitmask((uint64_t)value); }
/* li takes the bitmask form only where more than one quarter would have to be laid. */
static bool is_short(int64_t value) {
  int zeros = 0, ones = 0;
  for (int i = 0; i < 4; i++) {
    unsigned quarter = (uint64_t)value >> 16 * i & 0xffff;
    zeros += quarter == 0;
    ones += quarter == 0xffff;
  }
  return zeros >= 3 || ones >= 3;
}
static bool is_li_bitmask(int64_t value) { return is_bitmask(value) && !is_short(value); }
static bool is_small(int64_t value) { return value > -(1 << 24) && value < 1 << 24; }
static bool is_sum_immediate(int64_t value) { return is_small(value) || is_li_bitmask(value); }
static bool is_compare_immediate(int64_t value) {
  return (value >= -4095 && value <= 4095) || (is_small(value) && value % 4096 == 0) || is_li_bitmask(value);
}
static bool ends_in_zeros_or_bitmask(int64_t value) { return (value & 0xffff) == 0 || is_li_bitmask(value); }

/* All patterns of four quarters: 0, ones, anything else. */
enum { PATTERNS = 81 };
static Class *patterns(bool (*leave_out)(int64_t)) {
  Class *list = calloc(PATTERNS, sizeof *list);
  if (!list)
    exit(3);
  for (int i = 0; i < PATTERNS; i++) {
    int rest = i;
    list[i] = (Class){.kind = CLASS_QUARTERS, .leave_out = leave_out};
    for (int q = 0; q < 4; q++, rest /= 3)
      list[i].quarter[q] = (unsigned char)(rest % 3);
  }
  return list;
}

/* The classes in `first`, then those patterns that have a value which is not left out. */
static Classes with_patterns(const Class *first, size_t count, bool (*leave_out)(int64_t)) {
  Class *more = patterns(leave_out), *list = calloc(count + PATTERNS, sizeof *list);
  if (!list)
    exit(3);
  for (size_t i = 0; i < count; i++)
    list[i] = first[i];
  for (int i = 0; i < PATTERNS; i++) {
    uint64_t value = 0, free = 0;
    for (int q = 0; q < 4; q++) {
      value |= (more[i].quarter[q] == 0 ? 0 : more[i].quarter[q] == 1 ? 0xffffu : 0x5a3cu) * (UINT64_C(1) << 16 * q);
      free |= (more[i].quarter[q] == 2 ? 0x1230u : 0) * (UINT64_C(1) << 16 * q);
    }
    if (leave_out && leave_out((int64_t)value) && leave_out((int64_t)(value ^ free)))
      continue;
    list[count] = more[i];
    if (!free)
      list[count] = (Class)VALUE((int64_t)value);
    count++;
  }
  free(more);
  return (Classes){list, count};
}

#define KEPT(function, make)                                                                                           \
  static Classes function(void) {                                                                                      \
    static Classes kept;                                                                                               \
    if (!kept.class)                                                                                                   \
      kept = make;                                                                                                     \
    return kept;                                                                                                       \
  }

static const Class a64_sums[] = {VALUE(0),
                                 RANGE(1, 4095),
                                 STEPS(4096, 0xfff000, 4096),
                                 RANGE_OFF(4097, 0xffffff, 4096),
                                 RANGE(-4095, -1),
                                 STEPS(-0xfff000, -4096, 4096),
                                 RANGE_OFF(-0xffffff, -4097, 4096),
                                 VALUE(INT32_MIN),
                                 VALUE(INT64_C(-0x80000001)),
                                 VALUE(INT64_C(-0x7fffffff))};
static const Class a64_compares[] = {VALUE(0), RANGE(1, 4095), STEPS(4096, 0xfff000, 4096), RANGE(-4095, -1),
                                     STEPS(-0xfff000, -4096, 4096)};
KEPT(a64_value_classes, with_patterns(NULL, 0, is_li_bitmask))
KEPT(a64_sum_classes, with_patterns(a64_sums, sizeof a64_sums / sizeof *a64_sums, is_sum_immediate))
KEPT(a64_logic_classes, with_patterns(NULL, 0, is_bitmask))
KEPT(a64_compare_classes, with_patterns(a64_compares, sizeof a64_compares / sizeof *a64_compares, is_compare_immediate))

static Classes x64_value_classes(void) { return LIST(x64_values); }

/* A branch on bits of x64: a byte, 32 bits, a sign-extended word, more. */
static Classes x64_mask_classes(void) {
  static const Class masks[] = {RANGE(0, 255), RANGE(256, UINT32_MAX), RANGE(INT32_MIN, -1),
                                RANGE(INT64_C(0x100000000), INT64_MAX), RANGE(INT64_MIN, INT64_C(-0x80000001))};
  return LIST(masks);
}

/* ---- Values to store --------------------------------------------------------------------------------------------- */

static bool is_bitmask_of_32(int64_t value) { return is_li_bitmask(value & UINT32_MAX) || (value & 0xffff) == 0; }
static bool is_one_quarter(int64_t value) {
  uint64_t low = (uint64_t)value & UINT32_MAX;
  return low >> 16 == 0 || (low & 0xffff) == 0 || is_li_bitmask((int64_t)low);
}

static Classes x64_store_classes(int bits) {
  static const Class x64_8[] = {RANGE(-128, 255)}, x64_16[] = {RANGE(-32768, 65535)},
                     x64_32[] = {RANGE(INT32_MIN, UINT32_MAX)}, x64_64[] = {RANGE(INT32_MIN, INT32_MAX)};
  return bits == 8 ? LIST(x64_8) : bits == 16 ? LIST(x64_16) : bits == 32 ? LIST(x64_32) : LIST(x64_64);
}

static Classes a64_store_classes(int bits) {
  static const Class a64_8[] = {VALUE(0), RANGE(1, 255), RANGE(-128, -1)};
  static const Class a64_16[] = {VALUE(0), RANGE(1, 65535), RANGE(-32768, -1)};
  /* of 32 bits, laid as they are: one quarter, or two of which neither is 0 */
  static const Class a64_32[] = {VALUE(0),
                                 RANGE(1, 65535),
                                 STEPS(65536, INT64_C(0xffff0000), 65536),
                                 RANGE_BUT(65537, UINT32_MAX, is_one_quarter),
                                 RANGE_BUT(INT32_MIN, -1, is_bitmask_of_32),
                                 VALUE(-1),
                                 VALUE(-65536),
                                 VALUE(INT32_MIN)};
  /* sign-extended: below 0 the two upper quarters are ones, so a movn begins */
  static const Class a64_64[] = {VALUE(0),
                                 RANGE(1, 65535),
                                 STEPS(65536, INT64_C(0x7fff0000), 65536),
                                 RANGE_BUT(65537, INT32_MAX, ends_in_zeros_or_bitmask),
                                 VALUE(-1),
                                 VALUE(-2),
                                 RANGE(-65535, -3),
                                 VALUE(-65536),
                                 VALUE(INT32_MIN),
                                 VALUE(INT32_MIN + 1),
                                 VALUE(INT64_C(-0x12345678)),
                                 VALUE(-70000)};
  return bits == 8 ? LIST(a64_8) : bits == 16 ? LIST(a64_16) : bits == 32 ? LIST(a64_32) : LIST(a64_64);
}

/* ---- Offsets ----------------------------------------------------------------------------------------------------- */

static Classes x64_offset_classes(int bytes) {
#define X64_OFFSETS(more)                                                                                              \
  { VALUE(0), RANGE(1, 127), RANGE(128, 4095), RANGE(-128, -1), RANGE(-256, -129), more }
  static const Class x64_1[] = {VALUE(0), RANGE(1, 127), RANGE(128, 4095), RANGE(-128, -1), RANGE(-256, -129)};
  static const Class x64_2[] = X64_OFFSETS(STEPS(4096, 8190, 2)), x64_4[] = X64_OFFSETS(STEPS(4096, 16380, 4)),
                     x64_8[] = X64_OFFSETS(STEPS(4096, 32760, 8));
  static const Class x64_16[] = {VALUE(0),        RANGE(1, 127),     RANGE(128, 255),
                                 RANGE(-128, -1), RANGE(-256, -129), STEPS(256, 65520, 16)};
  return bytes == 1   ? LIST(x64_1)
         : bytes == 2 ? LIST(x64_2)
         : bytes == 4 ? LIST(x64_4)
         : bytes == 8 ? LIST(x64_8)
                      : LIST(x64_16);
}

static Classes a64_offset_classes(int bytes) {
  static const Class a64_1[] = {RANGE(0, 4095), RANGE(-256, -1)};
#define A64_OFFSETS(most, size)                                                                                        \
  { STEPS(0, most, size), RANGE(-256, -1), RANGE_OFF(1, 255, size), RANGE_OFF(257, 4095, size) }
  static const Class a64_2[] = A64_OFFSETS(8190, 2), a64_4[] = A64_OFFSETS(16380, 4), a64_8[] = A64_OFFSETS(32760, 8);
  static const Class a64_16[] = {STEPS(0, 65520, 16), RANGE(-256, -1), RANGE_OFF(1, 255, 16)};
  return bytes == 1   ? LIST(a64_1)
         : bytes == 2 ? LIST(a64_2)
         : bytes == 4 ? LIST(a64_4)
         : bytes == 8 ? LIST(a64_8)
                      : LIST(a64_16);
}

/* ---- Bitmasks ---------------------------------------------------------------------------------------------------- */

/* An element of 2, 4 .. 64 bits, repeated: a run of ones, rotated. 5334 in all. */
enum { BITMASKS = 5334 };

static uint64_t bitmask(unsigned size, unsigned ones, unsigned rotation) {
  uint64_t all = size == 64 ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1, run = (UINT64_C(1) << ones) - 1;
  uint64_t mask = rotation ? (run >> rotation | run << (size - rotation)) & all : run;
  for (; size < 64; size *= 2)
    mask |= mask << size;
  return mask;
}

static Classes x64_bitmask_classes(void) { return (Classes){NULL, 0}; }

static Classes a64_bitmask_classes(void) {
  static Class list[BITMASKS];
  static size_t count;
  if (!count)
    for (unsigned size = 2; size <= 64; size *= 2)
      for (unsigned ones = 1; ones < size; ones++)
        for (unsigned rotation = 0; rotation < size; rotation++)
          list[count++] = (Class)VALUE((int64_t)bitmask(size, ones, rotation));
  return (Classes){list, count};
}

/* ---- By machine -------------------------------------------------------------------------------------------------- */

const ImmediateClasses classes_x64 = {.values = x64_value_classes,
                                      .sums = x64_value_classes,
                                      .logic = x64_value_classes,
                                      .compares = x64_value_classes,
                                      .masks = x64_mask_classes,
                                      .bitmasks = x64_bitmask_classes,
                                      .stores = x64_store_classes,
                                      .offsets = x64_offset_classes};
const ImmediateClasses classes_a64 = {.values = a64_value_classes,
                                      .sums = a64_sum_classes,
                                      .logic = a64_logic_classes,
                                      .compares = a64_compare_classes,
                                      .masks = a64_logic_classes,
                                      .bitmasks = a64_bitmask_classes,
                                      .stores = a64_store_classes,
                                      .offsets = a64_offset_classes};

Classes value_classes(BlIsa isa) { return prover_row(isa)->classes->values(); }
Classes sum_classes(BlIsa isa) { return prover_row(isa)->classes->sums(); }
Classes logic_classes(BlIsa isa) { return prover_row(isa)->classes->logic(); }
Classes compare_classes(BlIsa isa) { return prover_row(isa)->classes->compares(); }
Classes mask_classes(BlIsa isa) { return prover_row(isa)->classes->masks(); }
Classes bitmask_classes(BlIsa isa) { return prover_row(isa)->classes->bitmasks(); }
Classes store_classes(BlIsa isa, int bits) { return prover_row(isa)->classes->stores(bits); }
Classes offset_classes(BlIsa isa, int bytes) { return prover_row(isa)->classes->offsets(bytes); }

/* SPDX-License-Identifier: MIT */
