/* The program that is checked: its code, its symbols, and its instructions, each decoded once. */
#ifndef HARNESS_CHECK_PROGRAM_H
#define HARNESS_CHECK_PROGRAM_H

#include "harness/base/bytes.h"
#include "harness/check/effects.h"
#include "harness/check/leads.h"
#include "harness/map/program_map.h"

#include <capstone/capstone.h>

struct routine {
  char *name;
  uint64_t start, end, section; /* the end of its section */
  bool is_code;                 /* STT_FUNC; else data that is named among the code */
  bool root;                    /* where an execution may begin, or what others may call */
  bool returns;                 /* some path of it comes back */
  bool surely;                  /* ... and not only where a call of another file does */
  bool open;                    /* some path of it is not followed to its end */
  size_t outer;                 /* 1 + the index of the routine that it lies within; 0: none */
  bool walked;
  bool header;        /* the entry lies in it, and it is data: bytes of the ELF header are executed */
  bool part;          /* "f.cold": a compiler's part of f, to which f jumps */
  bool taken;         /* its address is taken, or stands in data */
  bool has_arguments; /* begins with the arguments of the program on the stack */
};

/* How an instruction goes on. */
enum path_kind {
  PATH_ON,
  PATH_JUMP,
  PATH_BRANCH,
  PATH_CALL,
  PATH_RETURN,
  PATH_AWAY, /* a jump by a register */
  PATH_CALL_AWAY,
  PATH_KERNEL,
  PATH_STOP
};

enum { LOST_RCX = 1, LOST_R11 = 2 };

/* What the walk needs to know of an instruction. */
struct code {
  bool decoded, valid;
  uint8_t size;
  enum path_kind kind;
  uint64_t target;   /* of a jump, a branch, a call */
  int grows;         /* bytes put on the stack; below 0: taken from it */
  bool old_call;     /* int 0x80 */
  bool sets_stack;   /* the stack pointer becomes something else: */
  int8_t stack_from; /* what this register holds, and `stack_number` more; -1: not known */
  int64_t stack_number;
  bool by_other_link;   /* arm64: a return by another register than x30 */
  bool pads;            /* fills a gap */
  bool may_be_newer;    /* not `valid`, and perhaps an instruction all the same */
  const char *external; /* what it names of another file; NULL: nothing */
  bool takes_address;   /* of `target`: lea, adr */
  int8_t away;          /* the register by which a path goes on, -1: an address in memory */
  struct lead_move lead;
  bool saves_link, loads_link; /* arm64: x30 to the stack, and from it */
  uint8_t reads, writes;       /* LOST_RCX, LOST_R11 */
  bool sets_number, keeps_number;
  int64_t number; /* what the register of the system call's number becomes; -1: not known */
  bool pushes_number, pops_number;
  struct effects effects;
  bool in_frame;  /* it loads or stores at a known place on the stack, once the walk knows it: */
  int height;     /* that is so many bytes below where the stack pointer was at the entry */
  uint64_t *ways; /* of PATH_AWAY and PATH_CALL_AWAY, once the walk knows them: where to; owned */
  size_t way_count;
};

struct check_machine;

/* A place that is filled in later, with the address of a symbol. */
struct relocation {
  uint64_t place, target; /* of the symbol and the addend, where it `is_here` */
  uint32_t type;
  bool is_here; /* the symbol is of this file's code */
  char *name;   /* owned */
};

/* A section with code. */
struct base {
  bool there; /* of an object: its code is at `address` */
  uint64_t address, end;
};

/* Bytes of the file that a loader lays at `address`. */
struct loaded {
  uint64_t address, offset, size;
};

struct program {
  const struct check_machine *machine;
  struct bytes file;
  struct loaded *loaded; /* of a program whose header a library reads; owned */
  size_t loaded_count;
  bool relocatable;
  bool unwinds;       /* exceptions lead to places that no jump leads to */
  struct base *bases; /* one for each section */
  size_t base_count;
  struct relocation *relocations; /* by place */
  size_t relocation_count;
  bool writable;          /* the code may be stored to */
  bool by_map;            /* no library reads its header: the map says where it is loaded */
  bool untyped;           /* no symbol says that it is a function's: what is called is one */
  bool guessed;           /* it has no symbols: all from the entry on is taken for one routine */
  uint64_t address, size; /* of the code */
  uint8_t *text;          /* owned */
  struct code *codes;     /* one for each byte of it */
  struct routine *routines;
  size_t count;
  uint64_t entry;
  csh capstone;
  cs_insn *insn;
};

/* Reads the ELF file PATH. MAP: its map, or an empty one; by it a file is read whose header no library takes, for some
   loader does. */
bool program_open(const char *path, const struct program_map *map, struct program *program, struct bytes *why);
/* Makes a routine of each place in STARTS that is none, up to the end of what it lies in. */
void program_add_routines(struct program *program, const uint64_t *starts, size_t count);

void program_close(struct program *program);

/* The instruction at ADDRESS, which is in the code; decoded when it is first asked for. */
struct code *program_code(struct program *program, uint64_t address);

/* The routine or data item that holds ADDRESS, or NULL. */
struct routine *program_routine(const struct program *program, uint64_t address);

/* The SIZE bytes of the file that a loader lays at ADDRESS, or that stand at OFFSET; NULL: there are not as many. */
const uint8_t *program_bytes(const struct program *program, uint64_t address, size_t size);
const uint8_t *program_file_bytes(const struct program *program, uint64_t offset, size_t size);

/* Whether the system call CODE, with NUMBER in its register, ends the program. */
bool program_call_ends(const struct program *program, const struct code *code, int64_t number);

/* The first relocation from FROM on, before TO; or NULL. */
const struct relocation *program_relocation(const struct program *program, uint64_t from, uint64_t to);

/* "routine+0x12 (0x401234)": where ADDRESS is. */
void program_place(const struct program *program, uint64_t address, struct bytes *text);

#endif

/* SPDX-License-Identifier: MIT */
