/* Each routine alone: from its entry, where every register holds what the caller left there, over all of its paths,
   until nothing new is known at any instruction. A call does what the callee's contract says. Then each instruction is
   looked at once more, and what it reads, and what stands in the registers at each return, is held to the contract. */
#include "harness/check/contracts.h"

#include "harness/check/machines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(number) (UINT32_C(1) << (number))

enum { SLOTS = 40, BY_KERNEL = UINT16_MAX };

/* What a register may hold, over all paths to here. */
struct value {
  uint32_t from;         /* bit i: what register i held at the entry of the routine */
  bool defined, lost;    /* something computed; what a call destroyed */
  bool leads;            /* an address of the stack, or what was made from one */
  bool framed;           /* it stands, or stood, in a slot that an address led to */
  uint16_t by;           /* the routine that destroyed it, or BY_KERNEL */
  uint8_t lost_register; /* which one that was then */
};

struct state {
  struct value registers[REGS], slots[SLOTS]; /* slots[0] is put on the stack first */
  int depth;                                  /* bytes on the stack */
  bool shared;                                /* others may have an address of the stack */
  int64_t number, pushed;
  bool waiting;
};

struct known {
  struct contract contract;
  uint32_t relied;                      /* inferred: what callers read after it */
  uint32_t in, changed, partly, always; /* the truth: read; not as at the entry; without a value; with one, somewhere */
  bool returns, reached;
};

struct proof {
  struct program *program;
  const struct program_map *map;
  struct known *known; /* of each routine */
  struct state **states;
  uint64_t *seen, *todo;
  size_t seen_count, todo_count, todo_room, owner, findings, loose;
  bool infers, reports, changed;
  struct bytes *found;
};

static size_t index_of(const struct proof *proof, const struct routine *routine) {
  return (size_t)(routine - proof->program->routines);
}

/* ---- Findings ---------------------------------------------------------------------------------------------------- */

static const struct map_entry *entry_at(const struct proof *proof, uint64_t address) {
  return proof->map ? program_map_at(proof->map, address) : NULL;
}

/* What is found in a contract stands where it is declared; all else, where the instruction is laid. */
static __attribute__((format(printf, 4, 5))) void find(struct proof *proof, const char *kind, uint64_t address,
                                                       const char *format, ...) {
  if (proof->infers)
    return;
  const struct map_entry *entry = entry_at(proof, address);
  const struct contract *contract = strcmp(kind, "LOOSE") == 0 ? &proof->known[proof->owner].contract : NULL;
  bytes_printf(proof->found, "%s ", kind);
  program_place(proof->program, address, proof->found);
  if (contract && contract->file)
    bytes_printf(proof->found, " %s:%d", contract->file, contract->line);
  else if (entry)
    bytes_printf(proof->found, " %s:%d", entry->file, entry->line);
  va_list arguments;
  va_start(arguments, format);
  char text[300];
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  bytes_printf(proof->found, ": %s\n", text);
  *(contract ? &proof->loose : &proof->findings) += 1;
}

static const char *name_of(const struct proof *proof, int number) {
  const char *name = proof->program->machine->names[number];
  return name ? name : "?";
}

/* ---- Values ------------------------------------------------------------------------------------------------------ */

static struct value entry_value(int number) { return (struct value){.from = BIT(number)}; }
static const struct value computed = {.defined = true};

static struct value destroyed(size_t by, int number) {
  return (struct value){.lost = true, .by = (uint16_t)by, .lost_register = (uint8_t)number};
}

static bool same_value(struct value a, struct value b) {
  return a.from == b.from && a.defined == b.defined && a.lost == b.lost && a.leads == b.leads && a.framed == b.framed;
}

static struct value either(struct value a, struct value b) {
  struct value both = a.lost ? a : b;
  both.from = a.from | b.from;
  both.defined = a.defined || b.defined;
  both.lost = a.lost || b.lost;
  both.leads = a.leads || b.leads;
  both.framed = a.framed || b.framed;
  return both;
}

