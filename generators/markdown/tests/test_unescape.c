/* test_unescape.c: character references and backslash escapes (2.4, 2.5), the memory of named references, link labels
 * and their normal form (4.7, 6.3), and the flanking of delimiter runs (6.2), each routine alone.
 *
 * Each is held to a model of the rule as cmark 0.30.2 reads it, over the rule's edges and many random texts. */
/* reads: nothing */
#include <stdio.h>
#include <string.h>

#include "markdown/entities_table.h"
#include "markdown/parts.h"
#include "render_probe.h"
#include "routine_case.h"

static bool is_space(int c) { return c == ' ' || (c >= 9 && c <= 13); }
static bool is_punctuation(int c) { return c > ' ' && c < 127 && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c); }
static int digit_value(int c) {
  const char *digits = "0123456789abcdef", *found = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
  return c && found ? (int)(found - digits) : 99;
}

/* ---- Character references ---------------------------------------------------------------------------------------- */

static const Entity *find_entity(const char *name, size_t length) {
  for (int i = 0; i < ENTITIES; i++)
    if (strlen(entities[i].name) == length && memcmp(entities[i].name, name, length) == 0)
      return &entities[i];
  return NULL;
}

/* The bytes of a reference after its '&', or 0; adds what it stands for to `out`. */
static size_t reference(const char *text, size_t size, Text *out) {
  size_t at = 1;
  if (size >= 3 && text[0] == '#') {
    int base = text[1] == 'x' || text[1] == 'X' ? 16 : 10, most = base == 16 ? 6 : 7;
    size_t first = base == 16 ? 2 : 1;
    uint64_t value = 0;
    for (at = first; at < size && digit_value((unsigned char)text[at]) < base; at++)
      value = value > 0x110000 ? value : value * (unsigned)base + (unsigned)digit_value((unsigned char)text[at]);
    if (at == first || at - first > (size_t)most || at >= size || text[at] != ';')
      return 0;
    bool bad = value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF);
    if (value == 0xFFFE || value == 0xFFFF) /* cmark writes these two as one byte */
      text_add(out, value == 0xFFFE ? "\xFE" : "\xFF", 1);
    else
      text_code_point(out, bad ? 0xFFFD : (unsigned)value);
    return at + 1;
  }
  for (at = 2; at < size && at < 32 && text[at] != ' ' && text[at] != ';'; at++)
    ;
  const Entity *entity = at < size && at < 32 && text[at] == ';' ? find_entity(text, at) : NULL;
  if (!entity)
    return 0;
  text_code_point(out, entity->code_point);
  if (entity->second)
    text_code_point(out, entity->second);
  return at + 1;
}

/* The text, the byte that ends it, and more that may be read: `readable` bytes with that one. */
static unsigned char *place_ended(const char *text, size_t size, size_t readable) {
  char ended[520];
  memcpy(ended, text, size);
  ended[size] = " \n\"')>&\xC3"[size % 8];
  return place_at_end(ended, size + 1, readable - 1, ';');
}

static void check_reference(RunRoutine run, const char *text, size_t size) {
  Text wanted = {0};
  const char *what = shown(text, size);
  size_t length = reference(text, size, &wanted);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)place_ended(text, size, 8);
  in.a[2] = (uintptr_t)sink + SINK_SIZE - 8;
  memset(sink, FILL, SINK_SIZE);
  Registers out = run_keeping(run, "decode_reference", in, IN_A | IN_T0, what);
  if (out.a[0] != length || (length > 0 && out.a[1] != wanted.size))
    ck_abort_msg("decode_reference of %s: %lu bytes become %lu, not %zu %zu", what, (unsigned long)out.a[0],
                 (unsigned long)out.a[1], length, wanted.size);
  if (wanted.size > 0)
    expect_bytes(what, sink + SINK_SIZE - 8, wanted.bytes, wanted.size);
  unsigned char untouched[8];
  memset(untouched, FILL, sizeof(untouched));
  if (length == 0)
    expect_bytes(what, sink + SINK_SIZE - 8, untouched, sizeof(untouched));
  expect_bytes(what, sink + SINK_SIZE - 16, untouched, sizeof(untouched));
  text_free(&wanted);
}

