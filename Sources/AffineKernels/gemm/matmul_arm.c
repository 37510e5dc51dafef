#include "affine_kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { ROWS = 4, COLUMNS = 8 };

/// The sums of one row of a slice, from right codes as signed numbers: 128 less, or as they are.
__attribute__((target("dotprod"))) static void sum_row(
    const int8_t *lhs, const uint8_t *rhs, size_t quads, bool nibbles, int32x4_t sums[2]) {
  for (size_t q = 0; q < quads; ++q) {
    int8x16_t row = vreinterpretq_s8_s32(vld1q_dup_s32((const int32_t *)(lhs + 4 * q * ROWS)));
    uint8x16_t codes[2];
    if (nibbles) {
      uint8x16_t bytes = vld1q_u8(rhs + 2 * q * COLUMNS);
      codes[0] = vandq_u8(bytes, vdupq_n_u8(15));
      codes[1] = vshrq_n_u8(bytes, 4);
    } else {
      for (int v = 0; v < 2; ++v)
        codes[v] = veorq_u8(vld1q_u8(rhs + 4 * q * COLUMNS + 16 * v), vdupq_n_u8(128));
    }
    for (int v = 0; v < 2; ++v) sums[v] = vdotq_s32(sums[v], vreinterpretq_s8_u8(codes[v]), row);
  }
}

/// One scale or bias.
static float parameter(const aq_matmul_i8_args *t, const void *parameters, size_t r) {
  return t->rhs_is_half ? (float)((const __fp16 *)parameters)[r] : ((const float *)parameters)[r];
}

static void fold_slice(
    const aq_matmul_i8_args *t, size_t row, size_t slice, const int32_t sums[COLUMNS], float out[COLUMNS]) {
  size_t l = (row / ROWS * t->slices + slice) * ROWS + row % ROWS, r = slice * COLUMNS;
  for (size_t j = 0; j < t->columns; ++j) {
    // Modulo 2^32, as the header says.
    uint32_t sum = (uint32_t)sums[j] + (uint32_t)t->lhs_start[l];
    if (t->rhs_start) sum += (uint32_t)t->rhs_start[r + j];
    if (t->rhs_zero) sum -= (uint32_t)t->rhs_zero[r + j] * (uint32_t)t->lhs_total[l];
    if (t->lhs_zero) sum -= (uint32_t)t->lhs_zero[l] * (uint32_t)t->rhs_total[r + j];
    if (t->sums) t->sums[(slice * t->rows + row) * t->columns + j] = (int32_t)sum;
    float scaled = (float)(int32_t)sum;
    if (t->lhs_scale) scaled *= t->lhs_scale[l];
    out[j] = __builtin_fmaf(scaled, parameter(t, t->rhs_scale, r + j), out[j]);
    if (t->rhs_bias) out[j] = __builtin_fmaf(t->lhs_sum[l], parameter(t, t->rhs_bias, r + j), out[j]);
    if (t->lhs_bias) out[j] = __builtin_fmaf(t->lhs_bias[l], t->rhs_sum[r + j], out[j]);
  }
}

static void product(const aq_matmul_i8_args *t, bool nibbles) {
  for (size_t i = 0; i < t->rows; ++i) {
    const int8_t *lhs = (const int8_t *)t->lhs + (i / ROWS * t->groups * ROWS + i % ROWS) * 4;
    const uint8_t *rhs = t->rhs;
    float out[COLUMNS] = {0};
    for (size_t s = 0; s < t->slices; ++s) {
      size_t quads = t->slice_groups[s];
      int32_t sums[COLUMNS], total = 0;
      // The 128 that was taken from every right code is put back.
      for (size_t c = 0; !nibbles && c < 4 * quads; ++c) total += lhs[c / 4 * 4 * ROWS + c % 4];
      int32x4_t vectors[2] = {vdupq_n_s32(128 * total), vdupq_n_s32(128 * total)};
      sum_row(lhs, rhs, quads, nibbles, vectors);
      vst1q_s32(sums, vectors[0]);
      vst1q_s32(sums + 4, vectors[1]);
      fold_slice(t, i, s, sums, out);
      lhs += 4 * quads * ROWS;
      rhs += (nibbles ? 2 : 4) * quads * COLUMNS;
    }
    for (size_t j = 0; !t->sums && j < t->columns; ++j)
      t->out[i * t->stride + j] = t->row_scale ? out[j] * t->row_scale[i] : out[j];
  }
}

void aq_matmul_i8_neondot(void *args) { product(args, false); }
void aq_matmul_i4_neondot(void *args) { product(args, true); }

void aq_matmul_f32_neon(void *args) {
  const aq_matmul_f32_args *t = args;
  size_t lanes = t->lhs_lanes;
  for (size_t i = 0; i < t->rows; ++i) {
    float sums[COLUMNS] = {0};
    float *row = t->out + i * t->stride;
    for (size_t j = 0; t->accumulate && j < t->columns; ++j) sums[j] = row[j];
    float32x4_t low = vld1q_f32(sums), high = vld1q_f32(sums + 4);
    for (size_t k = 0; k < t->depth; ++k) {
      float a = t->lhs[(i / lanes * t->depth + k) * lanes + i % lanes];
      low = vfmaq_n_f32(low, vld1q_f32(t->rhs + k * COLUMNS), a);
      high = vfmaq_n_f32(high, vld1q_f32(t->rhs + k * COLUMNS + 4), a);
    }
    vst1q_f32(sums, low);
    vst1q_f32(sums + 4, high);
    for (size_t j = 0; j < t->columns; ++j) row[j] = sums[j];
  }
}
#endif
