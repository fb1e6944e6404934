/* Instructions of x86-64 by their bytes: which branch, call and return (Intel SDM 2A). */
#include "harness/base/machine.h"

#include <string.h>

/* Jcc rel8 (70+cc), Jcc rel32 (0f 80+cc), LOOPNE, LOOPE, LOOP, JRCXZ (e0..e3). */
static bool decode_branch(const uint8_t *bytes, size_t size, uint64_t *displacement) {
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

/* CALL rel32 (e8), CALL r/m (ff /2, with or without REX), RET (c3, c2 iw). */
static enum flow flow_of(const uint8_t *bytes, size_t size) {
  size_t at = size > 2 && (bytes[0] & 0xf0) == 0x40 ? 1 : 0;
  if ((size == 5 && bytes[0] == 0xe8) || (size > at + 1 && bytes[at] == 0xff && (bytes[at + 1] & 0x38) == 0x10))
    return FLOW_CALL;
  return (size == 1 && bytes[0] == 0xc3) || (size == 3 && bytes[0] == 0xc2) ? FLOW_RETURN : FLOW_ON;
}

const struct instruction_set instructions_x64 = {
    .decode_branch = decode_branch, .branch_from_next = true, .flow_of = flow_of, .call_size = 2};

/* SPDX-License-Identifier: MIT */
