/* The sizes of the programs over the commits: what git says of elf.sha256, one small plot for each program whose size
   ever changed, its machines together. */
#include "harness/base/command.h"
#include "harness/base/machine.h"
#include "harness/report/html/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct elf_sizes {
  char *name;
  size_t *sizes;  /* at each commit; 0: it was not there */
  size_t changes; /* commits at which it had another size than at the one before, its first not counted */
};

struct commit {
  char *hash;
  char *subject;
};

struct history {
  struct commit *commits;
  size_t commit_count;
  struct elf_sizes *elfs;
  size_t elf_count;
};

/* What git prints; empty where it fails: no git, no checkout, no such file. */
static void ask_git(const char *folder, struct bytes *out) {
  const char *const words[] = {
      "git", "-C",         folder,       "log",           "--reverse",     "--first-parent", "-m",
      "-p",  "-U0",        "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames",   "--format=commit %h %s",
      "--",  "elf.sha256", NULL};
  if (command_run(&(struct command_line){.words = words, .errors = ERRORS_DROPPED}, out) != 0)
    bytes_clear(out);
}

/* A commit begins with the sizes of the one before. */
static void add_commit(struct history *history, const char *line, size_t len) {
  const char *space = memchr(line, ' ', len);
  size_t hash = space ? (size_t)(space - line) : len;
  size_t count = ++history->commit_count;
  history->commits = xrealloc(history->commits, count * sizeof *history->commits);
  history->commits[count - 1] =
      (struct commit){xstrndup(line, hash), space ? xstrndup(space + 1, len - hash - 1) : xstrdup("")};
  for (size_t i = 0; i < history->elf_count; i++) {
    struct elf_sizes *elf = &history->elfs[i];
    elf->sizes = xrealloc(elf->sizes, count * sizeof *elf->sizes);
    elf->sizes[count - 1] = count > 1 ? elf->sizes[count - 2] : 0;
  }
}

static struct elf_sizes *find_elf(struct history *history, const char *name, size_t len) {
  for (size_t i = 0; i < history->elf_count; i++)
    if (strlen(history->elfs[i].name) == len && memcmp(history->elfs[i].name, name, len) == 0)
      return &history->elfs[i];
  history->elfs = xrealloc(history->elfs, (history->elf_count + 1) * sizeof *history->elfs);
  struct elf_sizes *elf = &history->elfs[history->elf_count++];
  *elf = (struct elf_sizes){xstrndup(name, len), xcalloc(history->commit_count, sizeof *elf->sizes), 0};
  return elf;
}

/* A line of the difference: +SHA256 SIZE NAME, or the same with a minus. */
static void take_line(struct history *history, const char *line, size_t len) {
  enum { HASH = 64 };
  char *end = NULL;
  if (len <= HASH + 1 || history->commit_count == 0 || strspn(line + 1, "0123456789abcdef") != HASH)
    return;
  size_t size = strtoull(line + 1 + HASH, &end, 10);
  size_t spaces = strspn(end, " ");
  if (size && spaces && end + spaces < line + len)
    find_elf(history, end + spaces, len - (size_t)(end + spaces - line))->sizes[history->commit_count - 1] =
        *line == '+' ? size : 0;
}

static void read_history(struct history *history, const char *folder) {
  struct bytes text = {0};
  ask_git(folder, &text);
  for (size_t at = 0; at < text.len;) {
    const char *line = text.data + at;
    size_t len = strcspn(line, "\n");
    if (strncmp(line, "commit ", 7) == 0)
      add_commit(history, line + 7, len - 7);
    else if (*line == '+' || *line == '-')
      take_line(history, line, len);
    at += len + 1;
  }
  for (size_t i = 0; i < history->elf_count; i++)
    for (size_t k = 1; k < history->commit_count; k++)
      history->elfs[i].changes += history->elfs[i].sizes[k - 1] && history->elfs[i].sizes[k] &&
                                  history->elfs[i].sizes[k - 1] != history->elfs[i].sizes[k];
  bytes_free(&text);
}

static void free_history(struct history *history) {
  for (size_t i = 0; i < history->commit_count; i++) {
    free(history->commits[i].hash);
    free(history->commits[i].subject);
  }
  for (size_t i = 0; i < history->elf_count; i++) {
    free(history->elfs[i].name);
    free(history->elfs[i].sizes);
  }
  free(history->commits);
  free(history->elfs);
}

