/* The life of a lane: starts programs, notices how they end, and says what that means for the case at hand. */
#include "harness/drive/lane.h"

#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/base/signals.h"
#include "harness/drive/start.h"
#include "harness/process/emulator.h"
#include "harness/verdict/compare.h"
#include "harness/verdict/truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_HANGS = 3 };
static const double STOP_DEADLINE = 5.0;
static const double PORT_TICK = 0.005;

void lane_set_deadline(struct lane *lane, double seconds) { lane->deadline = now_ns() + (uint64_t)(seconds * 1e9); }

void lane_watch(struct lane *lane, int fd, uint32_t events, enum source source) {
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)lane->index << 8 | source};
  if (epoll_ctl(lane->driver->epoll, EPOLL_CTL_ADD, fd, &event) != 0 &&
      (errno != EEXIST || epoll_ctl(lane->driver->epoll, EPOLL_CTL_MOD, fd, &event) != 0))
    die("epoll_ctl: %s", strerror(errno));
}

static void watch_process(struct lane *lane) {
  lane_watch(lane, lane->process.out, EPOLLIN, SOURCE_OF_OUT);
  lane_watch(lane, lane->process.err, EPOLLIN, SOURCE_OF_ERR);
  lane_watch(lane, lane->process.pidfd, EPOLLIN, SOURCE_OF_END);
}

static void discard(struct lane *lane) {
  process_discard(lane->driver->workspace, &lane->process);
  free(lane->document);
  free(lane->url);
  lane->document = lane->url = NULL;
  lane->listening = false;
  lane->target = NULL;
  lane->served = 0;
}

/* What hangs again and again is given up, whichever of its groups the cases are in: each would cost a deadline. */
static void note_hang(const struct lane *lane) {
  const struct driver *driver = lane->driver;
  const struct target *target = lane->group->jobs[0]->target;
  unsigned hangs = 0;
  lane->group->hangs++;
  for (size_t i = 0; i < driver->group_count; i++)
    hangs += driver->groups[i].jobs[0]->target == target ? driver->groups[i].hangs : 0;
  for (size_t i = 0; i < driver->group_count && hangs >= MOST_HANGS; i++)
    if (driver->groups[i].jobs[0]->target == target)
      driver->groups[i].dead = HUNG;
}

void lane_finish(struct lane *lane, bool keep) {
  struct result *result = lane->result;
  result->duration_ns = now_ns() - lane->started;
  result->ready = lane->listening;
  if (result->verdict > EQUAL) {
    process_read(&lane->process);
    bytes_clear(&result->errors);
    bytes_add(&result->errors, span_of(&lane->process.err_text));
  } else {
    result->verdict = EQUAL;
  }
  if (result->verdict == HUNG && !lane->driver->options->tries_on)
    note_hang(lane);
  if (!keep)
    discard(lane);
  lane->state = LANE_IDLE;
  lane->result = NULL;
  driver_report(lane->driver, result);
}

/* The first line that the process wrote on stderr, as the end of a sentence. */
static void add_complaint(const struct process *process, struct bytes *text) {
  struct span errors = span_of(&process->err_text);
  const char *line_end = memchr(errors.data, '\n', errors.len);
  errors.len = line_end ? (size_t)(line_end - errors.data) : errors.len;
  if (errors.len == 0 || memmem(errors.data, errors.len, "uncaught target signal", 22))
    return;
  bytes_text(text, ": ");
  bytes_escaped(text, errors);
}

/* How the process ended, in words; WHEN says where. */
static void describe_end(const struct process *process, const char *when, struct bytes *text) {
  if (process->end == END_SIGNALED)
    bytes_printf(text, "ended by signal %d (%s) %s", process->status, strsignal(process->status), when);
  else
    bytes_printf(text, "ended with exit status %d %s", process->status, when);
  add_complaint(process, text);
}

/* Sets the verdict on a process that has ended where it should not have: EXITED, if by no signal. */
static void judge_end(struct lane *lane, struct result *result, enum verdict exited, const char *when) {
  const struct process *process = &lane->process;
  if (process->flooded) {
    result_set(result, DIVERGED, "%s does not end: %d MiB had come, more are not taken",
               process->out_text.len > MOST_OUTPUT ? "stdout" : "stderr", MOST_OUTPUT >> 20);
    return;
  }
  struct bytes how = {0};
  describe_end(process, when, &how);
  bool qemu = lane->target->runner == RUNNER_QEMU;
  const char *own = qemu ? emulator_own_failure(process) : NULL;
  if (own)
    result_set(result, RUNNER_FAULT, "qemu failed: %s; %s", own, how.data);
  else if (qemu && emulator_refused(process))
    result_set(result, REFUSED, "qemu's loader refused it: %s", how.data);
  else
    result_set(result, process->end == END_SIGNALED ? CRASHED : exited, "%s", how.data);
  bytes_free(&how);
}

