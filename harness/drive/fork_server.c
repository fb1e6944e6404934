/* The gate's side of the plugin fork_server. */
#include "harness/drive/fork_server.h"

#include "harness/base/change.h"
#include "harness/base/companion.h"
#include "harness/base/machine.h"
#include "harness/drive/loop.h"
#include "harness/drive/place.h"
#include "harness/drive/start.h"
#include "harness/helpers/plugin/fork_server.h"
#include "harness/process/strays.h"
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
enum { WORTH = 6, MOST_SERVERS = 8, MOST_FAILURES = 3, ANSWER_MS = 5000 };

enum server_state { SERVER_IDLE, SERVER_TAKEN, SERVER_ASKED, SERVER_FORKED };

struct fork_server {
  struct fork_servers *servers;
  size_t kind;
  enum server_state state;
  bool ready; /* it stands before the first instruction */
  struct cell_slot *cell;
  char *folder; /* of each forked run */
  pid_t pid;
  int socket;
  struct text_list variables;
  struct stat file; /* the program, when it was started */
  void (*begun)(void *user, pid_t pid);
  void *user;
};

/* What targets have in common that can share a fork server: all but their arguments. */
struct server_kind {
  const struct target *target; /* one of them */
  char *emulator;              /* the one that takes plugins; NULL: there is none for these */
  unsigned failures;           /* one after another */
  size_t left;                 /* so many cases are to come */
};

struct fork_failures {
  const struct target *target;
  unsigned count;
};

/* ---- What fits --------------------------------------------------------------------------------------------------- */

static struct fork_failures *find_failures(const struct fork_servers *servers, const struct target *target) {
  for (size_t i = 0; i < servers->failure_count; i++)
    if (servers->failures[i].target == target)
      return &servers->failures[i];
  return NULL;
}

/* The target of a fork server for TARGET. */
static const struct target *forked_target(const struct target *target) {
  return target->change ? target->original : target;
}

void fork_servers_fail(struct fork_servers *servers, const struct target *target) {
  if (target->change)
    return;
  struct fork_failures *found = find_failures(servers, target);
  if (!found) {
    servers->failures = xgrow(servers->failures, servers->failure_count, sizeof *servers->failures);
    found = &servers->failures[servers->failure_count++];
    *found = (struct fork_failures){.target = target};
  }
  found->count++;
}

/* Whether runs of TARGET may be forked: all that they get stands there before, and all that they give is what
   they print. */
