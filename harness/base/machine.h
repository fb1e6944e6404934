/* The machines: one table, in machine.c, of all that the gate and its triage know of a machine by name or number. A
   machine that qemu-user emulates needs a row there to run, and no more; what triage knows of its instructions stands
   in files of their own (instructions_NAME.c here, code_NAME.c, mutants_NAME.c and bisect_NAME.c in their rooms), and
   a machine without such a file is shown as hex. NULL stands for no machine: what is no ELF, such as a script. */
#ifndef HARNESS_MACHINE_H
#define HARNESS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose numbers the system calls have (harness/helpers/plugin/calls.h; from CALLS_I386 on, calls_others.h);
   CALLS_UNKNOWN: of none that is known here. */
enum call_numbers {
  CALLS_UNKNOWN,
  CALLS_X64,
  CALLS_GENERIC,
  CALLS_I386,
  CALLS_ARM,
  CALLS_PPC64,
  CALLS_PPC,
  CALLS_S390X,
  CALLS_MIPS,
  CALLS_MIPS64,
  CALLS_M68K,
  CALLS_SH4,
  CALLS_SPARC64,
  CALLS_HPPA,
  CALL_NUMBERS
};

/* What an instruction does with the calls under way. */
enum flow { FLOW_ON, FLOW_CALL, FLOW_RETURN };

/* What the observers and the coverage know of instructions by their bytes alone. */
struct instruction_set {
  /* Whether the SIZE bytes are a conditional branch; DISPLACEMENT becomes how far it leads. */
  bool (*decode_branch)(const uint8_t *bytes, size_t size, uint64_t *displacement);
  bool branch_from_next; /* a displacement counts from the next instruction, not from the branch */
  enum flow (*flow_of)(const uint8_t *bytes, size_t size);
  unsigned call_size; /* bytes of the instruction that makes a system call */
};

/* How the kernel of a machine is booted in an emulator of the whole of it. */
struct whole_machine {
  const char *emulator, *console;
  const char *options[8]; /* up to NULL */
};

struct machine {
  const char *name;              /* in suites, in reports and at the end of a program's name: "x64" */
  const char *title;             /* for people: "x86-64" */
  uint16_t e_machine;            /* of the ELF header, */
  uint8_t class, order;          /* and its EI_CLASS and EI_DATA */
  uint8_t code_unit;             /* bytes: instructions, as Capstone reads them here, begin at multiples of it */
  const char *native, *emulated; /* a target's place: "x64-native", "x64-qemu" */
  const char *qemu;              /* qemu's name of it, "x86_64" */
  const char *qemu_static;       /* the emulators that run programs: "qemu-x86_64-static", */
  const char *qemu_dynamic;      /* and "qemu-x86_64", which takes plugins as well */
  uint32_t audit;                /* AUDIT_ARCH_... of linux/audit.h, as ptrace names it; 0: not known */
  enum call_numbers calls;
  const struct instruction_set *instructions; /* NULL: not known */
  int capstone_arch, capstone_mode;           /* for cs_open; ARCH -1: Capstone 4 does not read it */
  const char *colour, *dark_colour;           /* in plots, on a light and a dark page; NULL: that of the text */
  bool dashed;                                /* its lines in plots, for who does not see colours */
  struct whole_machine whole;                 /* EMULATOR NULL: no kernel is booted for it */
};

/* All rows, in the order in which they are shown. */
extern const struct machine machines[];
extern const size_t machine_count;

/* The machine of that NAME, or NULL. */
const struct machine *machine_named(const char *name);

/* The machine that qemu calls NAME, or NULL. */
const struct machine *machine_of_qemu(const char *name);

/* The machine that stands last in the file name NAME, as in "hello_x64" and "hello_x64.o", or NULL. */
const struct machine *machine_of_label(const char *name);

/* "x64", or "host" where MACHINE is NULL. */
const char *machine_name(const struct machine *machine);

/* The machine that this process is made for. */
const struct machine *host_machine(void);

/* What the file header of a program says. */
struct elf_identity {
  bool is_elf;
  bool has_ident; /* EI_CLASS, EI_DATA and EI_VERSION are what ELF knows: the kernel does not ask */
  uint8_t class, order;
  uint16_t e_machine;
  const struct machine *machine; /* NULL: no ELF, or a machine without a row */
};

/* Reads the file header of PATH. What cannot be read is no ELF. */
struct elf_identity elf_identify(const char *path);

/* The machine of the ELF file PATH; NULL where it is no ELF, or one of a machine without a row. */
const struct machine *elf_machine(const char *path);

/* Describes an ELF in one line: "32-bit big-endian PowerPC". Static, until the next call. */
const char *elf_description(const struct elf_identity *identity);

/* What e_machine stands for, in the words of elf.h, or NULL. */
const char *e_machine_name(uint16_t e_machine);

/* Sign-extends the low BITS bits of VALUE: sign_extend(0xff, 8) is -1. */
static inline uint64_t sign_extend(uint64_t value, unsigned bits) {
  uint64_t sign = (uint64_t)1 << (bits - 1);
  value &= (sign << 1) - 1;
  return (value ^ sign) - sign;
}

/* instructions_x64.c, instructions_arm64.c */
extern const struct instruction_set instructions_x64, instructions_arm64;

#endif

/* SPDX-License-Identifier: MIT */
