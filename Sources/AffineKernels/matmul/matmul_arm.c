#include "affine_kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { ROWS = 4, COLUMNS = 8, EXACT_PAIRS = 16384 };

/// The exact sum of one element; the compiler vectorizes over the columns of a row.
static void sum_row(const int16_t *lhs, const int16_t *rhs, size_t pairs, int i, int64_t sums[COLUMNS]) {
  for (int j = 0; j < COLUMNS; ++j) sums[j] = 0;
  for (size_t start = 0; start < pairs; start += EXACT_PAIRS) {
    size_t end = pairs - start < EXACT_PAIRS ? pairs : start + EXACT_PAIRS;
    int32x4_t part[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
    for (size_t p = start; p < end; ++p) {
      const int16_t *pair = lhs + 2 * (p * ROWS + (size_t)i);
      // Both codes of 8 lanes, taken apart.
      int16x8x2_t codes = vld2q_s16(rhs + 2 * p * COLUMNS);
      for (int half = 0; half < 2; ++half) {
        part[0] = vmlal_n_s16(part[0], vget_low_s16(codes.val[half]), pair[half]);
        part[1] = vmlal_n_s16(part[1], vget_high_s16(codes.val[half]), pair[half]);
      }
    }
    for (int j = 0; j < COLUMNS; ++j) sums[j] += j < 4 ? part[0][j] : part[1][j - 4];
  }
}

void aq_matmul_i16_neon(void *args) {
  const aq_matmul_i16_args *t = args;
  for (size_t i = 0; i < t->rows; ++i) {
    const int16_t *lhs = t->lhs, *rhs = t->rhs;
    float out[COLUMNS] = {0};
    for (size_t s = 0; s < t->slices; ++s) {
      int64_t sums[COLUMNS];
      size_t l = s * ROWS + i, r = s * COLUMNS;
      sum_row(lhs, rhs, t->pairs[s], (int)i, sums);
      for (size_t j = 0; j < t->columns; ++j) {
        if (t->sums) t->sums[(s * t->rows + i) * t->columns + j] = sums[j];
        out[j] = __builtin_fmaf((float)sums[j] * t->lhs_scale[l], t->rhs_scale[r + j], out[j]);
        if (t->rhs_bias) out[j] = __builtin_fmaf(t->lhs_sum[l], t->rhs_bias[r + j], out[j]);
        if (t->lhs_bias) out[j] = __builtin_fmaf(t->lhs_bias[l], t->rhs_sum[r + j], out[j]);
      }
      lhs += (size_t)t->pairs[s] * 2 * ROWS;
      rhs += (size_t)t->pairs[s] * 2 * COLUMNS;
    }
    for (size_t j = 0; !t->sums && j < t->columns; ++j) t->out[i * t->stride + j] = out[j];
  }
}

void aq_matmul_f32_neon(void *args) {
  const aq_matmul_f32_args *t = args;
  for (size_t i = 0; i < t->rows; ++i) {
    float sums[COLUMNS] = {0};
    float *row = t->out + i * t->stride;
    for (size_t j = 0; t->accumulate && j < t->columns; ++j) sums[j] = row[j];
    float32x4_t low = vld1q_f32(sums), high = vld1q_f32(sums + 4);
    for (size_t k = 0; k < t->depth; ++k) {
      float a = t->lhs[k * ROWS + i];
      low = vfmaq_n_f32(low, vld1q_f32(t->rhs + k * COLUMNS), a);
      high = vfmaq_n_f32(high, vld1q_f32(t->rhs + k * COLUMNS + 4), a);
    }
    vst1q_f32(sums, low);
    vst1q_f32(sums + 4, high);
    for (size_t j = 0; j < t->columns; ++j) row[j] = sums[j];
  }
}
#endif
