/* The bytegate command. */
#include "harness/accept/accept.h"
#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/base/interrupt.h"
#include "harness/base/limits.h"
#include "harness/bisect/bisect.h"
#include "harness/blame/blame.h"
#include "harness/blame/blame_trace.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/record.h"
#include "harness/check/check.h"
#include "harness/cli/options.h"
#include "harness/cli/table.h"
#include "harness/coverage/coverage_command.h"
#include "harness/coverage/coverage_report.h"
#include "harness/doctor/doctor.h"
#include "harness/explain/explain.h"
#include "harness/loaders/liveness.h"
#include "harness/loaders/loaders.h"
#include "harness/mutate/mutate.h"
#include "harness/new/new.h"
#include "harness/process/workspace.h"
#include "harness/reduce/reduce.h"
#include "harness/report/html/html.h"
#include "harness/report/json.h"
#include "harness/report/report.h"
#include "harness/session/audit.h"
#include "harness/session/audit_beside.h"
#include "harness/session/plant.h"
#include "harness/session/update_known.h"
#include "harness/simulate/simulate.h"
#include "harness/suite/suite.h"
#include "oracles/markdown.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NO_COLOR (no-color.org) wins over CLICOLOR_FORCE (bixense.com/clicolors), and that over what stdout is. */
static bool wants_color(void) {
  const char *no = getenv("NO_COLOR");
  const char *force = getenv("CLICOLOR_FORCE");
  if (no && *no)
    return false;
  if (force && *force && strcmp(force, "0") != 0)
    return true;
  return isatty(STDOUT_FILENO);
}

static void check_oracle_version(void) {
  if (strcmp(markdown_oracle_version(), MARKDOWN_ORACLE_VERSION) != 0)
    die("libcmark is %s; the oracle is libcmark %s, and another version is another oracle (install libcmark-dev %s)",
        markdown_oracle_version(), MARKDOWN_ORACLE_VERSION, MARKDOWN_ORACLE_VERSION);
}

static bool format_shows(const struct session *session, const struct result *result, size_t number, const char **name) {
  *name = number < REPORT_FORMAT_COUNT ? report_formats[number]->option : NULL;
  return *name && report_shows_failure(report_formats[number], session, result);
}

/* What the command self-audit prints with --json (fixtures/schemas/self-audit.json). */
static void print_audit(const struct audit_report *report) {
  json_t *root = json_object();
  json_set(root, "planted", json_integer(report->planted));
  json_set(root, "missed", json_integer(report->missed));
  json_set(root, "interrupted", json_boolean(report->interrupted != 0));
  json_set(root, "plants", json_lines_of(span_of(&report->log)));
  json_set(root, "left_out", json_lines_of(span_of(&report->left_out)));
  json_print(root);
}

/* Tells what REPORT says. COMMENTS: stdout is for something else. Returns whether the gate may be believed; not where
   the audit was interrupted. */