static bool target_fits(const struct target *target) {
  const struct program *program = target->program;
  const struct prefix *prefix = &target->prefix;
  /* The one wrapper that a suite asks for has its work done in the run. */
  bool wrapped = prefix->wrappers.count != (program->refused.count ? 3 : 0) || prefix->parents;
  return target->runner == RUNNER_QEMU && !wrapped && program->drive == DRIVE_RUN &&
         program->compare == COMPARE_OUTPUT && prefix->emulator.count == 1 && !prefix->observes && !program->output &&
         !program->signal && program->confine && !program->allow;
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
static char *find_emulator(const struct fork_servers *servers, const struct target *target) {
  const char *ordinary = target->prefix.emulator.items[0];
  for (size_t i = 0; i < servers->kind_count; i++) {
    const struct server_kind *known = &servers->kinds[i];
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

/* Whether A and B can share a fork server: they are one program in one environment, and see the same files. */
static bool are_alike(const struct target *a, const struct target *b) {
  if (a == b)
    return true;
  if (strcmp(a->elf, b->elf) != 0 || a->machine != b->machine ||
      !text_list_equal(&a->program->environment, &b->program->environment) ||
      !text_list_equal(&a->prefix.emulator, &b->prefix.emulator))
    return false;
  struct confinement one = target_confinement(a);
  struct confinement other = target_confinement(b);
  bool same = text_list_equal(&one.reads, &other.reads);
  confinement_free(&one);
  confinement_free(&other);
  return same;
}

/* The number of TARGET's kind. */
static size_t kind_of(struct fork_servers *servers, const struct target *target) {
  for (size_t i = 0; i < servers->kind_count; i++)
    if (are_alike(servers->kinds[i].target, target))
      return i;
  char *emulator = elf_stands_alone(target->elf) ? find_emulator(servers, target) : NULL;
  servers->kinds = xgrow(servers->kinds, servers->kind_count, sizeof *servers->kinds);
  servers->kinds[servers->kind_count] = (struct server_kind){.target = target, .emulator = emulator};
  return servers->kind_count++;
}

void fork_servers_expect(struct fork_servers *servers, const struct target *target, size_t count) {
  if (!target_fits(target))
    return;
  size_t kind = kind_of(servers, target); /* which may move them */
  servers->kinds[kind].left += count;
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------- */

/* Receives the message that stands there, and the process that it is from. Returns false where there is none. */
static bool receive(int socket, struct fork_server_message *message, pid_t *from) {
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

/* Ends the forked run that SERVER, which has ended, may have made just before: it speaks, or is gone. */
static void end_forked(const struct fork_server *server) {
  struct fork_server_message message;
  struct pollfd wait = {.fd = server->socket, .events = POLLIN};
  pid_t from = 0;
  while (poll(&wait, 1, ANSWER_MS) == 1 && receive(server->socket, &message, &from))
    if (from > 0 && from != server->pid)
      end_child(from);
}

/* Ends SERVER, and what it has forked. The kernel ends a process namespace only when all in it have been waited for. */
static void end_server(struct fork_server *server) {
  struct fork_servers *servers = server->servers;
  for (size_t i = 0; i < servers->count; i++)
    if (servers->items[i] == server)
      servers->items[i--] = servers->items[--servers->count];
  loop_forget(servers->loop, server->socket);
  char *namespace = server->pid > 0 ? strays_namespace(server->pid) : NULL;
  if (server->pid > 0) {
    end_child(server->pid);
    workspace_note(servers->workspace, server->pid, false);
  }
  if (namespace)
    strays_end_namespace(namespace);
  else if (server->state == SERVER_ASKED)
    end_forked(server);
  free(namespace);
  if (server->socket >= 0)
    close(server->socket);
  cell_end(servers->workspace, server->cell);
  text_list_free(&server->variables);
  free(server->folder);
  free(server);
}

static void fail_server(struct fork_server *server) {
  server->servers->kinds[server->kind].failures++;
  end_server(server);
}

static void take_message(void *user, uint32_t events) {
  struct fork_server *server = user;
  struct fork_server_message message = {FORK_SERVER_FAILED};
  pid_t from = 0;
  (void)events;
  bool good = receive(server->socket, &message, &from);
  if (good && message.word == FORK_SERVER_READY && !server->ready) {
    server->ready = true;
    if (server->state == SERVER_IDLE)
      rmdir(server->folder);
  } else if (server->state == SERVER_ASKED) {
    bool begun = good && message.word == FORK_SERVER_BEGUN;
    if (!begun && from > 0 && from != server->pid)
      end_child(from);
    server->state = SERVER_FORKED;
    server->begun(server->user, begun ? from : 0);
  } else if (server->state == SERVER_FORKED) {
    loop_forget(server->servers->loop, server->socket); /* it is gone; its forked run may be well */
  } else {
    fail_server(server);
  }
}

/* Starts the emulator of SERVER with WORDS. Returns 0 or an errno value. */
static int start_emulator(struct fork_server *server, const struct text_list *words) {
  int ends[2];
  const int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return errno;
  server->socket = ends[0];
  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const struct cell_program program = {.folder = server->folder,
                                       .words = words->items,
                                       .variables = server->variables.items,
                                       .input = ends[1],
                                       .output = nothing,
                                       .errors = nothing};
  int failed = nothing < 0 ? errno : cell_slot_start(server->cell, &program, &server->pid);
  close(ends[1]);
  if (nothing >= 0)
    close(nothing);
  if (failed)
    server->pid = 0;
  else
    workspace_note(server->servers->workspace, server->pid, true);
  return failed;
}

/* The command line of SERVER: arguments that only hold the room for others. */
static void list_words(const struct fork_server *server, struct text_list *words) {
  const struct server_kind *kind = &server->servers->kinds[server->kind];
  char argument[FORK_SERVER_LENGTH + 1] = {0};
  struct prefix prefix = {0};
  char *plugin = companion_path("plugin/fork_server.so");
  memset(argument, 'x', FORK_SERVER_LENGTH);
  prefix_emulate(&prefix, (const char *const[]){kind->emulator, "-plugin", plugin, NULL});
  prefix_words(&prefix, NULL, kind->target->elf, words);
  for (size_t i = 0; i < FORK_SERVER_ARGUMENTS; i++)
    text_list_add(words, argument, FORK_SERVER_LENGTH);
  text_list_free(&prefix.emulator);
  free(plugin);
}

static struct confinement confinement_of(const struct target *target) {
  struct confinement confinement = target_confinement(target);
  confinement.allow |= ALLOW_FORK_SERVER;
  text_list_take(&confinement.reads, companion_path("plugin/fork_server.so"));
  return confinement;
}

/* Takes a cell that is nobody else's. Returns NULL where there is none that holds all that is in it. */
static struct cell_slot *take_cell(struct workspace *workspace, const struct target *target) {
  struct confinement confinement = confinement_of(target);
  struct cell_slot *cell = cell_take(workspace, &confinement);
  confinement_free(&confinement);
  if (!cell || cell_is_whole(cell))
    return cell;
  cell_give_back(cell);
  return NULL;
}

/* Begins a fork server of KIND, whose environment is that of RESULT's case. */
static void begin_server(struct fork_servers *servers, size_t kind, const struct result *result) {
  const struct target *target = forked_target(result->target);
  struct text_list words = {0};
  struct text_list own = {0};
  struct cell_slot *cell = take_cell(servers->workspace, target);
  if (!cell) {
    servers->kinds[kind].failures = MOST_FAILURES;
    return;
  }
  struct fork_server *server = xcalloc(1, sizeof *server);
  *server = (struct fork_server){.servers = servers, .kind = kind, .cell = cell, .socket = -1};
  server->folder = workspace_folder(servers->workspace, cell_folder(cell));
  servers->items = xrealloc(servers->items, (servers->count + 1) * sizeof(struct fork_server *));
  servers->items[servers->count++] = server;
  const struct process process = {.folder = server->folder};
  struct place place;
  place_open(&place, server->folder, target, result->test_case);
  struct places places = place_places(&place, target, result->test_case);
  target_words(&process, target, NULL, &places, &own, &server->variables);
  place_close(&place);
  list_words(server, &words);
  if (stat(target->elf, &server->file) != 0 || start_emulator(server, &words) != 0)
    fail_server(server);
  else
    loop_watch(servers->loop, server->socket, EPOLLIN, take_message, server);
  text_list_free(&words);
  text_list_free(&own);
}

void fork_servers_close(struct fork_servers *servers) {
  while (servers->count)
    end_server(servers->items[0]);
  for (size_t i = 0; i < servers->kind_count; i++)
    free(servers->kinds[i].emulator);
  free(servers->items);
  free(servers->kinds);
  free(servers->failures);
}

/* ---- Forked runs ------------------------------------------------------------------------------------------------- */

/* Whether the program is the file that the fork server has loaded. */
static bool is_same_file(const struct fork_server *server) {
  struct stat now;
  const struct stat *was = &server->file;
  return stat(server->servers->kinds[server->kind].target->elf, &now) == 0 && now.st_dev == was->st_dev &&
         now.st_ino == was->st_ino && now.st_size == was->st_size && now.st_ctim.tv_sec == was->st_ctim.tv_sec &&
         now.st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

/* The idle fork server of KIND that can be asked, or NULL. OWN becomes how many it has, STARTS whether one is not
 * ready. */
static struct fork_server *find_server(const struct fork_servers *servers, size_t kind, unsigned *own, bool *starts) {
  struct fork_server *found = NULL;
  *own = 0;
  *starts = false;
  for (size_t i = 0; i < servers->count; i++) {
    struct fork_server *server = servers->items[i];
    if (server->kind != kind)
      continue;
    ++*own;
    *starts |= !server->ready;
    if (server->state == SERVER_IDLE && (server->ready || servers->all))
      found = server;
  }
  return found;
}

/* Makes room for one more: ends the oldest that is idle. Returns whether there is room. */
static bool make_room(struct fork_servers *servers) {
  for (size_t i = 0; i < servers->count && servers->count >= MOST_SERVERS; i++)
    if (servers->items[i]->state == SERVER_IDLE) {
      end_server(servers->items[i]);
      break;
    }
  return servers->count < MOST_SERVERS;
}

/* How many fork servers of KIND there are. */
static unsigned count_servers(const struct fork_servers *servers, size_t kind) {
  unsigned count = 0;
  for (size_t i = 0; i < servers->count; i++)
    count += servers->items[i]->kind == kind;
  return count;
}

bool fork_servers_prepare(struct fork_servers *servers, const struct target *target) {
  if (!target_fits(target))
    return false;
  size_t kind = kind_of(servers, target);
  const struct server_kind *known = &servers->kinds[kind];
  if (!known->emulator || known->failures || (!servers->all && known->left < WORTH))
    return false;
  if (count_servers(servers, kind) > 0)
    return true;
  struct confinement confinement = confinement_of(target);
  cell_expect(servers->workspace, &confinement);
  confinement_free(&confinement);
  return true;
}

/* Begins one more fork server of KIND where that is worth it. */
static void begin_more(struct fork_servers *servers, size_t kind, const struct result *result, unsigned own,
                       bool starts) {
  const struct server_kind *known = &servers->kinds[kind];
  if ((servers->all || (known->left >= WORTH && !starts)) && own < servers->most && known->emulator &&
      known->failures < MOST_FAILURES && make_room(servers))
    begin_server(servers, kind, result);
}

struct fork_server *fork_server_take(struct fork_servers *servers, const struct result *result,
                                     struct process *process) {
  unsigned own;
  bool starts;
  const struct target *target = forked_target(result->target);
  if (result->plain || result->test_case->conversation || !target_fits(target))
    return NULL;
  size_t kind = kind_of(servers, target);
  servers->kinds[kind].left -= servers->kinds[kind].left > 0;
  const struct fork_failures *failures = find_failures(servers, target);
  if (failures && failures->count >= MOST_FAILURES)
    return NULL;
  struct fork_server *server = find_server(servers, kind, &own, &starts);
  if (server && !is_same_file(server)) {
    end_server(server);
    return NULL;
  }
  if (!server)
    begin_more(servers, kind, result, own, starts);
  if (!server && servers->all)
    server = find_server(servers, kind, &own, &starts);
  if (!server || (mkdir(server->folder, 0755) != 0 && (server->ready || errno != EEXIST)))
    return NULL;
  *process = PROCESS_NONE;
  process->cell = server->cell;
  process->lent = true;
  process->folder = xstrdup(server->folder);
  server->state = SERVER_TAKEN;
  return server;
}

/* What a run is asked for with. */
struct request {
  const struct fork_server *server;
  struct bytes text;
};

/* Sends the request with the three descriptors. Returns 0 or an errno value. */
static int send_request(void *user, const int fds[3]) {
  const struct request *request = user;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int[3]))];
  } control = {0};
  struct span text = span_of(&request->text);
  struct iovec part = {(void *)(uintptr_t)text.data, text.len};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header =
      (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int[3]))};
  memcpy(CMSG_DATA(&control.header), fds, sizeof(int[3]));
  return sendmsg(request->server->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)text.len ? 0 : errno;
}

