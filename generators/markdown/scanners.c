/* scanners.c: the fixed patterns of CommonMark: HTML tags and blocks (4.6, 6.6), autolinks (6.5), and the parts of a
 * link (6.3).
 *
 * cmark has these as regular expressions compiled to automata that take the longest match and know UTF-8: "any other
 * character" is a well-formed one, and the first ill-formed byte ends a match. Each is written here as the one walk
 * that decides it, and where the longest match is not the obvious one the comment says so. A scanner gets the first
 * byte in A0 and, where white space alone does not stop it, the end in A1; it returns where the match ends, or 0. At
 * the end stands white space, but for the parts of a link, where it is any ASCII character, and more can be read after
 * it. Scanners destroy A0..A4 (those of HTML blocks A5 too) and T*, no more. */
#include <string.h>

#include "parts.h"

/* Branch to `to` if the pointer p has reached the end in A1. */
#define at_end(p, to) bgeu(p, A1, to)

static void lay_byte_classes(void) {
  unsigned char table[256] = {0};
  for (int c = 0; c < 256; c++) {
    bool digit = c >= '0' && c <= '9', alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool alnum = digit || alpha, graphic = c > ' ' && c < 127;
    if ((c >= '\t' && c <= '\r') || c == ' ')
      table[c] |= IS_SPACE;
    if (graphic && !alnum)
      table[c] |= IS_PUNCT;
    if (digit)
      table[c] |= IS_DIGIT;
    if (alpha)
      table[c] |= IS_ALPHA;
    if (alnum || (c && strchr("-_.+!*(),%#@?=;:/$~", c)))
      table[c] |= IS_HREF_SAFE;
    if (alnum || (c && strchr(".!#$%&'*+/=?^_`{|}~-", c)))
      table[c] |= IS_EMAIL;
    if (alnum || (c && strchr(":._-", c)))
      table[c] |= IS_ATTRIBUTE;
    if (c && c < 128 && !strchr(" \t\r\n\v\f\"'=<>`", c))
      table[c] |= IS_UNQUOTED;
  }
  data("byte_classes", 1);
  data_bytes(table, sizeof table);
}

/* skip_space: A0 = the first byte at or after A0, before A1, that is no white space, or A1; T0 = the byte there.
 */
static void lay_skip_space(void) {
  routine("skip_space", in(A0, A1), out(A0, T0), destroys(T1));
  label("look");
  ld8(T0, A0, 0);
  at_end(A0, "done");
  if_not_class(T0, IS_SPACE, "done");
  add(A0, A0, 1);
  jump("look");
  label("done");
  ret();
}

/* utf8_length: in A0 = a byte; out T0 = length of the well-formed UTF-8 character of more than one byte there (RFC
 * 3629, section 4), or 0. Rare where it is asked for, so it is utf8_decode with the arguments kept. */
static void lay_utf8_length(void) {
  Reg first = S0, second = S1, third = S2, fourth = S3;
  routine("utf8_length", in(A0), out(T0), destroys(T1));
  enter(first, second, third, fourth);
  mov(first, A0);
  mov(second, A1);
  mov(third, A2);
  mov(fourth, A3);
  li(A1, 4); /* more can be read */
  call("utf8_decode");
  mov(T0, A1);
  bne(T0, 1, "well_formed");
  li(T0, 0);
  label("well_formed");
  mov(A0, first);
  mov(A1, second);
  mov(A2, third);
  mov(A3, fourth);
  leave();
}

/* scan_tag_name: [A-Za-z][A-Za-z0-9-]*. */
static void lay_scan_tag_name(void) {
  routine("scan_tag_name", in(A0), out(A0), destroys(ALL_T));
  ld8(T0, A0, 0);
  if_not_class(T0, IS_ALPHA, "none");
  label("more");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  beq(T0, '-', "more");
  if_class(T0, IS_ALPHA | IS_DIGIT, "more");
  ret();
  label("none");
  li(A0, 0);
  ret();
}

