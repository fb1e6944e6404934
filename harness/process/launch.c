/* posix_spawn, pidfd, pipes and the process group: the life of one program under test. */
#include "harness/process/launch.h"

#include "harness/base/companion.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The documents are written anew for each request. On a file system of a disk that costs four times as much as the
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

const char *qemu_command(enum machine machine) {
  return machine == MACHINE_ARM64 ? "qemu-aarch64-static" : "qemu-x86_64-static";
}

char *find_command(const char *command) {
  const char *path = getenv("PATH");
  for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
    size_t len = strcspn(at, ":");
    char *candidate = xasprintf("%.*s/%s", (int)len, at, command);
    if (access(candidate, X_OK) == 0)
      return candidate;
    free(candidate);
    at += len + (at[len] ? 1 : 0);
  }
  return NULL;
}

char *launch_check(const struct target *target) {
  if (access(target->elf, F_OK) != 0)
    return xasprintf("%s: %s (run `make` to build it)", target->elf, strerror(errno));
  if (access(target->elf, X_OK) != 0)
    return xasprintf("%s: %s (chmod +x it)", target->elf, strerror(errno));
  if (target->runner != RUNNER_QEMU)
    return NULL;
  char *qemu = find_command(qemu_command(target->machine));
  char *why =
      qemu ? NULL : xasprintf("%s is not on the PATH (install qemu-user-static)", qemu_command(target->machine));
  free(qemu);
  return why;
}

char *workspace_folder(struct workspace *workspace) {
  char *path = xasprintf("%s/%u", workspace->root, workspace->launches++);
  if (mkdir(path, 0755) != 0)
    die("%s: %s", path, strerror(errno));
  return path;
}

void process_prepare(struct workspace *workspace, struct process *process) {
  *process = (struct process){.pidfd = -1, .out = -1, .err = -1};
  process->folder = workspace_folder(workspace);
  process->document = xasprintf("%s/document.md", process->folder);
}

/* A port that is free now. Where a program cannot be asked to let the kernel choose, this is the next best. */
static int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    die("no free port on 127.0.0.1: %s", strerror(errno));
  close(fd);
  return ntohs(address.sin_port);
}

/* The command line: [refuse CALL ERROR] [qemu] elf arguments. The caller frees it with text_list_free; its last item is
 * NULL. */
static struct text_list command_line(struct process *process, const struct target *target) {
  static const char *const names[] = {"file", "port"};
  struct text_list words = {0};
  if (target->program->refused.count) {
    text_list_take(&words, companion_path("refuse"));
    for (size_t i = 0; i < target->program->refused.count; i++)
      text_list_take(&words, xstrdup(target->program->refused.items[i]));
  }
  if (target->runner == RUNNER_QEMU) {
    char *qemu = find_command(qemu_command(target->machine));
    const char *path = qemu ? qemu : qemu_command(target->machine);
    text_list_add(&words, path, strlen(path));
    free(qemu);
  }
  text_list_add(&words, target->elf, strlen(target->elf));
  for (size_t i = 0; i < target->program->arguments.count; i++) {
    char port[16] = "";
    const char *argument = target->program->arguments.items[i];
    if (strstr(argument, "{port}") && process->port == 0)
      process->port = free_port();
    snprintf(port, sizeof port, "%d", process->port);
    const char *values[] = {process->document, port};
    char *word = expand_placeholders(argument, names, values, 2);
    text_list_add(&words, word, strlen(word));
    free(word);
  }
  words.items = xrealloc(words.items, (words.count + 1) * sizeof *words.items);
  words.items[words.count] = NULL;
  return words;
}

/* The environment holds what every run shares and what the suite says, and nothing of this shell: a verdict must not
   hang on it. */
static struct text_list environment(const struct process *process, const struct target *target) {
  struct text_list list = {0};
  const char *path = getenv("PATH");
  char *items[] = {xasprintf("PATH=%s", path ? path : "/usr/bin:/bin"), xstrdup("LC_ALL=C.UTF-8"),
                   xasprintf("HOME=%s", process->folder), xasprintf("TMPDIR=%s", process->folder)};
  for (size_t i = 0; i < 4; i++) {
    text_list_add(&list, items[i], strlen(items[i]));
    free(items[i]);
  }
  for (size_t i = 0; i < target->program->environment.count; i++)
    text_list_add(&list, target->program->environment.items[i], strlen(target->program->environment.items[i]));
  list.items = xrealloc(list.items, (list.count + 1) * sizeof *list.items);
  list.items[list.count] = NULL;
  return list;
}

