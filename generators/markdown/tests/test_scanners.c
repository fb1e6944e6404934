/* test_scanners.c: each routine of scanners.c alone: the longest match of a regular expression, as the C library finds
 * it (POSIX: the longest one), over the edges of every rule and over many random texts.
 *
 * The expressions are written down from the specification (2.1, 4.6, 6.3, 6.5, 6.6) as cmark 0.30.2 reads it. A text
 * ends with a byte that would lengthen the match if it were taken for a part of it. */
/* reads: nothing */
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "markdown/parts.h"
#include "render_probe.h"
#include "routine_case.h"

/* ---- The model -------------------------------------------------------------------------------------------------- */

/* A well-formed character of more than one byte (RFC 3629, section 4). */
#define C "[\x80-\xBF]"
#define MB                                                                                                             \
  "[\xC2-\xDF]" C "|\xE0[\xA0-\xBF]" C "|[\xE1-\xEC\xEE\xEF]" C C "|\xED[\x80-\x9F]" C "|\xF0[\x90-\xBF]" C C          \
  "|[\xF1-\xF3]" C C C "|\xF4[\x80-\x8F]" C C
/* Any character but those listed. */
#define BUT(set) "([^" set "\x80-\xFF]|" MB ")"
#define SPACES "[ \t\v\f\r\n]"
#define TAG_NAME "[A-Za-z][A-Za-z0-9-]*"
#define VALUE "(" BUT(" \t\r\n\v\f\"'=<>`") "+|'" BUT("'") "*'|\"" BUT("\"") "*\")"
#define OPEN_TAG TAG_NAME "(" SPACES "+[a-zA-Z_:][a-zA-Z0-9:._-]*(" SPACES "*=" SPACES "*" VALUE ")?)*" SPACES "*/?>"
#define CLOSE_TAG "/" TAG_NAME SPACES "*>"
#define ESCAPED "\\\\[]!\"#$%&'()*+,./:;<=>?@[\\^_`{|}~-]"
#define DOMAIN "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"

/* How long the longest match at the start is, or -1. */
static int longest_match(const regex_t *expression, const char *text, size_t size) {
  regmatch_t match = {0, (regoff_t)size};
  return regexec(expression, text, 1, &match, REG_STARTEND) == 0 ? match.rm_eo : -1;
}

static regex_t compile(const char *expression, int flags) {
  regex_t compiled;
  char anchored[8192];
  snprintf(anchored, sizeof(anchored), "^(%s)", expression);
  ck_assert_int_eq(regcomp(&compiled, anchored, REG_EXTENDED | flags), 0);
  return compiled;
}

/* ---- What all scanners share ------------------------------------------------------------------------------------- */

enum { NONE = -1, LOOSE = 1, UNBOUNDED = 2, SPACED = 4, AHEAD = 8 };

/* `unseen`: bytes that the routine takes after the match unseen; where they are not there, it fails with A2 = 1.
 * LOOSE: A2 says how it failed. SPACED: white space ends the text, and UNBOUNDED: nothing else does. AHEAD: five bytes
 * after that may be read. */
typedef struct {
  const char *routine;
  int flags, unseen;
  const char *expression;
  const char *parts[24];
} Scanner;

