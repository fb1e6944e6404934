/* JUnit XML, as CI servers read it. What is no character of XML is escaped before it is written. */
#include "harness/report/report.h"

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
    xmlTextWriterWriteAttribute(writer, X("message"), X(result->known == KNOWN_AS_IS ? "known divergence" : "not run"));
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
  for (size_t i = first; i < first + tally->count; i++)
    write_case(session, writer, &session->results[i]);
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
  xmlTextWriterEndDocument(writer);
  xmlFreeTextWriter(writer);
  bytes_append(out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
  xmlBufferFree(text);
}

const struct report_format junit_format = {"junit", "Write JUnit XML as well", REPORT_IN_FILE, make};
