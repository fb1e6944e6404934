/* raw_words.h: the short vocabulary for instructions of one machine (x64, a64, RAX, X(0), ...) and for files laid by
 * hand (field, step, ...). Include it last, as words.h, which it brings. The functions are those of isa/raw.h,
 * isa/x64.h, isa/a64.h and isa/handmade.h, which say what each does. */
#ifndef BYTELAY_RAW_WORDS_H
#define BYTELAY_RAW_WORDS_H

#include "isa/handmade.h"
#include "isa/registers.h"
#include "words.h"

#define x64(...) (BL_AT, bl_x64(__VA_ARGS__))
#define x64_address(d, name) (BL_AT, bl_x64_mov_r32_label(d, name))
#define a64(...) (BL_AT, bl_a64(__VA_ARGS__))
#define a64_address(d, name) (BL_AT, bl_a64_adr_label(d, name))

#define field(bytes, name, value) (BL_AT, bl_handmade_field(bytes, name, value))
#define field_address(bytes, name, label) (BL_AT, bl_handmade_field_address(bytes, name, label))
#define field_distance(bytes, name, to, from) (BL_AT, bl_handmade_field_distance(bytes, name, to, from))
#define field_text(bytes, name, text) (BL_AT, bl_handmade_field_text(bytes, name, text, sizeof(text) - 1))
#define step(bytes, code) (BL_AT, bl_handmade_step(bytes, code))
#define step_a64(bytes, word) (BL_AT, bl_handmade_step(bytes, a64_code(word)))
#define step_jump(bytes, label) (BL_AT, bl_handmade_jump(bytes, label))
#define step_call(bytes, label) (BL_AT, bl_handmade_call(bytes, label))
#define step_lea(bytes, d, label) (BL_AT, bl_handmade_lea(bytes, d, label))
#define step_mov_address(bytes, d, label) (BL_AT, bl_handmade_mov_address(bytes, d, label))
#define step_adr(bytes, d, label) (BL_AT, bl_handmade_adr(bytes, d, label))
#define step_b(bytes, label) (BL_AT, bl_handmade_b(bytes, label))
#define step_bl(bytes, label) (BL_AT, bl_handmade_bl(bytes, label))
#define step_jcc(bytes, cond, label) (BL_AT, bl_handmade_jcc(bytes, cond, label))
#define step_mov_byte(bytes, label, immediate) (BL_AT, bl_handmade_mov_byte(bytes, label, immediate))
#define step_cbz(bytes, t, label) (BL_AT, bl_handmade_cbz(bytes, t, label))
#define step_if_negative(bytes, t, label) (BL_AT, bl_handmade_if_negative(bytes, t, label))
#define step_b_cond(bytes, cond, label) (BL_AT, bl_handmade_b_cond(bytes, cond, label))
#define step_if_clear(bytes, t, bit, label) (BL_AT, bl_handmade_if_clear(bytes, t, bit, label))
#define gap(name, count) (BL_AT, bl_handmade_gap(name, count))
#define structure BL_AT, structure_of_
#define structure_of_(name, type, ...)                                                                                 \
  bl_handmade_structure(name, &(const type){__VA_ARGS__}, sizeof(type), ELF_FIELD_SIZES((type){0}))
#define file_start() (BL_AT, bl_data("file_start", 1))
#define file_end() (BL_AT, bl_data("file_end", 1))
#define reads(name, offset, size, value) bl_handmade_reads(__FILE__, __LINE__, name, offset, size, value)

#endif

/* SPDX-License-Identifier: MIT */
