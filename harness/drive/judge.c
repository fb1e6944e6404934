/* From ends to verdicts. */
#include "harness/drive/judge.h"

#include "harness/base/files.h"
#include "harness/base/machine.h"
#include "harness/base/signals.h"
#include "harness/drive/connection.h"
#include "harness/drive/expect.h"
#include "harness/drive/framing.h"
#include "harness/process/emulator.h"
#include "harness/suite/cases.h"
#include "harness/suite/conversation.h"
#include "harness/suite/folder.h"
#include "harness/suite/target.h"
#include "harness/verdict/compare.h"
#include "harness/verdict/filter.h"
#include "harness/verdict/headers.h"
#include "harness/verdict/truth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void judge_end(struct result *result, const struct process *process, enum verdict exited, const char *when) {
  if (process->flooded) {
    result_set(result, DIVERGED, "%s does not end: %d MiB had come, more are not taken",
               process->out_text.len > MOST_OUTPUT ? "stdout" : "stderr", MOST_OUTPUT >> 20);
    return;
  }
  struct bytes how = {0};
  describe_end(process, when, &how);
  bool qemu = result->target->runner == RUNNER_QEMU;
  const char *own = qemu ? emulator_own_failure(process) : NULL;
  if (own)
    result_set(result, RUNNER_FAULT, "qemu failed: %s; %s", own, how.data);
  else if (qemu && emulator_refused(process))
    result_set(result, REFUSED, "qemu's loader refused it: %s", how.data);
  else
    result_set(result, process->end == END_SIGNALED ? CRASHED : exited, "%s", how.data);
  bytes_free(&how);
}

/* What the kernel was to start for RESULT, in words. */
static const char *started(const struct result *result) {
  return result->target->runner == RUNNER_COMMAND ? "the command that 'runner' names" : "it";
}

void judge_refusal(struct result *result, int error) {
  char *why = target_check(result->target);
  if (why)
    result_set(result, RUNNER_FAULT, "%s", why);
  else
    result_set(result, result->target->runner == RUNNER_COMMAND ? RUNNER_FAULT : REFUSED,
               "the kernel would not start %s: %s", started(result), strerror(error));
  free(why);
}

/* Compares what a run wrote on stderr with what its suite says, if it says anything. */
static void judge_errors(struct result *result, const struct places *places, const struct process *process) {
  const struct program *program = result->target->program;
  struct bytes expected = {0};
  if (!program->errors || verdict_is_failure(result->verdict))
    return;
  char *text = places_expand(places, program->errors);
  bytes_unescape(&expected, text);
  free(text);
  compare_part(result, PART_STDERR, span_of(&expected), span_of(&process->err_text));
  bytes_free(&expected);
}

/* Whether nothing but an exit status speaks for a program that this harness saw no more of than that a script, or a
   runner, began. What a runner's command wrote on stderr may be its own. */
static bool is_unseen(const struct result *result, const struct process *process) {
  if (result->target->runner == RUNNER_COMMAND)
    return process->out_text.len == 0;
  return process->out_text.len == 0 && process->err_text.len == 0 && !elf_identify(result->target->elf).is_elf;
}

/* What the end of a program that never began means: its loader refused it, or what was put before it failed. */
static void judge_unbegun(struct result *result, const struct process *process) {
  struct bytes how = {0};
  describe_end(process, "before the program's first instruction", &how);
  bool emulated = result->target->runner == RUNNER_QEMU;
  char *libraries = emulated ? emulator_libraries(result->target->elf) : NULL;
  result_set(result, REFUSED, "%s: %s%s%s", emulated ? "qemu's loader refused it" : "the kernel could not load it",
             how.data, libraries ? "; its libraries are there with 'environment = QEMU_LD_PREFIX=" : "",
             libraries ? libraries : "");
  if (libraries)
    bytes_text(&result->detail, "'");
  free(libraries);
  bytes_free(&how);
}

/* A wrapper said WORDS instead of becoming the program: because the kernel would not start that, or for a reason of its
   own. */
