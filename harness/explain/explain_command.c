/* The command `explain`. */
#include "harness/explain/explain.h"

#include <stdio.h>
#include <string.h>

/* Of this project's own smallest programs it is known which bytes a loader reads. */
static const char matrix[] = "fixtures/liveness.txt";

int explain_command(const char *path, bool json, const char *page) {
  struct explanation explanation;
  struct bytes text = {0};
  if (!explain_elf(path, matrix, &explanation, &text)) {
    fprintf(stderr, "bytegate: %s\n", text.data);
    bytes_free(&text);
    return EXIT_USAGE;
  }
  if (page)
    explain_page(&explanation, &text);
  else if (json)
    explain_json(&explanation, &text);
  else
    explain_listing(&explanation, &text);
  int failed = page ? write_file(page, span_of(&text)) : 0;
  if (failed)
    fprintf(stderr, "bytegate: %s: %s\n", page, strerror(failed));
  else if (!page)
    fwrite(text.data, 1, text.len, stdout);
  explanation_free(&explanation);
  bytes_free(&text);
  return failed ? EXIT_INFRASTRUCTURE : EXIT_EQUAL;
}
