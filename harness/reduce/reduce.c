/* Delta debugging (Zeller and Hildebrandt, 2002), with the candidates of a round run side by side. Among several
   pieces that can each be removed it tries to remove all, and otherwise removes the first: so the outcome is the same
   however many programs work on it. What cannot be removed, because the fault needs so much of it, is replaced by the
   letter x in the same way.
   What is to stay is the failure, down to its first two bytes: so that no other fault takes its place. A program whose
   every output byte depends on the whole input, as a checksum, fails with other bytes on every other document. There
   any failure of the same verdict and part has to do, and the reduction says so. */
#include "harness/reduce/reduce.h"

#include "harness/base/clock.h"
#include "harness/drive/drive.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Candidates of a round. More would only be run in vain when one of the first succeeds. */
enum { ROUND = 64 };

/* What hangs is given this long, not the deadline of its program: or every candidate would cost all of that. Whether
   the outcome really hangs is asked again with the whole deadline. */
static const double HANG_DEADLINE = 0.3;

struct reducer {
  struct workspace *workspace;
  const struct result *wanted;
  struct target target; /* with a deadline of its own where it hangs */
  unsigned lanes;
  const char *path;
  bool falls_back;            /* to ANY, where nothing smaller fails alike */
  uint64_t until_ns, half_ns; /* the end, and of a search that has found nothing */
  bool any;                   /* failure of the same verdict and part will do */
  bool replaces;              /* pieces, and does not remove them */
  struct reduction *reduction;
};

static bool is_smaller(const struct reducer *reducer) {
  return reducer->reduction->document.len < reducer->wanted->test_case->input.len;
}

/* Whether to stop here with the smallest document so far. */
static bool must_stop(struct reducer *reducer) {
  uint64_t now = now_ns();
  reducer->reduction->out_of_time |= now >= reducer->until_ns || (now >= reducer->half_ns && !is_smaller(reducer));
  return reducer->reduction->interrupted || reducer->reduction->out_of_time;
}

static bool go_on(void *user, struct result *result) {
  (void)user;
  (void)result;
  return true;
}

/* Runs COUNT documents and notes for each whether it fails in the wanted way. */
static void run_round(struct reducer *reducer, struct bytes *documents, size_t count, bool *fails) {
  struct test_case *cases = xcalloc(count, sizeof *cases);
  struct result *results = xcalloc(count, sizeof *results);
  struct result **jobs = xcalloc(count, sizeof(struct result *));
  const struct drive_options options = {.lanes = reducer->lanes, .done = go_on, .tries_on = true};
  for (size_t i = 0; i < count; i++) {
    cases[i] = (struct test_case){.id = (char *)"candidate", .input = documents[i]};
    results[i] = (struct result){.suite = reducer->wanted->suite, .target = &reducer->target, .test_case = &cases[i]};
    jobs[i] = &results[i];
  }
  reducer->reduction->interrupted |= drive_jobs(reducer->workspace, &options, jobs, count);
  reducer->reduction->tried += count;
  for (size_t i = 0; i < count; i++) {
    fails[i] =
        reducer->any ? results_of_one_part(&results[i], reducer->wanted) : results_alike(&results[i], reducer->wanted);
    result_free(&results[i]);
    forget_truth(&cases[i]);
  }
  free(cases);
  free(results);
  free(jobs);
}

static bool fails_alone(struct reducer *reducer, struct bytes *document) {
  bool fails = false;
  run_round(reducer, document, 1, &fails);
  return fails && !reducer->reduction->interrupted;
}

/* The offsets at which the pieces of the document begin, and its end: lines, or bytes. */
static size_t *cut(const struct bytes *document, bool lines, size_t *pieces) {
  size_t *starts = xcalloc(document->len + 2, sizeof *starts);
  *pieces = 0;
  for (size_t i = 0; i < document->len; i++)
    if (!lines || i == 0 || document->data[i - 1] == '\n')
      starts[(*pieces)++] = i;
  starts[*pieces] = document->len;
  return starts;
}

/* Appends to OUT the document without the pieces that REMOVED marks, or with x for each of their characters. */
static void without(const struct reducer *reducer, const size_t *starts, size_t pieces, const bool *removed,
                    struct bytes *out) {
  const struct bytes *document = &reducer->reduction->document;
  for (size_t i = 0; i < pieces; i++) {
    if (!removed[i])
      bytes_append(out, document->data + starts[i], starts[i + 1] - starts[i]);
    for (size_t at = starts[i]; removed[i] && reducer->replaces && at < starts[i + 1]; at++)
      bytes_append(out, document->data[at] == '\n' ? "\n" : "x", 1);
  }
}

static bool is_document(const struct reducer *reducer, const struct bytes *candidate) {
  const struct bytes *document = &reducer->reduction->document;
  return candidate->len == document->len && memcmp(span_of(candidate).data, span_of(document).data, document->len) == 0;
}

static void keep(struct reducer *reducer, struct bytes *document) {
  bytes_free(&reducer->reduction->document);
  reducer->reduction->document = *document;
  *document = (struct bytes){0};
  int failed = reducer->path ? write_file(reducer->path, span_of(&reducer->reduction->document)) : 0;
  if (failed)
    die("%s: %s", reducer->path, strerror(failed));
}

/* One round over the pieces: tries to leave out each of up to ROUND chunks of SIZE pieces, the first at FIRST. Marks in
   REMOVED what can go, and returns the piece after the last chunk that was tried. */
static size_t try_chunks(struct reducer *reducer, const size_t *starts, size_t pieces, size_t first, size_t size,
                         bool *removed) {
  struct bytes documents[ROUND] = {{0}};
  bool fails[ROUND] = {false};
  bool *marks = xcalloc(pieces, sizeof *marks);
  size_t count = 0;
  size_t next = first;
  for (; count < ROUND && next < pieces; count++) {
    size_t end = next + size < pieces ? next + size : pieces;
    memset(marks, 0, pieces);
    memset(marks + next, 1, end - next);
    bytes_text(&documents[count], "");
    without(reducer, starts, pieces, marks, &documents[count]);
    next = end;
  }
  run_round(reducer, documents, count, fails);
  for (size_t i = 0; i < count; i++) {
    size_t start = first + i * size;
    size_t end = start + size < pieces ? start + size : pieces;
    memset(removed + start, fails[i] && !is_document(reducer, &documents[i]), end - start);
    bytes_free(&documents[i]);
  }
  free(marks);
  return next;
}

/* Leaves out all that REMOVED marks or, if it does not fail so any more, only the first chunk of SIZE. */
static bool remove_chunks(struct reducer *reducer, const size_t *starts, size_t pieces, size_t size, bool *removed) {
  bool *first = memchr(removed, 1, pieces);
  if (!first || must_stop(reducer))
    return false;
  struct bytes rest = {0};
  bytes_text(&rest, "");
  without(reducer, starts, pieces, removed, &rest);
  if (!fails_alone(reducer, &rest)) {
    size_t start = (size_t)(first - removed);
    memset(removed, 0, pieces);
    memset(removed + start, 1, start + size < pieces ? size : pieces - start);
    bytes_clear(&rest);
    without(reducer, starts, pieces, removed, &rest);
  }
  if (reducer->reduction->interrupted)
    bytes_free(&rest);
  else
    keep(reducer, &rest);
  return !reducer->reduction->interrupted;
}

/* Leaves out chunks of SIZE pieces wherever that can be done. Returns whether anything could. */
static bool sweep(struct reducer *reducer, bool lines, size_t size) {
  bool any = false;
  size_t at = 0;
  for (;;) {
    size_t pieces;
    size_t *starts = cut(&reducer->reduction->document, lines, &pieces);
    if (at >= pieces || size > pieces || must_stop(reducer)) {
      free(starts);
      return any;
    }
    bool *removed = xcalloc(pieces, sizeof *removed);
    size_t end = try_chunks(reducer, starts, pieces, at, size, removed);
    bool done = remove_chunks(reducer, starts, pieces, size, removed);
    any |= done;
    /* What stands after the pieces that are gone has moved up. */
    for (size_t i = at; i < end; i++)
      at += !removed[i] || !done || reducer->replaces;
    free(removed);
    free(starts);
  }
}

static void reduce_by(struct reducer *reducer, bool lines) {
  size_t pieces;
  free(cut(&reducer->reduction->document, lines, &pieces));
  for (size_t size = pieces / 2 ? pieces / 2 : 1; !must_stop(reducer);) {
    bool any = sweep(reducer, lines, size);
    if (size == 1 && !any)
      return;
    size = size > 1 ? size / 2 : 1;
  }
}

/* Takes up what an earlier run left in the file. */
static void resume(struct reducer *reducer) {
  struct bytes earlier = {0};
  bytes_text(&earlier, "");
  if (!reducer->path || bytes_read_file(&earlier, reducer->path) != 0 ||
      earlier.len >= reducer->reduction->document.len || !fails_alone(reducer, &earlier))
    bytes_free(&earlier);
  else
    keep(reducer, &earlier);
}

static void reduce_in_turn(struct reducer *reducer, bool replaces) {
  reducer->replaces = replaces;
  reduce_by(reducer, true);
  reduce_by(reducer, false);
}

static void reduce_all(struct reducer *reducer) {
  resume(reducer);
  reduce_in_turn(reducer, false);
  /* To replace comes first only where it is not about to begin again with other failures. */
  if (!reducer->falls_back || is_smaller(reducer))
    reduce_in_turn(reducer, true);
}

/* Makes the whole input of the case what is to be reduced. */
static void begin(struct reducer *reducer) {
  struct bytes *document = &reducer->reduction->document;
  bytes_clear(document);
  bytes_text(document, "");
  bytes_add(document, span_of(&reducer->wanted->test_case->input));
}

static void reduce_once(struct reducer *reducer) {
  const double deadline = reducer->wanted->target->deadline;
  bool hung = reducer->wanted->verdict == HUNG;
  begin(reducer);
  reducer->target.deadline = hung && deadline > HANG_DEADLINE ? HANG_DEADLINE : deadline;
  reduce_all(reducer);
  reducer->target.deadline = deadline;
  if (hung && !reducer->reduction->interrupted && !fails_alone(reducer, &reducer->reduction->document) &&
      !reducer->reduction->interrupted) {
    /* It was slow, not stuck. Once more, with patience. */
    begin(reducer);
    reduce_all(reducer);
  }
}

/* Looks for what fails in any way, where nothing that is smaller fails alike. If that finds nothing either, goes on
   with the document as it was. */
static void fall_back(struct reducer *reducer) {
  struct reduction *reduction = reducer->reduction;
  reduction->out_of_time = false;
  reducer->half_ns = UINT64_MAX;
  reducer->falls_back = false;
  reducer->any = true;
  reduce_once(reducer);
  reduction->any = is_smaller(reducer);
  if (reduction->any || reduction->interrupted)
    return;
  reducer->any = false;
  begin(reducer);
  reduce_in_turn(reducer, true);
}

void reduce_result(struct workspace *workspace, const struct result *result, const struct reduce_options *options,
                   struct reduction *reduction) {
  const uint64_t start_ns = now_ns();
  const uint64_t time_ns = (uint64_t)(options->seconds * 1e9);
  /* Of a hang there are no bytes: all that hang are alike. */
  const bool falls_back = !options->any && result->verdict != HUNG && result->verdict != FLAKY;
  struct reducer reducer = {.workspace = workspace,
                            .wanted = result,
                            .target = target_copy(result->target),
                            .lanes = options->lanes,
                            .path = options->path,
                            /* With nothing found in half of the time, the rest is for what fails in any way. */
                            .half_ns = falls_back ? start_ns + time_ns / 2 : UINT64_MAX,
                            .until_ns = start_ns + time_ns,
                            .falls_back = falls_back,
                            .any = options->any,
                            .reduction = reduction};
  *reduction = (struct reduction){.any = options->any};
  reduce_once(&reducer);
  if (falls_back && !reduction->interrupted && !is_smaller(&reducer))
    fall_back(&reducer);
  /* Where nothing could be left out, the file still holds what an earlier run left there. */
  struct bytes document = reduction->document;
  reduction->document = (struct bytes){0};
  keep(&reducer, &document);
  target_free(&reducer.target);
}

/* The source of documents that RESULT's case is of: its name is what the case's begins with. */
static const struct case_source *source_of(const struct result *result) {
  const struct suite *suite = result->suite;
  const struct case_source *found = NULL;
  for (size_t i = 0; i < suite->source_count; i++) {
    const struct case_source *source = &suite->sources[i];
    size_t len = strlen(source->name);
    bool is_own = strncmp(result->test_case->id, source->name, len) == 0 && result->test_case->id[len] == '/';
    if (source->kind == SOURCE_FOLDER && (!found || is_own))
      found = source;
  }
  return found;
}

/* A file name made of NAME, which is its whole stem, that PATTERN finds; NULL where none is. */
static char *name_found_by(const char *pattern, const char *name, const char *suffix) {
  char *star = strrchr(pattern, '*');
  char *names[] = {xasprintf("%s%s", name, suffix), xasprintf("%s.md", name),
                   star ? xasprintf("%.*s%s%s", (int)strcspn(pattern, "*"), pattern, name, star + 1) : NULL};
  char *found = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i] && !found && fnmatch(pattern, names[i], FNM_PERIOD) == 0)
      found = names[i];
    else
      free(names[i]);
  return found;
}

/* The folder of the file PATH; the caller frees it. */
static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
}

char *reduced_case_path(const struct result *result, bool *is_found) {
  const struct case_source *source = source_of(result);
  char *folder = path_from_here(source ? path_beside(result->suite->path, source->paths.items[0])
                                       : folder_of(result->suite->path));
  const char *slash = strrchr(result->test_case->id, '/');
  char *stem = xstrdup(slash ? slash + 1 : result->test_case->id);
  char *dot = strrchr(stem, '.');
  char *suffix = xstrdup(dot && dot > stem ? dot : ".md");
  if (dot && dot > stem)
    *dot = '\0';
  for (char *at = stem; *at; at++)
    if (!isalnum((unsigned char)*at) && *at != '.' && *at != '_')
      *at = '-';
  char *name = xasprintf("%s-reduced", stem);
  char *file = source ? name_found_by(source->pattern, name, suffix) : NULL;
  *is_found = file;
  char *path = file ? xasprintf("%s/%s", folder, file) : xasprintf("%s/%s%s", folder, name, suffix);
  free(file);
  free(name);
  free(suffix);
  free(stem);
  free(folder);
  return path;
}

char *reduced_case_advice(const struct result *result, const char *path) {
  const char *slash = strrchr(path, '/');
  if (source_of(result))
    return xstrdup("which the pattern of its suite does not find: change that");
  return xasprintf("and add to %s the lines '[cases reduced]', 'source = documents', 'path = %s'", result->suite->path,
                   slash ? slash + 1 : path);
}

/* SPDX-License-Identifier: MIT */
