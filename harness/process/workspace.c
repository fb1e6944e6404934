/* The folder of a run, its guard, and the last sweep. */
#include "harness/process/workspace.h"

#include "harness/base/bytes.h"
#include "harness/process/confinement.h"
#include "harness/process/guard.h"
#include "harness/process/strays.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The documents are written again for each request. On a file system of a disk that costs four times as much as the
   rest of the request; so where TMPDIR does not say otherwise, they stay in memory. */
const char *temporary_folder(void) {
  static char absolute[PATH_MAX];
  const char *folder = getenv("TMPDIR");
  /* Programs start in folders of their own, from which a relative path leads elsewhere. */
  if (folder && *folder)
    return realpath(folder, absolute) ? absolute : folder;
  return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

void workspace_open(struct workspace *workspace) {
  workspace->root = xasprintf("%s/bytegate-XXXXXX", temporary_folder());
  if (!mkdtemp(workspace->root))
    die("%s: %s (set TMPDIR to a folder that can be written)", workspace->root, strerror(errno));
  char *files = workspace_file(workspace, NULL);
  if (mkdir(files, 0755) != 0)
    die("%s: %s", files, strerror(errno));
  free(files);
  workspace->guard = xcalloc(1, sizeof *workspace->guard);
  int failed = guard_start(workspace->guard, workspace->root);
  if (failed)
    die("the guard process cannot be started: %s", strerror(failed));
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  signal(SIGPIPE, SIG_IGN);
}

void workspace_note(struct workspace *workspace, pid_t pgid, bool lives) {
  guard_tell(workspace->guard, pgid, lives);
  if (lives) {
    workspace->living = xrealloc(workspace->living, (workspace->living_count + 1) * sizeof *workspace->living);
    workspace->living[workspace->living_count++] = pgid;
    workspace->crowded |= workspace->living_count > 1;
    return;
  }
  for (size_t i = 0; i < workspace->living_count; i++)
    if (workspace->living[i] == pgid)
      workspace->living[i--] = workspace->living[--workspace->living_count];
}

void workspace_keep(struct workspace *workspace, pid_t pid, bool lives) {
  workspace->kept = xrealloc(workspace->kept, (workspace->kept_count + 1) * sizeof *workspace->kept);
  if (lives)
    workspace->kept[workspace->kept_count++] = pid;
  for (size_t i = 0; i < workspace->kept_count && !lives; i++)
    if (workspace->kept[i] == pid)
      workspace->kept[i--] = workspace->kept[--workspace->kept_count];
}

unsigned workspace_sweep(struct workspace *workspace, const char *folder) {
  size_t count = workspace->living_count;
  pid_t *known = xcalloc(count + 1 + workspace->cell_count + workspace->kept_count, sizeof *known);
  if (count)
    memcpy(known, workspace->living, count * sizeof *known);
  known[count++] = workspace->guard->pid;
  count += cells_list(workspace, known + count);
  for (size_t i = 0; i < workspace->kept_count; i++)
    known[count++] = workspace->kept[i];
  /* Where programs run one at a time, whatever is left can only be this one's. */
  unsigned ended = strays_end(workspace->crowded ? folder : NULL, known, count);
  free(known);
  return ended;
}

void workspace_close(struct workspace *workspace) {
  cells_close(workspace);
  guard_stop(workspace->guard);
  free(workspace->guard);
  if (access(workspace->root, F_OK) == 0)
    fprintf(stderr, "bytegate: %s: a program left something there that cannot be removed\n", workspace->root);
  free(workspace->living);
  free(workspace->kept);
  free(workspace->root);
}

char *workspace_folder(struct workspace *workspace, const char *within) {
  char *path = xasprintf("%s/%u", within ? within : workspace->root, workspace->launches++);
  if (mkdir(path, 0755) != 0)
    die("%s: %s", path, strerror(errno));
  return path;
}

char *workspace_file(const struct workspace *workspace, const char *name) {
  return xasprintf("%s/files%s%s", workspace->root, name ? "/" : "", name ? name : "");
}

/* SPDX-License-Identifier: MIT */
