/* Follows a byte back. A run is repeated with other watchpoints for each question; since nothing in it is random, the
   n-th store into a byte of one run is the n-th store of the next. Threads that take turns in another order may have
   the byte elsewhere: then the question is asked again. */
#include "harness/blame/blame_origin.h"

#include <stdlib.h>
#include <string.h>

/* How far back the instruction that made a value is looked for: instructions, moves between registers, calls. */
enum { REACH = 24, HOLDERS = 4, CALLERS = 4 };

/* How often a question is asked of a program that has its bytes elsewhere in some runs, and of others. */
enum { ATTEMPTS = 8, FEW_ATTEMPTS = 2 };

/* The address of the instruction that RECORD is about. A debug register stops after it. */
static uint64_t store_address(const struct blame *blame, const struct observed *record) {
  const struct map_entry *entry = record->length == 0 ? program_map_at(&blame->program.map, record->pc - 1) : NULL;
  return entry ? entry->address : record->pc;
}

/* The index of the last store of watch NUMBER before record UNTIL, and how many there were; or SIZE_MAX. */
static size_t last_store(const struct observation *observation, int number, size_t until, size_t *hits) {
  struct memory memory = observed_memory(observation, until);
  size_t found = SIZE_MAX;
  *hits = 0;
  for (size_t i = 0; i < observation->count && i < until; i++)
    if (observation->records[i]->kind == OBSERVED_STORE && observation->records[i]->number == number &&
        memory_holds(&memory, observation, i)) {
      found = i;
      ++*hits;
    }
  return found;
}

/* The index of the HIT-th store of watch NUMBER into the memory that the byte of BLAME was written from, or SIZE_MAX.
 */
static size_t find_hit(const struct blame *blame, const struct observation *observation, int number, size_t hit) {
  size_t output = find_output(observation, blame->written);
  if (output == SIZE_MAX)
    return SIZE_MAX;
  struct memory memory = observed_memory(observation, output);
  for (size_t i = 0; i < output; i++)
    if (observation->records[i]->kind == OBSERVED_STORE && observation->records[i]->number == number &&
        memory_holds(&memory, observation, i) && --hit == 0)
      return i;
  return SIZE_MAX;
}

/* ---- Which instruction made the value --------------------------------------------------------------------------- */

/* The registers that may have held the value on its way to the store, and the calls that were under way. */
struct search {
  char holders[HOLDERS][CODE_NAME];
  int count;
  uint64_t calls[CALLERS]; /* innermost first */
  size_t call_count;
  size_t call;    /* how many of them the search has gone back through */
  uint64_t store; /* where the value was used */
  bool far;       /* beyond a call, or past a jump: what is found there has to be held to the value */
};

/* Whether no instruction of the routine at ADDRESS, or of one that it calls, writes a holder; DEPTH calls down. */
static bool routine_keeps(struct blame *blame, uint64_t address, const struct search *search, int depth);

static bool writes_holder(struct blame *blame, const struct search *search) {
  for (int i = 0; i < search->count; i++)
    if (code_writes(&blame->program.reader, search->holders[i]))
      return true;
  return false;
}

/* Whether PC is the first instruction of its routine. */
static bool begins_routine(const struct blame *blame, uint64_t pc) {
  const struct map_entry *entry = program_map_at(&blame->program.map, pc);
  return entry && program_map_routine(&blame->program.map, entry) == pc;
}

/* The address of the call that led to the routine at PC, or 0. */
static uint64_t go_to_caller(struct blame *blame, uint64_t pc, struct search *search) {
  struct code code;
  uint64_t call = search->call < search->call_count ? search->calls[search->call++] : 0;
  return call && blamed_code(&blame->program, call, &code) && code.value == pc ? call : 0;
}

