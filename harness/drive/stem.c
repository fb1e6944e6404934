/* The gate's side of stem_run. */
#include "harness/drive/stem.h"

#include "harness/base/companion.h"
#include "harness/base/machine.h"
#include "harness/drive/loop.h"
#include "harness/drive/place.h"
#include "harness/drive/start.h"
#include "harness/helpers/plugin/stem.h"
#include "harness/process/workspace.h"
#include "harness/suite/cases.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* WORTH: so many cases must be left. */
enum { WORTH = 12, MOST_STEMS = 8, MOST_FAILURES = 3, BRANCH_MS = 5000 };

enum stem_state { STEM_IDLE, STEM_TAKEN, STEM_ASKED, STEM_BRANCHED };

struct stem {
  struct stems *stems;
  const struct target *target;
  enum stem_state state;
  bool ready; /* it stands before the first instruction */
  struct cell_slot *cell;
  char *folder; /* of each branch */
  pid_t pid;
  int socket;
  struct text_list words, variables;
  struct stat file; /* the program, when it was started */
  void (*begun)(void *user, pid_t pid);
  void *user;
};

struct stem_target {
  const struct target *target;
  char *emulator; /* the one that takes plugins; NULL: there is none for this target */
  unsigned failures;
};

/* ---- What fits --------------------------------------------------------------------------------------------------- */

static bool names_case(const char *text) {
  return placeholder_in(text, PLACEHOLDER_NAME) || placeholder_in(text, PLACEHOLDER_PORT);
}

/* Whether the words of PROGRAM are the same in each case, in one folder. */
static bool has_fixed_words(const struct program *program) {
  bool fixed = !names_case(program->input_name);
  for (size_t i = 0; i < program->arguments.count; i++)
    fixed &= !names_case(program->arguments.items[i]);
  for (size_t i = 0; i < program->environment.count; i++)
    fixed &= !names_case(program->environment.items[i]);
  return fixed;
}

/* Whether runs of TARGET may branch off a stem: all that they get stands there before, and all that they give is what
   they print. */
static bool target_fits(const struct target *target) {
  const struct program *program = target->program;
  const struct prefix *prefix = &target->prefix;
  return target->runner == RUNNER_QEMU && program->drive == DRIVE_RUN && program->compare == COMPARE_OUTPUT &&
         prefix->wrappers.count == 0 && prefix->emulator.count == 1 && !prefix->observes && !program->output &&
         program->terminal == 0 && !program->signal && program->confine && !program->allow && has_fixed_words(program);
}

/* The line that qemu prints as its version, in the file PATH. The caller frees it; NULL: it is not there. */
static char *find_version(const char *path, const struct machine *machine) {
  struct stat status = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  size_t size = fd >= 0 && fstat(fd, &status) == 0 ? (size_t)status.st_size : 0;
  char *file = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  if (fd >= 0)
    close(fd);
  if (file == MAP_FAILED)
    return NULL;
  char *sign = xasprintf("qemu-%s version ", machine->qemu);
  const char *at = memmem(file, size, sign, strlen(sign));
  size_t most = at ? size - (size_t)(at - file) : 0;
  char *version = at ? xstrndup(at, strnlen(at, most < 256 ? most : 256)) : NULL;
  munmap(file, size);
  free(sign);
  return version;
}

/* Whether the emulators at the paths A and B of MACHINE are one, built twice. */
static bool is_same_emulator(const char *a, const char *b, const struct machine *machine) {
  char *own = find_version(a, machine);
  char *other = find_version(b, machine);
  bool same = own && other && strcmp(own, other) == 0;
  free(own);
  free(other);
  return same;
}

/* The emulator of TARGET that takes plugins, if it is the one of its ordinary starts, or the same one built otherwise.
   The caller frees its path. */
