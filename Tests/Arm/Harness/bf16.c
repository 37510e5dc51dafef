// Products of bfloat16, whose kernels sum in orders of their own: each value within its bound of an exact sum.

#include "support.h"

// ---- Rounding, by its definition: of the two neighbours the nearer one, of two equally near the even one.

static uint16_t nearest_brain(float x) {
  uint32_t bits = bits_of(x), down = bits >> 16;
  if (isnan(x)) return (uint16_t)(down | 0x40);
  if (isinf(x)) return (uint16_t)down;
  double below = float_of(down << 16), above = float_of((down + 1) << 16);
  // What the next larger exponent begins with is beyond the largest value.
  if (isinf(above)) above = copysign(0x1p128, x);
  double to_below = fabs((double)x - below), to_above = fabs(above - (double)x);
  return (uint16_t)(to_above < to_below || (to_above == to_below && (down & 1)) ? down + 1 : down);
}

static float brain_value(uint16_t half) { return float_of((uint32_t)half << 16); }

void test_round_bf16(const aq_kernel *kernel) {
  size_t count = below(100);
  float *floats = numbers(count, (int)below(KINDS));
  uint16_t *halves = NEW(uint16_t, count), *expected = copied(halves, count * 2);
  describe("%zu", count);
  for (size_t i = 0; i < count; ++i) expected[i] = nearest_brain(floats[i]);
  aq_halves_args t = {count, halves, floats};
  kernel->run(&t);
  check_bytes("halves", halves, expected, count, 2);
}

void test_columns_bf16(const aq_kernel *kernel) {
  size_t padded = from_to(1, 40), lanes = from_to(1, padded), count = below(20), stride = lanes + below(5);
  size_t pairs = (count + 1) / 2, values = count ? (count - 1) * stride + lanes : 0;
  float *in = numbers(values, (int)below(KINDS));
  uint32_t *out = NEW(uint32_t, pairs *padded), *expected = copied(out, pairs * padded * 4);
  describe("%zu rows of %zu of %zu", count, lanes, padded);
  for (size_t p = 0; p < pairs; ++p)
    for (size_t lane = 0; lane < padded; ++lane) {
      uint32_t word = 0;
      for (size_t half = 0; half < 2 && lane < lanes && 2 * p + half < count; ++half)
        word |= (uint32_t)nearest_brain(in[(2 * p + half) * stride + lane]) << (16 * half);
      expected[p * padded + lane] = word;
    }
  aq_pairs_args t = {lanes, padded, count, in, stride, out};
  kernel->run(&t);
  check_bytes("out", out, expected, pairs * padded, 4);
}

// ---- Products.

static size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

static float random_brain(void) { return brain_value(nearest_brain(number(TAME))); }

/// Values of rows in panels of `lanes`, run by run, as pairs: [panel][run][lanes][run].
static void *packed_rows(const float *values, size_t rows, size_t depth, size_t padded, size_t lanes, size_t run) {
  size_t count = round_up(rows, lanes) * padded;
  uint16_t *packed = zeroed(NEW_LINES(uint16_t, count), count * 2);
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < depth; ++k)
      packed[((i / lanes * (padded / run) + k / run) * lanes + i % lanes) * run + k % run] =
          nearest_brain(values[i * depth + k]);
  return packed;
}

/// Fails where a value is further from an exact one than sums of so many operations, each truncated, may be.
static void check_sums(
    const float *out, const double *exact, const double *magnitudes, size_t rows, size_t columns, size_t stride,
    size_t operations) {
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      double error = fabs(out[i * stride + j] - exact[i * columns + j]);
      double bound = (double)(operations + 4) * 0x1p-23 * magnitudes[i * columns + j] + 0x1p-120;
      if (!(error <= bound)) {
        fail("[%zu, %zu] is %g, not %g", i, j, (double)out[i * stride + j], exact[i * columns + j]);
        return;
      }
    }
}

