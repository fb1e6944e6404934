/* encoding.c: three disassemblers behind one function, and one spelling for what they print. encoding.h says what this
 * oracle can and cannot detect. */
#include "oracles/encoding.h"

#include <Zydis/Zydis.h>
#include <capstone/capstone.h>
#include <ctype.h>
#include <inttypes.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *encoding_name(EncodingDecoder decoder) {
  static const char *const names[] = {"LLVM 14", "Capstone 4", "Zydis 4"};
  return names[decoder];
}

bool encoding_knows(EncodingDecoder decoder, EncodingMachine machine) {
  return decoder != ENCODING_ZYDIS || machine == ENCODING_X64;
}

/* ---- The decoders ---------------------------------------------------------------------------------------------- */

static _Noreturn void cannot(const char *what) {
  fprintf(stderr, "encoding: %s cannot be created\n", what);
  abort();
}

static LLVMDisasmContextRef llvm_context(EncodingMachine machine) {
  static LLVMDisasmContextRef context[2];
  if (context[machine])
    return context[machine];
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64Disassembler();
  const char *triple = machine == ENCODING_X64 ? "x86_64-linux-gnu" : "aarch64-linux-gnu";
  context[machine] = LLVMCreateDisasm(triple, NULL, 0, NULL, NULL);
  if (!context[machine])
    cannot("LLVM's disassembler");
  if (machine == ENCODING_X64)
    LLVMSetDisasmOptions(context[machine], LLVMDisassembler_Option_AsmPrinterVariant); /* Intel's syntax */
  return context[machine];
}

static size_t decode_llvm(EncodingMachine machine, const unsigned char *bytes, size_t count, char *text, size_t room) {
  return LLVMDisasmInstruction(llvm_context(machine), (uint8_t *)bytes, count, 0, text, room);
}

static csh capstone_handle(EncodingMachine machine) {
  static csh handle[2];
  if (handle[machine])
    return handle[machine];
  cs_err error = machine == ENCODING_X64 ? cs_open(CS_ARCH_X86, CS_MODE_64, &handle[machine])
                                         : cs_open(CS_ARCH_ARM64, CS_MODE_ARM, &handle[machine]);
  if (error != CS_ERR_OK)
    cannot("Capstone's disassembler");
  return handle[machine];
}

/* Capstone prints absolute targets. An x86-64 instruction is put where it ends at address 0, so that the target is
 * the displacement; its length is known only after it was decoded once. */
static size_t decode_capstone(EncodingMachine machine, const unsigned char *bytes, size_t count, char *text,
                              size_t room) {
  static cs_insn *insn[2];
  csh handle = capstone_handle(machine);
  if (!insn[machine])
    insn[machine] = cs_malloc(handle);
  size_t length = 0;
  for (int pass = 0; pass < (machine == ENCODING_X64 ? 2 : 1); pass++) {
    const uint8_t *at = bytes;
    size_t left = count;
    uint64_t address = 0 - (uint64_t)length;
    if (!cs_disasm_iter(handle, &at, &left, &address, insn[machine]))
      return 0;
    length = insn[machine]->size;
    if (!strchr("jc", insn[machine]->mnemonic[0])) /* no branch and no call: the address does not show */
      break;
  }
  snprintf(text, room, "%s %s", insn[machine]->mnemonic, insn[machine]->op_str);
  return length;
}

/* Put where the instruction ends at address 0, as for Capstone. */
static size_t decode_zydis(const unsigned char *bytes, size_t count, char *text, size_t room) {
  static ZydisDecoder decoder;
  static ZydisFormatter formatter;
  static bool made;
  if (!made) {
    if (!ZYAN_SUCCESS(ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)) ||
        !ZYAN_SUCCESS(ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL)))
      cannot("Zydis's disassembler");
    ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_FORCE_RELATIVE_RIPREL, ZYAN_TRUE);
    ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_FORCE_SIZE, ZYAN_TRUE);
    made = true;
  }
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, count, &instruction, operands)))
    return 0;
  if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&formatter, &instruction, operands,
                                                    instruction.operand_count_visible, text, room,
                                                    0 - (uint64_t)instruction.length, NULL)))
    return 0;
  return instruction.length;
}

size_t encoding_decode(EncodingDecoder decoder, EncodingMachine machine, const unsigned char *bytes, size_t count,
                       char *text, size_t room) {
  text[0] = '\0';
  if (decoder == ENCODING_LLVM)
    return decode_llvm(machine, bytes, count, text, room);
  if (decoder == ENCODING_CAPSTONE)
    return decode_capstone(machine, bytes, count, text, room);
  return machine == ENCODING_X64 ? decode_zydis(bytes, count, text, room) : 0;
}

/* ---- One spelling ---------------------------------------------------------------------------------------------- */

typedef struct {
  const char *in;
  char *out;
  size_t used, room;
  int bits;
} Speller;

static void put(Speller *s, const char *text, size_t count) {
  for (size_t i = 0; i < count && s->used + 1 < s->room; i++)
    s->out[s->used++] = text[i];
  s->out[s->used] = '\0';
}

static void put_number(Speller *s, int64_t value, bool always_sign) {
  char digits[32];
  int count = snprintf(digits, sizeof digits, always_sign ? "%+" PRId64 : "%" PRId64, value);
  put(s, digits, (size_t)count);
}

static void skip_blanks(Speller *s) {
  while (*s->in == ' ' || *s->in == '\t')
    s->in++;
}

