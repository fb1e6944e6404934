/* markdown-render as a filter, on every runner: what it reads, what it writes, and what it says when it cannot. */
/* reads: elf */
#include "drive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const StartOptions plainly = {0};

/* What a run gave. */
typedef struct {
  Text output, error;
  int status;
} Outcome;

static void outcome_free(Outcome *outcome) {
  text_free(&outcome->output);
  text_free(&outcome->error);
}

/* Run with `input` on the standard input, written as far as it is read. */
static Outcome run(int runner, const char *const *arguments, Text input, StartOptions options) {
  Program program = program_start(&runners[runner], "markdown-render", arguments, options);
  program_feed(&program, input);
  Outcome outcome;
  outcome.status = program_finish(&program, &outcome.output, &outcome.error);
  return outcome;
}

static void check_outcome(Outcome outcome, int status, const char *output, size_t length, const char *error) {
  check_text("standard error", outcome.error, error, strlen(error));
  check_text("standard output", outcome.output, output, length);
  ck_assert_int_eq(outcome.status, status);
  outcome_free(&outcome);
}

static Text text(const char *string) { return (Text){(char *)string, strlen(string)}; }

START_TEST(standard_input) {
  static const char *const none[] = {NULL};
  static const char *const ignored[] = {"--safe", "--", NULL};
  check_outcome(run(_i, none, text("a"), plainly), 0, "<p>a</p>\n", 9, "");
  check_outcome(run(_i, ignored, text("a\n"), plainly), 0, "<p>a</p>\n", 9, "");
  check_outcome(run(_i, none, text(""), plainly), 0, "", 0, "");
  for (size_t lines = 1; lines < 100000; lines = lines * 5 + 1) {
    Text document = plain_document(lines), html = plain_html(lines);
    check_outcome(run(_i, none, document, plainly), 0, html.bytes, html.length, "");
    text_free(&document);
    text_free(&html);
  }
}
END_TEST

/* Several FILEs are one document: a paragraph goes on from one to the next, and options may follow. */
START_TEST(files) {
  char a[4096], b[4096], empty[4096], dashed[4096];
  snprintf(a, sizeof a, "%s", temporary_path("a.md"));
  snprintf(b, sizeof b, "%s", temporary_path("b.md"));
  snprintf(empty, sizeof empty, "%s", temporary_path("empty.md"));
  snprintf(dashed, sizeof dashed, "%s", temporary_path("-"));
  write_file(a, "a\n", 2);
  write_file(b, "<b>", 3);
  write_file(empty, "", 0);
  write_file(dashed, "c", 1);
  const char *const in_order[] = {a, b, empty, a, NULL};
  const char *safe = "<p>a\n<!-- raw HTML omitted -->a</p>\n", *raw = "<p>a\n<b>a</p>\n";
  check_outcome(run(_i, in_order, text("not read"), plainly), 0, safe, strlen(safe), "");
  const char *const between[] = {a, "--unsafe", b, "--safe", "--", a, NULL};
  check_outcome(run(_i, between, text(""), plainly), 0, raw, strlen(raw), "");
  const char *const nothing[] = {empty, NULL};
  check_outcome(run(_i, nothing, text("not read"), plainly), 0, "", 0, "");
  const char *const operands[] = {"--", dashed, NULL};
  check_outcome(run(_i, operands, text(""), plainly), 0, "<p>c</p>\n", 9, "");
}
END_TEST

START_TEST(cannot_read) {
  char a[4096], many[5000];
  snprintf(a, sizeof a, "%s", temporary_path("a.md"));
  write_file(a, "a\n", 2);
  const char *const missing[] = {a, "/nowhere/a.md", a, NULL};
  check_outcome(run(_i, missing, text(""), plainly), 1, "", 0,
                "markdown-render: /nowhere/a.md: no such file or directory\n");
  const char *const folder[] = {"/", NULL};
  check_outcome(run(_i, folder, text(""), plainly), 1, "", 0, "markdown-render: /: is a directory\n");
  Text below = text_of("%s/b", a), line = text_of("markdown-render: %s/b: not a directory\n", a);
  const char *const below_file[] = {below.bytes, NULL};
  check_outcome(run(_i, below_file, text(""), plainly), 1, "", 0, line.bytes);
  text_free(&below);
  text_free(&line);
  const char *const none[] = {NULL};
  check_outcome(run(_i, none, text(""), (StartOptions){.closed = 0 + 1}), 1, "", 0,
                "markdown-render: standard input: bad file descriptor\n");
  const char *const control[] = {"a\nb\x1b", NULL};
  check_outcome(run(_i, control, text(""), plainly), 1, "", 0, "markdown-render: a?b?: no such file or directory\n");
  memset(many, 'a', sizeof many);
  many[sizeof many - 1] = 0;
  const char *const long_name[] = {many, NULL};
  line = text_of("markdown-render: %.255s: error %d\n", many, ENAMETOOLONG);
  check_outcome(run(_i, long_name, text(""), plainly), 1, "", 0, line.bytes);
  text_free(&line);
}
END_TEST

START_TEST(cannot_write) {
  static const char *const none[] = {NULL};
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ck_assert_int_ge(full, 0);
  check_outcome(run(_i, none, text("a"), (StartOptions){.output = full + 1}), 1, "", 0,
                "markdown-render: standard output: no space left on device\n");
  close(full);
  int ends[2];
  ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  check_outcome(run(_i, none, text("a"), (StartOptions){.output = ends[1] + 1}), 1, "", 0,
                "markdown-render: standard output: broken pipe\n");
  close(ends[1]);
  check_outcome(run(_i, none, text("a"), (StartOptions){.closed = 1 + 1}), 1, "", 0,
                "markdown-render: standard output: bad file descriptor\n");
}
END_TEST