static const char *const reference_parts[] = {"#",    "#x",     "#X",  "0", "7",   "9",        "a",       "F",
                                              "g",    ";",      ";",   " ", "amp", "lt",       "1114112", "10FFFF",
                                              "D800", "110000", "nGt", "&", "\\",  "\xC3\xA9", NULL};

static void check_references(RunRoutine run, int rounds) {
  static const char *const cases[] = {"",
                                      "a",
                                      "a;",
                                      "lt",
                                      "lt;",
                                      "lt;x",
                                      "gt ;",
                                      "l;t;",
                                      " lt;",
                                      "ltx;",
                                      "#",
                                      "#;",
                                      "#x",
                                      "#x;",
                                      "#X;",
                                      "#0;",
                                      "#1;",
                                      "#1",
                                      "#12",
                                      "#a;",
                                      "#/;",
                                      "#:;",
                                      "#xg;",
                                      "#x@;",
                                      "#xG;",
                                      "#x`;",
                                      "#xf;",
                                      "#XF;",
                                      "#x9",
                                      "#0000000;",
                                      "#00000065;",
                                      "#0000065;",
                                      "#9999999;",
                                      "#1114111;",
                                      "#1114112;",
                                      "#55295;",
                                      "#55296;",
                                      "#57343;",
                                      "#57344;",
                                      "#x10FFFF;",
                                      "#x110000;",
                                      "#x0000041;",
                                      "#x000041;",
                                      "#xD7FF;",
                                      "#xD800;",
                                      "#xDFFF;",
                                      "#xE000;",
                                      "#xFFFFFF;",
                                      "#127;",
                                      "#128;",
                                      "#2047;",
                                      "#2048;",
                                      "#65533;",
                                      "#65534;",
                                      "#65535;",
                                      "#65536;",
                                      "CounterClockwiseContourIntegral;",
                                      "CounterClockwiseContourIntegral",
                                      "CounterClockwiseContourIntegralx;",
                                      "nGt;",
                                      "NotEqualTilde;",
                                      "acE;",
                                      "\xC3\xA9;",
                                      "abcdefghijklmnopqrstuvwxyzabcde;",
                                      "abcdefghijklmnopqrstuvwxyzabcdef;",
                                      "a\nb;",
                                      "a b;",
                                      "  ;"};
  uint64_t state = 2463534242;
  set_field(W_ENTITIES_READY, 0);
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    for (size_t size = strlen(cases[i]); size + 2 > strlen(cases[i]) && size <= strlen(cases[i]); size--)
      check_reference(run, cases[i], size);
  for (int round = 0; round < rounds; round++) {
    char text[512];
    size_t size = random_text(&state, reference_parts, 5, text);
    if (round % 3 == 0 && size < 500) {
      memmove(text + 1, text, ++size);
      text[0] = '#';
    }
    check_reference(run, text, size);
  }
}

/* Every name, twice: looked up, and from the workspace; in an order that puts names into each other's slots. */
static void check_cache(RunRoutine run, int step) {
  set_field(W_ENTITIES_READY, 0);
  memset(workspace + W_ENTITIES, FILL, (size_t)ENTITY_SLOTS * ENTITY_SLOT_SIZE);
  for (int i = 0; i < ENTITIES; i += step)
    for (int again = 0; again < 2; again++) {
      char text[64];
      snprintf(text, sizeof(text), "%s;", entities[i].name);
      check_reference(run, text, strlen(text));
      text[strlen(text) - 2] ^= 1; /* names of nine bytes and more may differ in their last alone */
      check_reference(run, text, strlen(text));
      text[strlen(text) - 2] ^= 1;
      text[strlen(text) / 2] ^= again ? 0x20 : 0x04;
      check_reference(run, text, strlen(text));
    }
  for (int i = W_SIZE; i < WORKSPACE_SIZE; i++)
    ck_assert_msg(workspace[i] == FILL, "a look-up wrote after the workspace");
}

/* ---- Unescaping -------------------------------------------------------------------------------------------------- */

