/* The program that is checked: read with libelf, decoded with Capstone. */
#include "harness/check/program.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Symbols ---------------------------------------------------------------------------------------------------- */

enum { PAGE = 4096 };

static int by_start(const void *a, const void *b) {
  const struct routine *one = a, *two = b;
  return one->start < two->start ? -1 : one->start > two->start;
}

static void add_routine(struct program *program, const char *name, const GElf_Sym *symbol) {
  int type = GELF_ST_TYPE(symbol->st_info);
  bool inside = symbol->st_value >= program->address && symbol->st_value < program->address + program->size;
  if (!inside || (type != STT_FUNC && type != STT_OBJECT))
    return;
  program->routines = realloc(program->routines, (program->count + 1) * sizeof *program->routines);
  char *copy = strdup(name ? name : "?");
  if (!program->routines || !copy)
    abort();
  program->routines[program->count++] =
      (struct routine){.name = copy,
                       .start = symbol->st_value,
                       .end = symbol->st_value + symbol->st_size,
                       .is_code = type == STT_FUNC,
                       .root = type == STT_FUNC && program->relocatable && GELF_ST_BIND(symbol->st_info) == STB_GLOBAL};
}

static void read_symbols(struct program *program, Elf *elf) {
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB || !header.sh_entsize)
      continue;
    Elf_Data *data = elf_getdata(section, NULL);
    for (size_t i = 0; data && i < header.sh_size / header.sh_entsize; i++) {
      GElf_Sym symbol;
      if (gelf_getsym(data, (int)i, &symbol))
        add_routine(program, elf_strptr(elf, header.sh_link, symbol.st_name), &symbol);
    }
  }
  if (program->count)
    qsort(program->routines, program->count, sizeof *program->routines, by_start);
}

/* The routines of the file PATH. */
static void read_symbols_of(struct program *program, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
  if (elf)
    read_symbols(program, elf);
  elf_end(elf);
  if (fd >= 0)
    close(fd);
}

/* ---- Code ------------------------------------------------------------------------------------------------------- */

/* Where the code stands in the file: its executable segment, or the section .text of an object. */
static bool find_code(Elf *elf, struct program *program, uint64_t *offset) {
  size_t headers = 0;
  elf_getphdrnum(elf, &headers);
  for (size_t i = 0; i < headers; i++) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD || !(header.p_flags & PF_X))
      continue;
    /* A loader maps pages, from the one on in which the segment begins. */
    uint64_t before = header.p_offset % PAGE;
    *offset = header.p_offset - before;
    program->address = header.p_vaddr - before;
    program->size = (header.p_filesz % INT32_MAX + before + PAGE - 1) / PAGE * PAGE;
    return true;
  }
  for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS || !(header.sh_flags & SHF_EXECINSTR))
      continue;
    program->address = header.sh_addr;
    program->size = header.sh_size;
    *offset = header.sh_offset;
    return true;
  }
  return false;
}

static bool take_code(Elf *elf, const struct bytes *file, struct program *program) {
  uint64_t offset = 0;
  if (!find_code(elf, program, &offset) || offset >= file->len || !program->size)
    return false;
  if (program->size > file->len - offset)
    program->size = file->len - offset;
  program->text = malloc(program->size);
  program->codes = calloc(program->size, sizeof *program->codes);
  if (!program->text || !program->codes)
    abort();
  memcpy(program->text, file->data + offset, program->size);
  return true;
}

/* A program without symbols: what the entry leads to is one routine, up to the end of the code. */
static bool guess_routine(struct program *program) {
  if (program->relocatable || program->entry < program->address || program->entry - program->address >= program->size)
    return false;
  program->routines = calloc(1, sizeof *program->routines);
  char *name = strdup("entry");
  if (!program->routines || !name)
    abort();
  program->routines[program->count++] =
      (struct routine){.name = name, .start = program->entry, .end = program->address + program->size, .is_code = true};
  program->guessed = true;
  return true;
}