/* scan_html_tag: an open or closing tag, A0 after its '<', A1 the end. */
static void lay_scan_html_tag(void) {
  routine("scan_html_tag", in(A0, A1), out(A0), destroys(A2, ALL_T));
  enter_bare();
  ld8(T0, A0, 0);
  beq(T0, '/', "closing_tag");
  call("scan_tag_name");
  beq(A0, 0, "none");

  label("next_attribute");
  mov(A2, A0);
  call("skip_space");
  beq(A0, A2, "tag_end"); /* an attribute needs white space before it */
  beq(T0, ':', "attribute_name");
  beq(T0, '_', "attribute_name");
  if_not_class(T0, IS_ALPHA, "tag_end");
  label("attribute_name");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  if_class(T0, IS_ATTRIBUTE, "attribute_name");
  mov(A2, A0);
  call("skip_space");
  beq(T0, '=', "attribute_value");
  mov(A0, A2);
  jump("next_attribute");

  label("attribute_value");
  add(A0, A0, 1);
  call("skip_space");
  mov(A2, T0);
  beq(A2, '"', "quoted");
  beq(A2, '\'', "quoted");
  mov(A2, A0);
  label("unquoted");
  ld8(T0, A0, 0);
  bgeu(T0, 0x80, "unquoted_character");
  if_not_class(T0, IS_UNQUOTED, "unquoted_end");
  add(A0, A0, 1);
  jump("unquoted");
  label("unquoted_character");
  call("utf8_length");
  beq(T0, 0, "none");
  add(A0, A0, T0);
  jump("unquoted");
  label("unquoted_end");
  beq(A0, A2, "none");
  jump("next_attribute");

  label("quoted");
  add(A0, A0, 1);
  label("quoted_next");
  at_end(A0, "none");
  ld8(T0, A0, 0);
  bgeu(T0, 0x80, "quoted_character");
  bne(T0, A2, "quoted");
  add(A0, A0, 1);
  jump("next_attribute");
  label("quoted_character");
  call("utf8_length");
  beq(T0, 0, "none");
  add(A0, A0, T0);
  jump("quoted_next");

  label("tag_end");
  bne(T0, '/', "bracket");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  label("bracket");
  bne(T0, '>', "none");
  add(A0, A0, 1);
  label("scanned");
  leave();

  label("closing_tag");
  add(A0, A0, 1);
  call("scan_tag_name");
  beq(A0, 0, "none");
  call("skip_space");
  jump("bracket");
  label("none");
  li(A0, 0);
  jump("scanned");
}

/* scan_html_comment: A0 after "<!-", A1 the end. What follows is "--->", or "-", text that neither begins with ">" or
 * "->" nor contains "--", and "-->". */
static void lay_scan_html_comment(void) {
  routine("scan_html_comment", in(A0, A1), out(A0), destroys(ALL_T));
  enter_bare();
  ld8(T0, A0, 0);
  bne(T0, '-', "none");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  bne(T0, '-', "first");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  bne(T0, '-', "first");
  ld8(T0, A0, 1);
  beq(T0, '>', "closed"); /* <!----> */
  jump("none");
  label("first");
  beq(T0, '>', "none");
  label("text");
  at_end(A0, "none");
  ld8(T0, A0, 0);
  bgeu(T0, 0x80, "multibyte");
  add(A0, A0, 1);
  bne(T0, '-', "text");
  ld8(T0, A0, 0);
  bne(T0, '-', "text");
  ld8(T0, A0, 1);
  bne(T0, '>', "none");
  label("closed");
  add(A0, A0, 2);
  label("scanned");
  leave();
  label("multibyte");
  call("utf8_length");
  add(A0, A0, T0);
  bne(T0, 0, "text");
  label("none");
  li(A0, 0);
  jump("scanned");
}

/* next_character: pass one character at A0 and leave its first byte in A4; A4 = 256 and A0 as it was if it is
 * ill-formed or A0 is at the end in A1. */
