// Rows one by one, which wait for the weight: of each right panel codes and scales alone are read. The file that
// includes it includes few_bits.h and defines `LHS_BYTES`, `ROWS`, which is 1, and `add_products`.

#include "one_row.h"
#include "each_right_panel.h"

/// Moves a call to the next left row.
static void next_row(aq_matmul_i8_args *t) {
  t->lhs = (const uint8_t *)t->lhs + t->groups * LHS_BYTES;
  t->lhs_start += t->slices;
  if (t->lhs_total) t->lhs_total += t->slices;
  if (t->lhs_zero) t->lhs_zero += t->slices;
  if (t->lhs_scale) t->lhs_scale += t->slices;
  if (t->lhs_sum) t->lhs_sum += t->slices;
  if (t->lhs_bias) t->lhs_bias += t->slices;
  if (t->row_scale) ++t->row_scale;
  ++t->lhs_row;
  t->out += t->stride;
}

/// A kernel of several right panels, with each of which row after row is multiplied.
#define ROW_KERNEL(name, isa, kind)                                                 \
  ONE_ROW(kind)                                                                     \
  static void each_row_##kind(const aq_matmul_i8_args *args) {                      \
    aq_matmul_i8_args t = *args;                                                    \
    t.rows = 1;                                                                     \
    for (size_t row = 0; row < args->rows; ++row, next_row(&t)) one_row_##kind(&t); \
  }                                                                                 \
  void aq_matmul_##name##_##isa##_row(void *args) {                                 \
    const aq_matmul_i8_args *t = args;                                              \
    each_right_panel(t, t->groups * BYTES_OF(kind), each_row_##kind);               \
  }
