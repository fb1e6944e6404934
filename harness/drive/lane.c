/* The life of a lane. */
#include "harness/drive/lane.h"
#include "harness/base/clock.h"

#include "harness/base/files.h"
#include "harness/drive/framing.h"
#include "harness/drive/judge.h"
#include "harness/drive/ready.h"
#include "harness/drive/start.h"
#include "harness/process/begun.h"
#include "harness/suite/cases.h"
#include "harness/suite/folder.h"
#include "harness/suite/target.h"
#include "harness/verdict/truth.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Seconds. */
static const double STOP_DEADLINE = 5.0;
static const double PORT_TICK = 0.005;
static const double LINGER = 0.02;
/* Of the deadline of a case: a forked run that takes longer saves nothing. */
static const double FORKED_SHARE = 0.25;
/* So often a server is given so long to put down what its last answers needed, before that counts as kept. */
enum { RESTS = 3 };
static const double REST = 0.02;
/* For the end of a process that is on its way out already. On a machine that is busy, much can lie between the two. */
static const double END_DEADLINE = 2.0;

static void begin(struct lane *lane);

/* What the placeholders are at the lane's case. */
static struct places places_of(const struct lane *lane) {
  return place_places(&lane->place, lane->result->target, lane->result->test_case);
}
static void take_answer(void *user, int error);
static void expire(void *user);

static void set_deadline(struct lane *lane, double seconds) {
  timer_set(lane->owner->loop, &lane->deadline, seconds, expire, lane);
}

/* ---- The end of a case, or of a process ------------------------------------------------------------------------- */

/* Ends the process, if there is one. Returns whether something outlived it. */
static bool discard(struct lane *lane) {
  struct loop *loop = lane->owner->loop;
  timer_clear(loop, &lane->deadline);
  timer_clear(loop, &lane->tick);
  connection_close(&lane->probe);
  lane->transport->abandon(&lane->exchange);
  loop_forget(loop, lane->process.out);
  loop_forget(loop, lane->process.err);
  loop_forget(loop, lane->process.pidfd);
  if (lane->proof)
    unlink(lane->proof);
  free(lane->proof);
  lane->proof = NULL;
  place_close(&lane->place);
  bool leaked = process_discard(lane->owner->workspace, &lane->process);
  if (lane->fork_server)
    fork_server_give_back(lane->fork_server, !leaked);
  lane->fork_server = NULL;
  lane->listening = false;
  lane->target = NULL;
  lane->last = NULL;
  lane->served = 0;
  lane->growth.count = 0;
  lane->rests = 0;
  return leaked;
}

static void report(struct lane *lane, struct result *result) { lane->owner->report(lane->owner->user, lane, result); }

static void keep_errors(const struct lane *lane, struct result *result) {
  bytes_clear(&result->errors);
  bytes_add(&result->errors, span_of(&lane->process.err_text));
}

/* The case that was run once more on a server of its own is done. Where all is well with that one, the fall of the
   server before it belongs to the case that it had answered last; so it does where the case only got a wrong answer
   this time, and none before. Otherwise the case most likely fell by itself. */
static void settle_fall(struct lane *lane, const struct result *again) {
  struct result *suspect = lane->suspect;
  lane->suspect = NULL;
  bool innocent = again->verdict == EQUAL || (lane->fell_silent && again->verdict != lane->fall.verdict);
  if (innocent && !verdict_is_failure(suspect->verdict)) {
    suspect->verdict = lane->fall.verdict;
    bytes_clear(&suspect->detail);
    bytes_add(&suspect->detail, span_of(&lane->fall.detail));
    bytes_clear(&suspect->errors);
    bytes_add(&suspect->errors, span_of(&lane->fall.errors));
    report(lane, suspect);
  }
  result_free(&lane->fall);
}