/* VALUE is read at ADDRESS, as register NUMBER. */
static void use(struct proof *proof, uint64_t address, struct value value, int number, const char *why) {
  if (!proof->reports)
    return;
  struct known *known = &proof->known[proof->owner];
  uint32_t promised =
      known->contract.c_function ? proof->program->machine->c_arguments : known->contract.in | known->contract.moves;
  uint32_t news = value.from & ~known->in & ~BIT(REG_LINK);
  known->in |= news;
  for (int i = 0; i < REGS; i++)
    if (news & ~promised & BIT(i))
      find(proof, "READS", address, "%s%s is read, as the caller left it%s%s; the contract has no in(%s)", why,
           name_of(proof, number), i == number ? "" : " in ", i == number ? "" : name_of(proof, i), name_of(proof, i));
  if (!value.lost)
    return;
  if (value.by == BY_KERNEL) {
    find(proof, "UNDEFINED", address, "%s%s is read, which a system call has destroyed", why, name_of(proof, number));
    return;
  }
  struct known *callee = &proof->known[value.by];
  if (proof->infers && value.lost_register < REGS_PORTABLE && !(callee->relied & BIT(value.lost_register))) {
    callee->relied |= BIT(value.lost_register);
    proof->changed = true;
  }
  find(proof, "UNDEFINED", address, "%s%s is read, and the call of %s has destroyed %s", why, name_of(proof, number),
       proof->program->routines[value.by].name, name_of(proof, value.lost_register));
}

/* ---- Flow -------------------------------------------------------------------------------------------------------- */

static void push(struct proof *proof, uint64_t address, struct state *state) {
  if (state->waiting)
    return;
  state->waiting = true;
  if (proof->todo_count == proof->todo_room) {
    proof->todo_room = proof->todo_room ? 2 * proof->todo_room : 1024;
    proof->todo = realloc(proof->todo, proof->todo_room * sizeof *proof->todo);
    if (!proof->todo)
      abort();
  }
  proof->todo[proof->todo_count++] = address;
}

static bool in_code(const struct proof *proof, uint64_t address) {
  return address >= proof->program->address && address < proof->program->address + proof->program->size;
}

static void flow(struct proof *proof, uint64_t address, const struct state *state) {
  if (proof->reports || !in_code(proof, address))
    return;
  struct state **place = &proof->states[address - proof->program->address];
  if (!*place) {
    *place = malloc(sizeof **place);
    if (!*place)
      abort();
    **place = *state;
    (*place)->waiting = false;
    proof->seen[proof->seen_count++] = address;
    push(proof, address, *place);
    return;
  }
  struct state *known = *place;
  bool news = false;
  for (int i = 0; i < REGS + SLOTS; i++) {
    struct value *mine = i < REGS ? &known->registers[i] : &known->slots[i - REGS];
    struct value both = either(*mine, i < REGS ? state->registers[i] : state->slots[i - REGS]);
    news |= !same_value(both, *mine);
    *mine = both;
  }
  int64_t number = known->number == state->number ? known->number : -1;
  int64_t pushed = known->pushed == state->pushed ? known->pushed : -1;
  news |= number != known->number || pushed != known->pushed || (state->shared && !known->shared);
  known->shared = known->shared || state->shared;
  known->number = number;
  known->pushed = pushed;
  if (news)
    push(proof, address, known);
}

/* ---- Returns and calls ------------------------------------------------------------------------------------------- */

static uint32_t outputs(const struct known *known) {
  return known->contract.out | known->contract.moves | known->contract.out_if;
}

