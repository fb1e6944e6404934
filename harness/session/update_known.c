/* What a session lets one say about the list: which entries it covered, and which speak of nothing. */
#include "harness/session/update_known.h"

#include "harness/suite/suite.h"

#include <stdlib.h>
#include <string.h>

/* Whether ENTRY speaks of SUITE alone. */
static bool is_of_suite(const struct known_entry *entry, const struct suite *suite) {
  size_t len = strlen(suite->name);
  return strncmp(entry->test_case, suite->name, len) == 0 && entry->test_case[len] == '/';
}

/* How many cases, and stops of servers, of SUITE are spoken of by ENTRY. */
static size_t count_spoken(const struct session *session, const struct suite *suite, const struct known_entry *entry) {
  char *stop = xasprintf("%s/%s", suite->name, session->stop.id);
  size_t count = 0;
  for (size_t k = 0; k < suite->target_count; k++) {
    const struct target *target = &suite->targets[k];
    for (size_t c = 0; c < suite->case_count; c++) {
      char *id = xasprintf("%s/%s", suite->name, suite->cases[c].id);
      count += known_matches(entry, target, id);
      free(id);
    }
    count += session_judges_stop(target) && known_matches(entry, target, stop);
  }
  free(stop);
  return count;
}

static bool has_run(const struct result *result) {
  return result->verdict != NOT_RUN && !result->untried && !verdict_is_infrastructure(result->verdict);
}

static bool covers(void *user, const struct known_entry *entry) {
  const struct session *session = user;
  size_t spoken = 0;
  size_t ran = 0;
  bool one_suite = false;
  for (size_t i = 0; i < session->suite_count; i++) {
    one_suite |= is_of_suite(entry, &session->suites[i]);
    spoken += count_spoken(session, &session->suites[i], entry);
  }
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    char *id = xasprintf("%s/%s", result->suite->name, result->test_case->id);
    ran += result->target != &session->oracle && has_run(result) && known_matches(entry, result->target, id);
    free(id);
  }
  /* A pattern for the suite's name may speak of suites that were not read. */
  return ran == spoken && (one_suite || session->options->suites.count == 0);
}

static bool is_idle(void *user, const struct known_entry *entry) {
  return session_entry_is_idle((const struct session *)user, entry);
}

bool session_update_known(const struct session *session, struct bytes *said) {
  const struct known_scope scope = {covers, is_idle, (void *)(uintptr_t)session};
  struct known_changes changes = {0};
  struct bytes why = {0};
  const char *path = session->known.path;
  size_t not_run = 0;
  for (size_t i = 0; i < session->result_count; i++) {
    enum left_out left_out = session_left_out(session, &session->results[i]);
    not_run += left_out == LEFT_INTERRUPTED || left_out == LEFT_AFTER_FAILURE;
  }
  if (session->interrupted || not_run) {
    bytes_printf(said, "%s is left as it is: %zu of %zu cases were not run, %s\n", path, not_run, session->selected,
                 left_out_reason(session->interrupted ? LEFT_INTERRUPTED : LEFT_AFTER_FAILURE));
    return true;
  }
  int failed = known_update(path, session->results, session->result_count, &scope, &changes, &why);
  bytes_add(said, span_of(&changes.notes));
  if (failed)
    bytes_printf(said, "%s: %s; it is left as it is\n", why.len ? why.data : path,
                 why.len ? "no list can be merged" : strerror(failed));
  else
    bytes_printf(said, "%s: %zu kept, %zu added, %zu removed\n", path, changes.kept, changes.added, changes.removed);
  bytes_free(&changes.notes);
  bytes_free(&why);
  return failed == 0;
}

/* SPDX-License-Identifier: MIT */
