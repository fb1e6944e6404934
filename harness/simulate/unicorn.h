/* What is taken of Unicorn 2, whose library is loaded when a simulation begins. Its header stands in a package of 48
   MB, with the library for programs that are linked statically, so what is needed is declared here, and a test compares
   it with the header. */
#ifndef HARNESS_SIMULATE_UNICORN_H
#define HARNESS_SIMULATE_UNICORN_H

#include <stddef.h>
#include <stdint.h>

typedef struct uc_struct uc_engine;
typedef struct uc_context uc_context;

enum { UNICORN_OK = 0 };
enum { UNICORN_ARM64 = 2, UNICORN_X86 = 4 };
enum { UNICORN_LITTLE_ENDIAN = 0, UNICORN_64 = 8 };
enum { UNICORN_READ = 1, UNICORN_WRITE = 2, UNICORN_EXEC = 4 };
enum { UNICORN_HOOK_INTR = 1, UNICORN_HOOK_INSN = 2, UNICORN_HOOK_BLOCK = 8 };

/* Registers, and the instruction that a hook of a system call is for. */
enum {
  UNICORN_RAX = 35,
  UNICORN_RCX = 38,
  UNICORN_RDI = 39,
  UNICORN_RDX = 40,
  UNICORN_RIP = 41,
  UNICORN_RSI = 43,
  UNICORN_RSP = 44,
  UNICORN_R8 = 106,
  UNICORN_R9 = 107,
  UNICORN_R10 = 108,
  UNICORN_R11 = 109,
  UNICORN_SYSCALL = 699,
};
enum { UNICORN_SP = 4, UNICORN_X0 = 199, UNICORN_X8 = UNICORN_X0 + 8, UNICORN_PC = 260 };

/* Its functions, each called uc_NAME there. What they return is UNICORN_OK or an error. */
struct unicorn {
  int (*open)(int arch, int mode, uc_engine **engine);
  int (*close)(uc_engine *engine);
  int (*context_alloc)(uc_engine *engine, uc_context **context);
  int (*context_save)(uc_engine *engine, uc_context *context);
  int (*context_restore)(uc_engine *engine, uc_context *context);
  int (*context_free)(uc_context *context);
  int (*mem_map_ptr)(uc_engine *engine, uint64_t address, size_t size, uint32_t permissions, void *host);
  int (*mem_unmap)(uc_engine *engine, uint64_t address, size_t size);
  int (*reg_read)(uc_engine *engine, int reg, void *value);
  int (*reg_write)(uc_engine *engine, int reg, const void *value);
  int (*hook_add)(uc_engine *engine, size_t *hook, int kind, void *call, void *user, uint64_t begin, uint64_t end, ...);
  int (*emu_start)(uc_engine *engine, uint64_t begin, uint64_t until, uint64_t timeout, size_t count);
  int (*emu_stop)(uc_engine *engine);
  const char *(*strerror)(int error);
};

#endif

/* SPDX-License-Identifier: MIT */
