/* encoders_x64.c: the encoders once more, for the tests: compiled so that each tells that it is called (proof.h). */
#include "generators/isa/x64.c" // NOLINT(bugprone-suspicious-include)

/* SPDX-License-Identifier: MIT */
