/* The room session/: one run of the gate, from the selection to the exit status; and the proof that this gate notices
   faults (audit.h). A session holds what was selected, what became of it, and what the reports need to know of the
   whole. */
#ifndef HARNESS_SESSION_H
#define HARNESS_SESSION_H

#include "harness/suite/cases.h"
#include "harness/suite/target.h"
#include "harness/verdict/known.h"
#include "harness/verdict/result.h"

struct fault;
struct session;
struct workspace;

/* Who chooses among what was selected, and writes down what became of it: a campaign, of many runs. */
struct session_recorder {
  /* Called when the results are made: leaves some out (session_keep_only), and gives others the verdict of an earlier
     run (result->restored). Returns false, and WHY and the exit status STATUS say why nothing can be run. */
  bool (*choose)(void *user, struct session *session, struct bytes *why, int *status);
  /* Called for each result of this run as soon as it stands, and again where more became of it. */
  void (*keep)(void *user, const struct result *result);
  void *user;
};

/* Who proves, while a session runs, that its verdicts can be believed. Nothing is told of any before that. */
enum proof { PROOF_AWAITED, PROOF_GOOD, PROOF_BAD };
enum proof_wish {
  PROOF_LOOK, /* it is looked at as it stands */
  PROOF_WAIT, /* until it stands */
  PROOF_END   /* it is no longer needed */
};
struct session_proof {
  enum proof (*look)(void *user, enum proof_wish wish);
  void *user;
};

struct session_options {
  const char *command; /* how this command was called, for the reproducing command lines */
  const char *gate;    /* path of this command, which can watch a program */
  /* Runs a failure again, until the time UNTIL_NS at most, and sets its `where` and its `cause` to what was seen. NULL:
     nobody looks at failures */
  void (*blame)(struct workspace *workspace, const char *gate, struct result *result, uint64_t until_ns);
  uint64_t blame_ns; /* how long that may take in all; 0: ten seconds */
  const char *build; /* folder of the programs: {build} */
  bool build_named;  /* it was given, so it is part of a reproducing command */
  const char *suites_folder;
  const char *known_path;
  const struct session_recorder *recorder; /* NULL: all that is selected is run, and nobody writes it down */
  struct text_list suites;                 /* names, or paths of .ini files; none: all that are not on demand */
  struct text_list cases;                  /* shell patterns on case names */
  struct text_list programs;               /* shell patterns on program names */
  const char *runner;                      /* a word of runner_words, or NULL */
  unsigned jobs;
  unsigned repeat;
  enum { FORKS_USUALLY, FORKS_NEVER, FORKS_ALWAYS } forks; /* whether runs are forked off emulators that stand ready */
  bool keep_going;
  bool verbose;
  bool keeps_answers; /* results keep the whole answer, and expected bytes may be missing */
  bool names_only;    /* cases are listed and not run: a line of 'skip' or 'xfail' is not judged */
  bool has_seed;
  uint64_t seed;
};

struct session {
  const struct session_options *options;
  struct suite *suites;
  size_t suite_count;
  struct target oracle; /* the pseudo target of the check of the oracle itself */
  struct program oracle_program;
  struct test_case stop;  /* the pseudo case of obeying SIGTERM */
  struct result *results; /* by suite, by target, by case; then the repetitions, which are folded into them */
  size_t result_count;
  struct fault *faults; /* of the results, once it has run */
  size_t fault_count;
  struct known_list known;
  void (*progress)(const struct session *session, const struct result *result); /* NULL: none */
  const struct session_proof *proof; /* NULL: it is proved already, or needs no proof */
  enum proof proved;                 /* as far as it was looked at */
  struct result **untold;            /* results that wait for the proof */
  size_t untold_count;
  size_t selected, finished, failed, known_count;
  uint64_t started_ns, elapsed_ns;
  unsigned strays;             /* processes that left their group and were killed at the end */
  struct workspace *workspace; /* while it runs */
  bool began;                  /* it got as far as to judge */
  int interrupted;             /* signal, or 0: what was judged until then stands, and nothing else */
  char *scope;                 /* of which whole this run is a part, "shard 1 of 3"; NULL: it is the whole */
  const char *confinement;     /* how programs were confined: "whole", "off", "without ..."; NULL: not known */
  struct bytes problems;       /* lines about the run as a whole; each turns the gate red */
};

/* Reads the suites that OPTIONS select and makes their cases. On failure returns false, WHY says what is wrong. */
bool session_open(struct session *session, const struct session_options *options, struct bytes *why);

/* The same for one suite from TEXT, called NAME. */
bool session_open_text(struct session *session, const struct session_options *options, const char *name,
                       const char *text, struct bytes *why);

/* Runs the session in WORKSPACE. On failure returns false: nothing selected, an infrastructure that is not there, or no
   proof, of which WHY says nothing; STATUS is then the exit status. */
bool session_run(struct session *session, struct workspace *workspace, struct bytes *why, int *status);

/* Leaves out each result whose place in WANTED is false, before any has run; all where WANTED is NULL. */
void session_keep_only(struct session *session, const bool *wanted);

/* Whether the options select this case on this target. */
bool session_selects(const struct session *session, const struct suite *suite, const struct target *target,
                     const struct test_case *test_case);

/* The exit status of a session that could not be opened: whether what is wrong is the suite file or this machine. */
int session_open_status(const struct session *session);

/* Whether how a server of TARGET stops is judged. */
bool session_judges_stop(const struct target *target);

/* Whether ENTRY of the session's list met no case, in a run that left nothing out. */
bool session_entry_is_idle(const struct session *session, const struct known_entry *entry);

/* Whether programs were not confined as far as there are means to. */
bool session_lacks_confinement(const struct session *session);

/* What a run amounts to. */
enum run_verdict { RUN_GREEN, RUN_RED, RUN_INTERRUPTED };
enum run_verdict session_verdict(const struct session *session);

/* "GREEN", "RED", "INTERRUPTED" */
const char *run_verdict_name(enum run_verdict verdict);

/* The exit status that the results amount to; of an interrupted run, that of one that came to no verdict, unless
   something had failed already. */
int session_status(const struct session *session);

/* Why a selected case has no verdict of its own. */
enum left_out {
  LEFT_NOT, /* it has one */
  LEFT_INTERRUPTED,
  LEFT_AFTER_FAILURE, /* one failed, and the options do not keep going */
  LEFT_UNSTARTABLE,
  LEFT_AFTER_HANGS,
  LEFT_AFTER_FAULT, /* the runner or this harness failed */
  LEFT_NOT_BEGUN,   /* there is no verdict on anything */
  LEFT_UNJUDGED,    /* how a server stops, where each had ended before */
  LEFT_SKIPPED,     /* its suite says so */
  LEFT_REASONS
};
enum left_out session_left_out(const struct session *session, const struct result *result);

/* Whether such a case counts as failed, with the verdict of those before it. */
static inline bool left_out_fails(enum left_out left_out) {
  return left_out >= LEFT_UNSTARTABLE && left_out <= LEFT_AFTER_FAULT;
}

/* As the end of a sentence: "because the run was interrupted". */
const char *left_out_reason(enum left_out left_out);

void session_close(struct session *session);

#endif

/* SPDX-License-Identifier: MIT */
