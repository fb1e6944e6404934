/* JSON lines: one object for each result. SARIF 2.1.0: one result for each failure, with the region of the document. */
#include "harness/report/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* TEXT as a JSON string; what is no UTF-8 or no printable character is escaped as in the reports for people. */
static json_t *string_of(struct span text) {
  struct bytes escaped = {0};
  bytes_text(&escaped, "");
  bytes_escaped(&escaped, text);
  json_t *string = json_stringn(escaped.data, escaped.len);
  bytes_free(&escaped);
  return string;
}

static void set(json_t *object, const char *key, json_t *value) {
  if (json_object_set_new(object, key, value) != 0)
    die("out of memory");
}

static json_t *result_object(const struct session *session, const struct result *result) {
  json_t *object = json_object();
  char *signature = result_signature(result);
  char *way = result_way(result);
  struct bytes command = {0};
  report_command(session, result, &command);
  set(object, "suite", json_string(result->suite->name));
  set(object, "case", string_of(span_text(result->test_case->id)));
  set(object, "program", json_string(result->target->label));
  set(object, "runner", json_string(result->target->where));
  set(object, "verdict", json_string(verdict_name(result->verdict)));
  set(object, "failed", json_boolean(result_failed(result)));
  set(object, "known", json_boolean(result->known == KNOWN_AS_IS));
  set(object, "duration_ms", json_real((double)result->duration_ns / 1e6));
  if (verdict_is_failure(result->verdict) || result->known != KNOWN_NOT) {
    set(object, "signature", json_string(signature));
    set(object, "fault", string_of(span_text(way)));
    set(object, "detail", string_of(span_of(&result->detail)));
    set(object, "reproduce", string_of(span_of(&command)));
  }
  if (result->where.len)
    set(object, "where", string_of(span_of(&result->where)));
  if (result->part != PART_NONE) {
    set(object, "part", json_string(part_name(result->part)));
    set(object, "offset", json_integer((json_int_t)result->offset));
    set(object, "expected", string_of(span_of(&result->expected)));
    set(object, "actual", string_of(span_of(&result->actual)));
  }
  free(signature);
  free(way);
  bytes_free(&command);
  return object;
}

int json_lines_report(const struct session *session, const char *path) {
  FILE *file = fopen(path, "we");
  if (!file)
    return errno;
  int failed = 0;
  for (size_t i = 0; i < session->result_count && !failed; i++) {
    json_t *object = result_object(session, &session->results[i]);
    failed = json_dumpf(object, file, JSON_COMPACT) != 0 || fputc('\n', file) == EOF ? EIO : 0;
    json_decref(object);
  }
  if (fclose(file) != 0 && !failed)
    failed = errno;
  return failed;
}

/* TEXT as a relative URI (RFC 3986): all but what is unreserved, and the slash, is percent-encoded. */
static json_t *uri_of(const char *text) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  struct bytes uri = {0};
  bytes_text(&uri, "");
  for (; *text; text++)
    bytes_printf(&uri, strchr(plain, *text) ? "%c" : "%%%02X", (unsigned char)*text);
  json_t *string = json_string(uri.data);
  bytes_free(&uri);
  return string;
}

/* The region of the answer that diverged, as an artifact of its own: what came is no file. */
static json_t *location(const struct result *result) {
  char *name = xasprintf("%s/%s", result->suite->name, result->test_case->id);
  size_t length = result->offset < result->actual.len ? 1 : 0;
  json_t *where = json_pack("{s:{s:{s:o}}}", "physicalLocation", "artifactLocation", "uri", uri_of(name));
  if (result->part == PART_BODY || result->part == PART_STDOUT)
    set(json_object_get(where, "physicalLocation"), "region",
        json_pack("{s:I, s:I}", "byteOffset", (json_int_t)result->offset, "byteLength", (json_int_t)length));
  set(where, "logicalLocations",
      json_pack("[{s:s, s:s}]", "name", result->target->label, "fullyQualifiedName", result->target->where));
  free(name);
  return where;
}

static json_t *sarif_result(const struct session *session, const struct result *result) {
  struct bytes headline = {0};
  struct bytes command = {0};
  char *signature = result_signature(result);
  char *way = result_way(result);
  report_headline(result, &headline);
  report_command(session, result, &command);
  json_t *object =
      json_pack("{s:s, s:s, s:{s:o}, s:[o], s:{s:s, s:o}, s:{s:o}}", "ruleId", verdict_name(result->verdict), "level",
                "error", "message", "text", string_of(span_of(&headline)), "locations", location(result),
                "partialFingerprints", "divergence/v1", signature, "fault/v1", string_of(span_text(way)), "properties",
                "reproduce", string_of(span_of(&command)));
  free(signature);
  free(way);
  bytes_free(&headline);
  bytes_free(&command);
  return object;
}

int sarif_report(const struct session *session, const char *path) {
  json_t *results = json_array();
  json_t *rules = json_array();
  for (int verdict = DIVERGED; verdict < VERDICTS; verdict++)
    json_array_append_new(rules, json_pack("{s:s}", "id", verdict_name((enum verdict)verdict)));
  json_array_append_new(rules, json_pack("{s:s}", "id", verdict_name(EQUAL)));
  for (size_t i = 0; i < session->result_count; i++)
    if (result_failed(&session->results[i]))
      json_array_append_new(results, sarif_result(session, &session->results[i]));
  json_t *root = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:o}]}", "$schema",
                           "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
                           "driver", "name", "bytegate", "version", "0.1.0", "rules", rules, "results", results);
  int failed = json_dump_file(root, path, JSON_INDENT(1)) == 0 ? 0 : errno ? errno : EIO;
  json_decref(root);
  return failed;
}
