/* What all launches of a run share: a temporary folder, and the guard that removes it and what still runs, should the
   harness die in a way that it cannot catch. */
#ifndef HARNESS_WORKSPACE_H
#define HARNESS_WORKSPACE_H

#include "harness/process/guard.h"

struct workspace {
  char *root; /* temporary folder; each launch gets one below it */
  struct guard guard;
  unsigned launches;
};

/* Makes the temporary folder and its guard, and becomes the parent of whatever loses its own. */
void workspace_open(struct workspace *workspace);
void workspace_close(struct workspace *workspace);

/* Kills the processes that left their group and lost their parent, which made them ours. Call when no program runs.
   Returns how many there were. */
unsigned workspace_sweep(struct workspace *workspace);

/* Makes an empty folder in WORKSPACE. The caller frees its path, and removes it before the workspace is closed. */
char *workspace_folder(struct workspace *workspace);

#endif