static bool tell_audit(struct audit_report *report, bool verbose, bool comments, bool json) {
  if (json)
    print_audit(report);
  if (!json && (verbose || report->missed))
    fputs(span_of(&report->log).data, comments || report->missed ? stderr : stdout);
  for (char *rest = report->left_out.data, *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n"))
    fprintf(comments || json ? stderr : stdout, "self-audit: left out: %s\n", line);
  if (report->missed)
    fprintf(stderr, "bytegate: self-audit: %u planted faults of %u were not caught; no verdict of this gate counts\n",
            report->missed, report->planted);
  else if (!comments && !json && !report->interrupted)
    printf("self-audit: %u planted faults, each caught\n", report->planted);
  return report->missed == 0 && !report->interrupted;
}

/* Returns whether the gate may be believed; not where the audit was INTERRUPTED. JSON: the command self-audit. */
static bool audit(struct workspace *workspace, bool verbose, bool comments, bool json, int *interrupted) {
  struct audit_report report;
  /* What it runs is this command itself. A picture of each byte of that costs more than all the rest of the audit, and
     shows no failure. */
  program_map_maker = NULL;
  audit_run_halves(workspace, format_shows, &report);
  program_map_maker = explain_make_map;
  bool good = tell_audit(&report, verbose, comments, json);
  *interrupted = report.interrupted;
  audit_report_free(&report);
  return good;
}

/* The audit beside a session. */
struct proof_beside {
  struct audit_beside audit;
  struct session *session;
  const struct options *options;
  enum proof proof;
};

static bool prints_text(const struct options *options);

static enum proof prove(void *user, enum proof_wish wish) {
  struct proof_beside *beside = user;
  const struct options *options = beside->options;
  if (beside->proof != PROOF_AWAITED || !audit_look(&beside->audit, wish))
    return beside->proof;
  bool good =
      beside->audit.ended && tell_audit(&beside->audit.report, options->session.verbose, !prints_text(options), false);
  beside->proof = good ? PROOF_GOOD : PROOF_BAD;
  /* Who ends the one means both. */
  if (!good && !beside->session->interrupted)
    beside->session->interrupted = beside->audit.report.interrupted;
  return beside->proof;
}

static void print_report(const struct report_format *format, const struct session *session) {
  struct bytes text = {0};
  format->make(session, &text);
  fwrite(text.data, 1, text.len, stdout);
  bytes_free(&text);
}

/* Writes the reports that were asked for. Returns whether all could be. */
static bool write_reports(const struct session *session, const struct options *options) {
  bool good = true;
  for (size_t i = 0; i < options->report_count; i++) {
    const struct report_format *format = options->reports[i].format;
    const char *path = options->reports[i].path;
    int failed = path ? report_write(format, session, path) : 0;
    if (failed)
      fprintf(stderr, "bytegate: %s: %s\n", path, strerror(failed));
    else if (path && options->command == COMMAND_REPORT && format == &html_format)
      fprintf(stderr, "bytegate: the report is %s\n", path);
    else if (!path)
      print_report(format, session);
    good &= failed == 0;
  }
  fflush(stdout);
  return good;
}

/* The format of what stands on stdout. */
static const struct report_format *stdout_format(const struct options *options) {
  if (options->on_stdout)
    return options->on_stdout;
  return options->command == COMMAND_REPORT || isatty(STDOUT_FILENO) ? &text_format : &tap_format;
}

static bool prints_text(const struct options *options) { return stdout_format(options) == &text_format; }

/* Writes every report of the session. Returns whether all could be written. */
static bool write_all(const struct session *session, const struct options *options) {
  if (prints_text(options)) {
    text_end(session, true, stdout);
  } else {
    print_report(stdout_format(options), session);
    text_end(session, false, stderr);
  }
  return write_reports(session, options);
}

/* Ends the record of the session, and says what it is good for. Returns whether all of it could be written. */
static bool end_record(const struct session *session, const struct options *options) {
  struct record *record = options->recording;
  int failed = record ? record_end(record, session) : 0;
  if (failed)
    fprintf(stderr, "bytegate: %s: %s; what could not be written there has to be run again\n", options->record,
            strerror(failed));
  if (record && record->restored && options->record)
    fprintf(stderr, "bytegate: %zu results stood in %s already and were not run again (--fresh runs them)\n",
            record->restored, options->record);
  if (options->shard.count)
    fprintf(stderr,
            "bytegate: this is a part of the whole: `bytegate merge RECORD...` makes the verdict from all %u records\n",
            options->shard.count);
  return failed == 0;
}

/* Reports on a session that has run. Returns the exit status. */
static int report(const struct session *session, const struct options *options) {
  bool good = end_record(session, options);
  if (options->update_known) {
    struct bytes said = {0};
    good &= session_update_known(session, &said);
    fputs(said.data, stderr);
    bytes_free(&said);
  }
  good &= write_all(session, options);
  return good ? session_status(session) : EXIT_INFRASTRUCTURE;
}

/* Reports that there is no verdict, because of WHY: a report of an earlier run must not be taken for that of this one.
   Where the command line or a suite file is wrong, there is no report. Returns STATUS. */
static int report_nothing(struct session *session, const struct options *options, int status, const char *why) {
  bool reports =
      options->command == COMMAND_VERIFY || options->command == COMMAND_REPORT || options->command == COMMAND_MERGE;
  if (*why)
    fprintf(stderr, "bytegate: %s\n", why);
  if (!reports || status != EXIT_INFRASTRUCTURE)
    return status;
  if (*why)
    bytes_printf(&session->problems, "no verdict: %s\n", why);
  write_all(session, options);
  return status;
}

/* MISSED: planted faults; the audit may have come to no end at all. */
static int report_unproved(struct session *session, const struct options *options, unsigned missed) {
  return report_nothing(session, options, EXIT_INFRASTRUCTURE,
                        session->interrupted ? ""
                        : missed             ? "the self-audit missed a planted fault"
                                             : "the self-audit failed");
}

/* Runs an opened session, with the audit BESIDE it unless that is NULL, and reports on it. Returns the exit status. */
static int run_and_report(struct session *session, struct workspace *workspace, const struct options *options,
                          struct proof_beside *beside) {
  struct bytes why = {0};
  int status = 0;
  if (prints_text(options)) {
    text_begin(session, wants_color(), isatty(STDERR_FILENO));
    session->progress = text_progress;
  }
  bool ran = session_run(session, workspace, &why, &status);
  /* Beside an audit, signals are held until all is told. */
  if (beside && !session->interrupted)
    session->interrupted = interrupt_taken();
  /* Where there was nothing to run, that is no less to be proved. */
  if (beside && prove(beside, PROOF_WAIT) != PROOF_GOOD)
    status = report_unproved(session, options, beside->audit.report.missed);
  else if (ran)
    status = report(session, options);
  else
    status = report_nothing(session, options, status, why.data);
  bytes_free(&why);
  return status;
}

/* Runs a session while the audit runs beside it, before whose end nothing is told of any verdict. */
static int verify_beside_audit(struct session *session, struct workspace *workspace, const struct options *options) {
  struct proof_beside beside = {.session = session, .options = options};
  const struct session_proof proof = {prove, &beside};
  sigset_t before;
  interrupt_hold(&before);
  program_map_maker = NULL; /* as in audit() */
  audit_begin(&beside.audit, workspace, format_shows, audit_run);
  program_map_maker = explain_make_map;
  session->proof = &proof;
  int status = run_and_report(session, workspace, options, &beside);
  session->proof = NULL;
  audit_report_free(&beside.audit.report);
  if (!session->interrupted)
    interrupt_release(&before);
  return status;
}

/* Runs an opened session, with the proof that its verdict can be believed. Returns the exit status. */
static int verify(struct session *session, struct workspace *workspace, const struct options *options) {
  /* One at a time means just that. */
  if (options->audit && options->session.jobs > 1)
    return verify_beside_audit(session, workspace, options);
  if (options->audit &&
      !audit(workspace, options->session.verbose, !prints_text(options), false, &session->interrupted))
    return report_unproved(session, options, 1);
  return run_and_report(session, workspace, options, NULL);
}

/* Prints one line of list, or appends it to ROWS where the list is JSON (fixtures/schemas/list.json). */
static void list_one(json_t *rows, const struct suite *suite, const struct test_case *test_case,
                     const struct target *target, bool json) {
  if (!json) {
    printf("%s/%s\t%s\t%s\n", suite->name, test_case->id, target->label, target->where);
    return;
  }
  json_t *row = json_object();
  char *name = xasprintf("%s/%s", suite->name, test_case->id);
  json_set(row, "case", json_string_of(span_text(name)));
  json_set(row, "program", json_string_of(span_text(target->label)));
  json_set(row, "runner", json_string_of(span_text(target->where)));
  json_array_append_new(rows, row);
  free(name);
}

static int list(struct session *session, bool json) {
  size_t count = 0;
  json_t *rows = json_array();
  for (size_t i = 0; i < session->suite_count; i++) {
    struct suite *suite = &session->suites[i];
    for (size_t k = 0; k < suite->target_count; k++)
      for (size_t c = 0; c < suite->case_count; c++)
        if (session_selects(session, suite, &suite->targets[k], &suite->cases[c])) {
          list_one(rows, suite, &suite->cases[c], &suite->targets[k], json);
          count++;
        }
  }
  if (json)
    json_print(json_incref(rows));
  json_decref(rows);
  if (count == 0)
    fputs("bytegate: no case is selected; `bytegate list` with --suite alone names all of a suite\n", stderr);
  return count ? EXIT_EQUAL : EXIT_USAGE;
}

/* Whether RESULT is about a document, of which a part is a document too: one whose truth can be asked. */
static bool is_of_document(const struct session *session, const struct result *result) {
  return result->test_case != &session->stop && !result->test_case->conversation && !result->test_case->tree &&
         result->target->program->oracle != ORACLE_EXPECTED;
}

/* The first failure among the results, one about a document if there is any; NULL: none. */
static const struct result *find_failure(const struct session *session) {
  const struct result *other = NULL;
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    if (!verdict_is_of_program(result->verdict))
      continue;
    if (is_of_document(session, result))
      return result;
    other = other ? other : result;
  }
  return other;
}

