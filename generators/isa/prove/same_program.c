/* same_program.c: reads the map of a program, and finds out where each of its instructions leads.
 *
 * The map has the bytes, the routines and their contracts. How an instruction goes on is asked of its meaning, on a
 * state of which nothing is known.
 */
#include "isa/prove/provers.h"
#include "isa/prove/same.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RENEW = 500 /* instructions, and then the solver begins anew */ };

static __attribute__((format(printf, 3, 4))) bool refuse(char *why, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(why, size, format, arguments);
  va_end(arguments);
  return false;
}

static void *grown(void *items, size_t count, size_t size) {
  if (count & (count - 1))
    return items;
  items = realloc(items, (count ? 2 * count : 1) * size);
  if (!items)
    abort();
  return items;
}

/* ---- The map ---------------------------------------------------------------------------------------------------- */

/* Reading: the image as far as it has no gap. */
typedef struct {
  Program *program;
  unsigned char *image;
  size_t size;
  bool gap;
} Reading;

static void add_bytes(Reading *reading, uint64_t address, const char *hex) {
  size_t count = strlen(hex) / 2;
  Text *text = &reading->program->text;
  if (!reading->size)
    text->address = address;
  reading->gap |= address != text->address + reading->size;
  if (reading->gap || !count)
    return;
  reading->image = realloc(reading->image, reading->size + count);
  if (!reading->image)
    abort();
  for (size_t i = 0; i < count; i++) {
    char byte[3] = {hex[2 * i], hex[2 * i + 1], 0};
    reading->image[reading->size++] = (unsigned char)strtoul(byte, NULL, 16);
  }
}

static void add_place(Program *program, uint64_t address, unsigned size, const char *routine) {
  Routine *last = program->routine_count ? &program->routines[program->routine_count - 1] : NULL;
  if (!last || strcmp(last->name, routine) != 0) {
    program->routines = grown(program->routines, program->routine_count, sizeof *program->routines);
    last = &program->routines[program->routine_count++];
    *last = (Routine){.name = strdup(routine), .start = address};
    if (!last->name)
      abort();
  }
  last->end = address + size;
  program->places = grown(program->places, program->place_count, sizeof *program->places);
  program->places[program->place_count++] =
      (Place){.address = address, .size = size, .routine = (unsigned)program->routine_count - 1};
}

static int index_of_register(const char *word) {
  static const char *const names[BL_MACHINE_REGISTERS] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                                          "T1", "S0", "S1", "S2", "S3", "S4", "S5"};
  for (int i = 0; i < BL_MACHINE_REGISTERS; i++)
    if (!strcmp(word, names[i]))
      return i;
  return -1;
}

/* "in A0 A1; out A0; destroys T0". False where a word is not known. */
static bool read_clauses(char *text, Routine *routine) {
  uint32_t in = 0, out = 0, moves = 0, destroys = 0, *set = NULL;
  routine->declared = true;
  for (char *rest = NULL, *word = strtok_r(text, " ;", &rest); word; word = strtok_r(NULL, " ;", &rest)) {
    int number = index_of_register(word);
    if (number >= 0 && set)
      *set |= 1U << number;
    else if (!strcmp(word, "in"))
      set = &in;
    else if (!strcmp(word, "out") || !strcmp(word, "out_if"))
      set = &out;
    else if (!strcmp(word, "moves"))
      set = &moves;
    else if (!strcmp(word, "destroys") || !strcmp(word, "may_destroy"))
      set = &destroys;
    else if (!strcmp(word, "no_return"))
      routine->no_return = true;
    else if (!strcmp(word, "c_function"))
      routine->c_function = true;
    else if (!strcmp(word, "piece"))
      routine->piece = true;
    else
      return false;
  }
  routine->reads = in | moves;
  routine->results = out | moves;
  routine->gives = out | moves | destroys;
  return true;
}

static bool read_contract(Program *program, char *line) {
  char *rest = NULL;
  strtok_r(line, "\t", &rest);
  const char *name = strtok_r(NULL, "\t", &rest);
  char *clauses = strtok_r(NULL, "\t", &rest);
  for (size_t i = 0; name && clauses && i < program->routine_count; i++)
    if (!strcmp(program->routines[i].name, name))
      return read_clauses(clauses, &program->routines[i]);
  return name && clauses; /* of what is no code */
}

/* address, bytes, kind, routine, source */
static bool read_line(Reading *reading, char *line) {
  line[strcspn(line, "\n")] = '\0';
  if (!strncmp(line, "# contract\t", 11))
    return read_contract(reading->program, line);
  if (!*line || *line == '#')
    return true;
  char *rest = NULL, *fields[4];
  for (int i = 0; i < 4; i++)
    if (!(fields[i] = strtok_r(i ? NULL : line, "\t", &rest)))
      return false;
  if (fields[1][0] == '+')
    return true; /* has no bytes */
  uint64_t address = strtoull(fields[0], NULL, 16);
  add_bytes(reading, address, fields[1]);
  if (!strcmp(fields[2], "code") && !reading->gap)
    add_place(reading->program, address, (unsigned)strlen(fields[1]) / 2, fields[3]);
  return true;
}

/* ---- What is loaded --------------------------------------------------------------------------------------------- */

