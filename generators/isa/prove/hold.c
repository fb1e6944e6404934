/* hold.c: one instruction, one state, three answers: its meaning, a processor (or qemu-user), and Unicorn. */
#include "isa/prove/hold.h"

#include "isa/prove/provers.h"
#include "lay/refusal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

/* ---- Random numbers ------------------------------------------------------------------------------------------------
 */

static uint64_t random_state = 0x9e3779b97f4a7c15u;
static uint64_t next_random(void) { /* xorshift */
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}
uint64_t draw_number(void) {
  static const uint64_t edges[] = {0,          1,
                                   2,          0x7f,
                                   0x80,       0xff,
                                   0x7fff,     0x8000,
                                   0xffff,     0x7fffffff,
                                   0x80000000, UINT32_MAX,
                                   INT64_MAX,  UINT64_C(1) << 63,
                                   UINT64_MAX, UINT64_MAX - 1};
  uint64_t value = next_random();
  switch (next_random() % 4) {
  case 0:
    return edges[value % (sizeof edges / sizeof *edges)];
  case 1:
    return value >> next_random() % 64;
  default:
    return value;
  }
}
int64_t draw_within(int64_t least, int64_t most) {
  uint64_t span = (uint64_t)most - (uint64_t)least;
  uint64_t kind = next_random() % 8;
  return kind == 0 ? least : kind == 1 ? most : (int64_t)((uint64_t)least + next_random() % (span + 1));
}

int print_encoders(const char *encoders) {
  const char *name;
  Drawn drawn;
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    const Prover *row = prover_row((BlIsa)isa);
    if (strcmp(row->encoders, encoders))
      continue;
    for (size_t i = 0; row->draw(i, &name, &drawn); i++)
      puts(name);
    for (const char *const *each = row->left_out; *each; each++)
      puts(*each);
    return 0;
  }
  fprintf(stderr, "prove: no machine has the encoders \"%s\"; those are", encoders);
  for (int isa = 0; isa < ISA_COUNT; isa++)
    fprintf(stderr, " %s", prover_row((BlIsa)isa)->encoders);
  fputc('\n', stderr);
  return 2;
}

/* ---- States --------------------------------------------------------------------------------------------------------
 */

static unsigned sp_of(BlIsa isa) { return prover_row(isa)->sp; }
static int generals_of(BlIsa isa) { return prover_row(isa)->generals; }
static int vectors_of(BlIsa isa) { return prover_row(isa)->vectors; }
static bool has_flag(BlIsa isa, int flag) { return prover_row(isa)->flag_name[flag] != NULL; }

/* Bring the address of the operand into the window. */
static void aim(const Drawn *drawn, ExecuteState *state) {
  uint64_t wanted = EXECUTE_WINDOW + 256 + next_random() % 256;
  wanted &= ~(uint64_t)(drawn->align - 1);
  uint64_t rest = wanted - (uint64_t)drawn->displacement;
  if (drawn->base < 0)
    return;
  if (drawn->index == drawn->base) {
    state->general[drawn->base] = rest / (1 + (unsigned)drawn->scale);
    return;
  }
  if (drawn->index >= 0)
    rest -= state->general[drawn->index] * (unsigned)drawn->scale;
  state->general[drawn->base] = rest;
}

static ExecuteState draw_state(BlIsa isa, const Drawn *drawn) {
  ExecuteState state = {.pc = EXECUTE_AT};
  for (int i = 0; i < generals_of(isa); i++)
    state.general[i] = draw_number();
  for (int i = 0; i < vectors_of(isa); i++)
    state.vector[i][0] = draw_number(), state.vector[i][1] = draw_number();
  for (int i = 0; i < FLAGS; i++)
    state.flag[i] = has_flag(isa, i) ? next_random() & 1 : 0;
  for (size_t i = 0; i < sizeof state.window; i++)
    state.window[i] = (unsigned char)draw_number();
  uint64_t sp = EXECUTE_WINDOW + 512;
  if (drawn->stack)
    state.general[sp_of(isa)] = sp;
  uint64_t to = EXECUTE_AT + (uint64_t)(next_random() & 1 ? draw_within(16, 1000) * 4 : draw_within(-1000, -16) * 4);
  if (drawn->jump >= 0)
    state.general[drawn->jump] = to;
  if (drawn->returns)
    for (int i = 0; i < 8; i++)
      state.window[sp - EXECUTE_WINDOW + (uint64_t)i] = (unsigned char)(to >> 8 * i);
  if (!drawn->has_memory)
    state.general[sp_of(isa)] &= ~UINT64_C(0) << prover_row(isa)->sp_zeros;
  if (drawn->has_memory)
    aim(drawn, &state);
  if (drawn->divides)
    state.general[2] = drawn->divides == 2 && state.general[0] >> 63 ? ~UINT64_C(0) : 0;
  /* A handler that finds the stack pointer on its own stack would go on there. */
  uint64_t *pointer = &state.general[sp_of(isa)];
  if (*pointer - EXECUTE_STACK <= EXECUTE_STACK_SIZE)
    *pointer += 2 * EXECUTE_STACK_SIZE;
  return state;
}

