/* Holds JSON to a schema, in as much of JSON Schema (draft 7) as fixtures/schemas needs. A keyword that it does not
   know is a mistake of the schema, not passed over. */
#ifndef HARNESS_TESTS_JSON_SCHEMA_H
#define HARNESS_TESTS_JSON_SCHEMA_H

#include <jansson.h>

/* Fails the test, with the path in VALUE and what was expected, where VALUE does not hold to ROOT's rules. */
void must_hold_to(json_t *value, json_t *root);

#endif

/* SPDX-License-Identifier: MIT */
