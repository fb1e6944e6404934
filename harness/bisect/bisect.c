/* The command `bisect`, from its operands. */
#include "harness/bisect/bisect.h"

#include <stdio.h>

/* Operand NUMBER, or NULL. */
static const char *operand(const struct options *options, size_t number) {
  return number < options->operands.count ? options->operands.items[number] : NULL;
}

int bisect_command(struct session *session, struct workspace *workspace, const struct options *options) {
  if (options->by_elf && options->operands.count >= 2)
    return bisect_elf(session, workspace, operand(options, 0), operand(options, 1), options->json);
  if (!options->by_elf && options->operands.count >= 1)
    return bisect_git(session, workspace, operand(options, 1), operand(options, 2), options->json);
  fputs("bytegate: bisect needs a CASE (`bytegate list` names them), or --elf and two programs: GOOD BAD\n", stderr);
  return EXIT_USAGE;
}

/* SPDX-License-Identifier: MIT */
