/* test_copying.c: the routines at both ends of a document's way, each alone: the text made into lines, the columns of a
 * line, and the writing of HTML.
 *
 * They copy sixteen bytes at a time, so each length and each place of a byte that matters is tried on both sides of
 * that, with the document between pages that cannot be read and the room for the output exact. */
/* reads: nothing */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "markdown/parts.h"
#include "render_probe.h"
#include "routine_case.h"

/* Nothing may be written to the sink from there on. */
static void expect_untouched(const char *routine, const char *what, size_t from) {
  for (size_t i = from; i < SINK_SIZE; i++)
    if (sink[i] != FILL)
      ck_abort_msg("%s of %s writes at %zu", routine, what, i);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

static void lines_of(const char *bytes, size_t size, Text *out) {
  size_t at = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (; at < size; at++) {
    if (bytes[at] == 0)
      text_add(out, "\xEF\xBF\xBD", 3);
    else if (bytes[at] == '\r') {
      text_add(out, "\n", 1);
      at += at + 1 < size && bytes[at + 1] == '\n';
    } else
      text_add(out, bytes + at, 1);
  }
  if (out->size > 0 && out->bytes[out->size - 1] != '\n')
    text_add(out, "\n", 1); /* what a last line lacks */
}

/* Calls read_line until the document is used up, for the text at `line`: its end. Each call must end with the line's
 * '\n'. */
static unsigned char *read_lines(RunRoutine run, unsigned char *line, const char *what) {
  while (get_field(W_IN) < get_field(W_IN_END)) {
    uint64_t before = get_field(W_IN);
    Registers in = marked_registers();
    in.a[1] = before;
    in.a[2] = get_field(W_IN_END);
    in.s[0] = (uintptr_t)line;
    Registers out = run_keeping(run, "read_line", in, IN_A0 | IN_A1 | IN_A2 | IN_A3 | IN_T0, what);
    if (out.a[0] < (uintptr_t)line || *(unsigned char *)(uintptr_t)out.a[0] != '\n' || get_field(W_IN) <= before)
      ck_abort_msg("read_line of %s: no line ends at %" PRIu64, what, out.a[0] - (uintptr_t)line);
    if (memchr(line, '\n', out.a[0] - (uintptr_t)line))
      ck_abort_msg("read_line of %s goes on past a line end", what);
    line = (unsigned char *)(uintptr_t)out.a[0] + 1;
  }
  if (get_field(W_IN) != get_field(W_IN_END))
    ck_abort_msg("read_line of %s goes on past its end", what);
  return line;
}

static void check_document(RunRoutine run, const char *bytes, size_t size, const unsigned char *at) {
  Text wanted = {0};
  const char *what = shown(bytes, size);
  lines_of(bytes, size, &wanted);
  memset(sink, FILL, SINK_SIZE);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)at;
  in.a[1] = (uintptr_t)at + size;
  run_keeping(run, "open_text", in, IN_A0 | IN_T0, what);
  size_t length = (size_t)(read_lines(run, sink + 64, what) - sink) - 64;
  if (length != wanted.size)
    ck_abort_msg("the text of %s is %zu bytes, not %zu", what, length, wanted.size);
  ck_assert_msg(sink[63] == FILL, "what stands before the text of %s", what);
  expect_bytes(what, sink + 64, wanted.bytes, wanted.size);
  expect_untouched("read_line", what, 64 + wanted.size + 15);
  text_free(&wanted);
}

/* The same where the document lies in the place of the text. */
static void check_document_in_place(RunRoutine run, const char *bytes, size_t size) {
  Text wanted = {0};
  const char *what = shown(bytes, size);
  lines_of(bytes, size, &wanted);
  memset(sink, FILL, SINK_SIZE);
  memcpy(sink + 64, bytes, size);
  size_t room_end = 64 + 3 * size + 64;
  set_field(W_ROOM_END, (uintptr_t)sink + room_end);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)sink + 64;
  in.a[1] = in.a[0] + size;
  Registers opened = run_keeping(run, "open_text", in, IN_A0 | IN_T0, what);
  unsigned char *text = (unsigned char *)(uintptr_t)opened.a[0];
  size_t length = (size_t)(read_lines(run, text, what) - text);
  if (length != wanted.size)
    ck_abort_msg("in its place the text of %s is %zu bytes, not %zu", what, length, wanted.size);
  expect_bytes(what, text, wanted.bytes, wanted.size);
  ck_assert_msg(sink[63] == FILL, "what stands before the text of %s", what);
  expect_untouched("read_line in place", what, room_end + 15);
  text_free(&wanted);
}

