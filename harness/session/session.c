/* A run of the gate, from the selection to the exit status. */
#include "harness/session/session.h"

#include "harness/base/clock.h"
#include "harness/base/interrupt.h"
#include "harness/drive/drive.h"
#include "harness/process/workspace.h"
#include "harness/suite/suite.h"
#include "harness/verdict/ahead.h"
#include "harness/verdict/compare.h"
#include "harness/verdict/fault.h"
#include "harness/verdict/filter.h"
#include "harness/verdict/truth.h"
#include "oracles/markdown.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many failures are looked at in each of two rounds, and for how long in all. */
enum { MOST_LOOKED_AT = 16 };
#define LOOKING_NS UINT64_C(10000000000)

static bool selects_case(const struct session_options *options, const struct suite *suite, const char *id) {
  char *full = xasprintf("%s/%s", suite->name, id);
  bool selected = text_list_selects(&options->cases, id) || text_list_selects(&options->cases, full);
  free(full);
  return selected;
}

static bool selects_target(const struct session_options *options, const struct target *target) {
  if (options->runner && strcmp(options->runner, runner_words[target->runner]) != 0)
    return false;
  return text_list_selects(&options->programs, target->label) ||
         text_list_selects(&options->programs, target->program->name);
}

bool session_selects(const struct session *session, const struct suite *suite, const struct target *target,
                     const struct test_case *test_case) {
  return selects_target(session->options, target) && selects_case(session->options, suite, test_case->id);
}

static bool read_suite(struct session *session, const char *path, bool named, struct bytes *why) {
  struct suite suite;
  if (!suite_read(path, session->options->build, &suite, why))
    return false;
  if (suite.on_demand && !named) {
    suite_free(&suite);
    return true;
  }
  session->suites = xrealloc(session->suites, (session->suite_count + 1) * sizeof *session->suites);
  session->suites[session->suite_count++] = suite;
  return true;
}

static int is_ini(const struct dirent *entry) { return fnmatch("*.ini", entry->d_name, FNM_PERIOD) == 0; }

/* Says what suites there are, when NAME is none of them. */
static void no_such_suite(const char *name, struct dirent **entries, int count, const char *folder, struct bytes *why) {
  const char *names[64];
  size_t known = 0;
  for (int i = 0; i < count && known < 64; i++) {
    entries[i]->d_name[strlen(entries[i]->d_name) - 4] = '\0';
    names[known++] = entries[i]->d_name;
  }
  bytes_printf(why, "there is no suite '%s' in %s", name, folder);
  const char *near = nearest_word(name, names, known);
  if (near)
    bytes_printf(why, "; did you mean '%s'?", near);
  for (size_t i = 0; i < known && !near; i++)
    bytes_printf(why, "%s %s", i ? "," : "; there are", names[i]);
}

static bool read_named(struct session *session, const char *name, struct dirent **entries, int count,
                       struct bytes *why) {
  const char *folder = session->options->suites_folder;
  if (strchr(name, '/') || fnmatch("*.ini", name, 0) == 0)
    return read_suite(session, name, true, why);
  char *file = xasprintf("%s.ini", name);
  bool found = false;
  for (int i = 0; i < count; i++)
    found |= strcmp(entries[i]->d_name, file) == 0;
  free(file);
  if (!found) {
    no_such_suite(name, entries, count, folder, why);
    return false;
  }
  char *path = xasprintf("%s/%s.ini", folder, name);
  bool good = read_suite(session, path, true, why);
  free(path);
  return good;
}

