/* test_options.c: the whole renderer under every set of its flags, held to libcmark in this process; and with
 * workspaces that are too small by every number of bytes.
 *
 * The documents are the examples of the specification and those of fixtures/. A program of its own for each would take
 * minutes; here natively each document meets all 64 sets, and in Unicorn a part of them. */
/* reads: fixtures/corners.json fixtures/smart.json fixtures/positions.json */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markdown/parts.h"
#include "oracles/markdown.h"
#include "oracles/spec.h"
#include "routine_case.h"

enum { FLAG_SETS = 64, ROOM = 360 * 4096 };

static const char *const paths[] = {"/usr/share/gocode/src/github.com/yuin/goldmark/_test/spec.json",
                                    "fixtures/corners.json", "fixtures/smart.json", "fixtures/positions.json"};

/* Render into the last `size` bytes of the room; the result, and the HTML in *html. */
static int64_t render(RunRoutine run, const unsigned char *document, size_t length, unsigned flags, size_t size,
                      const char **html) {
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)document;
  in.a[1] = length;
  in.a[2] = flags;
  in.a[3] = (uintptr_t)room + (ROOM - size) / 16 * 16;
  in.a[4] = size;
  Registers out = run("markdown_render", in);
  *html = (const char *)(uintptr_t)out.a[1];
  return (int64_t)out.a[0];
}

static void check_example(RunRoutine run, const struct spec_example *example, unsigned flags) {
  const char *html = NULL;
  size_t wanted_length = 0;
  char *wanted = markdown_oracle_render(example->markdown, example->markdown_len, flags, &wanted_length);
  const unsigned char *document = place_at_end(example->markdown, example->markdown_len, 0, '\n');
  int64_t length = render(run, document, example->markdown_len, flags, ROOM, &html);
  char what[64];
  snprintf(what, sizeof what, "%.40s %d, flags 0x%x", example->section, example->number, flags);
  if (length != (int64_t)wanted_length)
    ck_abort_msg("%s: %lld bytes, not %zu, of %s", what, (long long)length, wanted_length,
                 shown(example->markdown, example->markdown_len));
  if (length > 0)
    expect_bytes(what, html, wanted, wanted_length);
  free(wanted);
}

/* Each document under every `step`th set of flags, another one first for each. */
static void check_examples(RunRoutine run, int step) {
  for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
    struct spec spec;
    char why[256];
    if (!spec_read(paths[p], &spec, why, sizeof why))
      ck_abort_msg("%s", why);
    ck_assert_uint_gt(spec.count, 0);
    for (size_t i = 0; i < spec.count; i++)
      if (spec.examples[i].markdown_len < SOURCE_SIZE)
        for (unsigned flags = (unsigned)i % (unsigned)step; flags < FLAG_SETS; flags += (unsigned)step)
          check_example(run, &spec.examples[i], flags);
    spec_free(&spec);
  }
}

/* From a workspace for which the document is too large to one that is enough, byte by byte: a refusal or all of it. */
static void check_sizes(RunRoutine run, const char *text, unsigned flags, size_t step) {
  size_t length = strlen(text), whole_length = 0, refused = 0, rendered = 0;
  const unsigned char *document = place_at_end(text, length, 0, '\n');
  char *whole = markdown_oracle_render(text, length, flags, &whole_length);
  for (size_t size = W_SIZE; size < W_SIZE + 8192 + 200 * length; size += step) {
    const char *html = NULL;
    int64_t result = render(run, document, length, flags, size, &html);
    if (result == MARKDOWN_NO_SPACE)
      refused++;
    else if (result != (int64_t)whole_length || memcmp(html, whole, whole_length) != 0)
      ck_abort_msg("%s, flags 0x%x: in a workspace of %zu bytes the result is %lld, not %zu bytes of HTML", text, flags,
                   size, (long long)result, whole_length);
    else
      rendered++;
  }
  ck_assert_msg(refused > 0 && rendered > 0, "%s: the sizes do not pass the threshold: %zu refused, %zu rendered", text,
                refused, rendered);
  free(whole);
}

static void check_workspaces(RunRoutine run, int step) {
  static const char *const documents[] = {"***a***",
                                          "********************a********************",
                                          "> - a\n  - *b*\n\n# c #\n\nd\n===\n",
                                          "\"a\" -- 'b' c...\n",
                                          "[a](b \"c\") ![d *e*](f)\n\n    g\n",
                                          "```x y\na<>\n```\n",
                                          "[a]: b 'c'\n\n[a] &amp; <d@e.f>  \n`g`\n***\n",
                                          ""};
  for (size_t i = 0; i + 1 < sizeof documents / sizeof *documents; i++)
    for (unsigned flags = 0; flags < FLAG_SETS; flags += 21)
      check_sizes(run, documents[i], flags, (size_t)step);
}

int main(void) {
  static const RoutineTest tests[] = {{"every option", check_examples, 1, 16}, {"workspaces", check_workspaces, 1, 61}};
  room_size = ROOM;
  return run_routine_tests("options", tests, (int)(sizeof tests / sizeof *tests));
}

/* SPDX-License-Identifier: MIT */