static void check_text(RunRoutine run, int rounds) {
  static const char alphabet[] = {'\0', '\r', '\r', '\n', 'a', 'b', '\xEF', '\xBB', '\xBF', '\x01', '\x0C', '\x0E'};
  static const char *const marks[] = {"\xEF\xBB\xBF", "\xEF\xBB", "\xEF", "\xEF\xBB\xBE", "\xEF\xBB\xBF\xEF\xBB\xBF",
                                      "\xEF\xBA\xBF"};
  uint64_t state = 6364136223846793005U;
  char bytes[80];
  for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
    check_document(run, marks[i], strlen(marks[i]), place_at_end(marks[i], strlen(marks[i]), 0, 0xBF));
  for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
    check_document_in_place(run, marks[i], strlen(marks[i]));
  for (size_t size = 0; size <= 50; size++) /* one special byte, or two, at every place */
    for (size_t place = 0; place < size; place++)
      for (int special = 0; special < 4; special++) {
        memset(bytes, 'a', size);
        memcpy(bytes + place,
               special == 0   ? "\r\n"
               : special == 1 ? "\r\r"
               : special == 2 ? "\0\r"
                              : "\n\r",
               place + 1 < size ? 2 : 1);
        check_document(run, bytes, size, place_at_end(bytes, size, 0, '\n'));
        check_document_in_place(run, bytes, size);
        if (rounds < 1000 && size % 16 > 2)
          break;
      }
  for (int round = 0; round < rounds; round++) {
    size_t size = next_random(&state) % sizeof(bytes), dense = next_random(&state) % 12 + 1;
    for (size_t i = 0; i < size; i++)
      bytes[i] = next_random(&state) % dense ? 'a' : alphabet[next_random(&state) % sizeof(alphabet)];
    check_document_in_place(run, bytes, size);
    check_document(run, bytes, size,
                   round & 1 ? place_at_end(bytes, size, 0, '\n') : place_at_start(bytes, size, '\n'));
  }
}

/* ---- Columns ----------------------------------------------------------------------------------------------------- */

static void check_nonspace(RunRoutine run, const char *line, unsigned column) {
  unsigned at = 0, wanted = column;
  for (; line[at] == ' ' || line[at] == '\t'; at++)
    wanted = line[at] == ' ' ? wanted + 1 : wanted / 4 * 4 + 4;
  Registers in = marked_registers();
  in.s[0] = (uintptr_t)place_at_end(line, strlen(line), 0, ' ');
  in.s[1] = column;
  Registers out = run_keeping(run, "find_nonspace", in, IN_S2 | IN_S4 | IN_T0, shown(line, strlen(line)));
  if (out.s[2] != in.s[0] + at || out.s[4] != wanted - column)
    ck_abort_msg("find_nonspace of %s at column %u: byte %" PRIu64 ", %" PRIu64 " columns, not %u",
                 shown(line, strlen(line)), column, out.s[2] - in.s[0], out.s[4], wanted - column);
}

