/* What the formats that are JSON share. */
#ifndef HARNESS_REPORT_JSON_H
#define HARNESS_REPORT_JSON_H

#include "harness/base/bytes.h"

#include <jansson.h>

/* TEXT as a JSON string; what is no UTF-8 or no printable character is escaped as in the reports for people. */
json_t *json_string_of(struct span text);

/* Sets KEY of OBJECT to VALUE, which it takes. */
void json_set(json_t *object, const char *key, json_t *value);

/* LINES, each with its end, as an array of strings. */
json_t *json_lines_of(struct span lines);

/* Prints VALUE, which it takes, on stdout: what a command does with --json. */
void json_print(json_t *value);

/* What became of one case, as a line of --json-lines says it (fixtures/schemas/json-lines.json). */
struct session;
struct result;
json_t *json_of_result(const struct session *session, const struct result *result);

/* Appends VALUE, laid out by jansson's FLAGS, and a line end. */
void json_append(struct bytes *out, const json_t *value, size_t flags);

#endif

/* SPDX-License-Identifier: MIT */
