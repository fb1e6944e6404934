/* The command ledger: holds ledgers to the programs of today. Nothing is run, so that it takes seconds. */
#include "harness/mutate/mutate.h"
#include "harness/report/json.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* What one ledger says. */
struct state {
  size_t mutants, survived, proved, bare, void_entries;
};

static void count_entries(const struct ledger *ledger, size_t mutants, struct state *state, bool json, json_t *voids,
                          const char *program) {
  state->mutants = mutants;
  for (size_t i = 0; i < ledger->count; i++) {
    const struct ledger_entry *entry = &ledger->entries[i];
    bool is_void = entry->mutant == LEDGER_VOID;
    state->survived += entry->alike;
    state->proved += entry->proved ? entry->alike : 0;
    state->bare += *entry->reason ? 0 : entry->alike;
    state->void_entries += is_void;
    if (!is_void)
      continue;
    if (!json) {
      struct bytes line = {0};
      ledger_tell_void(ledger, entry, &line);
      fputs(line.data, stdout);
      bytes_free(&line);
      continue;
    }
    json_t *row = json_object();
    json_set(row, "program", json_string(program));
    json_set(row, "line", json_integer(entry->line));
    json_set(row, "routine", json_string_of(span_text(entry->routine)));
    json_set(row, "operation", json_string_of(span_text(entry->operation)));
    json_set(row, "mutation", json_string_of(span_text(entry->mutation)));
    json_array_append_new(voids, row);
  }
}

static void print_state(const char *program, const struct state *state, bool json, json_t *programs) {
  if (!json) {
    printf("%-24s %6zu mutants, %5zu survived: %zu proved, %zu without a reason, %zu void\n", program, state->mutants,
           state->survived, state->proved, state->bare, state->void_entries);
    return;
  }
  json_t *row = json_object();
  json_set(row, "program", json_string(program));
  json_set(row, "mutants", json_integer((json_int_t)state->mutants));
  json_set(row, "survived", json_integer((json_int_t)state->survived));
  json_set(row, "proved", json_integer((json_int_t)state->proved));
  json_set(row, "unexplained", json_integer((json_int_t)state->bare));
  json_set(row, "void", json_integer((json_int_t)state->void_entries));
  json_array_append_new(programs, row);
}

/* Holds the ledger of PROGRAM to it. Returns an exit status. */
static int hold(const char *folder, const char *build, const char *program, bool json, json_t *root) {
  struct program_map map = {0};
  struct mutants mutants = {0};
  struct ledger ledger = {0};
  struct state state = {0};
  struct bytes why = {0};
  char *elf = xasprintf("%s/elf/%s", build, program);
  bool good = program_map_read(elf, &map, &why);
  if (good) {
    mutants_make(&map, elf_machine(elf), &mutants);
    good = ledger_read(&ledger, folder, program, elf, &map, &mutants, &why);
    if (good) {
      count_entries(&ledger, mutants.count, &state, json, json_object_get(root, "void"), program);
      print_state(program, &state, json, json_object_get(root, "programs"));
    }
    ledger_free(&ledger);
    mutants_free(&mutants);
    program_map_free(&map);
  }
  if (!good)
    fprintf(stderr, "bytegate: ledger: %s\n", why.data);
  else if (state.void_entries)
    fprintf(stderr, "bytegate: ledger: measure again: bytegate mutate --program %s --unexplained --ledger\n", program);
  bytes_free(&why);
  free(elf);
  return !good ? EXIT_INFRASTRUCTURE : state.void_entries ? EXIT_DIVERGED : EXIT_EQUAL;
}

/* The names of the files of FOLDER that end with ENDING, without it, sorted. */
static bool list_named(const char *folder, const char *ending, struct text_list *names) {
  struct dirent **found = NULL;
  int count = scandir(folder, &found, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    size_t len = strlen(found[i]->d_name);
    if (len > strlen(ending) && strcmp(found[i]->d_name + len - strlen(ending), ending) == 0)
      text_list_add(names, found[i]->d_name, len - strlen(ending));
    free(found[i]);
  }
  free(found);
  return count >= 0;
}

static bool list_ledgers(const char *folder, struct text_list *names) { return list_named(folder, ".jsonl", names); }

/* Whether ONE of the reasons speaks of any of the mutants of PROGRAM. */
static bool speaks_of(const struct explained *one, const char *program, const struct mutants *mutants) {
  const struct map_entry *last = NULL;
  bool matches = false;
  if (fnmatch(one->fields[EXPLAINED_PROGRAM], program, 0) != 0)
    return false;
  for (size_t i = 0; i < mutants->count; i++) {
    const struct mutant *mutant = &mutants->items[i];
    if (mutant->entry != last)
      matches = fnmatch(one->fields[EXPLAINED_ROUTINE], mutant->entry->routine, 0) == 0 &&
                fnmatch(one->fields[EXPLAINED_SOURCE], source_line(mutant->entry), 0) == 0;
    last = mutant->entry;
    if (matches && fnmatch(one->fields[EXPLAINED_WHAT], mutation_name(mutant->mutation), 0) == 0)
      return true;
  }
  return false;
}