static const Scanner scanners[] = {
    {"scan_tag_name",
     UNBOUNDED | SPACED,
     0,
     TAG_NAME,
     {"a", "Z", "-", "0", "9", "@", "[", "`", "{", "/", ":", " ", "\xC3\xA9"}},
    {"scan_html_tag", SPACED, 0, OPEN_TAG "|" CLOSE_TAG, {"a",    "a ",   "a b",   "/",    "/b",       " ",
                                                          "\t",   "\n",   "\v",    "\f",   "=",        "b=c",
                                                          "\"",   "='x'", "'",     "=\"y", "\xC3\xA9", "=\xC3\xA9",
                                                          "\xFF", ">",    " _:.-", " :",   "<"}},
    {"scan_html_comment",
     SPACED,
     0,
     "--->|-(-?" BUT("->") ")(-?" BUT("-") ")*-->",
     {"-", "-", "->", ">", "a", "-->", "--", "\xE2\x82\xAC", "\xE2\x82", "\xED\xA0\x80", "\n"}},
    {"scan_instruction",
     LOOSE | SPACED | AHEAD,
     2,
     "(" BUT("?>") "|[?]" BUT(">") "|>)*",
     {"?", "?", ">", "?>", "a", "\xC2\x80", "\xC2", "\xF4\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\n"}},
    {"scan_declaration",
     LOOSE | SPACED | AHEAD,
     1,
     "[A-Z]+" SPACES "+" BUT(">") "*",
     {"A", "Z", "@", "[", "a", " ", "\n", "\v", ">", "\xEF\xBF\xBF", "\xEF\xBF", "!"}},
    {"scan_cdata",
     LOOSE | SPACED | AHEAD,
     3,
     "[cC][dD][aA][tT][aA]\\[(" BUT("]") "|]" BUT("]") "|]]" BUT(">") ")*",
     {"CDATA[", "cDaTa[", "cdata[", "]", "]", "]>", "]]>", "a", ">", "\xC3\xA9", "\xA9", "CDATA", "[", "\x03"}},
    {"scan_uri",
     UNBOUNDED | SPACED,
     0,
     "[A-Za-z][A-Za-z0-9.+-]{1,31}:" BUT("\x01- <>") "*>",
     {"a", "Z9", "+", ".", "-", ":", ":", "abcdefghijklmno", "bcdefghijklmnop", ">", ">", "<", "\x7F", "\x1F",
      "\xC3\xA9", "\xC1\x81", "/", "x:"}},
    {"scan_email",
     UNBOUNDED | SPACED,
     0,
     "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@" DOMAIN "([.]" DOMAIN ")*>",
     {"a", "a@b", "@", ".", "-", "Z9", "~!#$%&'*+/=?^_`{|}", "\"", "\\", ">", ">", "abcdefghijklmnopqrstuvwxyz01234",
      "abcdefghijklmnopqrstuvwxyz012345", "\xC3\xA9", ",", "_"}},
    {"scan_link_title",
     0,
     0,
     "\"(" ESCAPED "|" BUT("\"") ")*\"|'(" ESCAPED "|" BUT("'") ")*'|[(](" ESCAPED "|" BUT("()") ")*[)]",
     {"\"", "\"", "'", "'", "(", "(", ")", ")", "\\", "\\", "\\\"", "a", "\n", "\xF0\x9F\x98\x80", "\xF0\x9F\x98"}},
};

/* Run one scanner on the text; it must end where the model says. */
static void check_scan(RunRoutine run, const Scanner *scanner, const unsigned char *at, size_t size, int wanted) {
  const char *text = shown(at, size + 1);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)at;
  if (!(scanner->flags & UNBOUNDED))
    in.a[1] = (uintptr_t)(at + size);
  unsigned changes = IN_A0 | IN_A2 | IN_A3 | IN_A4 | IN_T0;
  Registers out = run_keeping(run, scanner->routine, in, changes, text);
  bool unclosed = scanner->unseen > 0 && wanted != NONE && wanted + scanner->unseen > (int)size;
  int end = wanted == NONE || unclosed ? NONE : wanted + scanner->unseen;
  int ended = out.a[0] == 0 ? NONE : (int)(out.a[0] - (uintptr_t)at);
  if (ended != end)
    ck_abort_msg("%s on %s ends at %d, not at %d", scanner->routine, text, ended, end);
  if (scanner->flags & LOOSE && end == NONE && out.a[2] != unclosed)
    ck_abort_msg("%s on %s says A2 = %lu, not %d", scanner->routine, text, (unsigned long)out.a[2], unclosed);
}

/* The text with a tempting byte at its end, or after white space there; before a page that cannot be read, and after
 * one. */
