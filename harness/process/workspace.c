/* The folder of a run, its guard, and the last sweep. */
#include "harness/process/workspace.h"

#include "harness/base/bytes.h"

#include <errno.h>
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
static const char *temporary_folder(void) {
  const char *folder = getenv("TMPDIR");
  if (folder && *folder)
    return folder;
  return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

void workspace_open(struct workspace *workspace) {
  workspace->root = xasprintf("%s/bytegate-XXXXXX", temporary_folder());
  if (!mkdtemp(workspace->root))
    die("%s: %s (set TMPDIR to a folder that can be written)", workspace->root, strerror(errno));
  int failed = guard_start(&workspace->guard, workspace->root);
  if (failed)
    die("the guard process cannot be started: %s", strerror(failed));
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  signal(SIGPIPE, SIG_IGN);
}

unsigned workspace_sweep(struct workspace *workspace) {
  char path[64];
  struct bytes children = {0};
  unsigned killed = 0;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
  bytes_read_file(&children, path);
  char *rest = span_of(&children).len ? children.data : NULL;
  for (char *word = rest ? strtok_r(rest, " \n", &rest) : NULL; word; word = strtok_r(NULL, " \n", &rest)) {
    pid_t pid = (pid_t)strtol(word, NULL, 10);
    if (pid <= 0 || pid == workspace->guard.pid)
      continue;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    killed++;
  }
  bytes_free(&children);
  return killed;
}

void workspace_close(struct workspace *workspace) {
  guard_stop(&workspace->guard);
  free(workspace->root);
}

char *workspace_folder(struct workspace *workspace) {
  char *path = xasprintf("%s/%u", workspace->root, workspace->launches++);
  if (mkdir(path, 0755) != 0)
    die("%s: %s", path, strerror(errno));
  return path;
}