/* Whether the two are one program, each on a machine of its own: equal but for the machine. */
static bool is_sibling(const char *a, const char *b) {
  const struct machine *of_a = machine_of_label(a);
  const struct machine *of_b = machine_of_label(b);
  if (!of_a || !of_b || of_a == of_b)
    return false;
  size_t stem = (size_t)(strrchr(a, '_') - a);
  return strncmp(a, b, stem + 1) == 0 && strrchr(b, '_') == b + stem &&
         strcmp(a + stem + 1 + strlen(of_a->name), b + stem + 1 + strlen(of_b->name)) == 0;
}

/* The class of the style sheet that a program's line has: that of its machine, where that has a colour. */
static const char *ink_of(const char *name) {
  const struct machine *machine = machine_of_label(name);
  return machine && machine->colour ? machine->name : "other";
}

static void add_style(struct bytes *out) {
  bytes_text(out, ".other{stroke:var(--text)}circle.other{fill:var(--text)}");
  for (size_t i = 0; i < machine_count; i++) {
    const struct machine *machine = &machines[i];
    if (!machine->colour)
      continue;
    bytes_printf(out, ":root{--%s:%s}@media(prefers-color-scheme:dark){:root{--%s:%s}}", machine->name, machine->colour,
                 machine->name, machine->dark_colour);
    bytes_printf(out, ".%s{stroke:var(--%s)%s}circle.%s{fill:var(--%s)}", machine->name, machine->name,
                 machine->dashed ? ";stroke-dasharray:6 3" : "", machine->name, machine->name);
  }
  bytes_text(out, "\n");
}

enum { WIDTH = 320, HEIGHT = 130, LEFT = 52, RIGHT = 8, TOP = 10, BOTTOM = 22 };

struct scale {
  size_t least, most, last;
};

static double x_of(const struct scale *scale, size_t commit) {
  double share = scale->last ? (double)commit / (double)scale->last : 0.5;
  return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct scale *scale, size_t size) {
  double span = (double)(scale->most - scale->least);
  double share = span > 0 ? (double)(size - scale->least) / span : 0.5;
  return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
}

static void stretch(struct scale *scale, const struct elf_sizes *elf, size_t count) {
  for (size_t k = 0; elf && k < count; k++) {
    size_t size = elf->sizes[k];
    scale->least = size && size < scale->least ? size : scale->least;
    scale->most = size > scale->most ? size : scale->most;
  }
}

/* A size holds until the next commit, so the line goes in steps. */
static void add_steps(const struct elf_sizes *elf, const struct scale *scale, const char *machine, struct bytes *out) {
  bool drawing = false;
  bytes_printf(out, "<path class=\"%s\" d=\"", machine);
  for (size_t k = 0; k <= scale->last; k++) {
    if (elf->sizes[k] && !drawing)
      bytes_printf(out, "M%.1f %.1f", x_of(scale, k), y_of(scale, elf->sizes[k]));
    else if (elf->sizes[k])
      bytes_printf(out, "H%.1fV%.1f", x_of(scale, k), y_of(scale, elf->sizes[k]));
    else if (drawing)
      bytes_printf(out, "H%.1f", x_of(scale, k));
    drawing = elf->sizes[k] != 0;
  }
  bytes_text(out, "\"/>\n");
}

static void add_line(const struct history *history, const struct elf_sizes *elf, const struct scale *scale,
                     struct bytes *out) {
  const char *machine = ink_of(elf->name);
  add_steps(elf, scale, machine, out);
  for (size_t k = 0; k <= scale->last; k++) {
    if (!elf->sizes[k] || (k && elf->sizes[k] == elf->sizes[k - 1]))
      continue;
    bytes_printf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>", machine, x_of(scale, k),
                 y_of(scale, elf->sizes[k]));
    html_text(out, elf->name);
    bytes_printf(out, ": %zu bytes at %s, ", elf->sizes[k], history->commits[k].hash);
    html_text(out, history->commits[k].subject);
    bytes_text(out, "</title></circle>\n");
  }
}

static void add_axes(const struct history *history, const struct scale *scale, struct bytes *out) {
  double bottom = HEIGHT - BOTTOM;
  bytes_printf(out, "<path class=\"axis\" d=\"M%d %dV%.1fH%d\"/>\n", LEFT - 6, TOP, bottom + 4, WIDTH - RIGHT);
  bytes_printf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%zu</text>\n", LEFT - 9,
               y_of(scale, scale->most) + 4, scale->most);
  if (scale->least < scale->most)
    bytes_printf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%zu</text>\n", LEFT - 9, bottom + 4, scale->least);
  bytes_printf(out, "<text x=\"%d\" y=\"%d\">%s</text>\n", LEFT - 6, HEIGHT - 4, history->commits[0].hash);
  bytes_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", WIDTH - RIGHT, HEIGHT - 4,
               history->commits[scale->last].hash);
}