static bool routine_keeps(struct blame *blame, uint64_t address, const struct search *search, int depth) {
  const struct map_entry *entry = program_map_at(&blame->program.map, address);
  const char *routine = entry ? entry->routine : NULL;
  for (; depth > 0 && entry && entry->kind == MAP_CODE && strcmp(entry->routine, routine) == 0;
       entry = program_map_at(&blame->program.map, entry->address + entry->len)) {
    struct code code;
    if (!blamed_code(&blame->program, entry->address, &code) || writes_holder(blame, search) ||
        (blamed_is_call(&blame->program, entry) && !routine_keeps(blame, code.value, search, depth - 1)))
      return false;
  }
  return depth > 0 && routine;
}

/* Whether the search may go back past ENTRY, an instruction that does not go on with the next: a call that keeps the
   holders, or a jump to a place between it and the store. */
static bool leads_to_store(struct blame *blame, const struct map_entry *entry, const struct code *code,
                           struct search *search) {
  search->far = true;
  if (blamed_is_call(&blame->program, entry))
    return routine_keeps(blame, code->value, search, CALLERS);
  return code->value > entry->address && code->value <= search->store;
}

/* Looks back from PC for the next instruction that wrote one of the holders, and returns its address, or 0. What lies
   between is passed by falling through, by the call of a routine, by a call that keeps the holders, or by a jump
   forwards to where the value is used; beyond that nothing is plain. A jump may have led past what is found: the caller
   has to ask. */
static uint64_t find_maker(struct blame *blame, uint64_t pc, struct search *search, struct code *maker) {
  for (int i = 0; pc && i < REACH; i++) {
    if (begins_routine(blame, pc)) {
      pc = go_to_caller(blame, pc, search);
      continue;
    }
    const struct map_entry *entry = blamed_before(&blame->program, pc);
    if (!entry || !blamed_code(&blame->program, entry->address, maker))
      return 0;
    bool is_flow = maker->kind == CODE_FLOW;
    if (is_flow && !maker->conditional && !leads_to_store(blame, entry, maker, search))
      return 0;
    pc = entry->address;
    if (is_flow || !writes_holder(blame, search))
      continue;
    if (maker->kind != CODE_MOVE)
      return pc;
    if (search->count < HOLDERS)
      memcpy(search->holders[search->count++], maker->from, CODE_NAME);
  }
  return 0;
}

/* Whether record AT is the store that ORIGIN tells, and not another one of a run that went otherwise. */
static bool is_store_of(const struct blame *blame, const struct observed *record, const struct origin *origin) {
  return (origin->file ? record->pc : store_address(blame, record)) == origin->pc;
}

/* Asks a further run where the load at ORIGIN's maker read. Returns false where it does not tell. */
static bool ask_source(struct blame *blame, struct origin *origin, const struct code *maker) {
  const struct observation_options options = {
      .watches = {origin->address}, .watch_count = 1, .store_pc = origin->pc, .load_pc = origin->maker};
  struct observation observation;
  struct bytes why = {0};
  bool good = observe_case(blame->workspace, blame->gate, blame->result, &options, &observation, &why);
  size_t at = good ? find_hit(blame, &observation, 0, origin->hit) : SIZE_MAX;
  if (at == SIZE_MAX) {
    blame->moves |= good;
  } else {
    const struct observed *record = observation.records[at];
    uint64_t offset = origin->address - record->arguments[0];
    /* What stands at the source must be what was stored: the load may not be the one that ran last. */
    good = store_address(blame, record) == origin->pc && record->arguments[1] && offset < maker->width &&
           record->arguments[2] == (uint64_t)record->result;
    origin->source = record->arguments[1] + offset;
  }
  bytes_free(&why);
  observation_free(&observation);
  return good && at != SIZE_MAX;
}

/* The same, as often as it takes. */
static bool find_source(struct blame *blame, struct origin *origin, const struct code *maker) {
  for (int i = 0; i < (blame->moves ? ATTEMPTS : 1); i++)
    if (ask_source(blame, origin, maker))
      return true;
  return false;
}

