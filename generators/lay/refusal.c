/* refusal.c: one message, the last one; the generators are single-threaded programs. */
#include "refusal.h"

#include <inttypes.h>
#include <stdio.h>

static char text[256];

void bl_refuse_range(const char *instruction, const char *operand, int64_t value, int64_t least, int64_t most) {
  snprintf(text, sizeof text, "%s: %s is %" PRId64 ", which is not within %" PRId64 "..%" PRId64, instruction, operand,
           value, least, most);
}

void bl_refuse_value(const char *instruction, const char *operand, int64_t value, const char *why) {
  snprintf(text, sizeof text, "%s: %s is %" PRId64 ", which %s", instruction, operand, value, why);
}

const char *bl_refusal_text(void) { return text; }

void bl_refusal_clear(void) { text[0] = '\0'; }

/* SPDX-License-Identifier: MIT */