static void check_text(RunRoutine run, const Scanner *scanner, const regex_t *model, const char *text, char ender) {
  char ended[520];
  size_t size = strlen(text);
  memcpy(ended, text, size);
  ended[size] = ender;
  int wanted = longest_match(model, text, size);
  check_scan(run, scanner, place_at_end(ended, size + 1, scanner->flags & AHEAD ? 5 : 0, '-'), size, wanted);
  check_scan(run, scanner, place_at_start(ended, size + 1, '>'), size, wanted);
}

/* Texts at the edges of the rules; each goes to every scanner, most of them to none that takes it. */
static const char *const edges[] = {
    "", "a", "a>", "a/>", "a/ >", "a >", "a b>", "a b/>", "ab-9>", "-a>", "1a>", "/a>", "/a >", "/a/>", "/a b>", "/>",
    "a b=c>", "a b =c>", "a b= c>", "a b=>", "a b=''>", "a b='c'd>", "a b=\"c'\"\td = e/>", "a b='c>", "a b=`>",
    "a b=c\"d>", "a b=c d=e", "a b=\xC3\xA9>", "a b=\xC3>", "a b='\xE2\x82\xAC'>", "a b='\xE2\x82'>", "a :>", "a _>",
    "a .>", "a b.:_->", "a b c=d e>", "a\vb\f=\r\n'c'\n>", "a b=/>", "a b=c/>", "a =b>", "a b==c>", "a <>",
    /* comments */
    "--->", "-->", "->", "---->", "--", "-a-->", "-->-->", "--a-->", "---a-->", "-a--b-->", "-a--->", "-a->-->",
    "->a-->", "-a>-->", "--\n-->", "-a--", "-a-\xC3\xA9-->", "-\xC3-->", "-a\x80-->", "-\xF4\x90\x80\x80-->",
    "--\xC3\xA9-->",
    /* instructions, declarations, CDATA */
    "?>", "a?>", "?\?>", "?\?\?>", "?\?\?\?>", "?", "a", "a?b?>", "a\xC3?>", "a\xC3", "\xFF", "?\xFF>",
    "a\xE0\xA0\x80?>", "A >", "AB \n x>", "A>", "a >", "A", "A ", "Ab >", "AZ\va>b>", "A a\xFFxx", "A a\xFF", "[ >",
    "@ >", "CDATA[]]>", "cdata[a]]>", "CDATA[a]>]]>", "CDATA[]]]>", "CDATA[]]]]>", "CDATA[a]]", "CDATA[", "CDATA",
    "CDAT", "CDATAx",
    "CDATA[\xFF"
    "12",
    "CDATA[\xFF"
    "1",
    "CDATA{]]>", "#DATA[]]>", "CDATA;]]>",
    /* autolinks */
    "ab:>", "a:>", "ab:c>", "a+.-9:c>", "9a:>", "+a:>", "ab>", "ab:c d>", "ab:c<d>", "ab:\x7F>", "ab:\x1F>",
    "ab:\xC3\xA9>", "ab:\xC3>", "ab:c\xED\xA0\x80>", "abcdefghijklmnopqrstuvwxyz012345:>",
    "abcdefghijklmnopqrstuvwxyz0123456:>", "ab:", "a@b>", "a@b.c>", "@b>", "a@>", "a@-b>", "a@b->", "a@b-c>", "a@b--c>",
    "a@b.>", "a@.b>", "a@b..c>", "a@b", "a b@c>", "a@b_c>", "a@b@c>", "\"@b>", ".@b>", "a@0>", "a@b.-c>", "a@b-.c>",
    "a@\xC3\xA9>", "\xC3\xA9@b>", "a@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890>",
    "a@abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678901>",
    "a@b.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.c>",
    "a@b.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678901.c>",
    /* titles */
    "\"\"", "''", "()", "\"", "'", "(", "\"a\"b\"", "\"a\\\"b\"", "\"a\\\"", "\"a\\\\\"", "\"a\\\\\"b\"", "(a(b)",
    "(a\\(b)", "(a\\)", "(a\\)b)", "(a\\)(", "'a\xFF'", "'a\\'\xFF'", "'\xC3\xA9\n'", "(\\\\)", "(\\\\(b)", "\"a\\",
    "a\"b\"", ")a)"};

