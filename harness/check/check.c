/* Follows every path of every routine; check.h says what is found. The walk is made again until no more routines are
   known to return, because only then the paths after their calls are there. */
#include "harness/check/check.h"

#include "harness/check/contracts.h"
#include "harness/report/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is known where an instruction begins. */
struct state {
  size_t owner; /* the routine whose path came first */
  int depth;    /* bytes on the stack since its entry */
  bool link_lost;
  uint8_t lost;           /* LOST_RCX, LOST_R11 */
  int64_t number, pushed; /* of the next system call; of the last push; -1: not known */
  struct lead leads[REGS];
};

struct walk {
  struct program *program;
  const struct program_map *map; /* of the program, or empty */
  struct state **states;         /* one for each byte of the code; NULL: no path leads there */
  uint64_t *todo;
  size_t todo_count, todo_room;
  bool *tails; /* count * count: a path of the one goes on as a path of the other */
  bool changed;
  struct bytes *found;
  size_t findings;
};

/* ---- Findings ---------------------------------------------------------------------------------------------------- */

static void find(struct walk *walk, const char *kind, uint64_t address, const char *what) {
  bytes_printf(walk->found, "%s ", kind);
  program_place(walk->program, address, walk->found);
  bytes_printf(walk->found, ": %s\n", what);
  walk->findings++;
}

static void find_target(struct walk *walk, const char *kind, uint64_t from, const char *what, uint64_t to) {
  struct bytes text = {0};
  bytes_printf(&text, "%s ", what);
  program_place(walk->program, to, &text);
  find(walk, kind, from, (const char *)text.data);
  bytes_free(&text);
}

/* ---- Paths --------------------------------------------------------------------------------------------------------
 */

static struct state **state_at(const struct walk *walk, uint64_t address) {
  return &walk->states[address - walk->program->address];
}

static bool in_code(const struct walk *walk, uint64_t address) {
  return address >= walk->program->address && address < walk->program->address + walk->program->size;
}

static void push(struct walk *walk, uint64_t address) {
  if (walk->todo_count == walk->todo_room) {
    walk->todo_room = walk->todo_room ? 2 * walk->todo_room : 1024;
    walk->todo = realloc(walk->todo, walk->todo_room * sizeof *walk->todo);
    if (!walk->todo)
      abort();
  }
  walk->todo[walk->todo_count++] = address;
}

/* An instruction that was walked covers ADDRESS but does not begin there. */
static bool is_inside(const struct walk *walk, uint64_t address) {
  for (uint64_t back = 1; back < 16 && back <= address - walk->program->address; back++) {
    if (*state_at(walk, address - back) && program_code(walk->program, address - back)->size > back)
      return true;
  }
  return false;
}

/* A path of STATE comes to ADDRESS, from the instruction at FROM. */
static void flow(struct walk *walk, uint64_t from, uint64_t address, struct state state) {
  if (!in_code(walk, address)) {
    find_target(walk, "TARGET", from, "leads out of the code, to", address);
    return;
  }
  struct state **place = state_at(walk, address), *known = *place;
  if (!known) {
    *place = malloc(sizeof **place);
    if (!*place)
      abort();
    **place = state;
    push(walk, address);
    return;
  }
  if (known->owner != state.owner)
    walk->tails[state.owner * walk->program->count + known->owner] = true;
  if (known->depth != state.depth) {
    struct bytes text = {0};
    bytes_printf(&text, "the stack has %d bytes here, and %d by another path", known->depth, state.depth);
    find(walk, "STACK", address, (const char *)text.data);
    bytes_free(&text);
    return;
  }
  struct state both = *known;
  both.link_lost |= state.link_lost;
  both.lost |= state.lost;
  both.number = known->number == state.number ? known->number : -1;
  both.pushed = known->pushed == state.pushed ? known->pushed : -1;
  bool less = leads_join(both.leads, state.leads);
  if (less || both.link_lost != known->link_lost || both.lost != known->lost || both.number != known->number) {
    *known = both;
    push(walk, address);
  }
}

static size_t index_of(const struct walk *walk, const struct routine *routine) {
  return (size_t)(routine - walk->program->routines);
}