/* Reports the lane's case. KEEP: the server goes on. */
static void finish(struct lane *lane, bool keep) {
  struct result *result = lane->result;
  timer_clear(lane->owner->loop, &lane->deadline);
  lane->transport->abandon(&lane->exchange); /* a connection may have been kept for a request that did not come */
  result->duration_ns = loop_now(lane->owner->loop) - lane->started;
  result->ready = lane->listening;
  if (verdict_is_failure(result->verdict)) {
    process_read(&lane->process);
    keep_errors(lane, result);
  } else {
    result->verdict = EQUAL;
  }
  lane->state = LANE_IDLE;
  lane->result = NULL;
  lane->placed = false;
  if (keep) {
    lane->last = result;
    lane->served++;
    growth_count(&lane->growth, lane->process.pid, lane->served);
  } else if (discard(lane)) {
    result_set(result, LEAKED, "a process that it started outlived it");
  }
  report(lane, result);
  if (lane->suspect)
    settle_fall(lane, result);
}

/* The case cannot be run, because of WHY. */
static void fail(struct lane *lane, const struct bytes *why) {
  result_set(lane->result, RUNNER_FAULT, "%s", why->data);
  finish(lane, false);
}

/* What the case asked for is not there, or the program would not start: none of the target's cases can be run. */
static void give_up(struct lane *lane) {
  lane->unstartable = true;
  finish(lane, false);
  lane->unstartable = false;
}

/* ---- The process ------------------------------------------------------------------------------------------------ */

/* The server ended by itself although nothing was asked of it: by what it did for the case that it answered last. */
static void fall_between(struct lane *lane) {
  struct result *result = lane->last;
  if (result && !verdict_is_failure(result->verdict)) {
    judge_end(result, &lane->process, CRASHED, "after it had answered this request");
    keep_errors(lane, result);
  } else {
    result = NULL;
  }
  discard(lane);
  lane->state = LANE_IDLE;
  if (result)
    report(lane, result);
}

/* The server ended while it served a case. It may have ended by that case, or a moment late by the one before: the case
   is run again on a server that has answered no other. */
static void fall_at_work(struct lane *lane) {
  struct result *result = lane->result;
  if (!lane->last || lane->suspect) {
    judge_end(result, &lane->process, CRASHED, "while it served this request");
    finish(lane, false);
    return;
  }
  char *when = xasprintf("after it had answered this request, while it served %s, which a server of its own survives",
                         result->test_case->id);
  lane->suspect = lane->last;
  lane->fell_silent = lane->exchange.connection.received.len == 0;
  lane->fall = (struct result){.suite = result->suite, .target = lane->target, .test_case = lane->last->test_case};
  judge_end(&lane->fall, &lane->process, CRASHED, when);
  keep_errors(lane, &lane->fall);
  free(when);
  discard(lane);
  begin(lane);
}

static void finish_stop(struct lane *lane, enum verdict before) {
  struct result *stop = lane->target->stop;
  stop->runs++;
  discard(lane);
  lane->state = LANE_IDLE;
  if (stop->verdict != before)
    report(lane, stop);
}

/* Whether the file that a run was to write is one that stood there before. */
static bool output_stood(const struct lane *lane, const struct places *places) {
  const char *output = lane->target->program->output;
  char *name = output ? places_expand(places, output) : NULL;
  bool stood = name && place_output_stood(&lane->place, name);
  free(name);
  return stood;
}

/* The forked run was not equal, or did not come to an end: only a start of its own says what is true of it. */
static void begin_plainly(struct lane *lane) {
  result_withdraw(lane->result);
  lane->plain = true;
  fork_servers_fail(lane->owner->fork_servers, lane->target);
  discard(lane);
  lane->placed = false;
  begin(lane);
}

/* A forked run has ended. What it wrote on stderr may be the emulator's. */
static void finish_forked(struct lane *lane) {
  struct places places = places_of(lane);
  const struct run_seen seen = {.began = true};
  judge_run(lane->owner->workspace, lane->result, &lane->process, &places, &seen);
  if (verdict_is_failure(lane->result->verdict) || lane->process.end != END_EXITED ||
      (lane->process.err_text.len && !lane->target->program->errors))
    begin_plainly(lane);
  else {
    lane->result->forked = true;
    finish(lane, false);
  }
}

