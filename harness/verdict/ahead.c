/* Workers that take one question after the other and write the answers to pipes. */
#include "harness/verdict/ahead.h"

#include "harness/base/interrupt.h"
#include "harness/process/guard.h"
#include "harness/process/workers.h"
#include "harness/process/workspace.h"
#include "harness/suite/cases.h"
#include "harness/suite/target.h"
#include "harness/verdict/truth.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A worker takes about ten milliseconds to begin, which is the time of a few questions. */
enum { MOST_ASKERS = 16, QUESTIONS_EACH = 8 };

struct question {
  const struct program *program;
  struct test_case *test_case;
  const char *path;
  struct answer *answer; /* its place */
};

/* What an asker writes before each text. */
struct message {
  size_t question, len;
  bool good; /* the text is the answer, and not why there is none */
};

struct ahead {
  struct workspace *workspace;
  struct result **jobs; /* borrowed */
  size_t job_count;
  struct question *questions;
  size_t question_count;
  atomic_size_t *next; /* the question to be asked next; shared */
  unsigned asker_count;
  pid_t askers[MOST_ASKERS];
  int ends[MOST_ASKERS]; /* to read from; -1: that one has ended */
  struct bytes came[MOST_ASKERS];
  int out; /* in an asker: where it writes */
};

static bool asks(const struct result *job) {
  return job->target->program->oracle == ORACLE_COMMAND && !job->test_case->conversation;
}

/* ---- An asker --------------------------------------------------------------------------------------------------- */

static bool write_all(int fd, const void *data, size_t len) {
  for (const char *at = data; len;) {
    ssize_t wrote = write(fd, at, len);
    if (wrote < 0 && errno != EINTR)
      return false;
    at += wrote > 0 ? wrote : 0;
    len -= wrote > 0 ? (size_t)wrote : 0;
  }
  return true;
}