/* How long reduce looks for something smaller, where no option says so. */
enum { REDUCE_SECONDS = 60 };

/* What to know of how the reduced document fails, where that is not like the case. */
static void tell_way(const struct result *failure, const struct reduction *reduction, bool was_asked) {
  bool is_large = reduction->document.len > failure->test_case->input.len / 2 && reduction->document.len > 1;
  if (reduction->any && was_asked)
    puts("  fails     with the same verdict in the same part; the bytes may be others");
  else if (reduction->any)
    puts("  fails     with the same verdict in the same part, but with other bytes: nothing smaller fails with the "
         "same");
  else if (is_large && failure->verdict != HUNG)
    puts("  smaller   may be what fails with any bytes, as where all output depends on all input: add --any");
}

/* What was reduced, for people. KEEP is the path of the case that it would be; ADVICE, where not NULL, is what makes
   its suite find it there. */
static void tell_reduction(const struct result *failure, const struct reduction *reduction,
                           const struct options *options, const char *keep, const char *advice) {
  const char *out = options->out;
  struct bytes text = {0};
  printf("reduced from %zu to %zu bytes by %zu runs%s%s: %s\n", failure->test_case->input.len, reduction->document.len,
         reduction->tried, reduction->interrupted ? ", and interrupted (the same command goes on)" : "",
         reduction->out_of_time ? ", and out of time (the same command goes on; --seconds N)" : "", out);
  bytes_escaped(&text, span_of(&reduction->document));
  printf("  %.2000s\n", span_of(&text).data);
  tell_way(failure, reduction, options->any);
  bytes_clear(&text);
  bytes_text(&text, "  keep      cp");
  report_word(&text, out);
  report_word(&text, keep);
  printf("%s\n", text.data);
  if (advice)
    printf("            %s\n", advice);
  bytes_free(&text);
}