/* Notes which register was the index of the load MAKER at ORIGIN's maker, and what made that. */
static void find_index(struct blame *blame, const struct code *maker, struct origin *origin) {
  struct search search = {.count = 1, .store = origin->maker};
  struct code code;
  memcpy(origin->index, maker->memory.index, CODE_NAME);
  memcpy(search.holders[0], maker->memory.index, CODE_NAME);
  if (*origin->index)
    origin->index_maker = find_maker(blame, origin->maker, &search, &code);
  if (search.far)
    origin->index_maker = 0;
}

/* Whether what MAKER, found by SEARCH at ORIGIN's maker, does explains the VALUE that was stored. */
static bool explains(struct blame *blame, const struct search *search, const struct code *maker, unsigned char value,
                     struct origin *origin) {
  if (maker->kind == CODE_LOAD && !find_source(blame, origin, maker))
    return false;
  if (maker->kind == CODE_LOAD)
    find_index(blame, maker, origin);
  return maker->kind == CODE_LOAD ||
         (maker->kind == CODE_IMMEDIATE ? (unsigned char)maker->value == value : !search->far);
}

/* Says where the value that the store at ORIGIN's pc, noted in RECORD, took from register NAME came from. */
static void explain_register(struct blame *blame, const char *name, const struct observed *record,
                             struct origin *origin) {
  struct search search = {.count = 1, .store = origin->pc};
  struct code maker;
  unsigned char value = (unsigned char)record->result;
  memcpy(search.holders[0], name, CODE_NAME);
  search.call_count = blamed_calls(&blame->program, record, search.calls, CALLERS);
  for (origin->maker = find_maker(blame, origin->pc, &search, &maker); origin->maker;
       origin->maker = find_maker(blame, origin->maker, &search, &maker)) {
    origin->value_kind = maker.kind == CODE_LOAD        ? VALUE_COPIED
                         : maker.kind == CODE_IMMEDIATE ? VALUE_CONSTANT
                                                        : VALUE_COMPUTED;
    if (explains(blame, &search, &maker, value, origin))
      return;
  }
  origin->value_kind = VALUE_UNKNOWN;
}

/* Says of the store that ORIGIN is, and RECORD noted, where its value came from. */
static void explain_value(struct blame *blame, const struct observed *record, struct origin *origin) {
  struct code store;
  if (!blamed_code(&blame->program, origin->pc, &store))
    return;
  if (store.kind == CODE_STORE_MANY && record->length == 1 && record->arguments[1]) {
    origin->value_kind = VALUE_COPIED;
    origin->maker = origin->pc;
    origin->source = record->arguments[1];
  } else if (store.kind == CODE_STORE_IMMEDIATE) {
    origin->value_kind = VALUE_CONSTANT;
    origin->maker = origin->pc;
  } else if (store.kind == CODE_STORE) {
    explain_register(blame, store.from, record, origin);
  }
}

/* ---- What wrote the byte ---------------------------------------------------------------------------------------- */

static void describe_call(const struct blame *blame, const struct observed *call, struct bytes *out) {
  blamed_call_name(&blame->program, call->number, out);
  bytes_printf(out, "(%lld, ...) at ", (long long)(int)call->arguments[0]);
  blamed_place(&blame->program, call->pc, out);
}

/* Fills in ORIGIN, whose address is set: what last wrote there before record UNTIL of OBSERVATION, which watched it as
   NUMBER. */
static void find_writer(struct blame *blame, const struct observation *observation, int number, size_t until,
                        struct origin *origin) {
  size_t store = last_store(observation, number, until, &origin->hit);
  size_t fill = find_filled(observation, blame->program.calls, origin->address, until, &origin->filled);
  if (store != SIZE_MAX && (fill == SIZE_MAX || store > fill)) {
    const struct observed *record = observation->records[store];
    origin->kind = ORIGIN_STORE;
    const char *file = task_file(observation, store);
    origin->pc = file ? record->pc : store_address(blame, record);
    if (file) {
      const char *library = find_mapped(observation, blame->program.calls, store, origin->pc, &origin->pc);
      origin->file = xstrdup(library ? library : file);
      return;
    }
    blamed_backtrace(&blame->program, record, "          ", &origin->backtrace);
    explain_value(blame, record, origin);
    if (!blamed_is_laid(&blame->program, origin->pc)) {
      const char *library = find_mapped(observation, blame->program.calls, store, origin->pc, &origin->pc);
      origin->file = library ? xstrdup(library) : NULL;
    }
  } else if (fill != SIZE_MAX) {
    origin->kind = ORIGIN_FILLED;
    describe_call(blame, origin->filled.call, &origin->call);
    origin->filled.call = NULL; /* it goes with the observation */
    if (origin->filled.path)
      bytes_printf(&origin->call, ", of %s", origin->filled.path);
    origin->filled.path = NULL;
  } else if (!task_file(observation, until) && blamed_is_laid(&blame->program, origin->address)) {
    origin->kind = ORIGIN_IMAGE;
  }
}

