/* The commands that show what the cases reach. */
#include "harness/coverage/coverage_command.h"

#include "harness/base/companion.h"
#include "harness/base/machine.h"
#include "harness/coverage/coverage_report.h"
#include "harness/coverage/explained.h"
#include "harness/report/json.h"
#include "harness/suite/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int is_ini(const struct dirent *entry) { return fnmatch("*.ini", entry->d_name, FNM_PERIOD) == 0; }

/* Names every suite there is: one that is named is read even if it is on demand. */
static void name_all_suites(struct session_options *options) {
  struct dirent **entries = NULL;
  int count = scandir(options->suites_folder, &entries, is_ini, alphasort);
  for (int i = 0; i < count; i++) {
    char *path = xasprintf("%s/%s", options->suites_folder, entries[i]->d_name);
    text_list_add(&options->suites, path, strlen(path));
    free(path);
    free(entries[i]);
  }
  free(entries);
}

int open_and_measure(const struct session_options *options, bool fresh, const struct coverage_part *part,
                     struct session *session, struct coverage_list *list) {
  /* The session borrows its options for as long as it is open; this process opens one. */
  static struct session_options all;
  struct bytes why = {0};
  int interrupted = 0;
  all = *options;
  all.programs = (struct text_list){0};
  if (all.suites.count == 0)
    name_all_suites(&all);
  char *store = measured_folder(options->build, "coverage");
  bool good = session_open(session, &all, &why);
  int status = good ? EXIT_INFRASTRUCTURE : session_open_status(session);
  good = good && coverage_measure(session, &options->programs, store, fresh, part, list, &why, &interrupted);
  if (!good)
    fprintf(stderr, "bytegate: %s\n", why.data);
  bytes_free(&why);
  free(store);
  if (interrupted) {
    signal(interrupted, SIG_DFL);
    raise(interrupted);
  }
  return good ? EXIT_EQUAL : status;
}

void measured_close(const struct options *options, struct session *session, struct coverage_list *list) {
  struct session_options *own = (struct session_options *)session->options;
  coverage_free(list);
  session_close(session);
  if (own && own->suites.items != options->session.suites.items)
    text_list_free(&own->suites);
}

static int write_files(const struct coverage_list *list, const struct options *options) {
  int failed = options->lcov ? coverage_lcov(list, options->lcov) : 0;
  if (failed)
    fprintf(stderr, "bytegate: %s: %s\n", options->lcov, strerror(failed));
  const char *json = options_report_path(options, &json_lines_format);
  int also = json ? coverage_json(list, json) : 0;
  if (also)
    fprintf(stderr, "bytegate: %s: %s\n", json, strerror(also));
  return failed || also ? EXIT_INFRASTRUCTURE : EXIT_EQUAL;
}

/* Says, or appends to MISTAKES, that a line of UNREACHED explains nothing. */
static void tell_idle(const struct explained_list *unreached, size_t number, json_t *mistakes) {
  char *text = xasprintf("%s:%d: explains no gap that there is; remove the line", unreached->path,
                         unreached->items[number].line);
  if (mistakes)
    json_array_append_new(mistakes, json_string(text));
  else
    puts(text);
  free(text);
}

/* Prints the coverage of each program. A line of UNREACHED that explains nothing of a program that was measured whole
   is a mistake. Returns the exit status: EXIT_DIVERGED where anything is left unexplained. */
static int print_all(const struct options *options, const struct coverage_list *list,
                     struct explained_list *unreached) {
  size_t open = 0;
  json_t *programs = options->json ? json_array() : NULL;
  json_t *mistakes = options->json ? json_array() : NULL;
  bool whole = options->session.suites.count == 0 && options->session.cases.count == 0 && options->shard.count == 0;
  for (size_t i = 0; i < list->count; i++) {
    size_t left = 0;
    if (programs)
      json_array_append_new(programs, coverage_object(&list->items[i], unreached, &left));
    open += left;
    if (programs)
      continue;
    if (i)
      putchar('\n');
    open += coverage_print(&list->items[i], unreached, options->session.verbose, stdout);
  }
  for (size_t i = 0; i < unreached->count && whole && options->session.programs.count == 0; i++)
    if (unreached->items[i].needed == 0) {
      tell_idle(unreached, i, mistakes);
      open++;
    }
  if (programs)
    json_print(json_pack("{s:o, s:o}", "programs", programs, "mistakes", mistakes));
  return open && whole ? EXIT_DIVERGED : EXIT_EQUAL;
}

