/* The text of the lines that laid a program's instructions. */
#include "harness/mutate.h"

#include <stdlib.h>
#include <string.h>

struct source {
  char *file;
  struct bytes text; /* each line ends with a NUL */
  char **lines;
  size_t count;
  struct source *next;
};

struct sources {
  struct source *first;
};

static void split_lines(struct source *source) {
  char *rest = source->text.data;
  while (rest && *rest) {
    char *end = strchrnul(rest, '\n');
    char *next = *end ? end + 1 : end;
    while (end > rest && (end[-1] == ' ' || end[-1] == '\t'))
      end--;
    *end = '\0';
    source->lines = xrealloc(source->lines, (source->count + 1) * sizeof(char *));
    source->lines[source->count++] = rest + strspn(rest, " \t");
    rest = next;
  }
}

/* The source FILE, read once; empty where it is not there: then this is not the folder that it was laid in. */
static struct source *find_source(struct mutation_run *run, const char *file) {
  if (!run->sources)
    run->sources = xcalloc(1, sizeof *run->sources);
  for (struct source *one = run->sources->first; one; one = one->next)
    if (strcmp(one->file, file) == 0)
      return one;
  struct source *one = xcalloc(1, sizeof *one);
  one->file = xstrdup(file);
  one->next = run->sources->first;
  run->sources->first = one;
  if (bytes_read_file(&one->text, file) == 0)
    split_lines(one);
  return one;
}

const char *source_line(struct mutation_run *run, const char *file, int line) {
  const struct source *source = find_source(run, file);
  return line > 0 && (size_t)line <= source->count ? source->lines[line - 1] : "";
}

void sources_free(struct mutation_run *run) {
  struct source *one = run->sources ? run->sources->first : NULL;
  while (one) {
    struct source *next = one->next;
    free(one->file);
    free(one->lines);
    bytes_free(&one->text);
    free(one);
    one = next;
  }
  free(run->sources);
}