bool program_open(const char *path, struct program *program, struct bytes *why) {
  struct bytes file = {0};
  *program = (struct program){0};
  int failed = bytes_read_file(&file, path);
  elf_version(EV_CURRENT);
  Elf *elf = failed ? NULL : elf_memory((char *)file.data, file.len);
  GElf_Ehdr header;
  bool good = elf && gelf_getehdr(elf, &header) && (header.e_machine == EM_X86_64 || header.e_machine == EM_AARCH64);
  if (good) {
    program->x64 = header.e_machine == EM_X86_64;
    program->relocatable = header.e_type == ET_REL;
    program->entry = header.e_entry;
    good = take_code(elf, &file, program);
  }
  if (failed)
    bytes_printf(why, "%s: %s", path, strerror(failed));
  else if (!good)
    bytes_printf(why, "%s is no ELF file of x86-64 or arm64 with code in it", path);
  if (good)
    read_symbols(program, elf);
  elf_end(elf);
  bytes_free(&file);
  if (good && !program->count) {
    struct bytes other = {0};
    bytes_printf(&other, "%s.sym", path);
    read_symbols_of(program, (const char *)other.data);
    bytes_free(&other);
  }
  if (good && !program->count && !guess_routine(program)) {
    bytes_printf(why, "%s has no symbols, nor has %s.sym, and its entry is not in its code: there is nothing to check",
                 path, path);
    good = false;
  }
  for (size_t i = 0; good && !program->relocatable && i < program->count; i++) {
    struct routine *routine = &program->routines[i];
    if (program->entry >= routine->start && program->entry < routine->end)
      routine->root = routine->has_arguments = true;
  }
  if (good && cs_open(program->x64 ? CS_ARCH_X86 : CS_ARCH_ARM64, program->x64 ? CS_MODE_64 : CS_MODE_ARM,
                      &program->capstone) != CS_ERR_OK)
    abort();
  if (good) {
    cs_option(program->capstone, CS_OPT_DETAIL, CS_OPT_ON);
    program->insn = cs_malloc(program->capstone);
  }
  return good;
}

void program_close(struct program *program) {
  for (size_t i = 0; i < program->count; i++)
    free(program->routines[i].name);
  for (uint64_t i = 0; program->codes && i < program->size; i++)
    free(program->codes[i].ways);
  if (program->insn)
    cs_free(program->insn, 1);
  if (program->capstone)
    cs_close(&program->capstone);
  free(program->routines);
  free(program->text);
  free(program->codes);
}

struct routine *program_routine(const struct program *program, uint64_t address) {
  for (size_t i = program->count; i-- > 0;)
    if (address >= program->routines[i].start && address < program->routines[i].end)
      return &program->routines[i];
  return NULL;
}

void program_place(const struct program *program, uint64_t address, struct bytes *text) {
  const struct routine *routine = program_routine(program, address);
  if (routine)
    bytes_printf(text, "%s+%#" PRIx64 " (%#" PRIx64 ")", routine->name, address - routine->start, address);
  else
    bytes_printf(text, "%#" PRIx64, address);
}

/* ---- x86-64 ----------------------------------------------------------------------------------------------------- */

static bool is_part_of(uint16_t reg, const uint16_t *all) {
  for (; *all; all++)
    if (reg == *all)
      return true;
  return false;
}

static const uint16_t rax[] = {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL, 0};
static const uint16_t rcx[] = {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL, 0};
static const uint16_t r11[] = {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B, 0};
static const uint16_t rsp[] = {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, 0};

static bool same_registers(const cs_x86 *x86) {
  return x86->op_count == 2 && x86->operands[0].type == X86_OP_REG && x86->operands[1].type == X86_OP_REG &&
         x86->operands[0].reg == x86->operands[1].reg;
}

/* The registers that matter, of those that it reads and writes. */
static void note_registers(const struct program *program, const cs_insn *insn, struct code *code) {
  cs_regs reads, writes;
  uint8_t read_count = 0, write_count = 0;
  if (cs_regs_access(program->capstone, insn, reads, &read_count, writes, &write_count) != CS_ERR_OK)
    return;
  bool clears = same_registers(&insn->detail->x86) && insn->id == X86_INS_XOR;
  for (int i = 0; i < read_count && !clears; i++)
    code->reads |= (is_part_of(reads[i], rcx) ? LOST_RCX : 0) | (is_part_of(reads[i], r11) ? LOST_R11 : 0);
  for (int i = 0; i < write_count; i++) {
    code->writes |= (is_part_of(writes[i], rcx) ? LOST_RCX : 0) | (is_part_of(writes[i], r11) ? LOST_R11 : 0);
    code->keeps_number = code->keeps_number && !is_part_of(writes[i], rax);
    code->sets_stack = code->sets_stack || is_part_of(writes[i], rsp);
  }
}

