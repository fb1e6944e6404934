/* Plants faults and checks the verdicts. Each planted server goes through the very functions that judge real programs;
   nothing here knows how they do it. */
#include "harness/session/audit.h"

#include "harness/base/companion.h"
#include "harness/session/session.h"
#include "harness/suite/suite.h"

#include <stdlib.h>
#include <string.h>

/* What the gate must say of a server with this planted fault. */
struct expectation {
  const char *fault;
  enum verdict verdict;
  enum part part;
  bool at_stop; /* shows when the server is stopped, not when it is asked */
};

static const struct expectation expectations[] = {
    {"none", EQUAL, PART_NONE, false},
    {"wrong-byte", DIVERGED, PART_BODY, false},
    {"truncated-body", DIVERGED, PART_BODY, false},
    {"extra-body", DIVERGED, PART_BODY, false},
    {"endless-body", DIVERGED, PART_BODY, false},
    {"wrong-header", DIVERGED, PART_HEADERS, false},
    {"wrong-status", DIVERGED, PART_STATUS, false},
    {"crash", CRASHED, PART_NONE, false},
    {"hang", HUNG, PART_NONE, false},
    {"refusal", REFUSED, PART_NONE, false},
    {"leak", LEAKED, PART_NONE, true},
};

enum { EXPECTATIONS = sizeof expectations / sizeof *expectations, MANY = 256 };

/* The part of a suite that is one planted server. */
static void add_program(struct bytes *text, const char *fault) {
  bytes_printf(text,
               "[program %s]\nelf = %s\narguments = plant %s {file}\nrunner = native\ndrive = http\noracle = cmark\n"
               "header = Content-Type: text/html; charset=utf-8\nheader = Content-Length: {length}\n"
               "header = Connection: close\ndeadline = %s\n",
               fault, command_path(), fault, strcmp(fault, "hang") == 0 ? "0.2" : "10");
}

static void add_cases(struct bytes *text, int count) {
  bytes_printf(text, "[cases planted]\nsource = random\ncount = %d\n", count);
}

/* An audit under way. */
struct audit {
  struct workspace *workspace;
  struct bytes *log;
  unsigned missed;
  int interrupted; /* signal, or 0 */
};

static const struct session_options audit_options = {.command = "bytegate",
                                                     .build = "",
                                                     .suites_folder = "",
                                                     .known_path = "self-audit/known-divergences",
                                                     .jobs = 4,
                                                     .repeat = 1,
                                                     .keep_going = true};

static bool run(struct audit *audit, struct session *session, struct bytes *why, int *status) {
  bool ran = session_run(session, audit->workspace, why, status);
  if (session->interrupted)
    audit->interrupted = session->interrupted;
  return ran;
}

/* Runs a suite given as text. Returns what session_run returns. */
static bool run_text(struct audit *audit, struct session *session, const struct bytes *text, int *status) {
  struct bytes why = {0};
  bool good =
      session_open_text(session, &audit_options, "self-audit", text->data, &why) && run(audit, session, &why, status);
  bytes_free(&why);
  return good;
}

/* What an interrupted run did not reach does not count as missed. */
static void note(struct audit *audit, bool caught, const char *what, const char *verdict) {
  if (audit->interrupted)
    return;
  bytes_printf(audit->log, "%s %s: %s\n", caught ? "caught" : "MISSED", what, verdict);
  audit->missed += !caught;
}

static const struct result *find(const struct session *session, const struct expectation *expected) {
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    if (strcmp(result->target->program->name, expected->fault) == 0 &&
        (result->test_case == &session->stop) == expected->at_stop)
      return result;
  }
  return NULL;
}

/* One server of each fault, each asked once. */
static void audit_faults(struct audit *audit) {
  struct bytes text = {0};
  struct session session;
  int status = 0;
  for (size_t i = 0; i < EXPECTATIONS; i++)
    add_program(&text, expectations[i].fault);
  add_cases(&text, 1);
  bool ran = run_text(audit, &session, &text, &status);
  for (size_t i = 0; i < EXPECTATIONS; i++) {
    const struct result *result = ran ? find(&session, &expectations[i]) : NULL;
    bool caught = result && result->verdict == expectations[i].verdict && result->part == expectations[i].part &&
                  result_failed(result) == (expectations[i].verdict != EQUAL);
    char *said = xasprintf("%s%s%s", result ? verdict_name(result->verdict) : "no result",
                           caught || !result || !result->detail.len ? "" : ", ",
                           caught || !result ? "" : span_of(&result->detail).data);
    note(audit, caught, expectations[i].fault, said);
    free(said);
  }
  bool red = ran && session_status(&session) == EXIT_DIVERGED;
  note(audit, red, "exit status of these", red ? "1" : "not 1");
  session_close(&session);
  bytes_free(&text);
}

/* As many failures as a byte has values: an exit status that counted them would be 0. */
static void audit_many(struct audit *audit) {
  struct bytes text = {0};
  struct session session;
  int status = 0;
  add_program(&text, "wrong-header");
  add_cases(&text, MANY);
  bool ran = run_text(audit, &session, &text, &status);
  bool caught = ran && session.failed == MANY && session_status(&session) == EXIT_DIVERGED;
  note(audit, caught, "256 failures", caught ? "exit status 1" : "not exit status 1");
  session_close(&session);
  bytes_free(&text);
}

static void audit_empty(struct audit *audit) {
  struct bytes text = {0};
  struct session session;
  int status = 0;
  add_program(&text, "none");
  add_cases(&text, 0);
  bool ran = run_text(audit, &session, &text, &status);
  bool caught = !ran && status == EXIT_USAGE;
  note(audit, caught, "empty suite", caught ? "refused" : "accepted");
  session_close(&session);
  bytes_free(&text);
}

/* A known divergence that does not diverge, and published HTML that libcmark contradicts. */
static void audit_lists(struct audit *audit) {
  struct bytes text = {0};
  struct bytes why = {0};
  struct session session;
  int status = 0;
  add_program(&text, "none");
  add_cases(&text, 1);
  bool ran = session_open_text(&session, &audit_options, "self-audit", text.data, &why);
  if (ran) {
    session.known.entries = xcalloc(1, sizeof *session.known.entries);
    session.known.entries[session.known.count++] =
        (struct known_entry){xstrdup("*"), xstrdup("*"), xstrdup("*"), xstrdup("body@0:0"), 1, false};
    bytes_text(&session.suites[0].cases[0].expected, "<p>not what libcmark says</p>");
    session.suites[0].cases[0].has_expected = true;
    ran = run(audit, &session, &why, &status);
  }
  bool stale = false;
  bool fault = false;
  for (size_t i = 0; ran && i < session.result_count; i++) {
    const struct result *result = &session.results[i];
    stale |= result->verdict == EQUAL && result_failed(result);
    fault |= result->verdict == ORACLE_FAULT;
  }
  note(audit, stale, "idle known divergence", stale ? "failed" : "passed");
  note(audit, fault, "wrong published bytes", fault ? "ORACLE FAULT" : "no fault");
  session_close(&session);
  bytes_free(&text);
  bytes_free(&why);
}

unsigned audit_run(struct workspace *workspace, struct bytes *log, int *interrupted) {
  static void (*const audits[])(struct audit *) = {audit_faults, audit_many, audit_empty, audit_lists};
  struct audit audit = {.workspace = workspace, .log = log};
  for (size_t i = 0; i < sizeof audits / sizeof *audits && !audit.interrupted; i++)
    audits[i](&audit);
  *interrupted = audit.interrupted;
  return audit.missed;
}
