/* The cells of a workspace: which there are, for whom, and what they could be made of. */
#include "harness/process/confinement.h"

#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/base/limits.h"
#include "harness/base/words.h"
#include "harness/process/workspace.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Cells that wait for a program like their last; more would be made for nothing. */
enum { MOST_IDLE = 16 };

struct cell_slot {
  struct cell cell;
  unsigned number;
  char *folder; /* of the cell; "ROOT/cN" */
  bool is_disk; /* the folder is a file system of its own */
  off_t empty;  /* its size without an entry */
  bool busy;
  bool prepared; /* it will be taken soon */
  bool retired;  /* it is ending, and is not waited for yet */
  char *request; /* what it was made for: the same once more gets it without a further look at paths */
  char *key;     /* of the paths: programs with the same one can have the cell after each other */
  enum cell_profile profile;
  unsigned allow;
  struct text_list reads, writes;
};

static enum confine_policy policy = CONFINE_OFF;
static unsigned entered; /* enum cell_grant, of the run's namespaces */
static char *state;      /* what confinement_check found */

void confinement_free(struct confinement *confinement) {
  text_list_free(&confinement->reads);
  text_list_free(&confinement->writes);
}

/* ---- What a suite allows ---------------------------------------------------------------------------------------- */

/* The rest of ITEM after NAME and a blank, or NULL. */
static const char *rest_after(const char *item, const char *name) {
  size_t len = strlen(name);
  return strncmp(item, name, len) == 0 && item[len] == ' ' ? item + len + strspn(item + len, " ") : NULL;
}

static bool allow_item(struct confinement *confinement, const char *item) {
  const char *readable = rest_after(item, "path");
  const char *writable = rest_after(item, "write");
  if (readable && *readable == '/')
    text_list_add(&confinement->reads, readable, strlen(readable));
  else if (writable && *writable == '/')
    text_list_add(&confinement->writes, writable, strlen(writable));
  else if (strcmp(item, "network") == 0)
    confinement->allow |= ALLOW_NETWORK;
  else if (strcmp(item, "ptrace") == 0)
    confinement->allow |= ALLOW_PTRACE;
  else if (strcmp(item, "nested namespaces") == 0)
    confinement->allow |= ALLOW_NESTED;
  else
    return false;
  return true;
}

bool confinement_allow(struct confinement *confinement, const char *text, struct bytes *why) {
  char *copy = xstrdup(text);
  char *rest = copy;
  bool good = true;
  for (char *item; good && (item = strsep(&rest, ","));) {
    item += strspn(item, " \t");
    size_t len = strlen(item);
    while (len && (item[len - 1] == ' ' || item[len - 1] == '\t'))
      item[--len] = '\0';
    good = allow_item(confinement, item);
    if (!good)
      bytes_printf(why,
                   "'%s' cannot be allowed; there are network, ptrace, nested namespaces, path /READABLE and write "
                   "/WRITABLE, with a comma between them",
                   item);
  }
  free(copy);
  return good;
}

/* ---- The run ---------------------------------------------------------------------------------------------------- */

void confinement_begin(enum confine_policy wanted) {
  char why[256];
  policy = wanted;
  if (policy != CONFINE_OFF)
    entered = cell_enter_namespaces(why, sizeof why);
}

/* A cell's reasons, a line each, as one. */
static char *join_lines(const char *lines) {
  char *text = xstrdup(lines);
  size_t len = strlen(text);
  if (len && text[len - 1] == '\n')
    text[len - 1] = '\0';
  struct bytes out = {0};
  for (const char *at = text; *at; at++) {
    bytes_append(&out, *at == '\n' ? "; " : at, *at == '\n' ? 2 : 1);
  }
  free(text);
  return out.data;
}

static void await_cell(struct cell_slot *slot);

bool confinement_check(struct workspace *workspace, struct bytes *why) {
  const struct confinement plain = {0};
  free(state);
  state = xstrdup("off");
  if (policy == CONFINE_OFF)
    return true;
  struct cell_slot *slot = cell_take(workspace, &plain);
  await_cell(slot);
  bool whole = *slot->cell.missing == '\0';
  char *missing = whole ? NULL : join_lines(slot->cell.missing);
  free(state);
  state = whole ? xstrdup("whole") : xasprintf("without %s", missing);
  cell_give_back(slot);
  if (!whole && policy == CONFINE_REQUIRE)
    bytes_printf(why, "programs cannot be confined wholly here (--confine=require); missing: %s", missing);
  free(missing);
  return whole || policy != CONFINE_REQUIRE;
}

const char *confinement_state(void) { return state ? state : "off"; }