static void without_references(const char *text, size_t size, Text *out) {
  for (size_t at = 0; at < size; at++) {
    size_t length = text[at] == '&' ? reference(text + at + 1, size - at - 1, out) : 0;
    if (length == 0)
      text_add(out, text + at, 1);
    at += length;
  }
}

static void without_backslashes(const char *text, size_t size, Text *out) {
  for (size_t at = 0; at < size; at++) {
    if (text[at] == '\\' && at + 1 < size && is_punctuation((unsigned char)text[at + 1]))
      at++;
    text_add(out, text + at, 1);
  }
}

/* Run one routine from the source to the sink, or in place where it has no destination. */
static void check_change(RunRoutine run, const char *routine, const char *text, size_t size, const Text *wanted) {
  const char *what = shown(text, size);
  bool in_place = strcmp(routine, "unescape_backslashes") == 0;
  Registers in = marked_registers();
  unsigned char *at = in_place ? place_at_end(text, size, 0, ';') : place_ended(text, size, 16), *to = sink + 64;
  memset(sink, FILL, SINK_SIZE);
  in.a[0] = (uintptr_t)at;
  in.a[1] = size;
  if (!in_place)
    in.a[2] = (uintptr_t)to;
  Registers out = run_keeping(run, routine, in, IN_A | IN_T0, what);
  if (out.a[0] != wanted->size)
    ck_abort_msg("%s of %s is %lu bytes, not %zu", routine, what, (unsigned long)out.a[0], wanted->size);
  if (wanted->size > 0)
    expect_bytes(routine, in_place ? at : to, wanted->bytes, wanted->size);
  for (size_t i = 0; i < SINK_SIZE; i++)
    if (sink[i] != FILL && (in_place || i < 64 || i >= 64 + 2 * size + 16))
      ck_abort_msg("%s of %s writes at %zu", routine, what, i);
}

static void check_changes(RunRoutine run, const char *text, size_t size) {
  Text references = {0}, backslashes = {0}, both = {0}, url = {0}, cleaned = {0};
  without_references(text, size, &references);
  check_change(run, "unescape_references", text, size, &references);
  without_backslashes(text, size, &backslashes);
  check_change(run, "unescape_backslashes", text, size, &backslashes);
  without_backslashes(references.bytes, references.size, &both);
  check_change(run, "unescape", text, size, &both);
  size_t front = 0, end = size;
  while (front < end && is_space((unsigned char)text[front]))
    front++;
  while (front < end && is_space((unsigned char)text[end - 1]))
    end--;
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)place_at_end(text, size, 0, ' ');
  in.a[1] = size;
  Registers out = run_keeping(run, "trim", in, IN_A0 | IN_A1 | IN_T0, shown(text, size));
  if (out.a[1] != end - front || (end > front && out.a[0] != in.a[0] + front))
    ck_abort_msg("trim of %s leaves %lu bytes", shown(text, size), (unsigned long)out.a[1]);
  without_references(text + front, end - front, &url);
  without_backslashes(url.bytes, url.size, &cleaned);
  check_change(run, "clean_url", text, size, &cleaned);
  char quoted[520];
  snprintf(quoted, sizeof(quoted), "\\%s&", text);
  check_change(run, "clean_title", quoted, size + 2, &both);
  Text *all[] = {&references, &backslashes, &both, &url, &cleaned};
  for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
    text_free(all[i]);
}

static void check_unescaping(RunRoutine run, int rounds) {
  static const char *const parts[] = {"&",  "&amp;", "&#92;", "&#x5c;",   "&nGt;", "&lt",  ";", "#", "\\",
                                      "\\", "\\\\",  "!",     "~",        "a",     "{",    "/", "@", " ",
                                      "\n", "\v",    "\t",    "\xC3\xA9", "\x7F",  "&#0;", NULL};
  uint64_t state = 1181783497276652981U;
  set_field(W_ENTITIES_READY, 0);
  check_changes(run, "", 0);
  for (int c = 1; c < 256; c++) { /* each byte after a backslash, at the end, and alone */
    const char text[] = {'\\', (char)c, 'a', '\\', (char)c, 0};
    check_changes(run, text, 5);
    check_changes(run, text + 1, 1);
  }
  for (int round = 0; round < rounds; round++) {
    char text[512];
    check_changes(run, text, random_text(&state, parts, 8, text));
  }
}

