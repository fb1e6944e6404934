/* expect.c: see expect.h. */
#include "expect.h"

#include "lay/refusal.h"
#include "proof.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 192 };

static void hex(LayCode code, char *out) {
  for (int i = 0; i < code.len; i++)
    sprintf(out + 3 * i, "%02x ", code.bytes[i]);
}

/* True if `said`, in its one spelling, is one of the alternatives. */
static bool among(EncodingMachine machine, const char *said, int bits, const char *alternatives) {
  char one[TEXT], meant[TEXT];
  for (const char *at = alternatives; *at;) {
    size_t length = strcspn(at, "|");
    snprintf(one, sizeof one, "%.*s", (int)length, at);
    while (length && one[length - 1] == ' ')
      one[--length] = '\0';
    encoding_canonical(machine, one, bits, meant, sizeof meant);
    if (!strcmp(said, meant))
      return true;
    at += strcspn(at, "|");
    at += *at == '|';
  }
  return false;
}

static void hold(EncodingMachine machine, LayCode code, int bits, const char *meant) {
  char bytes[64] = "";
  hex(code, bytes);
  if (!code.len)
    ck_abort_msg("refused, but meant as \"%s\": %s", meant, bl_refusal_text());
  for (EncodingDecoder decoder = 0; decoder < ENCODING_DECODERS; decoder++) {
    if (!encoding_knows(decoder, machine))
      continue;
    char text[TEXT], said[TEXT];
    size_t length = encoding_decode(decoder, machine, code.bytes, code.len, text, sizeof text);
    if (length != code.len)
      ck_abort_msg("%s: %s reads %zu of the bytes as \"%s\"; meant: %s", bytes, encoding_name(decoder), length, text,
                   meant);
    encoding_canonical(machine, text, bits, said, sizeof said);
    if (!among(machine, said, bits, meant))
      ck_abort_msg("%s: %s reads \"%s\" (%s); meant: %s", bytes, encoding_name(decoder), text, said, meant);
  }
  proof_agreed();
}

void expect_says(EncodingMachine machine, LayCode code, int bits, const char *format, ...) {
  char meant[TEXT];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(meant, sizeof meant, format, arguments);
  va_end(arguments);
  hold(machine, code, bits, meant);
}

void expect_refused(LayCode code, const char *what, const char *words) {
  if (code.len) {
    char bytes[64] = "";
    hex(code, bytes);
    ck_abort_msg("%s was not refused, but encoded as %s", what, bytes);
  }
  if (!strstr(bl_refusal_text(), words))
    ck_abort_msg("%s was refused with \"%s\", which does not say \"%s\"", what, bl_refusal_text(), words);
  bl_refusal_clear();
  proof_refused();
}

/* "48 89 E0" for x86-64, one word as eight digits for arm64. Returns where the text begins. */
static const char *read_bytes(EncodingMachine machine, const char *line, LayCode *code) {
  char *end;
  if (machine == ENCODING_A64) {
    unsigned long word = strtoul(line, &end, 16);
    for (int i = 0; i < 4; i++)
      code->bytes[code->len++] = (unsigned char)(word >> (8 * i));
    return end;
  }
  while (strspn(line, "0123456789ABCDEF") == 2 && code->len < sizeof code->bytes) {
    code->bytes[code->len++] = (unsigned char)strtoul(line, &end, 16);
    line = end + 1;
  }
  return line;
}

int expect_samples(EncodingMachine machine, const char *header) {
  static const char mark[] = "sample: ";
  FILE *file = fopen(header, "r");
  if (!file)
    ck_abort_msg("%s cannot be read; run the tests from the root of the repository", header);
  char line[256];
  int samples = 0;
  while (fgets(line, sizeof line, file)) {
    const char *at = strstr(line, mark);
    if (!at || strchr(line, '"'))
      continue;
    line[strcspn(line, "\n")] = '\0';
    LayCode code = {0};
    const char *text = read_bytes(machine, at + strlen(mark), &code);
    hold(machine, code, 64, text + strspn(text, " "));
    samples++;
  }
  fclose(file);
  return samples;
}

/* SPDX-License-Identifier: MIT */
