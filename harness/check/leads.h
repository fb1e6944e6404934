/* Where a jump or a call by a register may go: the addresses that the registers hold, and the entries of tables that
   they were loaded from. A path that joins another keeps what both know. */
#ifndef HARNESS_CHECK_LEADS_H
#define HARNESS_CHECK_LEADS_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct program;
struct code;

enum lead_kind {
  LEAD_NONE,
  LEAD_ADDRESS, /* `address` */
  LEAD_NEAR,    /* somewhere after `address`, in what is named there */
  LEAD_ENTRY,   /* an entry of the table at `address` */
  LEAD_TARGET,  /* that, a distance, added to `address` */
  LEAD_STACK    /* nowhere: it holds what the stack pointer was with `address` bytes on the stack */
};

struct lead {
  uint64_t address;
  enum lead_kind kind;
  uint8_t size; /* of an entry, in bytes */
  bool one;     /* the entry is the one at `address`, and no other */
  bool each;    /* the table has nothing but such entries */
};

enum lead_move_kind { MOVE_NOTHING, MOVE_TAKE, MOVE_STACK, MOVE_ADD_NUMBER, MOVE_ADD_REGISTER, MOVE_LOAD };

/* What an instruction does to them, besides copies, which effects.h tells. Registers are numbers of effects.h. */
struct lead_move {
  enum lead_move_kind kind;
  int8_t to, from, other; /* -1: none; `from` is the base of a load, and `other` its index */
  uint8_t size;           /* of a load */
  int8_t store;           /* the register by which it stores; -1: none */
  uint64_t stored_at;     /* or the address at which it does; 0: not known */
  int64_t number;         /* the address, what is added (for MOVE_STACK, to the stack pointer), the displacement */
};

/* Finds the move of INSN, and in AWAY the register by which it goes on. */
struct lead_move leads_move_x64(const cs_insn *insn, int8_t *away);
struct lead_move leads_move_arm64(const cs_insn *insn, int8_t *away);

/* LEADS, one for each register, become what they are after CODE, before which DEPTH bytes are on the stack. */
void leads_change(const struct code *code, int depth, struct lead *leads);

/* A call was made: only the registers of the set KEPT still lead anywhere. */
void leads_call(struct lead *leads, uint32_t kept);

/* MINE becomes what both know; true: that is less than before. */
bool leads_join(struct lead *mine, const struct lead *other);

/* The Ith place to which LEAD leads; false: there is no such. AT: the entry that says so, or 0. */
bool leads_way(const struct program *program, const struct lead *lead, size_t i, uint64_t *to, uint64_t *at);

#endif

/* SPDX-License-Identifier: MIT */