static void lay_next_character(void) {
  routine("next_character", in(A0, A1), out(A0, A4), destroys(ALL_T));
  ld8(A4, A0, 0);
  at_end(A0, "multibyte"); /* which the white space there is not, so that it is found ill-formed */
  bgeu(A4, 0x80, "multibyte");
  add(A0, A0, 1);
  ret();
  label("multibyte");
  enter_bare();
  call("utf8_length");
  add(A0, A0, T0);
  bne(T0, 0, "well_formed");
  li(A4, 256);
  label("well_formed");
  leave();
}

/* The end of a declaration, instruction or CDATA section is not looked at again in cmark: what stopped the scan is
 * taken for it, `length` bytes from A3 on, even if it was an ill-formed byte. If so many are not left, the scan has
 * failed and A2 = 1: no later one of the kind can do better. What may begin otherwise fails there too, with its A2. */
static void take_end(int length, bool may_begin_otherwise) {
  add(A0, A3, length);
  bleu(A0, A1, "closed");
  li(A2, 1);
  if (may_begin_otherwise)
    label("failed");
  li(A0, 0);
  label("closed");
  leave();
}

/* scan_instruction: a processing instruction, A0 after "<?", A1 the end. out A0 = end, or 0, and then A2 = 1: it is
 * unclosed. As in cmark a '?' that does not close takes the next character with it: "???>" does not end there. */
static void lay_scan_instruction(void) {
  routine("scan_instruction", in(A0, A1), out(A0), out_if(A2), destroys(A3, A4, ALL_T));
  enter_bare();
  label("next");
  mov(A3, A0);
  call("next_character");
  beq(A4, 256, "stopped");
  bne(A4, '?', "next");
  call("next_character");
  beq(A4, 256, "stopped");
  bne(A4, '>', "next");
  label("stopped");
  take_end(2, false);
}

/* scan_declaration: A0 after "<!", A1 the end. out A0 = end, or 0, and then A2 = 1 if it is unclosed, else 0. */
static void lay_scan_declaration(void) {
  routine("scan_declaration", in(A0, A1), out(A0), out_if(A2), destroys(A3, A4, ALL_T));
  enter_bare();
  mov(A3, A0);
  label("name");
  at_end(A0, "none");
  ld8(T0, A0, 0);
  bltu(T0, 'A', "name_ended");
  bgtu(T0, 'Z', "name_ended");
  add(A0, A0, 1);
  jump("name");
  label("name_ended");
  beq(A0, A3, "none");
  if_not_class(T0, IS_SPACE, "none");
  label("next");
  mov(A3, A0);
  call("next_character");
  beq(A4, 256, "stopped");
  bne(A4, '>', "next");
  label("stopped");
  take_end(1, true);
  label("none");
  li(A2, 0);
  jump("failed");
}

/* scan_cdata: A0 after "<![", A1 the end. out as scan_declaration. As in cmark a ']' that does not close takes the
 * next character with it, and "]]" the next: "]]]>" does not end there. */
static void lay_scan_cdata(void) {
  routine("scan_cdata", in(A0, A1), out(A0), out_if(A2), destroys(A3, A4, ALL_T));
  enter_bare();
  ld32(T0, A0, 0);
  or (T0, T0, 0x20202020); /* in any case */
  bne(T0, 'c' | 'd' << 8 | 'a' << 16 | 't' << 24, "none");
  ld16(T0, A0, 4);
  or (T0, T0, 0x20);
  bne(T0, 'a' | '[' << 8, "none");
  add(A0, A0, 6);
  label("next");
  mov(A3, A0);
  call("next_character");
  beq(A4, 256, "stopped");
  bne(A4, ']', "next");
  call("next_character");
  beq(A4, 256, "stopped");
  bne(A4, ']', "next");
  call("next_character");
  beq(A4, 256, "stopped");
  bne(A4, '>', "next");
  label("stopped");
  take_end(3, true);
  label("none");
  li(A2, 0);
  jump("failed");
}

/* scan_uri: a URI autolink, A0 after its '<': a scheme of 2 to 32 characters, ':', and no space, '<' or control
 * byte up to '>'. */
