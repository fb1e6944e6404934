/* Documents that look like Markdown, made from a seed: the same seed and index give the same bytes on every machine. */
#ifndef HARNESS_RANDOM_MARKDOWN_H
#define HARNESS_RANDOM_MARKDOWN_H

#include "harness/base/bytes.h"

/* Appends document number INDEX of SEED to OUT: up to some 4 KB. */
void random_markdown(uint64_t seed, uint64_t index, struct bytes *out);

#endif

/* SPDX-License-Identifier: MIT */
