/* The command `blame`, and how it prints what it found. */
#include "harness/blame/blame.h"
#include "harness/blame/refused.h"
#include "harness/suite/folder.h"
#include "harness/suite/suite.h"

#include "harness/blame/blame_observe.h"
#include "harness/blame/blame_origin.h"
#include "harness/cli/options.h"
#include "harness/report/json.h"
#include "harness/report/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTHING_TO_BLAME "no selected case fails; --byte N blames a byte of one that does not"

static void add_byte(unsigned char value, struct bytes *out) {
  bytes_printf(out, "0x%02x '", value);
  bytes_escaped(out, (struct span){(const char *)&value, 1});
  bytes_text(out, "'");
}

static void add_instruction(struct blame *blame, uint64_t address, struct bytes *out) {
  struct code code;
  blamed_place(&blame->program, address, out);
  if (blamed_code(&blame->program, address, &code))
    bytes_printf(out, "  %s", code.text);
  bytes_text(out, "\n");
}

static void add_store(struct blame *blame, const struct origin *origin, struct bytes *out) {
  bytes_text(out, "stored    by ");
  if (origin->file) {
    blamed_place_of(&blame->program, origin->file, origin->pc, out);
    bytes_text(out, "\n");
    bytes_add(out, span_of(&origin->backtrace));
    return;
  }
  add_instruction(blame, origin->pc, out);
  bytes_add(out, span_of(&origin->backtrace));
  if (origin->value_kind == VALUE_COPIED && origin->maker != origin->pc) {
    bytes_text(out, "copied    by ");
    add_instruction(blame, origin->maker, out);
  }
  if (origin->value_kind == VALUE_COPIED)
    bytes_printf(out, "          from 0x%llx\n", (unsigned long long)origin->source);
  if (origin->maker != origin->pc && (origin->value_kind == VALUE_CONSTANT || origin->value_kind == VALUE_COMPUTED)) {
    bytes_text(out, origin->value_kind == VALUE_CONSTANT ? "constant  of " : "computed  by ");
    add_instruction(blame, origin->maker, out);
  }
}

/* Whether the descriptor gives the case's own input: stdin, or the only kind of file that the harness lays out. */
static bool is_input(const struct blame *blame, const struct origin *origin) {
  const struct result *result = blame->result;
  struct places places = target_places(result->target);
  places.values[PLACEHOLDER_NAME] = result->test_case->name;
  char *document = places_expand(&places, result->target->program->input_name);
  struct span call = span_of(&origin->call);
  bool by_path = memmem(call.data, call.len, document, strlen(document)) != NULL;
  free(document);
  return by_path || (program_feeds_stdin(result->target->program) && origin->filled.fd == STDIN_FILENO);
}

static void add_filled(const struct blame *blame, const struct origin *origin, struct bytes *out) {
  struct span input = span_of(&blame->result->test_case->input);
  size_t line = 0;
  size_t column = 0;
  if (origin->filled.fd < 0) {
    bytes_printf(out, "zeroed    by %s\n", span_of(&origin->call).data);
    return;
  }
  bytes_printf(out, "read      by %s\n          ", span_of(&origin->call).data);
  if (origin->filled.accepted)
    bytes_printf(out, "byte %llu of the request\n", (unsigned long long)origin->filled.offset);
  else if (is_input(blame, origin) && origin->filled.offset < input.len) {
    report_position(input, (size_t)origin->filled.offset, &line, &column);
    bytes_printf(out, "byte %llu of the input: line %zu, column %zu\n", (unsigned long long)origin->filled.offset, line,
                 column);
  } else
    bytes_printf(out, "byte %llu of descriptor %d\n", (unsigned long long)origin->filled.offset, origin->filled.fd);
}

