/* oracle-folder STATUS TYPE [walks] [OPTION...] PATH: the body of the answer to a GET of PATH from the folder that this
   runs in, by the rule of oracles/folder.h. OPTION: --page, or one of cmark's. It fails, and says so, where the status
   or the media type is another than those told; the type may be "any". */
#include "oracles/folder.h"
#include "oracles/markdown.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds what WORD says. */
static bool take_word(const char *word, unsigned *how, unsigned *markdown) {
  *how |= strcmp(word, "walks") == 0 ? FOLDER_ORACLE_WALKS : 0;
  *how |= strcmp(word, "--page") == 0 ? FOLDER_ORACLE_PAGE : 0;
  bool known = strcmp(word, "walks") == 0 || strcmp(word, "--page") == 0;
  for (unsigned i = 0; markdown_oracle_words[i]; i++)
    if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, markdown_oracle_words[i]) == 0) {
      *markdown |= 1U << i;
      known = true;
    }
  return known;
}

int main(int argc, char **argv) {
  unsigned how = 0, markdown = 0;
  bool known = argc >= 4;
  for (int i = 3; i < argc - 1; i++)
    known &= take_word(argv[i], &how, &markdown);
  if (!known) {
    fputs("usage: oracle-folder STATUS TYPE [walks] [OPTION...] PATH\n", stderr);
    return 2;
  }
  char *path = argv[argc - 1];
  path[strcspn(path, "?")] = '\0';
  struct folder_answer answer = folder_oracle_answer(".", path, how, markdown);
  bool type_differs = strcmp(argv[2], "any") != 0 && strcmp(answer.media_type, argv[2]) != 0;
  int wrong = answer.status != atoi(argv[1]) || type_differs;
  if (wrong)
    fprintf(stderr, "oracle-folder: %s: %d %s\n", path, answer.status, answer.media_type);
  else
    fwrite(answer.body, 1, answer.length, stdout);
  folder_answer_free(&answer);
  return wrong;
}

/* SPDX-License-Identifier: MIT */
