/* Reads the examples of the CommonMark specification, from its JSON or from its text. */
#include "oracles/spec.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct spec_example *add_example(struct spec *spec) {
  if (spec->count % 64 == 0) {
    struct spec_example *more = realloc(spec->examples, (spec->count + 64) * sizeof *more);
    if (!more)
      return NULL;
    spec->examples = more;
  }
  struct spec_example *example = &spec->examples[spec->count++];
  *example = (struct spec_example){0};
  return example;
}

static char *copy(const char *data, size_t len) {
  char *text = malloc(len + 1);
  if (!text)
    return NULL;
  memcpy(text, data, len);
  text[len] = '\0';
  return text;
}

static bool add_json_example(struct spec *spec, json_t *value, size_t index, char *why, size_t why_size) {
  const char *markdown = NULL;
  const char *html = NULL;
  const char *section = "";
  size_t markdown_len = 0;
  size_t html_len = 0;
  int number = 0;
  json_error_t error;
  if (json_unpack_ex(value, &error, 0, "{s:s%, s:s%, s:i, s?:s}", "markdown", &markdown, &markdown_len, "html", &html,
                     &html_len, "example", &number, "section", &section) != 0) {
    snprintf(why, why_size, "element %zu: %s", index, error.text);
    return false;
  }
  struct spec_example *example = add_example(spec);
  if (!example)
    return false;
  *example = (struct spec_example){.number = number,
                                   .section = copy(section, strlen(section)),
                                   .markdown = copy(markdown, markdown_len),
                                   .markdown_len = markdown_len,
                                   .html = copy(html, html_len),
                                   .html_len = html_len};
  return example->section && example->markdown && example->html;
}

static bool read_json(const char *path, struct spec *spec, char *why, size_t why_size) {
  json_error_t error;
  json_t *root = json_load_file(path, JSON_ALLOW_NUL, &error);
  if (!root) {
    snprintf(why, why_size, "%s:%d: %s", path, error.line, error.text);
    return false;
  }
  bool good = json_is_array(root);
  if (!good)
    snprintf(why, why_size, "%s: an array of examples was expected", path);
  for (size_t i = 0; good && i < json_array_size(root); i++)
    good = add_json_example(spec, json_array_get(root, i), i, why, why_size);
  json_decref(root);
  return good;
}

/* The text form. An example is
       ```````````````````````````````` example
       Markdown, in which → stands for a tab
       .
       HTML
       ````````````````````````````````
   The part being read decides where a line goes. */
enum part { IN_PROSE, IN_MARKDOWN, IN_HTML };

struct text_reader {
  struct spec *spec;
  enum part part;
  char section[128];
  bool failed;
};

static void append_line(char **text, size_t *len, const char *line, size_t line_len) {
  static const char tab[] = "\xE2\x86\x92";
  char *more = realloc(*text, *len + line_len + 1);
  if (!more)
    return;
  *text = more;
  for (size_t i = 0; i < line_len;) {
    bool is_tab = line_len - i >= 3 && memcmp(line + i, tab, 3) == 0;
    more[(*len)++] = is_tab ? '\t' : line[i];
    i += is_tab ? 3 : 1;
  }
  more[*len] = '\0';
}

static void read_prose(struct text_reader *reader, const char *line) {
  static const char fence[] = "```````````````````````````````` example";
  if (strncmp(line, fence, sizeof fence - 1) == 0) {
    struct spec_example *example = add_example(reader->spec);
    if (!example) {
      reader->failed = true;
      return;
    }
    example->number = (int)reader->spec->count;
    example->section = copy(reader->section, strlen(reader->section));
    example->markdown = copy("", 0);
    example->html = copy("", 0);
    reader->part = IN_MARKDOWN;
  } else if (line[0] == '#') {
    const char *title = line + strspn(line, "# ");
    snprintf(reader->section, sizeof reader->section, "%.*s", (int)strcspn(title, "\n"), title);
  }
}

static void read_text_line(struct text_reader *reader, const char *line, size_t len) {
  if (reader->part == IN_PROSE) {
    read_prose(reader, line);
    return;
  }
  struct spec_example *example = &reader->spec->examples[reader->spec->count - 1];
  if (reader->part == IN_MARKDOWN && strcmp(line, ".\n") == 0)
    reader->part = IN_HTML;
  else if (reader->part == IN_MARKDOWN)
    append_line(&example->markdown, &example->markdown_len, line, len);
  else if (strncmp(line, "````````````````````````````````", 32) == 0)
    reader->part = IN_PROSE;
  else
    append_line(&example->html, &example->html_len, line, len);
}

static bool read_text(const char *path, struct spec *spec, char *why, size_t why_size) {
  FILE *file = fopen(path, "re");
  if (!file) {
    snprintf(why, why_size, "%s: %s", path, strerror(errno));
    return false;
  }
  struct text_reader reader = {.spec = spec};
  char *line = NULL;
  size_t cap = 0;
  for (ssize_t len = getline(&line, &cap, file); len >= 0 && !reader.failed; len = getline(&line, &cap, file))
    read_text_line(&reader, line, (size_t)len);
  free(line);
  fclose(file);
  if (reader.part != IN_PROSE)
    snprintf(why, why_size, "%s: example %zu has no end", path, spec->count);
  return !reader.failed && reader.part == IN_PROSE;
}

bool spec_read(const char *path, struct spec *spec, char *why, size_t why_size) {
  *spec = (struct spec){0};
  snprintf(why, why_size, "%s: out of memory", path);
  size_t len = strlen(path);
  bool json = len > 5 && strcmp(path + len - 5, ".json") == 0;
  bool good = json ? read_json(path, spec, why, why_size) : read_text(path, spec, why, why_size);
  if (good && spec->count == 0) {
    snprintf(why, why_size, "%s: no examples were found in it", path);
    good = false;
  }
  if (!good)
    spec_free(spec);
  return good;
}

void spec_free(struct spec *spec) {
  for (size_t i = 0; i < spec->count; i++) {
    free(spec->examples[i].section);
    free(spec->examples[i].markdown);
    free(spec->examples[i].html);
  }
  free(spec->examples);
  *spec = (struct spec){0};
}

/* SPDX-License-Identifier: MIT */