/* A run has ended. What printed nothing may never have begun: natively the kernel is asked once more, an emulator in a
   second run. */
static void finish_run(struct lane *lane) {
  const struct target *target = lane->target;
  const struct process *process = &lane->process;
  bool silent = process->out_text.len == 0;
  bool emulated = silent && target->runner == RUNNER_QEMU;
  if (emulated && !lane->proves) {
    discard(lane);
    lane->proves = true;
    begin(lane);
    return;
  }
  bool native = silent && !emulated && process->end == END_SIGNALED && target->prefix.emulator.count == 0;
  bool began = native ? begun_natively(target->elf) : !lane->proof || begun_logged(lane->proof);
  lane->proves = false;
  struct places places = places_of(lane);
  const struct run_seen seen = {
      .began = began, .touched = place_is_touched(&lane->place), .stood = output_stood(lane, &places)};
  judge_run(lane->owner->workspace, lane->result, process, &places, &seen);
  if (lane->result->verdict == REFUSED)
    give_up(lane);
  else
    finish(lane, false);
}

static void take_end(void *user, uint32_t events) {
  struct lane *lane = user;
  (void)events;
  if (!process_reap(lane->owner->workspace, &lane->process))
    return;
  loop_forget(lane->owner->loop, lane->process.pidfd);
  switch (lane->state) {
  case LANE_IDLE:
  case LANE_LINGERING:
    fall_between(lane);
    break;
  case LANE_FORKING:
    break;
  case LANE_STARTING:
    judge_end(lane->result, &lane->process, REFUSED, "before it was ready");
    give_up(lane);
    break;
  case LANE_ASKING:
    if (lane->transport->asks_server) {
      /* What it had sent before is still to be read; the kernel has closed its side. */
      lane->state = LANE_ENDING;
      set_deadline(lane, END_DEADLINE);
    } else if (lane->fork_server) {
      finish_forked(lane);
    } else {
      finish_run(lane);
    }
    break;
  case LANE_ENDING:
    fall_at_work(lane);
    break;
  case LANE_STOPPING: {
    enum verdict before = lane->target->stop->verdict;
    judge_stop(lane->target->stop, &lane->process);
    finish_stop(lane, before);
    break;
  }
  }
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

/* Puts the case's document in its place. Where that fails, the case is over. */
static bool place(struct lane *lane) {
  struct bytes why = {0};
  bool good = place_case(&lane->place, lane->result->test_case, &why);
  lane->placed = good;
  if (!good) {
    result_set(lane->result, RUNNER_FAULT, "%s", why.data);
    finish(lane, false);
  }
  bytes_free(&why);
  return good;
}

/* The path of the file that the key of the value TEXT names. The caller frees it. */
static char *find_file(const struct program *program, const struct places *places, const char *text) {
  char *expanded = places_expand(places, text);
  char *path = expanded[0] == '/' ? xstrdup(expanded) : xasprintf("%s/%s", program->folder, expanded);
  free(expanded);
  return path;
}

/* Why a file that a suite names cannot be read. */
static const char *why_unread(int error) { return error == EINVAL ? "it is no file" : strerror(error); }

/* Takes what the body of a request is. Where that cannot be read, the case is over. */
static bool read_body(struct lane *lane) {
  const struct program *program = lane->result->target->program;
  struct bytes why = {0};
  bytes_clear(&lane->exchange.body);
  if (!lane->transport->asks_server || strcmp(program->request_body, "no") == 0)
    return true;
  if (strcmp(program->request_body, "input") == 0) {
    bytes_add(&lane->exchange.body, span_of(&lane->result->test_case->input));
    return true;
  }
  struct places places = places_of(lane);
  char *path = find_file(program, &places, program->request_body);
  int failed = folder_read(path, &lane->exchange.body);
  if (failed) {
    bytes_printf(&why, "request-body = %s: %s: %s", program->request_body, path, why_unread(failed));
    fail(lane, &why);
  }
  bytes_free(&why);
  free(path);
  return failed == 0;
}

static void ask(struct lane *lane) {
  if ((!lane->placed && !place(lane)) || !read_body(lane))
    return;
  lane->state = LANE_ASKING;
  set_deadline(lane, lane->result->target->deadline);
  lane->exchange.program = lane->result->target->program;
  lane->exchange.test_case = lane->result->test_case;
  lane->exchange.places = places_of(lane);
  lane->exchange.number = 0;
  lane->exchange.count = lane->result->test_case->conversation ? 1 : program_requests(lane->exchange.program);
  lane->exchange.kept = false;
  lane->transport->ask(&lane->exchange);
}

static void answered(struct lane *lane, bool keep) {
  const char *changed = place_changed(&lane->place);
  if (changed)
    result_set(lane->result, DIVERGED, "the document that it was to serve %s meanwhile", changed);
  finish(lane, keep && !changed);
}

/* Judges what came as the answer to the lane's request. */
static void judge_request(struct lane *lane, int error) {
  const struct exchange *exchange = &lane->exchange;
  const struct request_number request = {exchange->number, exchange->count};
  bool answered = !exchange->dropped || exchange->connection.received.len;
  if (answered)
    judge_answer(lane->owner->workspace, lane->result, &exchange->places, &request, &exchange->connection.received,
                 error);
  if (exchange->dropped)
    result_set(lane->result, DIVERGED,
               "it closed the connection after answer %zu of %zu, and 'connection = keep-alive'", exchange->dropped,
               exchange->count);
}

/* The answer is there. A process that dies closes its connections a moment before its end shows. To the client that
   looks like an answer that is too short. */
static void take_answer(void *user, int error) {
  struct lane *lane = user;
  judge_request(lane, error);
  bool failed = verdict_is_failure(lane->result->verdict);
  bool ended = lane->process.end != END_NONE;
  lane->error = error;
  if (failed && ended) {
    result_withdraw(lane->result);
    fall_at_work(lane);
  } else if (failed && process_is_dying(&lane->process, lane->target->prefix.parents)) {
    result_withdraw(lane->result);
    lane->state = LANE_ENDING;
    set_deadline(lane, END_DEADLINE);
  } else if (ended) {
    judge_end(lane->result, &lane->process, CRASHED, "after it had answered this request");
    finish(lane, false);
  } else if (!failed && error == 0 && lane->exchange.number + 1 < lane->exchange.count) {
    lane->exchange.number++;
    lane->transport->ask(&lane->exchange);
  } else {
    answered(lane, error == 0);
  }
}

static void listen_at(struct lane *lane, struct sockaddr_in server) {
  timer_clear(lane->owner->loop, &lane->tick);
  connection_close(&lane->probe);
  lane->exchange.server = server;
  lane->listening = true;
  ask(lane);
}

/* Looks for the line that says that the server is ready. */
static void check_ready(struct lane *lane) {
  struct bytes why = {0};
  struct sockaddr_in server;
  struct places places = places_of(lane);
  char *beginning = places_expand(&places, lane->target->program->ready_line);
  enum readiness ready = ready_address(beginning, span_of(&lane->process.out_text), lane->place.port, &server, &why);
  free(beginning);
  if (ready == READY_HERE)
    listen_at(lane, server);
  if (ready == READY_ELSEWHERE) {
    result_set(lane->result, REFUSED, "%s", why.data);
    give_up(lane);
  }
  bytes_free(&why);
}

static void take_output(void *user, uint32_t events) {
  struct lane *lane = user;
  (void)events;
  process_read(&lane->process);
  if (lane->state == LANE_STARTING && lane->target->program->ready == READY_LINE)
    check_ready(lane);
}

static void take_probe(void *user, int error) {
  struct lane *lane = user;
  if (error == 0)
    listen_at(lane, local_address(lane->place.port));
}

/* Tries whether the port that was given answers; if not, again at the next tick. */
static void try_port(void *user) {
  struct lane *lane = user;
  struct sockaddr_in server = local_address(lane->place.port);
  if (lane->probe.fd < 0)
    connection_open(&lane->probe, lane->owner->loop, &server, span_text(""), false);
  if (lane->probe.fd >= 0 && !lane->probe.connecting)
    listen_at(lane, server);
  else
    timer_set(lane->owner->loop, &lane->tick, PORT_TICK, try_port, lane);
}

/* ---- The beginning ---------------------------------------------------------------------------------------------- */

/* Opens what the program has on its stdin as INPUT; -1: nothing. Where that fails, the case is over. */
static bool open_input(struct lane *lane, const struct places *places, int *input) {
  const struct program *program = lane->target->program;
  struct bytes why = {0};
  *input = -1;
  if (lane->transport->asks_server || strcmp(program->input, "no") == 0)
    return true;
  if (program_feeds_stdin(program)) {
    *input = memory_file(span_of(&lane->result->test_case->input));
    return true;
  }
  char *path = find_file(program, places, program->input);
  struct stat status;
  *input = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool is_file = *input >= 0 && fstat(*input, &status) == 0 && S_ISREG(status.st_mode);
  if (*input >= 0 && !is_file) {
    close(*input);
    *input = -1;
    errno = EINVAL;
  }
  if (*input < 0)
    bytes_printf(&why, "stdin = %s: %s: %s", program->input, path, why_unread(errno));
  if (*input < 0)
    fail(lane, &why);
  free(path);
  bytes_free(&why);
  return *input >= 0;
}

/* Notes what stands in the program's folder before it, where what it leaves there is looked at. */
static void note_place(struct lane *lane, const struct places *places) {
  char *name = lane->target->program->output ? places_expand(places, lane->target->program->output) : NULL;
  place_note(&lane->place);
  if (name)
    place_note_output(&lane->place, name);
  free(name);
}

static bool start(struct lane *lane) {
  struct places places = places_of(lane);
  int input = -1;
  if (!open_input(lane, &places, &input))
    return false;
  struct text_list options = {0};
  if (lane->target->program->compare == COMPARE_TREE || lane->target->program->output)
    note_place(lane, &places);
  if (lane->proves) {
    lane->proof = xasprintf("%s.begun", lane->process.folder);
    begun_options(lane->target->elf, lane->proof, &options);
  }
  int failed = start_target(lane->owner->workspace, &lane->process, lane->target, &options, &places, input);
  text_list_free(&options);
  if (input >= 0)
    close(input);
  if (failed) {
    judge_refusal(lane->result, failed);
    give_up(lane);
    return false;
  }
  loop_watch(lane->owner->loop, lane->process.out, EPOLLIN, take_output, lane);
  loop_watch(lane->owner->loop, lane->process.err, EPOLLIN, take_output, lane);
  loop_watch(lane->owner->loop, lane->process.pidfd, EPOLLIN, take_end, lane);
  return true;
}

/* The forked run is there. */
static void take_forked(void *user, pid_t pid) {
  struct lane *lane = user;
  if (pid <= 0) {
    begin_plainly(lane);
    return;
  }
  process_adopt(lane->owner->workspace, &lane->process, pid);
  loop_watch(lane->owner->loop, lane->process.pidfd, EPOLLIN, take_end, lane);
  lane->state = LANE_ASKING;
}

/* Puts into the program's folder what it has there for every case. Where that fails, the case is over. */
static bool furnish(struct lane *lane) {
  struct bytes why = {0};
  bool good = place_furnish(&lane->place, lane->target, lane->result->test_case, &why);
  if (!good)
    fail(lane, &why);
  bytes_free(&why);
  return good;
}

/* Has the lane's case forked off a fork server, if there is one for it. Returns whether it is under way, or over. */
static bool begin_forked(struct lane *lane) {
  struct fork_servers *servers = lane->plain ? NULL : lane->owner->fork_servers;
  int input = -1;
  lane->fork_server = servers ? fork_server_take(servers, lane->result, &lane->process) : NULL;
  if (!lane->fork_server)
    return false;
  lane->state = LANE_FORKING;
  place_open(&lane->place, lane->process.folder, lane->target, lane->result->test_case);
  struct places places = places_of(lane);
  if (!furnish(lane) || !place(lane) || !open_input(lane, &places, &input))
    return true;
  int failed = fork_server_fork(lane->fork_server, &lane->process, lane->target, &places, input, take_forked, lane);
  if (input >= 0)
    close(input);
  if (failed) {
    discard(lane);
    lane->plain = true;
    lane->placed = false;
    return false;
  }
  loop_watch(lane->owner->loop, lane->process.out, EPOLLIN, take_output, lane);
  loop_watch(lane->owner->loop, lane->process.err, EPOLLIN, take_output, lane);
  set_deadline(lane, lane->target->deadline * (servers->all ? 1 : FORKED_SHARE));
  return true;
}

/* Begins with the lane's case: asks the server that runs, or starts the program. */
static void begin(struct lane *lane) {
  struct loop *loop = lane->owner->loop;
  lane->started = loop_now(loop);
  lane->transport = transport_for(lane->result->target->program, lane->result->test_case);
  if (lane->process.pid) {
    ask(lane);
    return;
  }
  lane->target = lane->result->target;
  if (begin_forked(lane))
    return;
  lane->target = lane->result->target;
  struct confinement confinement = target_confinement(lane->target);
  process_prepare(lane->owner->workspace, &lane->process, &confinement);
  confinement_free(&confinement);
  place_open(&lane->place, lane->process.folder, lane->target, lane->result->test_case);
  if (!furnish(lane) || !place(lane) || !start(lane))
    return;
  if (!lane->transport->asks_server) {
    ask(lane);
    return;
  }
  lane->state = LANE_STARTING;
  set_deadline(lane, lane->target->start_deadline);
  if (lane->target->program->ready == READY_PORT)
    timer_set(loop, &lane->tick, PORT_TICK, try_port, lane);
}

/* Whether a right run of RESULT's case prints nothing, as far as the oracle was asked already. */
static bool is_to_be_silent(const struct result *result) {
  const struct program *program = result->target->program;
  const struct test_case *one = result->test_case;
  if (program->compare == COMPARE_TREE || program->output)
    return true;
  if (program->oracle == ORACLE_EXPECTED)
    return one->has_expected && one->expected.len == 0;
  const struct answer *answer =
      program->oracle == ORACLE_COMMAND ? truth_booked(program, one, program_url_path(program, 0)) : NULL;
  return answer && !answer->booked && answer->text.len == 0;
}

/* An emulator that most likely prints nothing proves at once that the program began: otherwise it would take a second
   run. */
void lane_begin(struct lane *lane, struct result *result) {
  const struct target *target = result->target;
  lane->result = result;
  lane->plain = false;
  lane->proves = target->runner == RUNNER_QEMU && target->program->drive == DRIVE_RUN && is_to_be_silent(result);
  result->runs++;
  begin(lane);
}

/* ---- What does not end by itself -------------------------------------------------------------------------------- */

/* Whether the server kept something of each answer, WHAT. That is told of how it stops, or of its last answer, which is
   RESULT. */
static bool found_growth(const struct lane *lane, struct result **result, struct bytes *what) {
  const struct target *target = lane->target;
  bool memory = target->prefix.emulator.count == 0;
  *result = target->stop ? target->stop : lane->last;
  return *result && !verdict_is_failure((*result)->verdict) && target->prefix.parents == 0 &&
         growth_found(&lane->growth, memory, what);
}

/* A server that seems to keep something may still be at the end of its last answers, and gets a little time. Returns
   whether it has that now. */
static bool rests(struct lane *lane) {
  struct result *result;
  struct bytes what = {0};
  bool found = found_growth(lane, &result, &what);
  if (found && lane->rests == RESTS) {
    result_set(result, LEAKED, "%s", what.data);
    keep_errors(lane, result);
    report(lane, result);
  }
  bytes_free(&what);
  if (!found || lane->rests == RESTS)
    return false;
  lane->rests++;
  lane->state = LANE_LINGERING;
  set_deadline(lane, REST * clock_share());
  return true;
}

static void send_stop(struct lane *lane) {
  if (lane->rests > 0)
    growth_rest(&lane->growth, lane->process.pid);
  if (rests(lane))
    return;
  if (!lane->target->stop) {
    struct result *last = lane->last;
    lane->state = LANE_IDLE;
    if (discard(lane) && last && !verdict_is_failure(last->verdict)) {
      result_set(last, LEAKED, "a process that its server had started left the server's process group");
      report(lane, last);
    }
    return;
  }
  kill(lane->process.pid, SIGTERM);
  lane->state = LANE_STOPPING;
  set_deadline(lane, STOP_DEADLINE);
}

void lane_stop(struct lane *lane) {
  if (!lane->owner->lingers || !lane->last) {
    send_stop(lane);
    return;
  }
  lane->state = LANE_LINGERING;
  set_deadline(lane, LINGER);
}

/* What a server did not do within its deadline. */
static const char *unfinished(const struct lane *lane) {
  const struct program *program = lane->target->program;
  bool closes = program->connection == CONNECTION_CLOSE && !lane->result->test_case->conversation;
  bool whole = frame_of(span_of(&lane->exchange.connection.received), strcmp(program->method, "HEAD") == 0).whole;
  return closes && whole ? "did not close its connection" : "did not finish its answer";
}

/* The deadline of what the lane waits for has passed. */
static void expire(void *user) {
  struct lane *lane = user;
  const struct target *target = lane->target;
  bool runs = !lane->transport->asks_server;
  size_t printed = lane->process.out_text.len;
  size_t received = lane->exchange.connection.received.len;
  if (lane->fork_server) {
    begin_plainly(lane);
    return;
  }
  switch (lane->state) {
  case LANE_IDLE:
  case LANE_FORKING:
    break;
  case LANE_STARTING:
    judge_hang(lane->result, "was not ready", target->start_deadline, printed);
    give_up(lane);
    break;
  case LANE_ASKING:
    judge_hang(lane->result, runs ? "did not end" : unfinished(lane), target->deadline, runs ? printed : received);
    finish(lane, false);
    break;
  case LANE_ENDING:
    if (lane->process.end != END_NONE) {
      lane->transport->abandon(&lane->exchange);
      fall_at_work(lane);
      break;
    }
    judge_request(lane, lane->error);
    answered(lane, false);
    break;
  case LANE_LINGERING:
    send_stop(lane);
    break;
  case LANE_STOPPING: {
    enum verdict before = target->stop->verdict;
    judge_hang(target->stop, "did not end after SIGTERM", STOP_DEADLINE, received);
    finish_stop(lane, before);
    break;
  }
  }
}

void lane_init(struct lane *lane, const struct lane_owner *owner) {
  *lane = (struct lane){.owner = owner, .process = PROCESS_NONE, .transport = &run_transport};
  lane->probe = (struct connection){.fd = -1, .over = take_probe, .user = lane};
  exchange_init(&lane->exchange, owner->loop, take_answer, lane);
}

void lane_close(struct lane *lane) {
  if (lane->process.folder)
    discard(lane);
  timer_clear(lane->owner->loop, &lane->deadline);
  timer_clear(lane->owner->loop, &lane->tick);
  result_free(&lane->fall);
  bytes_free(&lane->probe.received);
  exchange_free(&lane->exchange);
}

/* SPDX-License-Identifier: MIT */
