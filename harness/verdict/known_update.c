/* Merges a run into the list of known divergences. The list is read as lines, and each line that is an entry meets its
   fate by the results that ran; the rest of the text is not touched. */
#include "harness/suite/suite.h"
#include "harness/verdict/known.h"

#include "harness/base/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
    "# SUITE/CASE PROGRAM RUNNER SIGNATURE of each known divergence. The goal of this list is to be empty.\n";

/* A result that ran, as the list speaks of it. */
struct outcome {
  const struct result *result;
  char *id;        /* "suite/case" */
  char *signature; /* "equal" where it is */
  char *like;      /* for all that diverge alike; NULL: none */
  bool listed;     /* an entry says just this */
};

struct merge {
  struct outcome *outcomes;
  size_t count;
  const struct known_scope *scope;
  struct known_changes *changes;
  struct bytes text; /* of the new list */
};

/* What became of the cases that an entry speaks of. */
struct findings {
  size_t same, equal, other;
  size_t apart;          /* of which an entry for all that diverge alike does not speak */
  const char *signature; /* of the others, where it is one; NULL: there are several */
};

static bool has_run(const struct result *result) {
  return result->verdict != NOT_RUN && !result->untried && !verdict_is_infrastructure(result->verdict);
}

static void take_outcomes(struct merge *merge, const struct result *results, size_t count) {
  merge->outcomes = xcalloc(count + 1, sizeof *merge->outcomes);
  for (size_t i = 0; i < count; i++)
    if (has_run(&results[i]))
      merge->outcomes[merge->count++] =
          (struct outcome){&results[i], xasprintf("%s/%s", results[i].suite->name, results[i].test_case->id),
                           result_signature(&results[i]), result_likeness(&results[i]), false};
}

static void free_outcomes(struct merge *merge) {
  for (size_t i = 0; i < merge->count; i++) {
    free(merge->outcomes[i].id);
    free(merge->outcomes[i].signature);
    free(merge->outcomes[i].like);
  }
  free(merge->outcomes);
}

static bool speaks_of(const struct known_entry *entry, const struct outcome *outcome) {
  return known_matches(entry, outcome->result->target, outcome->id);
}

/* Whether OUTCOME, of which ENTRY speaks, diverges as SIGNATURE says. */
static bool diverges_as(const struct outcome *outcome, const char *signature) {
  return strcmp(outcome->signature, signature) == 0 || (outcome->like && strcmp(outcome->like, signature) == 0);
}

static struct findings look_up(const struct merge *merge, const struct known_entry *entry) {
  struct findings found = {0};
  for (size_t i = 0; i < merge->count; i++) {
    const struct outcome *outcome = &merge->outcomes[i];
    if (!speaks_of(entry, outcome))
      continue;
    if (diverges_as(outcome, entry->signature)) {
      found.same++;
    } else if (known_is_likeness(entry)) {
      found.apart++;
    } else if (outcome->result->verdict == EQUAL) {
      found.equal++;
    } else {
      found.signature = found.other == 0                                                      ? outcome->signature
                        : found.signature && strcmp(found.signature, outcome->signature) == 0 ? found.signature
                                                                                              : NULL;
      found.other++;
    }
  }
  return found;
}

/* Notes that ENTRY, with the signature SIGNATURE, is in the new list. */
static void mark_listed(struct merge *merge, const struct known_entry *entry, const char *signature) {
  for (size_t i = 0; i < merge->count; i++)
    if (speaks_of(entry, &merge->outcomes[i]) && diverges_as(&merge->outcomes[i], signature))
      merge->outcomes[i].listed = true;
}

/* The shell pattern, without a blank, that matches TEXT. */
static void add_pattern(const char *text, struct bytes *out) {
  for (; *text; text++)
    bytes_printf(out, strchr("*?[\\", *text) ? "\\%c" : "%c", *text == ' ' || *text == '#' ? '?' : *text);
}

/* Adds an entry for OUTCOME alone; AFTER, a comment or "", ends its line. */
static void add_entry(struct merge *merge, struct outcome *outcome, const char *after) {
  add_pattern(outcome->id, &merge->text);
  bytes_printf(&merge->text, " %s %s %s%s%s\n", outcome->result->target->label, outcome->result->target->where,
               outcome->signature, *after ? " " : "", after);
  outcome->listed = true;
  merge->changes->added++;
}

/* LINE with SIGNATURE for that of its entry, everything else as it stands. */
static void add_changed(struct merge *merge, const char *line, const struct known_entry *entry, const char *signature) {
  size_t end = strcspn(line, "#");
  size_t at = 0;
  for (int field = 0; field < 4; field++) {
    at += strspn(line + at, " \t\r");
    if (field < 3)
      at += strcspn(line + at, " \t\r");
  }
  size_t old = strcspn(line + at, " \t\r#");
  bytes_append(&merge->text, line, at < end ? at : end);
  bytes_printf(&merge->text, "%s%s\n", signature, line + at + old);
  mark_listed(merge, entry, signature);
  merge->changes->added++;
  merge->changes->removed++;
}

