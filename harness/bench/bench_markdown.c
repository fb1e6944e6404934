/* bench_markdown.c: how fast the renderer is beside libcmark and md4c, in one process and in turn.
 *
 *     bench_markdown FILE...             speed on documents, and on one generated input for each construct
 *     bench_markdown --growth            how time grows with the size, on inputs that are made to be slow
 *     bench_markdown --render R FILE N   render FILE N times with R (ours, cmark, md4c, memcpy), for an instruction
 * counter
 *     bench_markdown --beside FILE C...  run each command C, which reads FILE as its input; CPU time beside the first's
 *     bench_markdown --write FOLDER      write the generated inputs there, those of growth in two sizes, and list them
 *
 * Each figure is the median of interleaved rounds, and what counts is the ratio: how long another renderer takes for
 * what takes ours 1, and how many times as long as a copy of the same bytes ours takes. All three render in the unsafe
 * mode, md4c as its CommonMark dialect. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmark.h>
#include <md4c-html.h>

#include "markdown_render.h"

enum { ROUNDS = 9, BYTES_A_ROUND = 2 << 20, CONSTRUCT_BYTES = 200 << 10 };

typedef struct {
  char *bytes;
  size_t length;
} Document;

static void die(const char *what, const char *why) {
  fprintf(stderr, "bench_markdown: %s: %s\n", what, why);
  exit(3);
}

/* ---- The three renderers, each from a document to nothing but its time ------------------------------------------- */

typedef struct {
  void *workspace;
  size_t size;
} Workspace;

static Workspace map_workspace(size_t length) {
  int64_t size = markdown_workspace_size(length);
  if (size < 0)
    die("workspace", "document too long");
  void *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    die("workspace", "mmap failed");
  return (Workspace){memory, (size_t)size};
}

/* What no renderer can be faster than: the same bytes copied once. */
static void copy_bytes(const Document *document, Workspace *workspace) {
  memcpy(workspace->workspace, document->bytes, document->length);
  __asm__ volatile("" : : "r"(workspace->workspace) : "memory"); /* it is not left out */
}

static void render_ours(const Document *document, Workspace *workspace) {
  const char *html;
  if (markdown_to_html(document->bytes, document->length, MARKDOWN_UNSAFE, workspace->workspace, workspace->size,
                       &html) < 0)
    die("ours", "no HTML");
}

static void render_cmark(const Document *document, Workspace *workspace) {
  (void)workspace;
  free(cmark_markdown_to_html(document->bytes, document->length, CMARK_OPT_UNSAFE));
}

static struct {
  char *bytes;
  size_t length, capacity;
} md4c_html;

static void append_html(const MD_CHAR *text, MD_SIZE size, void *unused) {
  (void)unused;
  if (md4c_html.length + size > md4c_html.capacity) {
    md4c_html.capacity = 2 * (md4c_html.length + size);
    md4c_html.bytes = realloc(md4c_html.bytes, md4c_html.capacity);
    if (!md4c_html.bytes)
      die("md4c", "out of memory");
  }
  memcpy(md4c_html.bytes + md4c_html.length, text, size);
  md4c_html.length += size;
}

static void render_md4c(const Document *document, Workspace *workspace) {
  (void)workspace;
  md4c_html.length = 0;
  if (md_html(document->bytes, (MD_SIZE)document->length, append_html, NULL, MD_DIALECT_COMMONMARK, 0) != 0)
    die("md4c", "failed");
}

typedef void Renderer(const Document *, Workspace *);

static const struct {
  const char *name;
  Renderer *render;
} renderers[] = {{"ours", render_ours}, {"cmark", render_cmark}, {"md4c", render_md4c}, {"memcpy", copy_bytes}};

enum { OURS, CMARK, MD4C, MEMCPY, RENDERERS };

/* ---- Time -------------------------------------------------------------------------------------------------------- */

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* whatever else the machine does, does not count */
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double time_of(Renderer *render, const Document *document, Workspace *workspace, int times) {
  double start = seconds_now();
  for (int i = 0; i < times; i++)
    render(document, workspace);
  return (seconds_now() - start) / times;
}

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, int count) {
  qsort(values, (size_t)count, sizeof *values, compare_doubles);
  return values[count / 2];
}

/* Median seconds of each renderer for one document, over rounds in which each has its turn. */
static void measure(const Document *document, double result[RENDERERS]) {
  static double seconds[RENDERERS][ROUNDS];
  Workspace workspace = map_workspace(document->length);
  int times = (int)(BYTES_A_ROUND / (document->length + 1)) + 1;
  for (int r = 0; r < RENDERERS; r++)
    renderers[r].render(document, &workspace);
  for (int round = 0; round < ROUNDS; round++)
    for (int r = 0; r < RENDERERS; r++)
      seconds[r][round] = time_of(renderers[r].render, document, &workspace, times);
  for (int r = 0; r < RENDERERS; r++)
    result[r] = median(seconds[r], ROUNDS);
  munmap(workspace.workspace, workspace.size);
}

/* ---- Inputs ------------------------------------------------------------------------------------------------------ */

static Document read_document(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file)
    die(path, "cannot be opened");
  Document document = {NULL, 0};
  size_t capacity = 0, got;
  do {
    if (document.length == capacity) {
      capacity = capacity ? 2 * capacity : 1 << 20;
      document.bytes = realloc(document.bytes, capacity);
      if (!document.bytes)
        die(path, "out of memory");
    }
    got = fread(document.bytes + document.length, 1, capacity - document.length, file);
    document.length += got;
  } while (got > 0);
  fclose(file);
  return document;
}

/* head, then unit as often as it takes to reach `length` bytes, then tail as often. */
static Document repeat(const char *head, const char *unit, const char *tail, size_t length) {
  size_t unit_length = strlen(unit), tail_length = strlen(tail);
  size_t times = length / (unit_length + tail_length);
  Document document = {malloc(strlen(head) + times * (unit_length + tail_length) + 1), 0};
  if (!document.bytes)
    die(unit, "out of memory");
  char *end = stpcpy(document.bytes, head);
  for (size_t i = 0; i < times; i++)
    end = mempcpy(end, unit, unit_length);
  for (size_t i = 0; i < times; i++)
    end = mempcpy(end, tail, tail_length);
  document.length = (size_t)(end - document.bytes);
  return document;
}

typedef struct {
  const char *name, *head, *unit, *tail;
} Shape;

static const Shape constructs[] = {
    {"paragraphs", "", "The quick brown fox jumps over the lazy dog and sleeps\nin the shade of an old tree.\n\n", ""},
    {"one long line", "", "word ", ""},
    {"long paragraphs", "",
     "The quick brown fox jumps over the lazy dog and sleeps in the shade of an old tree until the sun has gone down "
     "behind the hills, and then it wakes, looks about, and goes its way over the fields to the river and the mill, as "
     "it has done each night of this summer.\n\n",
     ""},
    {"nested quotes", "", "> > > a b c\n", ""},
    {"flat list", "", "- item one two\n", ""},
    {"loose list", "", "- item one\n\n", ""},
    {"nested list", "", "- a\n  - b\n    - c\n", ""},
    {"ordered list", "", "1. one\n2. two\n", ""},
    {"emphasis", "", "a *b* **c** ***d*** _e_ __f__\n", ""},
    {"crossed emphasis", "", "*a _b*c_ ", ""},
    {"entities", "", "&amp; &copy; &#123; &#xAB; &nbsp; x\n", ""},
    {"unknown entities", "", "&a; &bb; &ccc; &dddd; x\n", ""},
    {"backslash escapes", "", "\\* \\_ \\[ \\# \\& \\\\ a\n", ""},
    {"reference links", "[r]: /u 't'\n\n", "[r] [a][r] [r][] x\n", ""},
    {"reference definitions", "", "[r]: /url 'title'\n", ""},
    {"inline links", "", "[a](/b \"c\") [d](<e f>) ![g](h)\n", ""},
    {"raw HTML", "", "a <b>c</b> <i class=\"x\">d</i> <!-- e -->\n", ""},
    {"HTML blocks", "", "<div>\n<p>a b</p>\n</div>\n\n", ""},
    {"code spans", "", "a `b` ``c ` d`` e\n", ""},
    {"fenced code", "", "```c\nint x = 1;\n\nreturn x;\n```\n\n", ""},
    {"one long fence", "```c\n", "  for (int i = 0; i < count; i++) total += values[i];\n", ""},
    {"indented code", "", "    int x;\n    return;\n\ntext\n\n", ""},
    {"ATX headings", "", "# Heading one\n## Two ##\n\n", ""},
    {"setext headings", "", "Heading\n===\nOther\n---\n\n", ""},
    {"thematic breaks", "", "***\n- - -\n___\n", ""},
    {"hard line breaks", "", "line one  \nline two\\\nline three\n", ""},
    {"autolinks", "", "<http://example.com/a?b=c> <a@b.example>\n", ""},
    {"UTF-8", "", "\u00dcn\u00efc\u00f6de *t\u00e8xt* \u2014 \u4e2d\u6587 there\n", ""},
    {"tabs", "", "-\ta\n\n\t\tb\n\n>\tc\n", ""},
};