void test_matmul_bf16(const aq_kernel *kernel) {
  const aq_tile *tile = &kernel->tile;
  uint64_t lanes_draw = draw();
  size_t run = tile->lhs_run, nr = tile->nr;
  size_t lanes = run > 2 ? tile->mr : 1 + lanes_draw % tile->mr;
  size_t rows = from_to(1, 40), columns = from_to(1, 70), depth = from_to(1, 80);
  size_t padded = round_up(depth, tile->kr);
  bool accumulate = coin();
  float *lhs = SCRATCH(float, rows *depth), *rhs = SCRATCH(float, columns *depth);
  for (size_t i = 0; i < rows * depth; ++i) lhs[i] = random_brain();
  for (size_t i = 0; i < columns * depth; ++i) rhs[i] = random_brain();
  size_t stride = columns + below(3), count = (rows - 1) * stride + columns;
  float *out = numbers(count, TAME), *before = copied(out, count * 4);
  double *exact = SCRATCH(double, rows *columns), *magnitudes = SCRATCH(double, rows *columns);
  describe("%zu x %zu, depth %zu, %zu lanes, accumulate %d", rows, columns, depth, lanes, accumulate);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      double sum = accumulate ? before[i * stride + j] : 0, magnitude = fabs(sum);
      for (size_t k = 0; k < depth; ++k) {
        double product = (double)lhs[i * depth + k] * rhs[j * depth + k];
        sum += product;
        magnitude += fabs(product);
      }
      exact[i * columns + j] = sum;
      magnitudes[i * columns + j] = magnitude;
    }
  aq_matmul_f32_args t = {
      .depth = padded, .lhs_lanes = lanes, .rows = rows, .stride = stride, .accumulate = accumulate};
  t.lhs = packed_rows(lhs, rows, depth, padded, lanes, run);
  for (size_t j = 0; j < columns; j += nr) {
    t.columns = columns - j < nr ? columns - j : nr;
    uint16_t *panel = zeroed(NEW_LINES(uint16_t, padded *nr), padded * nr * 2);
    for (size_t c = 0; c < t.columns; ++c)
      for (size_t k = 0; k < depth; ++k)
        panel[(k / 2 * nr + c) * 2 + k % 2] = nearest_brain(rhs[(j + c) * depth + k]);
    t.rhs = (const float *)panel;
    t.out = out + j;
    kernel->run(&t);
  }
  check_sums(out, exact, magnitudes, rows, columns, stride, depth);
}

