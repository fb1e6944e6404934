/* The guilty commit: git bisect, in a clone of its own. The clone borrows the objects of the repository and has its own
   refs, so that nothing is written to the repository, not even the state of the bisection. Each step lays only the one
   program, with its commit's own generators, and runs the one case, with the suites and the gate of now. */
#include "harness/base/command.h"
#include "harness/bisect/bisect.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"
#include "harness/suite/suite.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is run in the clone at each commit. 0 is good, 1 is bad, 125 is unknown: it does not build, for example. */
static const char step_script[] =
    "make -s BUILD=build \"build/elf/.$2.stamp\" >build.log 2>&1 || exit 125\n"
    "\"$1\" verify --no-self-audit --tap --suites \"$3\" --suite \"$4\" --case \"$5\" --program \"$6\" --runner \"$7\" "
    "--known /dev/null --build build >verify.log 2>&1\n"
    "status=$?\n"
    "[ $status -le 1 ] || exit 125\n"
    "exit $status\n";

enum { STEP_GOOD = 0, STEP_BAD = 1, STEP_WORDS = 12 };

struct trail {
  char *clone;
  const char *step[STEP_WORDS]; /* the words of one step, NULL at the end */
  char *owned[4];
  bool json;
};

/* Runs WORDS in FOLDER and appends what they print to OUT. Returns the exit status, or -1. */
static int run(const char *folder, const char *const *words, struct bytes *out) {
  bytes_text(out, "");
  int status = command_run(&(struct command_line){.words = words, .folder = folder, .errors = ERRORS_TAKEN}, out);
  if (status < 0)
    bytes_printf(out, "%s: %s", words[0], strerror(-status));
  return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void chomp(struct bytes *text) {
  while (text->len && text->data[text->len - 1] == '\n')
    text->data[--text->len] = '\0';
}

#define GIT(folder, out, ...) run(folder, (const char *const[]){"git", __VA_ARGS__, NULL}, out)

/* The full name of the commit that NAME means, which the caller frees, or NULL after a message. */
static char *commit_of(const char *folder, const char *name) {
  struct bytes out = {0};
  char *commit = NULL;
  char *wanted = xasprintf("%s^{commit}", name);
  if (GIT(folder, &out, "rev-parse", "--verify", "-q", wanted) == 0) {
    chomp(&out);
    commit = xstrdup(out.data);
  } else {
    fprintf(stderr, "bytegate: git knows no commit %s\n", name);
  }
  free(wanted);
  bytes_free(&out);
  return commit;
}

char *bisect_generator_of(const char *build, const char *elf) {
  char *pattern = xasprintf("%s/elf/.*.stamp", build);
  const char *file = strrchr(elf, '/') ? strrchr(elf, '/') + 1 : elf;
  char *line = xasprintf("\n%s\n", file);
  char *name = NULL;
  glob_t found;
  int failed = glob(pattern, 0, NULL, &found);
  for (size_t i = 0; !failed && !name && i < found.gl_pathc; i++) {
    struct bytes text = {0};
    const char *stamp = strrchr(found.gl_pathv[i], '/') + 2;
    bytes_text(&text, "\n");
    bytes_read_file(&text, found.gl_pathv[i]);
    if (strstr(text.data, line))
      name = xstrndup(stamp, strlen(stamp) - strlen(".stamp"));
    bytes_free(&text);
  }
  if (!failed)
    globfree(&found);
  if (!name)
    fprintf(stderr, "bytegate: no generator of %s lays %s, so no commit of it can\n", pattern, file);
  free(pattern);
  free(line);
  return name;
}

/* Checks COMMIT out in the clone and takes a step there. Returns STEP_GOOD, STEP_BAD, or that it is not known. */
static int step_at(struct trail *trail, const char *commit) {
  struct bytes out = {0};
  int status = GIT(trail->clone, &out, "checkout", "-q", "--force", "--detach", commit);
  if (status != 0)
    fprintf(stderr, "bytegate: git checkout %s: %s\n", commit, out.data);
  else
    status = run(trail->clone, trail->step, &out);
  bytes_free(&out);
  return status;
}

/* Says why the case is not bad at the commit that should be. */
static void explain_start(const struct trail *trail, const char *commit, int status) {
  struct bytes log = {0};
  if (status == STEP_GOOD) {
    char *note = xasprintf("the case is equal at %s: nothing to bisect", commit);
    if (trail->json)
      json_print(json_pack("{s:s}", "note", note));
    else
      puts(note);
    free(note);
    return;
  }
  char *path = xasprintf("%s/build.log", trail->clone);
  bytes_read_file(&log, path);
  free(path);
  path = xasprintf("%s/verify.log", trail->clone);
  bytes_read_file(&log, path);
  free(path);
  fprintf(stderr, "bytegate: it cannot be decided whether %s is bad: %.2000s\n", commit, span_of(&log).data);
  bytes_free(&log);
}

/* Looks for a good commit before BAD, in steps that double. The caller frees it; NULL after a message. */
static char *find_good(struct trail *trail, const char *bad) {
  for (unsigned long back = 1;; back *= 2) {
    struct bytes out = {0};
    char *name = xasprintf("%s~%lu", bad, back);
    bool there = GIT(trail->clone, &out, "rev-parse", "--verify", "-q", name) == 0;
    free(name);
    chomp(&out);
    if (!there) {
      bytes_free(&out);
      fprintf(stderr,
              "bytegate: the case fails, or cannot be run, in each commit that was tried: 1, 2, 4 ... before "
              "%.12s; name a good one\n",
              bad);
      return NULL;
    }
    if (step_at(trail, out.data) == STEP_GOOD)
      return out.data;
    bytes_free(&out);
  }
}

/* The same as JSON (fixtures/schemas/bisect.json). COMMIT is its line and its author, CHANGES git's table of files. */
static void print_commit_json(const struct result *failure, const struct bytes *commit, const struct bytes *changes) {
  json_t *root = json_object();
  json_t *one = json_object();
  struct span text = span_of(commit);
  size_t hash = strcspn(text.data, " ");
  size_t line = strcspn(text.data, "\n");
  char *name = xasprintf("%s/%s", failure->suite->name, failure->test_case->id);
  json_set(one, "hash", json_string_of((struct span){text.data, hash}));
  json_set(one, "subject", json_string_of((struct span){text.data + hash + 1, line > hash ? line - hash - 1 : 0}));
  json_set(one, "changes", json_lines_of(span_of(changes)));
  json_set(root, "case", json_string_of(span_text(name)));
  json_set(root, "program", json_string_of(span_text(failure->target->label)));
  json_set(root, "runner", json_string_of(span_text(failure->target->where)));
  json_set(root, "commit", one);
  json_print(root);
  free(name);
}

/* Prints the commit that git found, or what is left when it could not tell. */
static int print_commit(struct trail *trail, const struct result *failure, const struct bytes *log, int status) {
  struct bytes commit = {0};
  struct bytes changes = {0};
  if (status != 0) {
    fprintf(stderr, "bytegate: git bisect ended without an answer: %s\n", span_of(log).data);
    return EXIT_INFRASTRUCTURE;
  }
  GIT(trail->clone, &commit, "show", "-s", "--format=%h %s%n  %an, %as", "refs/bisect/bad");
  GIT(trail->clone, &changes, "show", "--format=", "--stat=110", "refs/bisect/bad");
  if (trail->json)
    print_commit_json(failure, &commit, &changes);
  else
    printf("BISECT %s/%s %s %s: %s%s", failure->suite->name, failure->test_case->id, failure->target->label,
           failure->target->where, commit.data, changes.data);
  bytes_free(&commit);
  bytes_free(&changes);
  return EXIT_DIVERGED;
}

/* Bisects between the commits; GOOD may be NULL. */
static int bisect_between(struct trail *trail, const struct result *failure, const char *good, const char *bad) {
  struct bytes log = {0};
  int status = step_at(trail, bad);
  if (status != STEP_BAD) {
    explain_start(trail, bad, status);
    return status == STEP_GOOD ? EXIT_EQUAL : EXIT_INFRASTRUCTURE;
  }
  char *from = good ? xstrdup(good) : find_good(trail, bad);
  if (!from)
    return EXIT_USAGE;
  const char *words[STEP_WORDS + 3] = {"git", "bisect", "run"};
  for (size_t i = 0; trail->step[i]; i++)
    words[i + 3] = trail->step[i];
  status = GIT(trail->clone, &log, "bisect", "start", bad, from);
  if (status == 0)
    status = run(trail->clone, words, &log);
  status = print_commit(trail, failure, &log, status);
  free(from);
  bytes_free(&log);
  return status;
}

/* Makes the clone and the words of a step. Returns false after a message. */
static bool prepare(struct trail *trail, const struct session *session, const struct workspace *workspace,
                    const struct result *failure, const char *repository) {
  struct bytes out = {0};
  char *generator = bisect_generator_of(session->options->build, failure->target->elf);
  if (!generator)
    return false;
  trail->clone = xasprintf("%s/clone", workspace->root);
  trail->owned[0] = realpath("/proc/self/exe", NULL);
  trail->owned[1] = generator;
  trail->owned[2] = realpath(session->options->suites_folder, NULL);
  trail->owned[3] = realpath(failure->suite->path, NULL);
  const char *const step[STEP_WORDS] = {"sh",
                                        "-c",
                                        step_script,
                                        "sh",
                                        trail->owned[0],
                                        generator,
                                        trail->owned[2] ? trail->owned[2] : ".",
                                        trail->owned[3],
                                        failure->test_case->id,
                                        failure->target->label,
                                        runner_words[failure->target->runner]};
  memcpy(trail->step, step, sizeof step);
  bool good = GIT(".", &out, "clone", "-q", "--shared", "--no-checkout", repository, trail->clone) == 0;
  if (!good)
    fprintf(stderr, "bytegate: git clone %s: %s\n", repository, out.data);
  bytes_free(&out);
  return good;
}

/* The one case on one target that is bisected: the first that is selected. */
static bool choose(const struct session *session, struct result *chosen) {
  for (size_t i = 0; i < session->suite_count; i++)
    for (size_t k = 0; k < session->suites[i].target_count; k++)
      for (size_t c = 0; c < session->suites[i].case_count; c++) {
        *chosen = (struct result){.suite = &session->suites[i],
                                  .target = &session->suites[i].targets[k],
                                  .test_case = &session->suites[i].cases[c]};
        if (session_selects(session, chosen->suite, chosen->target, chosen->test_case))
          return true;
      }
  fputs("bytegate: no case is selected (see `bytegate list`)\n", stderr);
  return false;
}

int bisect_git(struct session *session, struct workspace *workspace, const char *good, const char *bad, bool json) {
  static const char *const unwanted[] = {"GIT_DIR",   "GIT_WORK_TREE", "GIT_INDEX_FILE",
                                         "MAKEFLAGS", "MAKELEVEL",     "MFLAGS"};
  struct trail trail = {.json = json};
  struct result failure;
  struct bytes repository = {0};
  int status = EXIT_USAGE;
  char *commits[2] = {NULL, NULL};
  for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
    unsetenv(unwanted[i]);
  if (GIT(".", &repository, "rev-parse", "--show-toplevel") != 0) {
    fprintf(stderr,
            "bytegate: the current folder is in no git repository; `bytegate bisect --elf GOOD BAD CASE` needs none\n");
  } else if (choose(session, &failure)) {
    chomp(&repository);
    commits[0] = good ? commit_of(repository.data, good) : NULL;
    commits[1] = commit_of(repository.data, bad ? bad : "HEAD");
    if (commits[1] && (commits[0] || !good) && prepare(&trail, session, workspace, &failure, repository.data))
      status = bisect_between(&trail, &failure, commits[0], commits[1]);
  }
  for (size_t i = 0; i < sizeof trail.owned / sizeof *trail.owned; i++)
    free(trail.owned[i]);
  free(trail.clone);
  free(commits[0]);
  free(commits[1]);
  bytes_free(&repository);
  return status;
}

/* SPDX-License-Identifier: MIT */
