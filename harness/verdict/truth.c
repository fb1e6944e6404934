/* Asks the oracles: libcmark in this process, published bytes, or a command of the suite's own. */
#include "harness/verdict/truth.h"

#include "harness/suite/cases.h"
#include "harness/suite/folder.h"
#include "harness/verdict/shell.h"
#include "oracles/markdown.h"

#include <stdlib.h>
#include <string.h>

/* What a command is asked about. */
struct question {
  const struct program *program;
  const struct test_case *test_case;
  const char *path, *target; /* that was requested, as the suite has it and as the request line has it */
  struct bytes tree;         /* that it left, where that is compared */
  struct bytes *why;
};

/* Fills the folder of the command as that of the program is filled. Returns the command with its placeholders replaced,
   or NULL. */
static char *fill(void *user, const char *folder) {
  struct question *question = user;
  struct places places = program_places(question->program);
  places.values[PLACEHOLDER_NAME] = question->test_case->name;
  places.values[PLACEHOLDER_PATH] = question->path;
  places.values[PLACEHOLDER_TARGET] = question->target;
  places.values[PLACEHOLDER_FOLDER] = folder;
  char *name = places_expand(&places, question->program->input_name);
  char *path = xasprintf("%s/%s", folder, name);
  places.values[PLACEHOLDER_FILE] = path;
  bool good = folder_furnish(question->program, &places, folder, question->why) &&
              folder_place(question->test_case, folder, path, question->why);
  char *text = good ? places_expand_for_shell(&places, question->program->oracle_command) : NULL;
  free(name);
  free(path);
  return text;
}

static bool tell_tree(void *user, const char *folder) {
  struct question *question = user;
  return folder_tell(folder, &question->tree, question->why);
}

/* Whether the command runs in a folder like the program's. */
static bool has_folder(const struct program *program, const struct test_case *test_case) {
  return test_case->tree || test_case->folder || program->compare == COMPARE_TREE ||
         placeholder_in(program->oracle_command, PLACEHOLDER_FILE) ||
         placeholder_in(program->oracle_command, PLACEHOLDER_FOLDER);
}

/* Asks the command of PROGRAM. */
static bool ask_command(struct workspace *workspace, const struct program *program, const struct test_case *test_case,
                        const char *path, struct bytes *truth, struct bytes *why) {
  bool owns = has_folder(program, test_case);
  bool fills = test_case->tree || test_case->folder;
  bool tells = program->compare == COMPARE_TREE;
  struct bytes out = {0};
  struct places places = program_places(program);
  places.values[PLACEHOLDER_NAME] = test_case->name;
  char *requested = places_expand(&places, path);
  places.values[PLACEHOLDER_PATH] = requested;
  struct bytes target = {0};
  bytes_text(&target, "");
  bytes_target(&target, requested);
  places.values[PLACEHOLDER_TARGET] = target.data;
  struct question question = {
      .program = program, .test_case = test_case, .path = requested, .target = target.data, .why = why};
  char *text = places_expand_for_shell(&places, program->oracle_command);
  const struct shell_command command = {.what = "the oracle command",
                                        .whom = test_case->id,
                                        .text = text,
                                        .folder = program->folder,
                                        .input = fills ? (struct span){"", 0} : span_of(&test_case->input),
                                        .status = program->oracle_status,
                                        .fill = owns ? fill : NULL,
                                        .after = tells ? tell_tree : NULL,
                                        .user = &question};
  bool good = shell_run(workspace, &command, &out, why);
  bytes_add(truth, span_of(tells ? &question.tree : &out));
  bytes_free(&question.tree);
  bytes_free(&out);
  bytes_free(&target);
  free(text);
  free(requested);
  return good;
}

