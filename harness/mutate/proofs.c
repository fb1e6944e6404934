/* Mutants that the decoder alone proves to do what the program does. */
#include "harness/mutate/mutants.h"

#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

/* Whether the one instruction copies a whole register to itself. A copy of 32 bits clears the others. */
static bool is_copy_to_itself(const cs_insn *insn) {
  const char *comma = strstr(insn->op_str, ", ");
  size_t len = comma ? (size_t)(comma - insn->op_str) : 0;
  return strcmp(insn->mnemonic, "mov") == 0 && comma && strlen(comma + 2) == len &&
         memcmp(insn->op_str, comma + 2, len) == 0 && (insn->op_str[0] == 'r' || insn->op_str[0] == 'x') &&
         insn->op_str[len - 1] != 'd' && insn->op_str[len - 1] != 'w' && insn->op_str[len - 1] != 'b';
}

/* Whether the one instruction is a jump to the one after it. */
static bool is_jump_to_next(csh handle, const cs_insn *insn) {
  const char *last = strrchr(insn->op_str, ' ');
  last = last ? last + 1 : insn->op_str;
  last += *last == '#';
  return cs_insn_group(handle, insn, CS_GRP_JUMP) && strncmp(last, "0x", 2) == 0 &&
         strtoull(last, NULL, 16) == insn->address + insn->size;
}

/* What INSN, changed into OTHER by MUTATION, proves; or NULL. */
static const char *prove(csh handle, enum mutation mutation, const cs_insn *insn, const cs_insn *other) {
  if (other && insn->size == other->size && strcmp(insn->mnemonic, other->mnemonic) == 0 &&
      strcmp(insn->op_str, other->op_str) == 0)
    return "both are one instruction in two encodings";
  if (mutation == MUTATION_NO_OP && is_copy_to_itself(insn))
    return "the instruction copies a register to itself";
  if ((mutation == MUTATION_NO_OP || mutation == MUTATION_CONDITION) && is_jump_to_next(handle, insn))
    return "the jump leads to the next instruction";
  return NULL;
}

const char *mutant_proof(const struct machine *machine, const struct mutant *mutant) {
  csh handle = 0;
  cs_insn *insn = NULL;
  cs_insn *other = NULL;
  const char *proof = NULL;
  if (mutant->entry->kind != MAP_CODE)
    return NULL;
  if (cs_open((cs_arch)machine->capstone_arch, (cs_mode)machine->capstone_mode, &handle) != CS_ERR_OK)
    die("capstone cannot be opened for %s", machine->title);
  cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  size_t count = cs_disasm(handle, mutant->entry->bytes, mutant->entry->len, mutant->entry->address, 0, &insn);
  size_t others = cs_disasm(handle, mutant->bytes, mutant->len, mutant->address, 0, &other);
  if (count == 1)
    proof = prove(handle, mutant->mutation, insn, others == 1 ? other : NULL);
  if (count)
    cs_free(insn, count);
  if (others)
    cs_free(other, others);
  cs_close(&handle);
  return proof;
}

/* SPDX-License-Identifier: MIT */