static void add_word(struct bytes *text, const char *word) { bytes_append(text, word, strlen(word) + 1); }

/* Makes the request for a run of TARGET, whose arguments are the last of WORDS. Returns whether they have room. */
static bool make_request(const struct target *target, const struct text_list *words, struct bytes *text) {
  static const struct change none;
  const struct program *program = target->program;
  const struct text_list *refused = &program->refused;
  size_t count = program->arguments.count;
  bytes_append(text, target->change ? target->change : &none, sizeof none);
  add_word(text, refused->count ? refused->items[0] : "");
  add_word(text, refused->count ? refused->items[1] : "");
  size_t before = text->len;
  for (size_t i = words->count - count; i < words->count; i++)
    add_word(text, words->items[i]);
  return count <= FORK_SERVER_ARGUMENTS && text->len - before <= FORK_SERVER_ROOM && text->len <= FORK_SERVER_REQUEST;
}

int fork_server_fork(struct fork_server *server, struct process *process, const struct target *target,
                     const struct places *places, int input, void (*begun)(void *user, pid_t pid), void *user) {
  struct text_list words = {0};
  struct text_list variables = {0};
  struct request request = {.server = server};
  target_words(process, forked_target(target), NULL, places, &words, &variables);
  bool fits = text_list_equal(&variables, &server->variables) && make_request(target, &words, &request.text);
  int failed = EINVAL;
  if (fits) {
    server->begun = begun;
    server->user = user;
    server->state = SERVER_ASKED;
    const struct launch launch = {.input = input, .columns = target->program->terminal};
    failed = process_fork(process, &launch, send_request, &request);
  }
  text_list_free(&words);
  text_list_free(&variables);
  bytes_free(&request.text);
  return failed;
}

void fork_server_give_back(struct fork_server *server, bool good) {
  if (!good || server->state == SERVER_ASKED || !cell_is_clean(server->cell))
    fail_server(server);
  else {
    server->servers->kinds[server->kind].failures = 0;
    server->state = SERVER_IDLE;
  }
}

/* SPDX-License-Identifier: MIT */