static void lay_scan_uri(void) {
  routine("scan_uri", in(A0), out(A0), destroys(A2, ALL_T));
  enter_bare();
  mov(A2, A0);
  ld8(T0, A0, 0);
  if_not_class(T0, IS_ALPHA, "none");
  label("scheme");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  if_class(T0, IS_ALPHA | IS_DIGIT, "scheme");
  beq(T0, '+', "scheme");
  beq(T0, '-', "scheme");
  beq(T0, '.', "scheme");
  bne(T0, ':', "none");
  sub(A2, A0, A2);
  bltu(A2, 2, "none");
  bgtu(A2, 32, "none");
  label("rest");
  add(A0, A0, 1);
  label("rest_next");
  ld8(T0, A0, 0);
  bleu(T0, ' ', "none");
  beq(T0, '<', "none");
  bgeu(T0, 0x80, "multibyte");
  bne(T0, '>', "rest");
  add(A0, A0, 1);
  label("scanned");
  leave();
  label("multibyte");
  call("utf8_length");
  add(A0, A0, T0);
  bne(T0, 0, "rest_next");
  label("none");
  li(A0, 0);
  jump("scanned");
}

/* scan_email: an e-mail autolink, A0 after its '<': a local part, '@', and labels of 1 to 63 letters, digits and
 * inner hyphens with dots between, up to '>'. */
static void lay_scan_email(void) {
  routine("scan_email", in(A0), out(A0), destroys(A2, ALL_T));
  ld8(T0, A0, 0);
  if_not_class(T0, IS_EMAIL, "none");
  label("local");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  if_class(T0, IS_EMAIL, "local");
  bne(T0, '@', "none");
  add(A0, A0, 1);
  label("domain");
  mov(A2, A0);
  ld8(T0, A0, 0);
  beq(T0, '-', "none");
  label("label");
  ld8_next(T0, A0);
  beq(T0, '-', "label");
  if_class(T0, IS_ALPHA | IS_DIGIT, "label");
  sub(A2, A0, A2);
  bltu(A2, 2, "none"); /* the label and what stopped it */
  bgtu(A2, 64, "none");
  ld8(T1, A0, -2);
  beq(T1, '-', "none");
  beq(T0, '.', "domain");
  bne(T0, '>', "none");
  ret();
  label("none");
  li(A0, 0);
  ret();
}

/* scan_link_title: a title in quotes or parentheses, A1 the end. A closing character after a backslash may close it
 * or not, and the longest match counts: it closes only if no other does. */
static void lay_scan_link_title(void) {
  routine("scan_link_title", in(A0, A1), out(A0), destroys(A2, A3, A4, ALL_T));
  enter_bare();
  li(A4, 0); /* where the best match so far ends */
  ld8(A2, A0, 0);
  mov(A3, A2); /* the closing character */
  beq(A2, '"', "other");
  beq(A2, '\'', "other");
  bne(A2, '(', "done");
  li(A3, ')');
  label("other");
  add(A0, A0, 1);
  label("next");
  at_end(A0, "done");
  ld8(T0, A0, 0);
  beq(T0, A3, "closing");
  beq(T0, A2, "opening");
  bltu(T0, 0x80, "other");
  call("utf8_length");
  add(A0, A0, T0);
  bne(T0, 0, "next");
  label("done");
  mov(A0, A4);
  leave();
  label("closing");
  add(A4, A0, 1);
  label("opening"); /* '(' inside parentheses, unless escaped */
  ld8(T1, A0, -1);
  beq(T1, '\\', "other");
  jump("done");
}

/* What may end a destination, or stands in it and means something; controls mean nothing. */
static const ByteSet destination_ends = {3, {{0, 0, ' '}, {0x01, ')', 0}, {0, '\\', 0}}}; /* ( ) */

/* scan_link_destination: A0 its first byte, A1 the end, after which fifteen bytes can be read; out A0 = end, or 0; A2,
 * A3 = the destination's first byte and length (6.3), which is 0 before white space that the caller did not pass, or in
 * "<>". */
