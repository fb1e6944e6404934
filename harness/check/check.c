/* Follows every path of every routine; check.h says what is found. The walk is made again until no more routines are
   known to return, because only then the paths after their calls are there. */
#include "harness/check/check.h"

#include "harness/check/contracts.h"
#include "harness/check/machines.h"
#include "harness/report/json.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNKNOWN_DEPTH = INT_MIN };

/* What is known where an instruction begins. */
struct state {
  size_t owner;    /* the routine whose path came first */
  int depth;       /* bytes on the stack since its entry */
  int other_depth; /* by another path, where it `differs` */
  bool differs;
  bool doubtful; /* the path is there only if a call of another file comes back */
  bool link_lost, waiting;
  uint8_t lost;           /* LOST_RCX, LOST_R11 */
  int64_t number, pushed; /* of the next system call; of the last push; -1: not known */
  struct lead leads[REGS];
};

struct tail {
  size_t from, to; /* a path of the one routine goes on as a path of the other */
  bool doubtful;
};

struct walk {
  struct program *program;
  const struct program_map *map; /* of the program, or empty */
  bool strict;                   /* there is one: whatever is not followed is a finding */
  struct state **states;         /* one for each byte of the code; NULL: no path leads there */
  uint64_t *todo;
  size_t todo_count, todo_room;
  struct tail *tails;
  size_t tail_count, tail_room;
  uint64_t *called; /* what is to be a routine */
  size_t called_count;
  bool changed, reports;
  struct bytes *found;
  size_t findings, not_followed;
};

/* ---- Findings ---------------------------------------------------------------------------------------------------- */

static void find(struct walk *walk, const char *kind, uint64_t address, const char *what) {
  if (!walk->reports)
    return;
  bytes_printf(walk->found, "%s ", kind);
  program_place(walk->program, address, walk->found);
  bytes_printf(walk->found, ": %s\n", what);
  walk->findings++;
}

static void find_target(struct walk *walk, const char *kind, uint64_t from, const char *what, uint64_t to) {
  if (!walk->reports)
    return;
  struct bytes text = {0};
  bytes_printf(&text, "%s ", what);
  program_place(walk->program, to, &text);
  find(walk, kind, from, (const char *)text.data);
  bytes_free(&text);
}

/* ---- Paths ------------------------------------------------------------------------------------------------------- */

static struct state **state_at(const struct walk *walk, uint64_t address) {
  return &walk->states[address - walk->program->address];
}

static bool in_code(const struct walk *walk, uint64_t address) {
  return address >= walk->program->address && address < walk->program->address + walk->program->size;
}

/* An instruction that was walked covers ADDRESS but does not begin there. Where it is only a prefix more, as before an
   instruction that is to be locked or not, both are meant. */
static bool is_inside(const struct walk *walk, uint64_t address) {
  static const uint8_t prefixes[] = {0xf0, 0xf2, 0xf3, 0x2e, 0x3e, 0x66};
  for (uint64_t back = 1; back < 16 && back <= address - walk->program->address; back++) {
    if (!*state_at(walk, address - back))
      continue;
    const struct code *outer = program_code(walk->program, address - back);
    const uint8_t first = walk->program->text[address - back - walk->program->address];
    bool prefix = back == 1 && !walk->strict && memchr(prefixes, first, sizeof prefixes) &&
                  program_code(walk->program, address)->size + 1 == outer->size;
    const struct routine *header = program_routine(walk->program, address - back);
    prefix |= header && header->header && program_code(walk->program, address)->size + back == outer->size;
    if (outer->size > back && !prefix)
      return true;
  }
  return false;
}

static void push(struct walk *walk, uint64_t address) {
  struct state *state = *state_at(walk, address);
  if (state->waiting)
    return;
  state->waiting = true;
  if (walk->todo_count == walk->todo_room) {
    walk->todo_room = walk->todo_room ? 2 * walk->todo_room : 1024;
    walk->todo = realloc(walk->todo, walk->todo_room * sizeof *walk->todo);
    if (!walk->todo)
      abort();
  }
  walk->todo[walk->todo_count++] = address;
}