/* ---- Link labels ------------------------------------------------------------------------------------------------- */

static void check_label(RunRoutine run, const char *text, size_t size) {
  int length = -1, counted = 0;
  size_t at = 1;
  for (; size > 0 && text[0] == '[' && at < size && counted <= 1000 && text[at] != '['; at++) {
    if (text[at] == ']') {
      length = (int)at - 1;
      break;
    }
    counted++;
    if (text[at] == '\\' && at + 1 < size && is_punctuation((unsigned char)text[at + 1])) {
      at++;
      counted++;
    }
  }
  int front = 1, end = length + 1;
  while (front < end && is_space((unsigned char)text[front]))
    front++;
  while (front < end && is_space((unsigned char)text[end - 1]))
    end--;
  Registers in = marked_registers();
  in.s[0] = (uintptr_t)place_at_end(text, size, 15, ']');
  in.s[1] = in.s[0] + size;
  Registers out = run_keeping(run, "scan_label", in, IN_A0 | IN_A1 | IN_A2 | IN_A3 | IN_T0 | IN_S0, shown(text, size));
  if ((out.a[0] != 0) != (length >= 0) || out.s[0] != in.s[0] + (length < 0 ? 0 : (unsigned)length + 2))
    ck_abort_msg("scan_label of %s ends at %lu, not at %d", shown(text, size), (unsigned long)(out.s[0] - in.s[0]),
                 length);
  if (length >= 0 && (out.a[2] != (unsigned)(end - front) || (end > front && out.a[1] != in.s[0] + (unsigned)front)))
    ck_abort_msg("scan_label of %s: %lu bytes", shown(text, size), (unsigned long)out.a[2]);
}

static void check_labels(RunRoutine run, int rounds) {
  static const char *const parts[] = {"]", "[", "\\", "\\]", "\\\\", "a", " ", "\n", "\xC3\xA9", "b ", NULL};
  static const char *const cases[] = {"",      "[",   "[]",     "x]",  "]",    "[a]",   "[ a\n]", "[\\]",
                                      "[\\]]", "[\\", "[\\\\]", "[[]", "[a[]", "[\\[]", "[ \t ]", "[\\a]"};
  uint64_t state = 3141592653;
  char text[1100] = "[";
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    check_label(run, cases[i], strlen(cases[i]));
  for (int length = 998; length <= 1003; length++) /* at most 1,000, where an escape may not be cut */
    for (int escape = 0; escape < 2; escape++) {
      memset(text + 1, 'a', 1090);
      text[length + 1] = ']';
      if (escape)
        memcpy(text + length - 1, "\\]", 2);
      check_label(run, text, (size_t)length + 2);
    }
  for (int round = 0; round < rounds; round++) {
    size_t size = 1 + random_text(&state, parts, 8, text + 1);
    check_label(run, text, size);
  }
}

/* Parts of labels and their folded form; the last three are ill-formed bytes. */
static const struct {
  const char *text, *folded;
} folds[] = {{"a", "a"},
             {"A", "a"},
             {"Z", "z"},
             {"@", "@"},
             {"[", "["},
             {"0", "0"},
             {" ", NULL},
             {"\n", NULL},
             {"\t \v\f\r", NULL},
             {"\xC3\x89", "\xC3\xA9"},
             {"\xE1\xBA\x9E", "ss"},
             {"\xCE\x90", "\xCE\xB9\xCC\x88\xCC\x81"},
             {"\xC2\xA0", "\xC2\xA0"},
             {"\xE4\xB8\xAD", "\xE4\xB8\xAD"},
             {"\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"},
             {"\xFF", "\xEF\xBF\xBD"},
             {"\xC0", "\xEF\xBF\xBD"},
             {"\xFE", "\xEF\xBF\xBD"}};
enum { FOLDS = sizeof(folds) / sizeof(*folds) };