/* What becomes of eax, where the instruction says so by itself. */
static void note_number_x64(const cs_insn *insn, struct code *code) {
  const cs_x86 *x86 = &insn->detail->x86;
  const cs_x86_op *to = &x86->operands[0], *from = &x86->operands[1];
  bool eax = x86->op_count > 0 && to->type == X86_OP_REG && is_part_of((uint16_t)to->reg, rax);
  if (insn->id == X86_INS_PUSH && to->type == X86_OP_IMM) {
    code->pushes_number = true;
    code->number = to->imm;
  } else if (insn->id == X86_INS_POP && eax) {
    code->pops_number = true;
  } else if ((insn->id == X86_INS_MOV || insn->id == X86_INS_MOVABS) && eax && from->type == X86_OP_IMM) {
    code->sets_number = true;
    code->number = from->imm;
  } else if (insn->id == X86_INS_XOR && eax && same_registers(x86)) {
    code->sets_number = true;
    code->number = 0;
  }
}

static void describe_x64(const struct program *program, const cs_insn *insn, struct code *code) {
  const cs_x86 *x86 = &insn->detail->x86;
  const cs_x86_op *first = &x86->operands[0], *second = &x86->operands[1];
  code->keeps_number = true;
  note_registers(program, insn, code);
  note_number_x64(insn, code);
  bool direct = x86->op_count == 1 && first->type == X86_OP_IMM;
  if (direct)
    code->target = (uint64_t)first->imm;
  switch (insn->id) {
  case X86_INS_PUSH:
    code->grows = 8, code->sets_stack = false;
    return;
  case X86_INS_POP:
    code->grows = -8, code->sets_stack = x86->operands[0].reg == X86_REG_RSP;
    return;
  case X86_INS_ADD:
  case X86_INS_SUB:
    if (code->sets_stack && second->type == X86_OP_IMM)
      code->grows = (int)(insn->id == X86_INS_SUB ? second->imm : -second->imm), code->sets_stack = false;
    return;
  case X86_INS_LEA:
    code->takes_address = second->mem.base == X86_REG_RIP;
    code->target = insn->address + insn->size + (uint64_t)second->mem.disp;
    return;
  case X86_INS_CALL:
    code->kind = direct ? PATH_CALL : PATH_CALL_AWAY;
    code->sets_stack = false, code->sets_number = true, code->number = -1;
    return;
  case X86_INS_RET:
    code->kind = PATH_RETURN, code->sets_stack = false;
    return;
  case X86_INS_JMP:
    code->kind = direct ? PATH_JUMP : PATH_AWAY;
    return;
  case X86_INS_SYSCALL:
  case X86_INS_INT:
    code->kind = PATH_KERNEL;
    code->old_call = insn->id == X86_INS_INT;
    code->writes = code->reads = 0;
    return;
  case X86_INS_INT3:
  case X86_INS_UD2:
  case X86_INS_HLT:
    code->kind = PATH_STOP;
    return;
  default:
    if (direct && cs_insn_group(program->capstone, insn, CS_GRP_JUMP))
      code->kind = PATH_BRANCH;
  }
}

/* ---- arm64 ------------------------------------------------------------------------------------------------------ */

/* Loads and stores at sp: what they put on the stack, and whether x30 is among them. */
static void describe_stack_access(const cs_insn *insn, struct code *code) {
  const cs_arm64 *arm = &insn->detail->arm64;
  bool link = false, store = insn->mnemonic[0] == 's';
  for (int i = 0; i < arm->op_count; i++) {
    const cs_arm64_op *operand = &arm->operands[i];
    link = link || (operand->type == ARM64_OP_REG && operand->reg == ARM64_REG_X30);
    if (operand->type != ARM64_OP_MEM || operand->mem.base != ARM64_REG_SP)
      continue;
    if (link && store)
      code->saves_link = true;
    else if (link)
      code->loads_link = true;
    if (arm->writeback && i + 1 < arm->op_count)
      code->grows = (int)-arm->operands[i + 1].imm; /* after the access */
    else if (arm->writeback)
      code->grows = -operand->mem.disp;
  }
}

