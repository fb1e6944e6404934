/* Ends of programs, drawn from all kinds of end, moments and neighbours: a model says what verdict each case must get,
   and the gate must say the same, with cells and without. Each program is ends/ends.c, which has no sanitizers.
   ENDS_SEED and ENDS_COUNT draw others, or more. */
/* reads: helpers build/tests/ends */
#include "harness/session/tests/ends/ends.h"

#include "harness/session/session.h"
#include "harness/suite/suite.h"

#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/process/confinement.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CASES = 4, DRAWN = 100 };

static const char *const kind_names[KINDS] = {"nothing",
                                              "exit 0",
                                              "exit 3",
                                              "SIGSEGV",
                                              "SIGKILL",
                                              "SIGABRT",
                                              "reset",
                                              "leaves a child",
                                              "leaves a daemon",
                                              "leaves a thread of a child",
                                              "does not wait for a child that ended",
                                              "hides a child",
                                              "hang"};
static const char *const moment_names[MOMENTS] = {
    "before it is ready", "when a client came", "when it read the request", "within its answer",
    "after its answer",   "after it closed",    "when it is stopped"};

/* ---- The model --------------------------------------------------------------------------------------------------- */

static bool ends(enum kind kind) { return kind >= EXIT_0 && kind <= ABORTED; }

static enum verdict expect_of_run(const struct behaviour *does, unsigned number) {
  enum verdict right = number == does->wrong ? DIVERGED : EQUAL;
  if (number != does->at)
    return right;
  switch (does->kind) {
  case FAULT:
  case KILLED:
  case ABORTED:
    return CRASHED;
  case EXIT_0:
    return does->moment == AT_STOP ? right : DIVERGED;
  case EXIT_3:
    return DIVERGED;
  case HANG:
    return HUNG;
  case LEAVES_CHILD:
  case LEAVES_DAEMON:
  case LEAVES_THREAD:
    return right == EQUAL ? LEAKED : right;
  default:
    return right;
  }
}

static enum verdict expect_of_server(const struct behaviour *does, unsigned number) {
  enum verdict right = number == does->wrong ? DIVERGED : EQUAL;
  if (does->moment == BEFORE_READY && ends(does->kind))
    return does->kind < FAULT ? REFUSED : CRASHED;
  if (does->moment == BEFORE_READY && does->kind == HANG)
    return HUNG;
  if (number != does->at || does->moment == AT_STOP || does->moment == BEFORE_READY)
    return right;
  /* A wrong answer whose server dies before it closes may be the beginning of a right one. */
  if (ends(does->kind))
    return CRASHED;
  if (does->kind == RESET && does->moment != AFTER_CLOSE)
    return DIVERGED;
  if (does->kind == HANG && does->moment != AFTER_CLOSE)
    return HUNG;
  return right;
}

/* Of how it stops. A server that is ended by the gate, and not stopped, is not judged so. */
static enum verdict expect_of_stop(const struct behaviour *does) {
  if (does->moment == BEFORE_READY && (ends(does->kind) || does->kind == HANG))
    return NOT_RUN;
  bool breaks = ends(does->kind) || does->kind == RESET || does->kind == HANG;
  if (breaks && does->at == CASES && does->moment >= ACCEPTED && does->moment <= BEFORE_CLOSE)
    return NOT_RUN;
  if (leaves(does->kind))
    return LEAKED;
  if (does->moment != AT_STOP)
    return EQUAL;
  if (does->kind == HANG)
    return HUNG;
  if (does->kind == EXIT_3)
    return DIVERGED;
  return does->kind >= FAULT && does->kind <= ABORTED ? CRASHED : EQUAL;
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

static uint64_t state;

static unsigned draw(unsigned count) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(state >> 33) % count;
}

/* What shows, or not, by how fast two processes are, is no end that a verdict could be right about: a server that ends
   after it closed the last connection, which the gate waits for only a moment. */
static bool is_definite(const struct behaviour *does) {
  if (does->kind == HIDES_CHILD)
    return false; /* only a cell tells whose it was */
  if (does->kind == HANG && (does->moment == AT_STOP || does->moment == AFTER_CLOSE))
    return false; /* it takes seconds until the gate gives up */
  if (!does->serves)
    return does->moment == BEFORE_READY || does->moment == WITHIN_ANSWER || does->moment == AT_STOP;
  if (leaves(does->kind) && does->wrong)
    return false;
  if (does->kind == RESET && does->moment == BEFORE_CLOSE)
    return false; /* what was sent may be lost with the connection */
  return does->moment != AFTER_CLOSE || !ends(does->kind) || does->at < CASES;
}

static struct behaviour draw_behaviour(void) {
  struct behaviour does;
  do {
    does.serves = draw(3) > 0;
    /* Each hang costs a deadline. */
    does.kind = (enum kind)draw(draw(8) ? HANG : KINDS);
    does.moment = (enum moment)draw(MOMENTS);
    does.at = 1 + draw(CASES);
    does.wrong = draw(2) ? 1 + draw(CASES) : 0;
  } while (!is_definite(&does));
  return does;
}