static uint64_t normalize(RunRoutine run, const char *text, size_t size, const Text *wanted) {
  const char *what = shown(text, size);
  Registers in = marked_registers();
  in.a[0] = (uintptr_t)place_at_end(text, size, 16, 'x');
  in.a[1] = size;
  memset(workspace + W_LABEL_BUFFER, FILL, 4096);
  Registers out = run_keeping(run, "normalize_label", in, IN_A | IN_T0, what);
  if (out.a[0] != wanted->size)
    ck_abort_msg("normalize_label of %s is %lu bytes, not %zu", what, (unsigned long)out.a[0], wanted->size);
  if (wanted->size > 0)
    expect_bytes(what, workspace + W_LABEL_BUFFER, wanted->bytes, wanted->size);
  ck_assert_msg(out.a[1] >> 32 == 0, "the hash of %s has more than 32 bits", what);
  return out.a[1];
}

static void check_normal_form(RunRoutine run, int rounds) {
  uint64_t state = 271828182845904523U;
  for (int round = 0; round < rounds; round++) {
    Text text = {0}, wanted = {0};
    bool space = false;
    for (uint64_t left = next_random(&state) % 9; left > 0; left--) {
      unsigned pick = next_random(&state) % FOLDS;
      text_add(&text, folds[pick].text, strlen(folds[pick].text));
      if (folds[pick].folded && space && wanted.size > 0)
        text_add(&wanted, " ", 1);
      space = !folds[pick].folded;
      if (folds[pick].folded)
        text_add(&wanted, folds[pick].folded, strlen(folds[pick].folded));
    }
    uint64_t hash = normalize(run, text.size ? text.bytes : "", text.size, &wanted);
    bool folds_again = wanted.size > 0; /* the normal form is its own, with the same hash */
    if (folds_again && normalize(run, wanted.bytes, wanted.size, &wanted) != hash)
      ck_abort_msg("the hash of %s is not that of its normal form", shown(text.bytes, text.size));
    text_free(&text);
    text_free(&wanted);
  }
  Text text = {0}, wanted = {0}; /* the longest label: each byte of it ill-formed, three bytes for one */
  for (int i = 0; i < 1001; i++) {
    text_add(&text, "\xFF", 1);
    text_add(&wanted, "\xEF\xBF\xBD", 3);
  }
  normalize(run, text.bytes, text.size, &wanted);
  text_free(&text);
  text_free(&wanted);
}

/* ---- Flanking ---------------------------------------------------------------------------------------------------- */

/* Characters by class: 0 other, 1 white space, 2 punctuation. */
static const struct {
  const char *text;
  int kind;
} characters[] = {{"a", 0},
                  {"\v", 0},
                  {"\x1F", 0},
                  {"\x7F", 0},
                  {"\xC3\xA9", 0},
                  {"\xF0\x9F\x98\x80", 0},
                  {"\xE2\x82\xAC", 0},
                  {" ", 1},
                  {"\n", 1},
                  {"\t", 1},
                  {"\f", 1},
                  {"\xC2\xA0", 1},
                  {"\xE3\x80\x80", 1},
                  {"\xE2\x80\x8A", 1},
                  {".", 2},
                  {"~", 2},
                  {"$", 2},
                  {"\xC2\xA1", 2},
                  {"\xE2\x80\x94", 2},
                  {"\xF0\x90\x84\x80", 2},
                  {"\xFF", 1},
                  {"\xC3\xFF", 1}};
enum { CHARACTERS = sizeof(characters) / sizeof(*characters) };

