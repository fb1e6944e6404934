/* The room process/: starts programs and ends them without a trace. This header is about one program: it runs in a
   process group and a temporary folder of its own, with its output in pipes and its end observable through a pidfd, and
   at the end everything that it started is killed. */
#ifndef HARNESS_LAUNCH_H
#define HARNESS_LAUNCH_H

#include "harness/base/words.h"
#include "harness/process/confinement.h"

/* What is started, and with what. The lists are borrowed. */
struct launch {
  const struct text_list *words;     /* the first is the path of what the kernel executes */
  const struct text_list *variables; /* NAME=VALUE: all of its environment */
  int input;                         /* the descriptor that is its stdin; -1: empty */
  size_t columns;                    /* stdout is a terminal so wide; 0: a pipe */
};

/* So many bytes of one answer are taken. What writes for ever would otherwise fill the memory before its deadline. */
enum { MOST_OUTPUT = 64 << 20 };

/* What was taken of an answer, to be judged: where it is more than that, always the same bytes. */
static inline struct span taken(const struct bytes *answer) {
  struct span span = span_of(answer);
  return (struct span){span.data, span.len < MOST_OUTPUT ? span.len : MOST_OUTPUT};
}

enum end { END_NONE, END_EXITED, END_SIGNALED };

struct process {
  pid_t pid;    /* and process group; 0: none */
  int pidfd;    /* readable when the process has ended */
  int out, err; /* pipes, or of OUT a terminal, not blocking; -1 when at their end */
  char *folder; /* its current folder, removed with it */
  struct bytes out_text, err_text;
  enum end end;
  int status;             /* exit status or signal */
  bool flooded;           /* it wrote more than MOST_OUTPUT to a pipe, and was killed for it */
  bool leaked;            /* something that it started outlived it */
  struct cell_slot *cell; /* where it runs; NULL: in none */
  bool lent;              /* the cell stays with whoever lent it */
};

/* A process that there is not. */
#define PROCESS_NONE ((struct process){.pidfd = -1, .out = -1, .err = -1})

/* Finds a cell for PROCESS as CONFINEMENT says, and makes its folder there, before it is started: the input must be
   there first. */
void process_prepare(struct workspace *workspace, struct process *process, const struct confinement *confinement);

/* Appends the environment of every program, then MORE, which may be NULL. It holds what every run shares and what the
   suite says, and nothing of this shell: a verdict must not depend on it. */
void launch_environment(const struct process *process, const struct text_list *more, struct text_list *variables);

/* Starts PROCESS as LAUNCH says. Returns 0 or an errno value: the kernel's refusal. */
int process_start(struct workspace *workspace, struct process *process, const struct launch *launch);

/* Opens what PROCESS, which somebody else starts, writes to: for LAUNCH, of which only input and columns are read. Has
   BEGIN send its three descriptors to them. Returns what that returns: 0 or an errno value. process_adopt follows once
   there is a process. */
int process_fork(struct process *process, const struct launch *launch, int (*begin)(void *user, const int fds[3]),
                 void *user);

/* Makes PID, a child of this process, that of PROCESS. */
void process_adopt(struct workspace *workspace, struct process *process, pid_t pid);

/* Reads what stands in the pipes now; kills a process that floods them. */
void process_read(struct process *process);

/* Takes note of the end, if it has come. Ends whatever it started then, and reads the pipes to their end. */
bool process_reap(struct workspace *workspace, struct process *process);

/* Whether the program is on its way out: the kernel has begun to release what it holds, so that its connections may be
   closed already, though its end does not show yet (proc(5), the flags in /proc/PID/stat). The program is the process
   itself, or where that is the first of PARENTS wrappers that wait for it, a descendant. */
bool process_is_dying(const struct process *process, unsigned parents);

/* Ends the process and whatever it started at once; then releases everything. Returns whether something had left its
   process group, or had outlived it otherwise. */
bool process_discard(struct workspace *workspace, struct process *process);

#endif

/* SPDX-License-Identifier: MIT */
