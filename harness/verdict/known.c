/* Known divergences: read and applied. */
#include "harness/verdict/known.h"

#include "harness/suite/suite.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_entry(const char *line, const char *reason, int number, struct known_list *list) {
  char *fields[4] = {NULL, NULL, NULL, NULL};
  int used = sscanf(line, "%ms %ms %ms %ms", &fields[0], &fields[1], &fields[2], &fields[3]);
  if (used == 4) {
    list->entries = xrealloc(list->entries, (list->count + 1) * sizeof *list->entries);
    list->entries[list->count++] = (struct known_entry){.test_case = fields[0],
                                                        .program = fields[1],
                                                        .runner = fields[2],
                                                        .signature = fields[3],
                                                        .line = number,
                                                        .reason = *reason ? xstrdup(reason) : NULL};
    return true;
  }
  for (int i = 0; i < 4; i++)
    free(fields[i]);
  return used <= 0;
}

/* The comment that stands right above entries: the reason of those that have none of their own. */
struct comment {
  struct bytes text;
  bool goes_on; /* the line before was one of it */
};

/* Takes a line without an entry: TEXT is what it says, NULL where it is empty. */
static void read_comment(struct comment *comment, const char *text) {
  if (!text || !comment->goes_on)
    bytes_clear(&comment->text);
  if (text && *text)
    bytes_printf(&comment->text, "%s%s", comment->text.len ? " " : "", text);
}

bool known_read(const char *path, struct known_list *list, struct bytes *why) {
  *list = (struct known_list){.path = xstrdup(path)};
  struct bytes text = {0};
  int failed = bytes_read_file(&text, path);
  if (failed && failed != ENOENT)
    bytes_printf(why, "%s: %s", path, strerror(failed));
  bool good = failed == 0 || failed == ENOENT;
  int number = 0;
  struct comment comment = {0};
  for (char *at = text.data; good && at && *at;) {
    char *end = strchrnul(at, '\n');
    char *line = xstrndup(at, (size_t)(end - at));
    char *hash = strchr(line, '#');
    const char *reason = hash ? hash + 1 + strspn(hash + 1, " \t") : "";
    if (hash)
      *hash = '\0';
    bool has_entry = line[strspn(line, " \t")] != '\0';
    if (!has_entry)
      read_comment(&comment, hash ? reason : NULL);
    comment.goes_on = !has_entry;
    good = parse_entry(line, has_entry && !*reason && comment.text.len ? comment.text.data : reason, ++number, list);
    if (!good)
      bytes_printf(why, "%s:%d: an entry is SUITE/CASE PROGRAM RUNNER SIGNATURE", path, number);
    free(line);
    at = *end ? end + 1 : end;
  }
  bytes_free(&comment.text);
  bytes_free(&text);
  return good;
}

/* Most entries are no patterns, and lists of thousands of them are held to thousands of results. */
static bool pattern_matches(const char *pattern, const char *text) {
  return strpbrk(pattern, "*?[\\") ? fnmatch(pattern, text, 0) == 0 : strcmp(pattern, text) == 0;
}

bool known_matches(const struct known_entry *entry, const struct target *target, const char *id) {
  return pattern_matches(entry->program, target->label) && pattern_matches(entry->runner, target->where) &&
         pattern_matches(entry->test_case, id);
}

static const char likeness[] = "like:";

bool known_is_likeness(const struct known_entry *entry) {
  return strncmp(entry->signature, likeness, sizeof likeness - 1) == 0;
}

/* The byte of SIDE where the divergence begins, or its end. */
static void add_side(struct bytes *out, const struct bytes *side, size_t at) {
  if (at < side->len)
    bytes_printf(out, "0x%02x", (unsigned char)side->data[at]);
  else
    bytes_text(out, "end");
}

char *result_likeness(const struct result *result) {
  if (result->verdict != DIVERGED || result->part == PART_NONE || result->part == PART_EXIT)
    return NULL;
  char *signature = result_signature(result);
  struct bytes text = {0};
  bytes_text(&text, likeness);
  bytes_append(&text, signature, strcspn(signature, "@"));
  bytes_text(&text, ":");
  add_side(&text, &result->actual, result->offset);
  bytes_text(&text, "/");
  add_side(&text, &result->expected, result->offset);
  free(signature);
  return text.data;
}

void known_apply(struct known_list *list, struct result *result) {
  char *id = xasprintf("%s/%s", result->suite->name, result->test_case->id);
  char *signature = result_signature(result);
  char *like = result_likeness(result);
  struct known_entry *other = NULL;
  for (size_t i = 0; i < list->count && result->verdict != NOT_RUN; i++) {
    struct known_entry *entry = &list->entries[i];
    if (!known_matches(entry, result->target, id))
      continue;
    bool same = strcmp(entry->signature, known_is_likeness(entry) ? like ? like : "" : signature) == 0;
    if (known_is_likeness(entry) && !same)
      continue;
    entry->met = true;
    entry->count += same;
    if (same) {
      result->known = KNOWN_AS_IS;
      result->reason = entry->reason;
    } else {
      other = entry;
    }
  }
  if (result->known == KNOWN_NOT && other) {
    result->known = KNOWN_STALE;
    bytes_printf(&result->detail, "%s%s:%d expects it to diverge as %s%s", result->detail.len ? "; " : "", list->path,
                 other->line, other->signature,
                 result->verdict == EQUAL ? ", but it is equal now: remove the entry" : "");
  }
  free(id);
  free(signature);
  free(like);
}

void known_apply_suite(struct result *result) {
  const struct text_list *lines = &result->target->program->failing;
  const char *reason = lines->count && result->verdict != NOT_RUN ? reason_for(lines, result->test_case->id) : NULL;
  result->failing = reason != NULL;
  if (!reason || result->known != KNOWN_NOT || verdict_is_infrastructure(result->verdict))
    return;
  result->reason = reason;
  if (verdict_is_failure(result->verdict)) {
    result->known = KNOWN_AS_IS;
    return;
  }
  result->known = KNOWN_STALE;
  bytes_printf(&result->detail, "%sits suite expects it to fail ('xfail': %s), but it is equal now: remove that line",
               result->detail.len ? "; " : "", reason);
}

bool result_failed(const struct result *result) {
  return (verdict_is_failure(result->verdict) && result->known != KNOWN_AS_IS) || result->known == KNOWN_STALE;
}

void known_free(struct known_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->entries[i].test_case);
    free(list->entries[i].program);
    free(list->entries[i].runner);
    free(list->entries[i].signature);
    free(list->entries[i].reason);
  }
  free(list->entries);
  free(list->path);
  *list = (struct known_list){0};
}

/* SPDX-License-Identifier: MIT */
