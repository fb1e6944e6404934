/* oracle-page [OPTION...]: the page of the Markdown on standard input, by oracles/page.h. OPTION: as --smart. */
#include "oracles/page.h"
#include "oracles/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned option_of(const char *argument) {
  for (unsigned i = 0; markdown_oracle_words[i]; i++)
    if (strncmp(argument, "--", 2) == 0 && strcmp(argument + 2, markdown_oracle_words[i]) == 0)
      return 1U << i;
  return 0;
}

int main(int argc, char **argv) {
  unsigned options = 0;
  for (int i = 1; i < argc; i++) {
    if (!option_of(argv[i])) {
      fputs("usage: oracle-page [--unsafe] [--sourcepos] [--hardbreaks] [--nobreaks] [--smart] [--validate-utf8]\n",
            stderr);
      return 2;
    }
    options |= option_of(argv[i]);
  }
  char *markdown = NULL;
  size_t length = 0, room = 0, page_length = 0;
  do {
    room = room * 2 + 65536;
    markdown = realloc(markdown, room);
    if (!markdown)
      abort();
    length += fread(markdown + length, 1, room - length, stdin);
  } while (length == room);
  char *page = page_oracle_render(markdown, length, options, &page_length);
  fwrite(page, 1, page_length, stdout);
  free(page);
  free(markdown);
  return 0;
}

/* SPDX-License-Identifier: MIT */
