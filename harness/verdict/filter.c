/* Runs filters, and counts what they changed. */
#include "harness/verdict/filter.h"

#include "harness/suite/cases.h"
#include "harness/suite/target.h"
#include "harness/verdict/shell.h"

#include <stdlib.h>
#include <string.h>

/* How far one can go from A[x], B[y] along equal bytes. */
static size_t follow(struct span a, struct span b, size_t x, size_t y) {
  size_t start = x;
  while (x < a.len && y < b.len && a.data[x] == b.data[y]) {
    x++;
    y++;
  }
  return x - start;
}

/* E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986: the furthest place in A on each diagonal that
   so many changes reach, until one reaches both ends. */
size_t count_changes(struct span before, struct span after) {
  size_t head = follow(before, after, 0, 0);
  struct span a = {before.data + head, before.len - head};
  struct span b = {after.data + head, after.len - head};
  while (a.len && b.len && a.data[a.len - 1] == b.data[b.len - 1]) {
    a.len--;
    b.len--;
  }
  enum { DIAGONALS = 2 * MOST_CHANGES + 3, MIDDLE = MOST_CHANGES + 1 };
  size_t *furthest = xcalloc(DIAGONALS, sizeof *furthest);
  for (int changes = 0; changes <= MOST_CHANGES; changes++)
    for (int diagonal = -changes; diagonal <= changes; diagonal += 2) {
      const size_t *at = furthest + MIDDLE + diagonal;
      bool down = diagonal == -changes || (diagonal != changes && at[-1] < at[1]);
      size_t x = down ? at[1] : at[-1] + 1;
      size_t y = x - (size_t)diagonal; /* never below 0: on each diagonal above the middle, x has as many steps */
      x += follow(a, b, x, y);
      furthest[MIDDLE + diagonal] = x;
      if (x == a.len && x - (size_t)diagonal == b.len) {
        free(furthest);
        return (size_t)changes;
      }
    }
  free(furthest);
  return a.len + b.len;
}

bool filter_text(struct workspace *workspace, const struct program *program, const struct test_case *test_case,
                 struct span text, struct bytes *out, struct bytes *why) {
  struct places places = program_places(program);
  places.values[PLACEHOLDER_NAME] = test_case->name;
  char *command = places_expand_for_shell(&places, program->filter);
  const struct shell_command filter = {
      .what = "the filter", .whom = test_case->id, .text = command, .folder = program->folder, .input = text};
  bool good = shell_run(workspace, &filter, out, why);
  free(command);
  return good;
}

bool filter_sides(struct workspace *workspace, struct result *result, struct span expected, struct span actual,
                  struct filtered *filtered) {
  const struct program *program = result->target->program;
  struct bytes why = {0};
  *filtered = (struct filtered){0};
  result->filtered = false;
  if (!filter_text(workspace, program, result->test_case, expected, &filtered->expected, &why)) {
    result_set(result, ORACLE_FAULT, "on what was expected, %s", why.data);
  } else if (!filter_text(workspace, program, result->test_case, actual, &filtered->actual, &why)) {
    result_set(result, RUNNER_FAULT, "on what came, %s", why.data);
  } else if (expected.len + actual.len > 0 && filtered->expected.len + filtered->actual.len == 0) {
    result_set(result, ORACLE_FAULT, "the filter left nothing of either side, so it would hide everything: %s",
               program->filter);
  } else {
    result->filtered = true;
    result->filtered_expected = count_changes(expected, span_of(&filtered->expected));
    result->filtered_actual = count_changes(actual, span_of(&filtered->actual));
  }
  bool good = why.len == 0 && result->filtered;
  bytes_free(&why);
  return good;
}

void filtered_free(struct filtered *filtered) {
  bytes_free(&filtered->expected);
  bytes_free(&filtered->actual);
}

/* SPDX-License-Identifier: MIT */
