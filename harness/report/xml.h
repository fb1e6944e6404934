/* Writes XML 1.0: elements, attributes and text, one element a line. What XML cannot hold is written as it can be read:
   a byte that is part of no well-formed UTF-8, or of a character that XML forbids, becomes \xHH. */
#ifndef HARNESS_XML_H
#define HARNESS_XML_H

#include "harness/base/bytes.h"

enum { XML_DEEPEST = 8 };

/* An XML document that is being written to OUT. All zero but OUT is a document without an element. */
struct xml {
  struct bytes *out;
  const char *open[XML_DEEPEST]; /* the elements that are open, by name */
  unsigned depth;
  bool in_tag;  /* the start tag of the innermost is not closed yet: it may get attributes */
  bool in_text; /* the innermost has text, so that its end stands on the same line */
};

/* Opens the element NAME within the one that is open. The first one is the root; the XML declaration stands before it.
   NAME must live until the element is closed. */
void xml_open(struct xml *xml, const char *name);

/* Adds an attribute to the element that was just opened. */
void xml_attribute(struct xml *xml, const char *name, const char *value);
void xml_attribute_format(struct xml *xml, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds text to the element that is open; it must have no element within it. */
void xml_text(struct xml *xml, struct span text);

/* Closes the innermost element. */
void xml_close(struct xml *xml);

#endif

/* SPDX-License-Identifier: MIT */
