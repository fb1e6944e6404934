/* Plants faults and checks the verdicts. Each plant goes through the very functions that judge real programs; nothing
   here knows how they do it. The plants stand in tables: a batch is a suite, and each row of it one of its programs. */
#include "harness/session/audit.h"
#include "harness/session/audit_beside.h"

#include "harness/base/command.h"
#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/base/hash.h"
#include "harness/base/interrupt.h"
#include "harness/base/machine.h"
#include "harness/process/emulator.h"
#include "harness/process/workspace.h"
#include "harness/session/plant.h"
#include "harness/session/session.h"
#include "harness/suite/suite.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- The tables -------------------------------------------------------------------------------------------------- */

enum { SHOWN_BY_CASE, SHOWN_AT_STOP };

/* What the gate must say of a plant. */
struct expectation {
  const char *plant; /* plant.h */
  const char *keys;  /* of its own, besides those of its batch; NULL: none */
  const char *name;  /* NULL: that of the plant */
  enum verdict verdict;
  enum part part;
  int shown;        /* when the server is asked, or when it is stopped */
  enum known known; /* by its suite */
};

/* A suite of plants. {folder} is where the audit has its files. */
struct batch {
  const char *name, *keys, *cases;
  const struct expectation *rows;
  size_t count;
  const char *runner; /* NULL: native */
  unsigned jobs;
  unsigned repeat; /* 0: once */
};

#define SHORT_DEADLINE "deadline = 0.1"

static const struct expectation pages[] = {
    {.plant = "none", .verdict = EQUAL},
    {.plant = "none", .verdict = EQUAL, .shown = SHOWN_AT_STOP},
    {.plant = "wrong-byte", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "truncated-body", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "extra-body", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "endless-body", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "wrong-header", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "header-letter-case", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "extra-header", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "missing-header", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "header-order", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "wrong-length", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "wrong-status", .verdict = DIVERGED, .part = PART_STATUS},
    {.plant = "old-version", .verdict = DIVERGED, .part = PART_STATUS},
    {.plant = "wrong-after-the-first", .verdict = EQUAL},
    {.plant = "wrong-after-the-first",
     .verdict = DIVERGED,
     .part = PART_BODY,
     .keys = "requests = 2",
     .name = "second-answer"},
    {.plant = "none", .verdict = EQUAL, .keys = "filter = cat", .name = "filtered-page"},
    {.plant = "wrong-byte", .verdict = DIVERGED, .part = PART_BODY, .keys = "filter = cat", .name = "filtered-byte"},
    {.plant = "reset", .verdict = DIVERGED},
    {.plant = "removed-document", .verdict = DIVERGED},
    {.plant = "crash", .verdict = CRASHED},
    {.plant = "early-end", .verdict = CRASHED},
    {.plant = "hang", .verdict = HUNG, .keys = SHORT_DEADLINE},
    {.plant = "never-ready", .verdict = HUNG, .keys = "start-deadline = 0.1"},
    {.plant = "refusal", .verdict = REFUSED},
    {.plant = "other-machine", .verdict = REFUSED},
    {.plant = "leak", .verdict = LEAKED, .shown = SHOWN_AT_STOP},
    {.plant = "wrong-exit-status", .verdict = DIVERGED, .shown = SHOWN_AT_STOP},
    {.plant = "crash-at-sigterm", .verdict = CRASHED, .shown = SHOWN_AT_STOP},
    {.plant = "second-line", .verdict = DIVERGED, .shown = SHOWN_AT_STOP},
};

static const struct expectation growths[] = {
    {.plant = "none", .verdict = EQUAL, .shown = SHOWN_AT_STOP},
    {.plant = "kept-descriptors", .verdict = LEAKED, .shown = SHOWN_AT_STOP},
    {.plant = "kept-memory", .verdict = LEAKED, .shown = SHOWN_AT_STOP},
    {.plant = "escaped-leak", .verdict = LEAKED, .shown = SHOWN_AT_STOP},
};