/* Replaces ENTRY, a pattern of which some cases are equal now, by an entry for each that still diverges so. */
static void split(struct merge *merge, const char *line, const struct known_entry *entry) {
  const char *comment = line + strcspn(line, "#");
  for (size_t i = 0; i < merge->count; i++)
    if (speaks_of(entry, &merge->outcomes[i]) && strcmp(merge->outcomes[i].signature, entry->signature) == 0)
      add_entry(merge, &merge->outcomes[i], comment);
  merge->changes->removed++;
}

static void keep(struct merge *merge, const char *line, const struct known_entry *entry) {
  bytes_printf(&merge->text, "%s\n", line);
  mark_listed(merge, entry, entry->signature);
  merge->changes->kept++;
}

/* Decides on LINE, which is ENTRY of the list PATH. */
static void decide(struct merge *merge, const char *path, const char *line, const struct known_entry *entry) {
  struct findings found = look_up(merge, entry);
  const struct known_scope *scope = merge->scope;
  bool met = found.same + found.equal + found.other + found.apart > 0;
  bool holds = met ? found.same > 0 && found.equal == 0 : !scope->is_idle(scope->user, entry);
  if (holds) {
    keep(merge, line, entry);
  } else if (met && !scope->covers(scope->user, entry)) {
    bytes_printf(&merge->changes->notes,
                 "%s:%d: this entry no longer holds for all that ran, but it speaks of cases that did not run, so it "
                 "stays: narrow it by hand, or run them all\n",
                 path, entry->line);
    keep(merge, line, entry);
  } else if (met && found.same > 0) {
    split(merge, line, entry);
  } else if (met && found.equal == 0 && found.signature) {
    add_changed(merge, line, entry, found.signature);
  } else {
    merge->changes->removed++;
  }
}

/* How many results must diverge alike, so that one entry stands for all. */
enum { LEAST_ALIKE = 4 };

static bool is_like(const struct outcome *one, const struct outcome *other) {
  return !other->listed && !other->result->failing && other->like && strcmp(one->like, other->like) == 0 &&
         one->result->suite == other->result->suite && one->result->target == other->result->target;
}

/* Adds one entry for all that diverge like outcome NUMBER, on its program, if they are many. Returns whether it did. */
static bool add_likeness(struct merge *merge, size_t number) {
  const struct outcome *one = &merge->outcomes[number];
  size_t count = 0;
  for (size_t i = 0; one->like && i < merge->count; i++)
    count += is_like(one, &merge->outcomes[i]);
  if (count < LEAST_ALIKE)
    return false;
  add_pattern(one->result->suite->name, &merge->text);
  bytes_printf(&merge->text, "/* %s %s %s  # %zu cases, as %s\n", one->result->target->label,
               one->result->target->where, one->like, count, one->id);
  for (size_t i = merge->count; i-- > 0;)
    if (is_like(one, &merge->outcomes[i]))
      merge->outcomes[i].listed = true;
  merge->changes->added++;
  return true;
}

/* Whether a comment would be the reason of an entry that came after LIST. */
static bool ends_in_comment(struct span list) {
  bool comment = false;
  for (size_t at = 0; at < list.len;) {
    size_t len = strcspn(list.data + at, "\n");
    size_t blanks = strspn(list.data + at, " \t");
    comment = blanks < len && (comment || list.data[at + blanks] == '#');
    at += len + 1;
  }
  return comment;
}

/* Writes every line of OLD anew, then what has no entry yet. */
static void merge_lines(struct merge *merge, const struct known_list *list, const struct bytes *old) {
  char *lines = xstrdup(span_of(old).data);
  char *rest = lines;
  size_t next = 0;
  for (int number = 1; rest && *rest; number++) {
    char *line = strsep(&rest, "\n");
    if (next < list->count && list->entries[next].line == number)
      decide(merge, list->path, line, &list->entries[next++]);
    else
      bytes_printf(&merge->text, "%s\n", line);
  }
  free(lines);
  if (!old->len)
    bytes_text(&merge->text, header);
  size_t before = merge->text.len;
  bool explains = ends_in_comment(span_of(&merge->text));
  if (explains)
    bytes_text(&merge->text, "\n");
  size_t start = merge->text.len;
  for (size_t i = 0; i < merge->count; i++)
    if (verdict_is_failure(merge->outcomes[i].result->verdict) && !merge->outcomes[i].listed &&
        !merge->outcomes[i].result->failing && !add_likeness(merge, i))
      add_entry(merge, &merge->outcomes[i], "");
  if (merge->text.len == start && old->len)
    merge->text.len = before;
}

int known_update(const char *path, const struct result *results, size_t count, const struct known_scope *scope,
                 struct known_changes *changes, struct bytes *why) {
  struct merge merge = {.scope = scope, .changes = changes};
  struct known_list list;
  struct bytes old = {0};
  int failed = known_read(path, &list, why) ? bytes_read_file(&old, path) : EINVAL;
  *changes = (struct known_changes){0};
  if (failed == 0 || failed == ENOENT) {
    take_outcomes(&merge, results, count);
    merge_lines(&merge, &list, &old);
    bool same = failed == 0 && span_equal(span_of(&merge.text), span_of(&old));
    bool needless = failed == ENOENT && changes->added == 0;
    failed = same || needless ? 0 : replace_file(path, span_of(&merge.text));
    free_outcomes(&merge);
  }
  known_free(&list);
  bytes_free(&old);
  bytes_free(&merge.text);
  return failed;
}

/* SPDX-License-Identifier: MIT */