/* The same as JSON (fixtures/schemas/reduce.json). */
static void print_reduction(const struct session *session, const struct result *failure,
                            const struct reduction *reduction, const char *out, const char *keep, bool is_found) {
  json_t *root = json_object();
  struct bytes next = {0};
  bytes_text(&next, "cp");
  report_word(&next, out);
  report_word(&next, keep);
  json_set(root, "result", json_of_result(session, failure));
  json_set(root, "document", json_string_of(span_of(&reduction->document)));
  json_set(root, "bytes", json_integer((json_int_t)reduction->document.len));
  json_set(root, "bytes_before", json_integer((json_int_t)failure->test_case->input.len));
  json_set(root, "runs", json_integer((json_int_t)reduction->tried));
  json_set(root, "finished", json_boolean(!reduction->interrupted && !reduction->out_of_time));
  json_set(root, "any", json_boolean(reduction->any));
  json_set(root, "file", json_string_of(span_text(out)));
  json_set(root, "found_by_suite", json_boolean(is_found));
  json_set(root, "next", json_string_of(span_of(&next)));
  json_print(root);
  bytes_free(&next);
}

/* Says that nothing fails, and so that there is nothing for the command to do. */
static int tell_nothing(bool json, const char *note) {
  if (json)
    json_print(json_pack("{s:s}", "note", note));
  else
    puts(note);
  return EXIT_EQUAL;
}

