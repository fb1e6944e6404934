/* Takes answers as expected bytes. What is accepted is what the program put out, before any filter. */
#include "harness/accept/accept.h"

#include "harness/base/files.h"
#include "harness/report/json.h"
#include "harness/report/report.h"
#include "harness/suite/conversation.h"
#include "harness/suite/folder.h"
#include "harness/suite/suite.h"
#include "harness/verdict/headers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What became of the selected cases. */
struct tally_of_accepted {
  size_t accepted, equal, refused, held; /* HELD: for want of --overwrite */
  json_t *told;                          /* an object for each case; NULL: it is told as text */
};

/* Says what became of RESULT: a word of at most nine letters, and more of it. */
static void tell(const struct session *session, const struct result *result, struct tally_of_accepted *tally,
                 const char *outcome, const char *format, ...) __attribute__((format(printf, 5, 6)));

static void tell(const struct session *session, const struct result *result, struct tally_of_accepted *tally,
                 const char *outcome, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *more = xvasprintf(format, args);
  va_end(args);
  if (tally->told) {
    json_t *one = json_object();
    json_set(one, "result", json_of_result(session, result));
    json_set(one, "outcome", json_string(outcome));
    json_set(one, "about", json_string_of(span_text(more)));
    json_array_append_new(tally->told, one);
  } else {
    printf("  %-9s %s\n", outcome, more);
  }
  free(more);
}

static void show(const struct result *result) {
  struct bytes text = {0};
  report_headline(result, &text);
  bytes_text(&text, "\n");
  report_fit_terminal(true);
  report_difference(result, &text);
  fwrite(text.data, 1, text.len, stdout);
  bytes_free(&text);
}

/* Why what RESULT answered cannot be the expected bytes of its case; NULL where it can. */
static const char *find_obstacle(const struct session *session, const struct result *result) {
  const struct test_case *one = result->test_case;
  const struct program *program = result->target->program;
  if (one == &session->stop)
    return "how a server stops is no case: 'exit-status' and 'obeys-sigterm' say what is right";
  if (result->verdict != DIVERGED)
    return "it did not come to an answer";
  if (one->conversation)
    return one->conversation->octets.len ? "it is one of several cases of one file ('! octets')" : NULL;
  if (program->oracle != ORACLE_EXPECTED)
    return "its oracle says what is right, and no file of expected bytes ('oracle = expected')";
  if (!one->expected_path)
    return "its expected bytes stand in no file of their own";
  switch (result->part) {
  case PART_STATUS:
    return "what differs stands in the suite file: 'status-line'";
  case PART_HEADERS:
    return "what differs stands in the suite file: 'header', 'ignore-header'";
  case PART_NONE:
  case PART_EXIT:
    return "what differs stands in the suite file: 'exit-status', 'signal'";
  case PART_STDERR:
    return "what differs stands in the suite file: 'stderr'";
  default:
    return NULL;
  }
}

/* Appends LINE of an answer; the date of a field that tells when is any date. */
static void write_line(struct span line, struct bytes *out) {
  static const char *const names[] = {"Date: ", "Last-Modified: "};
  bytes_text(out, "< ");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t len = strlen(names[i]);
    if (line.len <= len || memcmp(line.data, names[i], len) != 0 ||
        !conversation_has_date((struct span){line.data + len, line.len - len}))
      continue;
    bytes_text(out, names[i]);
    bytes_text(out, "{date}");
    line.data += len + DATE_LENGTH;
    line.len -= len + DATE_LENGTH;
    break;
  }
  bytes_escaped(out, line);
  bytes_text(out, "\n");
}

/* Appends the bytes of ANSWER as lines `<` of a conversation, one for each line of it but the headers that are IGNORED
   in its first head. */
static void write_expected(struct span answer, const struct text_list *ignored, struct bytes *out) {
  enum { LONGEST = 100 };
  bool in_head = true;
  for (size_t at = 0; at < answer.len;) {
    const char *end = memchr(answer.data + at, '\n', answer.len - at);
    size_t len = end ? (size_t)(end - answer.data) - at + 1 : answer.len - at;
    in_head = in_head && answer.data[at] != '\r';
    if (in_head && header_is_named(ignored, (struct span){answer.data + at, len})) {
      at += len;
      continue;
    }
    while (len > LONGEST) {
      write_line((struct span){answer.data + at, LONGEST}, out);
      at += LONGEST;
      len -= LONGEST;
    }
    write_line((struct span){answer.data + at, len}, out);
    at += len;
  }
}

