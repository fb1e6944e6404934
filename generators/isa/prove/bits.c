/* bits.c: each function is one of z3's, in the one context; bits.h tells what they mean. */
#include "isa/prove/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

Z3_context bits_context;

static _Noreturn void report_error(Z3_context context, Z3_error_code code) {
  fprintf(stderr, "prove: z3: %s\n", Z3_get_error_msg(context, code));
  exit(3);
}

static void error_handler(Z3_context context, Z3_error_code code) { report_error(context, code); }

void bits_begin(void) {
  if (bits_context)
    Z3_del_context(bits_context);
  Z3_config config = Z3_mk_config();
  bits_context = Z3_mk_context(config);
  Z3_del_config(config);
  Z3_set_error_handler(bits_context, error_handler);
}

static Z3_sort sort_of(unsigned width) { return Z3_mk_bv_sort(bits_context, width); }

Bits bits(unsigned width, uint64_t value) { return Z3_mk_unsigned_int64(bits_context, value, sort_of(width)); }

Bits bits_unknown(const char *name, unsigned width) {
  return Z3_mk_const(bits_context, Z3_mk_string_symbol(bits_context, name), sort_of(width));
}

Bits bits_fresh(const char *prefix, unsigned width) { return Z3_mk_fresh_const(bits_context, prefix, sort_of(width)); }

unsigned bits_width(Bits a) { return Z3_get_bv_sort_size(bits_context, Z3_get_sort(bits_context, a)); }

bool bits_is_number(Bits a, uint64_t *value) {
  return Z3_is_numeral_ast(bits_context, a) && Z3_get_numeral_uint64(bits_context, a, value);
}

Bits bits_add(Bits a, Bits b) { return Z3_mk_bvadd(bits_context, a, b); }
Bits bits_sub(Bits a, Bits b) { return Z3_mk_bvsub(bits_context, a, b); }
Bits bits_mul(Bits a, Bits b) { return Z3_mk_bvmul(bits_context, a, b); }
Bits bits_udiv(Bits a, Bits b) { return Z3_mk_bvudiv(bits_context, a, b); }
Bits bits_sdiv(Bits a, Bits b) { return Z3_mk_bvsdiv(bits_context, a, b); }
Bits bits_and(Bits a, Bits b) { return Z3_mk_bvand(bits_context, a, b); }
Bits bits_or(Bits a, Bits b) { return Z3_mk_bvor(bits_context, a, b); }
Bits bits_xor(Bits a, Bits b) { return Z3_mk_bvxor(bits_context, a, b); }
Bits bits_not(Bits a) { return Z3_mk_bvnot(bits_context, a); }
Bits bits_neg(Bits a) { return Z3_mk_bvneg(bits_context, a); }
Bits bits_shl(Bits a, Bits count) { return Z3_mk_bvshl(bits_context, a, count); }
Bits bits_shr(Bits a, Bits count) { return Z3_mk_bvlshr(bits_context, a, count); }
Bits bits_sar(Bits a, Bits count) { return Z3_mk_bvashr(bits_context, a, count); }
Bits bits_cut(Bits a, unsigned high, unsigned low) {
  return low == 0 && high + 1 == bits_width(a) ? a : Z3_mk_extract(bits_context, high, low, a);
}
Bits bits_join(Bits high, Bits low) { return Z3_mk_concat(bits_context, high, low); }

Bits bits_zero_extend(Bits a, unsigned width) {
  unsigned more = width - bits_width(a);
  return more ? Z3_mk_zero_ext(bits_context, more, a) : a;
}

Bits bits_sign_extend(Bits a, unsigned width) {
  unsigned more = width - bits_width(a);
  return more ? Z3_mk_sign_ext(bits_context, more, a) : a;
}

Bits bits_if(Truth condition, Bits then, Bits otherwise) { return Z3_mk_ite(bits_context, condition, then, otherwise); }

Truth truth_true(void) { return Z3_mk_true(bits_context); }
Truth truth_equal(Bits a, Bits b) { return Z3_mk_eq(bits_context, a, b); }
Truth truth_below(Bits a, Bits b) { return Z3_mk_bvult(bits_context, a, b); }
Truth truth_below_signed(Bits a, Bits b) { return Z3_mk_bvslt(bits_context, a, b); }
Truth truth_and(Truth a, Truth b) { return Z3_mk_and(bits_context, 2, (Z3_ast[]){a, b}); }
Truth truth_or(Truth a, Truth b) { return Z3_mk_or(bits_context, 2, (Z3_ast[]){a, b}); }
Truth truth_not(Truth a) { return Z3_mk_not(bits_context, a); }
Truth truth_of_bit(Bits bit) { return truth_equal(bit, bits(1, 1)); }
Bits bit_of_truth(Truth truth) { return bits_if(truth, bits(1, 1), bits(1, 0)); }

Bits bits_divide(Bits a, Bits b) {
  Bits zero = bits(bits_width(a), 0);
  return bits_if(truth_equal(b, zero), zero, bits_udiv(a, b));
}

Bits bits_divide_signed(Bits a, Bits b) {
  Bits zero = bits(bits_width(a), 0);
  return bits_if(truth_equal(b, zero), zero, bits_if(truth_equal(b, bits_not(zero)), bits_neg(a), bits_sdiv(a, b)));
}

