/* JUnit XML, as CI servers read it. */
#include "harness/report/report.h"
#include "harness/report/xml.h"
#include "harness/suite/suite.h"

#include <stdlib.h>

static void write_failure(const struct session *session, struct xml *xml, const struct result *result) {
  bool fault = verdict_is_infrastructure(result->verdict);
  struct bytes headline = {0};
  struct bytes explanation = {0};
  report_headline(result, &headline);
  report_explanation(session, result, &explanation);
  xml_open(xml, fault ? "error" : "failure");
  xml_attribute(xml, "type", verdict_name(result->verdict));
  xml_attribute(xml, "message", headline.data);
  xml_text(xml, span_of(&explanation));
  xml_close(xml);
  bytes_free(&headline);
  bytes_free(&explanation);
}

static void write_case(const struct session *session, struct xml *xml, const struct result *result) {
  xml_open(xml, "testcase");
  xml_attribute(xml, "name", result->test_case->id);
  xml_attribute_format(xml, "classname", "%s.%s.%s", result->suite->name, result->target->label, result->target->where);
  xml_attribute_format(xml, "time", "%.6f", (double)result->duration_ns / 1e9);
  if (result_failed(result)) {
    write_failure(session, xml, result);
  } else if (result->verdict == NOT_RUN || result->known == KNOWN_AS_IS) {
    xml_open(xml, "skipped");
    char *message = xasprintf("%s%s%s",
                              result->known == KNOWN_AS_IS ? "known divergence"
                                                           : left_out_reason(session_left_out(session, result)),
                              result->reason ? ": " : "", result->reason ? result->reason : "");
    xml_attribute(xml, "message", message);
    free(message);
    xml_close(xml);
  }
  xml_close(xml);
}

static void write_property(struct xml *xml, const char *name, const char *value) {
  xml_open(xml, "property");
  xml_attribute(xml, "name", name);
  xml_attribute(xml, "value", value);
  xml_close(xml);
}

static void write_note(void *user, const char *line) { write_property(user, "note", line); }

static void write_properties(const struct session *session, struct xml *xml) {
  struct bytes notes = {0};
  report_notes(session, &notes);
  if (session->confinement || notes.len) {
    xml_open(xml, "properties");
    if (session->confinement)
      write_property(xml, "confinement", session->confinement);
    report_each_note(session, write_note, xml);
    xml_close(xml);
  }
  bytes_free(&notes);
}

static void write_suite(const struct session *session, struct xml *xml, size_t first, const struct tally *tally) {
  const struct result *start = &session->results[first];
  size_t errors = 0;
  for (size_t i = first; i < first + tally->count; i++) {
    const struct result *result = &session->results[i];
    errors += result_failed(result) && (verdict_is_infrastructure(result->verdict));
  }
  xml_open(xml, "testsuite");
  xml_attribute_format(xml, "name", "%s.%s.%s", start->suite->name, start->target->label, start->target->where);
  xml_attribute_format(xml, "tests", "%zu", tally->count);
  xml_attribute_format(xml, "failures", "%zu", tally->failed - errors);
  xml_attribute_format(xml, "errors", "%zu", errors);
  xml_attribute_format(xml, "skipped", "%zu", tally->not_run + tally->known);
  xml_attribute_format(xml, "time", "%.6f", (double)tally->duration_ns / 1e9);
  write_properties(session, xml);
  for (size_t i = first; i < first + tally->count; i++)
    write_case(session, xml, &session->results[i]);
  xml_close(xml);
}

struct troubles {
  struct xml *xml;
  const char *verdict;
};

static void count_trouble(void *user, const char *line) {
  (void)line;
  ++*(size_t *)user;
}

static void write_trouble(void *user, const char *line) {
  const struct troubles *troubles = user;
  struct xml *xml = troubles->xml;
  xml_open(xml, "testcase");
  xml_attribute(xml, "name", line);
  xml_attribute(xml, "classname", "bytegate");
  xml_attribute(xml, "time", "0");
  xml_open(xml, "error");
  xml_attribute(xml, "type", troubles->verdict);
  xml_attribute(xml, "message", line);
  xml_close(xml);
  xml_close(xml);
}

/* What is wrong with the run as a whole, as a suite of its own. */
static void write_troubles(const struct session *session, struct xml *xml) {
  struct troubles troubles = {xml, run_verdict_name(session_verdict(session))};
  size_t count = 0;
  report_each_trouble(session, count_trouble, &count);
  if (count == 0)
    return;
  xml_open(xml, "testsuite");
  xml_attribute(xml, "name", "bytegate");
  xml_attribute_format(xml, "tests", "%zu", count);
  xml_attribute(xml, "failures", "0");
  xml_attribute_format(xml, "errors", "%zu", count);
  xml_attribute(xml, "skipped", "0");
  xml_attribute(xml, "time", "0");
  report_each_trouble(session, write_trouble, &troubles);
  xml_close(xml);
}

static void make(const struct session *session, struct bytes *out) {
  struct xml document = {.out = out};
  struct xml *xml = &document;
  xml_open(xml, "testsuites");
  xml_attribute(xml, "name", "bytegate");
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t count = report_group(session, first, &tally);
    write_suite(session, xml, first, &tally);
    first += count;
  }
  write_troubles(session, xml);
  xml_close(xml);
}

const struct report_format junit_format = {"junit", "Write JUnit XML as well", REPORT_IN_FILE, make};

/* SPDX-License-Identifier: MIT */