/* One column at a time: a tab is used up when the next column is a multiple of four. Only a tab can be entered. */
static void check_advance(RunRoutine run, const char *line, unsigned column, unsigned columns) {
  const unsigned before = line[0] == '\t' ? FILL : 0;
  unsigned at = 0, partial = before, where = column;
  for (unsigned left = columns; left > 0; left--) {
    where++;
    partial = line[at] == '\t' && where % 4 != 0;
    at += !partial;
  }
  Registers in = marked_registers();
  in.a[0] = columns;
  in.s[0] = (uintptr_t)place_at_end(line, strlen(line), 0, '\t');
  in.s[1] = column;
  set_field(W_PARTIAL_TAB, before);
  Registers out = run_keeping(run, "advance_columns", in, IN_A0 | IN_T0 | IN_S0 | IN_S1, shown(line, strlen(line)));
  if (out.s[0] != in.s[0] + at || out.s[1] != where || get_field(W_PARTIAL_TAB) != partial)
    ck_abort_msg("advance_columns by %u in %s from column %u: byte %" PRIu64 ", column %" PRIu64
                 ", inside a tab: %" PRIu64 ", not %u, %u, %u",
                 columns, shown(line, strlen(line)), column, out.s[0] - in.s[0], out.s[1], get_field(W_PARTIAL_TAB), at,
                 where, partial);
}

/* Through some columns of the indentation, and then through some more of what is left of it: the same place as one
 * column at a time leads to, and what is left is what find_nonspace would find from there. */
static void check_indentation(RunRoutine run, const char *line, unsigned column, unsigned first, unsigned second) {
  Registers at = marked_registers();
  at.s[0] = (uintptr_t)place_at_end(line, strlen(line), 0, ' ');
  at.s[1] = column;
  set_field(W_PARTIAL_TAB, 0);
  at = run_keeping(run, "find_nonspace", at, IN_S2 | IN_S4 | IN_T0, line);
  for (int step = 0; step < 2; step++) {
    at.a[0] = step ? second : first;
    if (at.a[0] == 0 || at.a[0] > at.s[4])
      return;
    uint64_t partial_before = get_field(W_PARTIAL_TAB), left = at.s[4] - at.a[0];
    Registers one_by_one = run_keeping(run, "advance_columns", at, IN_A0 | IN_T0 | IN_S0 | IN_S1, line);
    uint64_t partial = get_field(W_PARTIAL_TAB);
    set_field(W_PARTIAL_TAB, partial_before);
    at = run_keeping(run, "advance_indentation", at, IN_A0 | IN_T0 | IN_S0 | IN_S1 | IN_S4, shown(line, strlen(line)));
    if (at.s[0] != one_by_one.s[0] || at.s[1] != one_by_one.s[1] || at.s[4] != left ||
        get_field(W_PARTIAL_TAB) != partial)
      ck_abort_msg("advance_indentation %u and %u columns in %s from column %u, step %d: column %" PRIu64 ", %" PRIu64
                   " left, inside a tab: %" PRIu64 ", not %" PRIu64 ", %" PRIu64 ", %" PRIu64,
                   first, second, shown(line, strlen(line)), column, step, at.s[1], at.s[4], get_field(W_PARTIAL_TAB),
                   one_by_one.s[1], left, partial);
  }
}

static void check_columns(RunRoutine run, int rounds) {
  static const char *const lines[] = {"\n",    "a",       " a", "\ta",      "  \ta", "   \ta",  "    \ta",
                                      "\t\ta", " \t \ta", "\v", "\xC2\xA0", "\t \n", "      \n"};
  (void)rounds;
  for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
    for (unsigned column = 0; column < 9; column++) {
      check_nonspace(run, lines[i], column);
      for (unsigned columns = 0; columns <= strlen(lines[i]); columns++)
        check_advance(run, lines[i], column, columns);
      for (unsigned steps = 0; steps < 12 * 6; steps++)
        check_indentation(run, lines[i], column, steps % 12, steps / 12);
    }
}

/* ---- HTML -------------------------------------------------------------------------------------------------------- */

static void href_of(const char *bytes, size_t size, Text *out) {
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)bytes[i];
    bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alnum || (c && strchr("!#$%()*+,-./:;=?@_~", c)))
      text_add(out, bytes + i, 1);
    else if (c == '&')
      text_add(out, "&amp;", 5);
    else if (c == '\'')
      text_add(out, "&#x27;", 6);
    else
      text_format(out, "%%%02X", c);
  }
}

static void raw(const char *bytes, size_t size, Text *out) {
  if (size > 0)
    text_add(out, bytes, size);
}

