/* Starts one program: in a process group and a temporary folder of its own, with its output in pipes and its end
   observable through a pidfd. Ends it, and everything that it started, without a trace. */
#ifndef HARNESS_LAUNCH_H
#define HARNESS_LAUNCH_H

#include "harness/base/bytes.h"
#include "harness/process/guard.h"
#include "harness/suite/suite.h"

/* What all launches of a run share. */
struct workspace {
  char *root; /* temporary folder; each launch gets one below it */
  struct guard guard;
  unsigned launches;
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
  pid_t pid;      /* and process group; 0: none */
  int pidfd;      /* readable when the process has ended */
  int out, err;   /* pipes, or of OUT a terminal, not blocking; -1 when at their end */
  char *folder;   /* its current folder, removed with it */
  char *document; /* path of {file}, in that folder */
  int port;       /* what {port} became; 0 where nothing asked for it */
  struct bytes out_text, err_text;
  enum end end;
  int status;   /* exit status or signal */
  bool flooded; /* it wrote more than MOST_OUTPUT to a pipe, and was killed for it */
  bool leaked;  /* something that it started outlived it */
};

/* Makes the temporary folder and its guard, and becomes the parent of whatever loses its own. */
void workspace_open(struct workspace *workspace);
void workspace_close(struct workspace *workspace);

/* Kills the processes that left their group and lost their parent, which made them ours. Call when no program runs.
   Returns how many there were. */
unsigned workspace_sweep(struct workspace *workspace);

/* Makes an empty folder in WORKSPACE. The caller frees its path, and removes it before the workspace is closed. */
char *workspace_folder(struct workspace *workspace);

/* Makes PROCESS's folder and document path, before it is started: the input must be there first. */
void process_prepare(struct workspace *workspace, struct process *process);

/* Starts TARGET with its stdin from the descriptor INPUT (-1: empty). Returns 0 or an errno value: the kernel's
   refusal, or that of a missing qemu (ENOENT with PROGRAM still there; see launch_check). */
int process_start(struct workspace *workspace, struct process *process, const struct target *target, int input);

/* Why TARGET cannot be started here, as one line for a person that the caller frees, or NULL: the program is not built,
   or there is no qemu. */
char *launch_check(const struct target *target);

/* Reads what stands in the pipes now; kills a process that floods them. */
void process_read(struct process *process);

/* Takes note of the end, if it has come. Kills what is left of the group then, and reads the pipes to their end. */
bool process_reap(struct process *process);

/* Whether the process is on its way out: the kernel has begun to release what it holds, so that its connections may be
   closed already, though its end does not show yet (proc(5), the flags in /proc/PID/stat). */
bool process_is_dying(const struct process *process);

/* Ends the process group at once and waits for it; then releases everything. */
void process_discard(struct workspace *workspace, struct process *process);

/* The path of COMMAND along PATH, which the caller frees, or NULL. */
char *find_command(const char *command);

/* The emulator's command for MACHINE: "qemu-aarch64-static". */
const char *qemu_command(enum machine machine);

/* The text that qemu itself, not the guest, wrote on stderr before it failed; or NULL. */
const char *qemu_own_failure(const struct process *process);

/* Whether stderr says that qemu's loader refused the file. */
bool qemu_refused(const struct process *process);

#endif
