/* Unfolds the programs of a suite into targets: one for each architecture and each runner that fits it here. */
#include "harness/suite/target.h"

#include "harness/base/command.h"
#include "harness/base/companion.h"
#include "harness/base/machine.h"
#include "harness/process/emulator.h"
#include "harness/suite/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *place_name(const struct machine *machine, enum runner runner) {
  if (runner == RUNNER_COMMAND)
    return "command";
  if (!machine)
    return "native";
  return runner == RUNNER_NATIVE ? machine->native : machine->emulated;
}

static bool wants_runner(const struct program *program, const char *runner) {
  for (size_t i = 0; i < program->runners.count; i++)
    if (strncmp(program->runners.items[i], runner, strlen(runner)) == 0 ||
        strncmp(program->runners.items[i], "both", strlen("both")) == 0)
      return true;
  return program->runners.count == 0;
}

/* Makes the runner's command the emulator of TARGET: a name is looked for along PATH, a path is the suite file's. */
static void add_command(struct target *target) {
  const struct text_list *words = &target->program->runners;
  struct places places = target_places(target);
  for (size_t i = 0; i < words->count; i++) {
    char *word = places_expand(&places, words->items[i]);
    char *path = i > 0               ? NULL
                 : word[0] == '/'    ? NULL
                 : strchr(word, '/') ? xasprintf("%s/%s", target->program->folder, word)
                                     : find_command(word);
    text_list_take(&target->prefix.emulator, path ? path : xstrdup(word));
    free(word);
  }
}

/* What a suite itself wants before its program. */
static void add_prefix(struct target *target) {
  const struct text_list *refused = &target->program->refused;
  if (refused->count) {
    char *refuse = companion_path("refuse");
    prefix_wrap(&target->prefix, (const char *const[]){refuse, refused->items[0], refused->items[1], NULL});
    free(refuse);
  }
  if (target->runner == RUNNER_QEMU)
    prefix_emulate_machine(&target->prefix, target->machine);
  if (target->runner == RUNNER_COMMAND)
    add_command(target);
}

static void add_target(struct suite *suite, const struct program *program, const char *elf,
                       const struct machine *machine, enum runner runner) {
  suite->targets = xrealloc(suite->targets, (suite->target_count + 1) * sizeof *suite->targets);
  char *label = machine ? xasprintf("%s_%s", program->name, machine->name) : xstrdup(program->name);
  struct target *target = &suite->targets[suite->target_count++];
  *target = (struct target){.program = program,
                            .elf = xstrdup(elf),
                            .label = label,
                            .where = place_name(machine, runner),
                            .machine = machine,
                            .runner = runner,
                            .deadline = program->deadline,
                            .start_deadline = program->start_deadline};
  add_prefix(target);
}

/* A machine's own programs run natively, and under qemu as well; another machine's only under qemu. What is no ELF
   (a script) is for the kernel to run. A command of the suite's runs whatever it is. */
static void add_targets(struct suite *suite, const struct program *program, const char *elf,
                        const struct machine *machine) {
  if (program_has_command(program)) {
    add_target(suite, program, elf, machine, RUNNER_COMMAND);
    return;
  }
  bool native = !machine || machine == host_machine();
  if (native && (wants_runner(program, "native") || !machine))
    add_target(suite, program, elf, machine, RUNNER_NATIVE);
  if (machine && wants_runner(program, "qemu"))
    add_target(suite, program, elf, machine, RUNNER_QEMU);
}

void suite_unfold(struct suite *suite) {
  for (size_t i = 0; i < suite->program_count; i++) {
    const struct program *program = &suite->programs[i];
    for (size_t k = 0; k < program->arches.count || k == 0; k++) {
      const char *arch = program->arches.count ? program->arches.items[k] : "";
      struct places places = program_places(program);
      places.values[PLACEHOLDER_ARCH] = arch;
      char *expanded = places_expand(&places, program->elf);
      char *elf = path_beside(suite->path, expanded);
      const struct machine *machine = *arch ? machine_named(arch) : elf_machine(elf);
      add_targets(suite, program, elf, machine);
      free(expanded);
      free(elf);
    }
  }
}

struct places target_places(const struct target *target) {
  struct places places = program_places(target->program);
  places.values[PLACEHOLDER_ARCH] = machine_name(target->machine);
  return places;
}