/* The text of a conversation with ANSWER as what it expects: in the place of its first line `<`, or at the end. */
static void rewrite(struct span text, struct span answer, const struct text_list *ignored, struct bytes *out) {
  bool written = false;
  for (size_t at = 0; at < text.len;) {
    const char *end = memchr(text.data + at, '\n', text.len - at);
    size_t len = end ? (size_t)(end - text.data) - at + 1 : text.len - at;
    bool expects = text.data[at] == '<';
    if (expects && !written)
      write_expected(answer, ignored, out);
    written |= expects;
    if (!expects)
      bytes_append(out, text.data + at, len);
    at += len;
  }
  if (out->len && out->data[out->len - 1] != '\n')
    bytes_text(out, "\n");
  if (!written)
    write_expected(answer, ignored, out);
}

/* Makes the folder of the file PATH, but not that one's folder. */
static void make_folder_of(const char *path) {
  char *folder = xstrdup(path);
  char *slash = strrchr(folder, '/');
  if (slash)
    *slash = '\0';
  if (slash && slash > folder)
    (void)(mkdir(folder, 0777) != 0);
  free(folder);
}

/* Puts the folder that RESULT's tree tells in the place of the expected one. */
static bool write_folder(const struct result *result, const char *path, struct bytes *why) {
  char *fresh = xasprintf("%s.accepted", path);
  make_folder_of(path);
  bool good = folder_make(fresh, span_of(&result->answer), why);
  if (good && access(path, F_OK) == 0)
    remove_folder(path);
  if (good && rename(fresh, path) != 0) {
    bytes_printf(why, "%s: %s", path, strerror(errno));
    remove_folder(fresh);
    good = false;
  }
  free(fresh);
  return good;
}

/* Writes what RESULT answered. Returns 0, an errno value, or EEXIST where it may not replace what is there; WHY
   says more, where a folder cannot be written. */
static int write_answer(const struct result *result, bool overwrite, const char **path, struct bytes *why) {
  const struct test_case *one = result->test_case;
  struct bytes text = {0};
  *path = one->conversation ? one->file : one->expected_path;
  bool replaces = !one->conversation || one->conversation->expected.len > 0;
  if (!overwrite && replaces && access(*path, F_OK) == 0)
    return EEXIST;
  if (result->part == PART_TREE)
    return write_folder(result, *path, why) ? 0 : EINVAL;
  if (one->conversation)
    rewrite(span_of(&one->input), span_of(&result->answer), &result->target->program->ignored_headers, &text);
  else
    bytes_add(&text, span_of(&result->answer));
  make_folder_of(*path);
  int failed = replace_file(*path, span_of(&text));
  bytes_free(&text);
  return failed;
}

/* Whether two results have the same expected file: those of one case, or of inputs whose names differ in the suffix. */
static bool have_one_file(const struct result *result, const struct result *other) {
  const char *path = result->test_case->expected_path;
  const char *other_path = other->test_case->expected_path;
  return result->test_case == other->test_case || (path && other_path && strcmp(path, other_path) == 0);
}

/* A result before it with the same expected file that answered otherwise. */
static const struct result *find_other(const struct session *session, const struct result *result) {
  for (const struct result *other = session->results; other < result; other++)
    if (have_one_file(result, other) && other->target != &session->oracle &&
        !span_equal(span_of(&other->answer), span_of(&result->answer)))
      return other;
  return NULL;
}

/* RESULT answered nothing, and that is equal to expected bytes that are not there: a file without a byte says so. */
static bool wants_file(const struct session *session, const struct result *result) {
  const struct test_case *one = result->test_case;
  return result->verdict == EQUAL && one != &session->stop && one->lacks_expected &&
         result->target->program->oracle == ORACLE_EXPECTED;
}