/* A routine begins: with nothing on the stack, and an address to return to. */
static void enter(struct walk *walk, struct routine *routine) {
  if (routine->walked || !routine->is_code)
    return;
  routine->walked = true;
  struct state state = {.owner = index_of(walk, routine), .number = -1, .pushed = -1};
  const struct state *known = *state_at(walk, routine->start);
  if (known) {
    walk->tails[state.owner * walk->program->count + known->owner] = true;
    return;
  }
  flow(walk, routine->start, routine->start, state);
}

static struct routine *routine_that_begins(const struct walk *walk, uint64_t address) {
  struct routine *routine = program_routine(walk->program, address);
  return routine && routine->is_code && routine->start == address ? routine : NULL;
}

/* A jump, at the end of a routine: into itself, or to another, which then returns in its place. */
static void jump(struct walk *walk, uint64_t from, uint64_t to, struct state state) {
  struct routine *other = routine_that_begins(walk, to);
  if (!other || index_of(walk, other) == state.owner) {
    flow(walk, from, to, state);
    return;
  }
  struct routine *owner = &walk->program->routines[state.owner];
  walk->tails[state.owner * walk->program->count + index_of(walk, other)] = true;
  other->has_arguments = other->has_arguments || owner->has_arguments;
  enter(walk, other);
  if (other->returns && state.depth)
    find_target(walk, "STACK", from, "has something on the stack, and jumps to a routine that returns:", to);
  if (other->returns && state.link_lost)
    find_target(walk, "LINK", from, "has lost x30, and jumps to a routine that returns:", to);
}

/* ---- Steps ---------------------------------------------------------------------------------------------------------
 */

static void do_return(struct walk *walk, uint64_t address, const struct state *state) {
  struct routine *routine = &walk->program->routines[state->owner];
  if (state->depth)
    find(walk, "STACK", address, "returns, and the stack is not as it was at the entry");
  if (state->link_lost)
    find(walk, "LINK", address, "returns by x30, which a call has changed");
  if (!routine->returns) {
    routine->returns = true;
    walk->changed = true;
  }
}

static void do_call(struct walk *walk, uint64_t from, uint64_t to, uint64_t next, struct state state) {
  struct routine *callee = routine_that_begins(walk, to);
  if (!callee) {
    find_target(walk, "TARGET", from, "calls what is no routine:", to);
    return;
  }
  enter(walk, callee);
  if (!callee->returns)
    return;
  state.link_lost = !walk->program->x64;
  state.lost = 0;
  state.number = -1;
  leads_call(state.leads);
  flow(walk, from, next, state);
}

static void add_way(struct code *code, uint64_t to) {
  code->ways = realloc(code->ways, (code->way_count + 1) * sizeof *code->ways);
  if (!code->ways)
    abort();
  code->ways[code->way_count++] = to;
}

/* A call whose register is not followed may go to each routine whose address is taken anywhere. */
static void add_taken(const struct walk *walk, struct code *code) {
  for (size_t i = 0; i < walk->program->count; i++)
    if (walk->program->routines[i].is_code && walk->program->routines[i].taken)
      add_way(code, walk->program->routines[i].start);
}

/* A jump or a call by a register. */
static void go_away(struct walk *walk, uint64_t address, struct code *code, const struct state *state) {
  struct lead lead = code->away >= 0 ? state->leads[code->away] : (struct lead){.kind = LEAD_NONE};
  bool calls = code->kind == PATH_CALL_AWAY;
  uint64_t to = 0, at = 0;
  code->way_count = 0;
  for (size_t i = 0; leads_way(walk->program, &lead, i, &to, &at); i++) {
    const struct routine *there = program_routine(walk->program, to);
    if (at && (!there || !there->is_code))
      find_target(walk, "TARGET", at, "an entry of the table leads to no routine, but to", to);
    else if (!calls || lead.one || lead.each || !at || there->start == to) /* others are there to be jumped to */
      add_way(code, to);
  }
  if (!code->way_count && calls)
    add_taken(walk, code);
  if (!code->way_count)
    find(walk, "TARGET", address,
         calls ? "calls by a register, and the address of no routine is taken"
               : "jumps by a register, and no table is known for it");
  for (size_t i = 0; i < code->way_count; i++)
    if (calls)
      do_call(walk, address, code->ways[i], address + code->size, *state);
    else
      jump(walk, address, code->ways[i], *state);
}

