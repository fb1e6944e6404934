/* The room cli/: the command line, read by glibc's argp from one table. The table is also what the shell completions
 * are made of. */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H

#include "harness/campaign/record.h"
#include "harness/process/confinement.h"
#include "harness/report/report.h"

enum command {
  COMMAND_VERIFY,
  COMMAND_REPORT,
  COMMAND_MERGE,
  COMMAND_CAMPAIGN,
  COMMAND_LIST,
  COMMAND_AUDIT,
  COMMAND_ACCEPT,
  COMMAND_INIT,
  COMMAND_NEW,
  COMMAND_REDUCE,
  COMMAND_COVERAGE,
  COMMAND_COVERS,
  COMMAND_MUTATE,
  COMMAND_LEDGER,
  COMMAND_BLAME,
  COMMAND_BISECT,
  COMMAND_LOADERS,
  COMMAND_LIVENESS,
  COMMAND_MACHINES,
  COMMAND_EXPLAIN,
  COMMAND_MAP,
  COMMAND_CHECK,
  COMMAND_SIMULATE,
  COMMAND_DOCTOR,
  COMMAND_COMPLETION,
  COMMAND_PLANT,
  COMMAND_OBSERVE,
  COMMAND_MANUAL,
  COMMAND_COMPLETE,
  COMMANDS
};

/* A report that was asked for beside what stands on stdout. */
struct report_wanted {
  const struct report_format *format;
  const char *path; /* NULL: it goes to stdout as well */
};

struct options {
  enum command command;
  struct session_options session;
  const char *gate;                      /* path of this command */
  const char *out;                       /* of reduce, report and explain */
  const struct report_format *on_stdout; /* NULL: text on a terminal, TAP elsewhere */
  struct report_wanted reports[REPORT_FORMAT_COUNT];
  size_t report_count;
  const char *lcov;
  const char *record;    /* file that verify, or mutate, writes down its results in, or NULL */
  const char *since;     /* mutate: an older build, or a commit; NULL: all routines */
  struct text_list from; /* mutate: records of shards, to be merged */
  const char *engine;    /* campaign */
  const char *hosts;     /* campaign: of the engine parallel, or NULL */
  const char *into;      /* campaign: its folder, or NULL */
  unsigned shards;       /* campaign */
  unsigned rounds;       /* campaign fuzz */
  const char *plan;      /* record with the times that balance shards, or NULL */
  struct shard shard;
  struct record *recording; /* borrowed; of a session that writes a record or is merged from some; or NULL */
  bool json;                /* --json */
  bool infer;               /* check --infer */
  bool strict;              /* check --strict: what is LOOSE counts */
  bool fresh;
  bool overwrite;
  bool has_byte; /* --byte */
  uint64_t byte;
  bool by_elf; /* bisect --elf */
  bool any;    /* reduce --any */
  uint64_t seconds;
  bool raw;         /* new --raw */
  bool unexplained; /* mutate --unexplained */
  bool ledger;      /* mutate --ledger */
  bool prove;       /* mutate --prove, ledger --prove */
  uint64_t seeds;   /* simulate --seeds */
  const char *kept; /* simulate --keep, or NULL */
  bool traces;      /* simulate --trace */
  bool reduces;     /* simulate --reduce */
  enum confine_policy confine;
  bool update_known;
  bool audit;
  bool blame;                /* verify looks at its failures */
  struct text_list operands; /* after the command */
};

/* Reads the command line; ends the process with EXIT_USAGE where it is wrong, with 0 after --help. */
void options_parse(int argc, char **argv, struct options *options);

void options_free(struct options *options);

/* The words of the command line for other commands: what was given of what COMMAND reads. To TOLD goes what is about
   reports, to SELECTED all else. What belongs to campaigns alone is in neither. */
void options_hand_on(enum command command, struct text_list *selected, struct text_list *told);

/* Asks for the report FORMAT, in the file PATH where it goes into one. */
void options_ask_report(struct options *options, const struct report_format *format, const char *path);

/* The file that a report of FORMAT was asked for in, or NULL. */
const char *options_report_path(const struct options *options, const struct report_format *format);

/* Writes the completion of SHELL (bash, zsh or fish) to stdout. False: no such shell. It is in completion.c. */
bool options_print_completion(const char *shell);

#endif

/* SPDX-License-Identifier: MIT */
