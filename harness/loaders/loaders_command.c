/* Runs the loader table, and prints of it what is not as declared, or all. */
#include "harness/base/machine.h"
#include "harness/loaders/boot.h"
#include "harness/loaders/loaders.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEADLINE_S = 20 };

struct run {
  struct workspace workspace;
  const char *build;
  bool wanted[LOADERS], verbose, begun;
  unsigned judged, drifted;
  json_t *told; /* an object for each program; NULL: it is told as text */
};

/* Adds ATTEMPT on LOADER to the program that was told last. */
static void add_attempt(struct run *run, enum loader loader, const char *ending, const char *declared, bool good) {
  json_t *program = run->told ? json_array_get(run->told, json_array_size(run->told) - 1) : NULL;
  if (program)
    json_array_append_new(json_object_get(program, "attempts"),
                          json_pack("{s:s, s:s, s:s, s:b}", "loader", loader_name(loader), "ending", ending, "declared",
                                    declared, "good", good));
}

/* Begins the object of a program. STATE: "built", "not built" or "not declared". */
static void add_program(struct run *run, const char *name, const char *state, const char *why) {
  if (!run->told)
    return;
  json_t *program = json_pack("{s:s, s:s, s:[]}", "program", name, "state", state, "attempts");
  if (why)
    json_set(program, "why", json_string_of(span_text(why)));
  json_array_append_new(run->told, program);
}

/* A program is a file that may be executed; maps, symbols and objects may not. */
static int is_program(const struct dirent *entry) {
  return !strchr(entry->d_name, '.') && machine_of_label(entry->d_name);
}

/* Why ROW is not judged under LOADER here, or NULL. */
static const char *not_here(const struct run *run, const struct loader_row *row, enum loader loader) {
  const struct machine *machine = machine_of_label(row->name);
  if (!run->wanted[loader])
    return "";
  if (loader == LOADER_NATIVE && machine != host_machine())
    return "-";
  if (loader == LOADER_KERNEL && row->input.len)
    return "- (input)"; /* on a console there is none */
  if (loader == LOADER_NATIVE && row->memory > loader_memory())
    return "- (memory)";
  return NULL;
}

static void attempt_on(struct run *run, const struct loader_row *row, const char *elf, enum loader loader,
                       struct attempt *attempt) {
  if (loader == LOADER_KERNEL)
    boot_run(&run->workspace, run->build, elf, machine_of_label(row->name), &row->arguments, attempt);
  else
    attempt_run(&run->workspace, elf, machine_of_label(row->name), loader, &row->arguments, span_of(&row->input),
                DEADLINE_S, attempt);
}

static bool printed(const struct loader_row *row, struct span file, enum loader loader, const struct attempt *attempt) {
  if (loader != LOADER_KERNEL)
    return loader_printed(row, file, span_of(&attempt->out));
  /* A program that is given arguments to refuse says so, and on a console stderr and stdout are one. */
  if (row->prints.len == 0 && row->arguments.count)
    return true;
  return boot_printed(span_of(&attempt->out), row->prints_itself ? file : span_of(&row->prints));
}

/* Appends one cell to LINE, and to DRIFT what is not as declared. */
static void judge(struct run *run, const struct loader_row *row, const char *elf, struct span file, enum loader loader,
                  struct bytes *line, struct bytes *drift) {
  const char *skipped = not_here(run, row, loader);
  if (skipped) {
    if (*skipped)
      bytes_printf(line, "  %-10s", skipped);
    return;
  }
  struct attempt attempt;
  attempt_on(run, row, elf, loader, &attempt);
  const char *declared = loader_declared(row, loader);
  bool same = strcmp(declared, attempt.ending) == 0;
  bool silent = strcmp(attempt.ending, "refused") == 0 || printed(row, file, loader, &attempt);
  bytes_printf(line, "  %-10s", attempt.ending);
  if (!same)
    bytes_printf(drift, "  DRIFT %s: %s, but %s is declared\n", loader_name(loader), attempt.ending, declared);
  else if (!silent)
    bytes_printf(drift, "  DRIFT %s: it did not print what is declared, but %zu other bytes\n", loader_name(loader),
                 attempt.out.len);
  add_attempt(run, loader, attempt.ending, declared, same && silent);
  run->judged++;
  run->drifted += !same || !silent;
  attempt_free(&attempt);
}

static void print_head(struct run *run) {
  if (run->begun || run->told)
    return;
  run->begun = true;
  printf("%-26s%7s", "program", "bytes");
  for (enum loader loader = 0; loader < LOADERS; loader++)
    if (run->wanted[loader])
      printf("  %-10s", loader_name(loader));
  printf("\n");
}

