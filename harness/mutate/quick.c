/* The gate's side of fork_run. */
#include "harness/mutate/quick.h"

#include "harness/base/clock.h"
#include "harness/base/command.h"
#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/base/spawn.h"
#include "harness/drive/judge.h"
#include "harness/drive/place.h"
#include "harness/helpers/plugin/forked.h"
#include "harness/process/launch.h"
#include "harness/process/workspace.h"
#include "harness/suite/cases.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds until an emulator stands before the first instruction, on a machine that is busy. */
static const double START_SECONDS = 30;

/* The emulator of one program of a suite. Its process runs no case; the answers of its children come through its
   pipes. */
struct stem {
  const struct target *original;
  struct process process;
  int input;            /* the file in memory that is the stdin of each child */
  int socket;           /* -1: it could not be started, or is no more */
  uint64_t first, last; /* the block that is translated already, without LAST */
};

struct quick {
  struct workspace *workspace;
  char *elf;
  size_t headers; /* so many bytes at the beginning of the file are the loader's */
  struct stem **stems;
  size_t stem_count;
};

struct quick *quick_open(struct workspace *workspace, const char *elf, struct span image) {
  struct quick *quick = xcalloc(1, sizeof *quick);
  Elf64_Ehdr header = {0};
  if (image.len >= sizeof header)
    memcpy(&header, image.data, sizeof header);
  size_t end = header.e_phoff + (size_t)header.e_phnum * sizeof(Elf64_Phdr);
  *quick = (struct quick){.workspace = workspace, .elf = xstrdup(elf)};
  quick->headers = end > sizeof header ? end : sizeof header;
  return quick;
}

static void stop_stem(struct quick *quick, struct stem *stem) {
  if (stem->socket >= 0)
    close(stem->socket);
  stem->socket = -1;
  if (stem->process.pid)
    process_discard(quick->workspace, &stem->process);
  if (stem->input >= 0)
    close(stem->input);
  stem->input = -1;
}

void quick_close(struct quick *quick) {
  for (size_t i = 0; i < quick->stem_count; i++) {
    stop_stem(quick, quick->stems[i]);
    free(quick->stems[i]);
  }
  free(quick->stems);
  free(quick->elf);
  free(quick);
}

/* Reads one reply. Returns false where none came within SECONDS. */
static bool take_reply(int socket, double seconds, struct fork_reply *reply) {
  struct pollfd waits = {.fd = socket, .events = POLLIN};
  return poll(&waits, 1, (int)(seconds * 1000)) == 1 && recv(socket, reply, sizeof *reply, 0) == sizeof *reply;
}

/* The words: the emulator with its plugin, the program, and its arguments, none of which has a placeholder. */
static void stem_words(const struct quick *quick, const struct target *original, struct text_list *words) {
  char *plugin = companion_path("plugin/fork_run.so");
  text_list_take(words, find_command(original->machine->qemu_dynamic));
  text_list_add(words, "-plugin", strlen("-plugin"));
  text_list_take(words, plugin);
  text_list_add(words, quick->elf, strlen(quick->elf));
  for (size_t i = 0; i < original->program->arguments.count; i++)
    text_list_take(words, xstrdup(original->program->arguments.items[i]));
}

/* Starts the emulator with the ends of the pipes OUT and ERR and of the socket THEIRS. */
static int spawn_stem(struct stem *stem, const struct text_list *words, int out, int err, int theirs) {
  struct text_list variables = {0};
  posix_spawn_file_actions_t actions;
  launch_environment(&stem->process, &stem->original->program->environment, &variables);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stem->input, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  posix_spawn_file_actions_adddup2(&actions, theirs, FORK_SOCKET);
  posix_spawn_file_actions_addclosefrom_np(&actions, FORK_SOCKET + 1);
  posix_spawn_file_actions_addchdir_np(&actions, stem->process.folder);
  int failed = spawn_group(&stem->process.pid, &actions, words->items, variables.items);
  text_list_free(&variables);
  return failed;
}

/* A descriptor above those that a stem has: what is to become 3 of another process must not be one of 0 to 3. */
static int lift(int fd) {
  int high = fcntl(fd, F_DUPFD_CLOEXEC, FORK_SOCKET + 1);
  if (high < 0)
    die("no descriptor: %s", strerror(errno));
  close(fd);
  return high;
}

static void start_stem(struct quick *quick, struct stem *stem) {
  struct text_list words = {0};
  struct fork_reply ready = {0};
  int out[2];
  int err[2];
  int ends[2];
  stem->process = PROCESS_NONE;
  stem->process.folder = workspace_folder(quick->workspace, NULL);
  stem->input = memory_file(span_text(""));
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ||
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    die("no pipe: %s", strerror(errno));
  stem_words(quick, stem->original, &words);
  out[1] = lift(out[1]);
  err[1] = lift(err[1]);
  ends[1] = lift(ends[1]);
  stem->input = lift(stem->input);
  int failed = spawn_stem(stem, &words, out[1], err[1], ends[1]);
  close(out[1]);
  close(err[1]);
  close(ends[1]);
  text_list_free(&words);
  stem->process.out = out[0];
  stem->process.err = err[0];
  stem->socket = ends[0];
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(err[0], F_SETFL, O_NONBLOCK);
  if (failed) {
    stem->process.pid = 0;
    stop_stem(quick, stem);
    return;
  }
  workspace_note(quick->workspace, stem->process.pid, true);
  stem->process.pidfd = -1;
  if (!take_reply(stem->socket, START_SECONDS, &ready) || ready.pid != 0)
    stop_stem(quick, stem);
  stem->first = ready.start;
  stem->last = ready.end;
}

static struct stem *stem_of(struct quick *quick, const struct target *original) {
  for (size_t i = 0; i < quick->stem_count; i++)
    if (quick->stems[i]->original == original)
      return quick->stems[i];
  struct stem *stem = xcalloc(1, sizeof *stem);
  *stem = (struct stem){.original = original, .socket = -1, .input = -1};
  char *emulator = original->machine ? find_command(original->machine->qemu_dynamic) : NULL;
  if (emulator)
    start_stem(quick, stem);
  free(emulator);
  quick->stems = xrealloc(quick->stems, (quick->stem_count + 1) * sizeof(struct stem *));
  quick->stems[quick->stem_count++] = stem;
  return stem;
}

static bool has_placeholder(const struct text_list *list) {
  for (size_t i = 0; i < list->count; i++)
    if (strchr(list->items[i], '{'))
      return true;
  return false;
}

/* Whether all that a run of PROGRAM gets is its input, and all that it gives what it prints. */
static bool is_filter(const struct program *program) {
  return program->drive == DRIVE_RUN && program_feeds_stdin(program) && program->compare == COMPARE_OUTPUT &&
         !program->output && program->terminal == 0 && !program->filter && program->files.count == 0 &&
         !program->copied && program->refused.count == 0 && !program->allow &&
         !(program->oracle == ORACLE_COMMAND && strchr(program->oracle_command, '{')) &&
         !has_placeholder(&program->arguments) && !has_placeholder(&program->environment);
}

/* Whether the bytes of MUTANT lie in memory alone: what the loader reads of them is what an emulator that runs already
   has read. */
static bool is_in_memory(const struct quick *quick, const struct quick_run *run, const struct stem *stem) {
  const struct mutant *mutant = run->mutant;
  return mutant->len <= FORK_MOST_BYTES && run->offset >= quick->headers &&
         (mutant->address + mutant->len <= stem->first || mutant->address >= stem->last);
}

bool quick_fits(struct quick *quick, const struct quick_run *run, const struct result *result) {
  const struct test_case *one = result->test_case;
  if (run->original->runner != RUNNER_QEMU || !is_filter(run->original->program) || one->conversation || one->tree ||
      one->folder)
    return false;
  const struct stem *stem = stem_of(quick, run->original);
  return stem->socket >= 0 && is_in_memory(quick, run, stem);
}