static void add_caption(const struct elf_sizes *elf, size_t last, struct bytes *out) {
  const struct machine *machine = machine_of_label(elf->name);
  bytes_printf(out, "<span style=\"color:var(--%s)\">%s</span> ", machine && machine->colour ? machine->name : "text",
               machine && machine->dashed ? "- -" : "&#x2014;");
  html_text(out, elf->name);
  if (elf->sizes[last])
    bytes_printf(out, ": %zu bytes. ", elf->sizes[last]);
  else
    bytes_text(out, ": no longer there. ");
}

/* Plots FIRST and its siblings. */
static void add_plot(const struct history *history, const struct elf_sizes *first, struct bytes *out) {
  struct scale scale = {SIZE_MAX, 0, history->commit_count - 1};
  struct bytes captions = {0};
  struct bytes lines = {0};
  for (const struct elf_sizes *elf = history->elfs; elf < history->elfs + history->elf_count; elf++)
    if (elf == first || is_sibling(elf->name, first->name)) {
      stretch(&scale, elf, history->commit_count);
      add_caption(elf, scale.last, &captions);
    }
  for (const struct elf_sizes *elf = history->elfs; elf < history->elfs + history->elf_count; elf++)
    if (elf == first || is_sibling(elf->name, first->name))
      add_line(history, elf, &scale, &lines);
  bytes_text(out, "<figure><figcaption>");
  bytes_add(out, span_of(&captions));
  bytes_printf(out, "</figcaption><svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"sizes of ", WIDTH,
               HEIGHT);
  html_text(out, first->name);
  bytes_printf(out, ", from %zu to %zu bytes\">\n", scale.least, scale.most);
  add_axes(history, &scale, out);
  bytes_add(out, span_of(&lines));
  bytes_text(out, "</svg></figure>\n");
  bytes_free(&captions);
  bytes_free(&lines);
}

/* Each program that changed, with its siblings in one plot, which that of the first machine opens. Returns how many. */
static size_t add_plots(const struct history *history, struct bytes *out) {
  size_t plots = 0;
  for (size_t i = 0; i < history->elf_count; i++) {
    const struct elf_sizes *elf = &history->elfs[i];
    bool changed = elf->changes > 0;
    bool opens = true;
    for (size_t k = 0; k < history->elf_count; k++) {
      const struct elf_sizes *other = &history->elfs[k];
      if (!is_sibling(elf->name, other->name))
        continue;
      changed |= other->changes > 0;
      opens &= machine_of_label(elf->name) < machine_of_label(other->name);
    }
    if (changed && opens)
      add_plot(history, elf, out);
    plots += changed && opens;
  }
  return plots;
}

static void add_table(const struct history *history, struct bytes *out) {
  bytes_text(out, "<details><summary>Every program's size</summary>\n<div class=\"wide\" tabindex=\"0\" "
                  "role=\"region\" aria-label=\"sizes\"><table>\n<tr><th>program</th><th class=\"r\">bytes</th>"
                  "<th class=\"r\">changes of size</th></tr>\n");
  for (size_t i = 0; i < history->elf_count; i++) {
    const struct elf_sizes *elf = &history->elfs[i];
    if (elf->sizes[history->commit_count - 1] == 0)
      continue;
    bytes_text(out, "<tr><td>");
    html_text(out, elf->name);
    bytes_printf(out, "</td><td class=\"r\">%zu</td><td class=\"r\">%zu</td></tr>\n",
                 elf->sizes[history->commit_count - 1], elf->changes);
  }
  bytes_text(out, "</table></div></details>\n");
}

static bool add_sizes(const struct session *session, const char *fixtures, struct bytes *out) {
  struct history history = {0};
  struct bytes plots = {0};
  (void)session;
  read_history(&history, fixtures);
  bool any = history.commit_count > 0 && history.elf_count > 0;
  if (any) {
    size_t count = add_plots(&history, &plots);
    bytes_printf(out,
                 "<p>%zu commits changed a program's bytes. %s Each plot goes from the smallest size to the largest, "
                 "not from 0.</p>\n<div class=\"plots\">\n",
                 history.commit_count,
                 count ? "These programs changed in size; the others kept theirs." : "No program changed in size.");
    bytes_add(out, span_of(&plots));
    bytes_text(out, "</div>\n");
    add_table(&history, out);
  }
  bytes_free(&plots);
  free_history(&history);
  return any;
}

const struct html_section html_sizes = {"sizes", "Sizes over the commits", add_sizes, add_style};

/* SPDX-License-Identifier: MIT */
