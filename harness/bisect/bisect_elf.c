/* The guilty routine: the routines and tables in which two builds differ, and of them the smallest set that, taken from
   the good build, makes the bad one do right. Delta debugging, each test a run of a hybrid. */
#include "harness/bisect/bisect.h"
#include "harness/suite/suite.h"

#include "harness/bisect/bisect_graft.h"
#include "harness/drive/drive.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"
#include "harness/report/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What hangs is given this long, in seconds. */
static const double HANG_DEADLINE = 1.0;

/* Lines of each side that are shown of a difference. */
enum { MOST_LEFT_OUT = 12, MOST_LINES = 12, MOST_UNITS = 2000, MOST_TEXT = 24 };

struct hunt {
  struct workspace *workspace;
  struct build good, bad;
  struct result failure; /* of the bad build; owned */
  struct target target;  /* runs what PATH holds */
  char *path;
  const struct item **items; /* of the good build: those that differ and can be replaced */
  size_t count;
  struct bytes left_out; /* lines about those that cannot */
  size_t runs;
  int interrupted;
  bool json;
  const struct session *session;
};

static int end_without(struct hunt *hunt, size_t differing, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- The failure ------------------------------------------------------------------------------------------------ */

static bool stop_at_failure(void *user, struct result *result) {
  struct result **failure = user;
  if (verdict_is_failure(result->verdict) && !*failure)
    *failure = result;
  return !*failure;
}

/* Whether the case is to be run on the target: it is selected, and its suite does not skip it there. */
static bool runs(const struct session *session, const struct suite *suite, const struct target *target,
                 const struct test_case *one) {
  return session_selects(session, suite, target, one) && !reason_for(&target->program->skips, one->id);
}

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Whether the target's program is a build of the program PATH. */
static bool is_of(const struct session *session, const struct target *target, const char *path) {
  return target->machine == elf_machine(path) &&
         (session->options->programs.count > 0 || strcmp(last_part(target->elf), last_part(path)) == 0);
}

/* Makes a job of each selected case on each target that the program BAD can stand for. */
static size_t make_jobs(struct session *session, const char *bad, struct result **jobs) {
  size_t count = 0;
  *jobs = NULL;
  for (size_t i = 0; i < session->suite_count; i++) {
    struct suite *suite = &session->suites[i];
    for (size_t k = 0; k < suite->target_count; k++) {
      struct target *target = &suite->targets[k];
      if (!is_of(session, target, bad))
        continue;
      free(target->elf);
      target->elf = xstrdup(bad);
      target->stop = NULL;
      for (size_t c = 0; c < suite->case_count; c++) {
        if (!runs(session, suite, target, &suite->cases[c]))
          continue;
        *jobs = xrealloc(*jobs, (count + 1) * sizeof **jobs);
        (*jobs)[count++] = (struct result){.suite = suite, .target = target, .test_case = &suite->cases[c]};
      }
    }
  }
  return count;
}

/* Runs the selected cases on the program BAD until one fails, which becomes the hunt's. Returns EXIT_DIVERGED then, or
   the status to end with. */
static int find_failure(struct hunt *hunt, struct session *session, const char *bad) {
  struct result *results;
  struct result *failure = NULL;
  size_t count = make_jobs(session, bad, &results);
  struct result **jobs = xcalloc(count + 1, sizeof(struct result *));
  const struct drive_options options = {.lanes = session->options->jobs, .done = stop_at_failure, .user = &failure};
  for (size_t i = 0; i < count; i++)
    jobs[i] = &results[i];
  if (count)
    hunt->interrupted = drive_jobs(hunt->workspace, &options, jobs, count);
  else
    fprintf(stderr,
            "bytegate: no selected case is run by a program called %s (name one with --program; what its suite skips "
            "is not run)\n",
            last_part(bad));
  if (failure) {
    hunt->failure = *failure;
    *failure = (struct result){0};
  } else if (count) {
    end_without(hunt, 0, EXIT_EQUAL, "%s does what it should in all of %zu selected runs", bad, count);
  }
  for (size_t i = 0; i < count; i++)
    result_free(&results[i]);
  free(results);
  free(jobs);
  return failure ? EXIT_DIVERGED : count ? EXIT_EQUAL : EXIT_USAGE;
}

/* ---- Tests ------------------------------------------------------------------------------------------------------ */

static bool go_on(void *user, struct result *result) {
  (void)user;
  (void)result;
  return true;
}

/* Whether the program ELF does right in the case that failed. */
static bool passes(struct hunt *hunt, const char *elf) {
  struct result result = {.suite = hunt->failure.suite, .target = &hunt->target, .test_case = hunt->failure.test_case};
  struct result *job = &result;
  const struct drive_options options = {.lanes = 1, .done = go_on, .tries_on = true};
  free(hunt->target.elf);
  hunt->target.elf = xstrdup(elf);
  hunt->interrupted |= drive_jobs(hunt->workspace, &options, &job, 1);
  hunt->runs++;
  bool equal = result.verdict == EQUAL;
  result_free(&result);
  return equal;
}

/* Whether the bad build does right with the COUNT items of the good one. */
static bool passes_with(struct hunt *hunt, const struct item *const *items, size_t count) {
  struct bytes why = {0};
  bool good = graft(&hunt->good, &hunt->bad, items, count, hunt->path, &why) && passes(hunt, hunt->path);
  bytes_free(&why);
  return good && !hunt->interrupted;
}

/* Notes a room of memory that has another size in the other build. */
static void compare_room(struct hunt *hunt, const struct item *item) {
  const struct item *twin = build_item(&hunt->bad, item->name);
  if (item->kind != ITEM_BSS || !twin || twin->kind != ITEM_BSS || twin->size == item->size)
    return;
  const struct map_entry *entry = program_map_at(&hunt->bad.map, twin->address);
  bytes_printf(&hunt->left_out, "  cannot be replaced: %s: a room of %llu bytes, and of %llu in %s", item->name,
               (unsigned long long)item->size, (unsigned long long)twin->size, hunt->bad.path);
  if (entry && entry->line)
    bytes_printf(&hunt->left_out, "  %s:%d", entry->file, entry->line);
  bytes_text(&hunt->left_out, "\n");
}

/* Collects the items that differ. One that cannot be replaced is left out, with the reason. */
static void find_differences(struct hunt *hunt) {
  for (size_t i = 0; i < hunt->good.item_count; i++) {
    const struct item *item = &hunt->good.items[i];
    struct bytes why = {0};
    compare_room(hunt, item);
    if (!build_differs(&hunt->good, item, &hunt->bad))
      continue;
    if (graft(&hunt->good, &hunt->bad, &item, 1, hunt->path, &why)) {
      hunt->items = xrealloc(hunt->items, (hunt->count + 1) * sizeof *hunt->items);
      hunt->items[hunt->count++] = item;
    } else {
      bytes_printf(&hunt->left_out, "  cannot be replaced: %s\n", why.data);
    }
    bytes_free(&why);
  }
}

/* Removes from the set the items FIRST to LAST if it passes without them. */
static bool try_without(struct hunt *hunt, const struct item **set, size_t *count, size_t first, size_t last) {
  const struct item **rest = xcalloc(*count + 1, sizeof *rest);
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++)
    if (i < first || i >= last)
      rest[kept++] = set[i];
  bool good = kept > 0 && passes_with(hunt, rest, kept);
  if (good) {
    memcpy(set, rest, kept * sizeof *rest);
    *count = kept;
  }
  free(rest);
  return good;
}