static void check_run(RunRoutine run, int before, int after, char delimiter, int length) {
  char text[64], runs[] = "****____";
  const char *start = before < 0 ? "" : characters[before].text, *tail = after < 0 ? "" : characters[after].text;
  int from = snprintf(text, sizeof(text), "%s", start);
  int size = from + length + (int)strlen(tail);
  /* VT is white space, as it must stand after a text, and a letter to a run */
  snprintf(text + from, sizeof(text) - (size_t)from, "%.*s%s\v", length, runs + (delimiter == '_' ? 4 : 0), tail);
  int b = before < 0 ? 1 : characters[before].kind, a = after < 0 ? 1 : characters[after].kind;
  bool left = a != 1 && (a != 2 || b != 0), right = b != 1 && (b != 2 || a != 0);
  bool opens = delimiter == '*' ? left : left && (!right || b == 2);
  bool closes = delimiter == '*' ? right : right && (!left || a == 2);
  unsigned wanted = (opens ? TOKEN_CAN_OPEN : 0U) | (closes ? TOKEN_CAN_CLOSE : 0U);
  unsigned char *at = place_at_end(text, (size_t)size + 1, 0, delimiter);
  Registers in = marked_registers();
  set_field(W_SUBJECT, (uintptr_t)at);
  in.a[3] = (uintptr_t)at + (unsigned)from;
  in.s[0] = in.a[3] + (unsigned)length;
  in.s[1] = (uintptr_t)at + (unsigned)size;
  Registers out = run_keeping(run, "classify_run", in, IN_A | IN_T0, shown(text, strlen(text)));
  unsigned answer = (unsigned)(delimiter == '*' ? out.a[0] : out.a[0] >> 2) & (TOKEN_CAN_OPEN | TOKEN_CAN_CLOSE);
  if (answer != wanted || out.a[3] != in.a[3])
    ck_abort_msg("classify_run at %d of %s: %u, not %u", from, shown(text, strlen(text)), answer, wanted);
  if (before < 0 || (unsigned char)start[0] < 0x80)
    ck_assert_msg(out.a[4] == (before < 0 ? '\n' : (unsigned char)start[0]), "the character before %s is %lu",
                  shown(text, strlen(text)), (unsigned long)out.a[4]);
}

static void check_flanking(RunRoutine run, int rounds) {
  (void)rounds;
  for (int before = -1; before < CHARACTERS; before++)
    for (int after = -1; after < CHARACTERS; after++)
      for (int length = 1; length <= 3; length += 2) {
        check_run(run, before, after, '*', length);
        check_run(run, before, after, '_', length);
      }
}

static void check_classes(RunRoutine run, int rounds) {
  static const struct {
    unsigned first, last, kind;
  } ranges[] = {{0x09, 0x0A, 1},     {0x0B, 0x0B, 0},     {0x0C, 0x0D, 1},     {0x20, 0x20, 1},    {0x21, 0x2F, 2},
                {0x3A, 0x40, 2},     {0x5B, 0x60, 2},     {0x7B, 0x7E, 2},     {0xA0, 0xA0, 1},    {0xA1, 0xA1, 2},
                {0x2000, 0x200A, 1}, {0x202F, 0x202F, 1}, {0x3000, 0x3000, 1}, {0x2010, 0x2027, 2}};
  (void)rounds;
  for (unsigned c = 0; c < 0x100; c++) {
    unsigned wanted = 0;
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
      if (c < 0xA2 && c >= ranges[i].first && c <= ranges[i].last)
        wanted = ranges[i].kind;
    Registers in = marked_registers();
    in.a[0] = c;
    if (c < 0xA2)
      ck_assert_uint_eq(run_keeping(run, "character_class", in, IN_A | IN_T0, "a byte").a[0], wanted);
  }
  for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
    for (unsigned c = ranges[i].first; c <= ranges[i].last; c++) {
      Registers in = marked_registers();
      in.a[0] = c;
      ck_assert_uint_eq(run_keeping(run, "character_class", in, IN_A | IN_T0, "a character").a[0], ranges[i].kind);
    }
}

int main(void) {
  static const RoutineTest tests[] = {{"references", check_references, 20000, 300},
                                      {"memory of references", check_cache, 1, 60},
                                      {"unescaping", check_unescaping, 5000, 30},
                                      {"labels", check_labels, 20000, 300},
                                      {"normal form", check_normal_form, 20000, 200},
                                      {"flanking", check_flanking, 1, 1},
                                      {"classes", check_classes, 1, 1}};
  return run_routine_tests("unescape", tests, (int)(sizeof(tests) / sizeof(*tests)));
}

/* SPDX-License-Identifier: MIT */