/* Whether FAILURE is of a case that can be reduced; if not, says why. */
static bool can_be_reduced(const struct session *session, const struct result *failure) {
  const char *id = failure->test_case->id;
  if (!is_of_document(session, failure))
    fprintf(stderr,
            "bytegate: only documents can be reduced, and %s is none: it is a conversation, a tree, or has "
            "published bytes; `bytegate blame %s` says where its byte comes from\n",
            id, id);
  else if (failure->test_case->input.len == 0)
    fprintf(stderr, "bytegate: %s has no input, so nothing can be smaller; `bytegate blame` says where it fails\n", id);
  else
    return true;
  return false;
}

/* Reduces FAILURE, and says what is left of it. */
static void reduce_failure(struct session *session, struct workspace *workspace, const struct options *options,
                           const struct result *failure) {
  const struct reduce_options how = {.lanes = session->options->jobs,
                                     .path = options->out,
                                     .seconds = options->seconds ? (double)options->seconds : REDUCE_SECONDS,
                                     .any = options->any};
  struct reduction reduction;
  bool is_found;
  reduce_result(workspace, failure, &how, &reduction);
  session->interrupted = reduction.interrupted;
  char *path = reduced_case_path(failure, &is_found);
  char *advice = is_found ? NULL : reduced_case_advice(failure, path);
  if (options->json)
    print_reduction(session, failure, &reduction, options->out, path, is_found);
  else
    tell_reduction(failure, &reduction, options, path, advice);
  free(advice);
  free(path);
  bytes_free(&reduction.document);
}

/* Reduces the first failure of an opened session. Returns the exit status: that of a failure, as long as there is one.
 */
static int reduce(struct session *session, struct workspace *workspace, const struct options *options) {
  struct bytes text = {0};
  int status = 0;
  if (!session_run(session, workspace, &text, &status)) {
    fprintf(stderr, "bytegate: %s\n", text.data);
    bytes_free(&text);
    return status;
  }
  const struct result *failure = find_failure(session);
  bytes_free(&text);
  if (!failure)
    return tell_nothing(options->json, "no selected case fails, so there is nothing to reduce");
  report_headline(failure, &text);
  if (!options->json)
    printf("%s\n", text.data);
  bytes_free(&text);
  if (!can_be_reduced(session, failure))
    return EXIT_USAGE;
  reduce_failure(session, workspace, options, failure);
  return EXIT_DIVERGED;
}

/* Everything is cleaned up but the guard, which this ends as well; then the signal does what it was sent for. */
static void end_by(int interrupted, struct workspace *workspace) {
  if (!interrupted)
    return;
  workspace_close(workspace);
  interrupt_die(interrupted);
}

/* Does what the command asks of a session that is open. Returns the exit status. */
static int use_session(struct session *session, struct workspace *workspace, const struct options *options) {
  switch (options->command) {
  case COMMAND_LIST:
    return list(session, options->json);
  case COMMAND_ACCEPT:
    return accept_command(session, workspace, options->overwrite, options->json);
  case COMMAND_REDUCE:
    return reduce(session, workspace, options);
  case COMMAND_BLAME:
    return blame_command(session, workspace, options);
  case COMMAND_BISECT:
    return bisect_command(session, workspace, options);
  default:
    return verify(session, workspace, options);
  }
}

static int run_session(const struct options *options, struct workspace *workspace) {
  struct session session;
  struct bytes why = {0};
  int status = EXIT_EQUAL;
  if (session_open(&session, &options->session, &why)) {
    session.confinement = options->command == COMMAND_LIST ? NULL : confinement_state();
    status = use_session(&session, workspace, options);
  } else {
    status = report_nothing(&session, options, session_open_status(&session), why.data);
  }
  int interrupted = session.interrupted;
  session_close(&session);
  bytes_free(&why);
  end_by(interrupted, workspace);
  return status;
}

/* Runs a session that is recorded, or that records are merged into. */
static int run_recorded(struct options *options, struct workspace *workspace) {
  static struct record record; /* the session's options point to it */
  struct bytes why = {0};
  int status = EXIT_USAGE;
  bool good = options->command == COMMAND_MERGE
                  ? record_merge(&record, &options->operands, options->gate, &options->session, &why)
                  : record_open(&record, options->record, options->plan, options->shard, options->fresh, options->gate,
                                &options->session, &why);
  options->recording = &record;
  options->session.recorder = &record.recorder;
  /* Failures are looked at where all are known. */
  if (options->shard.count)
    options->session.blame = NULL;
  if (good)
    status = run_session(options, workspace);
  else
    fprintf(stderr, "bytegate: %s\n", why.data);
  options->recording = NULL;
  options->session.recorder = NULL;
  record_free(&record);
  bytes_free(&why);
  return status;
}