static void hold_output(struct proof *proof, uint64_t address, struct value value, int number) {
  struct known *known = &proof->known[proof->owner];
  bool whole = !value.lost && !(value.from & BIT(number) & ~known->in);
  if (whole || value.defined)
    known->always |= BIT(number);
  if (!whole)
    known->partly |= BIT(number);
  if ((known->contract.out | known->contract.moves) & BIT(number)) {
    if (value.lost)
      find(proof, "OUTPUT", address, "returns, and on some path %s holds no result: %s has destroyed it",
           name_of(proof, number), value.by == BY_KERNEL ? "a system call" : proof->program->routines[value.by].name);
    value.lost = value.lost && proof->infers;
    use(proof, address, value, number, "returned: ");
  } else if (proof->infers && known->relied & BIT(number)) {
    value.from &= ~BIT(number);
    /* Where only some paths to here have a second result, it is a result of those alone. */
    value.lost = value.lost && (!value.defined || number == REG_A0 || number >= REG_S0);
    use(proof, address, value, number, "");
  }
}

static void do_return(struct proof *proof, uint64_t address, const struct state *state) {
  struct known *known = &proof->known[proof->owner];
  if (!known->returns) {
    known->returns = true;
    proof->changed = true;
  }
  if (!proof->reports)
    return;
  if (known->contract.no_return)
    find(proof, "WRITES", address, "returns, and the contract says no_return");
  const struct contract *contract = &known->contract;
  uint32_t given = outputs(known) | contract->destroys | contract->may_destroy;
  for (int i = 0; i < REGS_PORTABLE; i++) {
    struct value value = state->registers[i];
    bool kept = value.from == BIT(i) && !value.defined && !value.lost;
    if (!kept && !(known->changed & BIT(i))) {
      known->changed |= BIT(i);
      if (!(given & BIT(i)) && !contract->c_function)
        find(proof, "WRITES", address, "returns with %s changed; the contract does not give it away",
             name_of(proof, i));
      if (contract->c_function && i >= REG_S0)
        find(proof, "WRITES", address, "returns to C with %s changed, which C takes to be kept", name_of(proof, i));
    }
    if ((outputs(known) | known->relied) & BIT(i))
      hold_output(proof, address, value, i);
  }
}

/* A routine or the kernel is given what the registers of the set IN hold; with an address of the stack it may store
   wherever such an address led before. What was put there at the entry, to be kept, it leaves. */
static void share(struct proof *proof, uint64_t address, struct state *state, uint32_t in) {
  for (int i = 0; i < REGS; i++)
    state->shared = state->shared || (in & BIT(i) && state->registers[i].leads);
  for (int i = 0; i < SLOTS && state->shared; i++) {
    struct value *slot = &state->slots[i];
    if (!slot->framed)
      continue;
    for (int number = 0; number < REGS; number++) /* others may read it as well */
      if (slot->from & BIT(number))
        use(proof, address, (struct value){.from = BIT(number)}, number, "by what has an address of the stack, ");
    *slot = (struct value){.defined = true, .leads = true, .framed = true};
  }
}

/* What a call of the routine CALLEE at ADDRESS does to STATE. False: it does not come back. */
static bool apply(struct proof *proof, uint64_t address, size_t callee, struct state *state) {
  const struct known *known = &proof->known[callee];
  const struct contract *contract = &known->contract;
  uint32_t in = proof->infers ? known->in : contract->in | contract->moves;
  uint32_t given = proof->infers ? known->changed : outputs(known) | contract->destroys | contract->may_destroy;
  uint32_t results = proof->infers ? known->relied : outputs(known);
  struct bytes why = {0};
  if (proof->reports)
    bytes_printf(&why, "by the call of %s, ", proof->program->routines[callee].name);
  for (int i = 0; i < REGS_PORTABLE; i++)
    if (in & BIT(i))
      use(proof, address, state->registers[i], i, proof->reports ? (const char *)why.data : "");
  bytes_free(&why);
  share(proof, address, state, in);
  /* Of the routine itself, which is being proved, the walk has found out whether it does. */
  bool itself = !proof->infers && callee == proof->owner;
  if (!known->returns && !(itself && proof->program->routines[callee].returns))
    return false;
  for (int i = 0; i < REGS; i++)
    if (i >= REGS_PORTABLE || given & BIT(i))
      state->registers[i] = results & BIT(i) ? computed : destroyed(callee, i);
  return true;
}

