/* The room cell/: makes the place in which programs can harm nothing. That place is a cell. It has its own process
   namespace, so that all that runs in it ends with it or when it is swept; its own view of the file system, in which
   one folder can be written; its own System V IPC; no authority over anything; a seccomp filter; and limits on memory,
   processes, files and descriptors.

   Making all this costs more than starting a program, and so it is made once for many programs that run one after
   another. The launcher (harness/helpers/confine) makes it, stays, and starts each program on request, with
   CLONE_PARENT: the program is a child of the gate, which waits for it as for any other.

   What the kernel does not grant here is left out and named: granted and missing say it. */
#ifndef HARNESS_CELL_CELL_H
#define HARNESS_CELL_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a cell can be made of. */
enum cell_grant {
  GRANT_PROCESSES = 1 << 0, /* a process namespace */
  GRANT_VIEW = 1 << 1,      /* a mount namespace */
  GRANT_LANDLOCK = 1 << 2,  /* in place of the view */
  GRANT_IPC = 1 << 3,       /* an IPC namespace */
  GRANT_NETWORK = 1 << 4,   /* a network namespace, that of the gate's run */
  GRANT_FILTER = 1 << 5,    /* a seccomp filter, and no new privileges */
  GRANT_MEMORY = 1 << 6,    /* a limit on memory: a control group, or else RLIMIT_AS and RLIMIT_DATA */
  GRANT_COUNT = 1 << 7,     /* a limit on processes: a control group, or RLIMIT_NPROC where that counts */
  GRANT_DISK = 1 << 8,      /* the folder is a file system of a limited size */
  GRANT_ALL =
      GRANT_PROCESSES | GRANT_VIEW | GRANT_IPC | GRANT_NETWORK | GRANT_FILTER | GRANT_MEMORY | GRANT_COUNT | GRANT_DISK
};

enum cell_profile {
  CELL_DEFAULT, /* a program under test: sees the system's libraries and what is named */
  CELL_ORACLE,  /* a command that tells the truth: sees everything but devices and sockets, writes as little */
  CELL_STRICT   /* a mutant: a short list of system calls besides */
};

/* What a suite allows a program besides. */
enum cell_allow {
  ALLOW_NETWORK = 1 << 0, /* outgoing connections where no network namespace can be had */
  ALLOW_PTRACE = 1 << 1,  /* ptrace and its kin, within the cell */
  ALLOW_NESTED = 1 << 2,  /* namespaces of its own */
  /* Never by a suite: its children may become the gate's, which are then swept by nobody but the gate. It is for an
     emulator that sees to the rest itself (harness/helpers/plugin/fork_server.c). */
  ALLOW_FORK_SERVER = 1 << 3
};

struct cell_options {
  enum cell_profile profile;
  unsigned allow;     /* enum cell_allow */
  const char *folder; /* absolute; what can be written. It must exist */
  /* Absolute paths, NULL at the end: what can be read and executed besides, and what can be written. May be NULL. */
  const char *const *reads, *const *writes;
  unsigned granted; /* GRANT_NETWORK and GRANT_DISK: what is so already */
  char *groups[2];  /* of the launcher's command line: the control groups that it joins, or NULL */
  bool bare;        /* for tests: no namespaces and no control groups, as in a container */
  bool no_scopes;   /* for tests: no scopes of Landlock, as before Linux 6.12 */
};

struct cell {
  pid_t pid;    /* the launcher; 0: there is no cell */
  pid_t init;   /* the first process in it; 0: it has no process namespace */
  int socket;   /* to the launcher */
  int sweeper;  /* to the first process, or -1 */
  int children; /* the list of the first process's children, or -1 */
  unsigned granted;
  char *missing;   /* a line for each thing that could not be had; "" : nothing */
  char *groups[2]; /* control groups to remove, or NULL */
  bool used;       /* not to be used again */
  bool opening;    /* the launcher is still at work on it */
};

struct cell_program {
  const char *folder;        /* its current folder, in or below that of the cell */
  char *const *words;        /* its command line; the first is the path of the file */
  char *const *variables;    /* its environment */
  int input, output, errors; /* its three descriptors */
  unsigned processor_ms;     /* SIGPROF ends it after so much processor time; 0: no such limit */
  bool traced;               /* PTRACE_TRACEME before it becomes the program; takes ALLOW_PTRACE */
};

/* Has LAUNCHER, the path of the confine command, begin to make a cell, and does not wait for it. Returns 0 or an errno
   value; then there is no cell. */
int cell_begin(struct cell *cell, const char *launcher, const struct cell_options *options);

/* Waits until the cell that was begun stands. Returns 0, also where it stood already, or an errno value; then there is
   no cell. */
int cell_await(struct cell *cell);

/* Starts PROGRAM in the cell, which stands, as a child of the caller and the leader of a process group of its own.
   Returns 0 and its process id, or an errno value: why it cannot be started. EPIPE: the cell is gone. */
int cell_start(struct cell *cell, const struct cell_program *program, pid_t *pid);

/* To be called when the program has ended and was waited for: ends what it left in the cell, and returns how many
   processes that were. -1: the cell cannot tell, because it has no process namespace. */
int cell_sweep(struct cell *cell);

/* Has a cell that stands begin to end; cell_close waits for it. */
void cell_kill(struct cell *cell);

/* Ends the cell, with everything in it. */
void cell_close(struct cell *cell);

/* Enters a network namespace in which there is nothing but loopback, and a mount namespace, for the rest of the life of
   this process and of its children. To be called before the first thread and the first socket. Returns which of
   GRANT_NETWORK and GRANT_VIEW it got, and says why not in WHY (SIZE bytes). */
unsigned cell_enter_namespaces(char *why, size_t size);

/* Puts a file system of a limited size on FOLDER, in the namespaces that were entered. Returns whether it could. */
bool cell_mount_folder(const char *folder);

/* The control group that limits COUNT processes and BYTES of memory, for cell number NUMBER of this process. Writes
   their paths, which the caller frees, and returns which of GRANT_MEMORY and GRANT_COUNT there are. */
unsigned cell_make_groups(char *groups[2], unsigned number);

/* Moves PID into the groups. */
bool cell_join_groups(char *const groups[2], pid_t pid);

/* Removes the groups that OWNER made, which has been killed. */
void cell_forget_groups(pid_t owner);

/* Removes the groups, once all in them have ended. */
void cell_remove_groups(char *groups[2]);

#endif

/* SPDX-License-Identifier: MIT */