/* ---- Cells ------------------------------------------------------------------------------------------------------ */

static void add_path(struct text_list *list, const char *path) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->items[i], path) == 0)
      return;
  text_list_add(list, path, strlen(path));
}

static void add_folder_of(struct text_list *list, const char *path) {
  const char *slash = strrchr(path, '/');
  char *folder = slash && slash > path ? xstrndup(path, (size_t)(slash - path)) : NULL;
  if (folder)
    add_path(list, folder);
  free(folder);
}

/* Commands may stand anywhere along PATH. */
static void add_command_folders(struct text_list *list) {
  const char *path = getenv("PATH");
  for (const char *at = path ? path : ""; *at;) {
    size_t len = strcspn(at, ":");
    char *folder = xstrndup(at, len);
    bool is_system = strncmp(folder, "/usr/", 5) == 0 || strcmp(folder, "/bin") == 0 || strcmp(folder, "/sbin") == 0;
    if (*folder == '/' && !is_system)
      add_path(list, folder);
    free(folder);
    at += len + (at[len] ? 1 : 0);
  }
}

bool elf_stands_alone(const char *elf) {
  struct bytes file = {0};
  Elf64_Ehdr header = {0};
  Elf64_Phdr segment;
  bool alone = bytes_read_file(&file, elf) == 0 && file.len >= sizeof header;
  if (alone)
    memcpy(&header, file.data, sizeof header);
  alone = alone && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
  for (size_t i = 0; alone && i < header.e_phnum; i++) {
    size_t at = header.e_phoff + i * sizeof segment;
    alone = at < file.len && file.len - at >= sizeof segment;
    if (alone)
      memcpy(&segment, file.data + at, sizeof segment);
    alone = alone && segment.p_type != PT_INTERP;
  }
  bytes_free(&file);
  return alone;
}

/* What a program of CONFINEMENT sees besides the system: its file, what this command puts before it, and what its suite
   names. */
static void list_paths(const struct workspace *workspace, const struct confinement *confinement,
                       struct text_list *reads, struct text_list *writes) {
  char *files = workspace_file(workspace, NULL);
  char *here = getcwd(NULL, 0);
  char *launcher = companion_path("confine");
  char *elf = confinement->elf ? path_absolute(confinement->elf) : NULL;
  add_folder_of(reads, command_path());
  add_folder_of(reads, launcher);
  add_command_folders(reads);
  /* What is made in the workspace is made again under the same name: its folder is seen, and so each new file. */
  if (elf && elf_stands_alone(elf) && strncmp(elf, files, strlen(files)) != 0)
    add_path(reads, elf);
  else if (elf)
    add_folder_of(reads, elf);
  if (confinement->profile == CELL_ORACLE && here)
    add_path(reads, here);
  for (size_t i = 0; i < confinement->reads.count; i++)
    add_path(reads, confinement->reads.items[i]);
  for (size_t i = 0; i < confinement->writes.count; i++)
    add_path(writes, confinement->writes.items[i]);
  if (confinement->observed)
    add_path(writes, files);
  free(launcher);
  free(elf);
  free(files);
  free(here);
}

/* A text that is the same for two confinements if one cell does for both. A file or folder that was replaced is
 * another.
 */