/* Inputs on which some renderer, often cmark 0.30.2 itself, takes time that grows with the square of the size. */
static const Shape slow_shapes[] = {
    {"nested strong emphasis", "", "*a **a ", " a** a*"},
    {"emphasis closers", "", "a_ ", ""},
    {"emphasis openers", "", "_a ", ""},
    {"mismatched emphasis", "", "*a_ ", ""},
    {"emphasis by three", "a**b", "c* ", ""},
    {"link closers", "", "a]", ""},
    {"link openers", "", "[a", ""},
    {"openers and closers", "", "[ a_", ""},
    {"nested brackets", "", "[", "]"},
    {"brackets and parentheses", "", "[ (](", ""},
    {"images of nothing", "", "![[]()", ""},
    {"unclosed destinations", "", "[a](<b", ""},
    {"unclosed bare destinations", "", "[a](b", ""},
    {"unclosed titles", "", "[a](b \"", ""},
    {"backtick runs", "", "`a``b```c", ""},
    {"nested quotes", "", "> ", ""},
    {"nested lists", "", "- ", ""},
    {"blank lines in deep lists", "", "- ", "\n"},
    {"emphasis in a deep quote", "", ">", "a*"},
    {"lazy lines under a deep quote", "", "> ", "a\n"},
    {"unclosed comments", "</", "<!--", ""},
    {"unclosed instructions", "x ", "<?", ""},
    {"unclosed declarations", "x ", "<!A ", ""},
    {"unclosed CDATA", "x ", "<![CDATA[", ""},
    {"unclosed tags", "", "<a b='", ""},
    {"one definition again", "", "[a]: u\n", ""},
    {"one reference again", "[a]: /url 'title'\n\n", "[a] ", ""},
    {"unclosed definitions", "", "[a]: u 't\n", ""},
    {"nearly thematic breaks", "", "* ", "a"},
    {"backslashes and ampersands", "", "\\\n&", ""},
};

/* ---- Reports ----------------------------------------------------------------------------------------------------- */

typedef struct {
  double log_sum[RENDERERS];
  int count;
} Mean;

static void report_speed(const char *name, const Document *document, Mean *mean) {
  double seconds[RENDERERS];
  measure(document, seconds);
  printf("%-28s %9zu %8.1f", name, document->length, (double)document->length / seconds[OURS] / 1e6);
  for (int r = CMARK; r < MEMCPY; r++) {
    printf(" %9.2f", seconds[r] / seconds[OURS]);
    mean->log_sum[r] += log(seconds[r] / seconds[OURS]);
  }
  printf(" %10.1f", seconds[OURS] / seconds[MEMCPY]);
  mean->log_sum[MEMCPY] += log(seconds[OURS] / seconds[MEMCPY]);
  mean->count++;
  putchar('\n');
  fflush(stdout);
}

static void report_all(char **paths, int count) {
  Mean mean = {{0}, 0};
  printf("%-28s %9s %8s %9s %9s %10s\n", "", "bytes", "MB/s", "cmark/us", "md4c/us", "us/memcpy");
  for (int i = 0; i < count; i++) {
    Document document = read_document(paths[i]);
    const char *slash = strrchr(paths[i], '/');
    report_speed(slash ? slash + 1 : paths[i], &document, &mean);
    free(document.bytes);
  }
  for (size_t i = 0; i < sizeof constructs / sizeof *constructs; i++) {
    const Shape *shape = &constructs[i];
    Document document = repeat(shape->head, shape->unit, shape->tail, CONSTRUCT_BYTES);
    report_speed(shape->name, &document, &mean);
    free(document.bytes);
  }
  printf("%-28s %18s", "geometric mean", "");
  for (int r = CMARK; r < MEMCPY; r++)
    printf(" %9.2f", exp(mean.log_sum[r] / mean.count));
  printf(" %10.1f\n", exp(mean.log_sum[MEMCPY] / mean.count));
}

/* The exponent e of time ~ size^e, from 10 KB to 10 MB, by least squares over the doublings. */
static void report_growth(void) {
  enum { SMALLEST = 10 << 10, DOUBLINGS = 10 };
  printf("%-32s %10s %10s %9s\n", "", "ms, 10 KB", "ms, 10 MB", "exponent");
  for (size_t i = 0; i < sizeof slow_shapes / sizeof *slow_shapes; i++) {
    const Shape *shape = &slow_shapes[i];
    double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, first = 0, last = 0;
    for (int d = 0; d <= DOUBLINGS; d++) {
      Document document = repeat(shape->head, shape->unit, shape->tail, (size_t)SMALLEST << d);
      Workspace workspace = map_workspace(document.length);
      double seconds[3];
      for (int round = 0; round < 3; round++)
        seconds[round] = time_of(render_ours, &document, &workspace, d < 5 ? 32 >> d : 1);
      last = median(seconds, 3);
      if (d == 0)
        first = last;
      double x = log((double)document.length), y = log(last);
      sum_x += x, sum_y += y, sum_xx += x * x, sum_xy += x * y;
      munmap(workspace.workspace, workspace.size);
      free(document.bytes);
    }
    double n = DOUBLINGS + 1, exponent = (n * sum_xy - sum_x * sum_y) / (n * sum_xx - sum_x * sum_x);
    printf("%-32s %10.3f %10.1f %9.2f\n", shape->name, first * 1e3, last * 1e3, exponent);
    fflush(stdout);
  }
}