/* Asks libcmark, or the oracle command of PROGRAM. */
static bool ask_oracle(struct workspace *workspace, const struct program *program, const struct test_case *test_case,
                       const char *path, struct bytes *truth, struct bytes *why) {
  struct span input = span_of(&test_case->input);
  if (program->oracle == ORACLE_COMMAND)
    return ask_command(workspace, program, test_case, path, truth, why);
  size_t len = 0;
  char *html = markdown_oracle_render(input.data, input.len, program_markdown_options(program), &len);
  bytes_append(truth, html, len);
  free(html);
  return true;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

/* Whether two programs of a suite ask the same command the same of each case: in folders that hold the same. */
static bool ask_alike(const struct program *a, const struct program *b) {
  return a == b || (a->oracle == ORACLE_COMMAND && b->oracle == ORACLE_COMMAND &&
                    same_text(a->oracle_command, b->oracle_command) && a->oracle_status == b->oracle_status &&
                    a->compare == b->compare && same_text(a->input_name, b->input_name) &&
                    same_text(a->copied, b->copied) && text_list_equal(&a->files, &b->files));
}

/* Whether the command is told what was requested. Most say the same whatever that was. */
static bool asks_for_path(const struct program *program) {
  return placeholder_in(program->oracle_command, PLACEHOLDER_PATH) ||
         placeholder_in(program->oracle_command, PLACEHOLDER_TARGET);
}

static const char *asked_path(const struct program *program, const char *path) {
  return asks_for_path(program) ? path : program_url_path(program, 0);
}

/* The answer to what PROGRAM asks about PATH, or NULL. It may only be booked. */
static struct answer *find_answer(const struct program *program, const struct test_case *test_case, const char *path) {
  path = asked_path(program, path);
  bool asks_path = asks_for_path(program);
  for (size_t i = 0; i < test_case->answer_count; i++) {
    struct answer *answer = test_case->answers[i];
    if (ask_alike(answer->asker, program) && (!asks_path || strcmp(answer->path, path) == 0))
      return answer;
  }
  return NULL;
}

static struct answer *add_answer(const struct program *program, struct test_case *test_case, const char *path) {
  struct answer *answer = xcalloc(1, sizeof *answer);
  *answer = (struct answer){.asker = program, .path = asked_path(program, path), .booked = true};
  test_case->answers = xrealloc(test_case->answers, (test_case->answer_count + 1) * sizeof(struct answer *));
  test_case->answers[test_case->answer_count++] = answer;
  return answer;
}

/* Asks the oracle that is PROGRAM's own, once for each case. */
static bool own_answer(struct workspace *workspace, const struct program *program, struct test_case *test_case,
                       const char *path, struct span *truth, struct bytes *why) {
  struct answer *answer = find_answer(program, test_case, path);
  if (!answer)
    answer = add_answer(program, test_case, path);
  if (answer->booked && !ask_oracle(workspace, program, test_case, answer->path, &answer->text, why)) {
    bytes_clear(&answer->text);
    return false;
  }
  answer->booked = false;
  *truth = span_of(&answer->text);
  return true;
}

struct answer *truth_book(const struct program *program, struct test_case *test_case, const char *path) {
  return find_answer(program, test_case, path) ? NULL : add_answer(program, test_case, path);
}

struct answer *truth_booked(const struct program *program, const struct test_case *test_case, const char *path) {
  return find_answer(program, test_case, path);
}

bool truth_changed(struct workspace *workspace, const struct program *program, struct test_case *test_case,
                   struct span *truth, struct bytes *why) {
  struct answer *answer = find_answer(program, test_case, program_url_path(program, 0));
  if (!answer || answer->booked)
    return false;
  struct bytes before = answer->text;
  answer->text = (struct bytes){0};
  bool asked = ask_command(workspace, program, test_case, answer->path, &answer->text, why);
  bool changed = !asked || !span_equal(span_of(&before), span_of(&answer->text));
  bytes_free(&before);
  *truth = span_of(&answer->text);
  return changed;
}

bool truth_of(struct workspace *workspace, const struct program *program, struct test_case *test_case,
              struct span *truth, struct bytes *why) {
  return truth_at(workspace, program, test_case, program_url_path(program, 0), truth, why);
}

bool truth_at(struct workspace *workspace, const struct program *program, struct test_case *test_case, const char *path,
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
    return own_answer(workspace, program, test_case, path, truth, why);
  if (!test_case->asked[oracle])
    ask_oracle(workspace, program, test_case, path, answer, why);
  test_case->asked[oracle] = true;
  *truth = span_of(answer);
  return true;
}

/* SPDX-License-Identifier: MIT */