static size_t index_of(const struct walk *walk, const struct routine *routine) {
  return (size_t)(routine - walk->program->routines);
}

static void add_tail(struct walk *walk, size_t from, size_t to, bool doubtful) {
  for (size_t i = walk->tail_count; i-- > 0 && i + 8 > walk->tail_count;) /* mostly it was there just now */
    if (walk->tails[i].from == from && walk->tails[i].to == to && walk->tails[i].doubtful <= doubtful)
      return;
  if (walk->tail_count == walk->tail_room) {
    walk->tail_room = walk->tail_room ? 2 * walk->tail_room : 1024;
    walk->tails = realloc(walk->tails, walk->tail_room * sizeof *walk->tails);
    if (!walk->tails)
      abort();
  }
  walk->tails[walk->tail_count++] = (struct tail){from, to, doubtful};
}

/* The part of a path that is not followed: a finding where all must be, else noted. */
static void leave_open(struct walk *walk, const struct state *state, const char *kind, uint64_t address,
                       const char *what) {
  struct routine *routine = &walk->program->routines[state->owner];
  routine->open = true;
  if (walk->strict)
    find(walk, kind, address, what);
  else if (walk->reports)
    walk->not_followed++;
  if (!walk->strict && !routine->returns)
    routine->returns = walk->changed = true;
}

/* What both paths know, of which one joins the other; true: that is less than the first knew. */
static bool join(struct walk *walk, struct state *known, const struct state *state) {
  struct state both = *known;
  if (known->owner != state->owner)
    add_tail(walk, state->owner, known->owner, state->doubtful || known->doubtful);
  if (known->depth != state->depth) {
    /* Of two depths, of which one may never come about, the other counts. */
    if (known->doubtful && !state->doubtful && !walk->strict) {
      bool waiting = known->waiting;
      *known = *state;
      known->waiting = waiting;
      return true;
    }
    if (state->doubtful && !known->doubtful && !walk->strict)
      return false;
    bool unknown = known->depth == UNKNOWN_DEPTH || state->depth == UNKNOWN_DEPTH || state->doubtful;
    both.depth = unknown ? UNKNOWN_DEPTH : known->depth;
    both.differs = known->differs || !unknown;
    both.other_depth = state->depth;
    if (!unknown) {
      bool news = !known->differs;
      *known = both;
      return news;
    }
  }
  both.doubtful = known->doubtful && state->doubtful;
  both.link_lost |= state->link_lost;
  both.lost |= state->lost;
  both.number = known->number == state->number ? known->number : -1;
  both.pushed = known->pushed == state->pushed ? known->pushed : -1;
  bool less = leads_join(both.leads, state->leads);
  less |= both.link_lost != known->link_lost || both.lost != known->lost || both.number != known->number ||
          both.pushed != known->pushed || both.depth != known->depth || both.doubtful != known->doubtful;
  *known = both;
  return less;
}

/* A path of STATE comes to ADDRESS, from the instruction at FROM. */
static void flow(struct walk *walk, uint64_t from, uint64_t address, const struct state *state) {
  if (!in_code(walk, address)) {
    find_target(walk, "TARGET", from, "leads out of the code, to", address);
    return;
  }
  if (walk->reports)
    return;
  struct state **place = state_at(walk, address);
  bool news = !*place;
  if (news) {
    *place = malloc(sizeof **place);
    if (!*place)
      abort();
    **place = *state;
    (*place)->waiting = (*place)->differs = false;
  } else {
    news = join(walk, *place, state);
  }
  if (news)
    push(walk, address);
}

/* A routine begins: with nothing on the stack, and an address to return to. */
static void enter(struct walk *walk, struct routine *routine) {
  if (routine->walked || !routine->is_code)
    return;
  routine->walked = true;
  struct state state = {.owner = index_of(walk, routine), .number = -1, .pushed = -1};
  const struct state *known = *state_at(walk, routine->start);
  if (known && walk->strict)
    add_tail(walk, state.owner, known->owner, false);
  else
    flow(walk, routine->start, routine->start, &state);
}