static void escaped(const char *bytes, size_t size, Text *out) { text_escaped(out, bytes, size); }

static void joined(const char *bytes, size_t size, Text *out) {
  size_t from = out->size;
  text_escaped(out, bytes, size);
  for (; from < out->size; from++)
    if (out->bytes[from] == '\n')
      out->bytes[from] = ' ';
}

static bool begins(const char *bytes, size_t size, const char *prefix) {
  return size >= strlen(prefix) && strncasecmp(bytes, prefix, strlen(prefix)) == 0;
}

static void safe_href(const char *bytes, size_t size, Text *out) {
  static const char *const images[] = {"png", "gif", "jpeg", "webp"};
  bool dangerous = begins(bytes, size, "javascript:") || begins(bytes, size, "vbscript:") ||
                   begins(bytes, size, "file:") || begins(bytes, size, "data:");
  for (int i = 0; i < 4; i++)
    if (begins(bytes, size, "data:image/") && begins(bytes + 11, size - 11, images[i]))
      dangerous = false;
  if (!dangerous)
    href_of(bytes, size, out);
}

/* `growth`: bytes of room asked for each byte of more than `free` of them, for which there is always room. */
static const struct Writer {
  const char *routine;
  void (*model)(const char *bytes, size_t size, Text *out);
  unsigned changes, growth, free;
} writers[] = {{"put_raw", raw, IN_A0 | IN_A1 | IN_T0, 1, 0},
               {"put_escaped", escaped, IN_A0 | IN_A1 | IN_T0, 6, 16},
               {"put_joined", joined, IN_A | IN_T0, 6, 16},
               {"put_href", href_of, IN_A0 | IN_A1 | IN_A2 | IN_A3 | IN_T0, 6, 0},
               {"put_safe_href", safe_href, IN_A | IN_T0, 6, 0}};
enum { WRITERS = sizeof(writers) / sizeof(*writers) };

static void check_write(RunRoutine run, const struct Writer *writer, const char *bytes, size_t size) {
  Text wanted = {0};
  const char *what = shown(bytes, size);
  writer->model(bytes, size, &wanted);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)place_at_end(bytes, size, 16, '<');
  in.a[1] = size;
  in.s[4] = (uintptr_t)sink + 64;
  memset(sink, FILL, SINK_SIZE);
  set_field(W_ERROR, 0);
  set_field(W_OUT_LIMIT, (uintptr_t)sink + 64 + writer->growth * size);
  Registers out = run_keeping(run, writer->routine, in, writer->changes | IN_S4, what);
  ck_assert_msg(get_field(W_ERROR) == 0, "%s of %s says that there is no room", writer->routine, what);
  if (out.s[4] != in.s[4] + wanted.size)
    ck_abort_msg("%s of %s writes %" PRIu64 " bytes, not %zu", writer->routine, what, out.s[4] - in.s[4], wanted.size);
  if (wanted.size > 0)
    expect_bytes(what, sink + 64, wanted.bytes, wanted.size);
  ck_assert_msg(sink[63] == FILL, "%s of %s writes before its place", writer->routine, what);
  expect_untouched(writer->routine, what, 64 + wanted.size + 32);
  if (size > writer->free && wanted.size > 0) { /* one byte less room: an error, and nothing written */
    memset(sink, FILL, SINK_SIZE);
    set_field(W_OUT_LIMIT, get_field(W_OUT_LIMIT) - 1);
    bool in_pieces = writer->model == joined && memchr(bytes, '\n', size);
    if (!in_pieces) {
      run_keeping(run, writer->routine, in, writer->changes, what);
      ck_assert_msg((int64_t)get_field(W_ERROR) == MARKDOWN_NO_SPACE, "%s of %s says nothing of room", writer->routine,
                    what);
      ck_assert_msg(sink[64] == FILL, "%s of %s writes where there is no room", writer->routine, what);
    }
  }
  text_free(&wanted);
}

