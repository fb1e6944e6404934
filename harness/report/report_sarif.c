/* SARIF 2.1.0: one result for each failure, at the file of its case. */
#include "harness/report/json.h"
#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"
#include "oracles/markdown.h"

#include <stdlib.h>
#include <string.h>

/* The URI (RFC 3986, RFC 8089) of the file PATH: all but what is unreserved, and the slash, is percent-encoded. It is
   relative to the current folder where the file is below that, as services want it that show sources. */
static json_t *uri_of(const char *path) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  char *whole = realpath(path, NULL);
  char *here = path_from_here(whole ? whole : xstrdup(path));
  struct bytes uri = {0};
  bytes_text(&uri, *here == '/' ? "file://" : "");
  for (const char *at = here; *at; at++)
    bytes_printf(&uri, strchr(plain, *at) ? "%c" : "%%%02X", (unsigned char)*at);
  json_t *string = json_string(uri.data);
  bytes_free(&uri);
  free(here);
  return string;
}

/* A file that is there, and the lines in it where one would look: that of the case and the block of Markdown whose HTML
   diverged, or else that of the suite and the line of the program. */
static json_t *location(const struct result *result) {
  const struct test_case *one = result->test_case;
  struct markdown_block block = {.first_line = 1, .last_line = 1};
  if (!one->file)
    block.first_line = block.last_line = result->target->program->line > 0 ? result->target->program->line : 1;
  else if (!report_block(result, &block))
    block = (struct markdown_block){.first_line = 1, .last_line = 1};
  int last = block.last_line > block.first_line ? block.last_line : block.first_line;
  json_t *where = json_pack("{s:{s:{s:o}, s:{s:i, s:i}}}", "physicalLocation", "artifactLocation", "uri",
                            uri_of(one->file ? one->file : result->suite->path), "region", "startLine",
                            block.first_line, "endLine", last);
  json_set(where, "logicalLocations",
           json_pack("[{s:s, s:s}]", "name", result->target->label, "fullyQualifiedName", result->target->where));
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
                "error", "message", "text", json_string_of(span_of(&headline)), "locations", location(result),
                "partialFingerprints", "divergence/v1", signature, "fault/v1", json_string_of(span_text(way)),
                "properties", "reproduce", json_string_of(span_of(&command)));
  if (result->part != PART_NONE)
    json_object_update_new(
        json_object_get(object, "properties"),
        json_pack("{s:s, s:I}", "part", part_name(result->part), "byteOffset", (json_int_t)result->offset));
  free(signature);
  free(way);
  bytes_free(&headline);
  bytes_free(&command);
  return object;
}

/* What is wrong with the run as a whole: a result for those who look at results alone, and what the standard has for
   it, a notification of the invocation (3.20.21). */
struct troubles {
  json_t *results, *notifications;
};

static void add_trouble(void *user, const char *line) {
  struct troubles *troubles = user;
  json_array_append_new(troubles->results,
                        json_pack("{s:s, s:s, s:{s:o}, s:[{s:{s:{s:s}}}]}", "ruleId", "RUN", "level", "error",
                                  "message", "text", json_string_of(span_text(line)), "locations", "physicalLocation",
                                  "artifactLocation", "uri", "bytegate"));
  json_array_append_new(troubles->notifications, json_pack("{s:s, s:{s:o}}", "level", "error", "message", "text",
                                                           json_string_of(span_text(line))));
}

static void add_note(void *user, const char *line) {
  const struct troubles *troubles = user;
  json_array_append_new(troubles->notifications, json_pack("{s:s, s:{s:o}}", "level", "note", "message", "text",
                                                           json_string_of(span_text(line))));
}

static void make(const struct session *session, struct bytes *out) {
  json_t *results = json_array();
  json_t *rules = json_array();
  for (int verdict = DIVERGED; verdict < VERDICTS; verdict++)
    json_array_append_new(rules, json_pack("{s:s}", "id", verdict_name((enum verdict)verdict)));
  json_array_append_new(rules, json_pack("{s:s}", "id", verdict_name(EQUAL)));
  json_array_append_new(rules, json_pack("{s:s}", "id", "RUN"));
  for (size_t i = 0; i < session->result_count; i++)
    if (result_failed(&session->results[i]))
      json_array_append_new(results, sarif_result(session, &session->results[i]));
  struct troubles troubles = {results, json_array()};
  report_each_trouble(session, add_trouble, &troubles);
  bool whole = json_array_size(troubles.notifications) == 0;
  report_each_note(session, add_note, &troubles);
  json_t *root =
      json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:[{s:b, s:o}], s:o}]}", "$schema",
                "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool", "driver", "name",
                "bytegate", "version", "0.1.0", "rules", rules, "invocations", "executionSuccessful", whole,
                "toolExecutionNotifications", troubles.notifications, "results", results);
  if (session->confinement)
    json_object_set_new(json_array_get(json_object_get(root, "runs"), 0), "properties",
                        json_pack("{s:s}", "confinement", session->confinement));
  json_append(out, root, JSON_INDENT(1));
  json_decref(root);
}

const struct report_format sarif_format = {"sarif", "Write SARIF 2.1.0 as well", REPORT_IN_FILE, make};

/* SPDX-License-Identifier: MIT */
