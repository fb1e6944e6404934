/* What the formats that are JSON share. */
#ifndef HARNESS_REPORT_JSON_H
#define HARNESS_REPORT_JSON_H

#include "harness/base/bytes.h"

#include <jansson.h>

/* TEXT as a JSON string; what is no UTF-8 or no printable character is escaped as in the reports for people. */
json_t *json_string_of(struct span text);

/* Sets KEY of OBJECT to VALUE, which it takes. */
void json_set(json_t *object, const char *key, json_t *value);

/* Appends VALUE, laid out by jansson's FLAGS, and a line end. */
void json_append(struct bytes *out, const json_t *value, size_t flags);

#endif
