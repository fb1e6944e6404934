/* Unfolds the programs of a suite into targets: one for each architecture and each runner that fits it here. */
#include "harness/suite.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *machine_name(enum machine machine) {
  static const char *const names[] = {"host", "x64", "arm64"};
  return names[machine];
}

enum machine host_machine(void) {
#if defined __x86_64__
  return MACHINE_X64;
#elif defined __aarch64__
  return MACHINE_ARM64;
#else
  return MACHINE_HOST;
#endif
}

enum machine elf_machine(const char *path) {
  unsigned char header[EI_NIDENT + 4] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return MACHINE_HOST;
  ssize_t got = read(fd, header, sizeof header);
  close(fd);
  if (got != (ssize_t)sizeof header || memcmp(header, ELFMAG, SELFMAG) != 0 || header[EI_CLASS] != ELFCLASS64)
    return MACHINE_HOST;
  unsigned machine = header[EI_NIDENT + 2] | (unsigned)header[EI_NIDENT + 3] << 8;
  return machine == EM_X86_64 ? MACHINE_X64 : machine == EM_AARCH64 ? MACHINE_ARM64 : MACHINE_HOST;
}

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