static const struct expectation runs[] = {
    {.plant = "run-none", .verdict = EQUAL, .keys = "stderr ="},
    {.plant = "run-wrong-byte", .verdict = DIVERGED, .part = PART_STDOUT},
    {.plant = "run-short", .verdict = DIVERGED, .part = PART_STDOUT},
    {.plant = "run-tail", .verdict = DIVERGED, .part = PART_STDOUT},
    {.plant = "run-exit-status", .verdict = DIVERGED, .part = PART_EXIT},
    {.plant = "run-exit-status", .verdict = EQUAL, .keys = "exit-status = 3", .name = "meant-exit-status"},
    {.plant = "run-signal", .verdict = CRASHED},
    {.plant = "run-signal", .verdict = EQUAL, .keys = "signal = SIGSEGV", .name = "meant-signal"},
    {.plant = "run-other-signal", .verdict = CRASHED, .keys = "signal = SIGSEGV"},
    {.plant = "run-none", .verdict = DIVERGED, .keys = "signal = SIGSEGV", .name = "no-signal"},
    {.plant = "run-stderr", .verdict = EQUAL, .keys = "stderr = odd\\n", .name = "meant-stderr"},
    {.plant = "run-stderr", .verdict = DIVERGED, .part = PART_STDERR, .keys = "stderr ="},
    {.plant = "run-none", .verdict = DIVERGED, .part = PART_STDERR, .keys = "stderr = odd\\n", .name = "no-stderr"},
    {.plant = "run-none", .verdict = MISSING, .keys = "output = nowhere", .name = "no-output-file"},
    {.plant = "run-file", .verdict = EQUAL, .keys = "output = planted"},
    {.plant = "run-wrong-file", .verdict = DIVERGED, .part = PART_OUTPUT, .keys = "output = planted"},
    {.plant = "run-none", .verdict = DIVERGED, .part = PART_TREE, .keys = "compare = tree", .name = "other-tree"},
    {.plant = "run-wrong-byte", .verdict = NOT_RUN, .keys = "skip = *: planted", .name = "skipped"},
    {.plant = "run-wrong-byte",
     .verdict = DIVERGED,
     .part = PART_STDOUT,
     .keys = "xfail = *: planted",
     .name = "meant-to-fail",
     .known = KNOWN_AS_IS},
    {.plant = "run-none",
     .verdict = EQUAL,
     .keys = "xfail = *: planted",
     .name = "meant-to-fail-but-equal",
     .known = KNOWN_STALE},
    {.plant = "run-wrong-byte", .verdict = DIVERGED, .part = PART_STDOUT, .keys = "filter = cat", .name = "filtered"},
    {.plant = "run-none", .verdict = ORACLE_FAULT, .keys = "filter = true", .name = "filter-that-hides-all"},
    {.plant = "run-none", .verdict = ORACLE_FAULT, .keys = "filter = cat; false", .name = "filter-that-fails"},
    {.plant = "run-leak", .verdict = LEAKED},
    {.plant = "run-hang", .verdict = HUNG, .keys = SHORT_DEADLINE},
};

static const struct expectation strays[] = {{.plant = "run-escaped-leak", .verdict = LEAKED}};

static const struct expectation commands[] = {
    {.plant = "run-none", .verdict = EQUAL, .keys = "oracle-command = echo planted"},
    {.plant = "run-wrong-byte", .verdict = DIVERGED, .part = PART_STDOUT, .keys = "oracle-command = echo planted"},
    {.plant = "run-none", .verdict = ORACLE_FAULT, .keys = "oracle-command = echo planted; exit 4", .name = "failing"},
    {.plant = "run-none",
     .verdict = ORACLE_FAULT,
     .keys = "oracle-command = echo planted; kill -KILL $$",
     .name = "killed"},
    {.plant = "run-none",
     .verdict = ORACLE_FAULT,
     .keys = "oracle-command = false | echo planted",
     .name = "failing-in-a-pipe"},
    {.plant = "run-none",
     .verdict = EQUAL,
     .keys = "oracle-command = echo planted; exit 4\noracle-status = 4",
     .name = "meant-oracle-status"},
    {.plant = "run-file", .verdict = EQUAL, .keys = "compare = tree\noracle-command = echo planted >planted"},
    {.plant = "run-wrong-file",
     .verdict = DIVERGED,
     .part = PART_TREE,
     .keys = "compare = tree\noracle-command = echo planted >planted"},
};

/* Nobody sees what such a runner starts: what a program says is compared, and what says nothing has not run. */
static const struct expectation wrapped[] = {
    {.plant = "run-none", .verdict = EQUAL, .keys = "oracle-command = echo planted"},
    {.plant = "run-wrong-byte", .verdict = DIVERGED, .part = PART_STDOUT, .keys = "oracle-command = echo planted"},
    {.plant = "run-nothing", .verdict = RUNNER_FAULT, .keys = "oracle-command = true"},
};

static const struct expectation trees[] = {
    {.plant = "run-size", .verdict = EQUAL, .keys = "oracle = command\noracle-command = stat -c %s planted"},
    {.plant = "run-size", .verdict = EQUAL, .keys = "oracle = expected", .name = "published"},
    {.plant = "run-none",
     .verdict = DIVERGED,
     .part = PART_STDOUT,
     .keys = "oracle = command\noracle-command = stat -c %s planted"},
    {.plant = "run-wrong-byte", .verdict = DIVERGED, .part = PART_STDOUT, .keys = "oracle = expected"},
};