/* CPU seconds, user and system, of a command of words with blanks between that reads FILE and writes nowhere. */
static double time_of_command(const char *command, const char *file) {
  enum { WORDS = 8 };
  char copy[4096], *words[WORDS + 1] = {0}, *rest = copy;
  snprintf(copy, sizeof copy, "%s", command);
  for (int i = 0; i < WORDS && (words[i] = strsep(&rest, " ")); i++)
    ;
  pid_t child = fork();
  if (child == 0) {
    if (freopen(file, "rb", stdin) && freopen("/dev/null", "wb", stdout))
      execv(words[0], words);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
    die(command, "failed");
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

/* MB/s of the first command, and how many times as long each other takes: medians of rounds in which each has a turn.
 */
static int compare_commands(const char *file, char **commands, int count) {
  enum { COMMANDS = 8 };
  static double seconds[COMMANDS][ROUNDS];
  if (count > COMMANDS)
    die("--beside", "more than eight commands");
  Document document = read_document(file);
  for (int round = 0; round < ROUNDS; round++)
    for (int c = 0; c < count; c++)
      seconds[c][round] = time_of_command(commands[c], file);
  double first = median(seconds[0], ROUNDS);
  printf("%9.1f", (double)document.length / first / 1e6);
  for (int c = 1; c < count; c++)
    printf(" %9.2f", median(seconds[c], ROUNDS) / first);
  putchar('\n');
  free(document.bytes);
  return 0;
}

/* Write `document` as FOLDER/KIND-NUMBER.md, and print a tab and that path. */
static void write_document(const char *folder, const char *kind, size_t number, Document document) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%s-%zu.md", folder, kind, number) >= (int)sizeof path)
    die(folder, "too long");
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(document.bytes, 1, document.length, file) != document.length || fclose(file) != 0)
    die(path, "cannot be written");
  printf("\t%s", path);
  free(document.bytes);
}

/* One line for each input: "speed NAME FILE" or "growth NAME SMALL LARGE", with tabs between. */
static void write_inputs(const char *folder) {
  enum { SMALL = 20 << 10, LARGE = 320 << 10 };
  for (size_t i = 0; i < sizeof constructs / sizeof *constructs; i++) {
    const Shape *shape = &constructs[i];
    printf("speed\t%s", shape->name);
    write_document(folder, "speed", i, repeat(shape->head, shape->unit, shape->tail, 2 * BYTES_A_ROUND));
    putchar('\n');
  }
  for (size_t i = 0; i < sizeof slow_shapes / sizeof *slow_shapes; i++) {
    const Shape *shape = &slow_shapes[i];
    printf("growth\t%s", shape->name);
    write_document(folder, "small", i, repeat(shape->head, shape->unit, shape->tail, SMALL));
    write_document(folder, "large", i, repeat(shape->head, shape->unit, shape->tail, LARGE));
    putchar('\n');
  }
}

static int render_times(const char *name, const char *path, const char *count) {
  Document document = read_document(path);
  Workspace workspace = map_workspace(document.length);
  for (int r = 0; r < RENDERERS; r++)
    if (strcmp(name, renderers[r].name) == 0) {
      for (long i = strtol(count, NULL, 10); i > 0; i--)
        renderers[r].render(&document, &workspace);
      return 0;
    }
  die(name, "no such renderer: ours, cmark, md4c or memcpy");
  return 3;
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[1], "--render") == 0)
    return render_times(argv[2], argv[3], argv[4]);
  if (argc == 2 && strcmp(argv[1], "--growth") == 0) {
    report_growth();
    return 0;
  }
  if (argc > 3 && strcmp(argv[1], "--beside") == 0)
    return compare_commands(argv[2], argv + 3, argc - 3);
  if (argc == 3 && strcmp(argv[1], "--write") == 0) {
    write_inputs(argv[2]);
    return 0;
  }
  if (argc > 1 && argv[1][0] == '-') {
    fprintf(stderr, "usage: bench_markdown [FILE...] | --growth | --write FOLDER | --beside FILE COMMAND... | --render "
                    "ours|cmark|md4c|memcpy FILE TIMES\n");
    return 2;
  }
  report_all(argv + 1, argc - 1);
  return 0;
}

/* SPDX-License-Identifier: MIT */