static void check_writing(RunRoutine run, int rounds) {
  static const char *const parts[] = {"a",
                                      "b c",
                                      "<",
                                      ">",
                                      "&",
                                      "\"",
                                      "'",
                                      "\n",
                                      "%",
                                      "\xC3\xA9",
                                      "\xFF",
                                      "/",
                                      "=",
                                      "?",
                                      "0123456789abcde",
                                      "0123456789ABCDEF",
                                      "0123456789ABCDEFG",
                                      NULL};
  uint64_t state = 1442695040888963407U;
  set_field(W_FLAGS, 0);
  for (int i = 0; i < WRITERS; i++) {
    for (int c = 0; c < 256; c++) { /* each byte alone, and at a place of its own */
      char bytes[64];
      memset(bytes, 'a', sizeof(bytes));
      bytes[c % 40] = (char)c;
      check_write(run, &writers[i], bytes + c % 40, 1);
      check_write(run, &writers[i], bytes, 40 + (size_t)c % 24);
    }
    for (int round = 0; round < rounds; round++) {
      char bytes[512];
      check_write(run, &writers[i], bytes, random_text(&state, parts, 12, bytes));
    }
  }
}

/* The text that begins a block: up to the first byte that may be no text, and before a '!' that stands before a '['. */
static void check_leading(RunRoutine run, const char *bytes, size_t size) {
  Text wanted = {0};
  const char *what = shown(bytes, size);
  size_t end = 0;
  while (end < size && !strchr("[\\]^_`<&*", bytes[end] ? bytes[end] : 'a'))
    end++;
  if (end > 0 && end < size && bytes[end] == '[' && bytes[end - 1] == '!')
    end--;
  text_escaped(&wanted, bytes, end);
  Registers in = marked_registers();
  in.a[0] = in.a[2] = (uintptr_t)place_at_end(bytes, size, 16, '<');
  in.a[3] = in.a[0] + size;
  in.s[4] = (uintptr_t)sink + 64;
  memset(sink, FILL, SINK_SIZE);
  set_field(W_OUT_LIMIT, (uintptr_t)sink + 64 + 6 * size);
  Registers out = run_keeping(run, "put_leading_text", in, IN_A0 | IN_T0 | IN_S4, what);
  if (out.a[0] != in.a[0] + end || out.s[4] != in.s[4] + wanted.size)
    ck_abort_msg("put_leading_text of %s ends at %" PRIu64 ", not %zu, having written %" PRIu64 " bytes, not %zu", what,
                 out.a[0] - in.a[0], end, out.s[4] - in.s[4], wanted.size);
  if (wanted.size > 0)
    expect_bytes(what, sink + 64, wanted.bytes, wanted.size);
  expect_untouched("put_leading_text", what, 64 + wanted.size + 32);
  if (size > 64) { /* one byte less room: nothing is written, and all is left; for 64 bytes there is always room */
    memset(sink, FILL, SINK_SIZE);
    set_field(W_OUT_LIMIT, get_field(W_OUT_LIMIT) - 1);
    out = run_keeping(run, "put_leading_text", in, IN_A0 | IN_T0, what);
    ck_assert_msg(out.a[0] == in.a[0] && sink[64] == FILL, "put_leading_text of %s writes without room", what);
  }
  text_free(&wanted);
}

static void check_leading_text(RunRoutine run, int rounds) {
  static const char *const parts[] = {
      "a", "b c", ">", "\"", "!", "![", "[", "\n", "0123456789abcde", "0123456789ABCDEF", "^", NULL};
  uint64_t state = 2862933555777941757U;
  for (int c = 0; c < 256; c++)
    for (size_t size = 1; size < 40; size += 13) {
      char bytes[64];
      memset(bytes, 'a', sizeof(bytes));
      bytes[(size_t)c % size] = (char)c;
      check_leading(run, bytes, size);
      bytes[size / 2] = '!';
      check_leading(run, bytes, size);
    }
  for (int round = 0; round < rounds; round++) {
    char bytes[512];
    size_t size = random_text(&state, parts, 12, bytes);
    if (size > 0)
      check_leading(run, bytes, size);
  }
}

