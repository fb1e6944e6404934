/* Instructions through Capstone, reduced to what is asked of them here. */
#include "harness/blame/blame_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool code_open(enum machine machine, struct code_reader *reader) {
  *reader = (struct code_reader){.machine = machine};
  cs_arch arch = machine == MACHINE_ARM64 ? CS_ARCH_ARM64 : CS_ARCH_X86;
  cs_mode mode = machine == MACHINE_ARM64 ? CS_MODE_LITTLE_ENDIAN : CS_MODE_64;
  if (machine == MACHINE_HOST || cs_open(arch, mode, &reader->handle) != CS_ERR_OK)
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

/* "al", "ax" and "eax" are "rax"; "r8b", "r8w" and "r8d" are "r8". */
static void whole_x64(const char *name, char whole[CODE_NAME]) {
  static const char *const parts[][4] = {
      {"al", "ax", "eax", "rax"},  {"bl", "bx", "ebx", "rbx"},  {"cl", "cx", "ecx", "rcx"},
      {"dl", "dx", "edx", "rdx"},  {"sil", "si", "esi", "rsi"}, {"dil", "di", "edi", "rdi"},
      {"bpl", "bp", "ebp", "rbp"}, {"spl", "sp", "esp", "rsp"}, {"ah", "", "", "rax"},
      {"bh", "", "", "rbx"},       {"ch", "", "", "rcx"},       {"dh", "", "", "rdx"},
  };
  snprintf(whole, CODE_NAME, "%s", name);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    for (int k = 0; k < 3; k++)
      if (strcmp(name, parts[i][k]) == 0)
        snprintf(whole, CODE_NAME, "%s", parts[i][3]);
  if (name[0] == 'r' && name[1] >= '0' && name[1] <= '9')
    whole[strcspn(whole, "bwd")] = '\0';
  if ((name[0] == 'y' || name[0] == 'z') && strncmp(name + 1, "mm", 2) == 0)
    whole[0] = 'x';
}

/* "w3" is "x3"; "b0", "h0", "s0", "d0" and "q0" are "v0". */
static void whole_arm64(const char *name, char whole[CODE_NAME]) {
  snprintf(whole, CODE_NAME, "%s", strcmp(name, "fp") == 0 ? "x29" : strcmp(name, "lr") == 0 ? "x30" : name);
  if (name[1] < '0' || name[1] > '9')
    return;
  if (name[0] == 'w')
    whole[0] = 'x';
  else if (strchr("bhsdq", name[0]))
    whole[0] = 'v';
}

static void whole_name(const struct code_reader *reader, unsigned id, char whole[CODE_NAME]) {
  const char *name = id ? cs_reg_name(reader->handle, id) : NULL;
  whole[0] = '\0';
  if (name && reader->machine == MACHINE_ARM64)
    whole_arm64(name, whole);
  else if (name)
    whole_x64(name, whole);
}

static bool in_group(const struct code_reader *reader, unsigned group) {
  return cs_insn_group(reader->handle, reader->insn, group);
}

/* Moves that change no bit of what they move; zero extension leaves the low bytes as they are. */
static bool is_move_x64(unsigned id) {
  switch (id) {
  case X86_INS_MOV:
  case X86_INS_MOVABS:
  case X86_INS_MOVZX:
  case X86_INS_MOVSX:
  case X86_INS_MOVSXD:
  case X86_INS_MOVAPS:
  case X86_INS_MOVUPS:
  case X86_INS_MOVAPD:
  case X86_INS_MOVUPD:
  case X86_INS_MOVDQA:
  case X86_INS_MOVDQU:
  case X86_INS_MOVD:
  case X86_INS_MOVQ:
    return true;
  default:
    return false;
  }
}

static bool is_string_store(unsigned id) {
  return id == X86_INS_MOVSB || id == X86_INS_MOVSW || id == X86_INS_MOVSQ || id == X86_INS_STOSB ||
         id == X86_INS_STOSW || id == X86_INS_STOSD || id == X86_INS_STOSQ;
}

static void read_memory_x64(struct code_reader *reader, const cs_x86_op *op, struct code *code) {
  whole_name(reader, op->mem.base, code->memory.base);
  whole_name(reader, op->mem.index, code->memory.index);
  code->memory.scale = (unsigned)op->mem.scale;
  code->memory.displacement = op->mem.disp;
  if (op->mem.base == X86_REG_RIP) {
    code->memory.absolute = true;
    code->memory.displacement += (int64_t)(reader->insn->address + reader->insn->size);
  }
  code->width = op->size;
}