/* The text ends with the segment that it begins in. That must not be writable. */
static bool bound_text(Reading *reading, char *why, size_t size) {
  Elf64_Ehdr header;
  Program *program = reading->program;
  if (reading->size < sizeof header || memcmp(reading->image, ELFMAG, SELFMAG) != 0)
    return refuse(why, size, "the map does not begin with an ELF header");
  memcpy(&header, reading->image, sizeof header);
  program->isa = 0;
  while (program->isa < ISA_COUNT && prover_row(program->isa)->elf_machine != header.e_machine)
    program->isa++;
  if (program->isa == ISA_COUNT)
    return refuse(why, size, "the machine %u is not one whose instructions have a meaning here", header.e_machine);
  for (size_t i = 0; i < header.e_phnum; i++) {
    Elf64_Phdr segment;
    if (header.e_phoff + (i + 1) * sizeof segment > reading->size)
      break;
    memcpy(&segment, reading->image + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_LOAD || segment.p_vaddr != program->text.address)
      continue;
    if (segment.p_flags & PF_W)
      return refuse(why, size, "its code can be written");
    program->text.bytes = reading->image;
    program->text.size = reading->size < segment.p_filesz ? reading->size : segment.p_filesz;
    return true;
  }
  return refuse(why, size, "no segment begins where the map does");
}

/* ---- Where instructions lead ------------------------------------------------------------------------------------ */

State state_unknown(BlIsa isa, const Text *text) {
  State state = {.isa = isa, .text = text};
  for (int i = 0; i < GENERAL_REGISTERS; i++)
    state.general[i] = bits_fresh("r", 64);
  for (int i = 0; i < VECTOR_REGISTERS; i++)
    state.vector[i] = bits_fresh("v", 128);
  for (int i = 0; i < FLAGS; i++)
    state.flag[i] = bits_fresh("f", 1);
  state.memory = memory_fresh("memory");
  return state;
}

static bool is_header_or_code(const Program *program, uint64_t address) {
  if (address >= program->text.address && address < program->text.address + sizeof(Elf64_Ehdr))
    return true;
  return program_place(program, address) && !program_entry(program, address);
}

/* Whether the instruction puts the address of the ELF header or of an instruction within a routine into a register:
 * then the program may read bytes that are changed here. */
static bool takes_own_bytes(const Program *program, const State *before, const State *after) {
  for (int i = 0; i < GENERAL_REGISTERS; i++) {
    uint64_t value;
    if (before->general[i] != after->general[i] &&
        bits_is_number(Z3_simplify(bits_context, after->general[i]), &value) && is_header_or_code(program, value))
      return true;
  }
  return false;
}

static void note_step(Program *program, Place *place, const Step *step) {
  uint64_t target = 0;
  bool known = step->kind == STEP_AWAY && bits_is_number(Z3_simplify(bits_context, step->target), &target);
  if (step->kind == STEP_BRANCH) {
    place->branches = true;
    place->always = step->condition == truth_true();
    place->to = step->to;
  } else if (step->kind == STEP_AWAY) {
    place->calls = step->away == AWAY_CALL;
    place->leaves = !place->calls;
    place->to = known ? target : 0;
    program->routines[place->routine].has_jumps |= step->away == AWAY_JUMP;
  }
  Place *to = place->branches || known ? program_place(program, place->to) : NULL;
  if (!to)
    return;
  to->sources += place->calls ? 2 : 1; /* what is called has never one source alone */
  to->source = (size_t)(place - program->places);
}

static bool look_at_places(Program *program, char *why, size_t size) {
  program->is_closed = true;
  for (size_t i = 0; i < program->place_count; i++) {
    if (i % RENEW == 0)
      bits_begin();
    Place *place = &program->places[i];
    State before = state_unknown(program->isa, &program->text), after = before;
    after.pc = place->address;
    Step step = state_step(&after);
    if (step.kind == STEP_UNKNOWN)
      program->is_closed = false;
    else if (step.kind == STEP_NEXT && takes_own_bytes(program, &before, &after))
      return refuse(why, size, "%s takes the address of its own bytes at %#llx", program->routines[place->routine].name,
                    (unsigned long long)place->address);
    note_step(program, place, &step);
  }
  return true;
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

bool program_read(const char *map, Program *program, char *why, size_t size) {
  Reading reading = {.program = program};
  char *line = NULL;
  size_t room = 0;
  bool good = true, declared = false;
  *program = (Program){0};
  FILE *file = fopen(map, "r");
  if (!file)
    return refuse(why, size, "%s: %s", map, strerror(errno));
  while (good && getline(&line, &room, file) > 0)
    good = read_line(&reading, line);
  free(line);
  fclose(file);
  if (!good || !reading.image) {
    free(reading.image);
    return refuse(why, size, "%s: this is no map of a program", map);
  }
  if (!bound_text(&reading, why, size)) {
    free(reading.image);
    return false;
  }
  for (size_t i = 0; i < program->routine_count; i++)
    declared |= program->routines[i].declared;
  return declared ? look_at_places(program, why, size) : refuse(why, size, "no routine of it has a contract");
}

void program_free(Program *program) {
  for (size_t i = 0; i < program->routine_count; i++)
    free(program->routines[i].name);
  free(program->routines);
  free(program->places);
  free((void *)program->text.bytes);
  *program = (Program){0};
}

Place *program_place(const Program *program, uint64_t address) {
  size_t low = 0, high = program->place_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (program->places[middle].address < address)
      low = middle + 1;
    else
      high = middle;
  }
  return low < program->place_count && program->places[low].address == address ? &program->places[low] : NULL;
}

Routine *program_entry(const Program *program, uint64_t address) {
  const Place *place = program_place(program, address);
  Routine *routine = place ? &program->routines[place->routine] : NULL;
  return routine && routine->start == address ? routine : NULL;
}

/* SPDX-License-Identifier: MIT */
