/* What earlier runs have found out about the mutants of a program. */
#include "harness/base/hash.h"
#include "harness/mutate/mutate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The state: a line that says of which program (the hash of its bytes) and of which cases, then a line for each mutant
   that was tried: its name, a tab, what became of it, and for a killed one a tab and the name of the case. */

uint64_t mutate_cases_hash(const struct mutation_run *run) {
  uint64_t hash = HASH_START;
  for (size_t i = 0; i < run->coverage->case_count; i++)
    hash = hash_bytes(hash, &run->coverage->cases[i].key, sizeof(uint64_t));
  return hash;
}

/* Which of the mutants has which name: a sorted table of both. */
struct named {
  char *name;
  uint32_t number;
};

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static struct named *name_all(const struct mutation_run *run) {
  struct named *names = xcalloc(run->mutants.count, sizeof *names);
  for (uint32_t i = 0; i < run->mutants.count; i++) {
    struct bytes name = {0};
    mutant_name(&run->coverage->map, &run->mutants.items[i], &name);
    names[i] = (struct named){name.data, i};
  }
  qsort(names, run->mutants.count, sizeof *names, by_name);
  return names;
}

static void free_names(struct named *names, size_t count) {
  for (size_t i = 0; i < count; i++)
    free(names[i].name);
  free(names);
}

static bool find_case(const struct coverage *coverage, const char *text, uint32_t *number) {
  for (uint32_t i = 0; i < coverage->case_count; i++) {
    const struct covered_case *one = &coverage->cases[i];
    size_t len = strlen(one->program);
    if (strncmp(text, one->program, len) == 0 && text[len] == ' ' && strcmp(text + len + 1, one->name) == 0) {
      *number = i;
      return true;
    }
  }
  return false;
}

/* Takes over one line of the state. Who survived the cases that there were may fall to those that there are now. */
static void take_line(struct mutation_run *run, const struct named *names, char *line, bool same_cases) {
  char *rest = NULL;
  const struct named key = {.name = strtok_r(line, "\t", &rest)};
  const char *fate = strtok_r(NULL, "\t", &rest);
  const char *killer = strtok_r(NULL, "\t", &rest);
  const struct named *found =
      key.name && fate ? bsearch(&key, names, run->mutants.count, sizeof *names, by_name) : NULL;
  if (!found)
    return;
  struct outcome *outcome = &run->outcomes[found->number];
  if (strcmp(fate, "survived") == 0 && same_cases)
    outcome->fate = FATE_SURVIVED;
  if (strcmp(fate, "not reached") == 0 && same_cases)
    outcome->fate = FATE_NOT_REACHED;
  if (strcmp(fate, "killed") == 0 && killer && find_case(run->coverage, killer, &outcome->one))
    outcome->fate = FATE_KILLED;
}

static void first_line(const struct mutation_run *run, struct bytes *line) {
  bytes_printf(line, "bytegate-mutants 2 %016llx ", (unsigned long long)run->coverage->hash);
}

bool mutate_load(struct mutation_run *run, const char *state) {
  struct bytes text = {0};
  struct bytes line = {0};
  first_line(run, &line);
  bool good = bytes_read_file(&text, state) == 0 && text.len > line.len && memcmp(text.data, line.data, line.len) == 0;
  if (good) {
    struct named *names = name_all(run);
    bool same_cases = strtoull(text.data + line.len, NULL, 16) == mutate_cases_hash(run);
    char *rest = NULL;
    strtok_r(text.data, "\n", &rest);
    for (char *at; (at = strtok_r(NULL, "\n", &rest));)
      take_line(run, names, at, same_cases);
    free_names(names, run->mutants.count);
  }
  bytes_free(&text);
  bytes_free(&line);
  return good;
}

bool mutate_save(const struct mutation_run *run, struct bytes *why) {
  struct bytes text = {0};
  first_line(run, &text);
  bytes_printf(&text, "%016llx\n", (unsigned long long)mutate_cases_hash(run));
  for (size_t i = 0; i < run->mutants.count; i++) {
    const struct outcome *outcome = &run->outcomes[i];
    if (outcome->fate == FATE_UNTRIED)
      continue;
    mutant_name(&run->coverage->map, &run->mutants.items[i], &text);
    const struct covered_case *one = &run->coverage->cases[outcome->one];
    if (outcome->fate == FATE_KILLED)
      bytes_printf(&text, "\tkilled\t%s %s\n", one->program, one->name);
    else
      bytes_text(&text, outcome->fate == FATE_SURVIVED ? "\tsurvived\n" : "\tnot reached\n");
  }
  /* A run that is ended in the middle of writing must not lose what the last one knew. */
  char *half = xasprintf("%s.new", run->state);
  int failed = write_file(half, span_of(&text));
  if (!failed && rename(half, run->state) != 0)
    failed = errno;
  if (failed)
    bytes_printf(why, "%s: %s", run->state, strerror(failed));
  free(half);
  bytes_free(&text);
  return failed == 0;
}

/* SPDX-License-Identifier: MIT */