static void add_words(struct text_list *list, const char *const *words) {
  for (; *words; words++)
    text_list_add(list, *words, strlen(*words));
}

static void add_list(struct text_list *list, const struct text_list *more) {
  for (size_t i = 0; i < more->count; i++)
    text_list_add(list, more->items[i], strlen(more->items[i]));
}

void prefix_wrap(struct prefix *prefix, const char *const *words) { add_words(&prefix->wrappers, words); }

void prefix_emulate(struct prefix *prefix, const char *const *words) {
  text_list_free(&prefix->emulator);
  add_words(&prefix->emulator, words);
}

void prefix_emulate_machine(struct prefix *prefix, const struct machine *machine) {
  char *path = emulator_find(machine);
  prefix_emulate(prefix, (const char *const[]){path ? path : machine->qemu_dynamic, NULL});
  free(path);
}

void prefix_words(const struct prefix *prefix, const struct text_list *options, const char *elf,
                  struct text_list *words) {
  add_list(words, &prefix->wrappers);
  /* Emulators are found along PATH, which may name folders as seen from here. */
  for (size_t i = 0; i < prefix->emulator.count; i++) {
    const char *word = prefix->emulator.items[i];
    text_list_take(words, i == 0 && strchr(word, '/') ? path_absolute(word) : xstrdup(word));
  }
  if (options)
    add_list(words, options);
  text_list_take(words, path_absolute(elf));
}

struct target target_copy(const struct target *target) {
  struct target copy = *target;
  copy.elf = xstrdup(target->elf);
  copy.label = xstrdup(target->label);
  copy.prefix = (struct prefix){.parents = target->prefix.parents};
  add_list(&copy.prefix.wrappers, &target->prefix.wrappers);
  add_list(&copy.prefix.emulator, &target->prefix.emulator);
  copy.stop = NULL;
  return copy;
}

void target_free(struct target *target) {
  free(target->elf);
  free(target->label);
  text_list_free(&target->prefix.wrappers);
  text_list_free(&target->prefix.emulator);
  *target = (struct target){0};
}

char *target_check(const struct target *target) {
  const struct text_list *wrappers = &target->prefix.wrappers;
  const struct text_list *emulator = &target->prefix.emulator;
  if (access(target->elf, F_OK) != 0)
    return xasprintf("%s: %s ('elf' names it: build it, or install its package)", target->elf, strerror(errno));
  if (access(target->elf, X_OK) != 0)
    return xasprintf("%s: %s (chmod +x it)", target->elf, strerror(errno));
  if (wrappers->count && access(wrappers->items[0], X_OK) != 0)
    return xasprintf("%s: %s (run `make` to build it)", wrappers->items[0], strerror(errno));
  struct stat status;
  if (emulator->count && target->runner == RUNNER_COMMAND && stat(emulator->items[0], &status) == 0 &&
      !S_ISREG(status.st_mode))
    return xasprintf("%s, which 'runner = %s' names, is no program", emulator->items[0],
                     target->program->runners.items[0]);
  if (emulator->count && target->runner == RUNNER_COMMAND && access(emulator->items[0], X_OK) != 0)
    return xasprintf("%s, which 'runner = %s' names: %s", emulator->items[0], target->program->runners.items[0],
                     strchr(emulator->items[0], '/') ? strerror(errno) : "it is not on the PATH");
  if (emulator->count && access(emulator->items[0], X_OK) != 0)
    return xasprintf("%s is not on the PATH (install qemu-user)", emulator->items[0]);
  return NULL;
}

char *target_check_machine(const struct target *target) {
  struct elf_identity identity = elf_identify(target->elf);
  if (target->runner == RUNNER_COMMAND && !target->program->arches.count)
    return NULL; /* it is the command's to know */
  if (!identity.is_elf || (identity.machine && identity.machine == target->machine))
    return NULL;
  if (target->machine)
    return xasprintf("%s: it is a program for %s, and not for %s, as 'arch = %s' says", target->elf,
                     elf_description(&identity), target->machine->title, target->machine->name);
  return xasprintf("%s: a program for %s, a machine that bytegate knows no runner for (`bytegate machines` lists those "
                   "that it knows; 'runner = COMMAND' names an emulator of your own)",
                   target->elf, elf_description(&identity));
}

/* SPDX-License-Identifier: MIT */