static struct routine *routine_that_begins(const struct proof *proof, uint64_t address) {
  struct routine *routine = program_routine(proof->program, address);
  return routine && routine->is_code && routine->start == address ? routine : NULL;
}

/* A path goes on at TO: in this routine, or in another, which then returns in its place. */
static void go_to(struct proof *proof, uint64_t from, uint64_t to, const struct state *state) {
  struct routine *other = routine_that_begins(proof, to);
  if (!other || index_of(proof, other) == proof->owner || proof->known[index_of(proof, other)].contract.piece) {
    flow(proof, to, state);
    return;
  }
  struct state after = *state;
  if (apply(proof, from, index_of(proof, other), &after))
    do_return(proof, from, &after);
}

/* A call of one of several: what comes after holds whatever each of them leaves. */
static void call_ways(struct proof *proof, uint64_t address, const struct code *code, const struct state *state) {
  for (size_t i = 0; i < code->way_count; i++) {
    const struct routine *callee = routine_that_begins(proof, code->ways[i]);
    struct state after = *state;
    if (!callee || !apply(proof, address, index_of(proof, callee), &after))
      continue;
    after.registers[REG_LINK] = computed;
    after.number = -1;
    flow(proof, address + code->size, &after);
  }
}

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

static struct value *slot(struct state *state, int offset) {
  int at = (state->depth - offset) / 8 - 1;
  return at >= 0 && at < SLOTS && offset % 8 == 0 && state->depth % 8 == 0 ? &state->slots[at] : NULL;
}

static void access_stack(const struct effects *effects, struct state *state) {
  for (int i = 0; i < effects->stack_count; i++) {
    struct value *place = slot(state, effects->stack_offset + 8 * i);
    int number = effects->stack_registers[i];
    if (effects->stack == STACK_STORE && place)
      *place = number < 0 ? computed : state->registers[number];
    else if (effects->stack == STACK_LOAD && number >= 0)
      state->registers[number] = place ? *place : computed;
  }
}

/* The slot of the stack at HEIGHT bytes below the entry, where one begins there. */
static struct value *slot_at(struct state *state, int height) {
  int at = height / 8 - 1;
  return height % 8 == 0 && at >= 0 && at < SLOTS ? &state->slots[at] : NULL;
}

/* Something is stored into SIZE bytes at HEIGHT; of what lies partly outside, a part is kept. */
static void store_over(struct state *state, int height, int size) {
  for (int i = 0; i < SLOTS; i++)
    if (8 * i < height && 8 * (i + 1) > height - size) {
      state->slots[i] = either(state->slots[i], computed);
      state->slots[i].framed = true;
    }
}

/* Registers that CODE reads for its access, besides those that it moves whole. */
static void use_rest(struct proof *proof, uint64_t address, const struct code *code, const struct state *state) {
  const struct access *access = &code->effects.access;
  for (int i = 0; i < REGS; i++)
    if (code->effects.reads & BIT(i) && i != access->registers[0] && i != access->registers[1])
      use(proof, address, state->registers[i], i, "");
}

/* A load or a store at a known place of the stack: a whole register is put there, and is what comes back. */
static void access_frame(struct proof *proof, uint64_t address, const struct code *code, struct state *state) {
  const struct access *access = &code->effects.access;
  int count = access->size / 8;
  use_rest(proof, address, code, state);
  if (access->stores)
    store_over(state, code->height, access->size);
  for (int i = 0; i < count && i < 2 && access->stores && !access->loads; i++) {
    struct value *place = slot_at(state, code->height - 8 * i);
    if (access->registers[i] < 0 || !place)
      continue;
    *place = state->registers[access->registers[i]];
    place->framed = true;
  }
  for (int i = 0; i < REGS; i++)
    if (code->effects.writes & BIT(i))
      state->registers[i] = (struct value){.defined = true, .leads = true};
  for (int i = 0; i < count && i < 2 && access->loads && !access->stores; i++) {
    const struct value *place = slot_at(state, code->height - 8 * i);
    if (access->registers[i] >= 0 && place)
      state->registers[access->registers[i]] = *place;
  }
}

