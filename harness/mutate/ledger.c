/* Reads ledgers, and finds the mutants that they speak of. */
#include "harness/mutate/ledger.h"

#include "harness/report/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *take_text(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? xstrdup(text) : NULL;
}

/* The text as it stands; where it is no UTF-8, with escapes. */
static json_t *text_of(const char *text) {
  json_t *string = json_string(text);
  return string ? string : json_string_of(span_text(text));
}

/* A hash of sixteen hexadecimal digits. */
static bool take_hash(const json_t *object, const char *key, uint64_t *hash) {
  const char *text = json_string_value(json_object_get(object, key));
  if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
    return false;
  *hash = strtoull(text, NULL, 16);
  return true;
}

static bool parse_entry(const json_t *object, struct ledger_entry *entry) {
  const char *fate = json_string_value(json_object_get(object, "fate"));
  entry->routine = take_text(object, "routine");
  entry->operation = take_text(object, "operation");
  entry->mutation = take_text(object, "mutation");
  entry->measured = take_text(object, "measured");
  entry->reason = take_text(object, "reason");
  entry->place.nth = (unsigned)json_integer_value(json_object_get(object, "nth"));
  const json_t *alike = json_object_get(object, "alike");
  entry->alike = alike ? (unsigned)json_integer_value(alike) : 1;
  entry->proved = json_is_true(json_object_get(object, "proved"));
  entry->reached = fate && strcmp(fate, "survived") == 0;
  return entry->routine && entry->operation && entry->mutation && entry->measured && entry->reason && fate &&
         entry->alike && (entry->reached || strcmp(fate, "not reached") == 0) &&
         take_hash(object, "around", &entry->place.around) && take_hash(object, "cases", &entry->cases);
}

void ledger_line(const struct ledger_entry *entry, struct bytes *line) {
  json_t *object = json_object();
  json_set(object, "routine", text_of(entry->routine));
  json_set(object, "operation", text_of(entry->operation));
  json_set(object, "mutation", text_of(entry->mutation));
  char *hash = xasprintf("%016llx", (unsigned long long)entry->place.around);
  json_set(object, "around", json_string(hash));
  free(hash);
  if (entry->place.nth)
    json_set(object, "nth", json_integer(entry->place.nth));
  if (entry->alike > 1)
    json_set(object, "alike", json_integer(entry->alike));
  json_set(object, "fate", text_of(entry->reached ? "survived" : "not reached"));
  json_set(object, "measured", text_of(entry->measured));
  hash = xasprintf("%016llx", (unsigned long long)entry->cases);
  json_set(object, "cases", json_string(hash));
  free(hash);
  if (entry->proved)
    json_set(object, "proved", json_true());
  json_set(object, "reason", text_of(entry->reason));
  json_append(line, object, 0);
  line->data[--line->len] = '\0';
  json_decref(object);
}

/* What a mutant is looked up by. */
struct key {
  const char *routine;
  char *mutation;
  struct mutant_place place;
  size_t number;
};

static int by_key(const void *a, const void *b) {
  const struct key *x = a;
  const struct key *y = b;
  if (x->place.around != y->place.around)
    return x->place.around > y->place.around ? 1 : -1;
  if (x->place.nth != y->place.nth)
    return x->place.nth > y->place.nth ? 1 : -1;
  int order = strcmp(x->routine, y->routine);
  return order ? order : strcmp(x->mutation, y->mutation);
}

/* Finds the mutants of the entry NUMBER among COUNT KEYS. Where one of them is not there, or another entry speaks of
   it, the entry is void. */
static void find_of_entry(struct ledger *ledger, size_t number, const struct key *keys, size_t count) {
  struct ledger_entry *entry = &ledger->entries[number];
  entry->mutant = LEDGER_VOID;
  for (int pass = 0; pass < 2; pass++)
    for (unsigned i = 0; i < entry->alike; i++) {
      const struct key wanted = {entry->routine, entry->mutation, {entry->place.around, entry->place.nth + i}, 0};
      const struct key *found = bsearch(&wanted, keys, count, sizeof *keys, by_key);
      if (!found || ledger->by_mutant[found->number])
        return;
      if (pass == 0)
        continue;
      ledger->by_mutant[found->number] = number + 1;
      entry->mutant = i ? entry->mutant : found->number;
    }
}

static void find_mutants(struct ledger *ledger, const struct mutants *mutants) {
  struct key *keys = xcalloc(mutants->count + 1, sizeof *keys);
  for (size_t i = 0; i < mutants->count; i++) {
    struct bytes words = {0};
    mutation_words(&mutants->items[i], &words);
    keys[i] = (struct key){mutants->items[i].entry->routine, words.data, ledger->places[i], i};
  }
  qsort(keys, mutants->count, sizeof *keys, by_key);
  for (size_t i = 0; i < ledger->count; i++)
    find_of_entry(ledger, i, keys, mutants->count);
  for (size_t i = 0; i < mutants->count; i++)
    free(keys[i].mutation);
  free(keys);
}

static bool read_lines(struct ledger *ledger, const char *text, struct bytes *why) {
  int number = 1;
  for (const char *line = text; line && *line; number++) {
    size_t len = strcspn(line, "\n");
    json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    ledger->entries = xgrow(ledger->entries, ledger->count, sizeof *ledger->entries);
    struct ledger_entry *entry = &ledger->entries[ledger->count++];
    *entry = (struct ledger_entry){.line = number};
    bool good = object && parse_entry(object, entry);
    json_decref(object);
    if (!good) {
      bytes_printf(
          why,
          "%s:%d: this is no entry of a ledger (fixtures/schemas/ledger-entry.json; `bytegate mutate --ledger` "
          "writes them)",
          ledger->path, number);
      return false;
    }
    line += len + (line[len] == '\n');
  }
  return true;
}

bool ledger_read(struct ledger *ledger, const char *folder, const char *program, const char *elf,
                 const struct program_map *map, const struct mutants *mutants, struct bytes *why) {
  struct bytes text = {0};
  *ledger = (struct ledger){.path = xasprintf("%s/%s.jsonl", folder, program)};
  int failed = bytes_read_file(&text, ledger->path);
  bool good = !failed || failed == ENOENT;
  if (!good)
    bytes_printf(why, "%s: %s", ledger->path, strerror(failed));
  good = good && read_lines(ledger, text.data, why);
  bytes_free(&text);
  ledger->by_mutant = xcalloc(mutants->count + 1, sizeof *ledger->by_mutant);
  ledger->places = mutant_places(elf, map, mutants);
  if (good && ledger->count)
    find_mutants(ledger, mutants);
  return good;
}

void ledger_free(struct ledger *ledger) {
  for (size_t i = 0; i < ledger->count; i++) {
    struct ledger_entry *entry = &ledger->entries[i];
    free(entry->routine);
    free(entry->operation);
    free(entry->mutation);
    free(entry->measured);
    free(entry->reason);
  }
  free(ledger->entries);
  free(ledger->by_mutant);
  free(ledger->places);
  free(ledger->path);
  *ledger = (struct ledger){0};
}

const struct ledger_entry *ledger_of(const struct ledger *ledger, size_t number) {
  return ledger->by_mutant && ledger->by_mutant[number] ? &ledger->entries[ledger->by_mutant[number] - 1] : NULL;
}

void ledger_tell_void(const struct ledger *ledger, const struct ledger_entry *entry, struct bytes *out) {
  bytes_printf(out, "  %s:%d: void, for what stands around it has changed: %s: %s | %s\n", ledger->path, entry->line,
               entry->routine, entry->mutation, entry->operation);
}

/* SPDX-License-Identifier: MIT */
