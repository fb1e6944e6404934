/* Unfolds the programs of a suite into targets: one for each architecture and each runner that fits it here. */
#include "harness/suite/suite.h"

#include <stdlib.h>
#include <string.h>

static const char *place_name(enum machine machine, enum runner runner) {
  static const char *const names[3][2] = {
      {"native", "qemu"}, {"x64-native", "x64-qemu"}, {"arm64-native", "arm64-qemu"}};
  return names[machine][runner];
}

static bool wants_runner(const struct program *program, const char *runner) {
  for (size_t i = 0; i < program->runners.count; i++)
    if (strcmp(program->runners.items[i], runner) == 0)
      return true;
  return program->runners.count == 0;
}

static void add_target(struct suite *suite, const struct program *program, const char *elf, enum machine machine,
                       enum runner runner) {
  suite->targets = xrealloc(suite->targets, (suite->target_count + 1) * sizeof *suite->targets);
  char *label =
      machine == MACHINE_HOST ? xstrdup(program->name) : xasprintf("%s_%s", program->name, machine_name(machine));
  suite->targets[suite->target_count++] = (struct target){.program = program,
                                                          .elf = xstrdup(elf),
                                                          .label = label,
                                                          .where = place_name(machine, runner),
                                                          .machine = machine,
                                                          .runner = runner};
}

/* A machine's own programs run natively, and under qemu as well; another machine's only under qemu. What is no ELF
   (a script) is for the kernel to run. */
static void add_targets(struct suite *suite, const struct program *program, const char *elf, enum machine machine) {
  bool native = machine == MACHINE_HOST || machine == host_machine();
  if (native && (wants_runner(program, "native") || machine == MACHINE_HOST))
    add_target(suite, program, elf, machine, RUNNER_NATIVE);
  if (machine != MACHINE_HOST && wants_runner(program, "qemu"))
    add_target(suite, program, elf, machine, RUNNER_QEMU);
}

void suite_unfold(struct suite *suite, const char *build) {
  static const char *const names[] = {"build", "arch"};
  for (size_t i = 0; i < suite->program_count; i++) {
    const struct program *program = &suite->programs[i];
    for (size_t k = 0; k < program->arches.count || k == 0; k++) {
      const char *arch = program->arches.count ? program->arches.items[k] : "";
      const char *values[] = {build, arch};
      char *expanded = expand_placeholders(program->elf, names, values, 2);
      char *elf = path_beside(suite->path, expanded);
      enum machine machine = !*arch ? elf_machine(elf) : strcmp(arch, "x64") == 0 ? MACHINE_X64 : MACHINE_ARM64;
      add_targets(suite, program, elf, machine);
      free(expanded);
      free(elf);
    }
  }
}