/* The kernel, or posix_spawn, would not start it: ERROR. */
static void refuse(struct lane *lane, int error) {
  char *why = target_check(lane->target);
  if (why)
    result_set(lane->result, RUNNER_FAULT, "%s", why);
  else
    result_set(lane->result, REFUSED, "the kernel would not start it: %s", strerror(error));
  free(why);
  lane->group->dead = lane->result->verdict;
  lane_finish(lane, false);
}

static bool place_tree(struct lane *lane) {
  struct bytes why = {0};
  bool good = tree_make(lane->result->test_case->tree, lane->process.folder, &why);
  if (!good)
    result_set(lane->result, RUNNER_FAULT, "%s", why.data);
  bytes_free(&why);
  return good;
}

bool lane_place_document(struct lane *lane) {
  const struct test_case *test_case = lane->result->test_case;
  const struct conversation *talk = test_case->conversation;
  const char *path = lane->document;
  enum document_kind kind = talk ? talk->document : DOCUMENT_FILE;
  if (lane->placed != DOCUMENT_FILE || kind != DOCUMENT_FILE)
    (void)(remove(path) == 0 || errno == ENOENT || rmdir(path));
  lane->placed = kind;
  int failed = 0;
  if (test_case->tree)
    return place_tree(lane);
  if (kind == DOCUMENT_FILE)
    failed = write_file(path, talk ? span_of(&talk->text) : span_of(&test_case->input));
  else if (kind == DOCUMENT_DIRECTORY)
    failed = mkdir(path, 0755) == 0 ? 0 : errno;
  else if (kind == DOCUMENT_HOLLOW)
    failed = write_file(path, (struct span){"", 0}) || truncate(path, (off_t)talk->hollow_size) ? EIO : 0;
  if (failed)
    result_set(lane->result, RUNNER_FAULT, "%s: %s", path, strerror(failed));
  return failed == 0;
}

static bool start(struct lane *lane, int input) {
  int failed =
      start_target(lane->driver->workspace, &lane->process, lane->target, lane->document, input, &lane->given_port);
  if (input >= 0)
    close(input);
  if (failed) {
    refuse(lane, failed);
    return false;
  }
  watch_process(lane);
  return true;
}

static void begin_run(struct lane *lane) {
  const struct program *program = lane->target->program;
  int input = program->feeds_stdin ? memory_file(span_of(&lane->result->test_case->input)) : -1;
  if (!start(lane, input))
    return;
  lane->state = LANE_RUNNING;
  lane_set_deadline(lane, lane->target->deadline);
}

static void begin_server(struct lane *lane) {
  const struct program *program = lane->target->program;
  if (!start(lane, -1))
    return;
  lane->state = LANE_STARTING;
  lane_set_deadline(lane, program->ready == READY_PORT ? PORT_TICK : lane->target->start_deadline);
}

static void ask(struct lane *lane) {
  if (!lane_place_document(lane)) {
    lane_finish(lane, false);
    return;
  }
  bytes_clear(&lane->received);
  lane_set_deadline(lane, lane->target->deadline);
  if (lane->result->test_case->conversation)
    socket_talk(lane);
  else
    http_ask(lane);
}

/* The server of the case before has ended after its answer. That is its own fault, not this case's. */
static void lose_server(struct lane *lane) {
  struct result *blamed = lane->target->stop ? lane->target->stop : lane->result;
  char *when = xasprintf("after it had answered %u request%s", lane->served, lane->served == 1 ? "" : "s");
  judge_end(lane, blamed, CRASHED, when);
  if (blamed != lane->result)
    driver_report(lane->driver, blamed);
  free(when);
  discard(lane);
}

void lane_begin(struct lane *lane) {
  struct result *result = lane->result;
  result->runs++;
  lane->started = now_ns();
  if (lane->process.pid && process_reap(&lane->process))
    lose_server(lane);
  if (lane->process.pid) {
    ask(lane);
    return;
  }
  lane->target = result->target;
  process_prepare(lane->driver->workspace, &lane->process);
  lane->document = xasprintf("%s/document.md", lane->process.folder);
  lane->placed = DOCUMENT_FILE;
  if (!lane_place_document(lane))
    lane_finish(lane, false);
  else if (lane->target->program->drive == DRIVE_RUN)
    begin_run(lane);
  else
    begin_server(lane);
}