/* Where nothing else is said, a path goes on after the instruction, in the same routine. */
static void go_on(struct walk *walk, uint64_t address, const struct code *code, struct state state) {
  uint64_t next = address + code->size;
  const struct routine *here = program_routine(walk->program, address);
  const struct routine *there = program_routine(walk->program, next);
  /* A system call whose number is not known may be the last one. */
  bool may_end = code->kind == PATH_KERNEL && (*state_at(walk, address))->number < 0;
  if (may_end && (!in_code(walk, next) || (there && !there->is_code)))
    return;
  if (!in_code(walk, next)) {
    find(walk, "CODE", address, "runs on after the end of the code");
    return;
  }
  if (there && there != here && there->is_code)
    find_target(walk, "NEXT", address, "runs on into", next);
  else if (there && there != here)
    find_target(walk, "CODE", address, "runs on into data:", next);
  else
    flow(walk, address, next, state);
}

/* The address of ROUTINE is taken: who has it may go there. */
static void take(struct walk *walk, struct routine *routine) {
  walk->changed = walk->changed || !routine->taken;
  routine->taken = true;
  enter(walk, routine);
}

/* What the instruction does to the state; false where the path ends for a finding. */
static bool change_state(struct walk *walk, uint64_t address, const struct code *code, struct state *state) {
  if (code->reads & state->lost)
    find(walk, "KERNEL", address,
         code->reads & state->lost & LOST_RCX ? "reads rcx, which the system call before has destroyed"
                                              : "reads r11, which the system call before has destroyed");
  state->lost &= (uint8_t) ~(code->writes | code->reads);
  struct routine *taken = code->takes_address ? routine_that_begins(walk, code->target) : NULL;
  if (taken)
    take(walk, taken);
  leads_change(code, state->leads);
  if (code->sets_stack) {
    find(walk, "STACK", address, "sets the stack pointer to what is not known");
    return false;
  }
  state->depth += code->grows;
  if (state->depth < 0) {
    find(walk, "STACK", address, "takes more from the stack than was put there");
    return false;
  }
  if (code->loads_link)
    state->link_lost = false;
  state->number = code->sets_number    ? code->number
                  : code->pops_number  ? state->pushed
                  : code->keeps_number ? state->number
                                       : -1;
  state->pushed = code->pushes_number ? code->number : code->grows ? -1 : state->pushed;
  return true;
}

static void step(struct walk *walk, uint64_t address) {
  struct program *program = walk->program;
  struct state state = **state_at(walk, address);
  struct code *code = program_code(program, address);
  const struct routine *here = program_routine(program, address);
  if (!code->valid || (here && !here->is_code)) {
    find(walk, "CODE", address,
         code->valid ? "a path leads into data" : "a path leads to bytes that are no instruction");
    return;
  }
  /* The entry finds its arguments on the stack, and may take them. */
  if (program->routines[state.owner].has_arguments && state.depth + code->grows < 0)
    state.depth = -code->grows;
  if (!change_state(walk, address, code, &state))
    return;
  switch (code->kind) {
  case PATH_JUMP:
    jump(walk, address, code->target, state);
    return;
  case PATH_BRANCH:
    jump(walk, address, code->target, state);
    break;
  case PATH_CALL:
    do_call(walk, address, code->target, address + code->size, state);
    return;
  case PATH_RETURN:
    do_return(walk, address, &state);
    return;
  case PATH_AWAY:
  case PATH_CALL_AWAY:
    go_away(walk, address, code, &state);
    return;
  case PATH_STOP:
    return;
  case PATH_KERNEL:
    if (program_call_ends(program, code, state.number))
      return;
    state.lost = program->x64 && !code->old_call ? LOST_RCX | LOST_R11 : 0;
    state.number = program->x64 ? -1 : state.number;
    break;
  case PATH_ON:
    break;
  }
  go_on(walk, address, code, state);
}

/* ---- The whole -----------------------------------------------------------------------------------------------------
 */

static void spread_returns(struct walk *walk) {
  size_t count = walk->program->count;
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0; j < count && !walk->program->routines[i].returns; j++)
        if (walk->tails[i * count + j] && walk->program->routines[j].returns)
          walk->program->routines[i].returns = walk->changed = more = true;
  }
}

static void forget_states(struct walk *walk) {
  for (uint64_t i = 0; i < walk->program->size; i++) {
    free(walk->states[i]);
    walk->states[i] = NULL;
  }
}

/* Routines whose addresses stand in data that the code is laid among. */
static void enter_addresses(struct walk *walk) {
  const struct program *program = walk->program;
  for (size_t i = 0; i < program->count; i++) {
    const struct routine *data = &program->routines[i];
    for (uint64_t at = data->start; !data->is_code && at + 8 <= data->end && in_code(walk, at + 7); at += 8) {
      uint64_t address = 0;
      for (int byte = 0; byte < 8; byte++)
        address |= (uint64_t)program->text[at - program->address + (uint64_t)byte] << 8 * byte;
      struct routine *routine = routine_that_begins(walk, address);
      if (routine)
        take(walk, routine);
    }
  }
}

static void walk_once(struct walk *walk) {
  struct program *program = walk->program;
  forget_states(walk);
  memset(walk->tails, 0, program->count * program->count * sizeof *walk->tails);
  walk->changed = false;
  walk->findings = walk->found->len = walk->todo_count = 0;
  for (size_t i = 0; i < program->count; i++)
    program->routines[i].walked = false;
  for (size_t i = 0; i < program->count; i++)
    if (program->routines[i].root)
      enter(walk, &program->routines[i]);
  enter_addresses(walk);
  while (walk->todo_count)
    step(walk, walk->todo[--walk->todo_count]);
  spread_returns(walk);
}

/* Where one instruction begins inside of another, some jump leads there. */
static void find_overlaps(struct walk *walk, struct check_counts *counts) {
  for (uint64_t i = 0; i < walk->program->size; i++) {
    if (!walk->states[i])
      continue;
    counts->instructions++;
    if (is_inside(walk, walk->program->address + i))
      find(walk, "TARGET", walk->program->address + i, "a path begins here, inside of another instruction");
  }
}

/* Up to where what stands at ADDRESS is laid on purpose. The template of a system call goes on after it (on x86-64 it
   moves the result), also where the call ends the program: the rest of that operation, by the map, is no gap. */
static uint64_t end_of_operation(const struct walk *walk, uint64_t address) {
  const struct code *code = program_code(walk->program, address);
  uint64_t end = address + code->size;
  bool ends = code->kind == PATH_KERNEL && program_call_ends(walk->program, code, (*state_at(walk, address))->number);
  const struct map_entry *call = ends && walk->map->count ? program_map_at(walk->map, address) : NULL;
  for (const struct map_entry *next; call && (next = program_map_at(walk->map, end)) && next->address == end;) {
    if (next->kind != MAP_CODE || next->line != call->line || strcmp(next->file, call->file) != 0)
      break;
    end += next->len;
  }
  return end;
}

/* Bytes of a routine that no path covers: one finding for each row of them. */
static void find_unreached(struct walk *walk, const struct routine *routine) {
  uint64_t covered = routine->start;
  for (uint64_t at = routine->start; at < routine->end; at++) {
    if (*state_at(walk, at)) {
      uint64_t end = end_of_operation(walk, at);
      covered = end > covered ? end : covered;
    } else if (at >= covered) {
      uint64_t from = at;
      while (at < routine->end && !*state_at(walk, at))
        at++;
      struct bytes text = {0};
      bytes_printf(&text, "no path leads to %" PRIu64 " bytes of code", at - from);
      find(walk, "UNREACHED", from, (const char *)text.data);
      bytes_free(&text);
      covered = at--;
    }
  }
}

/* The map beside PATH, where there is one that can be read; without it there are no contracts. */
static bool read_map(const char *path, struct program_map *map, struct bytes *why) {
  char *name = xasprintf("%s.map", path);
  bool there = access(name, F_OK) == 0;
  free(name);
  *map = (struct program_map){0};
  return !there || program_map_read_file(path, map, why);
}