/* The address of ROUTINE is taken: who has it may go there. */
static void take(struct walk *walk, struct routine *routine) {
  walk->changed = walk->changed || !routine->taken;
  routine->taken = true;
  enter(walk, routine);
}

static struct routine *routine_that_begins(const struct walk *walk, uint64_t address) {
  struct routine *routine = program_routine(walk->program, address);
  return routine && routine->is_code && routine->start == address ? routine : NULL;
}

static void returned(struct walk *walk, struct routine *routine, bool doubtful) {
  if (routine->returns && (routine->surely || doubtful))
    return;
  routine->returns = true;
  routine->surely |= !doubtful;
  walk->changed = true;
}

/* A jump, at the end of a routine: into itself, or to another, which then returns in its place. */
static void jump(struct walk *walk, uint64_t from, uint64_t to, const struct state *state) {
  struct routine *other = routine_that_begins(walk, to), *owner = &walk->program->routines[state->owner];
  bool outside = !walk->strict && in_code(walk, to) && !program_routine(walk->program, to);
  if (outside) { /* a stub, or code without a name, which returns */
    returned(walk, owner, true);
    return;
  }
  if (!other || other == owner || (!walk->strict && (other->outer || other->part))) {
    flow(walk, from, to, state);
    return;
  }
  add_tail(walk, state->owner, index_of(walk, other), state->doubtful);
  other->has_arguments = other->has_arguments || owner->has_arguments;
  enter(walk, other);
  if (other->returns && state->depth && state->depth != UNKNOWN_DEPTH && !state->doubtful &&
      (other->surely || walk->strict))
    find_target(walk, "STACK", from, "has something on the stack, and jumps to a routine that returns:", to);
  if (other->returns && state->link_lost && (other->surely || walk->strict))
    find_target(walk, "LINK", from, "has lost x30, and jumps to a routine that returns:", to);
}

/* ---- Going on ---------------------------------------------------------------------------------------------------- */

/* The path goes on after the instruction at ADDRESS, in the same routine. */
static void go_on(struct walk *walk, uint64_t address, const struct code *code, const struct state *state) {
  uint64_t next = address + code->size;
  const struct program *program = walk->program;
  const struct routine *here = program_routine(program, address), *there = program_routine(program, next);
  bool same =
      there == here || (there && there->is_code && there->outer && here == &program->routines[there->outer - 1]);
  bool ends = !in_code(walk, next) || (there && !there->is_code) || (here && !there && !walk->strict);
  same |= here && here->header;
  /* A system call whose number is not known may be the last. */
  bool may_end = code->kind == PATH_KERNEL && (*state_at(walk, address))->number < 0 && ends;
  if (may_end || ((ends || !same) && !walk->strict && state->doubtful))
    return; /* the last call did not come back */
  if (walk->program->relocatable && !walk->strict && here && next >= here->section)
    leave_open(walk, state, "CODE", address, ""); /* the linker may lay more there */
  else if (!in_code(walk, next))
    find(walk, "CODE", address, "runs on after the end of the code");
  else if (there && !there->is_code && !same)
    find_target(walk, "CODE", address, "runs on into data:", next);
  else if (there && !same && (walk->strict || here))
    find_target(walk, "NEXT", address, "runs on into", next);
  else
    flow(walk, address, next, state);
}

/* After a call that may come back. */
static void come_back(struct walk *walk, uint64_t from, const struct code *code, struct state state, bool surely) {
  state.doubtful = state.doubtful || !surely;
  state.link_lost = walk->program->machine->has_link;
  state.lost = 0;
  state.number = state.pushed = -1;
  leads_call(state.leads, walk->program->machine->callee_saved);
  go_on(walk, from, code, &state);
}