Z3_solver bits_solver(void) {
  Z3_solver solver = Z3_mk_solver_for_logic(bits_context, Z3_mk_string_symbol(bits_context, "QF_ABV"));
  Z3_solver_inc_ref(bits_context, solver);
  Z3_params params = Z3_mk_params(bits_context);
  Z3_params_inc_ref(bits_context, params);
  Z3_params_set_uint(bits_context, params, Z3_mk_string_symbol(bits_context, "timeout"), 120000);
  Z3_solver_set_params(bits_context, solver, params);
  Z3_params_dec_ref(bits_context, params);
  return solver;
}

bool bits_prove(Truth truth) {
  Z3_solver solver = bits_solver();
  Z3_solver_assert(bits_context, solver, Z3_simplify(bits_context, truth_not(truth)));
  Z3_lbool answer = Z3_solver_check(bits_context, solver);
  Z3_solver_dec_ref(bits_context, solver);
  return answer == Z3_L_FALSE;
}

Bits bits_byte(Bits a, unsigned i) { return bits_cut(a, 8 * i + 7, 8 * i); }

static Z3_sort memory_sort(void) { return Z3_mk_array_sort(bits_context, sort_of(64), sort_of(8)); }

Bits memory_unknown(const char *name) {
  return Z3_mk_const(bits_context, Z3_mk_string_symbol(bits_context, name), memory_sort());
}

Bits memory_fresh(const char *prefix) { return Z3_mk_fresh_const(bits_context, prefix, memory_sort()); }

/* Addresses are kept simplified, so that equal ones are one term. */
static Bits address_of(Bits address, unsigned i) {
  return Z3_simplify(bits_context, i ? bits_add(address, bits(64, i)) : address);
}

/* A simplified sum of a number and one more term: that term, and the number. */
static Bits base_of(Bits a, uint64_t *number) {
  *number = 0;
  if (Z3_get_ast_kind(bits_context, a) != Z3_APP_AST)
    return a;
  Z3_app sum = Z3_to_app(bits_context, a);
  if (Z3_get_decl_kind(bits_context, Z3_get_app_decl(bits_context, sum)) != Z3_OP_BADD ||
      Z3_get_app_num_args(bits_context, sum) != 2 || !bits_is_number(Z3_get_app_arg(bits_context, sum, 0), number))
    return a;
  return Z3_get_app_arg(bits_context, sum, 1);
}

/* Whether two addresses are surely equal or surely not: then their difference is a number. */
static bool is_apart(Bits a, Bits b, bool *equal) {
  uint64_t difference, one, two;
  *equal = a == b;
  if (*equal)
    return true;
  if (base_of(a, &one) == base_of(b, &two)) {
    *equal = one == two;
    return true;
  }
  if (!bits_is_number(Z3_simplify(bits_context, bits_sub(a, b)), &difference))
    return false;
  *equal = difference == 0;
  return true;
}

/* A byte: of the last store to that address, where all later stores are surely to other ones. */
static Bits load_byte(Bits memory, Bits address) {
  bool equal;
  while (Z3_get_decl_kind(bits_context, Z3_get_app_decl(bits_context, Z3_to_app(bits_context, memory))) ==
         Z3_OP_STORE) {
    Z3_app store = Z3_to_app(bits_context, memory);
    if (!is_apart(Z3_get_app_arg(bits_context, store, 1), address, &equal))
      break;
    if (equal)
      return Z3_get_app_arg(bits_context, store, 2);
    memory = Z3_get_app_arg(bits_context, store, 0);
  }
  return Z3_mk_select(bits_context, memory, address);
}

static bool is_store(Bits memory) {
  return Z3_get_decl_kind(bits_context, Z3_get_app_decl(bits_context, Z3_to_app(bits_context, memory))) == Z3_OP_STORE;
}

Truth memory_same_stores(Bits one, Bits two) {
  Truth same = truth_true();
  while (one != two) {
    if (!is_store(one) || !is_store(two))
      return NULL;
    Z3_app a = Z3_to_app(bits_context, one), b = Z3_to_app(bits_context, two);
    for (unsigned i = 1; i < 3; i++)
      same = truth_and(same, truth_equal(Z3_get_app_arg(bits_context, a, i), Z3_get_app_arg(bits_context, b, i)));
    one = Z3_get_app_arg(bits_context, a, 0);
    two = Z3_get_app_arg(bits_context, b, 0);
  }
  return same;
}

bool memory_differs_only_in(Bits memory, Bits before, Bits low, uint64_t bytes) {
  while (memory != before) {
    if (Z3_get_decl_kind(bits_context, Z3_get_app_decl(bits_context, Z3_to_app(bits_context, memory))) != Z3_OP_STORE)
      return false;
    Z3_app store = Z3_to_app(bits_context, memory);
    uint64_t offset;
    if (!bits_is_number(Z3_simplify(bits_context, bits_sub(Z3_get_app_arg(bits_context, store, 1), low)), &offset) ||
        offset >= bytes)
      return false;
    memory = Z3_get_app_arg(bits_context, store, 0);
  }
  return true;
}

Bits memory_load(Bits memory, Bits address, unsigned bytes) {
  Bits value = load_byte(memory, address_of(address, 0));
  for (unsigned i = 1; i < bytes; i++)
    value = bits_join(load_byte(memory, address_of(address, i)), value);
  return value;
}

Bits memory_store(Bits memory, Bits address, Bits value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; i++)
    memory = Z3_mk_store(bits_context, memory, address_of(address, i), Z3_simplify(bits_context, bits_byte(value, i)));
  return memory;
}

/* SPDX-License-Identifier: MIT */