static void ask(void *user, unsigned index, struct workspace *workspace) {
  struct ahead *ahead = user;
  bool goes_on = true;
  /* Or neither this one nor one before it could see that nobody reads any more. */
  for (unsigned i = 0; i <= index; i++)
    close(ahead->ends[i]);
  /* Who dies with the gate leaves what it has begun to its guard. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  guard_leave(ahead->workspace->guard);
  while (goes_on && !interrupt_taken()) {
    size_t number = atomic_fetch_add(ahead->next, 1);
    if (number >= ahead->question_count)
      return;
    const struct question *question = &ahead->questions[number];
    struct span text = {"", 0};
    struct bytes why = {0};
    bool good = truth_at(workspace, question->program, question->test_case, question->path, &text, &why);
    text = good ? text : span_of(&why);
    const struct message message = {.question = number, .len = text.len, .good = good};
    goes_on = write_all(ahead->out, &message, sizeof message) && write_all(ahead->out, text.data, text.len);
    bytes_free(&why);
  }
}

static bool start_asker(struct ahead *ahead, unsigned index) {
  const struct workers workers = {.count = 1, .work = ask, .user = ahead};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return false;
  ahead->out = ends[1];
  ahead->ends[index] = ends[0];
  ahead->askers[index] = worker_start(&workers, index);
  close(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  workspace_keep(ahead->workspace, ahead->askers[index], true);
  return true;
}

/* ---- The gate's side -------------------------------------------------------------------------------------------- */

static void list_questions(struct ahead *ahead) {
  for (size_t i = 0; i < ahead->job_count; i++) {
    const struct program *program = ahead->jobs[i]->target->program;
    for (size_t k = 0; asks(ahead->jobs[i]) && k < program_requests(program); k++) {
      const char *path = program_url_path(program, k);
      struct answer *answer = truth_book(program, ahead->jobs[i]->test_case, path);
      if (!answer)
        continue;
      ahead->questions = xrealloc(ahead->questions, (ahead->question_count + 1) * sizeof *ahead->questions);
      ahead->questions[ahead->question_count++] = (struct question){program, ahead->jobs[i]->test_case, path, answer};
    }
  }
}

struct ahead *ahead_begin(struct workspace *workspace, struct result **jobs, size_t count, unsigned most) {
  struct ahead *ahead = xcalloc(1, sizeof *ahead);
  *ahead = (struct ahead){.workspace = workspace, .jobs = jobs, .job_count = count};
  list_questions(ahead);
  size_t wanted = ahead->question_count / QUESTIONS_EACH;
  most = most < MOST_ASKERS ? most : MOST_ASKERS;
  unsigned askers = wanted < most ? (unsigned)wanted : most;
  ahead->next = shared_memory(sizeof *ahead->next);
  while (ahead->asker_count < askers && start_asker(ahead, ahead->asker_count))
    ahead->asker_count++;
  if (ahead->asker_count)
    return ahead;
  ahead_end(ahead);
  return NULL;
}

const int *ahead_descriptors(const struct ahead *ahead, size_t *count) {
  *count = ahead->asker_count;
  return ahead->ends;
}

/* The jobs that asked in vain get that as their verdict. */
static void take_failure(struct ahead *ahead, struct answer *answer, struct span why) {
  answer->failed = true;
  for (size_t i = 0; i < ahead->job_count; i++) {
    const struct program *program = ahead->jobs[i]->target->program;
    for (size_t k = 0; asks(ahead->jobs[i]) && k < program_requests(program); k++)
      if (truth_booked(program, ahead->jobs[i]->test_case, program_url_path(program, k)) == answer)
        result_set(ahead->jobs[i], ORACLE_FAULT, "%.*s", (int)why.len, why.data);
  }
}

/* Takes the whole messages that have come from an asker. */
static void take_messages(struct ahead *ahead, struct bytes *came) {
  size_t at = 0;
  struct message message;
  while (came->len - at >= sizeof message) {
    memcpy(&message, came->data + at, sizeof message);
    if (came->len - at - sizeof message < message.len)
      break;
    struct span text = {came->data + at + sizeof message, message.len};
    struct answer *answer = ahead->questions[message.question].answer;
    at += sizeof message + message.len;
    if (!answer->booked)
      continue; /* it was needed sooner */
    if (message.good)
      bytes_add(&answer->text, text);
    else
      take_failure(ahead, answer, text);
    answer->booked = !message.good;
  }
  memmove(came->data, came->data + at, came->len - at);
  came->len -= at;
}

/* Waits for the asker, which has closed its pipe or is about to. */
static void await_asker(struct ahead *ahead, unsigned index) {
  int status = 0;
  close(ahead->ends[index]);
  ahead->ends[index] = -1;
  while (waitpid(ahead->askers[index], &status, 0) < 0 && errno == EINTR)
    ;
  workspace_keep(ahead->workspace, ahead->askers[index], false);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    die("what asks the commands of the oracles failed; what it said stands above");
}

bool ahead_take(struct ahead *ahead, int fd) {
  unsigned index = 0;
  while (ahead->ends[index] != fd)
    index++;
  struct bytes *came = &ahead->came[index];
  char block[65536];
  ssize_t got;
  while ((got = read(fd, block, sizeof block)) > 0)
    bytes_append(came, block, (size_t)got);
  if (came->len)
    take_messages(ahead, came);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return true;
  await_asker(ahead, index);
  return false;
}

bool ahead_awaits(const struct ahead *ahead, const struct result *job) {
  const struct program *program = job->target->program;
  bool any = false;
  for (unsigned i = 0; i < ahead->asker_count; i++)
    any |= ahead->ends[i] >= 0;
  for (size_t k = 0; any && asks(job) && k < program_requests(program); k++) {
    const struct answer *answer = truth_booked(program, job->test_case, program_url_path(program, k));
    if (answer && answer->booked && !answer->failed)
      return true;
  }
  return false;
}

void ahead_end(struct ahead *ahead) {
  if (!ahead)
    return;
  for (unsigned i = 0; i < ahead->asker_count; i++)
    if (ahead->ends[i] >= 0)
      kill(ahead->askers[i], SIGTERM);
  for (unsigned i = 0; i < ahead->asker_count; i++) {
    if (ahead->ends[i] >= 0)
      await_asker(ahead, i);
    bytes_free(&ahead->came[i]);
  }
  shared_memory_free(ahead->next, sizeof *ahead->next);
  free(ahead->questions);
  free(ahead);
}

/* SPDX-License-Identifier: MIT */