static void add_origin(struct blame *blame, const struct origin *origin, struct bytes *out) {
  switch (origin->kind) {
  case ORIGIN_STORE:
    add_store(blame, origin, out);
    break;
  case ORIGIN_FILLED:
    add_filled(blame, origin, out);
    break;
  case ORIGIN_IMAGE:
    bytes_text(out, "laid      as ");
    blamed_place(&blame->program, origin->address, out);
    bytes_text(out, "\n");
    break;
  default:
    if (blame->moves) {
      bytes_printf(out,
                   "          not followed further: what is at 0x%llx here is elsewhere in other runs of the program\n",
                   (unsigned long long)origin->address);
      break;
    }
    bytes_printf(
        out,
        "          nothing was seen to write 0x%llx, and no section of its file is there: it is of the arguments "
        "or the\n          environment, or another thread wrote it unseen\n",
        (unsigned long long)origin->address);
    break;
  }
}

/* Of a byte of a table that LAST read by an index: what the index came from, which is not followed. */
static void add_index(struct blame *blame, const struct origin *last, struct bytes *out) {
  if (last->kind != ORIGIN_STORE || last->value_kind != VALUE_COPIED || !*last->index)
    return;
  if (last->index_maker) {
    bytes_text(out, "indexed   by ");
    add_instruction(blame, last->index_maker, out);
  }
  bytes_printf(out,
               "          the index in %s is not followed: what made it may have read another table, and be the "
               "cause\n",
               last->index);
}

/* The line that grep finds. */
static void add_headline(struct blame *blame, enum part part, const char *file, size_t offset,
                         const struct written *written, const struct origin *first, struct bytes *out) {
  const struct result *result = blame->result;
  bytes_printf(out, "BLAME %s/%s %s %s: %s%s byte %zu, ", result->suite->name, result->test_case->id,
               result->target->label, result->target->where, part == PART_TREE ? "file " : "",
               part == PART_TREE ? file : part_name(part), offset);
  add_byte(written->value, out);
  if (first->kind == ORIGIN_STORE) {
    bytes_text(out, ", stored by ");
    blamed_place_of(&blame->program, first->file, first->pc, out);
  } else if (first->kind == ORIGIN_IMAGE) {
    bytes_text(out, ", laid as ");
    blamed_place(&blame->program, first->address, out);
  }
  bytes_text(out, "\n");
}

static void add_written(const struct blame *blame, const struct observation *observation, const struct written *written,
                        struct bytes *out) {
  size_t at = 0;
  while (observation->records[at] != written->call)
    at++;
  bytes_text(out, "written   by ");
  blamed_call_name(&blame->program, written->call->number, out);
  bytes_printf(out, "(%lld, ...) at ", (long long)(int)written->call->arguments[0]);
  blamed_place_of(&blame->program, task_file(observation, at), written->call->pc, out);
  bytes_printf(out, "\n          from 0x%llx\n", (unsigned long long)written->address);
  if (written->task == 0)
    return;
  bytes_text(out, "          ");
  add_task(&blame->program, observation, written->task, out);
  bytes_text(out, "\n");
}

/* Blames byte OFFSET of PART or, where FILE is not NULL, of that file in the program's folder. */
static bool blame_one(struct workspace *workspace, const char *gate, const struct result *result, enum part part,
                      const char *file, size_t offset, bool brief, struct bytes *out, struct bytes *why) {
  const struct observation_options plain = {0};
  struct blame blame = {.workspace = workspace, .gate = gate, .result = result, .brief = brief};
  struct observation observation;
  struct written written;
  struct origins origins = {0};
  if (!observe_case(workspace, gate, result, &plain, &observation, why))
    return false;
  blamed_open(result->target, &observation, &blame.program);
  bool good = file ? find_written_to(&observation, result, part, file, offset, &written, why)
                   : find_written(&observation, result, part, offset, &written, why);
  if (good) {
    struct bytes lines = {0};
    add_written(&blame, &observation, &written, &lines);
    good = find_origins(&blame, &written, &origins, why);
    add_headline(&blame, part, file, offset, &written, &origins.steps[0], out);
    bytes_add(out, span_of(&lines));
    for (size_t i = 0; i < origins.count; i++) {
      add_origin(&blame, &origins.steps[i], out);
      if (i && origins.steps[i].kind == ORIGIN_IMAGE)
        add_index(&blame, &origins.steps[i - 1], out);
    }
    bytes_free(&lines);
    origins_free(&origins);
  }
  blamed_close(&blame.program);
  observation_free(&observation);
  return good;
}