int coverage_command(const struct options *options) {
  struct session session = {0};
  struct coverage_list list = {0};
  struct explained_list unreached = {0};
  struct bytes why = {0};
  int status = EXIT_USAGE;
  if (!explained_read(&unreached, "fixtures/unreached", &why))
    fprintf(stderr, "bytegate: %s\n", why.data);
  else
    status = open_and_measure(
        &options->session, options->fresh,
        &(struct coverage_part){.shard = options->shard, .record = options->record, .from = &options->from}, &session,
        &list);
  if (status == EXIT_EQUAL) {
    int written = write_files(&list, options);
    status = print_all(options, &list, &unreached);
    status = written ? written : status;
  }
  measured_close(options, &session, &list);
  explained_free(&unreached);
  bytes_free(&why);
  return status;
}

/* Whether FILE, as a person writes it, is the generator PATH: its end, from one folder or another on. */
static bool is_file(const char *path, const char *file, size_t len) {
  size_t path_len = strlen(path);
  return path_len >= len && memcmp(path + path_len - len, file, len) == 0 &&
         (path_len == len || path[path_len - len - 1] == '/');
}

/* Whether the case executes an instruction of that line; *FOUND becomes whether there is one. */
static bool covers_line(const struct coverage *coverage, const struct covered_case *one, const char *file, size_t len,
                        int line, bool *found) {
  bool covers = false;
  for (size_t i = 0; i < coverage->map.count && !covers; i++) {
    const struct map_entry *entry = &coverage->map.entries[i];
    if ((entry->kind != MAP_CODE && entry->kind != MAP_DATA) || entry->line != line || !is_file(entry->file, file, len))
      continue;
    *found = true;
    for (size_t k = 0; k < (entry->kind == MAP_CODE ? 1 : entry->len) && !covers; k++)
      covers = case_covers(coverage, one, COUNT_EXECUTED, entry->address + k);
  }
  return covers;
}

/* Prints the cases, or appends them to CASES where that is not NULL; returns how many. */
static size_t list_covering(const struct coverage_list *list, const char *file, size_t len, int line, bool *found,
                            json_t *cases) {
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++)
    for (size_t k = 0; k < list->items[i].case_count; k++) {
      const struct covered_case *one = &list->items[i].cases[k];
      if (covers_line(&list->items[i], one, file, len, line, found)) {
        char *program = xasprintf("%s_%s", one->program, machine_name(list->items[i].machine));
        if (cases)
          json_array_append_new(
              cases, json_pack("{s:o, s:s}", "case", json_string_of(span_text(one->name)), "program", program));
        else
          printf("%s\t%s\n", one->name, program);
        free(program);
        count++;
      }
    }
  return count;
}

int covers_command(const struct options *options) {
  const char *where = options->operands.count == 1 ? options->operands.items[0] : "";
  const char *colon = strrchr(where, ':');
  char *end = NULL;
  long line = colon ? strtol(colon + 1, &end, 10) : 0;
  if (line <= 0 || *end) {
    fputs("bytegate: covers needs a line of a generator: FILE:LINE, as in html.c:120\n", stderr);
    return EXIT_USAGE;
  }
  struct session session = {0};
  struct coverage_list list = {0};
  int status = open_and_measure(&options->session, options->fresh, &(struct coverage_part){0}, &session, &list);
  bool found = false;
  size_t count = 0;
  json_t *cases = options->json ? json_array() : NULL;
  if (status == EXIT_EQUAL)
    count = list_covering(&list, where, (size_t)(colon - where), (int)line, &found, cases);
  if (status == EXIT_EQUAL && cases)
    json_print(json_pack("{s:o, s:b, s:O}", "line", json_string_of(span_text(where)), "laid", found, "cases", cases));
  json_decref(cases);
  if (status == EXIT_EQUAL && count == 0) {
    fprintf(stderr,
            found ? "bytegate: no selected case executes what %s laid\n"
                  : "bytegate: %s laid nothing in the selected programs (their .map files name the lines; `bytegate "
                    "coverage -v` "
                    "names the routines)\n",
            where);
    status = found ? EXIT_DIVERGED : EXIT_USAGE;
  }
  measured_close(options, &session, &list);
  return status;
}

/* SPDX-License-Identifier: MIT */