static char *find_emulator(const struct stems *stems, const struct target *target) {
  const char *ordinary = target->prefix.emulator.items[0];
  for (size_t i = 0; i < stems->target_count; i++) {
    const struct stem_target *known = &stems->targets[i];
    if (known->emulator && known->target->machine == target->machine &&
        strcmp(known->target->prefix.emulator.items[0], ordinary) == 0)
      return xstrdup(known->emulator);
  }
  char *path = target->machine ? find_command(target->machine->qemu_dynamic) : NULL;
  if (path && strcmp(path, ordinary) != 0 && !is_same_emulator(path, ordinary, target->machine)) {
    free(path);
    path = NULL;
  }
  return path;
}

static struct stem_target *know_target(struct stems *stems, const struct target *target) {
  for (size_t i = 0; i < stems->target_count; i++)
    if (stems->targets[i].target == target)
      return &stems->targets[i];
  stems->targets = xrealloc(stems->targets, (stems->target_count + 1) * sizeof *stems->targets);
  char *emulator = elf_stands_alone(target->elf) ? find_emulator(stems, target) : NULL;
  struct stem_target *known = &stems->targets[stems->target_count++];
  *known = (struct stem_target){.target = target, .emulator = emulator};
  return known;
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------- */

/* Receives the message that stands there, and the process that it is from. Returns false where there is none. */
static bool receive(int socket, struct stem_message *message, pid_t *from) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(struct ucred))];
  } control = {0};
  struct iovec part = {message, sizeof *message};
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got = recvmsg(socket, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  const struct cmsghdr *header = got == sizeof *message ? CMSG_FIRSTHDR(&packet) : NULL;
  if (!header || header->cmsg_type != SCM_CREDENTIALS)
    return false;
  struct ucred sender;
  memcpy(&sender, CMSG_DATA(header), sizeof sender);
  *from = sender.pid;
  return true;
}