static void say(const struct behaviour *does, char *text, size_t size) {
  snprintf(text, size, "%s: %s, %s, in case %u, wrong in %u", does->serves ? "a server" : "a run",
           kind_names[does->kind], moment_names[does->moment], does->at, does->wrong);
}

/* Makes a folder of the documents. */
static char *make_documents(void) {
  char *folder = xstrdup("/tmp/test_ends-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  for (unsigned i = 1; i <= CASES; i++) {
    char *path = xasprintf("%s/%u.md", folder, i);
    char *text = xasprintf("case %u\n", i);
    ck_assert_int_eq(write_file(path, span_text(text)), 0);
    free(text);
    free(path);
  }
  return folder;
}

static void check_results(const struct behaviour *does, const struct session *session) {
  char what[256];
  size_t failed = 0;
  say(does, what, sizeof what);
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    failed += result_failed(result);
    if (result->target == &session->oracle)
      continue;
    bool is_stop = result->test_case == &session->stop;
    unsigned number = is_stop ? 0 : (unsigned)(strrchr(result->test_case->id, '/')[1] - '0');
    enum verdict wanted = is_stop        ? expect_of_stop(does)
                          : does->serves ? expect_of_server(does, number)
                                         : expect_of_run(does, number);
    /* Of a wrong answer it may not be known whether it was whole before its server ended. */
    if (does->serves && does->moment == AFTER_CLOSE && ends(does->kind) && number == does->at &&
        number == does->wrong && result->verdict == DIVERGED)
      wanted = DIVERGED;
    ck_assert_msg(result->verdict == wanted, "%s: case %u (0: its stop) is %s, not %s: %s", what, number,
                  verdict_name(result->verdict), verdict_name(wanted), span_of(&result->detail).data);
  }
  ck_assert_msg(session->failed == failed, "%s: %zu are counted, and %zu failed", what, session->failed, failed);
}

/* What is called with each result; NULL: nothing. */
static void (*told)(const struct session *session, const struct result *result);

/* Runs a program that does as DOES says, and has CHECK look at what the session says. */
static void run_program(const struct behaviour *does, const char *folder, unsigned jobs,
                        void (*check)(const struct behaviour *does, const struct session *session)) {
  struct session_options options = {.command = "bytegate",
                                    .build = "",
                                    .suites_folder = "",
                                    .known_path = "/nonexistent/known",
                                    .jobs = jobs,
                                    .repeat = 1,
                                    .keep_going = true};
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  int status = 0;
  const double patience = does->kind == HANG && does->moment != AT_STOP ? 1.5 : 60;
  char *keys = does->serves ? xasprintf("drive = http\nheader = Connection: close\nstart-deadline = %g\n", patience)
                            : xstrdup("");
  char *program = companion_path("ends");
  char *text = xasprintf("[program p]\nelf = %s\narguments = %d %d %d %u %u {file}\nrunner = native\noracle = cmark\n%s"
                         "deadline = %g\n[cases c]\nsource = folder\npath = %s\n",
                         program, does->serves, (int)does->kind, (int)does->moment, does->at, does->wrong, keys,
                         patience, folder);
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  session.progress = told;
  ck_assert_msg(session_run(&session, &workspace, &why, &status), "%s", span_of(&why).data);
  check(does, &session);
  session_close(&session);
  workspace_close(&workspace);
  free(program);
  free(keys);
  free(text);
}

static unsigned long setting(const char *name, unsigned long usual) {
  const char *value = getenv(name);
  return value ? strtoul(value, NULL, 10) : usual;
}

/* Has programs run in cells, as far as there are means to. */
static void confine(void) {
  struct workspace workspace = {0};
  struct bytes why = {0};
  confinement_begin(CONFINE_DEFAULT);
  workspace_open(&workspace);
  ck_assert_msg(confinement_check(&workspace, &why), "%s", span_of(&why).data);
  workspace_close(&workspace);
}

START_TEST(every_end_gets_the_verdict_of_the_model) {
  if (_i == 1)
    confine();
  char *folder = make_documents();
  unsigned long count = setting("ENDS_COUNT", DRAWN);
  state = setting("ENDS_SEED", 1);
  for (unsigned long i = 0; i < count; i++) {
    struct behaviour does = draw_behaviour();
    run_program(&does, folder, 1, check_results);
  }
  remove_folder(folder);
  free(folder);
}
END_TEST