/* What an instruction without a rule of its own does: what it writes is made from what it reads. */
static void compute(struct proof *proof, uint64_t address, const struct code *code, struct state *state) {
  const struct effects *effects = &code->effects;
  struct value result = computed;
  result.leads = code->lead.kind == MOVE_STACK;
  for (int i = 0; i < REGS; i++)
    if (effects->reads & BIT(i) && i != REG_LINK) {
      use(proof, address, state->registers[i], i, "");
      result.leads = result.leads || state->registers[i].leads;
    }
  if (effects->access.stores && result.leads) /* by such an address, or such an address elsewhere */
    share(proof, address, state, effects->reads);
  for (int i = 0; i < REGS; i++)
    if (effects->writes & BIT(i))
      state->registers[i] = result;
}

/* After a system call the result is brought to A0; where it stood till then nothing of the author's is left, so that it
   is the same on each machine. */
static bool brings_result(const struct proof *proof, uint64_t address, const struct effects *effects) {
  enum { CALL = 2 }; /* bytes of the instruction before, on the one machine with another register for it */
  const struct program *program = proof->program;
  if (program->machine->result == REG_A0 || effects->copy_to != REG_A0 ||
      effects->copy_from != program->machine->result || address < program->address + CALL)
    return false;
  const struct code *call = &program->codes[address - CALL - program->address];
  return proof->states[address - CALL - program->address] && call->kind == PATH_KERNEL && call->size == CALL;
}

static void change_registers(struct proof *proof, uint64_t address, const struct code *code, struct state *state) {
  const struct effects *effects = &code->effects;
  int grows = code->grows;
  bool own = program_routine(proof->program, address) == &proof->program->routines[proof->owner];
  if (grows > 0)
    state->depth += grows;
  if (effects->copy_to >= 0) {
    state->registers[effects->copy_to] = state->registers[effects->copy_from];
    if (brings_result(proof, address, effects))
      state->registers[effects->copy_from] = destroyed(BY_KERNEL, effects->copy_from);
  } else if (effects->stack != STACK_NONE) {
    access_stack(effects, state);
  } else if (code->in_frame && own) {
    access_frame(proof, address, code, state);
  } else {
    compute(proof, address, code, state);
  }
  if (grows < 0)
    state->depth = state->depth + grows < 0 ? 0 : state->depth + grows;
  state->number = code->sets_number    ? code->number
                  : code->pops_number  ? state->pushed
                  : code->keeps_number ? state->number
                                       : -1;
  state->pushed = code->pushes_number ? code->number : code->grows ? -1 : state->pushed;
}

/* exit, exit_group, read, write of the 32-bit machine */
static int arguments_of_old_call(int64_t number) {
  return number == 1 || number == 252 ? 1 : number == 3 || number == 4 ? 3 : 0;
}

/* False: the program ends here. */
static bool call_kernel(struct proof *proof, uint64_t address, const struct code *code, struct state *state) {
  static const int8_t old_arguments[] = {REG_S0, REG_T1, 2, 1, 0, 9}; /* ebx ecx edx esi edi ebp */
  const struct check_machine *machine = proof->program->machine;
  int64_t number = state->number;
  int count = code->old_call ? arguments_of_old_call(number) : effects_arguments(machine->calls, number);
  for (int i = 0; i < count; i++) {
    int argument = code->old_call ? old_arguments[i] : i;
    use(proof, address, state->registers[argument], argument, "by the system call, ");
  }
  use(proof, address, state->registers[machine->number], machine->number, "by the system call, ");
  share(proof, address, state, count < 0 ? UINT32_MAX : BIT(count) - 1);
  if (program_call_ends(proof->program, code, number))
    return false;
  for (int i = 0; i < REGS && !code->old_call; i++)
    if (machine->kernel_destroys & BIT(i))
      state->registers[i] = destroyed(BY_KERNEL, i);
  state->registers[machine->result] = computed;
  state->number = machine->number_stays ? number : -1;
  return true;
}