static void judge_wrapper(struct result *result, const char *words) {
  int len = (int)strcspn(words, "\n");
  char *why = target_check(result->target);
  if (why)
    result_set(result, RUNNER_FAULT, "%s", why);
  else if (strncmp(words, "usage: ", 7) == 0)
    result_set(result, RUNNER_FAULT, "what was put before it could not start it: %.*s", len, words);
  else
    result_set(result, result->target->runner == RUNNER_COMMAND ? RUNNER_FAULT : REFUSED,
               "the kernel would not start %s: %.*s", started(result), len, words);
  free(why);
}

/* What a run put out. */
struct answer_of_run {
  enum part part;
  struct span text;
  struct bytes owned;
};

/* Reads the file NAME that a run was to write. Returns false where it did not, and RESULT says so. */
static bool read_output(struct result *result, const char *folder, const char *name, struct bytes *text) {
  int fd = folder_open(folder, name);
  if (fd >= 0) {
    read_whole(fd, text);
    close(fd);
    return true;
  }
  if (fd == -ENOENT || fd == -ENOTDIR)
    result_set(result, MISSING, "it did not write the file %s", name);
  else
    result_set(result, MISSING, "%s is no file that it wrote: %s", name,
               fd == -EISDIR   ? "it is a folder"
               : fd == -EINVAL ? "it is a device, a pipe or a socket"
               : fd == -ELOOP  ? "it is a link"
                               : strerror(-fd));
  return false;
}

/* Takes what a run put out: its stdout, or the file or the folder that its suite names. */
static bool take_answer_of_run(struct result *result, const struct process *process, const struct places *places,
                               const struct run_seen *seen, struct answer_of_run *answer) {
  const struct program *program = result->target->program;
  struct bytes why = {0};
  bool good = true;
  *answer = (struct answer_of_run){.part = PART_STDOUT, .text = span_of(&process->out_text)};
  if (program->compare == COMPARE_TREE) {
    answer->part = PART_TREE;
    good = folder_tell(process->folder, &answer->owned, &why);
    if (!good)
      result_set(result, RUNNER_FAULT, "what it left cannot be read: %s", why.data);
  } else if (program->output) {
    char *name = places_expand(places, program->output);
    answer->part = PART_OUTPUT;
    if (seen->stood)
      result_set(result, MISSING, "it did not write the file %s, which stood there before", name);
    good = !seen->stood && read_output(result, process->folder, name, &answer->owned);
    free(name);
  }
  if (answer->part != PART_STDOUT)
    answer->text = span_of(&answer->owned);
  bytes_free(&why);
  return good;
}

/* Compares what a run put out with TRUTH, after the filter of its program if it has one, and its exit status. */
static void compare_output(struct workspace *workspace, struct result *result, const struct process *process,
                           const struct places *places, const struct run_seen *seen, struct span truth, bool meant) {
  const struct program *program = result->target->program;
  struct answer_of_run answer;
  struct filtered filtered = {0};
  bool good = take_answer_of_run(result, process, places, seen, &answer);
  struct span actual = answer.text;
  result_keep(result, actual);
  if (good && program->filter) {
    good = filter_sides(workspace, result, truth, actual, &filtered);
    truth = span_of(&filtered.expected);
    actual = span_of(&filtered.actual);
  }
  if (good)
    compare_run(result, answer.part, truth, actual, meant ? process->status : (int)program->exit_status,
                process->status);
  filtered_free(&filtered);
  bytes_free(&answer.owned);
}

/* How a program that began ended, and what it put out, held to the truth. */
static void compare_end(struct workspace *workspace, struct result *result, const struct process *process,
                        const struct places *places, const struct run_seen *seen) {
  const struct program *program = result->target->program;
  struct span truth;
  struct bytes why = {0};
  bool signaled = process->end == END_SIGNALED;
  bool alone = signaled && result->target->runner == RUNNER_QEMU && emulator_own_failure(process);
  bool meant = signaled && !alone && program->signal && strcmp(signal_name(process->status), program->signal) == 0;
  bool ended = (!signaled || meant) && !process->flooded;
  bool compares = ended || (process->flooded && !program->output && program->compare == COMPARE_OUTPUT);
  if (ended && !signaled && program->signal)
    result_set(result, DIVERGED, "it ended with exit status %d, expected %s", process->status, program->signal);
  else if (compares && !truth_of(workspace, program, result->test_case, &truth, &why))
    result_set(result, RUNNER_FAULT, "%s", why.data);
  else if (ended)
    compare_output(workspace, result, process, places, seen, truth, meant);
  else if (!compares || compare_part(result, PART_STDOUT, truth, taken(&process->out_text)))
    judge_end(result, process, CRASHED, "while it ran");
  bytes_free(&why);
}