static void read_x64(struct code_reader *reader, struct code *code) {
  const cs_x86 *x86 = &reader->insn->detail->x86;
  const cs_x86_op *to = &x86->operands[0];
  const cs_x86_op *from = &x86->operands[1];
  code->conditional = in_group(reader, CS_GRP_JUMP) && reader->insn->id != X86_INS_JMP;
  if (is_string_store(reader->insn->id))
    code->kind = CODE_STORE_MANY;
  for (int i = 0; i < x86->op_count; i++)
    if (x86->operands[i].type == X86_OP_MEM)
      read_memory_x64(reader, &x86->operands[i], code);
  if (x86->op_count > 0 && to->type == X86_OP_REG)
    whole_name(reader, to->reg, code->to);
  if (x86->op_count != 2)
    return;
  if (from->type == X86_OP_REG)
    whole_name(reader, from->reg, code->from);
  if (from->type == X86_OP_IMM)
    code->value = (uint64_t)from->imm;
  if (reader->insn->id == X86_INS_XOR && from->type == X86_OP_REG && from->reg == to->reg) {
    code->kind = CODE_IMMEDIATE; /* xor eax, eax */
    return;
  }
  if (!is_move_x64(reader->insn->id))
    return;
  if (to->type == X86_OP_MEM)
    code->kind = from->type == X86_OP_IMM ? CODE_STORE_IMMEDIATE : CODE_STORE;
  else
    code->kind = from->type == X86_OP_MEM ? CODE_LOAD : from->type == X86_OP_IMM ? CODE_IMMEDIATE : CODE_MOVE;
}

static bool is_load_arm64(unsigned id) {
  switch (id) {
  case ARM64_INS_LDR:
  case ARM64_INS_LDRB:
  case ARM64_INS_LDRH:
  case ARM64_INS_LDRSB:
  case ARM64_INS_LDRSH:
  case ARM64_INS_LDRSW:
  case ARM64_INS_LDUR:
  case ARM64_INS_LDURB:
  case ARM64_INS_LDURH:
    return true;
  default:
    return false;
  }
}

static bool is_store_arm64(unsigned id) {
  switch (id) {
  case ARM64_INS_STR:
  case ARM64_INS_STRB:
  case ARM64_INS_STRH:
  case ARM64_INS_STUR:
  case ARM64_INS_STURB:
  case ARM64_INS_STURH:
    return true;
  default:
    return false;
  }
}

static size_t width_arm64(unsigned id, const char *name) {
  if (id == ARM64_INS_STRB || id == ARM64_INS_STURB || id == ARM64_INS_LDRB || id == ARM64_INS_LDURB ||
      id == ARM64_INS_LDRSB)
    return 1;
  if (id == ARM64_INS_STRH || id == ARM64_INS_STURH || id == ARM64_INS_LDRH || id == ARM64_INS_LDURH ||
      id == ARM64_INS_LDRSH)
    return 2;
  return name[0] == 'q' || name[0] == 'v' ? 16 : name[0] == 'w' || name[0] == 's' ? 4 : 8;
}

static void read_memory_arm64(struct code_reader *reader, const cs_arm64_op *op, struct code *code) {
  whole_name(reader, op->mem.base, code->memory.base);
  whole_name(reader, op->mem.index, code->memory.index);
  code->memory.scale = op->shift.type == ARM64_SFT_LSL ? 1U << op->shift.value : 1;
  code->memory.displacement = op->mem.disp;
}