/* The three descriptors, and nothing else, reach the program; no signal is blocked or ignored in it. */
static int spawn(struct process *process, char **words, char **variables, int input, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  if (input < 0)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawn_file_actions_addchdir_np(&actions, process->folder);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  int failed = posix_spawn(&process->pid, words[0], &actions, &attributes, words, variables);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

/* Opens both ends of what a program writes to: ENDS[0] to read from, ENDS[1] to write to. */
static void open_output(size_t columns, int ends[2]) {
  if (columns == 0) {
    if (pipe2(ends, O_CLOEXEC) != 0)
      die("no pipe: %s", strerror(errno));
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

int process_start(struct workspace *workspace, struct process *process, const struct target *target, int input) {
  int out[2];
  int err[2];
  open_output(target->program->terminal, out);
  open_output(0, err);
  struct text_list words = command_line(process, target);
  struct text_list variables = environment(process, target);
  int failed = spawn(process, words.items, variables.items, input, out[1], err[1]);
  text_list_free(&words);
  text_list_free(&variables);
  close(out[1]);
  close(err[1]);
  process->out = out[0];
  process->err = err[0];
  fcntl(process->out, F_SETFL, O_NONBLOCK);
  fcntl(process->err, F_SETFL, O_NONBLOCK);
  if (failed) {
    process->pid = 0;
    return failed;
  }
  guard_tell(&workspace->guard, process->pid, true);
  process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
  if (process->pidfd < 0)
    die("pidfd_open: %s (Linux 5.3 or newer is needed)", strerror(errno));
  return 0;
}

/* Reads FD until it would block, or TEXT is full; closes it at its end, which a terminal tells by EIO. */
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
}

/* Kills what is left of the group, and reaps what came to us because its own parent is gone. */
static void sweep_group(struct process *process) {
  siginfo_t info = {0};
  while (waitid(P_PGID, (id_t)process->pid, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0)
    info.si_pid = 0;
  if (kill(-process->pid, 0) == 0)
    process->leaked = true;
  kill(-process->pid, SIGKILL);
  while (waitid(P_PGID, (id_t)process->pid, &info, WEXITED) == 0)
    ;
}

bool process_reap(struct process *process) {
  siginfo_t info = {0};
  if (process->end != END_NONE || process->pid == 0)
    return true;
  if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0)
    return false;
  process->end = info.si_code == CLD_EXITED ? END_EXITED : END_SIGNALED;
  process->status = info.si_status;
  sweep_group(process);
  process_read(process);
  return true;
}

bool process_is_dying(const struct process *process) {
  enum { PF_EXITING = 4 };
  char text[512] = "";
  unsigned flags = 0;
  char *path = xasprintf("/proc/%d/stat", (int)process->pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  free(path);
  ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0)
    close(fd);
  /* The name, in brackets, may hold blanks and brackets itself. */
  const char *name_end = got > 0 ? strrchr(text, ')') : NULL;
  return name_end && sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 && flags & PF_EXITING;
}

void process_discard(struct workspace *workspace, struct process *process) {
  if (process->pid > 0) {
    kill(-process->pid, SIGKILL);
    siginfo_t info;
    if (process->end == END_NONE)
      waitid(P_PID, (id_t)process->pid, &info, WEXITED);
    sweep_group(process);
    guard_tell(&workspace->guard, process->pid, false);
    close(process->pidfd);
  }
  if (process->out >= 0)
    close(process->out);
  if (process->err >= 0)
    close(process->err);
  if (process->folder)
    remove_folder(process->folder);
  free(process->folder);
  free(process->document);
  bytes_free(&process->out_text);
  bytes_free(&process->err_text);
  *process = (struct process){.pidfd = -1, .out = -1, .err = -1};
}

const char *qemu_own_failure(const struct process *process) {
  static const char *const signs[] = {"QEMU internal SIG", "qemu: fatal:",           "Assertion failed",
                                      "tcg fatal error",   "cannot allocate memory", "Unable to reserve"};
  const char *text = process->err_text.data;
  for (size_t i = 0; text && i < sizeof signs / sizeof *signs; i++)
    if (strstr(text, signs[i]))
      return signs[i];
  /* A guest that dies of a signal takes qemu along, and qemu says so. A qemu that dies without that word died alone. */
  bool guest = text && strstr(text, "uncaught target signal");
  if (process->end == END_SIGNALED && !guest && process->status != SIGTERM && process->status != SIGKILL)
    return "killed by a signal that was not the program's";
  return NULL;
}

bool qemu_refused(const struct process *process) {
  const char *text = process->err_text.data;
  return text && (strstr(text, "Error while loading") || strstr(text, "Invalid ELF image") ||
                  (strncmp(text, "qemu-", 5) == 0 && strstr(text, "Exec format error")));
}
