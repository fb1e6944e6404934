/* The diagnosis for people and for programs. */
#include "harness/doctor/doctor.h"

#include "harness/base/words.h"
#include "harness/process/confinement.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"

#include <stdio.h>

/* Where the columns of the table for people begin, and how wide it may be. */
enum { NEXT_COLUMN = 6, MEANING_COLUMN = 10, FOUND_COLUMN = 21, WIDTH = 60 };

static const char *const state_names[] = {"good", "limited", "lacking"};

static size_t count_state(const struct diagnosis *diagnosis, enum finding_state state) {
  size_t count = 0;
  for (size_t i = 0; i < diagnosis->count; i++)
    count += diagnosis->findings[i].state == state;
  return count;
}

/* What to do next, in one line. */
static const char *next_step(const struct diagnosis *diagnosis) {
  if (count_state(diagnosis, FINDING_LACKING))
    return "mend what is lacking, then run bytegate doctor again";
  return "bytegate verify --suite FILE.ini (bytegate-suite(5) describes the file)";
}

void doctor_text(const struct diagnosis *diagnosis, struct bytes *out) {
  for (size_t i = 0; i < diagnosis->count; i++) {
    const struct finding *finding = &diagnosis->findings[i];
    bytes_printf(out, "%-8s %-11s ", state_names[finding->state], finding->name);
    bytes_wrapped(out, FOUND_COLUMN, WIDTH, finding->found);
    if (finding->state == FINDING_GOOD)
      continue;
    bytes_text(out, "  effect  ");
    bytes_wrapped(out, MEANING_COLUMN, WIDTH, finding->effect);
    bytes_text(out, "  remedy  ");
    bytes_wrapped(out, MEANING_COLUMN, WIDTH, finding->remedy);
  }
  bytes_printf(out, "%zu good, %zu limited, %zu lacking\nnext: ", count_state(diagnosis, FINDING_GOOD),
               count_state(diagnosis, FINDING_LIMITED), count_state(diagnosis, FINDING_LACKING));
  bytes_wrapped(out, NEXT_COLUMN, WIDTH, next_step(diagnosis));
}

void doctor_json(const struct diagnosis *diagnosis, struct bytes *out) {
  json_t *root = json_object();
  json_t *findings = json_array();
  for (size_t i = 0; i < diagnosis->count; i++) {
    const struct finding *finding = &diagnosis->findings[i];
    json_t *one = json_object();
    json_set(one, "name", json_string(finding->name));
    json_set(one, "state", json_string(state_names[finding->state]));
    json_set(one, "found", json_string_of(span_text(finding->found)));
    if (finding->state != FINDING_GOOD) {
      json_set(one, "effect", json_string(finding->effect));
      json_set(one, "remedy", json_string(finding->remedy));
    }
    json_array_append_new(findings, one);
  }
  json_set(root, "can_give_verdicts", json_boolean(!count_state(diagnosis, FINDING_LACKING)));
  json_set(root, "findings", findings);
  json_set(root, "next", json_string(next_step(diagnosis)));
  json_append(out, root, JSON_INDENT(2));
  json_decref(root);
}

int doctor_command(bool json) {
  struct surroundings seen;
  struct diagnosis diagnosis;
  struct workspace workspace = {0};
  struct bytes why = {0};
  struct bytes out = {0};
  /* What a process may is tried before the namespaces of a run are entered, in which root may more. */
  doctor_look("", &seen);
  confinement_begin(CONFINE_DEFAULT);
  workspace_open(&workspace);
  if (confinement_check(&workspace, &why))
    seen.cells = confinement_state();
  doctor_judge(&seen, &diagnosis);
  if (json)
    doctor_json(&diagnosis, &out);
  else
    doctor_text(&diagnosis, &out);
  fwrite(out.data, 1, out.len, stdout);
  int status = count_state(&diagnosis, FINDING_LACKING) ? EXIT_INFRASTRUCTURE : EXIT_EQUAL;
  workspace_close(&workspace);
  diagnosis_free(&diagnosis);
  surroundings_free(&seen);
  bytes_free(&why);
  bytes_free(&out);
  return status;
}

/* SPDX-License-Identifier: MIT */