static bool at_number(const Speller *s) {
  const char *p = s->in + (*s->in == '-' || *s->in == '+');
  return isdigit((unsigned char)*p);
}

static int64_t read_number(Speller *s) {
  bool negative = *s->in == '-';
  s->in += *s->in == '-' || *s->in == '+';
  char *end;
  uint64_t value = strtoull(s->in, &end, 0);
  s->in = end;
  return (int64_t)(negative ? 0 - value : value);
}

/* Sign-extend the low `bits` bits. */
static int64_t reduce(int64_t value, int bits) {
  int unused = 64 - bits;
  return (int64_t)((uint64_t)value << unused) >> unused;
}

/* Mnemonics that are the same instruction. */
static void put_mnemonic(Speller *s) {
  static const char *const same[][2] = {
      {"movabs", "mov"}, {"jz", "je"},      {"jnz", "jne"},   {"jnb", "jae"},   {"jnbe", "ja"},
      {"jnl", "jge"},    {"jnle", "jg"},    {"jc", "jb"},     {"jnc", "jae"},   {"sal", "shl"},
      {"retq", "ret"},   {"callq", "call"}, {"b.cs", "b.hs"}, {"b.cc", "b.lo"},
  };
  char word[32];
  size_t length = 0;
  while (*s->in && *s->in != ' ' && *s->in != '\t' && length + 1 < sizeof word)
    word[length++] = (char)tolower((unsigned char)*s->in++);
  word[length] = '\0';
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    if (!strcmp(word, same[i][0]))
      snprintf(word, sizeof word, "%s", same[i][1]);
  put(s, word, strlen(word));
  skip_blanks(s);
  if (*s->in)
    put(s, " ", 1);
}

static size_t read_word(Speller *s, char *word, size_t room) {
  size_t length = 0;
  while (isalnum((unsigned char)*s->in) && length + 1 < room)
    word[length++] = (char)tolower((unsigned char)*s->in++);
  word[length] = '\0';
  return length;
}

/* An x86-64 memory operand, after its '[': the terms in whatever order, as [base+index*scale+displacement]. */
static void put_memory(Speller *s) {
  char word[16], scaled[32] = "";
  int64_t displacement = 0;
  put(s, "[", 1);
  bool first = true, negative = false;
  while (*s->in && *s->in != ']') {
    skip_blanks(s);
    if (*s->in == '+' || *s->in == '-') {
      negative = *s->in++ == '-';
      skip_blanks(s);
    }
    if (at_number(s)) {
      int64_t value = read_number(s);
      if (*s->in == '*') {
        s->in++;
        read_word(s, word, sizeof word);
        snprintf(scaled, sizeof scaled, "+%s*%d", word, (int)value);
      } else {
        displacement += negative ? -value : value;
      }
    } else if (read_word(s, word, sizeof word) == 0) {
      s->in++; /* no term: a character that makes the comparison fail elsewhere */
    } else if (*s->in == '*') {
      s->in++;
      snprintf(scaled, sizeof scaled, "+%s*%d", word, (int)read_number(s));
    } else {
      put(s, "+", first ? 0 : 1);
      put(s, word, strlen(word));
      first = false;
    }
    negative = false;
    skip_blanks(s);
  }
  s->in += *s->in == ']';
  put(s, scaled,
      strlen(scaled) > 2 && !strcmp(scaled + strlen(scaled) - 2, "*1") ? strlen(scaled) - 2 : strlen(scaled));
  if (displacement)
    put_number(s, displacement, true);
  put(s, "]", 1);
}

/* "xchg b,a" is "xchg a,b". */
static void order_exchanged(char *text) {
  char *first = text + strlen("xchg "), swapped[64];
  char *comma = strncmp(text, "xchg ", strlen("xchg ")) ? NULL : strchr(first, ',');
  if (!comma || strcmp(first, comma + 1) <= 0)
    return;
  int count = snprintf(swapped, sizeof swapped, "%s,%.*s", comma + 1, (int)(comma - first), first);
  if (count > 0 && (size_t)count < sizeof swapped)
    memcpy(first, swapped, (size_t)count);
}

void encoding_canonical(EncodingMachine machine, const char *text, int bits, char *out, size_t room) {
  Speller s = {.in = text, .out = out, .room = room, .bits = bits};
  out[0] = '\0';
  skip_blanks(&s);
  put_mnemonic(&s);
  bool in_word = false, in_brackets = false;
  while (*s.in) {
    if (*s.in == ' ' || *s.in == '\t' || *s.in == '#') {
      in_word = false;
      s.in++;
    } else if (machine == ENCODING_X64 && *s.in == '[') {
      s.in++;
      put_memory(&s);
    } else if (!in_word && at_number(&s)) {
      int64_t value = read_number(&s);
      if (in_brackets && value == 0 && *s.in == ']' && s.used && out[s.used - 1] == ',')
        out[--s.used] = '\0'; /* [x10, #0] is [x10] */
      else
        put_number(&s, in_brackets ? value : reduce(value, bits), false);
    } else {
      in_brackets = *s.in == '[' || (in_brackets && *s.in != ']');
      char c = (char)tolower((unsigned char)*s.in++);
      in_word = isalnum((unsigned char)c) || c == '.';
      put(&s, &c, 1);
    }
  }
  order_exchanged(out);
}

/* SPDX-License-Identifier: MIT */