/* Whether the program has the byte WRITTEN at the same place in OBSERVATION, whose record UNTIL puts it out. */
static bool is_written_alike(const struct observation *observation, size_t until, const struct written *written) {
  const struct observed *output = until == SIZE_MAX ? NULL : observation->records[until];
  return output && written->address - output->address < output->length &&
         ((const unsigned char *)observed_bytes(output))[written->address - output->address] == written->value;
}

/* The first step: who wrote the byte that the output took. */
static bool find_first(struct blame *blame, const struct written *written, struct origin *origin, struct bytes *why) {
  const struct observation_options options = {.watches = {written->address}, .watch_count = 1};
  for (int i = 0; i < ATTEMPTS; i++) {
    struct observation observation;
    if (!observe_case(blame->workspace, blame->gate, blame->result, &options, &observation, why))
      return false;
    size_t until = find_output(&observation, written);
    bool same = is_written_alike(&observation, until, written);
    if (same)
      find_writer(blame, &observation, 0, until, origin);
    observation_free(&observation);
    blame->moves |= !same;
    if (same && (origin->kind != ORIGIN_UNKNOWN || !blame->moves))
      return true;
  }
  bytes_printf(why,
               "not followed: in %d further runs the program had this byte elsewhere in its memory, or another byte "
               "in its place: what it does is not the same each time, as --repeat may show",
               ATTEMPTS);
  return false;
}

/* A further step: who wrote the byte that LAST copied. */
static bool find_next(struct blame *blame, const struct origin *last, struct origin *origin, struct bytes *why) {
  const struct observation_options options = {.watches = {last->address, origin->address}, .watch_count = 2};
  for (int i = 0; i < (blame->moves ? ATTEMPTS : FEW_ATTEMPTS) && origin->kind == ORIGIN_UNKNOWN; i++) {
    struct observation observation;
    if (!observe_case(blame->workspace, blame->gate, blame->result, &options, &observation, why))
      return false;
    size_t until = find_hit(blame, &observation, 0, last->hit);
    if (until != SIZE_MAX && is_store_of(blame, observation.records[until], last))
      find_writer(blame, &observation, 1, until, origin);
    else
      blame->moves = true;
    observation_free(&observation);
  }
  return true;
}

bool find_origins(struct blame *blame, const struct written *written, struct origins *origins, struct bytes *why) {
  *origins = (struct origins){.count = 1};
  blame->written = written;
  origins->steps[0].address = written->address;
  bool good = find_first(blame, written, &origins->steps[0], why);
  while (good && !blame->brief && origins->count < ORIGINS) {
    const struct origin *last = &origins->steps[origins->count - 1];
    if (last->kind != ORIGIN_STORE || last->value_kind != VALUE_COPIED)
      return true;
    struct origin *next = &origins->steps[origins->count++];
    *next = (struct origin){.address = last->source};
    good = find_next(blame, last, next, why);
  }
  return good;
}

void origins_free(struct origins *origins) {
  for (size_t i = 0; i < origins->count; i++) {
    bytes_free(&origins->steps[i].backtrace);
    free(origins->steps[i].file);
    bytes_free(&origins->steps[i].call);
  }
}

/* SPDX-License-Identifier: MIT */