static const struct expectation talks[] = {
    {.plant = "none", .verdict = EQUAL},
    {.plant = "wrong-byte", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "truncated-body", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "extra-body", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "wrong-header", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "header-letter-case", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "extra-header", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "missing-header", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "header-order", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "wrong-length", .verdict = DIVERGED, .part = PART_HEADERS},
    {.plant = "wrong-status", .verdict = DIVERGED, .part = PART_STATUS},
    {.plant = "old-version", .verdict = DIVERGED, .part = PART_STATUS},
    {.plant = "reset", .verdict = DIVERGED},
    {.plant = "crash", .verdict = CRASHED},
    {.plant = "early-end", .verdict = CRASHED},
    {.plant = "refusal", .verdict = REFUSED},
    {.plant = "hang", .verdict = HUNG, .keys = SHORT_DEADLINE},
    {.plant = "leak", .verdict = LEAKED, .shown = SHOWN_AT_STOP},
    {.plant = "wrong-exit-status", .verdict = DIVERGED, .shown = SHOWN_AT_STOP},
};

/* One server, asked twice. */
static const struct expectation repeats[] = {
    {.plant = "none", .verdict = EQUAL},
    {.plant = "wrong-byte", .verdict = DIVERGED, .part = PART_BODY},
    {.plant = "wrong-after-the-first", .verdict = FLAKY},
    {.plant = "wrong-elsewhere-each-time", .verdict = FLAKY, .part = PART_BODY}};

/* The server echoes what it was sent when the client has closed its side: so that all was sent, and that it closed. */
static const struct expectation echoes[] = {{.plant = "echo", .verdict = EQUAL, .keys = "deadline = 2"}};

#define ROWS(table) .rows = (table), .count = sizeof(table) / sizeof *(table)
#define HTTP_KEYS "drive = http\n"
#define PAGE_KEYS                                                                                                      \
  HTTP_KEYS "oracle = cmark\nheader = Content-Type: text/html; charset=utf-8\n"                                        \
            "header = Content-Length: {length}\nheader = Connection: close\n"
#define EXPECTED_CASES "source = nothing\nexpected = {folder}/text\n"

static const struct batch batches[] = {
    {.name = "growth", .keys = PAGE_KEYS, .cases = "source = random\ncount = 64\n", ROWS(growths), .jobs = 1},
    {.name = "run", .keys = "oracle = expected\n", .cases = EXPECTED_CASES, ROWS(runs), .jobs = 8},
    {.name = "http", .keys = PAGE_KEYS, .cases = "source = random\ncount = 1\n", ROWS(pages), .jobs = 8},
    {.name = "stray", .keys = "oracle = expected\n", .cases = EXPECTED_CASES, ROWS(strays), .jobs = 1},
    {.name = "command", .keys = "oracle = command\n", .cases = "source = nothing\n", ROWS(commands), .jobs = 4},
    {.name = "wrapped",
     .keys = "oracle = command\n",
     .cases = "source = nothing\n",
     ROWS(wrapped),
     .jobs = 4,
     .runner = "/usr/bin/env"},
    {.name = "repeated",
     .keys = PAGE_KEYS,
     .cases = "source = random\ncount = 1\n",
     ROWS(repeats),
     .jobs = 1,
     .repeat = 2},
    {.name = "tree",
     .keys = "",
     .cases = "source = trees\npath = {folder}/tree\nexpected = {folder}/size\n",
     ROWS(trees),
     .jobs = 4},
    {.name = "conversation",
     .keys = HTTP_KEYS,
     .cases = "source = conversations\npath = {folder}/talk\n",
     ROWS(talks),
     .jobs = 8},
    {.name = "half-close",
     .keys = HTTP_KEYS,
     .cases = "source = conversations\npath = {folder}/echo\n",
     ROWS(echoes),
     .jobs = 1},
};

/* Files that the suites name. */
static const struct {
  const char *name, *text;
} files[] = {
    {"text", "planted\n"},
    {"size", "1234\n"},
    {"tree", "file planted size=1234\n"},
    {"talk", "! document planted\\n\n> GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\n"
             "< HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\nContent-Length: 15\\r\\n\n"
             "< Connection: close\\r\\n\\r\\n<p>planted</p>\\n\n"},
    {"echo", "! shut\n> GET / HTTP/1.1\\r\\n\\r\\n\n>{3} more\\n\n"
             "< HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\nContent-Length: 33\\r\\n\n"
             "< Connection: close\\r\\n\\r\\nGET / HTTP/1.1\\r\\n\\r\\nmore\\nmore\\nmore\\n\n"},
};