/* ---- The meaning ----------------------------------------------------------------------------------------------------
 */

/* What a meaning says of a state: of an undefined flag nothing. */
typedef struct {
  ExecuteState state;
  bool undefined[FLAGS];
} Meant;

static Bits vector_term(const uint64_t *vector) { return bits_join(bits(64, vector[1]), bits(64, vector[0])); }

static uint64_t number_of(Bits term) {
  uint64_t value = 0;
  if (!bits_is_number(Z3_simplify(bits_context, term), &value)) {
    fprintf(stderr, "prove: a meaning on known values gives no number\n");
    exit(3);
  }
  return value;
}

/* False where the machine demands more of the state than it has (an aligned address, a source that is not 0). */
static bool by_meaning(BlIsa isa, const LayCode *code, const ExecuteState *before, Meant *meant, const char **why) {
  Text text = {EXECUTE_AT, code->bytes, code->len, NULL};
  meant->state = *before;
  State state = {.isa = isa,
                 .text = &text,
                 .pc = before->pc,
                 .window = meant->state.window,
                 .window_address = EXECUTE_WINDOW,
                 .window_size = EXECUTE_WINDOW_SIZE};
  for (int i = 0; i < GENERAL_REGISTERS; i++)
    state.general[i] = bits(64, before->general[i]);
  for (int i = 0; i < VECTOR_REGISTERS; i++)
    state.vector[i] = vector_term(before->vector[i]);
  for (int i = 0; i < FLAGS; i++)
    state.flag[i] = bits(1, before->flag[i]);
  Step step = state_step(&state);
  *why = step.kind == STEP_UNKNOWN ? state.why : NULL;
  if (state.must && Z3_get_bool_value(bits_context, Z3_simplify(bits_context, state.must)) != Z3_L_TRUE)
    return false;
  if (*why)
    return true;
  for (int i = 0; i < generals_of(isa); i++)
    meant->state.general[i] = number_of(state.general[i]);
  for (int i = 0; i < vectors_of(isa); i++)
    for (unsigned half = 0; half < 2; half++)
      meant->state.vector[i][half] = number_of(bits_cut(state.vector[i], 64 * half + 63, 64 * half));
  for (int i = 0; i < FLAGS; i++) {
    meant->undefined[i] = !state.flag[i];
    meant->state.flag[i] = state.flag[i] ? number_of(state.flag[i]) : 0;
  }
  meant->state.pc = state.pc;
  if (step.kind == STEP_AWAY)
    meant->state.pc = number_of(step.target);
  else if (step.kind == STEP_BRANCH && number_of(bit_of_truth(step.condition)))
    meant->state.pc = step.to;
  return true;
}

/* ---- Unicorn
 * --------------------------------------------------------------------------------------------------------- */

static void demand(uc_err error, const char *what) {
  if (error == UC_ERR_OK)
    return;
  fprintf(stderr, "prove: Unicorn: %s: %s\n", what, uc_strerror(error));
  exit(3);
}