static void check_dangerous(RunRoutine run, int rounds) {
  static const char *const urls[] = {"javascript:",
                                     "JavaScript:x",
                                     "javascript",
                                     "xjavascript:",
                                     "java\nscript:",
                                     "vbscript:a",
                                     "VBSCRIPT:",
                                     "vbscript;",
                                     "file:",
                                     "FILE:///a",
                                     "file",
                                     "files:",
                                     "data:",
                                     "DATA:text",
                                     "data",
                                     "data;",
                                     "data:image/png",
                                     "data:image/png;x",
                                     "Data:Image/GIF,",
                                     "data:image/jpeg",
                                     "data:image/jpg",
                                     "data:image/webp",
                                     "data:image/web",
                                     "data:image/",
                                     "data:image/svg",
                                     "data:imagepng",
                                     "\x0A\x01vascript:",
                                     "javascript\x1A",
                                     "file\x1A",
                                     "data:image\x0Fpng",
                                     "",
                                     "a",
                                     "D"};
  const struct Writer *writer = &writers[WRITERS - 1], unsafe = {writer->routine, href_of, writer->changes, 6, 0};
  (void)rounds;
  for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
    set_field(W_FLAGS, 0);
    check_write(run, writer, urls[i], strlen(urls[i]));
    set_field(W_FLAGS, MARKDOWN_UNSAFE);
    check_write(run, &unsafe, urls[i], strlen(urls[i]));
  }
}

static void check_numbers(RunRoutine run, int rounds) {
  static const unsigned edges[] = {0,    1,     9,     10,       11,        99,        100,       101,      999,
                                   1000, 65535, 65536, 99999999, 100000000, 123456789, 999999998, 999999999};
  enum { EDGES = sizeof(edges) / sizeof(*edges) };
  uint64_t state = 1013904223;
  for (int round = 0; round < EDGES + rounds; round++) {
    unsigned number = round < EDGES ? edges[round] : (unsigned)(next_random(&state) % 1000000000);
    char digits[16];
    int length = snprintf(digits, sizeof(digits), "%u", number);
    Registers in = marked_registers();
    in.a[0] = number;
    in.s[4] = (uintptr_t)sink + SINK_SIZE - 10; /* ten bytes are room enough */
    memset(sink, FILL, SINK_SIZE);
    Registers out = run_keeping(run, "put_number", in, IN_A | IN_T0 | IN_S4, digits);
    if (out.s[4] != in.s[4] + (unsigned)length)
      ck_abort_msg("put_number of %u writes %" PRIu64 " bytes", number, out.s[4] - in.s[4]);
    expect_bytes(digits, sink + SINK_SIZE - 10, digits, (size_t)length);
    ck_assert_int_eq(sink[SINK_SIZE - 11], FILL);
  }
}

static void check_line_break(RunRoutine run, int rounds) {
  (void)rounds;
  for (int c = 0; c < 256; c++) {
    Registers in = marked_registers();
    in.s[4] = (uintptr_t)sink + 64;
    memset(sink, FILL, SINK_SIZE);
    sink[63] = (unsigned char)c;
    Registers out = run_keeping(run, "line_break", in, IN_T0 | IN_S4, "a byte");
    ck_assert_uint_eq(out.s[4] - in.s[4], c != '\n');
    ck_assert_int_eq(sink[64], c == '\n' ? FILL : '\n');
    ck_assert_int_eq(sink[65], FILL);
  }
}

int main(void) {
  static const RoutineTest tests[] = {{"text", check_text, 20000, 200},
                                      {"columns", check_columns, 1, 1},
                                      {"leading text", check_leading_text, 3000, 30},
                                      {"writing", check_writing, 3000, 30},
                                      {"dangerous URLs", check_dangerous, 1, 1},
                                      {"numbers", check_numbers, 20000, 100},
                                      {"line breaks", check_line_break, 1, 1}};
  return run_routine_tests("copying", tests, (int)(sizeof(tests) / sizeof(*tests)));
}

/* SPDX-License-Identifier: MIT */
