/* Instructions of arm64 by their bytes: which branch, call and return (Arm ARM C4.1). */
#include "harness/base/machine.h"

/* The instruction, or 0, which is none that is asked for here. */
static uint32_t word_of(const uint8_t *bytes, size_t size) {
  return size == 4 ? (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0] : 0;
}

/* B.cond and CBZ, CBNZ with imm19, TBZ, TBNZ with imm14. */
static bool decode_branch(const uint8_t *bytes, size_t size, uint64_t *displacement) {
  uint32_t word = word_of(bytes, size);
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

/* BL, BLR and RET. */
static enum flow flow_of(const uint8_t *bytes, size_t size) {
  uint32_t word = word_of(bytes, size);
  if ((word & 0xfc000000) == 0x94000000 || (word & 0xfffffc1f) == 0xd63f0000)
    return FLOW_CALL;
  return (word & 0xfffffc1f) == 0xd65f0000 ? FLOW_RETURN : FLOW_ON;
}

const struct instruction_set instructions_arm64 = {.decode_branch = decode_branch, .flow_of = flow_of, .call_size = 4};

/* SPDX-License-Identifier: MIT */