static uc_engine *open_unicorn(BlIsa isa) {
  const UnicornNames *names = &prover_row(isa)->unicorn;
  uc_engine *uc;
  demand(uc_open((uc_arch)names->arch, (uc_mode)names->mode, &uc), "open");
  demand(uc_mem_map(uc, EXECUTE_CODE, EXECUTE_CODE_SIZE, UC_PROT_ALL), "map code");
  demand(uc_mem_map(uc, EXECUTE_WINDOW, 0x1000, UC_PROT_READ | UC_PROT_WRITE), "map memory");
  static unsigned char traps[EXECUTE_CODE_SIZE];
  memset(traps, prover_row(isa)->trap, sizeof traps);
  demand(uc_mem_write(uc, EXECUTE_CODE, traps, sizeof traps), "write traps");
  if (names->begin_register)
    demand(uc_reg_write(uc, names->begin_register, &names->begin_value), "write the register that it begins with");
  return uc;
}

/* Until the address that the meaning goes on at; where Unicorn goes elsewhere, a trap stops it. */
static void by_unicorn(BlIsa isa, uc_engine *uc, const LayCode *code, uint64_t until, ExecuteState *state) {
  const Prover *row = prover_row(isa);
  const UnicornNames *names = &row->unicorn;
  uint64_t flags = row->flags_set;
  for (int i = 0; i < FLAGS; i++)
    flags |= has_flag(isa, i) ? state->flag[i] << row->flag_bit[i] : 0;
  unsigned char place[sizeof code->bytes];
  memset(place, row->trap, sizeof place);
  memcpy(place, code->bytes, code->len);
  demand(uc_mem_write(uc, EXECUTE_AT, place, sizeof place), "write code");
  demand(uc_mem_write(uc, EXECUTE_WINDOW, state->window, sizeof state->window), "write memory");
  for (int i = 0; i < generals_of(isa); i++)
    demand(uc_reg_write(uc, names->general[i], &state->general[i]), "write a register");
  for (int i = 0; i < vectors_of(isa); i++)
    demand(uc_reg_write(uc, names->vector + i, state->vector[i]), "write a vector");
  demand(uc_reg_write(uc, names->flags, &flags), "write flags");
  demand(uc_ctl_remove_cache(uc, EXECUTE_AT, EXECUTE_AT + 16), "forget what was there");
  uc_emu_start(uc, EXECUTE_AT, until, 0, 0);
  for (int i = 0; i < generals_of(isa); i++)
    uc_reg_read(uc, names->general[i], &state->general[i]);
  for (int i = 0; i < vectors_of(isa); i++)
    uc_reg_read(uc, names->vector + i, state->vector[i]);
  uc_reg_read(uc, names->flags, &flags);
  for (int i = 0; i < FLAGS; i++)
    state->flag[i] = has_flag(isa, i) ? flags >> row->flag_bit[i] & 1 : 0;
  uc_reg_read(uc, names->pc, &state->pc);
  uc_mem_read(uc, EXECUTE_WINDOW, state->window, sizeof state->window);
}

/* ---- The processor
 * ---------------------------------------------------------------------------------------------------- */

typedef struct {
  pid_t pid;
  FILE *in, *out;
} Processor;

/* Start the program that executes; `command` may name what runs it, as in "qemu-aarch64 build/execute-arm64". */
static Processor start_processor(const char *command) {
  int to[2], from[2];
  if (pipe(to) || pipe(from))
    exit(3);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    close(to[1]);
    close(from[0]);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  return (Processor){pid, fdopen(from[0], "rb"), fdopen(to[1], "wb")};
}

static void by_processor(Processor *processor, const char *command, const LayCode *code, ExecuteState *state) {
  ExecuteRequest request = {.size = code->len, .state = *state};
  memcpy(request.code, code->bytes, code->len);
  if (fwrite(&request, sizeof request, 1, processor->out) != 1 || fflush(processor->out) ||
      fread(state, sizeof *state, 1, processor->in) != 1) {
    fprintf(stderr, "prove: \"%s\" ended before it answered; the instruction was", command);
    for (int i = 0; i < code->len; i++)
      fprintf(stderr, " %02x", code->bytes[i]);
    fputc('\n', stderr);
    exit(3);
  }
}

static void stop_processor(Processor *processor) {
  fclose(processor->out);
  fclose(processor->in);
  waitpid(processor->pid, NULL, 0);
}

/* ---- The comparison
 * --------------------------------------------------------------------------------------------------- */

typedef struct {
  BlIsa isa;
  const char *name;
  const LayCode *code;
  const ExecuteState *before;
  unsigned differences;
} Held;