/* ---- Suites of plants -------------------------------------------------------------------------------------------- */

/* An audit under way. */
struct audit {
  struct workspace *workspace;
  audit_shows *shows;
  struct audit_report *report;
  char *folder; /* of the files that the suites name */
};

static void add_text(const struct audit *audit, const char *pattern, struct bytes *text) {
  static const char *const names[] = {"folder"};
  const char *values[] = {audit->folder};
  char *expanded = expand_placeholders(pattern, names, values, 1);
  bytes_text(text, expanded);
  free(expanded);
}

static const char *name_of(const struct expectation *row) { return row->name ? row->name : row->plant; }

/* The text of BATCH as a suite, but for its cases. Rows of one name are one program. */
static void add_programs(const struct batch *batch, struct bytes *text) {
  for (size_t i = 0; i < batch->count; i++) {
    const struct expectation *row = &batch->rows[i];
    if (i == 0 || strcmp(name_of(row), name_of(row - 1)) != 0)
      bytes_printf(text, "[program %s]\nelf = %s\narguments = plant %s {file}\nrunner = %s\n%s%s\n", name_of(row),
                   command_path(), row->plant, batch->runner ? batch->runner : "native", batch->keys,
                   row->keys ? row->keys : "");
  }
}

static void make_text(const struct audit *audit, const struct batch *batch, struct bytes *text) {
  add_programs(batch, text);
  bytes_text(text, "[cases planted]\n");
  add_text(audit, batch->cases, text);
}

/* How a session of the audit is run. */
static struct session_options options_for(const char *known_path, unsigned jobs) {
  return (struct session_options){.command = "bytegate",
                                  .build = "",
                                  .suites_folder = "",
                                  .known_path = known_path,
                                  .jobs = jobs,
                                  .repeat = 1,
                                  .keep_going = true};
}

static bool run(struct audit *audit, struct session *session, struct bytes *why, int *status) {
  bool ran = session_run(session, audit->workspace, why, status);
  if (session->interrupted)
    audit->report->interrupted = session->interrupted;
  return ran;
}

/* Runs a suite given as text. Returns what session_run returns. */
static bool run_text(struct audit *audit, struct session *session, const struct session_options *options,
                     const struct bytes *text, int *status) {
  struct bytes why = {0};
  *status = EXIT_USAGE;
  bool good = session_open_text(session, options, "self-audit", text->data, &why) && run(audit, session, &why, status);
  if (!good && why.len && !audit->report->interrupted)
    bytes_printf(&audit->report->log, "# %s\n", why.data);
  bytes_free(&why);
  return good;
}

/* What an interrupted run did not reach does not count as missed. */
static void note(struct audit *audit, bool caught, const char *verdict, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void note(struct audit *audit, bool caught, const char *verdict, const char *format, ...) {
  struct audit_report *report = audit->report;
  va_list args;
  va_start(args, format);
  char *what = xvasprintf(format, args);
  va_end(args);
  if (!report->interrupted) {
    bytes_printf(&report->log, "%s %s: %s\n", caught ? "caught" : "MISSED", what, verdict);
    report->planted++;
    report->missed += !caught;
  }
  free(what);
}

/* The result of the plant NAME on RUNNER; the first one that is not what is EXPECTED, where there are several. */
static const struct result *find(const struct session *session, const struct expectation *expected,
                                 enum runner runner) {
  const struct result *found = NULL;
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    if (strcmp(result->target->program->name, name_of(expected)) != 0 || result->target->runner != runner ||
        (result->test_case == &session->stop) != (expected->shown == SHOWN_AT_STOP))
      continue;
    if (!found || result->verdict != expected->verdict)
      found = result;
  }
  return found;
}

/* Whether the run must be red for that. */
static bool fails(const struct expectation *row) {
  return row->known == KNOWN_STALE || (row->known == KNOWN_NOT && row->verdict != EQUAL && row->verdict != NOT_RUN);
}

static void note_row(struct audit *audit, const struct session *session, const char *batch,
                     const struct expectation *row, enum runner runner) {
  const struct result *result = find(session, row, runner);
  bool caught = result && result->verdict == row->verdict && result->part == row->part && result->known == row->known &&
                result_failed(result) == fails(row);
  char *said = xasprintf("%s%s%s", result ? verdict_name(result->verdict) : "no result",
                         caught || !result || !result->detail.len ? "" : ", ",
                         caught || !result ? "" : span_of(&result->detail).data);
  note(audit, caught, said, "%s %s%s", batch, name_of(row), row->shown == SHOWN_AT_STOP ? " at its stop" : "");
  free(said);
}