void judge_run(struct workspace *workspace, struct result *result, const struct process *process,
               const struct places *places, const struct run_seen *seen) {
  const char *own = wrapper_failure(process);
  result->status = process->end == END_EXITED ? process->status : -1;
  if (own)
    judge_wrapper(result, own);
  else if (!seen->began)
    judge_unbegun(result, process);
  else
    compare_end(workspace, result, process, places, seen);
  judge_errors(result, places, process);
  if (process->leaked)
    result_set(result, LEAKED, "a process that it started outlived it");
  if (!seen->touched && is_unseen(result, process))
    result_set(result, RUNNER_FAULT, "start not observed: %s, and an exit status alone does not show that this began",
               result->target->runner == RUNNER_COMMAND ? "a command of its suite's runs it"
                                                        : "it is no ELF, so another program runs what it names");
}

/* The header section that the program must send for a body of LENGTH bytes, where ANSWER came. */
static void expected_headers(const struct program *program, struct places places, size_t length, struct span answer,
                             struct bytes *headers) {
  char *number = xasprintf("%zu", length);
  struct text_list wanted = {0};
  places.values[PLACEHOLDER_LENGTH] = number;
  for (size_t i = 0; i < program->headers.count; i++)
    text_list_take(&wanted, places_expand(&places, program->headers.items[i]));
  headers_expect(&wanted, &program->ignored_headers, header_section(answer), headers);
  text_list_free(&wanted);
  free(number);
}

/* What is compared of an answer: as it came, but for the framing of well-formed chunks. Where that was taken away,
   OWNED holds what is left. */
static struct span content_of(struct span received, struct frame frame, struct bytes *owned) {
  struct span body = {received.data + frame.head, received.len - frame.head};
  bytes_append(owned, received.data, frame.head);
  return frame.framing == FRAMED_BY_CHUNKS && unchunk(body, owned) ? span_of(owned) : received;
}

/* Compares ANSWER, head and body, with what is expected. LENGTH is that of the body, for {length}. */
static void compare_content(struct result *result, const struct places *places, struct span truth, size_t length,
                            struct span answer) {
  const struct program *program = result->target->program;
  struct bytes headers = {0};
  struct bytes status = {0};
  char *line = places_expand(places, program->status_line);
  bytes_printf(&status, "%s\r\n", line);
  expected_headers(program, *places, length, answer, &headers);
  compare_response(result, span_of(&status), program->headers.count > 0, span_of(&headers), truth, answer);
  free(line);
  bytes_free(&headers);
  bytes_free(&status);
}

/* The same after the filter of the program has seen both bodies. Its Content-Length speaks of what came. */
static void compare_filtered(struct workspace *workspace, struct result *result, const struct places *places,
                             struct span truth, struct span answer, size_t head) {
  struct filtered filtered;
  struct bytes whole = {0};
  struct span body = {answer.data + head, answer.len - head};
  if (filter_sides(workspace, result, truth, body, &filtered)) {
    bytes_append(&whole, answer.data, head);
    bytes_add(&whole, span_of(&filtered.actual));
    compare_content(result, places, span_of(&filtered.expected), body.len, span_of(&whole));
  }
  bytes_free(&whole);
  filtered_free(&filtered);
}