static void end_child(pid_t pid) {
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

/* Ends the branch that STEM, which has ended, may have made just before: it speaks, or is gone. */
static void end_branch(const struct stem *stem) {
  struct stem_message message;
  struct pollfd wait = {.fd = stem->socket, .events = POLLIN};
  pid_t from = 0;
  while (poll(&wait, 1, BRANCH_MS) == 1 && receive(stem->socket, &message, &from))
    if (from > 0 && from != stem->pid)
      end_child(from);
}

/* Ends STEM, and what branches off it. The kernel ends a process namespace only when all in it have been waited for. */
static void end_stem(struct stem *stem) {
  struct stems *stems = stem->stems;
  for (size_t i = 0; i < stems->count; i++)
    if (stems->items[i] == stem)
      stems->items[i--] = stems->items[--stems->count];
  loop_forget(stems->loop, stem->socket);
  if (stem->pid > 0) {
    end_child(stem->pid);
    workspace_note(stems->workspace, stem->pid, false);
  }
  if (stem->state == STEM_ASKED)
    end_branch(stem);
  if (stem->socket >= 0)
    close(stem->socket);
  cell_end(stems->workspace, stem->cell);
  text_list_free(&stem->words);
  text_list_free(&stem->variables);
  free(stem->folder);
  free(stem);
}

static void fail_stem(struct stem *stem) {
  know_target(stem->stems, stem->target)->failures++;
  end_stem(stem);
}

static void take_message(void *user, uint32_t events) {
  struct stem *stem = user;
  struct stem_message message = {STEM_FAILED};
  pid_t from = 0;
  (void)events;
  bool good = receive(stem->socket, &message, &from);
  if (good && message.word == STEM_READY && !stem->ready) {
    stem->ready = true;
    if (stem->state == STEM_IDLE)
      rmdir(stem->folder);
  } else if (stem->state == STEM_ASKED) {
    bool begun = good && message.word == STEM_BEGUN;
    if (!begun && from > 0 && from != stem->pid)
      end_child(from);
    stem->state = STEM_BRANCHED;
    stem->begun(stem->user, begun ? from : 0);
  } else if (stem->state == STEM_BRANCHED) {
    loop_forget(stem->stems->loop, stem->socket); /* it is gone; its branch may be well */
  } else {
    fail_stem(stem);
  }
}

/* Starts the emulator of STEM with its words. Returns 0 or an errno value. */
static int start_emulator(struct stem *stem) {
  int ends[2];
  const int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return errno;
  stem->socket = ends[0];
  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const struct cell_program program = {.folder = stem->folder,
                                       .words = stem->words.items,
                                       .variables = stem->variables.items,
                                       .input = ends[1],
                                       .output = nothing,
                                       .errors = nothing};
  int failed = nothing < 0 ? errno : cell_slot_start(stem->cell, &program, &stem->pid);
  close(ends[1]);
  if (nothing >= 0)
    close(nothing);
  if (failed)
    stem->pid = 0;
  else
    workspace_note(stem->stems->workspace, stem->pid, true);
  return failed;
}

/* The command line and the environment of RESULT's case as a branch of STEM, in its folder. */
static void list_words(const struct stem *stem, const struct process *process, const struct places *places,
                       struct text_list *words, struct text_list *variables) {
  struct target copy = target_copy(stem->target);
  char *plugin = companion_path("plugin/stem_run.so");
  const char *emulator = know_target(stem->stems, stem->target)->emulator;
  prefix_emulate(&copy.prefix, (const char *const[]){emulator, "-plugin", plugin, NULL});
  target_words(process, &copy, NULL, places, words, variables);
  free(plugin);
  target_free(&copy);
}

/* Takes a cell that is nobody else's. Returns NULL where there is none that holds all that is in it. */
static struct cell_slot *take_cell(struct workspace *workspace, const struct target *target) {
  struct confinement confinement = target_confinement(target);
  char *plugin = companion_path("plugin/stem_run.so");
  confinement.allow |= ALLOW_BRANCHES;
  text_list_take(&confinement.reads, plugin);
  struct cell_slot *cell = cell_take(workspace, &confinement);
  confinement_free(&confinement);
  if (!cell || cell_is_whole(cell))
    return cell;
  cell_give_back(cell);
  return NULL;
}

/* Begins a stem for RESULT's target. */
static void begin_stem(struct stems *stems, const struct result *result) {
  const struct target *target = result->target;
  struct cell_slot *cell = take_cell(stems->workspace, target);
  if (!cell) {
    know_target(stems, target)->failures = MOST_FAILURES;
    return;
  }
  struct stem *stem = xcalloc(1, sizeof *stem);
  *stem = (struct stem){.stems = stems, .target = target, .cell = cell, .socket = -1};
  stem->folder = workspace_folder(stems->workspace, cell_folder(cell));
  stems->items = xrealloc(stems->items, (stems->count + 1) * sizeof(struct stem *));
  stems->items[stems->count++] = stem;
  const struct process process = {.folder = stem->folder};
  struct place place;
  place_open(&place, stem->folder, target, result->test_case);
  struct places places = place_places(&place, target, result->test_case);
  list_words(stem, &process, &places, &stem->words, &stem->variables);
  place_close(&place);
  if (stat(target->elf, &stem->file) != 0 || start_emulator(stem) != 0)
    fail_stem(stem);
  else
    loop_watch(stems->loop, stem->socket, EPOLLIN, take_message, stem);
}

void stems_close(struct stems *stems) {
  while (stems->count)
    end_stem(stems->items[0]);
  for (size_t i = 0; i < stems->target_count; i++)
    free(stems->targets[i].emulator);
  free(stems->items);
  free(stems->targets);
}

/* ---- Branches ---------------------------------------------------------------------------------------------------- */

/* Whether the program is the file that the stem has loaded. */
static bool is_same_file(const struct stem *stem) {
  struct stat now;
  const struct stat *was = &stem->file;
  return stat(stem->target->elf, &now) == 0 && now.st_dev == was->st_dev && now.st_ino == was->st_ino &&
         now.st_size == was->st_size && now.st_ctim.tv_sec == was->st_ctim.tv_sec &&
         now.st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

/* The idle stem of TARGET that can be asked, or NULL. OWN becomes how many it has, STARTS whether one is not ready. */
static struct stem *find_stem(const struct stems *stems, const struct target *target, unsigned *own, bool *starts) {
  struct stem *found = NULL;
  *own = 0;
  *starts = false;
  for (size_t i = 0; i < stems->count; i++) {
    struct stem *stem = stems->items[i];
    if (stem->target != target)
      continue;
    ++*own;
    *starts |= !stem->ready;
    if (stem->state == STEM_IDLE && (stem->ready || stems->all))
      found = stem;
  }
  return found;
}

/* Makes room for one more: ends the oldest that is idle. Returns whether there is room. */
static bool make_room(struct stems *stems) {
  for (size_t i = 0; i < stems->count && stems->count >= MOST_STEMS; i++)
    if (stems->items[i]->state == STEM_IDLE) {
      end_stem(stems->items[i]);
      break;
    }
  return stems->count < MOST_STEMS;
}

/* Begins one more stem for RESULT's target where that is worth it. */
static void begin_more(struct stems *stems, const struct result *result, size_t left, unsigned own, bool starts) {
  const struct stem_target *known = know_target(stems, result->target);
  if ((stems->all || (left >= WORTH && !starts)) && own < stems->most && known->emulator &&
      known->failures < MOST_FAILURES && make_room(stems))
    begin_stem(stems, result);
}

struct stem *stem_take(struct stems *stems, const struct result *result, size_t left, struct process *process) {
  const struct target *target = result->target;
  unsigned own;
  bool starts;
  if (result->test_case->conversation || !target_fits(target))
    return NULL;
  struct stem *stem = find_stem(stems, target, &own, &starts);
  if (stem && !is_same_file(stem)) {
    end_stem(stem);
    return NULL;
  }
  if (!stem)
    begin_more(stems, result, left, own, starts);
  if (!stem && stems->all)
    stem = find_stem(stems, target, &own, &starts);
  if (!stem || (mkdir(stem->folder, 0755) != 0 && (stem->ready || errno != EEXIST)))
    return NULL;
  *process = PROCESS_NONE;
  process->cell = stem->cell;
  process->lent = true;
  process->folder = xstrdup(stem->folder);
  stem->state = STEM_TAKEN;
  return stem;
}

/* Sends the request with the three descriptors. Returns 0 or an errno value. */
static int send_request(void *user, const int fds[3]) {
  const struct stem *stem = user;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int[3]))];
  } control = {0};
  struct iovec part = {(char[]){'r'}, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header =
      (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int[3]))};
  memcpy(CMSG_DATA(&control.header), fds, sizeof(int[3]));
  return sendmsg(stem->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? 0 : errno;
}

static bool same_lists(const struct text_list *a, const struct text_list *b) {
  bool same = a->count == b->count;
  for (size_t i = 0; same && i < a->count; i++)
    same = strcmp(a->items[i], b->items[i]) == 0;
  return same;
}

int stem_branch(struct stem *stem, struct process *process, const struct places *places, int input,
                void (*begun)(void *user, pid_t pid), void *user) {
  struct text_list words = {0};
  struct text_list variables = {0};
  list_words(stem, process, places, &words, &variables);
  bool same = same_lists(&words, &stem->words) && same_lists(&variables, &stem->variables);
  text_list_free(&words);
  text_list_free(&variables);
  if (!same)
    return EINVAL; /* its words are others in each case */
  stem->begun = begun;
  stem->user = user;
  stem->state = STEM_ASKED;
  return process_branch(process, input, send_request, stem);
}

void stem_give_back(struct stem *stem, bool good) {
  if (!good || stem->state == STEM_ASKED || !cell_is_clean(stem->cell))
    fail_stem(stem);
  else
    stem->state = STEM_IDLE;
}

/* SPDX-License-Identifier: MIT */