static void judge_row(struct run *run, const struct loader_row *row) {
  char *elf = xasprintf("%s/elf/%s", run->build, row->name);
  struct bytes file = {0};
  struct bytes line = {0};
  struct bytes drift = {0};
  add_program(run, row->name, access(elf, X_OK) == 0 ? "built" : "not built", row->why);
  if (access(elf, X_OK) != 0) {
    print_head(run);
    if (!run->told)
      printf("%-26s       not built\n", row->name);
    run->drifted++;
  } else if (bytes_read_file(&file, elf) != 0) {
    die("%s cannot be read", elf);
  } else {
    bytes_printf(&line, "%-26s%7zu", row->name, file.len);
    for (enum loader loader = 0; loader < LOADERS; loader++)
      judge(run, row, elf, span_of(&file), loader, &line, &drift);
    bytes_text(&line, row->why ? "\n    " : "\n");
    if (row->why)
      bytes_wrapped(&line, 4, 79, row->why);
    if (!run->told && (run->verbose || drift.len)) {
      print_head(run);
      printf("%s%s", line.data, span_of(&drift).data);
    }
  }
  bytes_free(&line);
  bytes_free(&file);
  bytes_free(&drift);
  free(elf);
}

/* Programs that were built and are not in the table. */
static void report_undeclared(struct run *run, const struct loader_table *table, const struct text_list *programs) {
  char *folder = xasprintf("%s/elf", run->build);
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, is_program, alphasort);
  if (count <= 0)
    die("%s: no program stands there; run `make`", folder);
  for (int i = 0; i < count; i++) {
    bool declared = !text_list_selects(programs, entries[i]->d_name);
    for (size_t k = 0; k < table->count; k++)
      declared |= strcmp(table->rows[k].name, entries[i]->d_name) == 0;
    if (!declared)
      print_head(run);
    if (!declared)
      add_program(run, entries[i]->d_name, "not declared", NULL);
    if (!declared && !run->told)
      printf("%-26s       not declared: add a section [%s]\n", entries[i]->d_name, entries[i]->d_name);
    run->drifted += !declared;
    free(entries[i]);
  }
  free(entries);
  free(folder);
}

static bool choose_loaders(struct run *run, const struct text_list *loaders) {
  for (size_t i = 0; i < loaders->count; i++) {
    bool known = false;
    for (enum loader loader = 0; loader < LOADERS; loader++)
      if (strcmp(loaders->items[i], loader_name(loader)) == 0)
        known = run->wanted[loader] = true;
    if (!known) {
      fprintf(stderr, "bytegate: no loader \"%s\"; there are native, qemu and kernel\n", loaders->items[i]);
      return false;
    }
  }
  if (loaders->count == 0)
    run->wanted[LOADER_NATIVE] = run->wanted[LOADER_QEMU] = true;
  return true;
}

int loaders_command(const char *build, const char *path, const struct text_list *loaders,
                    const struct text_list *programs, bool verbose, bool json) {
  struct run run = {.build = build, .verbose = verbose};
  struct loader_table table = {0};
  struct bytes why = {0};
  if (!choose_loaders(&run, loaders))
    return EXIT_USAGE;
  if (!loader_table_read(path, &table, &why)) {
    fprintf(stderr, "bytegate: %s\n", why.data);
    bytes_free(&why);
    return EXIT_USAGE;
  }
  run.told = json ? json_array() : NULL;
  workspace_open(&run.workspace);
  size_t count = 0;
  for (size_t i = 0; i < table.count; i++)
    if (text_list_selects(programs, table.rows[i].name)) {
      judge_row(&run, &table.rows[i]);
      count++;
    }
  report_undeclared(&run, &table, programs);
  if (json)
    json_print(json_pack("{s:I, s:i, s:i, s:o}", "programs", (json_int_t)count, "attempts", (int)run.judged,
                         "not_as_declared", (int)run.drifted, "table", run.told));
  else
    printf("%zu programs, %u attempts, %u not as declared\n", count, run.judged, run.drifted);
  workspace_close(&run.workspace);
  loader_table_free(&table);
  if (count == 0)
    fprintf(stderr, "bytegate: no program of %s matches --program\n", path);
  return count == 0 ? EXIT_USAGE : run.drifted ? EXIT_DIVERGED : EXIT_EQUAL;
}

/* SPDX-License-Identifier: MIT */