/* The file that the program of RESULT writes in place of stdout; the caller frees it. NULL: stdout. */
static char *output_of(const struct result *result) {
  struct places places = target_places(result->target);
  places.values[PLACEHOLDER_NAME] = result->test_case->name;
  return result->target->program->output ? places_expand(&places, result->target->program->output) : NULL;
}

bool blame_byte(struct workspace *workspace, const char *gate, const struct result *result, enum part part,
                size_t offset, struct bytes *out, struct bytes *why) {
  char *file = part == PART_OUTPUT ? output_of(result) : NULL;
  bool good = blame_one(workspace, gate, result, part, file, offset, false, out, why);
  free(file);
  return good;
}

/* The first byte in which the file NAME that the program of RESULT left is not as expected. Where that is its end, the
   last byte. Returns false where there is none. */
static bool first_difference(const struct result *result, const char *name, size_t *byte) {
  struct bytes actual = {0};
  struct bytes expected = {0};
  folder_contents(span_of(&result->actual), name, &actual);
  folder_contents(span_of(&result->expected), name, &expected);
  for (*byte = 0; *byte < actual.len && *byte < expected.len && actual.data[*byte] == expected.data[*byte];)
    ++*byte;
  bool there = actual.len > 0;
  if (there && *byte >= actual.len)
    *byte = actual.len - 1;
  bytes_free(&actual);
  bytes_free(&expected);
  return there;
}

/* Blames the byte in which the tree that the program of RESULT left differs, where that is a byte of a file. */
static bool blame_tree(struct workspace *workspace, const char *gate, const struct result *result, bool brief,
                       struct bytes *out, struct bytes *why) {
  struct bytes name = {0};
  size_t byte = 0;
  bool good = folder_find(span_of(&result->actual), result->offset, &name, &byte);
  if (good && byte == SIZE_MAX)
    good = first_difference(result, name.data, &byte);
  if (good)
    good = blame_one(workspace, gate, result, PART_TREE, name.data, byte, brief, out, why);
  else
    bytes_text(why, "what differs is no byte of a file that it left, but a name, a kind or an end, and these are not "
                    "followed (`strace -f -y -e trace=file` shows what the program does with names)");
  bytes_free(&name);
  return good;
}

/* The first result that blame has something to say about. */
static const struct result *choose(const struct session *session, bool has_byte) {
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    bool is_stop = result->test_case == &session->stop;
    if (result->target == &session->oracle || result->untried)
      continue;
    if (has_byte ? result->verdict != NOT_RUN && !is_stop : verdict_is_of_program(result->verdict))
      return result;
  }
  return NULL;
}

/* Blames the byte that RESULT diverges in. Where something is missing there, the byte before it is the last that was
   written. */
static bool blame_divergence(struct workspace *workspace, const char *gate, const struct result *result, bool brief,
                             struct bytes *out, struct bytes *why) {
  size_t offset = result->offset;
  if (result->filtered && result->part != PART_EXIT && result->part != PART_NONE) {
    bytes_text(why, "the bytes that differ have passed through the 'filter' of its program, so no write has them; name "
                    "the byte that the program wrote with --byte N");
    return false;
  }
  if (result->part == PART_TREE)
    return blame_tree(workspace, gate, result, brief, out, why);
  if (result->part == PART_EXIT || result->part == PART_NONE)
    return blame_end(workspace, gate, result, out, why);
  if (offset >= result->actual.len && offset == 0) {
    bytes_printf(out, "nothing of the %s was written; this is about its end\n", part_name(result->part));
    return blame_end(workspace, gate, result, out, why);
  }
  if (offset >= result->actual.len) {
    bytes_printf(out, "the %s ends here; this is about the last byte that came\n", part_name(result->part));
    offset--;
  }
  char *file = result->part == PART_OUTPUT ? output_of(result) : NULL;
  bool good = blame_one(workspace, gate, result, result->part, file, offset, brief, out, why);
  free(file);
  return good;
}

static bool explain(struct workspace *workspace, const char *gate, const struct result *result, bool has_byte,
                    size_t byte, struct bytes *out, struct bytes *why) {
  bool runs = result->target->program->drive == DRIVE_RUN;
  enum part part = !runs ? PART_BODY : result->target->program->output ? PART_OUTPUT : PART_STDOUT;
  if (has_byte)
    return blame_byte(workspace, gate, result, part, byte, out, why);
  if (result->verdict == DIVERGED)
    return blame_divergence(workspace, gate, result, false, out, why);
  return blame_end(workspace, gate, result, out, why);
}

/* ---- What verify sees of its failures ---------------------------------------------------------------------------- */

/* The place that LINE tells of, "crashed   at put_raw+0x2b (0x40123b) generators/markdown/html.c:43", in words that are
   the same for each failure that comes from there: "crashed at put_raw generators/markdown/html.c:43". NULL: it tells
   of none. */
static char *cause_of(const char *line) {
  static const char *const verbs[] = {"stored by",    "laid as",      "came      from", "crashed   at",
                                      "spins     at", "ended     by", "forked    by"};
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
    const char *verb = strstr(line, verbs[i]);
    const char *offset = verb ? strstr(verb, "+0x") : NULL;
    const char *address = offset ? strstr(offset, ") ") : NULL;
    const char *name = offset;
    while (name && name > verb && name[-1] != ' ')
      name--;
    if (address)
      return xasprintf("%.*s %s %.*s %.*s", (int)strcspn(verb, " "), verb, strrchr(verbs[i], ' ') + 1,
                       (int)(offset - name), name, (int)strcspn(address + 2, " \n"), address + 2);
    const char *bare = verb ? strstr(verb, "0x") : NULL;
    if (bare)
      return xasprintf("%.*s %s %.*s", (int)strcspn(verb, " "), verb, strrchr(verbs[i], ' ') + 1,
                       (int)strcspn(bare, " \n,)"), bare);
  }
  return NULL;
}

/* Of a byte the headline alone, without the names of case and program, which stand above it. */
static void add_seen(struct result *result, struct span text) {
  const char *headline = memmem(text.data, text.len, "BLAME ", 6);
  const char *colon = headline ? strstr(headline, ": ") : NULL;
  if (!colon) {
    bytes_add(&result->where, text);
    return;
  }
  bytes_append(&result->where, text.data, (size_t)(headline - text.data));
  bytes_printf(&result->where, "blame     %.*s\n", (int)strcspn(colon + 2, "\n"), colon + 2);
}

void blame_result(struct workspace *workspace, const char *gate, struct result *result, uint64_t until_ns) {
  struct bytes text = {0};
  struct bytes why = {0};
  observe_until(until_ns);
  bool good = result->verdict == DIVERGED ? blame_divergence(workspace, gate, result, true, &text, &why)
                                          : blame_end(workspace, gate, result, &text, &why);
  struct bytes refused = {0};
  refused_calls(workspace, result, &refused);
  observe_until(0);
  if (good) {
    add_seen(result, span_of(&text));
    result->cause = cause_of(span_of(&text).data);
  } else {
    bytes_printf(&result->where, "not seen  %s\n", span_of(&why).data);
  }
  bytes_add(&result->where, span_of(&refused));
  bytes_free(&refused);
  bytes_free(&text);
  bytes_free(&why);
}

/* ---- The command ------------------------------------------------------------------------------------------------ */

/* Appends the places that LINE names, as blamed_place writes them: 0xADDRESS, or ROUTINE+0xOFFSET (0xADDRESS) FILE:LINE
   or without the source. */
static json_t *places_of(const char *line) {
  static const char stops[] = " (\n";
  json_t *places = json_array();
  for (const char *plus = strstr(line, "+0x"); plus; plus = strstr(plus + 1, "+0x")) {
    const char *name = plus;
    char *end = NULL;
    while (name > line && name[-1] != ' ')
      name--;
    unsigned long long offset = strtoull(plus + 1, &end, 16);
    if (name == plus || strncmp(end, " (0x", 4) != 0)
      continue;
    unsigned long long address = strtoull(end + 2, &end, 16);
    json_t *place = json_pack("{s:o, s:I, s:I}", "routine", json_string_of((struct span){name, (size_t)(plus - name)}),
                              "offset", (json_int_t)offset, "address", (json_int_t)address);
    const char *file = *end == ')' && end[1] == ' ' && end[2] != ' ' ? end + 2 : "";
    const char *colon = file;
    for (const char *at = file; *at && !strchr(stops, *at); at++)
      colon = *at == ':' ? at : colon;
    if (colon != file) {
      json_set(place, "file", json_string_of((struct span){file, (size_t)(colon - file)}));
      json_set(place, "line", json_integer(strtol(colon + 1, NULL, 10)));
    }
    json_array_append_new(places, place);
  }
  static const char *const before[] = {" at 0x", " by 0x"}; /* an address without a routine */
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    for (const char *at = strstr(line, before[i]); at; at = strstr(at + 1, before[i]))
      json_array_append_new(places, json_pack("{s:I}", "address", (json_int_t)strtoull(at + 4, NULL, 16)));
  return places;
}

/* The lines of TEXT as steps: a line that begins with a word begins one, and those after it that begin with a blank say
   more of it. */
static json_t *steps_of(struct span text) {
  json_t *steps = json_array();
  struct bytes copy = {0};
  json_t *step = NULL;
  bytes_add(&copy, text);
  bytes_text(&copy, "");
  for (char *rest = copy.data, *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
    const char *words = line + strspn(line, " ");
    if (!*words)
      continue;
    if (words == line) {
      step = json_object();
      size_t len = strcspn(line, " ");
      words = line + len + strspn(line + len, " ");
      json_set(step, "what", json_string_of((struct span){line, len}));
      json_set(step, "text", json_string_of(span_text(words)));
      json_set(step, "places", places_of(line));
      json_set(step, "more", json_array());
      json_array_append_new(steps, step);
    } else if (step) {
      json_array_append_new(json_object_get(step, "more"), json_string_of(span_text(words)));
      json_t *more = places_of(line);
      json_array_extend(json_object_get(step, "places"), more);
      json_decref(more);
    }
  }
  bytes_free(&copy);
  return steps;
}

/* What the command prints with --json (fixtures/schemas/blame.json). */
static void print_blame_json(const struct session *session, const struct result *result, struct span text, bool seen) {
  json_t *root = json_object();
  if (result) {
    json_set(root, "result", json_of_result(session, result));
    json_set(root, "seen", json_boolean(seen));
    json_set(root, "steps", steps_of(text));
  } else {
    json_set(root, "note", json_string(NOTHING_TO_BLAME));
  }
  json_print(root);
}

/* Explains RESULT into TEXT. Returns whether it could be seen; WHY says why not. */
static bool explain_result(struct workspace *workspace, const struct options *options, const struct result *result,
                           struct bytes *text, struct bytes *why) {
  bool good = explain(workspace, options->gate, result, options->has_byte, options->byte, text, why);
  if (result->verdict != EQUAL)
    refused_calls(workspace, result, text);
  return good;
}

int blame_command(struct session *session, struct workspace *workspace, const struct options *options) {
  struct bytes text = {0};
  struct bytes why = {0};
  int status = EXIT_EQUAL;
  bool good = false;
  bool ran = session_run(session, workspace, &why, &status);
  const struct result *result = ran ? choose(session, options->has_byte) : NULL;
  if (ran)
    status = EXIT_EQUAL;
  if (result && !options->json) {
    struct bytes headline = {0};
    report_headline(result, &headline);
    printf("%s\n", headline.data);
    bytes_free(&headline);
  }
  if (result) {
    good = explain_result(workspace, options, result, &text, &why);
    status = !good ? EXIT_INFRASTRUCTURE : result->verdict == EQUAL ? EXIT_EQUAL : EXIT_DIVERGED;
  }
  if (ran && options->json)
    print_blame_json(session, result, span_of(&text), good);
  else if (ran)
    printf("%s%s", span_of(&text).data, result ? "" : NOTHING_TO_BLAME "\n");
  fflush(stdout);
  if (why.len)
    fprintf(stderr, "bytegate: %s\n", why.data);
  bytes_free(&text);
  bytes_free(&why);
  return status;
}

/* SPDX-License-Identifier: MIT */