START_TEST(command_lines) {
  static const char *const unknown[][3] = {{"-x", NULL}, {"a", "-", NULL}, {"--unsafe=1", NULL}};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
    const char *option = unknown[i][1] ? unknown[i][1] : unknown[i][0];
    Text line = text_of("markdown-render: unknown option '%s'; see markdown-render --help\n", option);
    check_outcome(run(_i, unknown[i], text(""), plainly), 2, "", 0, line.bytes);
    text_free(&line);
  }
  static const char *const told[][2] = {{"--help", "usage: markdown-render [OPTION...] [FILE...]\n"},
                                        {"-h", "usage: markdown-render [OPTION...] [FILE...]\n"},
                                        {"--version", "markdown-render: CommonMark 0.30, the HTML of cmark 0.30.2\n"}};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    Outcome outcome = run(_i, (const char *const[]){told[i][0], NULL}, text(""), plainly);
    ck_assert_int_eq(outcome.status, 0);
    check_text("standard error", outcome.error, "", 0);
    ck_assert_msg(strncmp(outcome.output.bytes, told[i][1], strlen(told[i][1])) == 0, "%s", outcome.output.bytes);
    outcome_free(&outcome);
  }
}
END_TEST

/* A file whose size is known beforehand, large enough for huge pages, and one after it that its memory grows for. */
START_TEST(large_files) {
  enum { LINES = (6 << 20) / 28 };
  char path[4096], rest[4096];
  snprintf(path, sizeof path, "%s", temporary_path("large-half.md"));
  snprintf(rest, sizeof rest, "%s", temporary_path("other-half.md"));
  Text document = plain_document(LINES), html = plain_html(LINES);
  size_t half = document.length / 2;
  write_file(path, document.bytes, half);
  write_file(rest, document.bytes + half, document.length - half);
  const char *const halves[] = {path, rest, NULL};
  check_outcome(run(_i, halves, text(""), plainly), 0, html.bytes, html.length, "");
  text_free(&document);
  text_free(&html);
}
END_TEST

/* 64 MB pass; what exceeds the limit of 256 MiB is one line, from a file and from a pipe. */
START_TEST(large_documents) {
  enum { LINES = (64 << 20) / 28 };
  static const char *const none[] = {NULL};
  Text document = plain_document(LINES), html = plain_html(LINES);
  check_outcome(run(_i, none, document, plainly), 0, html.bytes, html.length, "");
  text_free(&html);
  char path[4096];
  snprintf(path, sizeof path, "%s", temporary_path("large.md"));
  write_file(path, "a", 1);
  ck_assert_int_eq(truncate(path, ((off_t)256 << 20) + 1), 0);
  const char *const file[] = {path, NULL};
  Text line = text_of("markdown-render: %s: too large to render\n", path);
  check_outcome(run(_i, file, text(""), plainly), 1, "", 0, line.bytes);
  text_free(&line);
  Text input = {calloc(1, ((size_t)256 << 20) + 1), ((size_t)256 << 20) + 1};
  check_outcome(run(_i, none, input, plainly), 1, "", 0, "markdown-render: standard input: too large to render\n");
  text_free(&input);
  text_free(&document);
}
END_TEST

/* A document of exactly the limit, whose size nobody tells beforehand: a comment, which costs little to render. */
START_TEST(longest_document) {
  static const char *const none[] = {NULL};
  Text input = {malloc((size_t)256 << 20), (size_t)256 << 20};
  ck_assert_ptr_nonnull(input.bytes);
  memset(input.bytes, 'a', input.length);
  memcpy(input.bytes, "<!--", 4);
  const char *omitted = "<!-- raw HTML omitted -->\n";
  check_outcome(run(_i, none, input, plainly), 0, omitted, strlen(omitted), "");
  text_free(&input);
}
END_TEST

/* Pipes that somebody has made non-blocking are waited for. */
START_TEST(non_blocking_pipes) {
  static const char *const none[] = {NULL};
  Text document = plain_document(50000), html = plain_html(50000);
  int ends[2];
  ck_assert_int_eq(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  StartOptions options = {.output = ends[1] + 1, .non_blocking_input = true};
  Program program = program_start(&runners[_i], "markdown-render", none, options);
  close(ends[1]);
  program_feed(&program, document);
  close(program.input);
  program.input = -1;
  Text output = read_to_end(ends[0]);
  check_text("through a non-blocking pipe", output, html.bytes, html.length);
  ck_assert_int_eq(program_finish(&program, NULL, NULL), 0);
  close(ends[0]);
  text_free(&output);
  text_free(&document);
  text_free(&html);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown-render");
  add_test(suite, "standard input", standard_input, RUNNERS);
  add_test(suite, "files", files, RUNNERS);
  add_test(suite, "cannot read", cannot_read, RUNNERS);
  add_test(suite, "cannot write", cannot_write, RUNNERS);
  add_test(suite, "command lines", command_lines, RUNNERS);
  add_test(suite, "large files", large_files, RUNNERS);
  add_test(suite, "large documents", large_documents, RUNNERS);
  add_test(suite, "longest document", longest_document, 1); /* natively: it is the reading that could go wrong */
  add_test(suite, "non-blocking pipes", non_blocking_pipes, RUNNERS);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