/* Counts in `needed` of each of the REASONS whether it speaks of a mutant of PROGRAM. */
static void hold_reasons(struct explained_list *reasons, const char *build, const char *program) {
  struct program_map map = {0};
  struct mutants mutants = {0};
  struct bytes why = {0};
  char *elf = xasprintf("%s/elf/%s", build, program);
  if (program_map_read_file(elf, &map, &why)) {
    mutants_make(&map, elf_machine(elf), &mutants);
    for (size_t i = 0; i < reasons->count; i++)
      reasons->items[i].needed += !reasons->items[i].needed && speaks_of(&reasons->items[i], program, &mutants);
    mutants_free(&mutants);
    program_map_free(&map);
  }
  bytes_free(&why);
  free(elf);
}

/* Says which reasons speak of no mutant of any program in BUILD. Returns how many, or -1 where the list cannot be
   read. */
static int tell_idle(const char *build, bool json, json_t *idle) {
  struct explained_list reasons = {0};
  struct text_list names = {0};
  struct bytes why = {0};
  char *folder = xasprintf("%s/elf", build);
  int count = 0;
  bool good = explained_read(&reasons, MUTANT_REASONS, &why);
  list_named(folder, ".map", &names);
  for (size_t i = 0; good && i < names.count; i++)
    hold_reasons(&reasons, build, names.items[i]);
  for (size_t i = 0; good && i < reasons.count; i++) {
    if (reasons.items[i].needed)
      continue;
    count++;
    if (json)
      json_array_append_new(idle, json_integer(reasons.items[i].line));
    else
      printf("  %s:%d: speaks of no mutant of any program: take it out\n", MUTANT_REASONS, reasons.items[i].line);
  }
  if (!good)
    fprintf(stderr, "bytegate: ledger: %s\n", why.data);
  explained_free(&reasons);
  text_list_free(&names);
  bytes_free(&why);
  free(folder);
  return good ? count : -1;
}

int ledger_command(const char *folder, const char *build, const struct text_list *programs, bool json) {
  struct text_list names = {0};
  size_t held = 0;
  int status = EXIT_EQUAL;
  json_t *root = json_object();
  json_set(root, "programs", json_array());
  json_set(root, "void", json_array());
  json_set(root, "idle", json_array());
  if (!list_ledgers(folder, &names))
    fprintf(stderr, "bytegate: ledger: %s: %s\n", folder, strerror(errno));
  for (size_t i = 0; i < names.count; i++) {
    if (!text_list_selects(programs, names.items[i]))
      continue;
    int one = hold(folder, build, names.items[i], json, root);
    status = one > status ? one : status;
    held++;
  }
  if (held == 0) {
    fprintf(stderr,
            "bytegate: ledger: no ledger in %s is asked for; nothing is proven (`bytegate mutate --ledger` "
            "writes them)\n",
            folder);
    status = EXIT_USAGE;
  }
  /* Of some programs alone the list says nothing. */
  int idle = programs->count ? 0 : tell_idle(build, json, json_object_get(root, "idle"));
  if (idle)
    status = idle < 0 ? EXIT_INFRASTRUCTURE : status > EXIT_DIVERGED ? status : EXIT_DIVERGED;
  if (json)
    json_print(json_incref(root));
  json_decref(root);
  text_list_free(&names);
  return status;
}

/* Asks the prover about the ledger of PROGRAM, and writes it. Returns an exit status. */
static int prove(const char *build, const char *program) {
  struct coverage coverage = {.name = (char *)program, .elf = xasprintf("%s/elf/%s", build, program)};
  struct mutation_run run = {.coverage = &coverage};
  struct bytes why = {0};
  bool good = program_map_read(coverage.elf, &coverage.map, &why);
  if (good) {
    coverage.machine = elf_machine(coverage.elf);
    mutants_make(&coverage.map, coverage.machine, &run.mutants);
    run.outcomes = xcalloc(run.mutants.count + 1, sizeof *run.outcomes);
    good = ledger_read(&run.ledger, LEDGER_FOLDER, program, coverage.elf, &coverage.map, &run.mutants, &why);
    if (good)
      mutate_prove(&run, false, true);
    if (good && run.proofs)
      good = mutate_write_ledger(&run, stdout, &why);
    else if (good)
      printf("\n%s/%s.jsonl: stays as it is: %s\n", LEDGER_FOLDER, program,
             run.no_proofs.len ? run.no_proofs.data : "it has no mutant of code");
    ledger_free(&run.ledger);
    mutants_free(&run.mutants);
    free(run.outcomes);
    free(run.proofs);
    bytes_free(&run.no_proofs);
    program_map_free(&coverage.map);
  }
  if (!good)
    fprintf(stderr, "bytegate: ledger: %s\n", why.data);
  bytes_free(&why);
  free(coverage.elf);
  return good ? EXIT_EQUAL : EXIT_INFRASTRUCTURE;
}

int ledger_prove_command(const char *build, const struct text_list *programs) {
  struct text_list names = {0};
  int status = EXIT_EQUAL;
  size_t held = 0;
  if (!list_ledgers(LEDGER_FOLDER, &names))
    fprintf(stderr, "bytegate: ledger: %s: %s\n", LEDGER_FOLDER, strerror(errno));
  for (size_t i = 0; i < names.count; i++) {
    if (!text_list_selects(programs, names.items[i]))
      continue;
    int one = prove(build, names.items[i]);
    status = one > status ? one : status;
    held++;
  }
  if (held == 0)
    fputs("bytegate: ledger: no such ledger; nothing is proven\n", stderr);
  text_list_free(&names);
  return held ? status : EXIT_USAGE;
}

/* SPDX-License-Identifier: MIT */
