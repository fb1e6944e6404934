/* execute.c: executes one instruction on the processor it is run on (or on the emulator that runs it), from any state.
 *
 * It reads an ExecuteRequest from standard input and writes the state after it to standard output, until the input
 * ends. The state is put into a signal's context, from which the kernel loads it when the handler returns. All around
 * the instruction lie traps, so the next one ends in a handler again, whose context is the state after.
 *
 * A program of its own: no part of libgenerators, built for x86-64 and for arm64.
 */
#include "isa/prove/execute.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static ExecuteRequest request;
static ucontext_t home; /* where a run ends: the context of the first signal */
static char vectors_home[4096];
static int running;

/* ---- One machine's context ----------------------------------------------------------------------------------------
 */

#if defined __x86_64__

static const int places[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
static const int flag_bits[5] = {0, 6, 7, 11, 2}; /* CF ZF SF OF PF in eflags */
enum { GENERALS = 16, VECTORS = 16, XSAVE_HEADER = 512 };

static uint64_t general_of(const ucontext_t *context, int i) { return (uint64_t)context->uc_mcontext.gregs[places[i]]; }
static void set_general(ucontext_t *context, int i, uint64_t value) {
  context->uc_mcontext.gregs[places[i]] = (greg_t)value;
}
static void *vectors_of(ucontext_t *context) { return context->uc_mcontext.fpregs->_xmm; }
static uint64_t flag_of(const ucontext_t *context, int i) {
  return (uint64_t)context->uc_mcontext.gregs[REG_EFL] >> flag_bits[i] & 1;
}
static void set_flag(ucontext_t *context, int i, uint64_t value) {
  greg_t *flags = &context->uc_mcontext.gregs[REG_EFL];
  *flags = (*flags & ~((greg_t)1 << flag_bits[i])) | (greg_t)value << flag_bits[i];
}
static uint64_t pc_of(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_RIP] - 1;
} /* int3 */
static void set_pc(ucontext_t *context, uint64_t pc) { context->uc_mcontext.gregs[REG_RIP] = (greg_t)pc; }
static void fill_with_traps(void *code, size_t size) { memset(code, 0xcc, size); }
/* The kernel restores SSE state only where the XSAVE header says that there is any. */
static void use_vectors(ucontext_t *context) {
  uint64_t present;
  char *header = (char *)context->uc_mcontext.fpregs + XSAVE_HEADER;
  uint32_t magic;
  memcpy(&magic, (char *)context->uc_mcontext.fpregs + 464, sizeof magic);
  if (magic != 0x46505853) /* FP_XSTATE_MAGIC1 */
    return;
  memcpy(&present, header, sizeof present);
  present |= 3;
  memcpy(header, &present, sizeof present);
}

#else

static const int flag_bits[5] = {29, 30, 31, 28, -1}; /* C Z N V in pstate */
enum { GENERALS = 32, VECTORS = 32 };

static uint64_t general_of(const ucontext_t *context, int i) {
  return i == 31 ? context->uc_mcontext.sp : context->uc_mcontext.regs[i];
}
static void set_general(ucontext_t *context, int i, uint64_t value) {
  if (i == 31)
    context->uc_mcontext.sp = value;
  else
    context->uc_mcontext.regs[i] = value;
}
static void *vectors_of(ucontext_t *context) {
  struct _aarch64_ctx *head = (void *)context->uc_mcontext.__reserved;
  while (head->magic != FPSIMD_MAGIC && head->size)
    head = (void *)((char *)head + head->size);
  return ((struct fpsimd_context *)head)->vregs;
}
static uint64_t flag_of(const ucontext_t *context, int i) {
  return flag_bits[i] < 0 ? 0 : context->uc_mcontext.pstate >> flag_bits[i] & 1;
}
static void set_flag(ucontext_t *context, int i, uint64_t value) {
  if (flag_bits[i] < 0)
    return;
  context->uc_mcontext.pstate &= ~(UINT64_C(1) << flag_bits[i]);
  context->uc_mcontext.pstate |= value << flag_bits[i];
}
static uint64_t pc_of(const ucontext_t *context) { return context->uc_mcontext.pc; }
static void set_pc(ucontext_t *context, uint64_t pc) { context->uc_mcontext.pc = pc; }
/* udf #0: the processor does not know it. */
static void fill_with_traps(void *code, size_t size) { memset(code, 0, size); }
static void use_vectors(ucontext_t *context) { (void)context; }