/* The commands that run programs. */
static int run_programs(struct options *options) {
  struct workspace workspace = {0};
  int status = EXIT_EQUAL;
  int interrupted = 0;
  struct bytes why = {0};
  check_oracle_version();
  workspace_open(&workspace);
  if (!confinement_check(&workspace, &why))
    die("%s", why.data);
  if (options->command == COMMAND_MERGE || options->record)
    status = run_recorded(options, &workspace);
  else if (options->command == COMMAND_INIT)
    status = init_command(&workspace, options);
  else if (options->command != COMMAND_AUDIT)
    status = run_session(options, &workspace);
  else if (!audit(&workspace, true, false, options->json, &interrupted))
    status = EXIT_INFRASTRUCTURE;
  end_by(interrupted, &workspace);
  workspace_close(&workspace);
  return status;
}

static json_t *machine_value(const struct machine *machine) {
  json_t *row = json_object();
  json_set(row, "name", json_string(machine->name));
  json_set(row, "title", json_string(machine->title));
  json_set(row, "e_machine", json_integer(machine->e_machine));
  json_set(row, "bits", json_integer(machine->class == ELFCLASS64 ? 64 : 32));
  json_set(row, "order", json_string(machine->order == ELFDATA2MSB ? "big" : "little"));
  json_set(row, "qemu", json_string(machine->qemu));
  json_set(row, "native", json_boolean(machine == host_machine()));
  return row;
}

/* Prints a line for each machine, or for the one that is named: its name, e_machine, class, byte order, qemu's name for
   it, and whether its programs run natively here. Scripts read this. */
static int list_machines(const struct text_list *names, bool json) {
  const char *name = names->count ? names->items[0] : NULL;
  const struct machine *wanted = name && strcmp(name, "host") == 0 ? host_machine() : name ? machine_named(name) : NULL;
  if (name && !wanted) {
    fprintf(stderr, "bytegate: no machine \"%s\" (`bytegate machines` lists those that there are)\n", name);
    return EXIT_USAGE;
  }
  json_t *rows = json_array();
  for (const struct machine *machine = machines; machine < machines + machine_count; machine++)
    if ((!wanted || machine == wanted) && json)
      json_array_append_new(rows, machine_value(machine));
    else if (!wanted || machine == wanted)
      printf("%-12s 0x%04x %s %-6s %-12s %-7s %s\n", machine->name, machine->e_machine,
             machine->class == ELFCLASS64 ? "64" : "32", machine->order == ELFDATA2MSB ? "big" : "little",
             machine->qemu, machine == host_machine() ? "native" : "qemu", machine->title);
  if (json)
    json_print(json_incref(rows));
  json_decref(rows);
  return EXIT_EQUAL;
}

/* Prints the completion as one string of JSON (fixtures/schemas/completion.json). Returns false: no such shell. */
static bool print_completion_json(const char *shell) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = stdout;
  stdout = open_memstream(&text, &len); /* glibc: the standard streams are variables (The GNU C Library, 12.2) */
  if (!stdout)
    die("out of memory");
  bool good = options_print_completion(shell);
  fclose(stdout);
  stdout = out;
  if (good)
    json_print(json_pack("{s:s, s:s%}", "shell", shell, "script", text, len));
  free(text);
  return good;
}

static int complete(const struct options *options) {
  bool (*print)(const char *shell) = options->json ? print_completion_json : options_print_completion;
  if (options->operands.count == 1 && print(options->operands.items[0]))
    return EXIT_EQUAL;
  fputs("bytegate: completion needs one word: bash, zsh or fish\n", stderr);
  return EXIT_USAGE;
}