/* Makes the set, which passes, as small as it can be: no item of it can be left out. */
static void minimise(struct hunt *hunt, const struct item **set, size_t *count) {
  for (size_t i = 0; i < *count && !hunt->interrupted; i++)
    if (passes_with(hunt, &set[i], 1)) {
      set[0] = set[i];
      *count = 1;
      return;
    }
  for (size_t size = *count / 2 ? *count / 2 : 1; *count > 1 && !hunt->interrupted;) {
    bool any = false;
    for (size_t at = 0; at < *count && !hunt->interrupted;)
      if (try_without(hunt, set, count, at, at + size))
        any = true;
      else
        at += size;
    if (size == 1 && !any)
      return;
    size = size > 1 ? size / 2 : 1;
  }
}

/* ---- What differs ----------------------------------------------------------------------------------------------- */

/* Appends the name of what UNIT leads to: a routine or table with an offset, or the text of nameless data. */
static void add_target(const struct build *build, const struct unit *unit, struct bytes *out) {
  const struct item *target = unit->kind == UNIT_PLAIN ? NULL : build_item_at(build, unit->target);
  const char *bytes = target ? (const char *)build_bytes(build, target) : NULL;
  if (target && bytes && build_is_nameless(target)) {
    bytes_text(out, " \"");
    bytes_escaped(out, (struct span){bytes, target->size < MOST_TEXT ? target->size : MOST_TEXT});
    bytes_text(out, "\"");
  } else if (target)
    bytes_printf(out, " %s+0x%llx", target->name, (unsigned long long)(unit->target - target->address));
}