/* Cells that were prepared are those that are taken, however many; one is made where there is none, idle or in use. */
START_TEST(prepared_cells_are_taken) {
  enum { MANY = 20, MORE_THAN_STAY_IDLE = 16 };
  const struct confinement plain = {0};
  const struct confinement other = {.allow = ALLOW_PTRACE};
  struct cell_slot *slots[MANY];
  struct workspace workspace = {0};
  ck_assert_int_gt(MANY, MORE_THAN_STAY_IDLE);
  confinement_begin(CONFINE_DEFAULT);
  workspace_open(&workspace);
  cells_prepare(&workspace, &plain, MANY);
  ck_assert_uint_eq(workspace.cell_count, MANY);
  for (int i = 0; i < MANY; i++) {
    slots[i] = cell_take(&workspace, &plain);
    ck_assert_ptr_nonnull(slots[i]);
  }
  ck_assert_uint_eq(workspace.cell_count, MANY);
  cell_expect(&workspace, &plain);
  ck_assert_uint_eq(workspace.cell_count, MANY);
  cell_expect(&workspace, &other);
  cell_expect(&workspace, &other);
  ck_assert_uint_eq(workspace.cell_count, MANY + 1);
  cell_give_back(cell_take(&workspace, &other));
  ck_assert_uint_eq(workspace.cell_count, MANY + 1);
  for (int i = 0; i < MANY; i++)
    cell_give_back(slots[i]);
  /* Of those that stay idle, some give way to others. */
  for (int i = 0; i < MANY; i++) {
    char *path = xasprintf("/nowhere/%d", i);
    struct confinement own = {0};
    text_list_take(&own.reads, path);
    slots[i] = cell_take(&workspace, &own);
    confinement_free(&own);
  }
  ck_assert_uint_lt(workspace.cell_count, 2 * MANY + 1);
  ck_assert_uint_ge(workspace.cell_count, MANY + MORE_THAN_STAY_IDLE);
  for (int i = 0; i < MANY; i++)
    cell_give_back(slots[i]);
  /* Some were never waited for. */
  cells_prepare(&workspace, &other, 2);
  workspace_close(&workspace);
}
END_TEST

/* A server that SIGTERM does not end is ended by the gate, and that is its verdict. */
START_TEST(a_server_that_does_not_stop_hangs) {
  char *folder = make_documents();
  run_program(&(struct behaviour){true, HANG, AT_STOP, 1, 0}, folder, 1, check_results);
  remove_folder(folder);
  free(folder);
}
END_TEST

static void interrupt_at_the_end(const struct session *session, const struct result *result) {
  (void)result;
  if (session->finished == session->selected)
    raise(SIGTERM);
}

static void check_interrupted(const struct behaviour *does, const struct session *session) {
  (void)does;
  ck_assert_uint_eq(session->finished, session->selected);
  ck_assert_int_eq(session->interrupted, SIGTERM);
  ck_assert_int_eq(session_verdict(session), RUN_INTERRUPTED);
}

/* With the last case nothing waits for a signal any more; one that comes then interrupts all the same, and is told. */
START_TEST(a_signal_after_the_last_case_interrupts) {
  char *folder = make_documents();
  told = interrupt_at_the_end;
  run_program(&(struct behaviour){false, NOTHING, AT_STOP, 1, 0}, folder, 1, check_interrupted);
  remove_folder(folder);
  free(folder);
}
END_TEST

static void check_strays(const struct behaviour *does, const struct session *session) {
  (void)does;
  ck_assert_uint_eq(session->failed, 0);
  ck_assert_uint_eq(session->strays, 1);
  ck_assert_msg(strstr(span_of(&session->problems).data, "1 process left the process group of a program"), "%s",
                span_of(&session->problems).data);
  ck_assert_int_eq(session_status(session), EXIT_DIVERGED);
}

/* Without cells, and where programs run side by side, nobody knows whose process it was; it is ended, and the run is
   red. */
START_TEST(a_process_of_nobody_makes_the_run_red) {
  char *folder = make_documents();
  run_program(&(struct behaviour){false, HIDES_CHILD, AT_STOP, 1, 0}, folder, 2, check_strays);
  remove_folder(folder);
  free(folder);
}
END_TEST

/* The gate finds its companion beside its own file. So this program runs once more in a folder with it, and with
   the program that ends. */
static int run_inside(void) {
  const char *script =
      "T=$(mktemp -d) && cp $0 $T/test && cp $B/confine $B/tests/ends $T && $T/test inside; status=$?; rm -rf $T; "
      "exit $status";
  char *build = xstrdup(command_folder());
  char *end = strstr(build, "/tests/harness");
  char *sanitized = strstr(build, "/sanitized/");
  *(sanitized ? sanitized : end) = '\0';
  setenv("B", build, 1);
  execl("/bin/sh", "sh", "-c", script, command_path(), (char *)NULL);
  return EXIT_FAILURE;
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc == 1)
    return run_inside();
  Suite *suite = suite_create("ends");
  TCase *tests = tcase_create("ends");
  tcase_set_timeout(tests, 300);
  tcase_add_loop_test(tests, every_end_gets_the_verdict_of_the_model, 0, 2);
  tcase_add_test(tests, prepared_cells_are_taken);
  tcase_add_test(tests, a_server_that_does_not_stop_hangs);
  tcase_add_test(tests, a_signal_after_the_last_case_interrupts);
  tcase_add_test(tests, a_process_of_nobody_makes_the_run_red);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
