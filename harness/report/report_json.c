/* JSON lines: one object for each result. */
#include "harness/report/json.h"
#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <stdlib.h>
#include <string.h>

static json_t *result_object(const struct session *session, const struct result *result) {
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
    json_t *object = result_object(session, &session->results[i]);
    json_append(out, object, JSON_COMPACT);
    json_decref(object);
  }
  struct troubles troubles = {out, run_verdict_name(session_verdict(session))};
  report_each_trouble(session, add_trouble, &troubles);
}

const struct report_format json_lines_format = {"json-lines", "Write JSON as well, one result a line", REPORT_IN_FILE,
                                                make};
