/* posix_spawn, pidfd, pipes and the process group: the life of one program under test. */
#include "harness/process/launch.h"

#include "harness/base/files.h"
#include "harness/base/limits.h"
#include "harness/base/spawn.h"
#include "harness/cell/ending.h"
#include "harness/process/strays.h"
#include "harness/process/workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void process_prepare(struct workspace *workspace, struct process *process, const struct confinement *confinement) {
  *process = PROCESS_NONE;
  process->cell = cell_take(workspace, confinement);
  process->folder = workspace_folder(workspace, process->cell ? cell_folder(process->cell) : NULL);
}

void launch_environment(const struct process *process, const struct text_list *more, struct text_list *variables) {
  const char *path = getenv("PATH");
  text_list_take(variables, xasprintf("PATH=%s", path ? path : "/usr/bin:/bin"));
  text_list_take(variables, xstrdup("LC_ALL=C.UTF-8"));
  text_list_take(variables, xasprintf("HOME=%s", process->folder));
  text_list_take(variables, xasprintf("TMPDIR=%s", process->folder));
  for (size_t i = 0; more && i < more->count; i++)
    text_list_take(variables, xstrdup(more->items[i]));
}

/* The three descriptors, and nothing else, reach the program; no signal is blocked or ignored in it. */
static int spawn(struct process *process, const struct launch *launch, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (launch->input < 0)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, launch->input, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawn_file_actions_addchdir_np(&actions, process->folder);
  return spawn_group(&process->pid, &actions, launch->words->items, launch->variables->items);
}

/* An empty stdin, for all. */
static int empty_input(void) {
  static int nothing = -1;
  if (nothing < 0)
    nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return nothing;
}

/* The same in the cell of PROCESS. */
static int spawn_in_cell(struct process *process, const struct launch *launch, int out, int err) {
  const struct cell_program program = {.folder = process->folder,
                                       .words = launch->words->items,
                                       .variables = launch->variables->items,
                                       .input = launch->input < 0 ? empty_input() : launch->input,
                                       .output = out,
                                       .errors = err};
  return cell_slot_start(process->cell, &program, &process->pid);
}

/* Opens both ends of what a program writes to: ENDS[0] to read from, ENDS[1] to write to. */
static void open_output(size_t columns, int ends[2]) {
  if (columns == 0) {
    if (pipe2(ends, O_CLOEXEC) != 0)
      die("no pipe: %s%s", strerror(errno), limit_behind(errno));
    return;
  }
  char name[64];
  const struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
  ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (ends[0] < 0 || grantpt(ends[0]) != 0 || unlockpt(ends[0]) != 0 || ptsname_r(ends[0], name, sizeof name) != 0)
    die("no terminal: %s", strerror(errno));
  ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (ends[1] < 0 || ioctl(ends[1], TIOCSWINSZ, &size) != 0)
    die("%s: %s", name, strerror(errno));
}

/* Keeps the ends of OUT and ERR from which PROCESS is read, and closes the others. */
static void keep_ends(struct process *process, const int out[2], const int err[2]) {
  close(out[1]);
  close(err[1]);
  process->out = out[0];
  process->err = err[0];
  fcntl(process->out, F_SETFL, O_NONBLOCK);
  fcntl(process->err, F_SETFL, O_NONBLOCK);
}

void process_adopt(struct workspace *workspace, struct process *process, pid_t pid) {
  process->pid = pid;
  workspace_note(workspace, pid, true);
  process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (process->pidfd < 0)
    die("pidfd_open: %s (Linux 5.3 or newer is needed)", strerror(errno));
}

int process_start(struct workspace *workspace, struct process *process, const struct launch *launch) {
  int out[2];
  int err[2];
  open_output(launch->columns, out);
  open_output(0, err);
  int failed = process->cell ? spawn_in_cell(process, launch, out[1], err[1]) : spawn(process, launch, out[1], err[1]);
  keep_ends(process, out, err);
  if (failed) {
    process->pid = 0;
    return failed;
  }
  process_adopt(workspace, process, process->pid);
  return 0;
}

int process_fork(struct process *process, const struct launch *launch, int (*begin)(void *user, const int fds[3]),
                 void *user) {
  int out[2];
  int err[2];
  open_output(launch->columns, out);
  open_output(0, err);
  const int fds[3] = {launch->input < 0 ? empty_input() : launch->input, out[1], err[1]};
  int failed = begin(user, fds);
  keep_ends(process, out, err);
  return failed;
}

