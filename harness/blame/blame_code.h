/* What one instruction does with a value: moves it between a register and memory, makes it, or computes it. As much of
   an instruction set as it takes to follow a byte from the store that wrote it back to where it came from. */
#ifndef HARNESS_BLAME_CODE_H
#define HARNESS_BLAME_CODE_H

#include "harness/base/bytes.h"
#include "harness/suite/suite.h"

#include <capstone/capstone.h>

struct code_reader {
  csh handle;
  cs_insn *insn; /* of the last instruction read */
  enum machine machine;
};

enum code_kind {
  CODE_OTHER,      /* computes, or is not known here */
  CODE_LOAD,       /* a register from memory, unchanged */
  CODE_STORE,      /* memory from a register */
  CODE_STORE_MANY, /* memory from memory or several registers: a string instruction, stp */
  CODE_STORE_IMMEDIATE,
  CODE_IMMEDIATE, /* a register from a constant */
  CODE_MOVE,      /* a register from a register */
  CODE_FLOW       /* a call, a jump, a return, a system call: the instruction before need not be the one run before */
};

enum { CODE_NAME = 8 };

/* Registers by the name of the whole register: "rax" also where only al is written, "x3" where w3, "v0" where q0. */
struct code {
  enum code_kind kind;
  bool conditional;     /* a CODE_FLOW that may go on with the next instruction */
  char to[CODE_NAME];   /* the register that is written, or "" */
  char from[CODE_NAME]; /* the register that is stored or moved, or "" */
  uint64_t value;       /* of an immediate; of a CODE_FLOW, the address that it leads to, or 0 */
  size_t width;         /* bytes of the memory operand */
  struct {
    char base[CODE_NAME], index[CODE_NAME]; /* "rip" already counts from the next instruction; "" is none */
    unsigned scale;
    int64_t displacement;
    bool absolute; /* the displacement is the whole address: rip or a literal was added to it */
  } memory;
  char text[192]; /* in the words of the machine's manuals */
};

/* Opens a reader for the code of MACHINE (MACHINE_X64 or MACHINE_ARM64). Returns false where Capstone has none. */
bool code_open(enum machine machine, struct code_reader *reader);
void code_close(struct code_reader *reader);

/* Reads the instruction of LEN bytes at ADDRESS. Returns false where the bytes are none. */
bool code_read(struct code_reader *reader, const void *bytes, size_t len, uint64_t address, struct code *code);

/* Whether the instruction read last writes the register of that whole name. */
bool code_writes(struct code_reader *reader, const char *name);

#endif