/* Where labels have no type, what is called is a routine: from the next walk on. */
static void add_called(struct walk *walk, uint64_t address) {
  walk->called = realloc(walk->called, (walk->called_count + 1) * sizeof *walk->called);
  if (!walk->called)
    abort();
  walk->called[walk->called_count++] = address;
  walk->changed = true;
}

static void do_call(struct walk *walk, uint64_t from, const struct code *code, uint64_t to, const struct state *state) {
  struct routine *callee = routine_that_begins(walk, to);
  if (!callee && !walk->strict && in_code(walk, to) && !program_routine(walk->program, to)) {
    come_back(walk, from, code, *state, false);
    return;
  }
  if (!callee && !walk->strict && to == from + code->size && !walk->program->machine->has_link) {
    struct state after = *state; /* it only wants its own address, and takes it from the stack */
    after.depth += after.depth == UNKNOWN_DEPTH ? 0 : 8;
    flow(walk, from, to, &after);
    return;
  }
  if (!callee && walk->program->untyped && in_code(walk, to) && !is_inside(walk, to)) {
    add_called(walk, to);
    come_back(walk, from, code, *state, false);
    return;
  }
  /* Another entry of a routine, as hand-written code has them; report_all sees whether an instruction begins there. */
  if (!callee && !walk->strict && in_code(walk, to) && program_routine(walk->program, to)->is_code &&
      !(walk->reports && is_inside(walk, to))) {
    come_back(walk, from, code, *state, false);
    return;
  }
  if (!callee) {
    find_target(walk, "TARGET", from, "calls what is no routine:", to);
    return;
  }
  enter(walk, callee);
  if (callee->returns)
    come_back(walk, from, code, *state, callee->surely || walk->strict);
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

/* The ways of a jump or a call by a register, as far as they are known. */
static void find_ways(struct walk *walk, struct code *code, const struct state *state) {
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
  if (!code->way_count && calls && walk->strict)
    add_taken(walk, code);
}

/* A jump or a call by a register, or by an address in memory. */
static void go_away(struct walk *walk, uint64_t address, struct code *code, const struct state *state) {
  bool calls = code->kind == PATH_CALL_AWAY;
  find_ways(walk, code, state);
  for (size_t i = 0; i < code->way_count; i++)
    if (calls)
      do_call(walk, address, code, code->ways[i], state);
    else
      jump(walk, address, code->ways[i], state);
  if (code->way_count)
    return;
  if (calls && !walk->strict)
    come_back(walk, address, code, *state, false);
  else if (calls)
    find(walk, "TARGET", address, "calls by a register, and the address of no routine is taken");
  else
    leave_open(walk, state, "TARGET", address, "jumps by a register, and no table is known for it");
}

static void do_return(struct walk *walk, uint64_t address, const struct code *code, const struct state *state) {
  if (state->depth && state->depth != UNKNOWN_DEPTH)
    find(walk, "STACK", address, "returns, and the stack is not as it was at the entry");
  if (state->link_lost && !code->by_other_link)
    find(walk, "LINK", address, "returns by x30, which a call has changed");
  struct routine *owner = &walk->program->routines[state->owner];
  bool first = walk->program->entry >= owner->start && walk->program->entry < owner->end;
  if (first && owner->has_arguments && !walk->program->relocatable &&
      (walk->strict || strcmp(owner->name, "_start") == 0))
    find(walk, "STACK", address, "returns, and nobody called it: the program begins here");
  returned(walk, owner, state->doubtful);
}

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

/* The stack pointer becomes what a register held; false: what that is, nobody knows, and the path ends for a finding.
 */
static bool set_stack(struct walk *walk, uint64_t address, const struct code *code, struct state *state) {
  const struct lead *from = code->stack_from >= 0 ? &state->leads[code->stack_from] : NULL;
  if (from && from->kind == LEAD_STACK) {
    state->depth = (int)((int64_t)from->address - code->stack_number);
    return true;
  }
  if (walk->strict) {
    find(walk, "STACK", address, "sets the stack pointer to what is not known");
    return false;
  }
  state->depth = UNKNOWN_DEPTH;
  return true;
}

/* A store to what is laid among the code, where that may not be written. */
static void look_at_store(struct walk *walk, uint64_t address, const struct code *code, const struct state *state) {
  const struct lead *base = code->lead.store >= 0 ? &state->leads[code->lead.store] : NULL;
  uint64_t at = code->lead.stored_at;
  if (base && (base->kind == LEAD_ADDRESS || base->kind == LEAD_NEAR))
    at = base->address;
  if (at && in_code(walk, at) && !walk->program->writable && !walk->program->relocatable && !code->external)
    find_target(walk, "STORE", address, "stores to what cannot be written:", at);
}

/* An access to the stack at a known place. What is stored stays within what the routine has put there. */
static void look_at_frame(struct walk *walk, uint64_t address, struct code *code, const struct state *state) {
  const struct access *access = &code->effects.access;
  const struct lead *base = access->base >= 0 ? &state->leads[access->base] : NULL;
  bool known = state->depth != UNKNOWN_DEPTH && access->placed && (access->loads || access->stores);
  code->in_frame = known && (access->base == ACCESS_STACK || (base && base->kind == LEAD_STACK));
  if (!code->in_frame)
    return;
  code->height = (base ? (int)(int64_t)base->address : state->depth) - access->offset;
  if (!access->stores || !walk->strict || walk->program->routines[state->owner].has_arguments)
    return;
  if (code->height < access->size)
    find(walk, "STACK", address, "stores over what its caller has on the stack, its return address maybe");
  else if (code->height > state->depth)
    find(walk, "STACK", address, "stores below the stack pointer, where nothing lasts");
}

/* What the instruction does to the state; false where the path ends for a finding. */
static bool change_state(struct walk *walk, uint64_t address, struct code *code, struct state *state) {
  if (code->reads & state->lost)
    find(walk, "KERNEL", address,
         code->reads & state->lost & LOST_RCX ? "reads rcx, which the system call before has destroyed"
                                              : "reads r11, which the system call before has destroyed");
  state->lost &= (uint8_t) ~(code->writes | code->reads);
  struct routine *taken = code->takes_address ? routine_that_begins(walk, code->target) : NULL;
  if (taken)
    take(walk, taken);
  look_at_store(walk, address, code, state);
  look_at_frame(walk, address, code, state);
  if (code->sets_stack && !set_stack(walk, address, code, state))
    return false;
  leads_change(code, state->depth, state->leads);
  if (state->depth != UNKNOWN_DEPTH)
    state->depth += code->grows;
  if (state->depth < 0 && state->depth != UNKNOWN_DEPTH) {
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

/* What no path should lead to. */
static bool leads_astray(struct walk *walk, uint64_t address, const struct code *code, const struct state *state) {
  const struct routine *here = program_routine(walk->program, address);
  bool data = here && !here->is_code;
  if (code->valid && !data)
    return false;
  if (!walk->strict && (state->doubtful || code->may_be_newer))
    leave_open(walk, state, "CODE", address, "");
  else
    find(walk, "CODE", address, data ? "a path leads into data" : "a path leads to bytes that are no instruction");
  return true;
}

/* A system call; false: it ends the program. */
static bool call_kernel(const struct walk *walk, const struct code *code, struct state *state) {
  const struct check_machine *machine = walk->program->machine;
  if (program_call_ends(walk->program, code, state->number))
    return false;
  if (state->number < 0 && !walk->strict)
    state->doubtful = true; /* it may be the last */
  if (state->number == machine->clone && !walk->strict)
    state->depth = UNKNOWN_DEPTH; /* in the child */
  state->lost = code->old_call ? 0 : machine->kernel_loses;
  state->number = machine->number_stays ? state->number : -1;
  leads_call(state->leads, ~machine->kernel_destroys);
  return true;
}

/* A jump or a call that leads to another file. */
static bool goes_elsewhere(struct walk *walk, uint64_t address, const struct code *code, const struct state *state) {
  if (!code->external || (code->kind != PATH_JUMP && code->kind != PATH_BRANCH && code->kind != PATH_CALL))
    return false;
  if (code->kind == PATH_CALL)
    come_back(walk, address, code, *state, false);
  else
    returned(walk, &walk->program->routines[state->owner], true);
  if (code->kind == PATH_BRANCH)
    go_on(walk, address, code, state);
  return true;
}

static void step(struct walk *walk, uint64_t address) {
  struct program *program = walk->program;
  struct state state = **state_at(walk, address);
  struct code *code = program_code(program, address);
  if (state.differs) {
    struct bytes text = {0};
    bytes_printf(&text, "the stack has %d bytes here, and %d by another path", state.depth, state.other_depth);
    find(walk, "STACK", address, (const char *)text.data);
    bytes_free(&text);
  }
  if (leads_astray(walk, address, code, &state))
    return;
  /* The entry finds its arguments on the stack, and may take them. */
  if (program->routines[state.owner].has_arguments && state.depth != UNKNOWN_DEPTH && state.depth + code->grows < 0)
    state.depth = -code->grows;
  if (!change_state(walk, address, code, &state) || goes_elsewhere(walk, address, code, &state))
    return;
  switch (code->kind) {
  case PATH_JUMP:
    jump(walk, address, code->target, &state);
    return;
  case PATH_BRANCH:
    jump(walk, address, code->target, &state);
    break;
  case PATH_CALL:
    do_call(walk, address, code, code->target, &state);
    return;
  case PATH_RETURN:
    do_return(walk, address, code, &state);
    return;
  case PATH_AWAY:
  case PATH_CALL_AWAY:
    go_away(walk, address, code, &state);
    return;
  case PATH_STOP:
    return;
  case PATH_KERNEL:
    if (!call_kernel(walk, code, &state))
      return;
    break;
  case PATH_ON:
    break;
  }
  go_on(walk, address, code, &state);
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

static void spread_returns(struct walk *walk) {
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < walk->tail_count; i++) {
      struct routine *from = &walk->program->routines[walk->tails[i].from];
      const struct routine *to = &walk->program->routines[walk->tails[i].to];
      bool surely = to->surely && !walk->tails[i].doubtful;
      if (!to->returns || (from->returns && (from->surely || !surely)))
        continue;
      from->returns = walk->changed = more = true;
      from->surely |= surely;
    }
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
  walk->changed = false;
  walk->tail_count = walk->todo_count = 0;
  for (size_t i = 0; i < program->count; i++)
    program->routines[i].walked = program->routines[i].open = false;
  for (size_t i = 0; i < program->count; i++)
    if (program->routines[i].root)
      enter(walk, &program->routines[i]);
  enter_addresses(walk);
  /* Without a map nobody says that each routine is called from here. */
  for (size_t i = 0; i < program->count && !walk->strict; i++)
    if (!program->routines[i].part)
      enter(walk, &program->routines[i]);
  while (walk->todo_count) {
    uint64_t address = walk->todo[--walk->todo_count];
    (*state_at(walk, address))->waiting = false;
    step(walk, address);
  }
  spread_returns(walk);
}

/* Each instruction once more, with all that is known there. */
static void report_all(struct walk *walk) {
  walk->reports = true;
  for (uint64_t i = 0; i < walk->program->size; i++)
    if (walk->states[i])
      step(walk, walk->program->address + i);
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

/* Whether the bytes from FROM to TO only fill. */
static bool only_pads(const struct walk *walk, uint64_t from, uint64_t to) {
  while (from < to) {
    const struct code *code = program_code(walk->program, from);
    const uint8_t *bytes = walk->program->text + (from - walk->program->address);
    if (!code->pads && *bytes)
      return false;
    from += code->pads ? code->size : 1;
  }
  return true;
}

/* Compilers lay what is to be done after a call, also of a function that does not come back, and after a trap. */
static bool is_after_end(const struct walk *walk, uint64_t address) {
  for (uint64_t back = 1; back < 16 && back <= address - walk->program->address; back++)
    if (*state_at(walk, address - back) && program_code(walk->program, address - back)->size == back)
      return memchr((const char[]){PATH_CALL, PATH_KERNEL, PATH_STOP},
                    (int)program_code(walk->program, address - back)->kind, 3);
  return false;
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
      if (!walk->strict && (only_pads(walk, from, at) || is_after_end(walk, from))) {
        at--;
        continue;
      }
      struct bytes text = {0};
      bytes_printf(&text, "no path leads to %" PRIu64 " bytes of code", at - from);
      find(walk, "UNREACHED", from, (const char *)text.data);
      bytes_free(&text);
      covered = at--;
    }
  }
}

static bool holds(const uint8_t *bytes, const struct map_entry *entry) {
  return bytes && memcmp(bytes, entry->bytes, entry->len) == 0;
}

static void find_other_bytes(struct walk *walk, const struct map_entry *entry, const uint8_t *bytes) {
  enum { SHOWN = 8 };
  struct bytes text = {0};
  size_t from = 0;
  while (bytes && bytes[from] == entry->bytes[from])
    from++;
  size_t end = entry->len - from > SHOWN ? from + SHOWN : entry->len;
  bytes_printf(&text, bytes ? "holds" : "is not in the file");
  for (size_t at = from; bytes && at < end; at++)
    bytes_printf(&text, " %02x", bytes[at]);
  bytes_printf(&text, ", and by the map %s:%d laid", entry->file, entry->line);
  for (size_t at = from; at < end; at++)
    bytes_printf(&text, " %02x", entry->bytes[at]);
  find(walk, "MAP", entry->address + from, (const char *)text.data);
  bytes_free(&text);
}

/* What the map says was laid stands in the file: at that address, or, as in an object that was laid by hand and in what
   no loader takes, as far from the beginning as in the map. */
static void hold_to_map(struct walk *walk) {
  for (size_t i = 0; i < walk->map->count; i++) {
    const struct map_entry *entry = &walk->map->entries[i];
    const uint8_t *loaded = program_bytes(walk->program, entry->address, entry->len);
    const uint8_t *file = program_file_bytes(walk->program, entry->address - walk->map->base, entry->len);
    if (entry->len && !holds(loaded, entry) && !holds(file, entry))
      find_other_bytes(walk, entry, loaded ? loaded : file);
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

/* A path that is not followed, or an exception, may lead there. */
static bool tells_unreached(const struct walk *walk, const struct routine *routine) {
  return walk->strict || (!routine->open && !walk->program->unwinds && !routine->outer && !routine->part);
}

static void walk_program(struct walk *walk, struct check_counts *counts) {
  const struct program *program = walk->program;
  do {
    walk_once(walk);
    program_add_routines(walk->program, walk->called, walk->called_count);
    walk->called_count = 0;
  } while (walk->changed);
  report_all(walk);
  hold_to_map(walk);
  find_overlaps(walk, counts);
  for (size_t i = 0; i < program->count; i++) {
    counts->routines += program->routines[i].is_code;
    if (program->routines[i].is_code && !program->untyped && tells_unreached(walk, &program->routines[i]) &&
        program->routines[i].end <= program->address + program->size)
      find_unreached(walk, &program->routines[i]);
  }
  counts->findings = walk->findings;
  counts->not_followed = walk->not_followed;
  counts->guessed = program->guessed;
}

bool check_elf(const char *path, bool infers, struct check_counts *counts, struct bytes *found, struct bytes *why) {
  struct program program = {0};
  struct program_map map = {0};
  *counts = (struct check_counts){0};
  bool good = read_map(path, &map, why) && program_open(path, &map, &program, why);
  if (good) {
    struct walk walk = {.program = &program, .map = &map, .strict = map.count > 0, .found = found};
    walk.states = calloc(program.size, sizeof *walk.states);
    if (!walk.states)
      abort();
    walk_program(&walk, counts);
    forget_states(&walk);
    free(walk.states);
    free(walk.tails);
    free(walk.called);
    free(walk.todo);
    counts->contracts = map.contract_count;
    if (infers) {
      found->len = 0;
      contracts_infer(&program, map.count ? &map : NULL, found);
    } else if (map.contract_count && !program.guessed) {
      counts->findings += contracts_prove(&program, &map, &counts->loose, found);
    } else if (map.count && !program.guessed) {
      counts->findings += contracts_prove_convention(&program, &map, found);
      counts->not_held = counts->routines;
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
  printf("%zu findings", counts->findings);
  if (counts->loose)
    printf(", %zu notes (LOOSE: findings with --strict)", counts->loose);
  if (counts->not_followed)
    printf(", %zu paths not followed", counts->not_followed);
  if (counts->not_held)
    printf("; %zu routines without a contract: what each reads, and leaves in A0..A5, T0 and T1, is not held (check "
           "--infer prints the contracts)",
           counts->not_held);
  printf("%s\n", counts->guessed
                     ? "; it has no symbols, so all from its entry on is one routine, and what no path reaches is "
                       "not told"
                     : "");
}

/* The same as JSON. A line of FOUND is the kind, a blank, and what is wrong. The caller owns it. */
static json_t *make_json(const char *path, const struct check_counts *counts, bool strict, struct bytes *found) {
  json_t *root = json_object();
  json_t *findings = json_array(), *notes = json_array();
  for (char *rest = found->data, *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n")) {
    json_t *one = json_object();
    char *blank = strchr(line, ' ');
    size_t kind = blank ? (size_t)(blank - line) : strlen(line);
    json_set(one, "kind", json_string_of((struct span){line, kind}));
    json_set(one, "what", json_string_of(span_text(blank ? blank + 1 : "")));
    json_array_append_new(!strict && strncmp(line, "LOOSE ", 6) == 0 ? notes : findings, one);
  }
  json_set(root, "elf", json_string_of(span_text(path)));
  json_set(root, "instructions", json_integer((json_int_t)counts->instructions));
  json_set(root, "routines", json_integer((json_int_t)counts->routines));
  json_set(root, "contracts", json_integer((json_int_t)counts->contracts));
  json_set(root, "without_contract", json_integer((json_int_t)counts->not_held));
  json_set(root, "not_followed", json_integer((json_int_t)counts->not_followed));
  json_set(root, "has_symbols", json_boolean(!counts->guessed));
  json_set(root, "findings", findings);
  json_set(root, "notes", notes);
  return root;
}

/* FILES, where it is there, takes what the file at PATH is told as; otherwise it is printed as text. */
static int check_one(const char *path, json_t *files, struct check_wish wish) {
  struct check_counts counts;
  struct bytes found = {0}, why = {0};
  bool good = check_elf(path, wish.infers, &counts, &found, &why);
  if (wish.strict) {
    counts.findings += counts.loose;
    counts.loose = 0;
  }
  if (!good)
    fprintf(stderr, "bytegate: %s\n", (const char *)why.data);
  else if (wish.infers)
    fwrite(found.data, 1, found.len, stdout);
  else if (files)
    json_array_append_new(files, make_json(path, &counts, wish.strict, &found));
  else
    print_findings(path, &counts, &found);
  bytes_free(&found);
  bytes_free(&why);
  return !good ? EXIT_USAGE : counts.findings && !wish.infers ? EXIT_DIVERGED : EXIT_EQUAL;
}

int check_command(char *const *paths, size_t count, struct check_wish wish) {
  int worst = EXIT_EQUAL;
  json_t *files = wish.json && !wish.infers ? json_array() : NULL;
  for (size_t i = 0; i < count; i++) {
    int status = check_one(paths[i], files, wish);
    worst = status > worst ? status : worst;
  }
  if (files && json_array_size(files))
    json_print(json_pack("{s:o}", "files", files)); /* fixtures/schemas/check.json */
  else
    json_decref(files);
  return worst;
}

/* SPDX-License-Identifier: MIT */
