/* Runs that are forked off an emulator, beside the same runs with a start of their own: whatever a program does, both
   ways come to the same verdicts. */
/* reads: helpers build/tests/forked */
/* once: sanitized; most of its time is that of the programs that it runs */
#include "harness/session/session.h"

#include "harness/base/companion.h"
#include "harness/process/confinement.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CASES = 6 };

/* What is printed of the arguments WORDS, the variable A and the machine. */
#define WORDS(words) "oracle-command = printf '%s\\n' words " words " 'b c' 4096\n"
#define OF_10(text) text text text text text text text text text text
#define LONG OF_10(OF_10("0123456789"))

/* What a program does, with keys of its suite. */
static const struct deed {
  const char *arguments, *keys;
  bool forks;           /* its equal runs are forked */
  enum verdict verdict; /* of each case; NOT_RUN: not of each the same */
} deeds[] = {
    {"fine", "stdin = yes\n", true, EQUAL},
    {"fine {file}", "", true, EQUAL},
    {"fine /dev/null", "oracle-command = true\n", true, EQUAL},
    {"fine {file}", "environment = A={folder}\ninput-name = other\n", true, EQUAL},
    {"fine {name}", "stdin = yes\ninput-name = {name}\n", true, EQUAL},
    {"fine {name} {folder} '' a b c d", "input-name = {name}\n", true, EQUAL},
    {"", "oracle-command = true\n", true, EQUAL},
    {"words a '' ccc {name}", "environment = A=b c\n" WORDS("a '' ccc {name}"), true, EQUAL},
    {"words", "environment = A=b c\n" WORDS(""), true, EQUAL},
    {"words 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3",
     "environment = A=b c\n" WORDS("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3"), true, EQUAL},
    {"words 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4",
     "environment = A=b c\n" WORDS("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4"), false, EQUAL},
    {"words " LONG LONG LONG, "environment = A=b c\n" WORDS(LONG LONG LONG), true, EQUAL},
    {"words " LONG LONG LONG LONG, "environment = A=b c\n" WORDS(LONG LONG LONG LONG), false, EQUAL},
    {"odd", "stdin = yes\n", true, NOT_RUN},
    {"status", "stdin = yes\nexit-status = 3\n", true, EQUAL},
    {"status", "stdin = yes\n", false, DIVERGED},
    {"says", "stdin = yes\nstderr = odd\\n\n", true, EQUAL},
    {"says", "stdin = yes\nstderr =\n", false, DIVERGED},
    {"says", "stdin = yes\n", false, EQUAL},
    {"second", "stdin = yes\n", false, EQUAL},
    {"writes", "stdin = yes\n", false, EQUAL},
    {"child", "stdin = yes\n", false, LEAKED},
    {"killed", "stdin = yes\n", false, CRASHED},
    {"trap", "stdin = yes\n", false, CRASHED},
    {"hangs", "stdin = yes\ndeadline = 0.2\n", false, HUNG},
    {"spins", "stdin = yes\ndeadline = 0.2\n", false, HUNG},
    {"fine {name}", "oracle-command = true\n", true, EQUAL},
    {"fine", "stdin = yes\nfilter = cat\n", true, EQUAL},
    {"fine", "stdin = yes\nterminal = 80\nfilter = tr -d '\\r'\n", true, NOT_RUN},
    {"fine", "stdin = yes\nconfine = no\n", false, EQUAL},
    {"fine", "stdin = yes\nfile = a: b\n", true, EQUAL},
    {"nothing", "stdin = yes\nrefuse = getdents64 EIO\n", true, EQUAL},
    {"nothing", "stdin = yes\nrefuse = write-stdout EIO\noracle-command = true\n", true, EQUAL},
    {"nothing {file}", "refuse = open-file EIO\n", true, EQUAL},
    {"nothing", "stdin = yes\nrefuse = getdents64 EVIL\n", false, RUNNER_FAULT},
};

static char *program_path(void) { return companion_path("forked"); }

/* Whether this machine grants all that a cell is made of. Otherwise, as in a container, a run may have to have a start
   of its own. */
static bool is_whole;

static void find_whether_whole(void) {
  struct workspace workspace = {0};
  struct bytes why = {0};
  confinement_begin(CONFINE_DEFAULT);
  workspace_open(&workspace);
  if (!confinement_check(&workspace, &why))
    die("%s", span_of(&why).data);
  is_whole = strcmp(confinement_state(), "whole") == 0;
  workspace_close(&workspace);
  bytes_free(&why);
}