/* Makes INPUT the stdin of the next child. */
static void set_input(const struct stem *stem, struct span input) {
  if (ftruncate(stem->input, 0) != 0 || lseek(stem->input, 0, SEEK_SET) != 0)
    die("the input of a program cannot be set: %s", strerror(errno));
  for (size_t at = 0; at < input.len;) {
    ssize_t wrote = pwrite(stem->input, input.data + at, input.len - at, (off_t)at);
    if (wrote < 0)
      die("a file in memory of %zu bytes: %s", input.len, strerror(errno));
    at += (size_t)wrote;
  }
}

/* Reads what stands in the pipe FD of a stem, which stays open, into TEXT. */
static void drain(int fd, struct bytes *text) {
  char block[65536];
  ssize_t got;
  while (text->len <= MOST_OUTPUT && (got = read(fd, block, sizeof block)) > 0)
    bytes_append(text, block, (size_t)got);
}

/* Waits for the end of the child PID, which it kills after SECONDS, and takes what it prints. Returns false where the
   stem is gone. */
static bool follow(const struct stem *stem, pid_t pid, double seconds, struct process *process) {
  struct pollfd waits[] = {{.fd = stem->socket, .events = POLLIN},
                           {.fd = stem->process.out, .events = POLLIN},
                           {.fd = stem->process.err, .events = POLLIN}};
  uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
  struct fork_reply reply = {0};
  bool killed = false;
  do {
    uint64_t now = now_ns();
    bool late = now >= until || process->out_text.len > MOST_OUTPUT || process->err_text.len > MOST_OUTPUT;
    if (late && !killed)
      kill(pid, SIGKILL);
    killed |= late;
    poll(waits, 3, killed ? -1 : (int)((until - now) / 1000000) + 1);
    drain(stem->process.out, &process->out_text);
    drain(stem->process.err, &process->err_text);
  } while (!(waits[0].revents & (POLLIN | POLLHUP)));
  if (recv(stem->socket, &reply, sizeof reply, 0) != sizeof reply)
    return false;
  drain(stem->process.out, &process->out_text);
  drain(stem->process.err, &process->err_text);
  process->end = WIFEXITED(reply.status) ? END_EXITED : END_SIGNALED;
  process->status = WIFEXITED(reply.status) ? WEXITSTATUS(reply.status) : WTERMSIG(reply.status);
  return true;
}

/* Runs the child that REQUEST asks for. */
static bool run_child(const struct stem *stem, const struct fork_request *request, double seconds,
                      struct process *process) {
  struct fork_reply begun = {0};
  return send(stem->socket, request, sizeof *request, MSG_NOSIGNAL) == sizeof *request &&
         take_reply(stem->socket, START_SECONDS, &begun) && begun.pid > 0 && follow(stem, begun.pid, seconds, process);
}

/* Judges how the child has ended, as if it had been started for the case. */
static void judge(const struct quick *quick, const struct stem *stem, const struct process *process,
                  struct result *result) {
  struct place place;
  place_open(&place, stem->process.folder, result->target, result->test_case);
  struct places places = place_places(&place, result->target, result->test_case);
  judge_run(quick->workspace, result, process, &places, &(struct run_seen){.began = true});
  place_close(&place);
  if (!verdict_is_failure(result->verdict))
    result->verdict = EQUAL;
}

bool quick_try(struct quick *quick, const struct quick_run *run, struct result *result) {
  struct stem *stem = stem_of(quick, run->original);
  struct fork_request request = {
      .address = run->mutant->address, .length = (uint32_t)run->mutant->len, .processor_ms = run->processor_ms};
  struct process process = PROCESS_NONE;
  memcpy(request.bytes, run->mutant->bytes, run->mutant->len);
  set_input(stem, span_of(&result->test_case->input));
  bool good = run_child(stem, &request, run->seconds, &process);
  if (good)
    judge(quick, stem, &process, result);
  else
    stop_stem(quick, stem);
  bytes_free(&process.out_text);
  bytes_free(&process.err_text);
  return good;
}

/* SPDX-License-Identifier: MIT */