static void step(struct proof *proof, uint64_t address) {
  struct state state = *proof->states[address - proof->program->address];
  const struct code *code = program_code(proof->program, address);
  uint64_t next = address + code->size;
  if (!code->valid)
    return;
  change_registers(proof, address, code, &state);
  switch (code->kind) {
  case PATH_BRANCH:
    go_to(proof, address, code->target, &state);
    break;
  case PATH_JUMP:
    go_to(proof, address, code->target, &state);
    return;
  case PATH_CALL: {
    struct routine *callee = routine_that_begins(proof, code->target);
    if (!callee || !apply(proof, address, index_of(proof, callee), &state))
      return;
    state.registers[REG_LINK] = computed;
    state.number = -1;
    break;
  }
  case PATH_RETURN:
    if (proof->reports && state.registers[REG_LINK].framed && !code->by_other_link)
      find(proof, "LINK", address, "returns by x30, and something was stored over where it was saved");
    do_return(proof, address, &state);
    return;
  case PATH_AWAY:
    for (size_t i = 0; i < code->way_count; i++)
      go_to(proof, address, code->ways[i], &state);
    return;
  case PATH_CALL_AWAY:
    call_ways(proof, address, code, &state);
    return;
  case PATH_STOP:
    return;
  case PATH_KERNEL:
    if (!call_kernel(proof, address, code, &state))
      return;
    break;
  case PATH_ON:
    break;
  }
  const struct routine *there = program_routine(proof->program, next);
  bool begins = there && there->is_code && there->start == next && index_of(proof, there) != proof->owner;
  if (!there || (there->is_code && (!begins || proof->known[index_of(proof, there)].contract.piece)))
    flow(proof, next, &state);
}

/* ---- One routine ------------------------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b) {
  const uint64_t *one = a, *two = b;
  return *one < *two ? -1 : *one > *two;
}

static void prove_routine(struct proof *proof, size_t owner) {
  struct routine *routine = &proof->program->routines[owner];
  struct state state = {.number = -1, .pushed = -1};
  for (int i = 0; i < REGS; i++)
    state.registers[i] = entry_value(i);
  for (int i = 0; i < SLOTS; i++)
    state.slots[i] = computed;
  proof->owner = owner;
  proof->seen_count = 0;
  proof->reports = false;
  flow(proof, routine->start, &state);
  while (proof->todo_count) {
    uint64_t address = proof->todo[--proof->todo_count];
    proof->states[address - proof->program->address]->waiting = false;
    step(proof, address);
  }
  qsort(proof->seen, proof->seen_count, sizeof *proof->seen, by_address);
  struct known *known = &proof->known[owner];
  struct known before = *known;
  known->partly = known->always = 0;
  proof->reports = true;
  for (size_t i = 0; i < proof->seen_count; i++)
    step(proof, proof->seen[i]);
  proof->changed |= before.in != known->in || before.changed != known->changed;
  for (size_t i = 0; i < proof->seen_count; i++) {
    struct state **place = &proof->states[proof->seen[i] - proof->program->address];
    free(*place);
    *place = NULL;
  }
}

/* ---- Declared ---------------------------------------------------------------------------------------------------- */

/* Reads "in A0 A1; out A0": false where a word is unknown. */
static bool read_clauses(const char *text, struct contract *contract) {
  const struct {
    const char *word;
    uint32_t *registers;
  } sets[] = {{"in", &contract->in},       {"out", &contract->out},           {"out_if", &contract->out_if},
              {"moves", &contract->moves}, {"destroys", &contract->destroys}, {"may_destroy", &contract->may_destroy}};
  char *copy = strdup(text), *rest = NULL;
  uint32_t *set = NULL, ignored = 0;
  bool good = copy, first = true;
  for (char *word = good ? strtok_r(copy, " ", &rest) : NULL; word && good; word = strtok_r(NULL, " ", &rest)) {
    char *end = strchr(word, ';');
    if (end)
      *end = '\0';
    if (first) {
      set = NULL;
      for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        set = strcmp(word, sets[i].word) == 0 ? sets[i].registers : set;
      contract->no_return = contract->no_return || strcmp(word, "no_return") == 0;
      contract->c_function = contract->c_function || strcmp(word, "c_function") == 0;
      contract->piece = contract->piece || strcmp(word, "piece") == 0;
      if (!set && (contract->no_return || contract->c_function || contract->piece))
        set = &ignored;
      good = set != NULL;
    } else {
      int number = effects_portable(word);
      good = number >= 0;
      *set |= good ? BIT(number) : 0;
    }
    first = end != NULL;
  }
  free(copy);
  return good;
}