/* Compares an answer to a request for a document. */
static void compare_page(struct workspace *workspace, struct result *result, const struct places *places,
                         struct span truth, struct span received) {
  const struct program *program = result->target->program;
  bool bodiless = strcmp(program->method, "HEAD") == 0;
  struct frame frame = frame_of(received, bodiless);
  struct bytes owned = {0};
  struct span answer = content_of(received, frame, &owned);
  result_keep(result, (struct span){answer.data + frame.head, answer.len - frame.head});
  if (bodiless)
    compare_content(result, places, (struct span){"", 0}, truth.len, answer);
  else if (program->filter)
    compare_filtered(workspace, result, places, truth, answer, frame.head);
  else
    compare_content(result, places, truth, truth.len, answer);
  if (frame.framing == FRAMED_BY_LENGTH && received.len - frame.head != frame.content)
    result_set(result, DIVERGED, "every byte came, but Content-Length is %zu and the body has %zu bytes", frame.content,
               received.len - frame.head);
  if (program->connection == CONNECTION_KEEP && !frame.persists)
    result_set(result, DIVERGED, "every byte came, but it says that it closes, and 'connection = keep-alive'");
  bytes_free(&owned);
}

/* Says which of several requests a failure is about. */
static void add_request(struct result *result, const struct request_number *request) {
  const struct program *program = result->target->program;
  if (request->count > 1 && verdict_is_failure(result->verdict))
    bytes_printf(&result->detail, " (request %zu of %zu: %s %s)", request->number + 1, request->count, program->method,
                 program_url_path(program, request->number));
}

/* Compares an answer with the truth about its case. Returns false where that is not to be had. */
static bool compare_answer(struct workspace *workspace, struct result *result, const struct places *places,
                           const struct request_number *request, struct span received) {
  const struct conversation *talk = result->test_case->conversation;
  struct span truth;
  struct bytes why = {0};
  const char *path = program_url_path(result->target->program, request->number);
  bool good = talk || truth_at(workspace, result->target->program, result->test_case, path, &truth, &why);
  if (talk) {
    struct bytes expected = {0};
    expect_talk(talk, &result->target->program->ignored_headers, received, &expected);
    result_keep(result, received);
    compare_responses(result, span_of(&expected), received);
    bytes_free(&expected);
  } else if (good) {
    compare_page(workspace, result, places, truth, received);
  } else {
    result_set(result, RUNNER_FAULT, "%s", why.data);
  }
  bytes_free(&why);
  return good;
}

void judge_answer(struct workspace *workspace, struct result *result, const struct places *places,
                  const struct request_number *request, const struct bytes *received, int error) {
  if (connection_error_is_ours(error)) {
    result_set(result, RUNNER_FAULT, "this machine could not make the connection: %s", strerror(error));
    return;
  }
  bool good = compare_answer(workspace, result, places, request, taken(received));
  add_request(result, request);
  if (!good)
    return;
  if (error == EFBIG && verdict_is_failure(result->verdict))
    bytes_text(&result->detail, " (more is not taken)");
  else if (error && verdict_is_failure(result->verdict))
    bytes_printf(&result->detail, " (%s)", strerror(error));
  else if (error)
    result_set(result, DIVERGED, "every byte came, but the connection did not end well: %s", strerror(error));
}

void judge_stop(struct result *stop, const struct process *process) {
  const struct program *program = stop->target->program;
  const char *line_end = memchr(span_of(&process->out_text).data, '\n', process->out_text.len);
  size_t more = line_end ? process->out_text.len - (size_t)(line_end - process->out_text.data) - 1 : 0;
  if (process->end == END_SIGNALED)
    judge_end(stop, process, CRASHED, "when it was sent SIGTERM");
  else if (process->status != (int)program->exit_status)
    result_set(stop, DIVERGED, "exit status after SIGTERM is %d, expected %zu", process->status, program->exit_status);
  else if (program->ready == READY_LINE && more > 0)
    result_set(stop, DIVERGED, "it wrote %zu bytes to stdout after the line that said it was ready", more);
  else if (process->leaked)
    result_set(stop, LEAKED, "a process that it started outlived it (with 'obeys-sigterm = no' its end is not judged)");
  if (stop->verdict == NOT_RUN)
    stop->verdict = EQUAL;
}

void judge_hang(struct result *result, const char *doing, double seconds, size_t came) {
  result_set(result, HUNG, "%s within %g s; %zu bytes had come", doing, seconds, came);
}

/* SPDX-License-Identifier: MIT */
