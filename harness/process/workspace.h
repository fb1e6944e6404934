/* What all launches of a run share: a temporary folder, and the guard that removes it and what still runs, should the
   harness die in a way that it cannot catch. */
#ifndef HARNESS_WORKSPACE_H
#define HARNESS_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cell_slot;
struct guard;

struct workspace {
  char *root;          /* temporary folder; each launch gets one below it */
  struct guard *guard; /* owned */
  unsigned launches;
  pid_t *living; /* the processes that were started and are not yet discarded */
  size_t living_count;
  bool crowded;             /* two ran at a time, so that what is left can be either's */
  struct cell_slot **cells; /* process/confinement.h */
  size_t cell_count;
  pid_t *kept; /* other children of this process, which no sweep ends */
  size_t kept_count;
};

/* The folder in which workspaces are made: TMPDIR, or else one in memory. */
const char *temporary_folder(void);

/* Makes the temporary folder and its guard, and becomes the parent of whatever loses its own. */
void workspace_open(struct workspace *workspace);
void workspace_close(struct workspace *workspace);

/* Ends what outlived the launch in FOLDER, or any launch where FOLDER is NULL: processes that left their group and lost
   their parent, which made them ours, and theirs. Returns how many there were. */
unsigned workspace_sweep(struct workspace *workspace, const char *folder);

/* Notes that the process group PGID LIVES, or is gone; the guard hears of it. Every child of this process that is to
   outlive a sweep is noted. */
void workspace_note(struct workspace *workspace, pid_t pgid, bool lives);

/* Notes that the child PID is no program under test, and LIVES, or is gone: no sweep ends it. */
void workspace_keep(struct workspace *workspace, pid_t pid, bool lives);

/* Makes an empty folder in the folder WITHIN, or NULL: in WORKSPACE's own. The caller frees its path, and removes it
   before the workspace is closed. */
char *workspace_folder(struct workspace *workspace, const char *within);

/* The path of the file NAME that the harness itself writes, in the folder for such files; NULL: of that folder. The
   caller frees it. */
char *workspace_file(const struct workspace *workspace, const char *name);

#endif

/* SPDX-License-Identifier: MIT */