static void read_contracts(struct proof *proof) {
  for (size_t i = 0; i < proof->program->count; i++) {
    struct routine *routine = &proof->program->routines[i];
    struct contract *contract = &proof->known[i].contract;
    for (size_t j = 0; j < proof->map->contract_count && !contract->declared; j++) {
      const struct map_contract *line = &proof->map->contracts[j];
      if (strcmp(line->routine, routine->name) != 0)
        continue;
      contract->declared = true;
      contract->file = line->file;
      contract->line = line->line;
      if (!read_clauses(line->clauses, contract))
        find(proof, "CONTRACT", routine->start, "\"%s\" are no clauses", line->clauses);
    }
    proof->known[i].returns = !contract->no_return;
  }
}

static void name_registers(const struct proof *proof, uint32_t set, struct bytes *text) {
  const uint32_t all_a = 0x3f, all_t = BIT(REG_T0) | BIT(REG_T1);
  bool first = true;
  if ((set & all_a) == all_a) {
    bytes_printf(text, "ALL_A");
    first = false;
    set &= ~all_a;
  }
  for (int i = 0; i < REGS_PORTABLE; i++)
    if ((set & all_t) == all_t && i == REG_T0) {
      bytes_printf(text, "%sALL_T", first ? "" : ", ");
      first = false;
      set &= ~all_t;
    } else if (set & BIT(i)) {
      bytes_printf(text, "%s%s", first ? "" : ", ", name_of(proof, i));
      first = false;
    }
}

static void find_loose_set(struct proof *proof, uint64_t address, uint32_t set, const char *what, const char *why) {
  struct bytes text = {0};
  name_registers(proof, set, &text);
  if (set)
    find(proof, "LOOSE", address, "%s(%s): %s", what, (const char *)text.data, why);
  bytes_free(&text);
}

static void find_loose(struct proof *proof, size_t owner, bool returned) {
  const struct known *known = &proof->known[owner];
  const struct contract *contract = &known->contract;
  uint64_t start = proof->program->routines[owner].start;
  if (contract->c_function)
    return;
  find_loose_set(proof, start, (contract->in | contract->moves) & ~known->in, "in",
                 "it is not read on any path; leave it out");
  if (!returned) {
    if (!contract->no_return)
      find(proof, "LOOSE", start, "no path returns, and the contract does not say no_return");
    return;
  }
  find_loose_set(proof, start, contract->destroys & ~known->changed, "destroys",
                 "it is kept on every path; leave it out");
  find_loose_set(proof, start, (contract->out | contract->moves) & ~known->changed, "out",
                 "it is kept on every path; leave it out");
  find_loose_set(proof, start, contract->out_if & ~known->partly, "out_if", "it is set on every path, so it is out");
  find_loose_set(proof, start, contract->out_if & ~known->always, "out_if", "it is set on no path");
}

static void open_proof(struct proof *proof, struct program *program, const struct program_map *map) {
  *proof = (struct proof){.program = program, .map = map};
  proof->known = calloc(program->count, sizeof *proof->known);
  proof->states = calloc(program->size, sizeof *proof->states);
  proof->seen = calloc(program->size, sizeof *proof->seen);
  if (!proof->known || !proof->states || !proof->seen)
    abort();
}

static void close_proof(struct proof *proof) {
  free(proof->known);
  free(proof->states);
  free(proof->seen);
  free(proof->todo);
}

