/* What machines.h names of each machine: the functions that read its instructions. */
#ifndef HARNESS_CHECK_CODE_H
#define HARNESS_CHECK_CODE_H

#include "harness/check/program.h"

void describe_x64(const struct program *program, const cs_insn *insn, struct code *code);
void describe_arm64(const struct program *program, const cs_insn *insn, struct code *code);
bool may_be_newer_x64(const uint8_t *bytes, size_t count);
bool may_be_newer_arm64(const uint8_t *bytes, size_t count);
bool relocate_x64(uint32_t type, uint64_t place, uint64_t end, int64_t *more);
bool relocate_arm64(uint32_t type, uint64_t place, uint64_t end, int64_t *more);

#endif

/* SPDX-License-Identifier: MIT */