/* Reads FD until it would block, or TEXT is full; closes it at its end, which a terminal reports by EIO. */
static void drain(int *fd, struct bytes *text) {
  char block[65536];
  while (*fd >= 0 && text->len <= MOST_OUTPUT) {
    ssize_t got = read(*fd, block, sizeof block);
    if (got > 0) {
      bytes_append(text, block, (size_t)got);
    } else if (got == 0 || errno != EINTR) {
      if (got < 0 && errno == EAGAIN)
        return;
      close(*fd);
      *fd = -1;
    }
  }
}

void process_read(struct process *process) {
  drain(&process->out, &process->out_text);
  drain(&process->err, &process->err_text);
  if (process->flooded || (process->out_text.len <= MOST_OUTPUT && process->err_text.len <= MOST_OUTPUT))
    return;
  process->flooded = true;
  kill(-process->pid, SIGKILL);
  kill(process->pid, SIGKILL);
}

/* Kills what is left of the group, and waits for the processes that became ours because their parent is gone. */
static void sweep_group(struct workspace *workspace, struct process *process) {
  siginfo_t info = {0};
  while (waitid(P_PGID, (id_t)process->pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0)
    info.si_pid = 0;
  process->leaked |= strays_in_group(process->pid);
  kill(-process->pid, SIGKILL);
  while (waitid(P_PGID, (id_t)process->pid, &info, WEXITED) == 0)
    ;
  process->leaked |= workspace_sweep(workspace, process->folder) > 0;
}

/* Ends what the process left. In a process namespace nothing of that gets away. */
static void sweep(struct workspace *workspace, struct process *process) {
  int left = process->cell ? cell_slot_sweep(process->cell) : -1;
  if (left < 0)
    sweep_group(workspace, process);
  else
    process->leaked |= left > 0;
}

bool process_reap(struct workspace *workspace, struct process *process) {
  siginfo_t info = {0};
  if (process->end != END_NONE || process->pid == 0)
    return true;
  if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return false;
  process->end = info.si_code == CLD_EXITED ? END_EXITED : END_SIGNALED;
  process->status = info.si_status;
  sweep(workspace, process);
  process_read(process);
  return true;
}

static pid_t first_child(pid_t pid) {
  char text[64];
  char *path = xasprintf("/proc/%d/task/%d/children", (int)pid, (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  text[got > 0 ? got : 0] = '\0';
  if (fd >= 0)
    close(fd);
  free(path);
  return (pid_t)strtol(text, NULL, 10);
}

bool process_is_dying(const struct process *process, unsigned parents) {
  pid_t pid = process->pid;
  /* A wrapper that has lost its child is about to end as well. */
  for (; parents > 0 && pid > 0 && !process_is_ending(pid); parents--)
    pid = first_child(pid);
  return pid <= 0 || process_is_ending(pid);
}

/* Ends a process that has not ended by itself. What it started in its group ends with it, and is no leak. */
static void end_process(struct workspace *workspace, struct process *process) {
  siginfo_t info;
  kill(-process->pid, SIGKILL);
  /* It may have left its group. */
  kill(process->pid, SIGKILL);
  while (waitid(P_PID, (id_t)process->pid, &info, WEXITED) != 0 && errno == EINTR)
    ;
  while (waitid(P_PGID, (id_t)process->pid, &info, WEXITED) == 0)
    ;
  int left = process->cell ? cell_slot_sweep(process->cell) : -1;
  process->leaked = left < 0 ? workspace_sweep(workspace, process->folder) > 0 : left > 0;
}

bool process_discard(struct workspace *workspace, struct process *process) {
  if (process->pid > 0) {
    if (process->end == END_NONE)
      end_process(workspace, process);
    workspace_note(workspace, process->pid, false);
    close(process->pidfd);
  }
  bool leaked = process->leaked;
  if (process->out >= 0)
    close(process->out);
  if (process->err >= 0)
    close(process->err);
  if (process->folder && !remove_folder(process->folder))
    fprintf(stderr, "bytegate: %s: something there cannot be removed\n", process->folder);
  if (!process->lent)
    cell_give_back(process->cell);
  free(process->folder);
  bytes_free(&process->out_text);
  bytes_free(&process->err_text);
  *process = PROCESS_NONE;
  return leaked;
}

/* SPDX-License-Identifier: MIT */