static void listen_at(struct lane *lane, const char *url, size_t len) {
  lane->url = xasprintf("%.*s%s", (int)len, url, lane->target->program->url_path);
  lane->listening = true;
  ask(lane);
}

/* Looks for the line that says that the server is ready. The URL in it ends before the path. */
static void check_ready(struct lane *lane) {
  const struct program *program = lane->target->program;
  struct span out = span_of(&lane->process.out_text);
  size_t prefix = strlen(program->ready_line);
  for (size_t at = 0; at < out.len;) {
    const char *end = memchr(out.data + at, '\n', out.len - at);
    if (!end)
      return;
    char *line = xstrndup(out.data + at, (size_t)(end - out.data) - at);
    char *url = strncmp(line, program->ready_line, prefix) == 0 ? strstr(line, "http://") : NULL;
    char *colon = url ? strchr(url + 7, ':') : NULL;
    lane->port = colon ? (int)strtol(colon + 1, NULL, 10) : lane->given_port;
    if (url && lane->port > 0)
      listen_at(lane, url, 7 + strcspn(url + 7, "/ \t\r"));
    free(line);
    if (lane->listening || lane->state != LANE_STARTING)
      return;
    at = (size_t)(end - out.data) + 1;
  }
}

/* Tries whether the port that was given answers; until the start deadline, again at the next tick. */
static void try_port(struct lane *lane) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)lane->given_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool open = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
  if (fd >= 0)
    close(fd);
  lane_set_deadline(lane, PORT_TICK);
  if (!open)
    return;
  char *url = xasprintf("http://127.0.0.1:%d", lane->given_port);
  lane->port = lane->given_port;
  listen_at(lane, url, strlen(url));
  free(url);
}

/* Holds what a run wrote on stderr to what its suite says, if it says anything. */
static void judge_errors(struct result *result, const struct program *program, const struct process *process) {
  struct bytes expected = {0};
  if (!program->errors || result->verdict > EQUAL)
    return;
  bytes_unescape(&expected, program->errors);
  compare_part(result, PART_STDERR, span_of(&expected), span_of(&process->err_text));
  bytes_free(&expected);
}

static void judge_run(struct lane *lane) {
  struct result *result = lane->result;
  const struct process *process = &lane->process;
  const struct program *program = lane->target->program;
  struct span truth;
  struct bytes why = {0};
  bool refused = lane->target->runner == RUNNER_QEMU && emulator_refused(process);
  bool signaled = process->end == END_SIGNALED;
  bool meant = signaled && program->signal && strcmp(signal_name(process->status), program->signal) == 0;
  bool ended = (!signaled || meant) && !refused && !process->flooded;
  bool compares = ended || process->flooded;
  if (ended && !signaled && program->signal)
    result_set(result, DIVERGED, "it ended with exit status %d, expected %s", process->status, program->signal);
  else if (compares && !truth_of(lane->driver->workspace, program, result->test_case, &truth, &why))
    result_set(result, RUNNER_FAULT, "%s", why.data);
  else if (ended)
    compare_run(result, truth, span_of(&process->out_text), meant ? process->status : (int)program->exit_status,
                process->status);
  else if (!compares || compare_part(result, PART_STDOUT, truth, taken(&process->out_text)))
    judge_end(lane, result, CRASHED, "while it ran");
  judge_errors(result, program, process);
  if (process->leaked)
    result_set(result, LEAKED, "a process that it started outlived it");
  bytes_free(&why);
  if (refused)
    lane->group->dead = REFUSED;
  lane_finish(lane, false);
}

/* A server that was sent SIGTERM has ended. */
static void judge_stop(struct lane *lane) {
  struct result *stop = lane->target->stop;
  const struct process *process = &lane->process;
  const char *line_end = memchr(span_of(&process->out_text).data, '\n', process->out_text.len);
  size_t more = line_end ? process->out_text.len - (size_t)(line_end - process->out_text.data) - 1 : 0;
  enum verdict before = stop->verdict;
  if (process->end == END_SIGNALED)
    judge_end(lane, stop, CRASHED, "when it was sent SIGTERM");
  else if (process->status != (int)lane->target->program->exit_status)
    result_set(stop, DIVERGED, "exit status after SIGTERM is %d, expected %zu", process->status,
               lane->target->program->exit_status);
  else if (lane->target->program->ready == READY_LINE && more > 0)
    result_set(stop, DIVERGED, "it wrote %zu bytes to stdout after the line that said it was ready", more);
  else if (process->leaked)
    result_set(stop, LEAKED, "a process that it started outlived it");
  if (stop->verdict == NOT_RUN)
    stop->verdict = EQUAL;
  stop->runs++;
  lane->state = LANE_IDLE;
  if (stop->verdict != before)
    driver_report(lane->driver, stop);
  discard(lane);
}