/// Codes of whole k-groups in each slice, so that no place is padding.
static void matmul_of_codes(const aq_kernel *kernel, int bits, const float *table, uint32_t exponent_bits) {
  const aq_tile *tile = &kernel->tile;
  uint64_t lanes_draw = draw();
  size_t kr = tile->kr, nr = tile->nr, lanes = 1 + lanes_draw % tile->mr, slices = from_to(1, 6), depth = 0;
  size_t rows = from_to(1, 40), columns = from_to(1, nr);
  if (coin()) rows = 1, lanes = 1;
  // Panels of long runs are as wide as tiles.
  if (tile->lhs_run > 2) lanes = tile->mr;
  uint32_t *quads = NEW(uint32_t, slices), *parameters = NEW(uint32_t, slices);
  for (size_t s = 0; s < slices; ++s) {
    size_t groups = from_to(1, 128 / kr);
    quads[s] = (uint32_t)(groups * kr / 4);
    parameters[s] = (uint32_t)s;
    depth += groups * kr;
  }
  bool has_zero = !table && coin();
  uint8_t mask = (uint8_t)((1 << bits) - 1), offset = table ? 0 : (uint8_t)((mask + 1) / 2);
  float *lhs = SCRATCH(float, rows *depth);
  for (size_t i = 0; i < rows * depth; ++i) lhs[i] = random_brain();
  // [depth][nr], of which columns that do not exist are zero.
  uint8_t *codes = zeroed(SCRATCH(uint8_t, depth *nr), depth * nr);
  for (size_t k = 0; k < depth; ++k)
    for (size_t j = 0; j < columns; ++j) codes[k * nr + j] = (uint8_t)draw() & mask;
  float *scale = numbers(slices * nr, TAME), *zero = numbers(slices * nr, TAME);
  // Whole zero points: what is left is bfloat16.
  for (size_t i = 0; i < slices * nr; ++i) zero[i] = (float)below(mask / 2u + 1);
  describe("%zu x %zu, depth %zu, %zu slices, %zu lanes, zero %d", rows, columns, depth, slices, lanes, has_zero);

  size_t rows_of_quads = bits == 8 ? 1 : bits == 4 ? 1 : (size_t)bits * (kr / 4) / 8;
  size_t group_bytes = nr * kr * (size_t)bits / 8;
  uint8_t *rhs = zeroed(NEW_LINES(uint8_t, depth / kr *group_bytes), depth / kr * group_bytes);
  for (size_t g = 0; g < depth / kr; ++g) {
    uint8_t bytes[8][4 * 32];
    for (size_t k = 0; k < kr; ++k)
      for (size_t j = 0; j < nr; ++j) bytes[k / 4][4 * j + k % 4] = codes[(g * kr + k) * nr + j];
    uint8_t *to = rhs + g * group_bytes;
    if (bits == 8) memcpy(to, bytes, group_bytes);
    else if (bits == 4) {
      for (size_t b = 0; b < 2 * nr; ++b) to[b] = (uint8_t)(bytes[0][b] | bytes[0][2 * nr + b] << 4);
    } else {
      uint8_t *packed = SCRATCH(uint8_t, 8 * 4 * nr), *lanes_of = SCRATCH(uint8_t, 8 * 4 * nr);
      for (size_t q = 0; q < kr / 4; ++q) memcpy(lanes_of + q * 4 * nr, bytes[q], 4 * nr);
      squeeze_reference(lanes_of, packed, 4 * nr, bits);
      memcpy(to, packed, rows_of_quads * 4 * nr);
    }
  }

  size_t stride = columns + below(3), count = (rows - 1) * stride + columns;
  float *out = NEW(float, count);
  double *exact = SCRATCH(double, rows *columns), *magnitudes = SCRATCH(double, rows *columns);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      double sum = 0, magnitude = 0;
      for (size_t s = 0, k = 0; s < slices; ++s)
        for (size_t end = k + 4 * quads[s]; k < end; ++k) {
          uint8_t code = codes[k * nr + j];
          float number = table ? brain_value(nearest_brain(table[code])) : (float)((int)code - offset);
          if (has_zero) number -= zero[s * nr + j];
          double product = (double)lhs[i * depth + k] * number * scale[s * nr + j];
          sum += product;
          magnitude += fabs(product);
        }
      exact[i * columns + j] = sum;
      magnitudes[i * columns + j] = magnitude;
    }
  aq_matmul_codes_args t = {.slices = slices,
      .groups = depth / 4,
      .slice_groups = quads,
      .parameters = parameters,
      .lhs = packed_rows(lhs, rows, depth, round_up(depth, tile->lhs_run), lanes, tile->lhs_run),
      .lhs_lanes = lanes,
      .rhs = rhs,
      .offset = offset,
      .rhs_scale = scale,
      .scale_form = AQ_FLOATS,
      .rhs_zero = has_zero ? zero : NULL,
      .scratch = NEW_LINES(float, tile->scratch *nr),
      .rows = rows,
      .columns = columns,
      .out = out,
      .stride = stride,
      .table = table,
      .exponent_bits = exponent_bits};
  kernel->run(&t);
  check_sums(out, exact, magnitudes, rows, columns, stride, depth + slices);
}

static float *table_of(size_t count) {
  float *table = NEW(float, count);
  for (size_t i = 0; i < count; ++i) table[i] = number(TAME);
  return table;
}