static char *make_key(const struct confinement *confinement, const struct text_list *reads,
                      const struct text_list *writes) {
  struct bytes key = {0};
  bytes_printf(&key, "%d %u %d", (int)confinement->profile, confinement->allow, confinement->observed);
  for (size_t i = 0; i < reads->count + writes->count; i++) {
    const char *path = i < reads->count ? reads->items[i] : writes->items[i - reads->count];
    struct stat status = {0};
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
      bytes_printf(&key, " %lld.%ld", (long long)status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
    bytes_printf(&key, "%s%s %llu", i < reads->count ? " r" : " w", path, (unsigned long long)status.st_ino);
  }
  return key.data;
}

/* CONFINEMENT as a text, with the identity of its file: a cell holds the file that was there when it was made. */
static char *make_request(const struct confinement *confinement) {
  struct bytes request = {0};
  struct stat status = {0};
  if (confinement->elf && stat(confinement->elf, &status) != 0)
    status = (struct stat){0};
  bytes_printf(&request, "%d %u %d %s %llu %lld.%ld", (int)confinement->profile, confinement->allow,
               confinement->observed, confinement->elf ? confinement->elf : "", (unsigned long long)status.st_ino,
               (long long)status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  for (size_t i = 0; i < confinement->reads.count; i++)
    bytes_printf(&request, " r%s", confinement->reads.items[i]);
  for (size_t i = 0; i < confinement->writes.count; i++)
    bytes_printf(&request, " w%s", confinement->writes.items[i]);
  return request.data;
}

static const char *const *borrow_paths(const struct text_list *list) {
  static const char *const none[] = {NULL};
  return list->count ? (const char *const *)list->items : none;
}

static void cannot_confine(int error) {
  char *launcher = companion_path("confine");
  die("%s: programs cannot be confined: %s%s (--confine=off runs them with all that you may)", launcher,
      strerror(error), limit_behind(error));
}

/* Has the cell of SLOT made, whose folder is there. */
static void open_cell(struct cell_slot *slot) {
  const struct cell_options options = {.profile = slot->profile,
                                       .allow = slot->allow,
                                       .folder = slot->folder,
                                       .reads = borrow_paths(&slot->reads),
                                       .writes = borrow_paths(&slot->writes),
                                       .granted = (entered & GRANT_NETWORK) | (slot->is_disk ? GRANT_DISK : 0)};
  char *launcher = companion_path("confine");
  int failed = cell_begin(&slot->cell, launcher, &options);
  free(launcher);
  if (failed)
    cannot_confine(failed);
}

/* Waits until the cell of SLOT stands. */
static void await_cell(struct cell_slot *slot) {
  int failed = cell_await(&slot->cell);
  if (failed)
    cannot_confine(failed);
}

/* Makes SLOT's folder anew: a program left more in it than can be removed, or took its permissions away. */
static void renew_folder(struct cell_slot *slot) {
  cell_close(&slot->cell);
  if (slot->is_disk)
    umount2(slot->folder, MNT_DETACH);
  remove_folder(slot->folder);
  if (mkdir(slot->folder, 0755) != 0 && errno != EEXIST)
    die("%s: %s", slot->folder, strerror(errno));
  slot->is_disk = entered & GRANT_VIEW && cell_mount_folder(slot->folder);
  struct stat status = {0};
  if (stat(slot->folder, &status) == 0)
    slot->empty = status.st_size;
  open_cell(slot);
}

static void close_slot(struct cell_slot *slot) {
  cell_close(&slot->cell);
  if (slot->is_disk)
    umount2(slot->folder, MNT_DETACH);
  if (!remove_folder(slot->folder))
    fprintf(stderr, "bytegate: %s: something there cannot be removed\n", slot->folder);
  text_list_free(&slot->reads);
  text_list_free(&slot->writes);
  free(slot->folder);
  free(slot->request);
  free(slot->key);
  free(slot);
}

/* The idle cell of the request TEXT, or BY_KEY: of the key TEXT. */
static struct cell_slot *find_idle(const struct workspace *workspace, const char *text, bool by_key) {
  for (size_t i = 0; i < workspace->cell_count; i++) {
    struct cell_slot *slot = workspace->cells[i];
    if (!slot->busy && strcmp(by_key ? slot->key : slot->request, text) == 0)
      return slot;
  }
  return NULL;
}

/* An idle cell, where there are more than enough. */
static struct cell_slot *find_old(const struct workspace *workspace) {
  struct cell_slot *found = NULL;
  size_t idle = 0;
  for (size_t i = workspace->cell_count; i-- > 0;) {
    bool is_idle = !workspace->cells[i]->busy && !workspace->cells[i]->prepared;
    idle += is_idle;
    if (is_idle)
      found = workspace->cells[i];
  }
  return idle > MOST_IDLE ? found : NULL;
}

static void forget_slot(struct workspace *workspace, const struct cell_slot *slot) {
  for (size_t i = 0; i < workspace->cell_count; i++)
    if (workspace->cells[i] == slot) {
      workspace->cells[i] = workspace->cells[--workspace->cell_count];
      return;
    }
}

/* Closes the cells that were retired: by now they have ended. */
static void close_retired(struct workspace *workspace) {
  for (size_t i = workspace->cell_count; i-- > 0;) {
    struct cell_slot *slot = workspace->cells[i];
    if (!slot->retired)
      continue;
    forget_slot(workspace, slot);
    close_slot(slot);
  }
}

/* Retires an idle cell, where there are more than enough. The kernel takes some milliseconds to end it. */
static void retire_old(struct workspace *workspace) {
  struct cell_slot *old = find_old(workspace);
  if (!old)
    return;
  old->busy = true;
  old->retired = true;
  cell_kill(&old->cell);
}

/* The lowest number that no cell of WORKSPACE has: the same programs one after another find the same folders. */
static unsigned free_number(const struct workspace *workspace) {
  for (unsigned number = 0;; number++) {
    size_t i = 0;
    while (i < workspace->cell_count && workspace->cells[i]->number != number)
      i++;
    if (i == workspace->cell_count)
      return number;
  }
}

/* Makes a cell for CONFINEMENT, which sees READS and WRITES; both become its own. */
static struct cell_slot *add_slot(struct workspace *workspace, const struct confinement *confinement,
                                  struct text_list reads, struct text_list writes) {
  close_retired(workspace);
  retire_old(workspace);
  struct cell_slot *slot = xcalloc(1, sizeof *slot);
  *slot = (struct cell_slot){.number = free_number(workspace),
                             .key = make_key(confinement, &reads, &writes),
                             .profile = confinement->profile,
                             .allow = confinement->allow | (confinement->observed ? ALLOW_PTRACE : 0),
                             .reads = reads,
                             .writes = writes};
  slot->folder = xasprintf("%s/c%u", workspace->root, slot->number);
  slot->cell = (struct cell){.socket = -1, .sweeper = -1, .children = -1};
  renew_folder(slot);
  workspace->cells = xrealloc(workspace->cells, (workspace->cell_count + 1) * sizeof(struct cell_slot *));
  workspace->cells[workspace->cell_count++] = slot;
  return slot;
}

/* Makes a cell for CONFINEMENT, or, unless it has to be NEW, finds an idle one that sees the same. */
static struct cell_slot *find_or_add(struct workspace *workspace, const struct confinement *confinement, bool new) {
  struct text_list reads = {0};
  struct text_list writes = {0};
  list_paths(workspace, confinement, &reads, &writes);
  char *key = make_key(confinement, &reads, &writes);
  struct cell_slot *slot = new ? NULL : find_idle(workspace, key, true);
  free(key);
  if (!slot)
    return add_slot(workspace, confinement, reads, writes);
  text_list_free(&reads);
  text_list_free(&writes);
  return slot;
}

static void note_request(struct cell_slot *slot, char *request) {
  free(slot->request);
  slot->request = request;
}

struct cell_slot *cell_take(struct workspace *workspace, const struct confinement *confinement) {
  if (policy == CONFINE_OFF || confinement->off)
    return NULL;
  char *request = make_request(confinement);
  struct cell_slot *slot = find_idle(workspace, request, false);
  if (!slot)
    slot = find_or_add(workspace, confinement, false);
  note_request(slot, request);
  slot->busy = true;
  slot->prepared = false;
  return slot;
}

static void prepare(struct workspace *workspace, const struct confinement *confinement, bool new) {
  struct cell_slot *slot = find_or_add(workspace, confinement, new);
  note_request(slot, make_request(confinement));
  slot->prepared = true;
}

void cells_prepare(struct workspace *workspace, const struct confinement *confinement, size_t count) {
  bool confines = policy != CONFINE_OFF && !confinement->off;
  for (size_t i = 0; i < count && confines; i++)
    prepare(workspace, confinement, true);
}

void cell_expect(struct workspace *workspace, const struct confinement *confinement) {
  bool confines = policy != CONFINE_OFF && !confinement->off;
  char *request = make_request(confinement);
  bool found = false;
  for (size_t i = 0; i < workspace->cell_count; i++)
    found |= !workspace->cells[i]->retired && strcmp(workspace->cells[i]->request, request) == 0;
  free(request);
  if (confines && !found)
    prepare(workspace, confinement, false);
}

/* Whether the folder is as it was made: empty, and open to its owner. In a tmpfs its size grows with each entry. */
bool cell_is_clean(const struct cell_slot *slot) {
  struct stat status;
  if (stat(slot->folder, &status) != 0 || (status.st_mode & 07777) != 0755)
    return false;
  if (slot->is_disk)
    return status.st_nlink == 2 && status.st_size == slot->empty;
  DIR *folder = opendir(slot->folder);
  int entries = 0;
  for (struct dirent *entry = folder ? readdir(folder) : NULL; entry && entries < 3; entry = readdir(folder))
    entries++;
  if (folder)
    closedir(folder);
  return folder && entries == 2;
}

void cell_give_back(struct cell_slot *slot) {
  if (!slot)
    return;
  if (!cell_is_clean(slot))
    renew_folder(slot);
  slot->busy = false;
}

bool cell_is_whole(struct cell_slot *slot) {
  await_cell(slot);
  const unsigned both = GRANT_PROCESSES | GRANT_VIEW;
  return (slot->cell.granted & both) == both;
}

void cell_end(struct workspace *workspace, struct cell_slot *slot) {
  forget_slot(workspace, slot);
  close_slot(slot);
}

const char *cell_folder(const struct cell_slot *slot) { return slot->folder; }

int cell_slot_start(struct cell_slot *slot, const struct cell_program *program, pid_t *pid) {
  await_cell(slot);
  int failed = cell_start(&slot->cell, program, pid);
  if (failed != EPIPE && !slot->cell.used)
    return failed;
  /* The program before this one left something in it, or ended the launcher. */
  cell_close(&slot->cell);
  open_cell(slot);
  await_cell(slot);
  return cell_start(&slot->cell, program, pid);
}

int cell_slot_sweep(struct cell_slot *slot) { return cell_sweep(&slot->cell); }

size_t cells_list(const struct workspace *workspace, pid_t *pids) {
  for (size_t i = 0; i < workspace->cell_count; i++)
    pids[i] = workspace->cells[i]->cell.pid;
  return workspace->cell_count;
}

void cells_close(struct workspace *workspace) {
  /* All end at a time; then each is waited for. */
  for (size_t i = 0; i < workspace->cell_count; i++)
    cell_kill(&workspace->cells[i]->cell);
  for (size_t i = 0; i < workspace->cell_count; i++)
    close_slot(workspace->cells[i]);
  free(workspace->cells);
  workspace->cells = NULL;
  workspace->cell_count = 0;
}

void cells_unmount(const char *root) {
  DIR *folder = opendir(root);
  for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
    char *path = entry->d_name[0] == 'c' ? xasprintf("%s/%s", root, entry->d_name) : NULL;
    if (path)
      umount2(path, MNT_DETACH);
    free(path);
  }
  if (folder)
    closedir(folder);
}

/* ---- The commands of oracles ------------------------------------------------------------------------------------ */

/* Waits for PID and for what it started. Returns its status, or -ETIMEDOUT. */
static int await(struct cell_slot *slot, pid_t pid, int deadline_ms) {
  int status = 0;
  struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
  int ready;
  do
    ready = poll(&ended, 1, deadline_ms ? deadline_ms : -1);
  while (ready < 0 && errno == EINTR);
  close(ended.fd);
  kill(-pid, SIGKILL);
  if (ready == 0)
    kill(pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  cell_slot_sweep(slot);
  return ready == 0 ? -ETIMEDOUT : status;
}

/* This process's environment, but for where to put temporary files. The caller frees it. */
static struct text_list environment_in(const char *folder) {
  struct text_list list = {0};
  for (char **variable = environ; *variable; variable++)
    if (strncmp(*variable, "TMPDIR=", 7) != 0)
      text_list_add(&list, *variable, strlen(*variable));
  text_list_take(&list, xasprintf("TMPDIR=%s", folder));
  return list;
}

/* Runs COMMAND in SLOT, with FOLDER for its files; where it runs is the command's own folder, or this process's. */
static int run_in(struct cell_slot *slot, const struct command_line *command, const char *folder, struct bytes *out) {
  char *here = getcwd(NULL, 0);
  int input = memory_file(command->input.data ? command->input : span_text(""));
  int output = memory_file(span_text(""));
  int errors = command->said ? memory_file(span_text("")) : STDERR_FILENO;
  struct text_list variables = environment_in(folder);
  pid_t pid = 0;
  const struct cell_program program = {.folder = command->folder ? command->folder
                                                 : here          ? here
                                                                 : "/",
                                       .words = (char *const *)(uintptr_t)command->words,
                                       .variables = variables.items,
                                       .input = input,
                                       .output = output,
                                       .errors = errors};
  int failed = cell_slot_start(slot, &program, &pid);
  int status = failed ? -failed : await(slot, pid, command->deadline_ms);
  read_whole(output, out);
  if (command->said) {
    read_whole(errors, command->said);
    close(errors);
  }
  close(input);
  close(output);
  text_list_free(&variables);
  free(here);
  return status;
}

bool confined_command(struct workspace *workspace, const struct command_line *command, const struct own_folder *own,
                      struct bytes *out, int *status) {
  const struct confinement oracle = {.profile = CELL_ORACLE};
  struct command_line line = *command;
  struct cell_slot *slot = cell_take(workspace, &oracle);
  char *folder = slot || own ? workspace_folder(workspace, slot ? cell_folder(slot) : NULL) : NULL;
  bool good = !own || own->fill(own->user, folder);
  if (own)
    line.folder = folder;
  if (good)
    *status = slot ? run_in(slot, &line, folder, out) : command_run(&line, out);
  if (good && own && own->after)
    good = own->after(own->user, folder);
  if (folder)
    remove_folder(folder);
  free(folder);
  cell_give_back(slot);
  return good;
}

/* SPDX-License-Identifier: MIT */