static void lay_scan_link_destination(void) {
  routine("scan_link_destination", in(A0, A1), out(A0, A2, A3), destroys(ALL_T));
  mov(A2, A0);
  li(A3, 0); /* open parentheses */
  ld8(T0, A0, 0);
  beq(T0, '<', "in_brackets");

  label("next");
  at_end(A0, "none");
  mask16(T0, A0, destination_ends);
  bne(T0, 0, "found");
  add(A0, A0, 16);
  jump("next");
  label("one");
  add(A0, A0, 1);
  jump("next");
  label("found");
  first16(T0, T0);
  add(A0, A0, T0);
  at_end(A0, "none");
  ld8(T0, A0, 0);
  beq(T0, '\\', "backslash");
  beq(T0, '(', "opening");
  beq(T0, ')', "closing");
  if_not_class(T0, IS_SPACE, "one");
  label("ended");
  bne(A3, 0, "none");
  sub(A3, A0, A2);
  ret();
  label("backslash");
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  if_class(T0, IS_PUNCT, "one");
  jump("next");
  label("opening");
  add(A3, A3, 1);
  bleu(A3, 32, "one");
  jump("none");
  label("closing");
  beq(A3, 0, "ended");
  sub(A3, A3, 1);
  jump("one");

  label("in_brackets");
  add(A0, A0, 1);
  label("bracketed");
  at_end(A0, "none");
  ld8_next(T0, A0);
  beq(T0, '>', "bracket_closed");
  beq(T0, '\n', "none");
  beq(T0, '<', "none");
  bne(T0, '\\', "bracketed");
  add(A0, A0, 1); /* whatever it is */
  jump("bracketed");
  label("bracket_closed");
  add(A2, A2, 1);
  sub(A3, A0, A2);
  sub(A3, A3, 1);
  ret();
  label("none");
  li(A0, 0);
  ret();
}

/* ---- HTML blocks (4.6) ------------------------------------------------------------------------------------------ */

/* The names that start a block of kind 6, by length. */
static const char *const block_names[] = {
    "p",        "dd",       "dl",       "dt",       "h1",       "h2",       "h3",         "h4",        "h5",
    "h6",       "hr",       "li",       "ol",       "td",       "th",       "tr",         "ul",        "col",
    "dir",      "div",      "nav",      "base",     "body",     "form",     "head",       "html",      "link",
    "main",     "menu",     "aside",    "frame",    "param",    "table",    "tbody",      "tfoot",     "thead",
    "title",    "track",    "center",   "dialog",   "footer",   "header",   "iframe",     "figure",    "legend",
    "option",   "source",   "address",  "article",  "caption",  "details",  "section",    "summary",   "basefont",
    "colgroup", "fieldset", "frameset", "menuitem", "noframes", "optgroup", "blockquote", "figcaption"};

enum { LONGEST_BLOCK_NAME = 10, KEY_BITS = 6 };

/* A name as a number, six bits for each character, the last one lowest: of a letter the low five, of a digit its low
 * six, which are more. */
static int64_t key_of(const char *name) {
  uint64_t key = 0;
  for (; *name; name++)
    key = key << KEY_BITS | (unsigned char)(*name >= 'a' ? *name & 31 : *name & 63);
  return (int64_t)key;
}

/* "block_names": for each length 0..10 where the keys of its names begin, and one where the last end, in bytes of
 * "block_name_keys"; there each key has as many bytes as its length needs, the lowest first. */
static void lay_block_names(void) {
  unsigned char bounds[LONGEST_BLOCK_NAME + 2] = {0}, keys[512];
  size_t size = 0;
  for (size_t i = 0; i < sizeof block_names / sizeof *block_names; i++) {
    size_t length = strlen(block_names[i]);
    int64_t key = key_of(block_names[i]);
    for (size_t bits = 0; bits < length * KEY_BITS; bits += 8)
      keys[size++] = (unsigned char)(key >> bits);
    for (size_t longer = length + 1; longer < sizeof bounds; longer++)
      bounds[longer] = (unsigned char)size;
  }
  data("block_names", 1);
  data_bytes(bounds, sizeof bounds);
  data("block_name_keys", 1);
  data_bytes(keys, size); /* each is read as eight bytes, and the last has as many */
}