static void tell(Held *held, const char *engine, const char *what, int i, uint64_t meant, uint64_t done) {
  if (held->differences++ >= 20)
    return;
  printf("%s %s", bl_machine_row(held->isa)->name, held->name);
  for (int b = 0; b < held->code->len; b++)
    printf(" %02x", held->code->bytes[b]);
  printf(": %s %d is %#" PRIx64 " by its meaning, %#" PRIx64 " by %s\n", what, i, meant, done, engine);
}

static void compare(Held *held, const Meant *meant, const ExecuteState *done, const char *engine) {
  for (int i = 0; i < generals_of(held->isa); i++)
    if (meant->state.general[i] != done->general[i])
      tell(held, engine, "register", i, meant->state.general[i], done->general[i]);
  for (int i = 0; i < vectors_of(held->isa); i++)
    for (int half = 0; half < 2; half++)
      if (meant->state.vector[i][half] != done->vector[i][half])
        tell(held, engine, half ? "upper half of vector" : "lower half of vector", i, meant->state.vector[i][half],
             done->vector[i][half]);
  for (int i = 0; i < FLAGS; i++)
    if (!meant->undefined[i] && has_flag(held->isa, i) && meant->state.flag[i] != done->flag[i])
      tell(held, engine, prover_row(held->isa)->flag_name[i], i, meant->state.flag[i], done->flag[i]);
  if (meant->state.pc != done->pc)
    tell(held, engine, "the next address", 0, meant->state.pc, done->pc);
  for (int i = 0; i < EXECUTE_WINDOW_SIZE; i++)
    if (meant->state.window[i] != done->window[i])
      tell(held, engine, "byte of memory", i, meant->state.window[i], done->window[i]);
}

/* Hold one machine. Returns the count of differences, or a negative number where an instruction has no meaning. */
static unsigned hold_machine(BlIsa isa, const char *command, unsigned rounds) {
  Processor processor = start_processor(command);
  uc_engine *uc = open_unicorn(isa);
  Held held = {.isa = isa};
  unsigned encoders = 0, states = 0, left = 0;
  char undefined[1024] = "";
  Drawn drawn;
  bool (*draw)(size_t, const char **, Drawn *) = prover_row(isa)->draw;
  for (size_t i = 0; draw(i, &held.name, &drawn); i++) {
    bool differ = false;
    encoders++;
    for (unsigned round = 0; round < rounds; round++) {
      bl_refusal_clear();
      (void)draw(i, &held.name, &drawn);
      if (!drawn.code.len) {
        printf("%s: refused: %s\n", held.name, bl_refusal_text());
        held.differences++;
        break;
      }
      if (states++ % 64 == 0)
        bits_begin();
      ExecuteState before = draw_state(isa, &drawn), done = before, emulated = before;
      held.code = &drawn.code;
      held.before = &before;
      Meant meant = {.state = before};
      const char *why = NULL;
      if (!by_meaning(isa, &drawn.code, &before, &meant, &why)) {
        left++;
        continue;
      }
      if (why) {
        printf("%s: no meaning: %s\n", held.name, why);
        held.differences++;
        continue;
      }
      by_processor(&processor, command, &drawn.code, &done);
      by_unicorn(isa, uc, &drawn.code, meant.state.pc, &emulated);
      compare(&held, &meant, &done, command);
      compare(&held, &meant, &emulated, "Unicorn");
      for (int f = 0; f < FLAGS; f++)
        differ = differ || (meant.undefined[f] && done.flag[f] != emulated.flag[f]);
    }
    if (differ)
      snprintf(undefined + strlen(undefined), sizeof undefined - strlen(undefined), " %s", held.name);
  }
  uc_close(uc);
  stop_processor(&processor);
  printf(
      "%-5s  %u encoders, %u states (%u left out: misaligned, or bsf of 0), by \"%s\" and by Unicorn: %u differences\n",
      bl_machine_row(isa)->name, encoders, states, left, command, held.differences);
  if (*undefined)
    printf("       flags that are undefined, and that the two leave differently:%s\n", undefined);
  return held.differences + (encoders == 0);
}

int hold_meanings(char *const *programs, unsigned rounds) {
  unsigned differences = 0;
  for (int isa = 0; isa < ISA_COUNT; isa++)
    differences += hold_machine((BlIsa)isa, programs[isa], rounds);
  return differences ? 1 : 0;
}

/* SPDX-License-Identifier: MIT */