static void check_scanners(RunRoutine run, int rounds) {
  static const char enders[] = "\n \t>]\"')-?a";
  enum { SPACES_AMONG_ENDERS = 3 };
  uint64_t state = 0x9E3779B97F4A7C15;
  for (size_t i = 0; i < sizeof(scanners) / sizeof(*scanners); i++) {
    const Scanner *scanner = &scanners[i];
    size_t ender_count = scanner->flags & SPACED ? SPACES_AMONG_ENDERS : sizeof(enders) - 1;
    regex_t model = compile(scanner->expression, 0);
    for (size_t j = 0; j < sizeof(edges) / sizeof(*edges); j++)
      for (size_t k = 0; k < ender_count; k++)
        check_text(run, scanner, &model, edges[j], enders[k]);
    for (int round = 0; round < rounds; round++) {
      char text[512];
      random_text(&state, scanner->parts, 10, text);
      check_text(run, scanner, &model, text, enders[next_random(&state) % ender_count]);
    }
    regfree(&model);
  }
}

/* ---- Bytes and characters ---------------------------------------------------------------------------------------- */

/* The length of the well-formed character, by its code point: what is not as short as it can be, a surrogate, or
 * beyond U+10FFFF has none. */
static unsigned character_length(const unsigned char *b) {
  static const struct {
    unsigned mask, lead, first;
  } forms[] = {{0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
  for (unsigned more = 1; more <= 3; more++) {
    if ((b[0] & forms[more - 1].mask) != forms[more - 1].lead)
      continue;
    unsigned code_point = b[0] & ~forms[more - 1].mask & 0xFF;
    for (unsigned i = 1; i <= more; i++) {
      if ((b[i] & 0xC0) != 0x80)
        return 0;
      code_point = code_point << 6 | (b[i] & 0x3F);
    }
    bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return code_point < forms[more - 1].first || surrogate || code_point > 0x10FFFF ? 0 : more + 1;
  }
  return 0;
}

static void check_character(RunRoutine run, const unsigned char *at, size_t readable) {
  const char *text = shown(at, readable);
  unsigned length = character_length(at);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)at;
  Registers out = run_keeping(run, "utf8_length", in, IN_T0, text);
  if (out.t0 != length)
    ck_abort_msg("utf8_length of %s is %lu, not %u", text, (unsigned long)out.t0, length);
  in.a[1] = (uintptr_t)at + readable;
  out = run_keeping(run, "next_character", in, IN_A0 | IN_A4 | IN_T0, text);
  if (out.a[0] != (uintptr_t)at + length || out.a[4] != (length ? at[0] : 256U))
    ck_abort_msg("next_character at %s passes %lu bytes, A4 = %lu", text, (unsigned long)(out.a[0] - (uintptr_t)at),
                 (unsigned long)out.a[4]);
}

/* Every first and second byte, the edges of the third and fourth; at step 1 all of them. */
static void check_characters(RunRoutine run, int step) {
  static const unsigned char ends[] = {0x7F, 0x80, 0xBF, 0xC0};
  static const unsigned char seconds[] = {'\n', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  for (int lead = 0x80; lead < 0x100; lead++)
    for (int second = 0; second < (step == 1 ? 256 : (int)sizeof(seconds)); second++)
      for (unsigned i = 0; i < 16; i += step == 1 || lead >= 0xE0 ? 1 : 5) {
        unsigned char bytes[] = {(unsigned char)lead, step == 1 ? (unsigned char)second : seconds[second], ends[i >> 2],
                                 ends[i & 3]};
        unsigned char *at = source + SOURCE_SIZE - sizeof(bytes);
        memcpy(at, bytes, sizeof(bytes));
        check_character(run, at, sizeof(bytes));
      }
  /* a character that an ASCII byte breaks off: nothing after that byte may be read */
  static const char *const broken[] = {"\xC2\n",         "\xE0\n",         "\xE0\xA0\n", "\xED\x9F\n",
                                       "\xE1\x80\n",     "\xF0\n",         "\xF0\x90\n", "\xF0\x90\x80\n",
                                       "\xF3\xBF\xBF\n", "\xF4\x8F\xBF\n", "\xF4\x8F\n", "\xFF\n"};
  for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
    check_character(run, place_at_end(broken[i], strlen(broken[i]), 0, 0x80), strlen(broken[i]));
}

static void check_plain(RunRoutine run, int rounds) {
  (void)rounds;
  for (int c = 0; c < 256; c++) {
    unsigned char bytes[] = {(unsigned char)c, 'x'};
    unsigned char *at = place_at_end(bytes, 2, 1, ' ');
    Registers in = marked_registers();
    in.a[0] = (uintptr_t)at;
    in.a[1] = (uintptr_t)at + 1;
    Registers out = run_keeping(run, "skip_space", in, IN_A0 | IN_T0, shown(bytes, 2));
    bool space = c == ' ' || (c >= 9 && c <= 13);
    ck_assert_msg(out.a[0] == in.a[0] + space, "skip_space passes %lu of byte %02x",
                  (unsigned long)(out.a[0] - in.a[0]), c);
    if (c >= 0x80)
      continue;
    out = run_keeping(run, "next_character", in, IN_A0 | IN_A4 | IN_T0, shown(bytes, 2));
    ck_assert_msg(out.a[0] == in.a[0] + 1 && out.a[4] == (unsigned)c, "next_character of byte %02x", c);
    in.a[0] = in.a[1];
    out = run_keeping(run, "next_character", in, IN_A4 | IN_T0, "nothing");
    ck_assert_uint_eq(out.a[4], 256);
  }
}

/* ---- Link destinations ------------------------------------------------------------------------------------------- */

/* What 6.3 says, as cmark reads it: one without brackets must not be the last thing before the end. Returns the length,
 * or -1; `skip` is what stands before the destination itself, which is `inner` long. */
static int destination(const char *text, int size, int *skip, int *inner) {
  int at = 0, depth = 0;
  *skip = size > 0 && text[0] == '<';
  if (*skip) {
    for (at = 1; at < size && text[at] != '>'; at += text[at] == '\\' ? 2 : 1)
      if (text[at] == '\n' || text[at] == '<')
        return -1;
    *inner = at - 1;
    return at < size ? at + 1 : -1;
  }
  for (; at < size && !strchr(" \t\n\v\f\r", text[at]); at++) {
    if (text[at] == '\\' && at + 1 < size && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", text[at + 1]))
      at++;
    else if (text[at] == '(' && ++depth > 32)
      return -1;
    else if (text[at] == ')' && depth-- == 0)
      break;
  }
  *inner = at;
  if (at >= size || (depth != 0 && text[at] != ')') || (depth > 0))
    return -1;
  return at;
}

static void check_destination(RunRoutine run, const char *text, int size, unsigned char *at) {
  int skip = 0, inner = 0, length = destination(text, size, &skip, &inner);
  const char *what = shown(text, (size_t)size);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)at;
  in.a[1] = (uintptr_t)at + (unsigned)size;
  Registers out = run_keeping(run, "scan_link_destination", in, IN_A0 | IN_A2 | IN_A3 | IN_T0, what);
  int ended = out.a[0] == 0 ? -1 : (int)(out.a[0] - (uintptr_t)at);
  if (ended != length)
    ck_abort_msg("scan_link_destination of %s ends at %d, not at %d", what, ended, length);
  if (length >= 0 && (out.a[2] != (uintptr_t)at + (unsigned)skip || out.a[3] != (unsigned)inner))
    ck_abort_msg("scan_link_destination of %s is %lu bytes from %lu, not %d from %d", what, (unsigned long)out.a[3],
                 (unsigned long)(out.a[2] - (uintptr_t)at), inner, skip);
}

static void check_destinations(RunRoutine run, int rounds) {
  static const char *const parts[] = {"(",
                                      "(",
                                      ")",
                                      ")",
                                      "\\",
                                      "a",
                                      "<",
                                      "<",
                                      ">",
                                      " ",
                                      "\n",
                                      "\v",
                                      "\xC3\xA9",
                                      "\xFF",
                                      "\x01",
                                      "((((((((((((((((((((((((((((((((",
                                      "))))))))))))))))))))))))))))))))",
                                      NULL};
  static const char *const cases[] = {"",        "a",      "a ",       "a)",    ")",     " a",     "<>",
                                      "<> ",     "<a>)",   "<a\\>b> ", "<a\\",  "<a\\>", "<a\\> ", "<a<b> ",
                                      "<a\nb> ", "<a b>c", "(a) ",     "(a ",   "a\\) ", "a\\)) ", "a\\b)",
                                      "a\\",     "\\)",    "a()())",   "\\(a ", "<\\",   "<",      "<a\\\n> "};
  uint64_t state = 88172645463325252U;
  char text[520];
  for (int round = -(int)(sizeof(cases) / sizeof(*cases)); round < rounds; round++) {
    size_t size = round < 0 ? strlen(strcpy(text, cases[-round - 1])) : random_text(&state, parts, 8, text);
    if (round >= 0 && round % 2 == 0) {
      memmove(text + 1, text, size++);
      text[0] = '<';
    }
    text[size] = "\n>) "[next_random(&state) % 4];
    check_destination(run, text, (int)size, place_at_end(text, size + 1, 14, ')'));
  }
}

/* ---- HTML blocks ------------------------------------------------------------------------------------------------- */

#define RAW_TEXT "script|pre|textarea|style"
#define BLOCK_NAME                                                                                                     \
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"   \
  "fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|" \
  "main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|section|source|summary|table|tbody|td|tfoot|th|thead|"   \
  "title|tr|track|ul"

static const char *const kinds[] = {NULL,
                                    "<(" RAW_TEXT ")(" SPACES "|>)",
                                    "<!--",
                                    "<[?]",
                                    "<![A-Z]",
                                    "<!\\[cdata\\[",
                                    "</?(" BLOCK_NAME ")(" SPACES "|/?>)"};
enum { KINDS = 7 };

static void check_kind(RunRoutine run, const regex_t *models, const char *line) {
  size_t size = strlen(line);
  unsigned wanted = 0;
  for (unsigned kind = 1; kind < KINDS; kind++)
    if (longest_match(&models[kind], line, size) > 0)
      wanted = kind;
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)place_at_end(line, size, 0, '<');
  Registers out = run_keeping(run, "html_block_kind", in, IN_A | IN_T0, line);
  if (out.a[0] != wanted)
    ck_abort_msg("html_block_kind of %s is %lu, not %u", shown(line, size), (unsigned long)out.a[0], wanted);
}

/* Every name with each byte after it, one letter longer and one shorter, in capitals, opening and closing. */
static void check_names(RunRoutine run, const regex_t *models, int after_count) {
  static const char *const after[] = {">", " ",  "/>", "\n", "/",  "x>",       "1>",
                                      "-", "\t", "\v", "\f", "\r", "\xC3\xA9", "/ >"};
  char names[] =
      RAW_TEXT "|" BLOCK_NAME "|cdata|x|q|b|scriptscript|blockquoti|blockquete|figcaptiom|figcaptien|textareas";
  for (char *name = strtok(names, "|"); name; name = strtok(NULL, "|"))
    for (int i = 0; i < after_count; i++)
      for (int form = 0; form < 5; form++) {
        char line[64];
        int cut = form == 2 && strlen(name) > 1;
        snprintf(line, sizeof(line), "%s%.*s%s\n",
                 form == 1   ? "</"
                 : form == 4 ? "<//"
                             : "<",
                 (int)strlen(name) - cut, name, after[i]);
        for (char *c = line; form == 3 && *c; c += 2)
          if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
        check_kind(run, models, line);
      }
}

static void check_kinds(RunRoutine run, int rounds) {
  static const char *const parts[] = {"<",        "/",   "!", "-",  "?",  "[",  "[CDATA[",    "[cdatA",
                                      "script",   "pre", "P", "h1", "h7", "li", "blockquote", "figcaption",
                                      "noframes", " ",   ">", "/>", "A",  "Z",  "@",          NULL};
  regex_t models[KINDS];
  for (int kind = 1; kind < KINDS; kind++)
    models[kind] = compile(kinds[kind], kind == 4 ? 0 : REG_ICASE);
  check_names(run, models, rounds > 1000 ? 14 : 5);
  uint64_t state = 362436069;
  for (int round = 0; round < rounds; round++) {
    char line[520] = "<";
    size_t size = 1 + random_text(&state, parts, 4, line + 1);
    strcpy(line + size, "\n");
    check_kind(run, models, line);
  }
  for (int kind = 1; kind < KINDS; kind++)
    regfree(&models[kind]);
}

static const char *const line_parts[] = {
    "a",  "<a", "</a", "</script>", "</PRE>", "</style", "textarea>", "</textarea>", "<", "/",  ">",  "-->",
    "--", "->", "?",   "?>",        "]]>",    "]",       "\xC3\xA9",  "\xC3",        " ", "\t", "\f", NULL};

static void check_block_7(RunRoutine run, int rounds) {
  static const char *const cases[] = {"a>", "a> \t\f", "a>b",    "/a>", "/a >\v", "a b='c'>",
                                      "a",  "a ",      "a b=\"", "a/>", ""};
  regex_t model = compile("<(" OPEN_TAG "|" CLOSE_TAG ")[\t\n\f ]*[\r\n]", 0);
  uint64_t state = 521288629;
  char line[520] = "<";
  for (int round = -(int)(sizeof(cases) / sizeof(*cases)); round < rounds; round++) {
    size_t size =
        1 + (round < 0 ? strlen(strcpy(line + 1, cases[-round - 1])) : random_text(&state, line_parts, 6, line + 1));
    line[size] = '\n';
    unsigned char *at = place_at_end(line, size + 1, 0, '>');
    Registers in = marked_registers();
    in.s[2] = (uintptr_t)at;
    set_field(W_EOL, (uintptr_t)at + size);
    Registers out = run_keeping(run, "is_html_block_7", in, IN_A | IN_T0, shown(line, size));
    if ((out.a[0] != 0) != (longest_match(&model, line, size + 1) > 0))
      ck_abort_msg("is_html_block_7 of %s is %lu", shown(line, size + 1), (unsigned long)out.a[0]);
  }
  regfree(&model);
}

static void check_block_ends(RunRoutine run, int rounds) {
  static const char *const conditions[] = {NULL, "</(" RAW_TEXT ")>", "-->", "[?]>", ">", "]]>"};
  static const char *const cases[] = {"</script>",
                                      "</xscript>",
                                      "< /pre>",
                                      "/pre>",
                                      "</pre >",
                                      "</pre>x",
                                      "</scriptx>",
                                      "</>",
                                      ">",
                                      "->",
                                      "-->",
                                      "?>",
                                      "]>",
                                      "]]>",
                                      "]]]>",
                                      "--->",
                                      "\xFF-->",
                                      "-->\xFF",
                                      "</style1>",
                                      "</textareax>",
                                      "</pr>",
                                      "</xpre>",
                                      "</scrip>",
                                      "</>",
                                      "a</TextArea>",
                                      "</blockquote>",
                                      "</abcdefghijklmnopqrstuvwxyz>",
                                      "<//pre>",
                                      ""};
  uint64_t state = 123456789;
  for (int kind = 1; kind <= 7; kind++) {
    char expression[4096], line[520];
    snprintf(expression, sizeof(expression), BUT("\n") "*(%s)", kind < 6 ? conditions[kind] : "\n");
    regex_t model = compile(expression, REG_ICASE);
    for (int round = -(int)(sizeof(cases) / sizeof(*cases)); round < rounds; round++) {
      size_t size = round < 0 ? strlen(strcpy(line, cases[-round - 1])) : random_text(&state, line_parts, 8, line);
      line[size] = '\n';
      unsigned char *at = place_at_end(line, size + 1, 15, '>');
      if (round & 1) { /* two bytes always precede a line, the last of them one that ends nothing */
        at = place_at_start(line, size + 1, '>') + 2;
        memmove(at, source, size + 1);
        memcpy(source, round & 2 ? "->" : "<\n", 2);
      }
      unsigned char record[RECORD_SIZE] = {0};
      record[R_AUX] = (unsigned char)kind;
      memcpy(sink, record, sizeof(record));
      Registers in = marked_registers();
      in.s[2] = (uintptr_t)at;
      in.s[3] = (uintptr_t)sink;
      Registers out = run_keeping(run, "ends_html_block", in, IN_A | IN_T0, shown(line, size));
      if (out.a[0] != (kind < 6 && longest_match(&model, line, size) >= 0))
        ck_abort_msg("ends_html_block of kind %d, line %s, is %lu", kind, shown(line, size), (unsigned long)out.a[0]);
    }
    regfree(&model);
  }
}

/* Six bits for each letter and digit, the last one lowest. */
static uint64_t key_of(const char *name, unsigned length) {
  uint64_t key = 0;
  for (unsigned i = 0; i < length; i++)
    key = key << 6 | (unsigned)(name[i] <= '9' ? name[i] : tolower((unsigned char)name[i]) - 'a' + 1);
  return key;
}

static void check_read_name(RunRoutine run, int rounds) {
  static const struct {
    const char *text;
    unsigned read;
  } cases[] = {{">", 0},
               {"a>", 1},
               {"@", 0},
               {"[", 0},
               {"/", 0},
               {":", 0},
               {"aZ09{", 4},
               {"FIELDSET ", 8},
               {"ABCDEFGHI ", 9},
               {"BLOCKQUOTE>", 10},
               {"abcdefghijK>", 11},
               {"0abcdefghijklmnop>", 17},
               {"a\xC3\xA9", 1}};
  (void)rounds;
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    uint64_t key = key_of(cases[i].text, cases[i].read);
    Registers in = marked_registers();
    in.a[0] = (uintptr_t)place_at_end(cases[i].text, cases[i].read + 1U, 0, 'x');
    Registers out = run_keeping(run, "read_name", in, IN_A0 | IN_A1 | IN_A2 | IN_T0, cases[i].text);
    if (out.a[0] != in.a[0] + cases[i].read || out.a[2] != cases[i].read || out.a[1] != key ||
        out.t0 != (unsigned char)cases[i].text[cases[i].read])
      ck_abort_msg("read_name of %s: %lu bytes, 0x%lx, not 0x%lx", cases[i].text, (unsigned long)out.a[2],
                   (unsigned long)out.a[1], (unsigned long)key);
  }
}

int main(void) {
  static const RoutineTest tests[] = {{"longest matches", check_scanners, 4000, 40},
                                      {"characters", check_characters, 1, 2},
                                      {"white space", check_plain, 1, 1},
                                      {"link destinations", check_destinations, 50000, 500},
                                      {"kinds of HTML block", check_kinds, 20000, 300},
                                      {"HTML block 7", check_block_7, 20000, 300},
                                      {"ends of HTML blocks", check_block_ends, 10000, 100},
                                      {"names", check_read_name, 1, 1}};
  return run_routine_tests("scanners", tests, (int)(sizeof(tests) / sizeof(*tests)));
}

/* SPDX-License-Identifier: MIT */
