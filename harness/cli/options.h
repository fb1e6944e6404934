/* The command line, read by glibc's argp from one table. The table is also what the shell completions are made of. */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H

#include "harness/session/session.h"

enum command {
  COMMAND_VERIFY,
  COMMAND_REPORT,
  COMMAND_LIST,
  COMMAND_AUDIT,
  COMMAND_REDUCE,
  COMMAND_COVERAGE,
  COMMAND_COVERS,
  COMMAND_MUTATE,
  COMMAND_BLAME,
  COMMAND_BISECT,
  COMMAND_LOADERS,
  COMMAND_LIVENESS,
  COMMAND_MACHINES,
  COMMAND_COMPLETION,
  COMMAND_PLANT,
  COMMAND_OBSERVE,
  COMMANDS
};

enum output { OUTPUT_AUTO, OUTPUT_TEXT, OUTPUT_TAP };

struct options {
  enum command command;
  struct session_options session;
  const char *gate;  /* path of this command */
  int output;        /* enum output */
  const char *junit; /* paths, or NULL */
  const char *json_lines;
  const char *sarif;
  const char *out;  /* of reduce and report */
  const char *html; /* path, where the command is report */
  const char *lcov;
  bool fresh;
  bool has_byte; /* --byte */
  uint64_t byte;
  bool by_elf; /* bisect --elf */
  uint64_t seconds;
  bool unexplained; /* mutate --unexplained */
  bool github;
  bool update_known;
  bool audit;
  struct text_list operands; /* behind the command */
};

/* Reads the command line; ends the process with EXIT_USAGE where it is wrong, with 0 after --help. */
void options_parse(int argc, char **argv, struct options *options);

void options_free(struct options *options);

/* Writes the completion of SHELL (bash, zsh or fish) to stdout. False: no such shell. */
bool options_print_completion(const char *shell);

#endif