/* The units as lines that are the same where the units do the same. Where a branch leads inside of its routine moves
   with every instruction that is added: that is no difference of the branch. */
static char **describe_units(struct build *build, const struct item *item, const struct listing *listing) {
  char **lines = xcalloc(listing->count + 1, sizeof *lines);
  for (size_t i = 0; i < listing->count; i++) {
    const struct unit *unit = &listing->units[i];
    struct bytes text = {0};
    bytes_escaped(&text, (struct span){(const char *)unit->bytes, unit->len});
    if (unit->target - item->address >= item->size)
      add_target(build, unit, &text);
    lines[i] = text.data;
  }
  return lines;
}

static void free_lines(char **lines, size_t count) {
  for (size_t i = 0; i < count; i++)
    free(lines[i]);
  free(lines);
}

/* The lengths of the longest common subsequences of the ends of A and B: [i * (m + 1) + k] of A from i and B from k. */
static unsigned short *common_lengths(char **a, size_t n, char **b, size_t m) {
  unsigned short *lengths = xcalloc((n + 1) * (m + 1), sizeof *lengths);
  for (size_t i = n; i-- > 0;)
    for (size_t k = m; k-- > 0;) {
      unsigned short down = lengths[(i + 1) * (m + 1) + k];
      unsigned short right = lengths[i * (m + 1) + k + 1];
      lengths[i * (m + 1) + k] = strcmp(a[i], b[k]) == 0 ? lengths[(i + 1) * (m + 1) + k + 1] + 1
                                 : down > right          ? down
                                                         : right;
    }
  return lengths;
}

static void add_line(struct build *build, const struct unit *unit, const char *side, struct bytes *out) {
  const struct map_entry *entry = program_map_at(&build->map, unit->address);
  struct code code = {0};
  struct bytes target = {0};
  bytes_text(&target, "");
  add_target(build, unit, &target);
  if (entry && code_read(&build->reader, entry->bytes, entry->len, unit->address, &code))
    bytes_printf(out, "  %s  %s:%d  %s%s%s\n", side, entry->file, entry->line, code.text, target.len ? "  ->" : "",
                 target.data);
  bytes_free(&target);
}

/* Appends the instructions that only one of the two routines has. */
static void add_listings(struct hunt *hunt, const struct item *item, const struct item *twin,
                         const struct listing *good, const struct listing *bad, struct bytes *out) {
  size_t n = good->count;
  size_t m = bad->count;
  char **a = describe_units(&hunt->good, item, good);
  char **b = describe_units(&hunt->bad, twin, bad);
  unsigned short *lengths = common_lengths(a, n, b, m);
  size_t lines = 0;
  for (size_t i = 0, k = 0; (i < n || k < m) && lines < (size_t)2 * MOST_LINES;) {
    if (i < n && k < m && strcmp(a[i], b[k]) == 0) {
      i++;
      k++;
    } else if (i < n && (k == m || lengths[(i + 1) * (m + 1) + k] >= lengths[i * (m + 1) + k + 1])) {
      add_line(&hunt->good, &good->units[i++], "good", out);
      lines++;
    } else {
      add_line(&hunt->bad, &bad->units[k++], "bad ", out);
      lines++;
    }
  }
  if (lines == 0)
    bytes_text(out, "  only where its branches lead differs\n");
  free(lengths);
  free_lines(a, n);
  free_lines(b, m);
}