static void describe_arm64(const cs_insn *insn, struct code *code) {
  const cs_arm64 *arm = &insn->detail->arm64;
  const cs_arm64_op *first = &arm->operands[0], *last = &arm->operands[arm->op_count ? arm->op_count - 1 : 0];
  bool to_sp = arm->op_count > 0 && first->type == ARM64_OP_REG && first->reg == ARM64_REG_SP;
  bool direct = arm->op_count > 0 && last->type == ARM64_OP_IMM;
  code->keeps_number =
      arm->op_count == 0 || first->type != ARM64_OP_REG || (first->reg != ARM64_REG_X8 && first->reg != ARM64_REG_W8);
  if (direct)
    code->target = (uint64_t)last->imm;
  switch (insn->id) {
  case ARM64_INS_B:
    code->kind = arm->cc == ARM64_CC_INVALID || arm->cc == ARM64_CC_AL ? PATH_JUMP : PATH_BRANCH;
    return;
  case ARM64_INS_CBZ:
  case ARM64_INS_CBNZ:
  case ARM64_INS_TBZ:
  case ARM64_INS_TBNZ:
    code->kind = PATH_BRANCH;
    return;
  case ARM64_INS_BL:
    code->kind = PATH_CALL, code->keeps_number = false;
    return;
  case ARM64_INS_BLR:
    code->kind = PATH_CALL_AWAY, code->keeps_number = false;
    return;
  case ARM64_INS_BR:
    code->kind = PATH_AWAY;
    return;
  case ARM64_INS_RET:
    code->kind = PATH_RETURN;
    return;
  case ARM64_INS_SVC:
    code->kind = PATH_KERNEL;
    return;
  case ARM64_INS_BRK:
  case ARM64_INS_HLT:
    code->kind = PATH_STOP;
    return;
  case ARM64_INS_ADR:
  case ARM64_INS_ADRP:
    code->takes_address = insn->id == ARM64_INS_ADR;
    return;
  case ARM64_INS_MOVZ:
  case ARM64_INS_MOV:
    if (!code->keeps_number && direct)
      code->sets_number = true, code->number = last->imm;
    code->sets_stack = to_sp;
    return;
  case ARM64_INS_ADD:
  case ARM64_INS_SUB:
    if (to_sp && arm->op_count == 3 && arm->operands[1].reg == ARM64_REG_SP && direct)
      code->grows = (int)(insn->id == ARM64_INS_SUB ? last->imm : -last->imm);
    else
      code->sets_stack = to_sp;
    return;
  default:
    if (!strncmp(insn->mnemonic, "ld", 2) || !strncmp(insn->mnemonic, "st", 2))
      describe_stack_access(insn, code);
    else
      code->sets_stack = to_sp;
  }
}

struct code *program_code(struct program *program, uint64_t address) {
  size_t at = address - program->address;
  struct code *code = &program->codes[at];
  if (code->decoded)
    return code;
  const uint8_t *bytes = program->text + at;
  size_t left = program->size - at;
  uint64_t next = address;
  *code = (struct code){.decoded = true, .number = -1};
  if (!cs_disasm_iter(program->capstone, &bytes, &left, &next, program->insn))
    return code;
  code->valid = true;
  code->size = (uint8_t)program->insn->size;
  if (program->x64)
    describe_x64(program, program->insn, code);
  else
    describe_arm64(program->insn, code);
  code->effects = program->x64 ? effects_x64(program->capstone, program->insn) : effects_arm64(program->insn);
  code->lead = program->x64 ? leads_move_x64(program->insn, &code->away) : leads_move_arm64(program->insn, &code->away);
  return code;
}

bool program_call_ends(const struct program *program, const struct code *code, int64_t number) {
  if (code->old_call) /* int 0x80 has the numbers of the 32-bit machine */
    return number == 1 || number == 252;
  return program->x64 ? number == 60 || number == 231 : number == 93 || number == 94;
}