/* The operand that names a case, or NULL. */
static const char *case_operand(const struct options *options) {
  bool takes =
      options->command == COMMAND_REDUCE || options->command == COMMAND_BLAME || options->command == COMMAND_BISECT;
  size_t number = options->command == COMMAND_BISECT && options->by_elf ? 2 : 0;
  return takes && number < options->operands.count ? options->operands.items[number] : NULL;
}

/* Takes the descriptors of stdin, stdout and stderr where they are closed. Else the next pipe or socket would get one
   of these numbers, and what is printed would go there. */
static void occupy_standard_descriptors(void) {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO)
    fd = open("/dev/null", O_RDONLY);
  if (fd > STDERR_FILENO)
    close(fd);
}

/* The command campaign. A campaign of verify reads, for its reports, what merge reads. */
static int campaign_command(const struct options *options) {
  const char *what = options->operands.items[0];
  char *name = xasprintf("campaign-%s", what);
  char *place = options->into ? xstrdup(options->into) : measured_folder(options->session.build, name);
  char *folder = path_absolute(place);
  if (!options->into)
    make_folders_of(folder);
  free(name);
  free(place);
  struct campaign campaign = {.what = what,
                              .engine = options->engine,
                              .hosts = options->hosts,
                              .folder = folder,
                              .gate = options->gate,
                              .build = options->session.build,
                              .shards = options->shards,
                              .rounds = options->rounds ? options->rounds : 2,
                              .seconds = options->seconds ? options->seconds : 60,
                              .fresh = options->fresh,
                              .json = options->json};
  int interrupted = 0;
  struct workspace none = {0};
  if (strcmp(what, "fuzz") != 0)
    options_hand_on(strcmp(what, "mutate") == 0 ? COMMAND_MUTATE : COMMAND_VERIFY, &campaign.selected, &campaign.told);
  for (size_t i = 1; i < options->operands.count; i++)
    text_list_add(&campaign.selected, options->operands.items[i], strlen(options->operands.items[i]));
  int status = campaign_run(&campaign, &interrupted);
  text_list_free(&campaign.selected);
  text_list_free(&campaign.told);
  free(folder);
  end_by(interrupted, &none);
  return status;
}

/* Whether COMMAND starts programs under test by itself. */
static bool runs_programs(enum command command) {
  return command != COMMAND_PLANT && command != COMMAND_OBSERVE && command != COMMAND_COMPLETION &&
         command != COMMAND_DOCTOR && command != COMMAND_MANUAL && command != COMMAND_COMPLETE &&
         command != COMMAND_LIST && command != COMMAND_MACHINES && command != COMMAND_EXPLAIN &&
         command != COMMAND_MAP && command != COMMAND_CHECK && command != COMMAND_LEDGER &&
         command != COMMAND_SIMULATE && command != COMMAND_CAMPAIGN;
}

