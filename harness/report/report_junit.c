/* JUnit XML, as CI servers read it. What is no character of XML is escaped before it is written. */
#include "harness/report/report.h"
#include "harness/suite/suite.h"

#include <libxml/xmlwriter.h>
#include <stdlib.h>

#define X(text) ((const xmlChar *)(text))

static void write_failure(const struct session *session, xmlTextWriterPtr writer, const struct result *result) {
  bool fault = verdict_is_infrastructure(result->verdict);
  struct bytes headline = {0};
  struct bytes explanation = {0};
  report_headline(result, &headline);
  report_explanation(session, result, &explanation);
  xmlTextWriterStartElement(writer, X(fault ? "error" : "failure"));
  xmlTextWriterWriteAttribute(writer, X("type"), X(verdict_name(result->verdict)));
  xmlTextWriterWriteAttribute(writer, X("message"), X(headline.data));
  xmlTextWriterWriteString(writer, X(explanation.data));
  xmlTextWriterEndElement(writer);
  bytes_free(&headline);
  bytes_free(&explanation);
}

static void write_case(const struct session *session, xmlTextWriterPtr writer, const struct result *result) {
  xmlTextWriterStartElement(writer, X("testcase"));
  xmlTextWriterWriteAttribute(writer, X("name"), X(result->test_case->id));
  xmlTextWriterWriteFormatAttribute(writer, X("classname"), "%s.%s.%s", result->suite->name, result->target->label,
                                    result->target->where);
  xmlTextWriterWriteFormatAttribute(writer, X("time"), "%.6f", (double)result->duration_ns / 1e9);
  if (result_failed(result)) {
    write_failure(session, writer, result);
  } else if (result->verdict == NOT_RUN || result->known == KNOWN_AS_IS) {
    xmlTextWriterStartElement(writer, X("skipped"));
    xmlTextWriterWriteAttribute(
        writer, X("message"),
        X(result->known == KNOWN_AS_IS ? "known divergence" : left_out_reason(session_left_out(session, result))));
    xmlTextWriterEndElement(writer);
  }
  xmlTextWriterEndElement(writer);
}

static void write_suite(const struct session *session, xmlTextWriterPtr writer, size_t first,
                        const struct tally *tally) {
  const struct result *start = &session->results[first];
  size_t errors = 0;
  for (size_t i = first; i < first + tally->count; i++) {
    const struct result *result = &session->results[i];
    errors += result_failed(result) && (verdict_is_infrastructure(result->verdict));
  }
  xmlTextWriterStartElement(writer, X("testsuite"));
  xmlTextWriterWriteFormatAttribute(writer, X("name"), "%s.%s.%s", start->suite->name, start->target->label,
                                    start->target->where);
  xmlTextWriterWriteFormatAttribute(writer, X("tests"), "%zu", tally->count);
  xmlTextWriterWriteFormatAttribute(writer, X("failures"), "%zu", tally->failed - errors);
  xmlTextWriterWriteFormatAttribute(writer, X("errors"), "%zu", errors);
  xmlTextWriterWriteFormatAttribute(writer, X("skipped"), "%zu", tally->not_run + tally->known);
  xmlTextWriterWriteFormatAttribute(writer, X("time"), "%.6f", (double)tally->duration_ns / 1e9);
  if (session->confinement) {
    xmlTextWriterStartElement(writer, X("properties"));
    xmlTextWriterStartElement(writer, X("property"));
    xmlTextWriterWriteAttribute(writer, X("name"), X("confinement"));
    xmlTextWriterWriteAttribute(writer, X("value"), X(session->confinement));
    xmlTextWriterEndElement(writer);
    xmlTextWriterEndElement(writer);
  }
  for (size_t i = first; i < first + tally->count; i++)
    write_case(session, writer, &session->results[i]);
  xmlTextWriterEndElement(writer);
}

struct troubles {
  xmlTextWriterPtr writer;
  const char *verdict;
};

static void count_trouble(void *user, const char *line) {
  (void)line;
  ++*(size_t *)user;
}

static void write_trouble(void *user, const char *line) {
  const struct troubles *troubles = user;
  xmlTextWriterPtr writer = troubles->writer;
  xmlTextWriterStartElement(writer, X("testcase"));
  xmlTextWriterWriteAttribute(writer, X("name"), X(line));
  xmlTextWriterWriteAttribute(writer, X("classname"), X("bytegate"));
  xmlTextWriterWriteAttribute(writer, X("time"), X("0"));
  xmlTextWriterStartElement(writer, X("error"));
  xmlTextWriterWriteAttribute(writer, X("type"), X(troubles->verdict));
  xmlTextWriterWriteAttribute(writer, X("message"), X(line));
  xmlTextWriterEndElement(writer);
  xmlTextWriterEndElement(writer);
}

/* What is wrong with the run as a whole, as a suite of its own. */
static void write_troubles(const struct session *session, xmlTextWriterPtr writer) {
  struct troubles troubles = {writer, run_verdict_name(session_verdict(session))};
  size_t count = 0;
  report_each_trouble(session, count_trouble, &count);
  if (count == 0)
    return;
  xmlTextWriterStartElement(writer, X("testsuite"));
  xmlTextWriterWriteAttribute(writer, X("name"), X("bytegate"));
  xmlTextWriterWriteFormatAttribute(writer, X("tests"), "%zu", count);
  xmlTextWriterWriteAttribute(writer, X("failures"), X("0"));
  xmlTextWriterWriteFormatAttribute(writer, X("errors"), "%zu", count);
  xmlTextWriterWriteAttribute(writer, X("skipped"), X("0"));
  xmlTextWriterWriteAttribute(writer, X("time"), X("0"));
  report_each_trouble(session, write_trouble, &troubles);
  xmlTextWriterEndElement(writer);
}

static void make(const struct session *session, struct bytes *out) {
  xmlBufferPtr text = xmlBufferCreate();
  xmlTextWriterPtr writer = text ? xmlNewTextWriterMemory(text, 0) : NULL;
  if (!writer)
    die("out of memory");
  xmlTextWriterSetIndent(writer, 1);
  xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
  xmlTextWriterStartElement(writer, X("testsuites"));
  xmlTextWriterWriteAttribute(writer, X("name"), X("bytegate"));
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t count = report_group(session, first, &tally);
    write_suite(session, writer, first, &tally);
    first += count;
  }
  write_troubles(session, writer);
  xmlTextWriterEndDocument(writer);
  xmlFreeTextWriter(writer);
  bytes_append(out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
  xmlBufferFree(text);
}

const struct report_format junit_format = {"junit", "Write JUnit XML as well", REPORT_IN_FILE, make};