static void note_rows(struct audit *audit, const struct session *session, bool ran, const struct batch *batch,
                      enum runner runner) {
  size_t failures = 0;
  for (size_t i = 0; i < batch->count; i++) {
    note_row(audit, session, batch->name, &batch->rows[i], runner);
    failures += fails(&batch->rows[i]);
  }
  int wanted = failures ? EXIT_DIVERGED : EXIT_EQUAL;
  bool right = ran && session_status(session) == wanted;
  note(audit, right, right ? "as it must be" : "another", "%s exit status of these", batch->name);
}

static void audit_batches(struct audit *audit, size_t first, size_t count) {
  for (size_t i = first; i < first + count && !audit->report->interrupted; i++) {
    struct session_options options = options_for("self-audit/known-divergences", batches[i].jobs);
    struct bytes text = {0};
    struct session session;
    int status = 0;
    options.repeat = batches[i].repeat ? batches[i].repeat : 1;
    make_text(audit, &batches[i], &text);
    bool ran = run_text(audit, &session, &options, &text, &status);
    note_rows(audit, &session, ran, &batches[i], batches[i].runner ? RUNNER_COMMAND : RUNNER_NATIVE);
    session_close(&session);
    bytes_free(&text);
  }
}

/* The batches in two halves, which take about as long as each other with what else there is. */
enum { BATCHES = sizeof batches / sizeof *batches, FIRST_HALF = 2 };

static void audit_first_batches(struct audit *audit) { audit_batches(audit, 0, FIRST_HALF); }
static void audit_other_batches(struct audit *audit) { audit_batches(audit, FIRST_HALF, BATCHES - FIRST_HALF); }

/* ---- Both runners ------------------------------------------------------------------------------------------------ */

static const struct expectation elf_rows[] = {
    {.plant = "elf-none", .verdict = EQUAL},
    {.plant = "elf-wrong-byte", .verdict = DIVERGED, .part = PART_STDOUT},
    {.plant = "elf-exit-status", .verdict = DIVERGED, .part = PART_EXIT},
    {.plant = "elf-crash", .verdict = CRASHED},
    {.plant = "elf-refused", .verdict = REFUSED},
};

/* In the order of the rows. */
static const struct plant_elf elfs[] = {{"planted\n", 0, false, false},
                                        {"plant3d\n", 0, false, false},
                                        {"planted\n", 3, false, false},
                                        {"planted\n", 0, true, false},
                                        {"planted\n", 0, false, true}};

/* Lays the programs, and appends their sections to TEXT. */
static bool lay_elfs(const struct audit *audit, const char *runners, struct bytes *text) {
  bool good = true;
  for (size_t i = 0; i < sizeof elfs / sizeof *elfs && good; i++) {
    char *path = workspace_file(audit->workspace, elf_rows[i].plant);
    good = plant_elf(path, host_machine()->e_machine, &elfs[i]);
    bytes_printf(text, "[program %s]\nelf = %s\nrunner = %s\noracle = expected\n", elf_rows[i].plant, path, runners);
    free(path);
  }
  bytes_text(text, "[cases planted]\n");
  add_text(audit, EXPECTED_CASES, text);
  return good;
}

static void leave_out(struct audit *audit, const char *what, const char *why) {
  bytes_printf(&audit->report->left_out, "%s: %s\n", what, why);
}

/* The same programs natively and under qemu. */
static void audit_runners(struct audit *audit) {
  struct session_options options = options_for("self-audit/known-divergences", 8);
  const struct batch native = {.name = "native", .rows = elf_rows, .count = sizeof elf_rows / sizeof *elf_rows};
  const struct batch emulated = {.name = "qemu", .rows = elf_rows, .count = sizeof elf_rows / sizeof *elf_rows};
  char *qemu = emulator_find(host_machine());
  struct bytes text = {0};
  struct session session;
  int status = 0;
  /* Their runs are forked off emulators that stand ready, where they can. */
  options.forks = FORKS_ALWAYS;
  if (!lay_elfs(audit, qemu ? "native qemu" : "native", &text)) {
    leave_out(audit, "small programs, natively and under qemu", "none is laid for this machine");
  } else {
    bool ran = run_text(audit, &session, &options, &text, &status);
    note_rows(audit, &session, ran, &native, RUNNER_NATIVE);
    if (qemu)
      note_rows(audit, &session, ran, &emulated, RUNNER_QEMU);
    else
      leave_out(audit, "all under qemu", "the emulator of this machine is not on the PATH (install qemu-user)");
    session_close(&session);
  }
  free(qemu);
  bytes_free(&text);
}

/* ---- The run as a whole ------------------------------------------------------------------------------------------ */