/* Whether who read stdout has closed the pipe. An earlier write may have met that, so errno does not tell. */
static bool reader_is_gone(void) {
  struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
  return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* What was printed must have arrived: a report that is cut short could be read as another verdict. A reader who has
   seen enough and closed the pipe is no failure. Returns the exit status. */
static int printed(int status) {
  errno = 0;
  bool failed = fflush(stdout) != 0;
  int error = errno;
  if ((!failed && !ferror(stdout)) || error == EPIPE || reader_is_gone())
    return status;
  fprintf(stderr, "bytegate: standard output: %s\n", error ? strerror(error) : "not all of it could be written");
  return status == EXIT_EQUAL ? EXIT_INFRASTRUCTURE : status;
}

/* While the command line is read, argp may print --help or --version and end the process. */
static bool is_parsing;

static void check_help(void) {
  if (is_parsing && (fflush(stdout) != 0 || ferror(stdout))) {
    fprintf(stderr, "bytegate: standard output: %s\n", strerror(errno));
    _exit(EXIT_INFRASTRUCTURE);
  }
}

/* Ends the gate where a limit would end it later. */
static void check_limits(bool runs, unsigned jobs) {
  char *lacking = limits_lacking(runs, jobs);
  if (lacking)
    die("%s", lacking);
}

int main(int argc, char **argv) {
  struct options options;
  struct workspace none = {0};
  int status = EXIT_USAGE;
  occupy_standard_descriptors();
  companion_commands();
  /* What is written over `ulimit -f` is to fail, and to be told. */
  signal(SIGXFSZ, SIG_IGN);
  check_limits(false, 0);
  html_add_section(&loaders_section);
  html_add_section(&byte_map_section);
  html_add_section(&html_sizes);
  is_parsing = true;
  atexit(check_help);
  options_parse(argc, argv, &options);
  is_parsing = false;
  options.session.names_only = options.command == COMMAND_LIST;
  program_map_maker = explain_make_map;
  options.session.blame = options.session.gate && options.blame ? blame_result : NULL;
  for (size_t i = 0; options.command == COMMAND_ACCEPT && i < options.operands.count; i++)
    text_list_add(&options.session.cases, options.operands.items[i], strlen(options.operands.items[i]));
  if (case_operand(&options))
    text_list_add(&options.session.cases, case_operand(&options), strlen(case_operand(&options)));
  if (runs_programs(options.command)) {
    check_limits(true, options.session.jobs);
    confinement_begin(options.confine);
  }
  switch (options.command) {
  case COMMAND_PLANT:
    if (options.operands.count == 2)
      status = plant(options.operands.items[0], options.operands.items[1]);
    break;
  case COMMAND_OBSERVE:
    if (options.operands.count >= 3) {
      text_list_add(&options.operands, "", 0);
      free(options.operands.items[--options.operands.count]);
      options.operands.items[options.operands.count] = NULL;
      status = trace_program(options.operands.items);
    }
    break;
  case COMMAND_DOCTOR:
    status = doctor_command(options.json);
    break;
  case COMMAND_MANUAL:
    show_manual();
    status = EXIT_EQUAL;
    break;
  case COMMAND_COMPLETE:
    print_candidates(&options.operands);
    status = EXIT_EQUAL;
    break;
  case COMMAND_COMPLETION:
    status = complete(&options);
    break;
  case COMMAND_LIST:
    status = run_session(&options, &none);
    break;
  case COMMAND_COVERAGE:
    status = coverage_command(&options);
    break;
  case COMMAND_COVERS:
    status = covers_command(&options);
    break;
  case COMMAND_MACHINES:
    status = list_machines(&options.operands, options.json);
    break;
  case COMMAND_MAP:
    status = map_command(options.operands.items[0], &options.from, options.json);
    break;
  case COMMAND_EXPLAIN:
    status = explain_command(options.operands.items[0], options.json, options.out);
    break;
  case COMMAND_CHECK:
    status = check_command(options.operands.items, options.operands.count,
                           (struct check_wish){options.json, options.infer, options.strict});
    break;
  case COMMAND_SIMULATE:
    check_oracle_version();
    status = simulate_command(&(struct simulation){.program = options.operands.items[0],
                                                   .seed = options.session.has_seed ? options.session.seed : 1,
                                                   .count = options.seeds ? options.seeds : 1,
                                                   .kept = options.kept,
                                                   .traces = options.traces,
                                                   .reduces = options.reduces,
                                                   .keeps_going = options.session.keep_going,
                                                   .json = options.json,
                                                   .jobs = options.session.jobs});
    break;
  case COMMAND_NEW:
    status = new_command(options.operands.items[0], options.raw, options.json);
    break;
  case COMMAND_LIVENESS:
    status = liveness_command(options.session.build, "fixtures/loaders.ini", &options.session.programs, options.json);
    break;
  case COMMAND_LOADERS:
    status = loaders_command(options.session.build, "fixtures/loaders.ini", &options.operands,
                             &options.session.programs, options.session.verbose, options.json);
    break;
  case COMMAND_MUTATE:
    status = mutate_command(&options);
    break;
  case COMMAND_CAMPAIGN:
    status = campaign_command(&options);
    break;
  case COMMAND_LEDGER:
    status = options.prove ? ledger_prove_command(options.session.build, &options.operands)
                           : ledger_command(LEDGER_FOLDER, options.session.build, &options.operands, options.json);
    break;
  default:
    status = run_programs(&options);
    break;
  }
  options_free(&options);
  return printed(status);
}

/* SPDX-License-Identifier: MIT */
