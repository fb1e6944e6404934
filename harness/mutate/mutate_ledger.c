/* What explains a survivor, and the ledger that a run writes. */
#include "harness/mutate/equivalence.h"
#include "harness/mutate/mutate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char *pattern_reason(const struct explained *pattern) {
  return pattern ? pattern->fields[EXPLAINED_REASON] : NULL;
}

/* What proves that the mutant NUMBER does what the program does, or NULL. Where the prover was not asked, what it said
   before stands. */
static const char *proof_of(const struct mutation_run *run, size_t number) {
  const struct ledger_entry *entry = ledger_of(&run->ledger, number);
  const char *proof = mutant_proof(run->coverage->machine, &run->mutants.items[number]);
  if (!proof && run->proofs)
    return run->proofs[number];
  return proof ? proof : entry && entry->proved ? entry->reason : NULL;
}

void mutate_prove(struct mutation_run *run, bool killed, bool untried) {
  bool *wanted = xcalloc(run->mutants.count + 1, sizeof *wanted);
  const char **proofs = xcalloc(run->mutants.count + 1, sizeof *proofs);
  run->asks_untried = untried;
  for (size_t i = 0; i < run->mutants.count; i++) {
    enum fate fate = (enum fate)run->outcomes[i].fate;
    wanted[i] = fate == FATE_SURVIVED || fate == FATE_NOT_REACHED || (killed && fate == FATE_KILLED) ||
                (untried && fate == FATE_UNTRIED && ledger_of(&run->ledger, i));
  }
  if (equivalence_ask(run->coverage->elf, &run->mutants, wanted, proofs, &run->no_proofs))
    run->proofs = proofs;
  else
    free(proofs);
  free(wanted);
}

struct excuse mutate_explain(const struct mutation_run *run, size_t number) {
  const struct mutant *mutant = &run->mutants.items[number];
  const char *program = run->coverage->name;
  struct explained *unreached = NULL;
  if (run->outcomes[number].fate == FATE_NOT_REACHED && mutant->entry->kind == MAP_CODE)
    unreached = explain(&run->unreached, program, mutant->entry, "never executed");
  if (unreached)
    return (struct excuse){.pattern = unreached, .unreached = true, .reason = pattern_reason(unreached)};
  const struct ledger_entry *entry = ledger_of(&run->ledger, number);
  struct explained *pattern = explain(&run->reasons, program, mutant->entry, mutation_name(mutant->mutation));
  const char *proof = run->outcomes[number].fate == FATE_KILLED ? NULL : proof_of(run, number);
  bool has_reason = entry && !entry->proved && *entry->reason;
  const char *reason = proof ? proof : has_reason ? entry->reason : pattern_reason(pattern);
  return (struct excuse){.pattern = pattern, .reason = reason, .proved = proof != NULL};
}

/* What a void entry said of the same operation and mutation, for a person to look at again; or NULL. */
static const char *former_reason(const struct ledger *ledger, const struct ledger_entry *now) {
  for (size_t i = 0; i < ledger->count; i++) {
    const struct ledger_entry *entry = &ledger->entries[i];
    if (entry->mutant == LEDGER_VOID && !entry->proved && *entry->reason && strcmp(entry->routine, now->routine) == 0 &&
        strcmp(entry->mutation, now->mutation) == 0 && strcmp(entry->operation, now->operation) == 0)
      return entry->reason;
  }
  return NULL;
}

/* The ledger that is written: its entries, which borrow all texts but those in TEXTS. */
struct draft {
  struct ledger_entry *entries;
  size_t count;
  struct text_list texts;
  size_t former, killed, void_entries, void_kept;
};

/* Today, UTC, as YYYY-MM-DD. */
static void today(char text[16]) {
  time_t now = time(NULL);
  struct tm parts;
  gmtime_r(&now, &parts);
  strftime(text, 16, "%Y-%m-%d", &parts);
}

/* The text of the operation at ENTRY, without the comment after it. The caller frees it. */
static char *operation_of(const struct map_entry *entry) {
  const char *line = source_line(entry);
  const char *comment = strstr(line, "/*");
  size_t len = comment && comment > line ? (size_t)(comment - line) : strlen(line);
  while (len > 0 && line[len - 1] == ' ')
    len--;
  return xstrndup(line, len);
}

/* Whether B is the next of the mutants that nothing but their order tells from those of A, with the same fate. */
static bool continues(const struct ledger_entry *a, const struct ledger_entry *b) {
  return a->place.around == b->place.around && a->place.nth + a->alike == b->place.nth && a->cases == b->cases &&
         a->reached == b->reached && a->proved == b->proved && strcmp(a->routine, b->routine) == 0 &&
         strcmp(a->mutation, b->mutation) == 0 && strcmp(a->operation, b->operation) == 0 &&
         strcmp(a->measured, b->measured) == 0 && strcmp(a->reason, b->reason) == 0;
}

static void add_entry(struct draft *draft, const struct ledger_entry *entry) {
  for (size_t i = draft->count; i > 0; i--)
    if (continues(&draft->entries[i - 1], entry)) {
      draft->entries[i - 1].alike += entry->alike;
      return;
    }
  draft->entries = xgrow(draft->entries, draft->count, sizeof *draft->entries);
  draft->entries[draft->count++] = *entry;
}

/* Keeps TEXT until the draft is written. */
static char *keep_text(struct draft *draft, char *text) {
  text_list_take(&draft->texts, text);
  return draft->texts.items[draft->texts.count - 1];
}

