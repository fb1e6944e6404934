/* test_memory.c: the filter takes at most 32 bytes of memory for each byte of a document, whatever that holds, and 5
 * for each of ordinary text. What counts is the most memory that its process had at once, as the kernel tells it:
 * documents of 2 MB that make as many blocks, tokens or bytes of HTML as they can. And a piece of HTML that cannot be
 * written ends the filter as the last one does. */
/* reads: elf */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DOCUMENT_SIZE = 2 << 20 };

static const struct {
  const char *name, *unit; /* the document is the unit, again and again */
  int most;                /* bytes of memory for each of its bytes */
} documents[] = {{"block quotes in each other", ">", 32},
                 {"lists in each other", "- ", 32},
                 {"lists of two kinds in each other", "+ - ", 32},
                 {"ordered lists in each other", "1. ", 32},
                 {"block quotes and lists in each other", ">- ", 32},
                 {"lists beside each other", "-\n+\n", 32},
                 {"headings of nothing", "#\n", 32},
                 {"paragraphs of one letter", "a\n\n", 32},
                 {"definitions", "[a]: b\n", 32},
                 {"brackets that open", "[", 32},
                 {"delimiters", "*_", 32},
                 {"emphasis", "*a*", 32},
                 {"hard line breaks", "a\\\n", 32},
                 {"quotation marks", "\"", 32},
                 {"prose", "The quick brown fox jumps over the lazy dog, and the dog sleeps on.\n\n", 5}};
enum { DOCUMENTS = sizeof documents / sizeof *documents };

/* The unit, again and again, in a file that has no name any more; ends with a letter, which no list goes without. */
static FILE *write_document(const char *unit) {
  FILE *file = tmpfile();
  ck_assert_ptr_nonnull(file);
  for (size_t size = 0; size + strlen(unit) < DOCUMENT_SIZE; size += strlen(unit))
    fputs(unit, file);
  fputc('a', file);
  ck_assert_int_eq(fflush(file), 0);
  return file;
}

/* Run the filter of this machine on the document, with its output going to a file; its status and its usage. */
static int run_filter(FILE *document, const char *output, struct rusage *usage) {
  const char *build = getenv("BUILD");
  char path[512];
  snprintf(path, sizeof path, "%s/elf/markdown-render_%s", build && *build ? build : "build",
#ifdef __aarch64__
           "arm64"
#else
           "x64"
#endif
  );
  pid_t child = fork();
  if (child == 0) {
    int in = fileno(document), out = open(output, O_WRONLY);
    if (lseek(in, 0, SEEK_SET) == 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1)
      execl(path, path, (char *)NULL);
    _exit(127);
  }
  int status;
  ck_assert_int_eq(wait4(child, &status, 0, usage), child);
  ck_assert(WIFEXITED(status));
  return WEXITSTATUS(status);
}

START_TEST(memory_is_bounded) {
  struct rusage usage;
  FILE *document = write_document(documents[_i].unit);
  ck_assert_int_eq(run_filter(document, "/dev/null", &usage), 0);
  fclose(document);
  long most = documents[_i].most * (DOCUMENT_SIZE / 1024L);
  if (usage.ru_maxrss > most)
    ck_abort_msg("%s: 2 MiB take %ld KiB of memory, %ld at most", documents[_i].name, usage.ru_maxrss, most);
  ck_assert_int_gt(usage.ru_maxrss, DOCUMENT_SIZE / 1024); /* it was read, after all */
}
END_TEST

/* One paragraph is one piece, and nothing is left for the last write. */
START_TEST(piece_that_is_not_written_is_an_error) {
  struct rusage usage;
  FILE *document = write_document("\"");
  ck_assert_int_eq(run_filter(document, "/dev/full", &usage), 1);
  fclose(document);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("memory");
  TCase *tc = tcase_create("filter");
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, memory_is_bounded, 0, DOCUMENTS);
  tcase_add_test(tc, piece_that_is_not_written_is_an_error);
  suite_add_tcase(suite, tc);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