static void read_arm64(struct code_reader *reader, struct code *code) {
  const cs_arm64 *arm64 = &reader->insn->detail->arm64;
  const cs_arm64_op *first = &arm64->operands[0];
  const cs_arm64_op *second = &arm64->operands[1];
  unsigned id = reader->insn->id;
  code->conditional = id == ARM64_INS_CBZ || id == ARM64_INS_CBNZ || id == ARM64_INS_TBZ || id == ARM64_INS_TBNZ ||
                      (id == ARM64_INS_B && arm64->cc != ARM64_CC_INVALID && arm64->cc != ARM64_CC_AL);
  if (id == ARM64_INS_STP || id == ARM64_INS_STNP)
    code->kind = CODE_STORE_MANY;
  if (arm64->op_count < 2 || first->type != ARM64_OP_REG)
    return;
  char whole[CODE_NAME];
  whole_name(reader, first->reg, whole);
  for (int i = 1; i < arm64->op_count; i++)
    if (arm64->operands[i].type == ARM64_OP_MEM) {
      read_memory_arm64(reader, &arm64->operands[i], code);
      code->width = width_arm64(id, cs_reg_name(reader->handle, first->reg));
    }
  if (is_store_arm64(id)) {
    code->kind = CODE_STORE;
    memcpy(code->from, whole, sizeof whole);
    if (strcmp(whole, "wzr") == 0 || strcmp(whole, "xzr") == 0)
      code->kind = CODE_STORE_IMMEDIATE;
    return;
  }
  memcpy(code->to, whole, sizeof whole);
  if (is_load_arm64(id) && second->type == ARM64_OP_MEM) {
    code->kind = CODE_LOAD;
  } else if ((id == ARM64_INS_MOV || id == ARM64_INS_MOVZ) && second->type == ARM64_OP_IMM) {
    code->kind = CODE_IMMEDIATE;
    code->value = (uint64_t)second->imm << (second->shift.type == ARM64_SFT_LSL ? second->shift.value : 0);
  } else if (id == ARM64_INS_MOV && second->type == ARM64_OP_REG) {
    code->kind = CODE_MOVE;
    whole_name(reader, second->reg, code->from);
  }
}

/* Where a jump or a call leads, if its last operand says. */
static uint64_t flow_target(const struct code_reader *reader) {
  const cs_detail *detail = reader->insn->detail;
  if (reader->machine == MACHINE_ARM64) {
    const cs_arm64_op *last = &detail->arm64.operands[detail->arm64.op_count - 1];
    return detail->arm64.op_count && last->type == ARM64_OP_IMM ? (uint64_t)last->imm : 0;
  }
  const cs_x86_op *first = &detail->x86.operands[0];
  return detail->x86.op_count && first->type == X86_OP_IMM ? (uint64_t)first->imm : 0;
}

bool code_read(struct code_reader *reader, const void *bytes, size_t len, uint64_t address, struct code *code) {
  const uint8_t *at = bytes;
  size_t left = len;
  *code = (struct code){0};
  if (!cs_disasm_iter(reader->handle, &at, &left, &address, reader->insn))
    return false;
  if (reader->machine == MACHINE_ARM64)
    read_arm64(reader, code);
  else
    read_x64(reader, code);
  if (in_group(reader, CS_GRP_JUMP) || in_group(reader, CS_GRP_CALL) || in_group(reader, CS_GRP_RET) ||
      in_group(reader, CS_GRP_INT) ||
      reader->insn->id == (reader->machine == MACHINE_ARM64 ? (unsigned)ARM64_INS_SVC : (unsigned)X86_INS_SYSCALL)) {
    code->kind = CODE_FLOW;
    code->value = flow_target(reader);
  }
  snprintf(code->text, sizeof code->text, "%s%s%s", reader->insn->mnemonic, *reader->insn->op_str ? " " : "",
           reader->insn->op_str);
  return true;
}

/* What Capstone 4 takes for a write of the first operand, and is none. */
static bool only_reads(const struct code_reader *reader) {
  unsigned id = reader->insn->id;
  return reader->machine == MACHINE_ARM64 &&
         (id == ARM64_INS_CMP || id == ARM64_INS_CMN || id == ARM64_INS_TST || id == ARM64_INS_CCMP ||
          id == ARM64_INS_CCMN || id == ARM64_INS_STP || is_store_arm64(id));
}

bool code_writes(struct code_reader *reader, const char *name) {
  cs_regs read;
  cs_regs written;
  uint8_t read_count = 0;
  uint8_t written_count = 0;
  char whole[CODE_NAME];
  if (only_reads(reader))
    return false;
  if (cs_regs_access(reader->handle, reader->insn, read, &read_count, written, &written_count) != CS_ERR_OK)
    return true;
  for (uint8_t i = 0; i < written_count; i++) {
    whole_name(reader, written[i], whole);
    if (strcmp(whole, name) == 0)
      return true;
  }
  return false;
}
