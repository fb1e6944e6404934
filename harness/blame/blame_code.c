/* Instructions through Capstone, reduced to what is asked of them here. */
#include "harness/blame/blame_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool code_open(const struct machine *machine, struct code_reader *reader) {
  static const struct code_rules *const all[] = {&code_rules_x64, &code_rules_arm64};
  *reader = (struct code_reader){0};
  if (!machine)
    return false;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i]->machine, machine->name) == 0)
      reader->rules = all[i];
  if (!reader->rules ||
      cs_open((cs_arch)machine->capstone_arch, (cs_mode)machine->capstone_mode, &reader->handle) != CS_ERR_OK)
    return false;
  cs_option(reader->handle, CS_OPT_DETAIL, CS_OPT_ON);
  reader->insn = cs_malloc(reader->handle);
  return true;
}

void code_close(struct code_reader *reader) {
  if (reader->insn)
    cs_free(reader->insn, 1);
  if (reader->handle)
    cs_close(&reader->handle);
  *reader = (struct code_reader){0};
}

void code_register(const struct code_reader *reader, unsigned id, char whole[CODE_NAME]) {
  const char *name = id ? cs_reg_name(reader->handle, id) : NULL;
  whole[0] = '\0';
  if (name)
    reader->rules->whole_name(name, whole);
}

static bool in_group(const struct code_reader *reader, unsigned group) {
  return cs_insn_group(reader->handle, reader->insn, group);
}

bool code_read(struct code_reader *reader, const void *bytes, size_t len, uint64_t address, struct code *code) {
  const uint8_t *at = bytes;
  size_t left = len;
  *code = (struct code){0};
  if (!cs_disasm_iter(reader->handle, &at, &left, &address, reader->insn))
    return false;
  reader->rules->read(reader, code);
  if (in_group(reader, CS_GRP_JUMP) || in_group(reader, CS_GRP_CALL) || in_group(reader, CS_GRP_RET) ||
      in_group(reader, CS_GRP_INT) || reader->insn->id == reader->rules->call) {
    code->kind = CODE_FLOW;
    code->value = reader->rules->flow_target(reader);
  }
  snprintf(code->text, sizeof code->text, "%s%s%s", reader->insn->mnemonic, *reader->insn->op_str ? " " : "",
           reader->insn->op_str);
  return true;
}

bool code_writes(struct code_reader *reader, const char *name) {
  cs_regs read;
  cs_regs written;
  uint8_t read_count = 0;
  uint8_t written_count = 0;
  char whole[CODE_NAME];
  /* What Capstone 4 takes for a write of the first operand, and is none. */
  if (reader->rules->only_reads && reader->rules->only_reads(reader->insn->id))
    return false;
  if (cs_regs_access(reader->handle, reader->insn, read, &read_count, written, &written_count) != CS_ERR_OK)
    return true;
  for (uint8_t i = 0; i < written_count; i++) {
    code_register(reader, written[i], whole);
    if (strcmp(whole, name) == 0)
      return true;
  }
  return false;
}

/* SPDX-License-Identifier: MIT */