#endif

/* ---- The run -------------------------------------------------------------------------------------------------------
 */

static void load_state(ucontext_t *context) {
  for (int i = 0; i < GENERALS; i++)
    set_general(context, i, request.state.general[i]);
  for (int i = 0; i < 5; i++)
    set_flag(context, i, request.state.flag[i]);
  use_vectors(context);
  memcpy(vectors_of(context), request.state.vector, VECTORS * 16);
  set_pc(context, request.state.pc);
}

static void save_state(ucontext_t *context) {
  for (int i = 0; i < GENERALS; i++)
    request.state.general[i] = general_of(context, i);
  for (int i = 0; i < 5; i++)
    request.state.flag[i] = flag_of(context, i);
  memcpy(request.state.vector, vectors_of(context), VECTORS * 16);
  request.state.pc = pc_of(context);
}

/* The first signal comes by raise(), and begins the run; the second is the trap after the instruction. */
static void handle(int number, siginfo_t *info, void *place) {
  (void)info;
  ucontext_t *context = place;
  if (!running) {
    running = 1;
    home = *context;
    memcpy(vectors_home, vectors_of(context), VECTORS * 16);
    load_state(context);
    return;
  }
  if (number != SIGTRAP && number != SIGILL) {
    static const char words[] = "execute: the instruction is a fault\n";
    _exit(write(STDERR_FILENO, words, sizeof words - 1) > 0 ? 1 : 2);
  }
  save_state(context);
  running = 0;
  for (int i = 0; i < GENERALS; i++)
    set_general(context, i, general_of(&home, i));
  for (int i = 0; i < 5; i++)
    set_flag(context, i, flag_of(&home, i));
  memcpy(vectors_of(context), vectors_home, VECTORS * 16);
#if defined __x86_64__
  set_pc(context, (uint64_t)home.uc_mcontext.gregs[REG_RIP]);
#else
  set_pc(context, home.uc_mcontext.pc);
#endif
}

static void *map_at(uint64_t address, size_t size, int protection) {
  void *place = mmap((void *)address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (place != (void *)address) {
    perror("execute: a fixed address cannot be had");
    exit(3);
  }
  return place;
}

static void take_signals(void) {
  void *stack = map_at(EXECUTE_STACK, EXECUTE_STACK_SIZE, PROT_READ | PROT_WRITE);
  stack_t other = {.ss_sp = stack, .ss_size = EXECUTE_STACK_SIZE};
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  static const int signals[] = {SIGUSR1, SIGTRAP, SIGILL, SIGSEGV, SIGBUS};
  if (sigaltstack(&other, NULL))
    exit(3);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    if (sigaction(signals[i], &action, NULL))
      exit(3);
}

int main(void) {
  unsigned char *code = map_at(EXECUTE_CODE, EXECUTE_CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
  unsigned char *window = map_at(EXECUTE_WINDOW, 0x1000, PROT_READ | PROT_WRITE);
  take_signals();
  fill_with_traps(code, EXECUTE_CODE_SIZE);
  while (fread(&request, sizeof request, 1, stdin) == 1) {
    if (request.size > sizeof request.code)
      return 3;
    unsigned char *place = code + (EXECUTE_AT - EXECUTE_CODE);
    memcpy(place, request.code, request.size);
    __builtin___clear_cache((char *)place, (char *)place + request.size);
    memcpy(window, request.state.window, sizeof request.state.window);
    raise(SIGUSR1);
    memcpy(request.state.window, window, sizeof request.state.window);
    fill_with_traps(place, sizeof request.code);
    if (fwrite(&request.state, sizeof request.state, 1, stdout) != 1 || fflush(stdout))
      return 3;
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