/* Runs the cases of DEED; the caller closes SESSION. */
static void run(const struct deed *deed, bool forks, struct session *session) {
  static struct session_options options = {.command = "bytegate",
                                           .build = "",
                                           .suites_folder = "",
                                           .known_path = "/nonexistent/known",
                                           .jobs = 2,
                                           .repeat = 1,
                                           .keep_going = true};
  struct workspace workspace = {0};
  struct bytes why = {0};
  int status = 0;
  char *elf = program_path();
  const char *oracle = strstr(deed->keys, "oracle-command") ? "" : "oracle-command = cat\n";
  char *text = xasprintf("[program p]\nelf = %s\narguments = %s\nrunner = qemu\noracle = command\n%s%s"
                         "[cases c]\nsource = random\ncount = %d\n",
                         elf, deed->arguments, deed->keys, oracle, CASES);
  options.forks = forks ? FORKS_ALWAYS : FORKS_NEVER;
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert_msg(session_run(session, &workspace, &why, &status), "%s", span_of(&why).data);
  ck_assert_uint_eq(session->strays, 0);
  ck_assert_uint_eq(workspace_sweep(&workspace, NULL), 0);
  char *root = xstrdup(workspace.root);
  workspace_close(&workspace);
  ck_assert_msg(access(root, F_OK) != 0, "%s was left behind", root);
  free(root);
  free(text);
  free(elf);
}

static bool same_text(const struct bytes *a, const struct bytes *b) { return span_equal(span_of(a), span_of(b)); }

START_TEST(a_forked_run_has_the_verdict_of_a_start) {
  const struct deed *deed = &deeds[_i];
  struct session started;
  struct session forked;
  /* Without a view of its own it would leave that in everybody's /tmp. */
  if (!is_whole && strcmp(deed->arguments, "second") == 0)
    return;
  run(deed, false, &started);
  run(deed, true, &forked);
  ck_assert_uint_eq(started.result_count, CASES);
  ck_assert_uint_eq(forked.result_count, CASES);
  /* How much comes before a deadline is another amount each time. */
  for (size_t i = 0; i < CASES; i++) {
    const struct result *a = &started.results[i];
    const struct result *b = &forked.results[i];
    ck_assert_msg(a->verdict == b->verdict && a->part == b->part && a->offset == b->offset && a->status == b->status &&
                      (same_text(&a->detail, &b->detail) || a->verdict == HUNG) && same_text(&a->errors, &b->errors),
                  "%s, %s: %s, %s and %s, %s", deed->arguments, a->test_case->id, verdict_name(a->verdict),
                  span_of(&a->detail).data, verdict_name(b->verdict), span_of(&b->detail).data);
    if (deed->verdict != NOT_RUN)
      ck_assert_msg(a->verdict == deed->verdict, "%s: %s", deed->arguments, verdict_name(a->verdict));
    ck_assert(!a->forked);
    if (!is_whole)
      continue;
    /* After some runs that are not equal, its target has no fork server any more. */
    bool forks = b->forked || deed->verdict == NOT_RUN ? b->forked : deed->forks && b->verdict == EQUAL;
    ck_assert_msg(b->forked == forks && (!forks || (deed->forks && b->verdict == EQUAL)), "%s, %s", deed->arguments,
                  b->test_case->id);
  }
  session_close(&started);
  session_close(&forked);
}
END_TEST

static int run_suite(void) {
  Suite *suite = suite_create("fork_server");
  TCase *tests = tcase_create("fork_server");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, a_forked_run_has_the_verdict_of_a_start, 0, sizeof deeds / sizeof *deeds);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The gate finds its companions beside its own file. So this program runs once more in a folder with these. */
int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "inside") == 0) {
    find_whether_whole();
    return run_suite();
  }
  const char *script =
      "T=$(mktemp -d) && mkdir $T/plugin && cp $0 $T/test && cp $B/confine $B/refuse $B/tests/forked $T &&"
      "cp $B/plugin/fork_server.so $T/plugin && $T/test inside; status=$?; rm -rf $T; exit $status";
  char *build = xstrdup(command_folder());
  char *end = strstr(build, "/tests/harness");
  char *sanitized = strstr(build, "/sanitized/");
  (void)argv;
  *(sanitized ? sanitized : end) = '\0';
  setenv("B", build, 1);
  execl("/bin/sh", "sh", "-c", script, command_path(), (char *)NULL);
  return EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */
