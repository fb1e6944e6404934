/* JSON lines: one object for each result; and one document with all of them. */
#include "harness/report/json.h"
#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <stdlib.h>
#include <string.h>

json_t *json_of_result(const struct session *session, const struct result *result) {
  json_t *object = json_object();
  char *signature = result_signature(result);
  char *way = result_way(result);
  struct bytes command = {0};
  report_command(session, result, &command);
  json_set(object, "suite", json_string(result->suite->name));
  json_set(object, "case", json_string_of(span_text(result->test_case->id)));
  json_set(object, "program", json_string(result->target->label));
  json_set(object, "runner", json_string(result->target->where));
  json_set(object, "verdict", json_string(verdict_name(result->verdict)));
  json_set(object, "failed", json_boolean(result_failed(result)));
  json_set(object, "known", json_boolean(result->known == KNOWN_AS_IS));
  json_set(object, "duration_ms", json_real((double)result->duration_ns / 1e6));
  if (session->confinement)
    json_set(object, "confinement", json_string(session->confinement));
  if (verdict_is_failure(result->verdict) || result->known != KNOWN_NOT) {
    json_set(object, "signature", json_string(signature));
    json_set(object, "fault", json_string_of(span_text(way)));
    json_set(object, "detail", json_string_of(span_of(&result->detail)));
    json_set(object, "reproduce", json_string_of(span_of(&command)));
  }
  if (result->filtered) {
    json_set(object, "filter", json_string_of(span_text(result->target->program->filter)));
    json_set(object, "filtered_expected", json_integer((json_int_t)result->filtered_expected));
    json_set(object, "filtered_actual", json_integer((json_int_t)result->filtered_actual));
  }
  if (result->reason)
    json_set(object, "reason", json_string_of(span_text(result->reason)));
  if (result->where.len)
    json_set(object, "where", json_string_of(span_of(&result->where)));
  if (result->part != PART_NONE) {
    json_set(object, "part", json_string(part_name(result->part)));
    json_set(object, "offset", json_integer((json_int_t)result->offset));
    json_set(object, "expected", json_string_of(span_of(&result->expected)));
    json_set(object, "actual", json_string_of(span_of(&result->actual)));
  }
  free(signature);
  free(way);
  bytes_free(&command);
  return object;
}

/* What is wrong with the run as a whole, as the result of no case. */
struct troubles {
  struct bytes *out;
  const char *verdict;
};

static void add_trouble(void *user, const char *line) {
  const struct troubles *troubles = user;
  json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:f, s:o}", "suite", "", "case", "", "program", "",
                             "runner", "", "verdict", troubles->verdict, "failed", 1, "known", 0, "duration_ms", 0.0,
                             "detail", json_string_of(span_text(line)));
  json_append(troubles->out, object, JSON_COMPACT);
  json_decref(object);
}

static void make(const struct session *session, struct bytes *out) {
  for (size_t i = 0; i < session->result_count; i++) {
    json_t *object = json_of_result(session, &session->results[i]);
    json_append(out, object, JSON_COMPACT);
    json_decref(object);
  }
  struct troubles troubles = {out, run_verdict_name(session_verdict(session))};
  report_each_trouble(session, add_trouble, &troubles);
}

const struct report_format json_lines_format = {"json-lines", "Write JSON as well, one result a line", REPORT_IN_FILE,
                                                make};

/* ---- One document ------------------------------------------------------------------------------------------------ */

/* The commands of report_next, without the words before them. */
static json_t *next_commands(const struct session *session, const struct result *result) {
  enum { LABEL = sizeof "  next      " - 1 };
  struct bytes lines = {0};
  json_t *commands = json_array();
  report_next(session, result, &lines);
  for (char *rest = lines.data, *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n"))
    json_array_append_new(commands, json_string_of(span_text(line + LABEL)));
  bytes_free(&lines);
  return commands;
}

static json_t *fault_object(const struct session *session, const struct fault *fault) {
  json_t *object = json_object();
  struct bytes headline = {0};
  report_headline(fault->example, &headline);
  json_set(object, "failures", json_integer((json_int_t)fault->failures));
  json_set(object, "cases", json_integer((json_int_t)fault->cases));
  json_set(object, "programs", json_integer((json_int_t)fault->targets));
  json_set(object, "example", json_string_of(span_of(&headline)));
  json_set(object, "next", next_commands(session, fault->example));
  bytes_free(&headline);
  return object;
}

/* All that is known of the run, as one value (fixtures/schemas/verify.json). */
static void make_document(const struct session *session, struct bytes *out) {
  json_t *root = json_object();
  json_t *results = json_array();
  json_t *faults = json_array();
  struct bytes lines = {0};
  enum run_verdict verdict = session_verdict(session);
  for (size_t i = 0; i < session->result_count; i++)
    json_array_append_new(results, json_of_result(session, &session->results[i]));
  for (size_t i = 0; i < session->fault_count; i++)
    json_array_append_new(faults, fault_object(session, &session->faults[i]));
  json_set(root, "verdict", json_string(run_verdict_name(verdict)));
  json_set(root, "failed", json_boolean(verdict != RUN_GREEN));
  json_set(root, "cases", json_integer((json_int_t)session->finished));
  json_set(root, "not_run", json_integer((json_int_t)(session->result_count - session->finished)));
  json_set(root, "failures", json_integer((json_int_t)session->failed));
  json_set(root, "known", json_integer((json_int_t)session->known_count));
  json_set(root, "seconds", json_real((double)session->elapsed_ns / 1e9));
  if (session->scope)
    json_set(root, "scope", json_string(session->scope));
  report_troubles(session, &lines);
  json_set(root, "troubles", json_lines_of(span_of(&lines)));
  bytes_clear(&lines);
  report_notes(session, &lines);
  json_set(root, "notes", json_lines_of(span_of(&lines)));
  json_set(root, "faults", faults);
  json_set(root, "results", results);
  json_append(out, root, JSON_INDENT(1));
  bytes_free(&lines);
  json_decref(root);
}

const struct report_format json_format = {"json", "Print one JSON document", REPORT_AS_STDOUT, make_document};

/* SPDX-License-Identifier: MIT */
