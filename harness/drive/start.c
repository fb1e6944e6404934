/* From a target to the words that the kernel is given. */
#include "harness/drive/start.h"

#include "harness/suite/target.h"

#include <stdlib.h>
#include <string.h>

struct confinement target_confinement(const struct target *target) {
  const struct program *program = target->program;
  struct confinement confinement = {.off = !program->confine, .elf = target->elf, .observed = target->prefix.observes};
  struct places places = target_places(target);
  struct bytes why = {0};
  /* A path among the arguments is there to be read. */
  for (size_t i = 0; i < program->arguments.count; i++) {
    char *argument = places_expand(&places, program->arguments.items[i]);
    if (argument[0] == '/')
      text_list_add(&confinement.reads, argument, strlen(argument));
    free(argument);
  }
  for (size_t i = 0; target->runner == RUNNER_COMMAND && i < target->prefix.emulator.count; i++)
    if (target->prefix.emulator.items[i][0] == '/')
      text_list_add(&confinement.reads, target->prefix.emulator.items[i], strlen(target->prefix.emulator.items[i]));
  char *allow = program->allow ? places_expand(&places, program->allow) : NULL;
  if (allow && !confinement_allow(&confinement, allow, &why))
    die("allow: %s", why.data);
  free(allow);
  return confinement;
}

/* Appends the items of LIST with their placeholders replaced to WORDS. */
static void add_expanded(struct text_list *words, const struct text_list *list, const struct places *places) {
  for (size_t i = 0; i < list->count; i++)
    text_list_take(words, places_expand(places, list->items[i]));
}

void target_words(const struct process *process, const struct target *target, const struct text_list *options,
                  const struct places *places, struct text_list *words, struct text_list *variables) {
  const struct program *program = target->program;
  struct text_list environment = {0};
  prefix_words(&target->prefix, options, target->elf, words);
  add_expanded(words, &program->arguments, places);
  add_expanded(&environment, &program->environment, places);
  launch_environment(process, &environment, variables);
  text_list_free(&environment);
}

int start_target(struct workspace *workspace, struct process *process, const struct target *target,
                 const struct text_list *options, const struct places *places, int input) {
  struct text_list words = {0};
  struct text_list variables = {0};
  target_words(process, target, options, places, &words, &variables);
  const struct launch launch = {
      .words = &words, .variables = &variables, .input = input, .columns = target->program->terminal};
  int failed = process_start(workspace, process, &launch);
  text_list_free(&words);
  text_list_free(&variables);
  return failed;
}

/* SPDX-License-Identifier: MIT */
