/* Conditional branches, told by their bytes: the same rule for the plugin that counts edges and the gate that reads
   the counts. */
#ifndef HARNESS_PLUGIN_BRANCHES_H
#define HARNESS_PLUGIN_BRANCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Sign-extends the low BITS bits of VALUE: sign_extend(0xff, 8) is -1. */
static inline uint64_t sign_extend(uint64_t value, unsigned bits) {
  uint64_t sign = (uint64_t)1 << (bits - 1);
  value &= (sign << 1) - 1;
  return (value ^ sign) - sign;
}

/* Jcc rel8 (70+cc), Jcc rel32 (0f 80+cc), LOOPNE, LOOPE, LOOP, JRCXZ (e0..e3); Intel SDM 2A. The displacement counts
   from the next instruction. */
static inline bool decode_branch_x64(const uint8_t *bytes, size_t size, uint64_t *displacement) {
  if (size == 2 && ((bytes[0] & 0xf0) == 0x70 || (bytes[0] & 0xfc) == 0xe0)) {
    *displacement = sign_extend(bytes[1], 8);
    return true;
  }
  if (size == 6 && bytes[0] == 0x0f && (bytes[1] & 0xf0) == 0x80) {
    uint32_t rel32 = 0;
    memcpy(&rel32, bytes + 2, sizeof rel32);
    *displacement = sign_extend(rel32, 32);
    return true;
  }
  return false;
}

/* B.cond and CBZ, CBNZ with imm19, TBZ, TBNZ with imm14; Arm ARM C4.1. The displacement counts from the branch. */
static inline bool decode_branch_arm64(const uint8_t *bytes, size_t size, uint64_t *displacement) {
  uint32_t word = 0;
  if (size != sizeof word)
    return false;
  memcpy(&word, bytes, sizeof word);
  if ((word & 0xff000010) == 0x54000000 || (word & 0x7e000000) == 0x34000000) {
    *displacement = sign_extend(word >> 5, 19) * 4;
    return true;
  }
  if ((word & 0x7e000000) == 0x36000000) {
    *displacement = sign_extend(word >> 5, 14) * 4;
    return true;
  }
  return false;
}

#endif
