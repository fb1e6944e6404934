/* Holds JSON to a schema. */
#include "harness/tests/json_schema.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_PATH = 256 };

static void hold(json_t *value, json_t *rules, json_t *root, const char *path);

static bool has_type(json_t *value, const char *type) {
  const struct {
    const char *name;
    bool has;
  } types[] = {{"object", json_is_object(value)}, {"array", json_is_array(value)},
               {"string", json_is_string(value)}, {"integer", json_is_integer(value)},
               {"number", json_is_number(value)}, {"boolean", json_is_boolean(value)}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i].name, type) == 0)
      return types[i].has;
  ck_abort_msg("the schema knows a type that is none: %s", type);
  return false;
}

/* RFC 3986, appendix A: what a URI reference consists of. */
static bool is_uri_reference(const char *text) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=";
  for (; *text; text++) {
    if (*text == '%' && strspn(text + 1, "0123456789ABCDEFabcdef") >= 2)
      text += 2;
    else if (!strchr(plain, *text))
      return false;
  }
  return true;
}

static bool is_among(json_t *value, json_t *values) {
  for (size_t i = 0; i < json_array_size(values); i++)
    if (json_equal(value, json_array_get(values, i)))
      return true;
  return false;
}

static void has_all(json_t *value, json_t *names, const char *path) {
  for (size_t i = 0; i < json_array_size(names); i++) {
    const char *name = json_string_value(json_array_get(names, i));
    ck_assert_msg(json_object_get(value, name) != NULL, "%s has no %s", path, name);
  }
}

static void hold_members(json_t *value, json_t *rules, json_t *root, const char *path) {
  json_t *properties = json_object_get(rules, "properties");
  json_t *others = json_object_get(rules, "additionalProperties");
  const char *key;
  json_t *member;
  json_object_foreach(value, key, member) {
    char below[LONGEST_PATH];
    json_t *rule = json_object_get(properties, key);
    snprintf(below, sizeof below, "%s.%s", path, key);
    ck_assert_msg(rule || !json_is_false(others), "%s is not in the schema", below);
    if (rule || others)
      hold(member, rule ? rule : others, root, below);
  }
}

static void hold_items(json_t *value, json_t *rules, json_t *root, const char *path) {
  for (size_t i = 0; i < json_array_size(value); i++) {
    char below[LONGEST_PATH];
    snprintf(below, sizeof below, "%s[%zu]", path, i);
    hold(json_array_get(value, i), rules, root, below);
  }
}

/* The keywords that ask something of VALUE itself. Returns false where this is none of them. */
static bool hold_itself(json_t *value, const char *keyword, json_t *rule, const char *path) {
  if (strcmp(keyword, "type") == 0)
    ck_assert_msg(has_type(value, json_string_value(rule)), "%s is no %s", path, json_string_value(rule));
  else if (strcmp(keyword, "const") == 0)
    ck_assert_msg(json_equal(value, rule), "%s is not the constant", path);
  else if (strcmp(keyword, "enum") == 0)
    ck_assert_msg(is_among(value, rule), "%s is %s", path, json_string_value(value));
  else if (strcmp(keyword, "minimum") == 0)
    ck_assert_msg(json_number_value(value) >= json_number_value(rule), "%s is too small", path);
  else if (strcmp(keyword, "minItems") == 0)
    ck_assert_msg((json_int_t)json_array_size(value) >= json_integer_value(rule), "%s has too few items", path);
  else if (strcmp(keyword, "format") == 0)
    ck_assert_msg(strcmp(json_string_value(rule), "uri-reference") == 0 && is_uri_reference(json_string_value(value)),
                  "%s is no %s: %s", path, json_string_value(rule), json_string_value(value));
  else if (strcmp(keyword, "required") == 0)
    has_all(value, rule, path);
  else
    return strcmp(keyword, "$comment") == 0 || strcmp(keyword, "definitions") == 0;
  return true;
}

/* What RULE, a $ref, names: a definition of ROOT; or, where it ends in .json, another schema, which holds VALUE then.
 */
static void hold_reference(json_t *value, const char *rule, json_t *root, const char *path) {
  size_t len = strlen(rule);
  if (len > 5 && strcmp(rule + len - 5, ".json") == 0) {
    char file[LONGEST_PATH];
    snprintf(file, sizeof file, "fixtures/schemas/%s", rule);
    json_t *other = json_load_file(file, 0, NULL);
    ck_assert_msg(other != NULL, "%s is no schema", file);
    hold(value, other, other, path);
    json_decref(other);
    return;
  }
  json_t *there = json_object_get(json_object_get(root, "definitions"), strrchr(rule, '/') + 1);
  ck_assert_msg(there != NULL, "the schema defines no %s", rule);
  hold(value, there, root, path);
}

/* The keywords that hand on what VALUE consists of. The same return. */
static bool hold_parts(json_t *value, const char *keyword, json_t *rules, json_t *root, const char *path) {
  json_t *rule = json_object_get(rules, keyword);
  if (strcmp(keyword, "properties") == 0) {
    hold_members(value, rules, root, path);
  } else if (strcmp(keyword, "additionalProperties") == 0) {
    if (!json_object_get(rules, "properties"))
      hold_members(value, rules, root, path);
  } else if (strcmp(keyword, "items") == 0) {
    hold_items(value, rule, root, path);
  } else if (strcmp(keyword, "$ref") == 0) {
    hold_reference(value, json_string_value(rule), root, path);
  } else {
    return false;
  }
  return true;
}

static void hold(json_t *value, json_t *rules, json_t *root, const char *path) {
  const char *keyword;
  json_t *rule;
  json_object_foreach(rules, keyword, rule) {
    bool known = hold_itself(value, keyword, rule, path) || hold_parts(value, keyword, rules, root, path);
    ck_assert_msg(known, "the schema has a keyword that is not known here: %s", keyword);
  }
}

void must_hold_to(json_t *value, json_t *root) { hold(value, root, root, "$"); }

/* SPDX-License-Identifier: MIT */
