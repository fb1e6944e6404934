/* Questions to the prover, and its answers: see generators/isa/prove/same.h. */
#include "harness/mutate/equivalence.h"

#include "harness/base/command.h"
#include "harness/base/companion.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char SAME[] = "z3: each state that can come here is the same at the next branch, call or return";
static const char DEAD[] = "z3: what it leaves otherwise is written again before anything reads it";

static bool is_asked(const struct mutant *mutant, bool wanted) {
  return wanted && mutant->entry->kind == MAP_CODE && mutant->address == mutant->entry->address &&
         mutant->len == mutant->entry->len;
}

static size_t write_questions(const struct mutants *mutants, const bool *wanted, struct bytes *questions) {
  size_t count = 0;
  bytes_text(questions, "");
  for (size_t i = 0; i < mutants->count; i++) {
    const struct mutant *mutant = &mutants->items[i];
    if (!is_asked(mutant, wanted[i]))
      continue;
    bytes_printf(questions, "%llx ", (unsigned long long)mutant->address);
    for (size_t k = 0; k < mutant->len; k++)
      bytes_printf(questions, "%02x", mutant->bytes[k]);
    bytes_text(questions, "\n");
    count++;
  }
  return count;
}

/* A line for each question. Returns how many there are. */
static size_t read_answers(const struct mutants *mutants, const bool *wanted, char *text, const char **reasons) {
  size_t count = 0;
  char *rest = NULL;
  char *line = strtok_r(text, "\n", &rest);
  for (size_t i = 0; i < mutants->count && line; i++) {
    if (!is_asked(&mutants->items[i], wanted[i]))
      continue;
    reasons[i] = strcmp(line, "same") == 0 ? SAME : strcmp(line, "dead") == 0 ? DEAD : NULL;
    line = strtok_r(NULL, "\n", &rest);
    count++;
  }
  return count;
}

size_t equivalence_ask(const char *elf, const struct mutants *mutants, const bool *wanted, const char **reasons,
                       struct bytes *why) {
  struct bytes questions = {0};
  struct bytes answers = {0};
  char *prover = companion_path("prove");
  char *map = xasprintf("%s.map", elf);
  size_t asked = write_questions(mutants, wanted, &questions);
  const struct command_line command = {
      .words = (const char *const[]){prover, "same", map, NULL}, .input = span_of(&questions), .errors = ERRORS_TAKEN};
  size_t answered = 0;
  if (asked && access(prover, X_OK) != 0)
    bytes_printf(why, "%s is not there (`make %s` builds it)", prover, prover);
  else if (asked) {
    int status = command_run(&command, &answers);
    answered = answers.len ? read_answers(mutants, wanted, answers.data, reasons) : 0;
    if (status < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0 || answered != asked) {
      bytes_printf(why, "%s", answers.len ? answers.data : "the prover ended without a word");
      for (size_t i = 0; i < mutants->count; i++)
        reasons[i] = NULL;
      answered = 0;
    }
  }
  free(prover);
  free(map);
  bytes_free(&questions);
  bytes_free(&answers);
  return answered;
}

/* SPDX-License-Identifier: MIT */