/* Notes of each report format whether it SHOWS a failure of the session as it must. */
static void audit_formats(struct audit *audit, const struct session *session, const char *what, bool fails) {
  const char *name = NULL;
  for (size_t i = 0; audit->shows; i++) {
    bool shown = audit->shows(session, NULL, i, &name);
    if (!name)
      return;
    note(audit, shown == fails, shown ? "shows a failure" : "shows none", "--%s of a run that is %s", name, what);
  }
}

/* Notes of each report format whether it shows of each result whether it failed. */
static void audit_results(struct audit *audit, const struct session *session) {
  const char *name = NULL;
  for (size_t i = 0; audit->shows; i++)
    for (size_t k = 0; k < session->result_count; k++) {
      const struct result *result = &session->results[k];
      bool shown = audit->shows(session, result, i, &name);
      if (!name)
        return;
      note(audit, shown == result_failed(result), shown ? "shows a failure" : "shows none", "--%s of %s", name,
           result->target->program->name);
    }
}

/* Runs the plants ROWS with the known divergences LIST. Returns whether it ran; the caller closes SESSION and frees
   OPTIONS' list path. */
static bool run_known(struct audit *audit, const char *list, const struct expectation *rows, size_t count,
                      struct session_options *options, struct session *session) {
  const struct batch batch = {
      .name = "known", .keys = "oracle = expected\n", .cases = EXPECTED_CASES, .rows = rows, .count = count, .jobs = 4};
  struct bytes text = {0};
  int status = 0;
  char *path = xasprintf("%s/known", audit->folder);
  if (write_file(path, span_text(list)) != 0)
    die("%s: cannot be written", path);
  *options = options_for(path, batch.jobs);
  make_text(audit, &batch, &text);
  bool ran = run_text(audit, session, options, &text, &status);
  bytes_free(&text);
  return ran;
}

static void end_known(struct session_options *options, struct session *session) {
  session_close(session);
  free((char *)(uintptr_t)options->known_path);
}

static const struct expectation known_rows[] = {
    {.plant = "run-none", .verdict = EQUAL},           {.plant = "run-signal", .verdict = CRASHED},
    {.plant = "run-exit-status", .verdict = DIVERGED}, {.plant = "run-short", .verdict = DIVERGED},
    {.plant = "run-wrong-byte", .verdict = DIVERGED},
};

/* A failure that is in the list, one that is not, one that is otherwise than the list says, and none where it says one.
 */
static void audit_known(struct audit *audit) {
  static const enum known known[] = {KNOWN_STALE, KNOWN_AS_IS, KNOWN_AS_IS, KNOWN_STALE, KNOWN_NOT};
  static const bool fails[] = {true, false, false, true, true};
  static const char *const how[] = {"listed, and equal", "listed as it is", "listed as it is", "listed, and otherwise",
                                    "not listed"};
  struct session_options options;
  struct session session;
  char *list = xasprintf("self-audit/planted/run run-none* * any\nself-audit/* run-sig* * crashed # why\n"
                         "self-audit/planted/run run-exit-status* * exit@0:%016llx\n"
                         "self-audit/planted/run run-short* * stdout@0:0\n",
                         (unsigned long long)hash_bytes(HASH_START, "3", 1));
  size_t count = sizeof known_rows / sizeof *known_rows;
  bool ran = run_known(audit, list, known_rows, count, &options, &session);
  for (size_t i = 0; i < count; i++) {
    const struct result *result = NULL;
    for (size_t k = 0; ran && k < session.result_count; k++)
      if (strcmp(session.results[k].target->program->name, known_rows[i].plant) == 0)
        result = &session.results[k];
    bool failed = result && result_failed(result);
    note(audit, result && result->verdict == known_rows[i].verdict && result->known == known[i] && failed == fails[i],
         failed ? "failed" : "passed", "known %s %s", known_rows[i].plant, how[i]);
  }
  end_known(&options, &session);
  free(list);
}

/* A run of which nothing but what the list knows fails is green; one whose list names no case is not. */
static void audit_lists(struct audit *audit) {
  struct session_options options;
  struct session session;
  bool ran = run_known(audit, "self-audit/planted/run run-signal* * crashed\n", known_rows, 2, &options, &session);
  bool green = ran && session_verdict(&session) == RUN_GREEN && session.known_count == 1;
  note(audit, green, green ? "GREEN" : "not GREEN", "a run of which all that fails is known");
  audit_formats(audit, &session, "green", false);
  end_known(&options, &session);
  if (audit->report->interrupted)
    return;
  ran = run_known(audit, "self-audit/planted/other * * crashed\n", known_rows, 1, &options, &session);
  bool red = ran && session_verdict(&session) == RUN_RED && session_status(&session) == EXIT_DIVERGED;
  note(audit, red, red ? "RED" : "not RED", "a known divergence that names no case");
  audit_formats(audit, &session, "red as a whole", true);
  end_known(&options, &session);
  if (audit->report->interrupted)
    return;
  ran = run_known(audit, "", known_rows, 2, &options, &session);
  red = ran && session_verdict(&session) == RUN_RED && session.failed == 1;
  note(audit, red, red ? "RED" : "not RED", "one failure");
  audit_formats(audit, &session, "red", true);
  audit_results(audit, &session);
  end_known(&options, &session);
}