static bool read_suites(struct session *session, struct bytes *why) {
  const struct session_options *options = session->options;
  struct dirent **entries = NULL;
  int count = scandir(options->suites_folder, &entries, is_ini, alphasort);
  bool good = count >= 0 || options->suites.count > 0;
  if (!good)
    bytes_printf(why,
                 "%s: %s (run in the top folder of bytegate, or name a suite file with --suite FILE.ini; `bytegate "
                 "init PROGRAM` writes a first one)",
                 options->suites_folder, strerror(errno));
  for (size_t i = 0; good && i < options->suites.count; i++)
    good = read_named(session, options->suites.items[i], entries, count, why);
  for (int i = 0; good && options->suites.count == 0 && i < count; i++) {
    char *path = xasprintf("%s/%s", options->suites_folder, entries[i]->d_name);
    good = read_suite(session, path, false, why);
    free(path);
  }
  for (int i = 0; i < count; i++)
    free(entries[i]);
  free(entries);
  return good;
}

static int by_id(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* No report could distinguish two cases of one name. */
static bool check_names(const struct suite *suite, struct bytes *why) {
  const char **ids = xcalloc(suite->case_count, sizeof *ids);
  for (size_t i = 0; i < suite->case_count; i++)
    ids[i] = suite->cases[i].id;
  qsort(ids, suite->case_count, sizeof *ids, by_id);
  bool good = true;
  for (size_t i = 1; good && i < suite->case_count; i++)
    if (strcmp(ids[i], ids[i - 1]) == 0) {
      bytes_printf(why, "%s: two cases are called %s", suite->path, ids[i]);
      good = false;
    }
  free(ids);
  return good;
}

static void begin(struct session *session, const struct session_options *options) {
  *session = (struct session){.options = options};
  session->oracle_program = (struct program){.name = (char *)"libcmark"};
  session->oracle = (struct target){
      .program = &session->oracle_program, .elf = (char *)"libcmark", .label = (char *)"libcmark", .where = "oracle"};
  session->stop.id = (char *)"obeys-sigterm";
}

/* Says what names cases have: the one whose last part is that of LINE, "PATTERN: REASON", or else the first. */
static void suggest_case(const struct suite *suite, const char *line, struct bytes *why) {
  size_t len = strcspn(line, ":");
  const char *like = suite->case_count ? suite->cases[0].id : NULL;
  for (size_t c = 0; c < suite->case_count; c++) {
    const char *last = strrchr(suite->cases[c].id, '/');
    if (last && strlen(last + 1) == len && strncmp(last + 1, line, len) == 0)
      like = suite->cases[c].id;
  }
  bytes_printf(why, " (`bytegate list --suite %s` names them", suite->path);
  if (like) {
    bytes_text(why, ", without the suite: ");
    bytes_escaped(why, span_text(like));
  }
  bytes_text(why, ")");
}

/* A line of `skip` or `xfail` that speaks of no case says nothing, and hides that it once did. */
static bool check_patterns(const struct suite *suite, struct bytes *why) {
  for (size_t i = 0; i < suite->program_count; i++) {
    const struct program *program = &suite->programs[i];
    const struct text_list *lists[] = {&program->skips, &program->failing};
    for (size_t k = 0; k < lists[0]->count + lists[1]->count; k++) {
      bool skips = k < lists[0]->count;
      char *line = skips ? lists[0]->items[k] : lists[1]->items[k - lists[0]->count];
      const struct text_list one = {&line, 1};
      bool met = reason_for(&one, "obeys-sigterm") != NULL;
      for (size_t c = 0; c < suite->case_count && !met; c++)
        met = reason_for(&one, suite->cases[c].id) != NULL;
      if (!met) {
        bytes_printf(why, "%s:%d: '%s = %s' speaks of no case that there is", suite->path, program->line,
                     skips ? "skip" : "xfail", line);
        suggest_case(suite, line, why);
        return false;
      }
    }
  }
  return true;
}

/* Makes the cases of every suite, and reads the list of known divergences. */
static bool complete(struct session *session, struct bytes *why) {
  const struct session_options *options = session->options;
  bool good = true;
  bool one = options->cases.count == 1 && fnmatch(options->cases.items[0], session->stop.id, 0) != 0;
  const char *pick = one ? options->cases.items[0] : NULL;
  for (size_t i = 0; i < session->suite_count; i++)
    session->suites[i].accepts = options->keeps_answers;
  for (size_t i = 0; good && i < session->suite_count; i++)
    good = suite_make_cases(&session->suites[i], options->has_seed, options->seed, pick, why) &&
           check_names(&session->suites[i], why) &&
           (pick || options->names_only || check_patterns(&session->suites[i], why));
  return good && known_read(options->known_path, &session->known, why);
}

bool session_open(struct session *session, const struct session_options *options, struct bytes *why) {
  begin(session, options);
  return read_suites(session, why) && complete(session, why);
}

bool session_open_text(struct session *session, const struct session_options *options, const char *name,
                       const char *text, struct bytes *why) {
  begin(session, options);
  session->suites = xcalloc(1, sizeof *session->suites);
  session->suite_count = 1;
  return suite_read_text(text, name, options->build, &session->suites[0], why) && complete(session, why);
}

/* Whether libcmark is to judge the case: then libcmark itself is compared with what is published about the case. */
static bool checks_oracle(const struct suite *suite, const struct test_case *test_case) {
  bool judges = false;
  for (size_t i = 0; i < suite->program_count; i++)
    judges |= suite->programs[i].oracle <= ORACLE_CMARK_UNSAFE;
  return judges && test_case->has_expected;
}

static struct result *add_result(struct session *session, const struct suite *suite, const struct target *target,
                                 struct test_case *test_case) {
  struct result *result = &session->results[session->result_count++];
  *result = (struct result){.suite = suite,
                            .target = target,
                            .test_case = test_case,
                            .keeps_answer = session->options->keeps_answers,
                            .status = -1};
  return result;
}

/* How many results a suite can have: each case on each target, each stop, each check of the oracle. */
static size_t most_results(const struct session *session) {
  size_t most = 0;
  for (size_t i = 0; i < session->suite_count; i++)
    most += (session->suites[i].target_count + 1) * (session->suites[i].case_count + 1);
  return most;
}

bool session_judges_stop(const struct target *target) {
  return target->program->drive == DRIVE_HTTP && target->program->judges_stop;
}

static void add_target_results(struct session *session, struct suite *suite, struct target *target) {
  const struct session_options *options = session->options;
  size_t before = session->result_count;
  for (size_t i = 0; i < suite->case_count; i++)
    if (selects_case(options, suite, suite->cases[i].id))
      add_result(session, suite, target, &suite->cases[i]);
  /* How a server stops shows after any case. */
  if (session->result_count == before && suite->case_count && session_judges_stop(target) &&
      selects_case(options, suite, session->stop.id))
    add_result(session, suite, target, &suite->cases[0]);
  /* A reproducing command names one case, and is not to be judged by another. */
  if (session->result_count > before && session_judges_stop(target) &&
      (options->cases.count == 0 || selects_case(options, suite, session->stop.id)))
    target->stop = add_result(session, suite, target, &session->stop);
}

static void make_results(struct session *session) {
  const struct session_options *options = session->options;
  session->results = xcalloc(most_results(session), sizeof *session->results);
  for (size_t i = 0; i < session->suite_count; i++) {
    struct suite *suite = &session->suites[i];
    size_t before = session->result_count;
    for (size_t k = 0; k < suite->target_count; k++)
      if (selects_target(options, &suite->targets[k]))
        add_target_results(session, suite, &suite->targets[k]);
    if (session->result_count == before)
      continue;
    for (size_t k = 0; k < suite->case_count; k++)
      if (checks_oracle(suite, &suite->cases[k]) && selects_case(options, suite, suite->cases[k].id))
        add_result(session, suite, &session->oracle, &suite->cases[k]);
  }
}

void session_keep_only(struct session *session, const bool *wanted) {
  size_t kept = 0;
  for (size_t i = 0; i < session->result_count; i++)
    if (wanted && wanted[i])
      session->results[kept++] = session->results[i];
    else
      result_free(&session->results[i]);
  session->result_count = kept;
  for (size_t i = 0; i < session->suite_count; i++)
    for (size_t k = 0; k < session->suites[i].target_count; k++)
      session->suites[i].targets[k].stop = NULL;
  for (size_t i = 0; i < kept; i++)
    if (session->results[i].test_case == &session->stop)
      ((struct target *)(uintptr_t)session->results[i].target)->stop = &session->results[i];
}

/* Compares libcmark with the published bytes of a case. */
static void check_oracle(struct result *result) {
  const struct program unsafe = {.oracle = ORACLE_CMARK_UNSAFE};
  struct span truth = {0};
  truth_of(NULL, &unsafe, result->test_case, &truth, NULL);
  result->runs = 1;
  if (compare_part(result, PART_BODY, span_of(&result->test_case->expected), truth))
    result->verdict = EQUAL;
  else
    result->verdict = ORACLE_FAULT;
}

/* Whether the answer TRUTH is what came, after the filter of its program where it has one. */
static bool is_truth(struct session *session, const struct result *result, struct span truth, struct bytes *why) {
  const struct program *program = result->target->program;
  struct bytes filtered = {0};
  if (program->filter && !filter_text(session->workspace, program, result->test_case, truth, &filtered, why))
    return false;
  bool same = span_equal(program->filter ? span_of(&filtered) : truth, span_of(&result->actual));
  bytes_free(&filtered);
  return same;
}

/* A case without an input asks about this machine, which may have become another while it ran: so the oracle is asked
   again before the program is blamed. */
static void ask_again(struct session *session, struct result *result) {
  struct test_case *one = result->test_case;
  const struct program *program = result->target->program;
  struct span truth = {0};
  struct bytes why = {0};
  if (result->reported || result->restored || result->verdict != DIVERGED || result->part != PART_STDOUT ||
      program->oracle != ORACLE_COMMAND || one->tree || one->folder || one->input.len ||
      !truth_changed(session->workspace, program, one, &truth, &why))
    return;
  bool same = !why.len && is_truth(session, result, truth, &why);
  result_withdraw(result);
  if (same && !why.len)
    result->verdict = EQUAL;
  else
    result_set(result, ORACLE_FAULT, "the oracle command said one thing before the case ran and another after: %s",
               why.len ? why.data : program->oracle_command);
  bytes_free(&why);
}

/* Tells of a result whoever wants to know. */
static void tell(const struct session *session, struct result *result) {
  const struct session_recorder *recorder = session->options->recorder;
  result->untold = false;
  if (recorder && !result->restored)
    recorder->keep(recorder->user, result);
  if (session->progress)
    session->progress(session, result);
}

/* Whether it is proved that the verdicts can be believed; then all that waited for it is told. */
static bool is_proved(struct session *session, enum proof_wish wish) {
  if (session->proof && session->proved == PROOF_AWAITED)
    session->proved = session->proof->look(session->proof->user, wish);
  bool proved = !session->proof || session->proved == PROOF_GOOD;
  for (size_t i = 0; proved && i < session->untold_count; i++)
    tell(session, session->untold[i]);
  session->untold_count = proved ? 0 : session->untold_count;
  return proved;
}

static void tell_once_proved(struct session *session, struct result *result) {
  if (is_proved(session, PROOF_LOOK)) {
    tell(session, result);
  } else if (!result->untold) {
    result->untold = true;
    session->untold = xgrow(session->untold, session->untold_count, sizeof(struct result *));
    session->untold[session->untold_count++] = result;
  }
}

/* Counts a result. One that was counted before, and whose case turned out to have done more since, is counted anew. */
static bool finish(struct session *session, struct result *result) {
  ask_again(session, result);
  result->known = KNOWN_NOT;
  result->reason = NULL;
  known_apply(&session->known, result);
  known_apply_suite(result);
  bool failed = result_failed(result);
  bool known = result->known == KNOWN_AS_IS;
  session->finished += !result->reported;
  session->failed = session->failed - result->counted_failed + failed;
  session->known_count = session->known_count - result->counted_known + known;
  result->counted_failed = failed;
  result->counted_known = known;
  result->reported = true;
  tell_once_proved(session, result);
  return session->proved != PROOF_BAD && (session->options->keep_going || !result_failed(result));
}

static bool driven(void *user, struct result *result) { return finish(user, result); }

/* What the repetitions of one case amount to: the same each time, or flaky. The first result stands for all. Returns
   whether all of them were run. */
static bool fold(struct result *first, const struct result *again, size_t count) {
  char *signature = result_signature(first);
  struct bytes others = {0};
  unsigned differing = 0;
  bool whole = first->verdict != NOT_RUN;
  for (size_t i = 0; i < count; i++) {
    whole &= again[i].verdict != NOT_RUN;
    char *other = result_signature(&again[i]);
    if (strcmp(other, signature) != 0 && again[i].verdict != NOT_RUN) {
      differing++;
      bytes_printf(&others, "%s%s", others.len ? ", " : "", other);
    }
    first->runs += again[i].runs;
    free(other);
  }
  if (differing) {
    bytes_clear(&first->detail);
    bytes_printf(&first->detail, "%u of %u runs did not do as the first, %s: %.200s", differing, first->runs, signature,
                 others.data);
    first->verdict = FLAKY;
  }
  bytes_free(&others);
  free(signature);
  return whole;
}

static bool repeated(void *user, struct result *result) {
  (void)user;
  (void)result;
  return true;
}

/* Runs every job several times and folds the repetitions into one result each. */
static int drive_repeatedly(struct session *session, struct workspace *workspace, struct result **jobs, size_t count,
                            struct ahead *ahead) {
  size_t times = session->options->repeat;
  struct result *again = xcalloc(count * (times - 1), sizeof *again);
  struct result **all = xcalloc(count * times, sizeof(struct result *));
  const struct drive_options options = {
      .lanes = session->options->jobs, .done = repeated, .ahead = ahead, .lingers = true};
  for (size_t i = 0; i < count * times; i++) {
    size_t job = i / times;
    size_t run = i % times;
    all[i] = run ? &again[job * (times - 1) + run - 1] : jobs[job];
    if (run)
      *all[i] =
          (struct result){.suite = jobs[job]->suite, .target = jobs[job]->target, .test_case = jobs[job]->test_case};
  }
  int interrupted = drive_jobs(workspace, &options, all, count * times);
  for (size_t i = 0; i < count; i++) {
    bool whole = fold(jobs[i], &again[i * (times - 1)], times - 1);
    if (whole || result_failed(jobs[i]))
      finish(session, jobs[i]);
    else
      result_withdraw(jobs[i]);
  }
  for (size_t i = 0; i < session->result_count; i++)
    if (session->results[i].test_case == &session->stop && session->results[i].verdict != NOT_RUN)
      finish(session, &session->results[i]);
  for (size_t i = 0; i < count * (times - 1); i++)
    result_free(&again[i]);
  free(again);
  free(all);
  return interrupted;
}

/* Asks the oracle commands in this process, before anything is under a deadline. */
static void ask_commands(struct session *session, struct workspace *workspace, struct result **jobs, size_t count) {
  for (size_t i = 0; i < count && !session->interrupted; i++) {
    struct span truth;
    struct bytes why = {0};
    if (jobs[i]->target->program->oracle != ORACLE_COMMAND || jobs[i]->test_case->conversation)
      continue;
    if (!truth_of(workspace, jobs[i]->target->program, jobs[i]->test_case, &truth, &why))
      result_set(jobs[i], ORACLE_FAULT, "%s", why.data);
    bytes_free(&why);
    session->interrupted = interrupt_taken();
  }
}

/* Programs that are not built, or have no emulator, are no verdict on anybody. */
static bool check_targets(struct result **jobs, size_t count, struct bytes *why) {
  for (size_t i = 0; i < count; i++) {
    if (i && jobs[i]->target == jobs[i - 1]->target)
      continue;
    char *reason = target_check(jobs[i]->target);
    reason = reason ? reason : target_check_machine(jobs[i]->target);
    if (reason && !(why->len && strstr(why->data, reason)))
      bytes_printf(why, "%s%s", why->len ? "\nbytegate: " : "", reason);
    free(reason);
  }
  return why->len == 0;
}

static enum forking forking_of(const struct session_options *options) {
  if (options->keeps_answers || options->forks == FORKS_NEVER)
    return FORK_NONE;
  return options->forks == FORKS_ALWAYS ? FORK_ALL : FORK_MANY;
}

static void drive_all(struct session *session, struct workspace *workspace, struct result **jobs, size_t count) {
  const unsigned lanes = session->options->jobs;
  struct ahead *ahead = lanes > 1 ? ahead_begin(workspace, jobs, count, lanes) : NULL;
  const struct drive_options options = {.lanes = lanes,
                                        .done = driven,
                                        .ahead = ahead,
                                        .forking = forking_of(session->options),
                                        .lingers = true,
                                        .user = session};
  if (!ahead)
    ask_commands(session, workspace, jobs, count);
  if (session->interrupted)
    return;
  if (session->options->repeat > 1)
    session->interrupted = drive_repeatedly(session, workspace, jobs, count, ahead);
  else
    session->interrupted = drive_jobs(workspace, &options, jobs, count);
  ahead_end(ahead);
}

/* Whether ENTRY speaks of a suite that is there but was not read, because it runs only on demand. */
static bool is_on_demand(const struct session *session, const struct known_entry *entry) {
  size_t len = strcspn(entry->test_case, "/");
  for (size_t i = 0; i < session->suite_count; i++)
    if (strlen(session->suites[i].name) == len && strncmp(session->suites[i].name, entry->test_case, len) == 0)
      return false;
  char *path = xasprintf("%s/%.*s.ini", session->options->suites_folder, (int)len, entry->test_case);
  bool there = access(path, F_OK) == 0;
  free(path);
  return there;
}

bool session_entry_is_idle(const struct session *session, const struct known_entry *entry) {
  const struct session_options *options = session->options;
  bool whole = options->suites.count == 0 && options->cases.count == 0 && options->programs.count == 0 &&
               !options->runner && !session->interrupted && session->finished == session->selected;
  for (size_t i = 0; whole && i < session->known.count; i++)
    if (session->known.entries[i].line == entry->line)
      return !session->known.entries[i].met && !is_on_demand(session, entry);
  return false;
}

/* Entries of the list that met no case, in a run that left nothing out. */
static void find_idle_entries(struct session *session) {
  for (size_t i = 0; i < session->known.count; i++)
    if (session_entry_is_idle(session, &session->known.entries[i]))
      bytes_printf(&session->problems, "%s:%d: this known divergence names no case that there is: %s %s %s\n",
                   session->known.path, session->known.entries[i].line, session->known.entries[i].test_case,
                   session->known.entries[i].program, session->known.entries[i].runner);
}

/* Holds libcmark to what is published, and then the programs to it. */
static void judge_all(struct session *session, struct workspace *workspace, struct result **jobs, size_t count) {
  bool go_on = true;
  session->began = true;
  for (size_t i = 0; go_on && i < session->result_count; i++)
    if (session->results[i].restored)
      go_on = finish(session, &session->results[i]);
  for (size_t i = 0; go_on && i < session->result_count; i++)
    if (session->results[i].target == &session->oracle) {
      check_oracle(&session->results[i]);
      go_on = finish(session, &session->results[i]);
    }
  if (go_on)
    drive_all(session, workspace, jobs, count);
}

/* Waits for the proof. Where there is none, nothing was found out. */
static bool await_proof(struct session *session) {
  if (is_proved(session, session->interrupted ? PROOF_END : PROOF_WAIT))
    return true;
  session_keep_only(session, NULL);
  session->selected = session->finished = session->failed = session->known_count = 0;
  session->began = false;
  return false;
}

/* What is wrong with the run as a whole. */
static void find_problems(struct session *session) {
  if (session->strays)
    bytes_printf(&session->problems, "%u process%s left the process group of a program and outlived it\n",
                 session->strays, session->strays == 1 ? "" : "es");
  /* Nothing but a failure or a signal ends a run early. A case that was lost in any other way must not pass for green.
   */
  if (session->finished < session->selected && session->failed == 0 && !session->interrupted)
    bytes_printf(&session->problems, "%zu selected cases were never run\n", session->selected - session->finished);
  find_idle_entries(session);
}

static void sort_failures(struct session *session) {
  free(session->faults);
  session->fault_count = faults_find(session->results, session->result_count, &session->faults);
}

static bool look_at(struct session *session, struct result *result, uint64_t until_ns) {
  bool wanted = result && verdict_is_of_program(result->verdict) && result->test_case != &session->stop &&
                result->target != &session->oracle && !result->where.len && now_ns() < until_ns;
  if (wanted)
    session->options->blame(session->workspace, session->options->gate, result, until_ns);
  return wanted;
}

/* Another failure of FAULT than its example: the one with the longest input, which is the least like that. */
static struct result *second_of(struct session *session, const struct fault *fault) {
  struct result *found = NULL;
  for (size_t i = 0; i < session->result_count; i++) {
    struct result *result = &session->results[i];
    if (fault_of(session->faults, session->fault_count, result) == fault && result != fault->example &&
        result->test_case != fault->example->test_case &&
        (!found || result->test_case->input.len > found->test_case->input.len))
      found = result;
  }
  return found;
}

/* Runs failures again to see which place of the program each comes from: first an example of each fault, so that those
   of one cause are found to be one, then another of each, so that those of two causes are found to be two. */
static void look_at_faults(struct session *session) {
  if (!session->options->blame || session->interrupted)
    return;
  const uint64_t until_ns = now_ns() + (session->options->blame_ns ? session->options->blame_ns : LOOKING_NS);
  for (int round = 0; round < 2; round++) {
    size_t seen = 0;
    for (size_t i = 0; i < session->fault_count && seen < MOST_LOOKED_AT; i++) {
      const struct fault *fault = &session->faults[i];
      seen +=
          look_at(session, round ? second_of(session, fault) : (struct result *)(uintptr_t)fault->example, until_ns);
    }
    sort_failures(session);
  }
}

/* Makes the results, and has the recorder choose among them. Returns false where there is nothing to run. */
static bool select_results(struct session *session, struct bytes *why, int *status) {
  const struct session_recorder *recorder = session->options->recorder;
  make_results(session);
  *status = EXIT_USAGE;
  if (session->result_count == 0) {
    bytes_text(why, "no case is selected (`bytegate list");
    for (size_t i = 0; i < session->options->suites.count; i++)
      bytes_printf(why, " --suite %s", session->options->suites.items[i]);
    bytes_text(why, "` names those that there are)");
    return false;
  }
  bool good = !recorder || recorder->choose(recorder->user, session, why, status);
  if (!good)
    session_keep_only(session, NULL);
  return good;
}

/* Those of the results that programs are to be started for. The caller frees the list. */
static struct result **list_jobs(struct session *session, size_t *count) {
  struct result **jobs = xcalloc(session->result_count + 1, sizeof(struct result *));
  *count = 0;
  for (size_t i = 0; i < session->result_count; i++) {
    struct result *result = &session->results[i];
    const char *reason = reason_for(&result->target->program->skips, result->test_case->id);
    result->skipped = reason && result->target != &session->oracle;
    if (result->skipped)
      result->reason = reason;
    else if (result->target != &session->oracle && result->test_case != &session->stop && !result->restored)
      jobs[(*count)++] = result;
  }
  return jobs;
}

static size_t count_skipped(const struct session *session) {
  size_t count = 0;
  for (size_t i = 0; i < session->result_count; i++)
    count += session->results[i].skipped;
  return count;
}

bool session_run(struct session *session, struct workspace *workspace, struct bytes *why, int *status) {
  sigset_t before;
  session->workspace = workspace;
  bool good = select_results(session, why, status);
  session->selected = session->result_count;
  if (!good)
    return false;
  size_t count;
  struct result **jobs = list_jobs(session, &count);
  size_t skipped = count_skipped(session);
  session->selected -= skipped;
  *status = session->selected ? EXIT_INFRASTRUCTURE : EXIT_USAGE;
  if (session->selected == 0)
    bytes_text(why, "each selected case is skipped by its suite ('skip'), so there is no verdict");
  good = session->selected > 0 && check_targets(jobs, count, why);
  session->started_ns = now_ns();
  interrupt_hold(&before);
  if (good)
    judge_all(session, workspace, jobs, count);
  good = good && await_proof(session);
  free(jobs);
  /* A signal that came when nothing waited for one any more interrupts as well. What interrupted the run ends this
     process, but only when all is told. */
  if (!session->interrupted)
    session->interrupted = interrupt_taken();
  if (!session->interrupted)
    interrupt_release(&before);
  if (!good)
    return false;
  session->strays += workspace_sweep(workspace, NULL);
  session->elapsed_ns += now_ns() - session->started_ns;
  find_problems(session);
  sort_failures(session);
  look_at_faults(session);
  return true;
}

bool session_lacks_confinement(const struct session *session) {
  return session->confinement && strcmp(session->confinement, "whole") != 0;
}

int session_open_status(const struct session *session) {
  for (size_t i = 0; i < session->suite_count; i++)
    if (session->suites[i].lacks_package)
      return EXIT_INFRASTRUCTURE;
  return EXIT_USAGE;
}

int session_status(const struct session *session) {
  int status = session->interrupted ? EXIT_INFRASTRUCTURE : EXIT_EQUAL;
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    if (!result_failed(result))
      continue;
    if (!verdict_is_infrastructure(result->verdict))
      return EXIT_DIVERGED;
    status = EXIT_INFRASTRUCTURE;
  }
  if (session->problems.len)
    return EXIT_DIVERGED;
  return status;
}

