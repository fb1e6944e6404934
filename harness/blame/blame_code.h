/* What one instruction does with a value: moves it between a register and memory, makes it, or computes it. As much of
   an instruction set as it takes to follow a byte from the store that wrote it back to where it came from. */
#ifndef HARNESS_BLAME_CODE_H
#define HARNESS_BLAME_CODE_H

#include "harness/base/bytes.h"
#include "harness/base/machine.h"

#include <capstone/capstone.h>

struct code_rules;

struct code_reader {
  csh handle;
  cs_insn *insn; /* of the last instruction read */
  const struct code_rules *rules;
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

/* What is asked about the instructions of one machine: code_x64.c, code_arm64.c. */
struct code_rules {
  const char *machine;
  void (*whole_name)(const char *name, char whole[CODE_NAME]); /* of the register that NAME is a part of */
  void (*read)(struct code_reader *reader, struct code *code); /* the instruction read last, all but its text */
  uint64_t (*flow_target)(const struct code_reader *reader);   /* where a jump or a call leads, if it says; else 0 */
  bool (*only_reads)(unsigned id);                             /* it writes no operand; NULL: as Capstone says */
  unsigned call;                                               /* the instruction that makes a system call */
};

extern const struct code_rules code_rules_x64, code_rules_arm64;

/* Opens a reader for the code of MACHINE. Returns false where there are no rules for it, or it is NULL. */
bool code_open(const struct machine *machine, struct code_reader *reader);
void code_close(struct code_reader *reader);

/* Reads the instruction of LEN bytes at ADDRESS. Returns false where the bytes are none. */
bool code_read(struct code_reader *reader, const void *bytes, size_t len, uint64_t address, struct code *code);

/* The name of the whole register that Capstone's register ID is, or a part of; "" where ID is none. */
void code_register(const struct code_reader *reader, unsigned id, char whole[CODE_NAME]);

/* Whether the instruction read last writes the register of that whole name. */
bool code_writes(struct code_reader *reader, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