/* Ctrl-C in the middle. The signal is this thread's own, so that one from outside is distinguished from it. */
static void audit_interruption(struct audit *audit) {
  static const struct expectation rows[] = {{.plant = "run-none"}, {.plant = "run-hang", .keys = "deadline = 20"}};
  const struct batch batch = {.name = "interruption",
                              .keys = "oracle = expected\n",
                              .cases = EXPECTED_CASES,
                              .rows = rows,
                              .count = 2,
                              .jobs = 2};
  const struct session_options options = options_for("self-audit/known-divergences", batch.jobs);
  struct bytes text = {0};
  struct bytes why = {0};
  struct session session;
  sigset_t before;
  int status = 0;
  make_text(audit, &batch, &text);
  interrupt_hold(&before);
  bool ran = session_open_text(&session, &options, "self-audit", text.data, &why);
  raise(SIGTERM);
  ran = ran && session_run(&session, audit->workspace, &why, &status);
  int taken = session.interrupted ? session.interrupted : interrupt_taken();
  int other = interrupt_taken();
  audit->report->interrupted = other ? other : taken == SIGTERM ? 0 : taken;
  interrupt_release(&before);
  bool caught = ran && session_verdict(&session) == RUN_INTERRUPTED && session.failed == 0 &&
                session.finished < session.selected && session_status(&session) == EXIT_INFRASTRUCTURE;
  note(audit, caught, caught ? "INTERRUPTED" : "not INTERRUPTED", "interruption");
  audit_formats(audit, &session, "interrupted", true);
  session_close(&session);
  bytes_free(&text);
  bytes_free(&why);
}

enum { MANY = 256 };

/* As many failures as a byte has values: an exit status that counted them would be 0. */
static void audit_many(struct audit *audit) {
  static const struct expectation rows[] = {{.plant = "wrong-header"}};
  const struct batch batch = {.name = "many",
                              .keys = PAGE_KEYS,
                              .cases = "source = random\ncount = 256\n",
                              .rows = rows,
                              .count = 1,
                              .jobs = 4};
  const struct session_options options = options_for("self-audit/known-divergences", batch.jobs);
  struct bytes text = {0};
  struct session session;
  int status = 0;
  make_text(audit, &batch, &text);
  bool ran = run_text(audit, &session, &options, &text, &status);
  bool caught = ran && session.failed == MANY && session_status(&session) == EXIT_DIVERGED;
  note(audit, caught, caught ? "exit status 1" : "not exit status 1", "256 failures");
  session_close(&session);
  bytes_free(&text);
}

static void audit_empty(struct audit *audit) {
  static const struct expectation rows[] = {{.plant = "none"}};
  const struct batch batch = {
      .name = "empty", .keys = PAGE_KEYS, .cases = "source = random\ncount = 0\n", .rows = rows, .count = 1, .jobs = 1};
  const struct session_options options = options_for("self-audit/known-divergences", batch.jobs);
  struct bytes text = {0};
  struct bytes why = {0};
  struct session session;
  int status = 0;
  make_text(audit, &batch, &text);
  bool opened = session_open_text(&session, &options, "self-audit", text.data, &why);
  bool caught = opened && !run(audit, &session, &why, &status) && status == EXIT_USAGE;
  note(audit, caught, caught ? "refused" : "accepted", "empty suite");
  session_close(&session);
  bytes_free(&text);
  bytes_free(&why);
}

/* A run that ends at its first failure is red, and counts what it did not come to. */
static void audit_first_failure(struct audit *audit) {
  static const struct expectation rows[] = {{.plant = "run-wrong-byte"}, {.plant = "run-none"}};
  const struct batch batch = {
      .name = "first", .keys = "oracle = expected\n", .cases = EXPECTED_CASES, .rows = rows, .count = 2};
  struct session_options options = options_for("self-audit/known-divergences", 1);
  struct bytes text = {0};
  struct session session;
  int status = 0;
  options.keep_going = false;
  make_text(audit, &batch, &text);
  bool ran = run_text(audit, &session, &options, &text, &status);
  bool caught = ran && session_verdict(&session) == RUN_RED && session_status(&session) == EXIT_DIVERGED &&
                session.failed == 1 && session.finished == 1 && session.selected == 2;
  note(audit, caught, caught ? "RED" : "not RED", "a run that ends at its first failure");
  session_close(&session);
  bytes_free(&text);
}