static void walk_program(struct walk *walk, struct check_counts *counts) {
  const struct program *program = walk->program;
  do
    walk_once(walk);
  while (walk->changed);
  find_overlaps(walk, counts);
  for (size_t i = 0; i < program->count; i++) {
    counts->routines += program->routines[i].is_code;
    if (program->routines[i].is_code && !program->guessed &&
        program->routines[i].end <= program->address + program->size)
      find_unreached(walk, &program->routines[i]);
  }
  counts->findings = walk->findings;
  counts->guessed = program->guessed;
}

bool check_elf(const char *path, bool infers, struct check_counts *counts, struct bytes *found, struct bytes *why) {
  struct program program;
  struct program_map map = {0};
  *counts = (struct check_counts){0};
  bool good = program_open(path, &program, why) && read_map(path, &map, why);
  if (good) {
    struct walk walk = {.program = &program, .map = &map, .found = found};
    walk.states = calloc(program.size, sizeof *walk.states);
    walk.tails = calloc(program.count * program.count, sizeof *walk.tails);
    if (!walk.states || !walk.tails)
      abort();
    walk_program(&walk, counts);
    forget_states(&walk);
    free(walk.states);
    free(walk.tails);
    free(walk.todo);
    counts->contracts = map.contract_count;
    if (infers) {
      found->len = 0;
      contracts_infer(&program, map.count ? &map : NULL, found);
    } else if (map.contract_count && !program.guessed) {
      counts->findings += contracts_prove(&program, &map, found);
    }
  }
  program_map_free(&map);
  program_close(&program);
  return good;
}

static void print_findings(const char *path, const struct check_counts *counts, const struct bytes *found) {
  if (found->len)
    fwrite(found->data, 1, found->len, stdout);
  printf("%s: %zu instructions in %zu routines, ", path, counts->instructions, counts->routines);
  if (counts->contracts)
    printf("%zu contracts, ", counts->contracts);
  printf("%zu findings%s\n", counts->findings,
         counts->guessed ? "; it has no symbols, so all from its entry on is one routine, and what no path reaches is "
                           "not told"
                         : "");
}

/* The same as JSON (fixtures/schemas/check.json). A line of FOUND is the kind, a blank, and what is wrong. */
static void print_json(const char *path, const struct check_counts *counts, struct bytes *found) {
  json_t *root = json_object();
  json_t *findings = json_array();
  struct bytes text = {0};
  for (char *rest = found->data, *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n")) {
    json_t *one = json_object();
    char *blank = strchr(line, ' ');
    size_t kind = blank ? (size_t)(blank - line) : strlen(line);
    json_set(one, "kind", json_string_of((struct span){line, kind}));
    json_set(one, "what", json_string_of(span_text(blank ? blank + 1 : "")));
    json_array_append_new(findings, one);
  }
  json_set(root, "elf", json_string_of(span_text(path)));
  json_set(root, "instructions", json_integer((json_int_t)counts->instructions));
  json_set(root, "routines", json_integer((json_int_t)counts->routines));
  json_set(root, "contracts", json_integer((json_int_t)counts->contracts));
  json_set(root, "has_symbols", json_boolean(!counts->guessed));
  json_set(root, "findings", findings);
  json_append(&text, root, JSON_INDENT(2));
  fwrite(text.data, 1, text.len, stdout);
  bytes_free(&text);
  json_decref(root);
}

static int check_one(const char *path, bool json, bool infers) {
  struct check_counts counts;
  struct bytes found = {0}, why = {0};
  bool good = check_elf(path, infers, &counts, &found, &why);
  if (!good)
    fprintf(stderr, "bytegate: %s\n", (const char *)why.data);
  else if (infers)
    fwrite(found.data, 1, found.len, stdout);
  else if (json)
    print_json(path, &counts, &found);
  else
    print_findings(path, &counts, &found);
  bytes_free(&found);
  bytes_free(&why);
  return !good ? EXIT_USAGE : counts.findings && !infers ? EXIT_DIVERGED : EXIT_EQUAL;
}

int check_command(char *const *paths, size_t count, bool json, bool infers) {
  int worst = EXIT_EQUAL;
  for (size_t i = 0; i < count; i++) {
    int status = check_one(paths[i], json, infers);
    worst = status > worst ? status : worst;
  }
  return worst;
}
