/* operations.c: all families of operations as one list. */
#include "isa/prove/operations.h"

void each_case(BlIsa isa, Visit *visit, void *context) {
  each_data_case(isa, visit, context);
  each_control_case(isa, visit, context);
  each_sixteen_case(isa, visit, context);
  each_value_case(isa, visit, context);
}

const Operation *const *all_operations(size_t *count) {
  static const Operation *all[96];
  static const Operation *const *const families[] = {data_operations, control_operations, sixteen_operations,
                                                     value_operations};
  *count = 0;
  for (int family = 0; family < 4; family++)
    for (const Operation *const *each = families[family]; *each; each++)
      all[(*count)++] = *each;
  return all;
}

/* SPDX-License-Identifier: MIT */