enum run_verdict session_verdict(const struct session *session) {
  if (session->interrupted)
    return RUN_INTERRUPTED;
  return session_status(session) == EXIT_EQUAL ? RUN_GREEN : RUN_RED;
}

const char *run_verdict_name(enum run_verdict verdict) {
  static const char *const names[] = {"GREEN", "RED", "INTERRUPTED"};
  return names[verdict];
}

enum left_out session_left_out(const struct session *session, const struct result *result) {
  if (result->untried)
    return result->verdict == HUNG                                    ? LEFT_AFTER_HANGS
           : result->verdict == REFUSED || result->verdict == CRASHED ? LEFT_UNSTARTABLE
                                                                      : LEFT_AFTER_FAULT;
  if (result->verdict != NOT_RUN)
    return LEFT_NOT;
  if (result->skipped)
    return LEFT_SKIPPED;
  if (session->interrupted)
    return LEFT_INTERRUPTED;
  if (!session->began)
    return LEFT_NOT_BEGUN;
  return session->failed && !session->options->keep_going ? LEFT_AFTER_FAILURE : LEFT_UNJUDGED;
}

const char *left_out_reason(enum left_out left_out) {
  static const char *const reasons[LEFT_REASONS] = {
      "",
      "because the run was interrupted",
      "because one failed (-k goes on)",
      "because their program could not be started",
      "because their program hung again and again",
      "because what runs their program failed",
      "because the run could not begin",
      "because their server had ended before",
      "because their suite skips them",
  };
  return reasons[left_out];
}

void session_close(struct session *session) {
  for (size_t i = 0; i < session->result_count; i++)
    result_free(&session->results[i]);
  free(session->results);
  free(session->faults);
  for (size_t i = 0; i < session->suite_count; i++)
    suite_free(&session->suites[i]);
  free(session->suites);
  known_free(&session->known);
  bytes_free(&session->problems);
  free(session->scope);
  free(session->untold);
}

/* SPDX-License-Identifier: MIT */
