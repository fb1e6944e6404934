/* Delta debugging (Zeller and Hildebrandt, 2002), with the candidates of a round run side by side. Among several
   pieces that can each be removed it tries to remove all, and otherwise removes the first: so the outcome is the same
   however many programs work on it. */
#include "harness/reduce/reduce.h"

#include "harness/drive/drive.h"

#include <ctype.h>
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
  struct reduction *reduction;
};

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
    fails[i] = results_alike(&results[i], reducer->wanted);
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

/* Appends to OUT the document without the pieces that REMOVED marks. */
static void without(const struct bytes *document, const size_t *starts, size_t pieces, const bool *removed,
                    struct bytes *out) {
  for (size_t i = 0; i < pieces; i++)
    if (!removed[i])
      bytes_append(out, document->data + starts[i], starts[i + 1] - starts[i]);
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
    without(&reducer->reduction->document, starts, pieces, marks, &documents[count]);
    next = end;
  }
  run_round(reducer, documents, count, fails);
  for (size_t i = 0; i < count; i++) {
    size_t start = first + i * size;
    size_t end = start + size < pieces ? start + size : pieces;
    memset(removed + start, fails[i], end - start);
    bytes_free(&documents[i]);
  }
  free(marks);
  return next;
}

/* Leaves out all that REMOVED marks or, if it does not fail so any more, only the first chunk of SIZE. */
static bool remove_chunks(struct reducer *reducer, const size_t *starts, size_t pieces, size_t size, bool *removed) {
  bool *first = memchr(removed, 1, pieces);
  if (!first || reducer->reduction->interrupted)
    return false;
  struct bytes rest = {0};
  bytes_text(&rest, "");
  without(&reducer->reduction->document, starts, pieces, removed, &rest);
  if (!fails_alone(reducer, &rest)) {
    size_t start = (size_t)(first - removed);
    memset(removed, 0, pieces);
    memset(removed + start, 1, start + size < pieces ? size : pieces - start);
    bytes_clear(&rest);
    without(&reducer->reduction->document, starts, pieces, removed, &rest);
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
    if (at >= pieces || size > pieces || reducer->reduction->interrupted) {
      free(starts);
      return any;
    }
    bool *removed = xcalloc(pieces, sizeof *removed);
    size_t end = try_chunks(reducer, starts, pieces, at, size, removed);
    bool done = remove_chunks(reducer, starts, pieces, size, removed);
    any |= done;
    /* What stands after the pieces that are gone has moved up. */
    for (size_t i = at; i < end; i++)
      at += !removed[i] || !done;
    free(removed);
    free(starts);
  }
}

static void reduce_by(struct reducer *reducer, bool lines) {
  size_t pieces;
  free(cut(&reducer->reduction->document, lines, &pieces));
  for (size_t size = pieces / 2 ? pieces / 2 : 1; !reducer->reduction->interrupted;) {
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

static void reduce_all(struct reducer *reducer) {
  resume(reducer);
  reduce_by(reducer, true);
  reduce_by(reducer, false);
}

void reduce_result(struct workspace *workspace, const struct result *result, unsigned lanes, const char *path,
                   struct reduction *reduction) {
  struct reducer reducer = {.workspace = workspace,
                            .wanted = result,
                            .target = target_copy(result->target),
                            .lanes = lanes,
                            .path = path,
                            .reduction = reduction};
  *reduction = (struct reduction){0};
  bytes_add(&reduction->document, span_of(&result->test_case->input));
  if (result->verdict == HUNG && reducer.target.deadline > HANG_DEADLINE)
    reducer.target.deadline = HANG_DEADLINE;
  reduce_all(&reducer);
  reducer.target.deadline = result->target->deadline;
  if (result->verdict == HUNG && !reduction->interrupted && !fails_alone(&reducer, &reduction->document) &&
      !reduction->interrupted) {
    /* It was slow, not stuck. Once more, with patience. */
    bytes_clear(&reduction->document);
    bytes_add(&reduction->document, span_of(&result->test_case->input));
    reduce_all(&reducer);
  }
  target_free(&reducer.target);
}

/* The folder PATH as one would type it here: without the detours of a path that begins at its suite. PATH is taken
   over, and the caller frees what is returned. */
static char *typed_here(char *path) {
  char *whole = realpath(path, NULL);
  char *here = getcwd(NULL, 0);
  size_t len = here ? strlen(here) : 0;
  char *typed = NULL;
  if (whole && here && strncmp(whole, here, len) == 0 && whole[len] == '/')
    typed = xstrdup(whole + len + 1);
  free(here);
  free(whole);
  if (!typed)
    return path;
  free(path);
  return typed;
}

char *reduced_case_path(const struct result *result) {
  const struct suite *suite = result->suite;
  char *folder = NULL;
  for (size_t i = 0; i < suite->source_count && !folder; i++)
    if (suite->sources[i].kind == SOURCE_FOLDER)
      folder = typed_here(path_beside(suite->path, suite->sources[i].paths.items[0]));
  const char *slash = strrchr(result->test_case->id, '/');
  char *name = xstrdup(slash ? slash + 1 : result->test_case->id);
  char *dot = strrchr(name, '.');
  if (dot && dot > name)
    *dot = '\0';
  for (char *at = name; *at; at++)
    if (!isalnum((unsigned char)*at) && *at != '.' && *at != '_')
      *at = '-';
  char *path = xasprintf("%s/%s-reduced.md", folder ? folder : "fixtures/markdown", name);
  free(folder);
  free(name);
  return path;
}
