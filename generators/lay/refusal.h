/* refusal.h: why the last operand could not be encoded.
 *
 * An encoder returns its bytes, or nothing when an operand has no encoding. Why stands here, in words that name the
 * instruction, the operand, its value and its range, for the layer above, which knows the file and line that asked.
 */
#ifndef BYTELAY_REFUSAL_H
#define BYTELAY_REFUSAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Note that `operand` of `instruction` is `value`, which is not within least..most (inclusive). */
void bl_refuse_range(const char *instruction, const char *operand, int64_t value, int64_t least, int64_t most);

/* Note a refusal in free words, such as "is no multiple of 8". */
void bl_refuse_value(const char *instruction, const char *operand, int64_t value, const char *why);

/* The words of the last refusal, or "" when there was none since bl_refusal_clear. */
const char *bl_refusal_text(void);

/* Forget the last refusal. */
void bl_refusal_clear(void);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