void test_matmul_bf16i1(const aq_kernel *kernel) { matmul_of_codes(kernel, 1, NULL, 0); }
void test_matmul_bf16i2(const aq_kernel *kernel) { matmul_of_codes(kernel, 2, NULL, 0); }
void test_matmul_bf16i3(const aq_kernel *kernel) { matmul_of_codes(kernel, 3, NULL, 0); }
void test_matmul_bf16i4(const aq_kernel *kernel) { matmul_of_codes(kernel, 4, NULL, 0); }
void test_matmul_bf16i5(const aq_kernel *kernel) { matmul_of_codes(kernel, 5, NULL, 0); }
void test_matmul_bf16i6(const aq_kernel *kernel) { matmul_of_codes(kernel, 6, NULL, 0); }
void test_matmul_bf16i7(const aq_kernel *kernel) { matmul_of_codes(kernel, 7, NULL, 0); }
void test_matmul_bf16i8(const aq_kernel *kernel) { matmul_of_codes(kernel, 8, NULL, 0); }
void test_matmul_bf16t4(const aq_kernel *kernel) { matmul_of_codes(kernel, 4, table_of(16), 0); }
void test_matmul_bf16t6(const aq_kernel *kernel) {
  uint32_t exponent_bits = coin() ? 2 : 3;
  float *table = zeroed(NEW(float, 256), 256 * sizeof(float));
  for (int i = 0; i < 64; ++i) table[i] = float_of_6_bits(i, (int)exponent_bits);
  matmul_of_codes(kernel, 6, table, exponent_bits);
}
void test_matmul_bf16t8(const aq_kernel *kernel) { matmul_of_codes(kernel, 8, table_of(256), 0); }

/// Pairs where they lie, of rows or of columns on the left.
void test_product_bf16(const aq_kernel *kernel) {
  size_t rows = below(20), columns = below(40), depth = below(20);
  size_t rhs_depth = columns + below(4), out_row = columns + below(4);
  bool accumulate = coin(), by_columns = coin();
  size_t lhs_row = by_columns ? 1 : depth, lhs_depth = by_columns ? rows : 1;
  size_t right = depth && columns ? (depth - 1) * rhs_depth + columns : 0;
  size_t count = rows && columns ? (rows - 1) * out_row + columns : 0;
  uint32_t *lhs = NEW(uint32_t, rows *depth), *rhs = NEW(uint32_t, right);
  for (size_t i = 0; i < rows * depth; ++i)
    lhs[i] = nearest_brain(number(TAME)) | (uint32_t)nearest_brain(number(TAME)) << 16;
  for (size_t i = 0; i < right; ++i)
    rhs[i] = nearest_brain(number(TAME)) | (uint32_t)nearest_brain(number(TAME)) << 16;
  float *out = numbers(count, TAME), *before = copied(out, count * 4);
  double *exact = SCRATCH(double, rows *columns), *magnitudes = SCRATCH(double, rows *columns);
  describe("%zu x %zu, depth %zu, by columns %d, accumulate %d", rows, columns, depth, by_columns, accumulate);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      double sum = accumulate ? before[i * out_row + j] : 0, magnitude = fabs(sum);
      for (size_t k = 0; k < depth; ++k)
        for (int half = 0; half < 2; ++half) {
          double product = (double)brain_value((uint16_t)(lhs[i * lhs_row + k * lhs_depth] >> 16 * half)) *
                           brain_value((uint16_t)(rhs[k * rhs_depth + j] >> 16 * half));
          sum += product;
          magnitude += fabs(product);
        }
      exact[i * columns + j] = sum;
      magnitudes[i * columns + j] = magnitude;
    }
  aq_product_args t = {rows, columns, depth, (const float *)lhs, lhs_row, lhs_depth, rhs, rhs_depth, out, out_row,
                       accumulate, NULL};
  kernel->run(&t);
  check_sums(out, exact, magnitudes, rows, columns, out_row, 2 * depth);
}

void test_peak_bf16(const aq_kernel *kernel) {
  aq_peak_args t = {64, 0};
  describe("64 iterations");
  kernel->run(&t);
  if (!(t.operations >= 64)) fail("%g operations", t.operations);
}
