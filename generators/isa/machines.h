/* machines.h: the machines that programs are laid for, in one table.
 *
 * What differs from one machine to another stands in its row, or in the file of templates that the row names. Nothing
 * else asks which machine is being laid, but for the programs whose point is one machine. A further machine is a file
 * of encoders (as x64.h), a file of templates (as machine_x64.c) and a row here.
 */
#ifndef BYTELAY_MACHINES_H
#define BYTELAY_MACHINES_H

#include <elf.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The columns are those of BlMachine below. */
/* clang-format off */
#define MACHINES(ROW)                                                                                                     \
  /*  isa      name     e_machine   base      page     unit  st_mode  O_DIRECTORY  O_NOFOLLOW  epoll_data  templates */  \
  ROW(ISA_X64, "x64",   EM_X86_64,  0x400000, 0x1000,  0,    24,      0200000,     0400000,    4,          bl_templates_x64)  \
  ROW(ISA_A64, "arm64", EM_AARCH64, 0x400000, 0x10000, 4,    16,      0040000,     0100000,    8,          bl_templates_a64)
/* clang-format on */

#define ISA_OF_ROW_(isa, ...) isa,
typedef enum { MACHINES(ISA_OF_ROW_) ISA_COUNT } BlIsa;

typedef struct {
  const char *name;     /* ends the names of its files: "hello_x64" */
  uint16_t elf_machine; /* e_machine */
  uint64_t base;        /* address at which a program's file is mapped; a multiple of the page */
  uint64_t page;        /* p_align: the largest page that its kernels use */
  unsigned unit;        /* size of an instruction in bytes; 0: it varies */
  int stat_mode;        /* offset of st_mode in the kernel's struct stat */
  int o_directory;      /* O_DIRECTORY and O_NOFOLLOW, of the few flags that differ */
  int o_nofollow;
  int epoll_data; /* offset of data in the kernel's struct epoll_event, which ends 8 bytes after it */
  const struct Templates *templates;
} BlMachine;

/* The row of a machine. An isa that no row names ends the program with an error that lists those that there are. */
const BlMachine *bl_machine_row(BlIsa isa);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