static void add_code(struct hunt *hunt, const struct item *item, const struct item *twin, struct bytes *out) {
  struct listing good;
  struct listing bad;
  struct bytes why = {0};
  bool listed = build_list(&hunt->good, item, &good, &why);
  listed &= build_list(&hunt->bad, twin, &bad, &why);
  if (listed && good.count < MOST_UNITS && bad.count < MOST_UNITS)
    add_listings(hunt, item, twin, &good, &bad, out);
  listing_free(&good);
  listing_free(&bad);
  bytes_free(&why);
}

static void add_data(struct hunt *hunt, const struct item *item, const struct item *twin, struct bytes *out) {
  const uint8_t *a = build_bytes(&hunt->good, item);
  const uint8_t *b = build_bytes(&hunt->bad, twin);
  size_t lines = 0;
  for (uint64_t i = 0; a && b && i < item->size && i < twin->size && lines < MOST_LINES; i++) {
    const struct map_entry *entry = program_map_at(&hunt->bad.map, twin->address + i);
    if (a[i] == b[i])
      continue;
    bytes_printf(out, "  byte %llu: good 0x%02x, bad 0x%02x  %s:%d\n", (unsigned long long)i, a[i], b[i],
                 entry ? entry->file : "?", entry ? entry->line : 0);
    lines++;
  }
}

/* Appends the lines in which ITEM differs from its twin of the bad build. */
static void add_differences(struct hunt *hunt, const struct item *item, struct bytes *out) {
  const struct item *twin = build_item(&hunt->bad, item->name);
  if (item->kind == ITEM_CODE)
    add_code(hunt, item, twin, out);
  else
    add_data(hunt, item, twin, out);
}

/* ---- The hunt --------------------------------------------------------------------------------------------------- */

static const char *kind_word(const struct item *item) { return item->kind == ITEM_CODE ? "routine" : "table"; }

/* The line of the source where ITEM stands in the bad build, or NULL. */
static const struct map_entry *source_of(const struct hunt *hunt, const struct item *item) {
  return program_map_at(&hunt->bad.map, build_item(&hunt->bad, item->name)->address);
}

/* Says what cannot be replaced, up to some lines. */
static void print_left_out(const struct hunt *hunt) {
  struct span rest = span_of(&hunt->left_out);
  size_t lines = 0;
  for (const char *at = rest.data; *at; at += strcspn(at, "\n") + 1)
    if (lines++ < MOST_LEFT_OUT)
      printf("%.*s\n", (int)strcspn(at, "\n"), at);
  if (lines > MOST_LEFT_OUT)
    printf("  and %zu more cannot be replaced (--json names all)\n", lines - MOST_LEFT_OUT);
}

static void tell_outcome(struct hunt *hunt, const struct item *const *set, size_t count, size_t differing) {
  const struct result *failure = &hunt->failure;
  printf("BISECT %s/%s %s %s:", failure->suite->name, failure->test_case->id, failure->target->label,
         failure->target->where);
  for (size_t i = 0; i < count; i++)
    printf("%s %s", i ? "," : "", set[i]->name);
  printf(" (of %zu that differ, by %zu runs)\n", differing, hunt->runs);
  for (size_t i = 0; i < count; i++) {
    const struct map_entry *entry = source_of(hunt, set[i]);
    struct bytes lines = {0};
    add_differences(hunt, set[i], &lines);
    printf("%s %s  %s:%d\n%s", kind_word(set[i]), set[i]->name, entry ? entry->file : "?", entry ? entry->line : 0,
           span_of(&lines).data);
    bytes_free(&lines);
  }
  print_left_out(hunt);
}

/* The same as JSON (fixtures/schemas/bisect.json); NOTE, where not NULL, says why there is no guilty one. */
static void print_outcome(struct hunt *hunt, const struct item *const *set, size_t count, size_t differing,
                          const char *note) {
  json_t *root = json_object();
  json_t *guilty = json_array();
  for (size_t i = 0; i < count; i++) {
    const struct map_entry *entry = source_of(hunt, set[i]);
    struct bytes lines = {0};
    json_t *one = json_object();
    add_differences(hunt, set[i], &lines);
    json_set(one, "kind", json_string(kind_word(set[i])));
    json_set(one, "name", json_string_of(span_text(set[i]->name)));
    if (entry) {
      json_set(one, "file", json_string_of(span_text(entry->file)));
      json_set(one, "line", json_integer(entry->line));
    }
    json_set(one, "differences", json_lines_of(span_of(&lines)));
    json_array_append_new(guilty, one);
    bytes_free(&lines);
  }
  if (hunt->failure.suite)
    json_set(root, "result", json_of_result(hunt->session, &hunt->failure));
  if (note)
    json_set(root, "note", json_string_of(span_text(note)));
  json_set(root, "guilty", guilty);
  json_set(root, "differing", json_integer((json_int_t)differing));
  json_set(root, "runs", json_integer((json_int_t)hunt->runs));
  json_set(root, "not_replaceable", json_lines_of(span_of(&hunt->left_out)));
  json_print(root);
}