/* Adds the mutant NUMBER, which has survived in this run or in one that it goes on with. */
static void add_survivor(const struct mutation_run *run, size_t number, const char *date, struct draft *draft) {
  const struct mutant *mutant = &run->mutants.items[number];
  const struct ledger_entry *before = ledger_of(&run->ledger, number);
  struct excuse excuse = mutate_explain(run, number);
  struct bytes words = {0};
  mutation_words(mutant, &words);
  struct ledger_entry entry = {.routine = (char *)mutant->entry->routine,
                               .operation = keep_text(draft, operation_of(mutant->entry)),
                               .mutation = keep_text(draft, words.data),
                               .place = run->ledger.places[number],
                               .alike = 1,
                               .measured = (char *)date,
                               .cases = mutate_cases_hash(run),
                               .reached = run->outcomes[number].fate == FATE_SURVIVED,
                               .proved = excuse.proved};
  const char *former = excuse.reason ? NULL : former_reason(&run->ledger, &entry);
  entry.reason = (char *)(excuse.reason ? excuse.reason : former ? former : "");
  if (before && before->cases == entry.cases && before->reached == entry.reached)
    entry.measured = before->measured;
  draft->former += former != NULL;
  add_entry(draft, &entry);
}

/* Adds what an entry of before says of the mutant NUMBER, which was not tried, and what is proved of it now. */
static void keep_entry(const struct mutation_run *run, size_t number, struct draft *draft) {
  struct ledger_entry entry = *ledger_of(&run->ledger, number);
  bool asked = run->proofs && run->asks_untried;
  const char *proof = asked ? proof_of(run, number) : NULL;
  entry.place = run->ledger.places[number];
  entry.alike = 1;
  if (proof)
    entry.reason = (char *)proof;
  else if (asked && entry.proved)
    entry.reason = (char *)"";
  entry.proved = asked ? proof != NULL : entry.proved;
  add_entry(draft, &entry);
}

/* Whether a mutant of ROUTINE is there that was not tried: a void entry may yet speak of it. */
static bool has_untried(const struct mutation_run *run, const char *routine) {
  for (size_t i = 0; i < run->mutants.count; i++)
    if (run->outcomes[i].fate == FATE_UNTRIED && strcmp(run->mutants.items[i].entry->routine, routine) == 0)
      return true;
  return false;
}

static void make_entries(const struct mutation_run *run, const char *date, struct draft *draft) {
  for (size_t i = 0; i < run->mutants.count; i++) {
    const struct ledger_entry *before = ledger_of(&run->ledger, i);
    enum fate fate = (enum fate)run->outcomes[i].fate;
    if (fate == FATE_UNTRIED && before)
      keep_entry(run, i, draft);
    else if (fate == FATE_KILLED)
      draft->killed += before != NULL;
    else if (fate != FATE_UNTRIED && !mutate_explain(run, i).unreached)
      add_survivor(run, i, date, draft);
  }
  for (size_t i = 0; i < run->ledger.count; i++) {
    const struct ledger_entry *entry = &run->ledger.entries[i];
    bool kept = entry->mutant == LEDGER_VOID && has_untried(run, entry->routine);
    if (kept)
      add_entry(draft, entry);
    draft->void_kept += kept;
    draft->void_entries += entry->mutant == LEDGER_VOID;
  }
}

/* Writes a file beside the ledger, which then takes its place. Returns 0 or an errno value. */
static int write_draft(const struct draft *draft, const char *path) {
  struct bytes text = {0};
  bytes_text(&text, "");
  for (size_t i = 0; i < draft->count; i++) {
    ledger_line(&draft->entries[i], &text);
    bytes_text(&text, "\n");
  }
  mkdir(LEDGER_FOLDER, 0777);
  char *half = xasprintf("%s.new", path);
  int failed = write_file(half, span_of(&text));
  if (!failed && rename(half, path) != 0)
    failed = errno;
  free(half);
  bytes_free(&text);
  return failed;
}

static void print_draft(const struct draft *draft, const char *path, FILE *out) {
  size_t all = 0;
  size_t proved = 0;
  size_t bare = 0;
  for (size_t i = 0; i < draft->count; i++) {
    const struct ledger_entry *entry = &draft->entries[i];
    all += entry->alike;
    proved += entry->proved ? entry->alike : 0;
    bare += *entry->reason ? 0 : entry->alike;
  }
  fprintf(out, "\n%s: %zu mutants survived, %zu of them proved, %zu without a reason\n", path, all, proved, bare);
  if (draft->killed || draft->void_entries)
    fprintf(out,
            "  of those before, %zu were killed; %zu entries were void, and %zu of them stay until all of their "
            "routine is tried\n",
            draft->killed, draft->void_entries, draft->void_kept);
  if (draft->former)
    fprintf(out, "  %zu have the reason of a void entry about the same operation: read whether it still holds\n",
            draft->former);
}

bool mutate_write_ledger(const struct mutation_run *run, FILE *out, struct bytes *why) {
  struct draft draft = {0};
  char date[16];
  today(date);
  make_entries(run, date, &draft);
  int failed = write_draft(&draft, run->ledger.path);
  if (failed)
    bytes_printf(why, "%s: %s", run->ledger.path, strerror(failed));
  else
    print_draft(&draft, run->ledger.path, out);
  text_list_free(&draft.texts);
  free(draft.entries);
  return failed == 0;
}

/* SPDX-License-Identifier: MIT */