void lane_ended(struct lane *lane) {
  if (!lane->process.pid || !process_reap(&lane->process))
    return;
  switch (lane->state) {
  case LANE_IDLE:
    break;
  case LANE_STARTING:
    judge_end(lane, lane->result, REFUSED, "before it was ready");
    lane->group->dead = lane->result->verdict == RUNNER_FAULT ? RUNNER_FAULT : REFUSED;
    lane_finish(lane, false);
    break;
  case LANE_ASKING:
  case LANE_TALKING:
    http_abandon(lane);
    socket_abandon(lane);
    judge_end(lane, lane->result, CRASHED, "while it served this request");
    lane_finish(lane, false);
    break;
  case LANE_RUNNING:
    judge_run(lane);
    break;
  case LANE_STOPPING:
    judge_stop(lane);
    break;
  }
}

/* A process that dies closes its connections a moment before its end shows. To the client that looks like an answer
   that is too short. */
bool lane_bereaved(struct lane *lane) {
  struct pollfd end = {.fd = lane->process.pidfd, .events = POLLIN};
  if (lane->result->verdict <= EQUAL || !process_is_dying(&lane->process) || poll(&end, 1, MOURNING_MS) != 1)
    return false;
  result_withdraw(lane->result);
  lane_ended(lane);
  return true;
}

void lane_event(struct lane *lane, enum source source) {
  switch (source) {
  case SOURCE_OF_OUT:
  case SOURCE_OF_ERR:
    process_read(&lane->process);
    if (lane->state == LANE_STARTING && lane->target->program->ready == READY_LINE)
      check_ready(lane);
    break;
  case SOURCE_OF_END:
    lane_ended(lane);
    break;
  case SOURCE_OF_SOCKET:
    socket_event(lane);
    break;
  default:
    break;
  }
}

static void hang(struct lane *lane, double seconds) {
  static const char *const doing[] = {"",
                                      "was not ready",
                                      "did not finish its answer",
                                      "did not finish its answer",
                                      "did not end",
                                      "did not end after SIGTERM"};
  struct result *result = lane->state == LANE_STOPPING ? lane->target->stop : lane->result;
  result_set(result, HUNG, "%s within %g s; %zu bytes had come", doing[lane->state], seconds,
             lane->state == LANE_RUNNING || lane->state == LANE_STARTING ? lane->process.out_text.len
                                                                         : lane->received.len);
  if (lane->state == LANE_STARTING)
    lane->group->dead = HUNG;
  http_abandon(lane);
  socket_abandon(lane);
  if (lane->state != LANE_STOPPING) {
    lane_finish(lane, false);
    return;
  }
  lane->state = LANE_IDLE;
  driver_report(lane->driver, result);
  discard(lane);
}

void lane_expired(struct lane *lane) {
  const struct target *target = lane->target;
  bool starting = lane->state == LANE_STARTING;
  if (starting && target->program->ready == READY_PORT &&
      now_ns() - lane->started < (uint64_t)(target->start_deadline * 1e9))
    try_port(lane);
  else
    hang(lane, starting ? target->start_deadline : lane->state == LANE_STOPPING ? STOP_DEADLINE : target->deadline);
}

void lane_stop(struct lane *lane) {
  if (!lane->target->stop || process_reap(&lane->process)) {
    if (lane->target->stop)
      judge_stop(lane);
    else
      discard(lane);
    return;
  }
  kill(lane->process.pid, SIGTERM);
  lane->state = LANE_STOPPING;
  lane_set_deadline(lane, STOP_DEADLINE);
}

void lane_abort(struct lane *lane) {
  http_abandon(lane);
  socket_abandon(lane);
  if (lane->process.folder)
    discard(lane);
  if (lane->curl)
    curl_easy_cleanup(lane->curl);
  lane->curl = NULL;
  bytes_free(&lane->received);
  lane->state = LANE_IDLE;
}