/* Published HTML that libcmark contradicts. */
static void audit_oracle(struct audit *audit) {
  static const struct expectation rows[] = {{.plant = "none"}};
  const struct batch batch = {.name = "oracle",
                              .keys = PAGE_KEYS,
                              .cases = "source = random\ncount = 1\n",
                              .rows = rows,
                              .count = 1,
                              .jobs = 1};
  const struct session_options options = options_for("self-audit/known-divergences", batch.jobs);
  struct bytes text = {0};
  struct bytes why = {0};
  struct session session;
  int status = 0;
  bool fault = false;
  make_text(audit, &batch, &text);
  if (session_open_text(&session, &options, "self-audit", text.data, &why)) {
    bytes_text(&session.suites[0].cases[0].expected, "<p>not what libcmark says</p>");
    session.suites[0].cases[0].has_expected = true;
    bool ran = run(audit, &session, &why, &status);
    for (size_t i = 0; ran && i < session.result_count; i++)
      fault |= session.results[i].verdict == ORACLE_FAULT;
  }
  note(audit, fault, fault ? "ORACLE FAULT" : "no fault", "wrong published bytes");
  session_close(&session);
  bytes_free(&text);
  bytes_free(&why);
}

static void make_files(const struct audit *audit) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    bool folder = strcmp(files[i].name, "text") != 0 && strcmp(files[i].name, "size") != 0;
    char *path = xasprintf("%s/%s%s", audit->folder, files[i].name, folder ? "/planted" : "");
    char *parent = xasprintf("%s/%s", audit->folder, files[i].name);
    if ((folder && mkdir(parent, 0700) != 0) || write_file(path, span_text(files[i].text)) != 0)
      die("%s: cannot be written", path);
    free(parent);
    free(path);
  }
}

static void (*const audits[])(struct audit *) = {
    audit_first_batches, audit_other_batches, audit_runners, audit_known,  audit_lists,
    audit_many,          audit_interruption,  audit_empty,   audit_oracle, audit_first_failure};

enum { AUDITS = sizeof audits / sizeof *audits };

/* Does the audits from FIRST up to LAST. */
static void do_audits(struct workspace *workspace, audit_shows *shows, struct audit_report *report, size_t first,
                      size_t last) {
  struct audit audit = {.workspace = workspace, .shows = shows, .report = report};
  *report = (struct audit_report){0};
  audit.folder = workspace_folder(workspace, NULL);
  if (!audit.folder)
    die("the self-audit has no folder for its files");
  make_files(&audit);
  for (size_t i = first; i < last && !report->interrupted; i++)
    audits[i](&audit);
  remove_folder(audit.folder);
  free(audit.folder);
}

void audit_run(struct workspace *workspace, audit_shows *shows, struct audit_report *report) {
  do_audits(workspace, shows, report, 0, AUDITS);
}

static void do_second_half(struct workspace *workspace, audit_shows *shows, struct audit_report *report) {
  do_audits(workspace, shows, report, 1, AUDITS);
}

/* Adds what the OTHER half says to REPORT. One that came to no end has caught nothing. */
static void add_half(struct audit_report *report, struct audit_beside *other) {
  bytes_add(&report->log, span_of(&other->report.log));
  bytes_add(&report->left_out, span_of(&other->report.left_out));
  report->planted += other->report.planted + !other->ended;
  report->missed += other->report.missed + !other->ended;
  if (!other->ended)
    bytes_text(&report->log, "MISSED half of the self-audit: it came to no end\n");
  if (!report->interrupted)
    report->interrupted = other->report.interrupted;
  audit_report_free(&other->report);
}

void audit_run_halves(struct workspace *workspace, audit_shows *shows, struct audit_report *report) {
  struct audit_beside other;
  sigset_t before;
  interrupt_hold(&before);
  audit_begin(&other, workspace, shows, do_second_half);
  do_audits(workspace, shows, report, 0, 1);
  audit_look(&other, report->interrupted ? PROOF_END : PROOF_WAIT);
  add_half(report, &other);
  int late = interrupt_taken();
  if (!report->interrupted)
    report->interrupted = late;
  interrupt_release(&before);
}

void audit_report_free(struct audit_report *report) {
  bytes_free(&report->log);
  bytes_free(&report->left_out);
}

/* SPDX-License-Identifier: MIT */