size_t contracts_prove(struct program *program, const struct program_map *map, size_t *loose, struct bytes *found) {
  struct proof proof;
  open_proof(&proof, program, map);
  proof.found = found;
  read_contracts(&proof);
  for (size_t i = 0; i < program->count; i++) {
    struct known *known = &proof.known[i];
    if (!program->routines[i].is_code || !program->routines[i].walked)
      continue;
    if (program->routines[i].header) { /* bytes of the header: whatever it finds and leaves */
      known->contract = (struct contract){.declared = true, .no_return = true, .in = UINT32_MAX};
      prove_routine(&proof, i);
      continue;
    }
    if (!known->contract.declared) {
      find(&proof, "CONTRACT", program->routines[i].start, "has no contract");
      continue;
    }
    if (known->contract.piece)
      continue;
    known->returns = false;
    prove_routine(&proof, i);
    bool returned = known->returns;
    known->returns = !known->contract.no_return;
    find_loose(&proof, i, returned);
  }
  size_t findings = proof.findings;
  *loose = proof.loose;
  close_proof(&proof);
  return findings;
}

/* ---- Inferred ---------------------------------------------------------------------------------------------------- */

static void write_set(const struct proof *proof, const char *word, uint32_t set, struct bytes *text) {
  if (!set)
    return;
  bytes_printf(text, ", %s(", word);
  name_registers(proof, set, text);
  bytes_printf(text, ")");
}

static void write_inferred(const struct proof *proof, size_t i, struct bytes *text) {
  const struct known *known = &proof->known[i];
  const struct routine *routine = &proof->program->routines[i];
  const struct map_entry *entry = entry_at(proof, routine->start);
  uint32_t kept_here = known->returns ? known->changed & known->relied : 0;
  uint32_t sometimes = kept_here & known->partly;
  uint32_t results = kept_here & ~sometimes;
  uint32_t moves = results & known->in & ~(BIT(REG_S0) - 1);
  if (entry)
    bytes_printf(text, "%s:%d: ", entry->file, entry->line);
  bytes_printf(text, "routine(\"%s\"", routine->name);
  write_set(proof, "in", known->in & ~moves, text);
  write_set(proof, "out", results & ~moves, text);
  write_set(proof, "out_if", sometimes, text);
  write_set(proof, "moves", moves, text);
  write_set(proof, "destroys", known->returns ? known->changed & ~kept_here : 0, text);
  bytes_printf(text, "%s);\n", known->returns ? "" : ", no_return");
}

static void infer_all(struct proof *proof, struct program *program) {
  proof->infers = true;
  do {
    proof->changed = false;
    for (size_t i = program->count; i-- > 0;)
      if (program->routines[i].is_code && program->routines[i].walked)
        prove_routine(proof, i);
  } while (proof->changed);
}

size_t contracts_prove_convention(struct program *program, const struct program_map *map, struct bytes *found) {
  struct proof proof;
  open_proof(&proof, program, map);
  infer_all(&proof, program);
  proof.infers = false;
  proof.found = found;
  for (size_t i = 0; i < program->count; i++)
    for (int number = REG_S0; number < REGS_PORTABLE && proof.known[i].returns; number++)
      if (proof.known[i].changed & BIT(number))
        find(&proof, "WRITES", program->routines[i].start,
             "comes back with %s changed, which its callers take to be kept: enter(%s) saves it, or a contract says so",
             name_of(&proof, number), name_of(&proof, number));
  size_t findings = proof.findings;
  close_proof(&proof);
  return findings;
}

void contracts_infer(struct program *program, const struct program_map *map, struct bytes *text) {
  struct proof proof;
  open_proof(&proof, program, map);
  infer_all(&proof, program);
  for (size_t i = 0; i < program->count; i++)
    if (program->routines[i].is_code && program->routines[i].walked)
      write_inferred(&proof, i, text);
  close_proof(&proof);
}

/* SPDX-License-Identifier: MIT */