static bool was_written(const struct session *session, const struct result *result) {
  for (const struct result *other = session->results; other < result; other++)
    if (have_one_file(result, other) && other->target != &session->oracle &&
        (other->verdict == DIVERGED || wants_file(session, other)))
      return true;
  return false;
}

/* Accepts RESULT, or says why not. */
static void accept(const struct session *session, const struct result *result, bool overwrite,
                   struct tally_of_accepted *tally) {
  const char *obstacle = result->verdict == EQUAL ? NULL : find_obstacle(session, result);
  const struct result *other = obstacle ? NULL : find_other(session, result);
  const char *path = NULL;
  if (!tally->told && result->verdict != EQUAL)
    show(result);
  if (other && other->test_case != result->test_case) {
    tell(session, result, tally, "refused",
         "%s is the expected file of %s too, which answered otherwise: give their inputs names that differ before the "
         "suffix",
         result->test_case->expected_path, other->test_case->id);
    tally->refused++;
    return;
  }
  if (obstacle || other) {
    tell(session, result, tally, "refused", "%s%s%s%s", obstacle ? obstacle : "another answer came from ",
         other ? other->target->label : "", other ? " " : "", other ? other->target->where : "");
    tally->refused++;
    return;
  }
  if (was_written(session, result)) {
    tell(session, result, tally, "accepted", "the same as before");
    return;
  }
  struct bytes why = {0};
  int failed = write_answer(result, overwrite, &path, &why);
  if (failed == EEXIST && !overwrite) {
    tell(session, result, tally, "kept", "%s: --overwrite replaces it", path);
    tally->held++;
  } else if (failed) {
    tell(session, result, tally, "refused", "%s: %s", path, why.len ? why.data : strerror(failed));
    tally->refused++;
  } else {
    if (result->part == PART_TREE)
      tell(session, result, tally, "accepted", "%s, a folder", path);
    else
      tell(session, result, tally, "accepted", "%s, %zu byte%s", path, result->answer.len,
           result->answer.len == 1 ? "" : "s");
    tally->accepted++;
  }
  bytes_free(&why);
}

/* Says what came of all, as text or as JSON (fixtures/schemas/accept.json). */
static void tell_all(const struct tally_of_accepted *tally) {
  if (!tally->told) {
    printf("%zu accepted, %zu equal already, %zu refused%s\n", tally->accepted, tally->equal, tally->refused,
           tally->held ? ", some kept for want of --overwrite" : "");
    return;
  }
  json_print(json_pack("{s:I, s:I, s:I, s:I, s:o}", "accepted", (json_int_t)tally->accepted, "equal",
                       (json_int_t)tally->equal, "refused", (json_int_t)tally->refused, "kept", (json_int_t)tally->held,
                       "cases", tally->told));
}

static bool is_ci(void) {
  const char *ci = getenv("CI");
  return ci && *ci && strcmp(ci, "false") != 0 && strcmp(ci, "0") != 0;
}

int accept_command(struct session *session, struct workspace *workspace, bool overwrite, bool json) {
  struct tally_of_accepted tally = {0};
  struct bytes why = {0};
  int status = 0;
  if (is_ci()) {
    fputs("bytegate: CI is set, and in CI nobody looks at the difference: accept at a terminal, and commit the files\n",
          stderr);
    return EXIT_USAGE;
  }
  if (!session_run(session, workspace, &why, &status)) {
    fprintf(stderr, "bytegate: %s\n", why.data);
    bytes_free(&why);
    return status;
  }
  tally.told = json ? json_array() : NULL;
  for (size_t i = 0; i < session->result_count && !session->interrupted; i++) {
    const struct result *result = &session->results[i];
    bool judged = result->target != &session->oracle && result->verdict != NOT_RUN;
    bool is_equal = judged && result->verdict == EQUAL && !wants_file(session, result);
    tally.equal += is_equal && result->test_case != &session->stop;
    if (judged && !is_equal)
      accept(session, result, overwrite, &tally);
  }
  tell_all(&tally);
  return tally.refused || tally.held || session->interrupted ? EXIT_DIVERGED : EXIT_EQUAL;
}

/* SPDX-License-Identifier: MIT */
