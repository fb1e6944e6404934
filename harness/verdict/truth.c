/* Asks the oracles: libcmark in this process, published bytes, or a command of the suite's own. */
#include "harness/verdict/truth.h"

#include "harness/process/confinement.h"
#include "harness/suite/cases.h"
#include "harness/suite/tree.h"
#include "oracles/markdown.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { COMMAND_DEADLINE_MS = 60000 };

/* A pipe fails where any part of it does: Debian's sh cannot say so. Not even the environment adds to what it reads. */
#define SHELL "/bin/bash"

/* What a command is asked about. */
struct question {
  const struct tree *tree;
  struct bytes *why;
};

static bool make_tree(void *user, const char *folder) {
  const struct question *question = user;
  return tree_make(question->tree, folder, question->why);
}

/* Asks the command of PROGRAM, in a tree of its own where the case has one. */
static bool ask_command(struct workspace *workspace, const struct program *program, const struct test_case *test_case,
                        struct bytes *truth, struct bytes *why) {
  const char *command = program->oracle_command;
  const char *const words[] = {SHELL, "--posix", "-p", "-o", "pipefail", "-c", command, NULL};
  struct question question = {test_case->tree, why};
  const struct command_line line = {.words = words,
                                    .input = test_case->tree ? (struct span){"", 0} : span_of(&test_case->input),
                                    .deadline_ms = COMMAND_DEADLINE_MS};
  int status = 0;
  if (!confined_command(workspace, &line, test_case->tree ? make_tree : NULL, &question, truth, &status))
    return false;
  if (status >= 0 && WIFEXITED(status) && (size_t)WEXITSTATUS(status) == program->oracle_status)
    return true;
  if (status == -ETIMEDOUT)
    bytes_printf(why, "the oracle command ran for more than %d s: %s", COMMAND_DEADLINE_MS / 1000, command);
  else if (status < 0)
    die("%s, which runs the oracle commands of suites: %s%s", SHELL, strerror(-status),
        status == -ENOENT ? " (install bash)" : "");
  else if (WIFEXITED(status))
    bytes_printf(why, "the oracle command ended with exit status %d%s: %s", WEXITSTATUS(status),
                 WEXITSTATUS(status) == 127 ? " (not found)"
                 : program->oracle_status   ? " (and not with its 'oracle-status')"
                                            : "",
                 command);
  else
    bytes_printf(why, "the oracle command ended by signal %d: %s", WTERMSIG(status), command);
  return false;
}

/* Asks libcmark, or the oracle command of PROGRAM. */
static bool ask_oracle(struct workspace *workspace, const struct program *program, const struct test_case *test_case,
                       struct bytes *truth, struct bytes *why) {
  struct span input = span_of(&test_case->input);
  if (program->oracle == ORACLE_COMMAND)
    return ask_command(workspace, program, test_case, truth, why);
  size_t len = 0;
  char *html = markdown_oracle_render(input.data, input.len, program_markdown_options(program), &len);
  bytes_append(truth, html, len);
  free(html);
  return true;
}

/* Asks the oracle that is PROGRAM's own, once for each case. */
static bool own_answer(struct workspace *workspace, const struct program *program, struct test_case *test_case,
                       struct span *truth, struct bytes *why) {
  for (size_t i = 0; i < test_case->answer_count; i++)
    if (test_case->answers[i]->asker == program) {
      *truth = span_of(&test_case->answers[i]->text);
      return true;
    }
  struct answer *answer = xcalloc(1, sizeof *answer);
  answer->asker = program;
  if (!ask_oracle(workspace, program, test_case, &answer->text, why)) {
    bytes_free(&answer->text);
    free(answer);
    return false;
  }
  test_case->answers = xrealloc(test_case->answers, (test_case->answer_count + 1) * sizeof(struct answer *));
  test_case->answers[test_case->answer_count++] = answer;
  *truth = span_of(&answer->text);
  return true;
}

bool truth_changed(struct workspace *workspace, const struct program *program, struct test_case *test_case,
                   struct span *truth, struct bytes *why) {
  size_t i = 0;
  while (i < test_case->answer_count && test_case->answers[i]->asker != program)
    i++;
  if (i == test_case->answer_count)
    return false;
  struct answer *answer = test_case->answers[i];
  struct bytes before = answer->text;
  answer->text = (struct bytes){0};
  bool asked = ask_command(workspace, program, test_case, &answer->text, why);
  bool changed = !asked || !span_equal(span_of(&before), span_of(&answer->text));
  bytes_free(&before);
  *truth = span_of(&answer->text);
  return changed;
}

bool truth_of(struct workspace *workspace, const struct program *program, struct test_case *test_case,
              struct span *truth, struct bytes *why) {
  enum oracle oracle = (enum oracle)program->oracle;
  struct bytes *answer = &test_case->truth[oracle];
  if (oracle == ORACLE_EXPECTED) {
    *truth = span_of(&test_case->expected);
    if (!test_case->has_expected)
      bytes_text(why, "the case has no published bytes ('expected = PATH' in its [cases] section)");
    return test_case->has_expected;
  }
  if (oracle == ORACLE_COMMAND || program->oracle_options.count)
    return own_answer(workspace, program, test_case, truth, why);
  if (!test_case->asked[oracle])
    ask_oracle(workspace, program, test_case, answer, why);
  test_case->asked[oracle] = true;
  *truth = span_of(answer);
  return true;
}