/* Says that the hunt ends without a guilty one, and why. Returns STATUS. */
static int end_without(struct hunt *hunt, size_t differing, int status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *note = xvasprintf(format, args);
  va_end(args);
  if (hunt->json) {
    print_outcome(hunt, NULL, 0, differing, note);
  } else {
    puts(note);
    print_left_out(hunt);
  }
  free(note);
  return status;
}

static int hunt_down(struct hunt *hunt) {
  size_t differing = hunt->count;
  if (differing == 0 && hunt->left_out.len)
    return end_without(hunt, 0, EXIT_INFRASTRUCTURE, "what %s and %s differ in cannot be replaced: the fault is there",
                       hunt->good.path, hunt->bad.path);
  if (differing == 0)
    return end_without(hunt, 0, EXIT_INFRASTRUCTURE, "no routine or table of %s does otherwise than that of %s",
                       hunt->bad.path, hunt->good.path);
  if (!passes_with(hunt, hunt->items, hunt->count))
    return end_without(
        hunt, differing, EXIT_INFRASTRUCTURE,
        "with all %zu routines and tables that differ taken from %s, %s still fails: the fault is in what cannot be "
        "replaced",
        differing, hunt->good.path, hunt->bad.path);
  minimise(hunt, hunt->items, &hunt->count);
  if (hunt->interrupted)
    return EXIT_INFRASTRUCTURE;
  if (hunt->json)
    print_outcome(hunt, hunt->items, hunt->count, differing, NULL);
  else
    tell_outcome(hunt, hunt->items, hunt->count, differing);
  return EXIT_DIVERGED;
}

/* Runs the hunt for the failure that was found. */
static int pursue(struct hunt *hunt) {
  struct bytes text = {0};
  hunt->target = target_copy(hunt->failure.target);
  hunt->path = workspace_file(hunt->workspace, "hybrid");
  if (hunt->failure.verdict == HUNG && hunt->target.deadline > HANG_DEADLINE)
    hunt->target.deadline = HANG_DEADLINE;
  report_headline(&hunt->failure, &text);
  if (!hunt->json)
    printf("%s\n", text.data);
  bytes_free(&text);
  if (!passes(hunt, hunt->good.path))
    return end_without(hunt, 0, EXIT_USAGE, "%s fails in this case too; name a GOOD build that passes it",
                       hunt->good.path);
  find_differences(hunt);
  return hunt_down(hunt);
}

int bisect_elf(struct session *session, struct workspace *workspace, const char *good, const char *bad, bool json) {
  struct hunt hunt = {.workspace = workspace, .json = json, .session = session};
  struct bytes why = {0};
  int status = EXIT_USAGE;
  char *paths[] = {realpath(good, NULL), realpath(bad, NULL)};
  if (!build_open(paths[0] ? paths[0] : good, &hunt.good, &why) ||
      !build_open(paths[1] ? paths[1] : bad, &hunt.bad, &why)) {
    fprintf(stderr, "bytegate: %s\n", why.data);
  } else if (hunt.good.machine != hunt.bad.machine) {
    fprintf(stderr, "bytegate: %s and %s are for different machines\n", good, bad);
  } else {
    status = find_failure(&hunt, session, hunt.bad.path);
    if (status == EXIT_DIVERGED)
      status = pursue(&hunt);
  }
  session->interrupted = hunt.interrupted;
  build_close(&hunt.good);
  build_close(&hunt.bad);
  result_free(&hunt.failure);
  target_free(&hunt.target);
  bytes_free(&hunt.left_out);
  bytes_free(&why);
  free(hunt.items);
  free(hunt.path);
  free(paths[0]);
  free(paths[1]);
  return status;
}

/* SPDX-License-Identifier: MIT */