/* read_name: letters and digits at A0, in any case; out A0 = after them, T0 = the byte there, A1 = their key, of the
 * last ten at least, A2 = how many. */
static void lay_read_name(void) {
  routine("read_name", in(A0), out(A0, A1, A2, T0), destroys(T1));
  li(A1, 0);
  li(A2, 0);
  label("next");
  ld8(T0, A0, 0);
  if_class(T0, IS_DIGIT, "digit");
  if_not_class(T0, IS_ALPHA, "done");
  and(T0, T0, 31);
  label("digit"); /* less than 64 as it is */
  shl(A1, A1, KEY_BITS);
  or (A1, A1, T0);
  add(A0, A0, 1);
  add(A2, A2, 1);
  jump("next");
  label("done");
  ret();
}

/* is_raw_text_key: in A1 = the key of a name; out T1 = 1 if it is script, pre, style or textarea, else 0. */
static void lay_is_raw_text_key(void) {
  static const char *const names[] = {"script", "pre", "style", "textarea"};
  routine("is_raw_text_key", in(A1), out(T1));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    li(T1, key_of(names[i]));
    beq(A1, T1, "found");
  }
  li(T1, 0);
  ret();
  label("found");
  li(T1, 1);
  ret();
}

/* html_block_kind: in A0 = a '<'; out A0 = the kind 1..6 of HTML block that starts there, or 0. */
static void lay_html_block_kind(void) {
  routine("html_block_kind", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  add(A0, A0, 1);
  ld8(T0, A0, 0);
  beq(T0, '!', "exclamation");
  beq(T0, '?', "instruction");
  li(A5, 0);
  bne(T0, '/', "name");
  li(A5, 1); /* a closing tag */
  add(A0, A0, 1);
  label("name");
  call("read_name");
  call("is_raw_text_key");
  bne(T1, 0, "raw_text");
  bgtu(A2, LONGEST_BLOCK_NAME, "none");
  la(A4, "block_names");
  add(A4, A4, A2);
  la(T1, "block_name_keys");
  ld8(A3, A4, 0);
  add(A3, A3, T1);
  ld8(A4, A4, 1);
  add(A4, A4, T1);
  mul(A2, A2, KEY_BITS);
  add(A2, A2, 7);
  shr(A2, A2, 3);  /* bytes of a key */
  mul(T1, A2, -8); /* a shift counts modulo 64 */
  shl(A1, A1, T1);
  label("compare");
  bgeu(A3, A4, "none");
  ld64(A5, A3, 0);
  shl(A5, A5, T1);
  add(A3, A3, A2);
  bne(A5, A1, "compare");
  li(A1, 6);
  beq(T0, '>', "kind");
  bne(T0, '/', "space_after");
  ld8(T0, A0, 1);
  beq(T0, '>', "kind");
  label("none");
  li(A1, 0);
  jump("kind");
  label("space_after");
  if_not_class(T0, IS_SPACE, "none");
  label("kind");
  mov(A0, A1);
  leave();

  label("raw_text"); /* kind 1: of these names only the opening tag */
  bne(A5, 0, "none");
  li(A1, 1);
  beq(T0, '>', "kind");
  jump("space_after");

  label("instruction");
  li(A1, 3);
  jump("kind");
  label("exclamation");
  ld8(T0, A0, 1);
  beq(T0, '-', "hyphen");
  beq(T0, '[', "bracket");
  bltu(T0, 'A', "none");
  bgtu(T0, 'Z', "none");
  li(A1, 4);
  jump("kind");
  label("hyphen");
  ld8(T0, A0, 2);
  bne(T0, '-', "none");
  li(A1, 2);
  jump("kind");
  label("bracket"); /* cmark takes this name in any case */
  add(A0, A0, 2);
  call("read_name");
  li(T1, key_of("cdata"));
  bne(A1, T1, "none");
  bne(T0, '[', "none");
  li(A1, 5);
  jump("kind");
}

/* is_html_block_7: out A0 = 0 unless the line from S2 is one complete open or closing tag. */
static void lay_is_html_block_7(void) {
  routine("is_html_block_7", in(NONSPACE, WORKSPACE), out(A0), destroys(A1, A2, ALL_T));
  enter_bare();
  add(A0, NONSPACE, 1);
  ldw(A1, W_EOL);
  call("scan_html_tag");
  beq(A0, 0, "no");
  label("trailing");
  ld8_next(T0, A0);
  beq(T0, ' ', "trailing");
  beq(T0, '\t', "trailing");
  beq(T0, '\f', "trailing");
  bne(T0, '\n', "no");
  label("looked");
  leave();
  label("no");
  li(A0, 0);
  jump("looked");
}

/* What ends an HTML block, the line, or the well-formed part of it. */
static const ByteSet block_end = {3, {{0, '>', 0}, {0, '\n', 0}, {0, 0x80, 0xFF}}};

/* ends_html_block: out A0 = 1 if the line from S2 has the end condition of the HTML block S3, else 0. Each ends with
 * '>': look at every one and at what stands before it. Before the line stands a line end, a space, a tab or the '>' of
 * a block quote, so that no end condition begins there. */
static void lay_ends_html_block(void) {
  routine("ends_html_block", in(NONSPACE, CONTAINER), out(A0), destroys(A1, A2, A4, A5, ALL_T));
  enter_bare();
  ld8(A5, CONTAINER, R_AUX);
  bgtu(A5, 5, "no");
  mov(A4, NONSPACE);
  label("look");
  scan16(T0, A4, block_end);
  add(A4, A4, T0);
  beq(T0, 16, "look");
  ld8(T0, A4, 0);
  beq(T0, '\n', "no");
  bgeu(T0, 0x80, "multibyte");
  add(A4, A4, 1);
  beq(A5, 4, "yes");
  beq(A5, 3, "instruction");
  beq(A5, 1, "raw_text");
  ld16(T0, A4, -3);
  beq(A5, 5, "cdata");
  beq(T0, '-' | '-' << 8, "yes");
  jump("look");
  label("cdata");
  beq(T0, ']' | ']' << 8, "yes");
  jump("look");
  label("instruction");
  ld8(T0, A4, -2);
  beq(T0, '?', "yes");
  jump("look");

  label("multibyte");
  mov(A0, A4);
  call("utf8_length");
  add(A4, A4, T0);
  bne(T0, 0, "look");
  jump("no");

  label("raw_text"); /* back over the name to "</" */
  sub(A0, A4, 1);
  label("back");
  sub(A0, A0, 1);
  ld8(T0, A0, 0);
  if_class(T0, IS_ALPHA, "back");
  bne(T0, '/', "look");
  ld8(T0, A0, -1);
  bne(T0, '<', "look");
  add(A0, A0, 1);
  call("read_name");
  call("is_raw_text_key");
  beq(T1, 0, "look");
  label("yes");
  li(A0, 1);
  label("looked");
  leave();
  label("no");
  li(A0, 0);
  jump("looked");
}

void lay_scanners(void) {
  lay_skip_space();
  lay_utf8_length();
  lay_next_character();
  lay_scan_tag_name();
  lay_scan_html_tag();
  lay_scan_html_comment();
  lay_scan_instruction();
  lay_scan_declaration();
  lay_scan_cdata();
  lay_scan_uri();
  lay_scan_email();
  lay_scan_link_title();
  lay_scan_link_destination();
  lay_read_name();
  lay_is_raw_text_key();
  lay_html_block_kind();
  lay_is_html_block_7();
  lay_ends_html_block();
  lay_byte_classes();
  lay_block_names();
}

/* SPDX-License-Identifier: MIT */
