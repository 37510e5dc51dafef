// Products: what the formulas of gemm.h say, for any tile. A case is a whole product, of as many panels as
// the tile needs, so that its result does not depend on the tile.

#include "support.h"

/// The contracted axis.
typedef struct {
  size_t slices, depth;
  const uint32_t *counts;  // codes of a slice
} axis;

static axis axis_of(size_t slices, size_t longest) {
  uint32_t *counts = SCRATCH(uint32_t, slices);
  axis a = {slices, 0, counts};
  for (size_t s = 0; s < slices; ++s) a.depth += counts[s] = (uint32_t)from_to(1, longest);
  return a;
}

/// k-groups of the slices.
static uint32_t *groups_of(axis a, size_t kr, size_t *all) {
  uint32_t *groups = NEW(uint32_t, a.slices);
  *all = 0;
  for (size_t s = 0; s < a.slices; ++s) *all += groups[s] = (uint32_t)((a.counts[s] + kr - 1) / kr);
  return groups;
}

/// Where the codes of the axis lie once every slice is padded to whole k-groups.
static size_t *places_of(axis a, size_t kr) {
  size_t *places = SCRATCH(size_t, a.depth), place = 0, code = 0;
  for (size_t s = 0; s < a.slices; ++s) {
    for (size_t c = 0; c < a.counts[s]; ++c) places[code++] = place + c;
    place += (a.counts[s] + kr - 1) / kr * kr;
  }
  return places;
}

static size_t round_up(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

/// A value by the definition of binary16.
static float half_value(uint16_t half) {
  int exponent = half >> 10 & 31, mantissa = half & 1023;
  float value = exponent == 0    ? ldexpf((float)mantissa, -24)
                : exponent == 31 ? (mantissa ? NAN : INFINITY)
                                 : ldexpf((float)(mantissa + 1024), exponent - 25);
  return half >> 15 ? -value : value;
}

// ---- Packed sides.

/// The left codes in panels, as signed bytes or in 16 bits.
static void *packed_left(const aq_tile *tile, const int8_t *codes, size_t rows, axis a, size_t groups) {
  size_t run = tile->lhs_run, runs = round_up(groups * tile->kr, run) / run;
  size_t lanes = round_up(rows, tile->mr), *places = places_of(a, tile->kr);
  bool is_wide = tile->lhs == AQ_S16;
  size_t bytes = lanes * runs * run * (is_wide ? 2 : 1);
  uint8_t *packed = zeroed(run == 64 ? guarded(bytes, 64) : NEW(uint32_t, bytes / 4), bytes);
  static const size_t wide_order[4] = {0, 2, 1, 3};
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < a.depth; ++k) {
      size_t place = places[k];
      size_t start = ((i / tile->mr * runs + place / run) * tile->mr + i % tile->mr) * run;
      int8_t code = codes[i * a.depth + k];
      if (is_wide) ((int16_t *)packed)[start + wide_order[place % run]] = code;
      else packed[start + place % run] = (uint8_t)code;
    }
  return packed;
}

/// Bits of the codes of a right side.
static int code_bits(const aq_tile *tile) {
  switch (tile->rhs) {
    case AQ_U1: return 1;
    case AQ_U2: return 2;
    case AQ_U3: return 3;
    case AQ_U4: return 4;
    case AQ_U5: return 5;
    case AQ_U6: return 6;
    case AQ_U7: return 7;
    default: return 8;
  }
}

static bool is_squeezed(const aq_tile *tile) { return tile->rhs >= AQ_U1; }

/// k-groups as kernels count them: of squeezed codes in fours.
static uint32_t *counted(const aq_tile *tile, uint32_t *groups, axis a, size_t *all) {
  size_t each = is_squeezed(tile) ? tile->kr / 4u : 1;
  for (size_t s = 0; s < a.slices; ++s) groups[s] *= (uint32_t)each;
  *all *= each;
  return groups;
}

/// One right panel of squeezed codes, as aq_squeeze_args says.
static uint8_t *squeezed_right(
    const aq_tile *tile, const uint8_t *codes, size_t first, size_t columns, axis a, size_t groups) {
  int bits = code_bits(tile);
  size_t quads = tile->kr / 4u, rows = (size_t)bits * quads / 8, width = 4u * tile->nr;
  size_t *places = places_of(a, tile->kr);
  uint8_t *bytes = zeroed(SCRATCH(uint8_t, groups *quads *width), groups * quads * width);
  for (size_t j = 0; j < columns; ++j)
    for (size_t k = 0; k < a.depth; ++k)
      bytes[places[k] / 4 * width + 4 * j + places[k] % 4] = codes[(first + j) * a.depth + k];
  uint8_t *packed = NEW_LINES(uint8_t, groups *rows *width);
  for (size_t g = 0; g < groups; ++g)
    squeeze_reference(bytes + g * quads * width, packed + g * rows * width, width, bits);
  return packed;
}

/// The right codes of columns from `first` on as one panel.
static uint8_t *packed_right(
    const aq_tile *tile, const uint8_t *codes, size_t first, size_t columns, axis a, size_t groups) {
  if (is_squeezed(tile)) return squeezed_right(tile, codes, first, columns, a, groups);
  bool nibbles = tile->rhs == AQ_U4;
  size_t bytes = (size_t)tile->nr * tile->kr / (nibbles ? 2 : 1), *places = places_of(a, tile->kr);
  uint8_t *packed = zeroed(NEW_LINES(uint8_t, groups *bytes), groups * bytes);
  for (size_t j = 0; j < columns; ++j)
    for (size_t k = 0; k < a.depth; ++k) {
      size_t index = j * tile->kr + places[k] % tile->kr;
      uint8_t *group = packed + places[k] / tile->kr * bytes, code = codes[(first + j) * a.depth + k];
      if (nibbles) group[index % bytes] |= (uint8_t)(index < bytes ? code : code << 4);
      else group[index] = code;
    }
  return packed;
}

/// Floats of rows in panels of `lanes`, run by run: [panel][depth][lanes].
static float *packed_floats(
    const float *values, size_t rows, axis a, size_t kr, size_t padded, size_t lanes) {
  size_t count = round_up(rows, lanes) * padded, *places = places_of(a, kr);
  float *packed = zeroed(NEW(float, count), count * 4);
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < a.depth; ++k)
      packed[(i / lanes * padded + places[k]) * lanes + i % lanes] = values[i * a.depth + k];
  return packed;
}

/// [slices][count] 32-bit numbers as [panel][slices][lanes].
static void *left_numbers(const void *numbers, size_t slices, size_t count, size_t lanes) {
  size_t all = round_up(count, lanes) * slices;
  uint32_t *packed = zeroed(NEW(uint32_t, all), all * 4);
  for (size_t s = 0; s < slices; ++s)
    for (size_t i = 0; i < count; ++i)
      packed[(i / lanes * slices + s) * lanes + i % lanes] = ((const uint32_t *)numbers)[s * count + i];
  return packed;
}

/// Columns from `first` on of [slices][all] numbers as [slices][lanes].
static void *right_numbers(
    const void *numbers, size_t size, size_t slices, size_t all, size_t first, size_t columns, size_t lanes) {
  size_t bytes = slices * lanes * size;
  uint8_t *packed = zeroed(guarded(bytes, size), bytes);
  for (size_t s = 0; s < slices; ++s)
    memcpy(packed + s * lanes * size, (const uint8_t *)numbers + (s * all + first) * size, columns * size);
  return packed;
}

// ---- Codes by codes.

static int32_t *random_ints(size_t count, int shift) {
  int32_t *values = SCRATCH(int32_t, count);
  for (size_t i = 0; i < count; ++i) values[i] = (int32_t)draw() >> shift;
  return values;
}

static float *random_floats(size_t count, int kind) {
  float *values = SCRATCH(float, count);
  for (size_t i = 0; i < count; ++i) values[i] = number(kind);
  return values;
}

static uint16_t *random_halves(size_t count) {
  uint16_t *values = SCRATCH(uint16_t, count);
  for (size_t i = 0; i < count; ++i) values[i] = (uint16_t)draw() & 0xbbff;  // finite
  return values;
}

/// Number `i` of a form, of patterns of 16 bits or of floats; of powers the low bytes.
static float number_of(int form, const uint16_t *patterns, const float *floats, size_t i) {
  switch (form) {
    case AQ_HALVES: return half_value(patterns[i]);
    case AQ_BRAIN_HALVES: {
      uint32_t bits = (uint32_t)patterns[i] << 16;
      float value;
      memcpy(&value, &bits, 4);
      return value;
    }
    case AQ_POWERS: return ldexpf(1, (patterns[i] & 255) - 127);
    default: return floats[i];
  }
}

static uint8_t *low_bytes(const uint16_t *patterns, size_t count) {
  uint8_t *bytes = SCRATCH(uint8_t, count);
  for (size_t i = 0; i < count; ++i) bytes[i] = (uint8_t)patterns[i];
  return bytes;
}

/// The value of a small float, whose largest exponent is that of infinities in E5M2 alone; E4M3 has one NaN.
static float small_float(int code, int exponent_bits) {
  int mantissa_bits = 7 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
  int exponent = (code & 127) >> mantissa_bits, mantissa = code & ((1 << mantissa_bits) - 1);
  float value = exponent == 0 ? ldexpf((float)mantissa, 1 - bias - mantissa_bits)
                              : ldexpf((float)(mantissa + (1 << mantissa_bits)), exponent - bias - mantissa_bits);
  if (exponent_bits == 5 && exponent == 31) value = mantissa ? NAN : INFINITY;
  if (exponent_bits == 4 && (code & 127) == 127) value = NAN;
  return code & 128 ? -value : value;
}

// ---- Scales of scales.

/// Scales and biases that may be codes, [slices][columns] of 16 bits, with scales of their own.
typedef struct {
  aq_super_scales super;
  int form;
  size_t slices, columns;
  // Of scales and of biases.
  const uint16_t *patterns[2], *super_patterns[2];
  const float *floats[2], *super_floats[2];
} right_scales;

static size_t super_slices(const right_scales *r) { return ((r->slices - 1) >> r->super.shift) + 1; }

static right_scales random_scales(size_t slices, size_t columns, int kind) {
  right_scales r = {.slices = slices, .columns = columns};
  // A kernel may take several panels of one slice as one.
  r.form = (int)below(slices > 1 ? 9 : 4);
  static const int middles[] = {[AQ_CODES_4] = 8, [AQ_CODES_6] = 32, [AQ_CODES_8] = 128, [AQ_PLACES] = 0};
  uint32_t shift = (uint32_t)below(4);
  bool is_signed = coin();
  r.super.form = (int32_t)below(3);
  r.super.shift = shift == 3 ? 31 : shift;
  if (r.form >= AQ_CODES_4 && is_signed) r.super.offset = middles[r.form];
  for (int b = 0; b < 2; ++b) {
    r.floats[b] = random_floats(slices * columns, kind);
    r.super_floats[b] = random_floats(slices * columns, kind);
    r.patterns[b] = random_halves(slices * columns);
    r.super_patterns[b] = random_halves(slices * columns);
  }
  if (r.form == AQ_PLACES) {
    r.super.table = random_floats(256, kind);
    r.super.mean = r.super.table[below(256)];
  }
  return r;
}

/// The code of a pattern; of small floats those that are numbers.
static int scale_code(int form, uint16_t pattern) {
  return form == AQ_CODES_4 ? pattern & 15 : form == AQ_CODES_6 ? pattern & 63 : form == AQ_SMALL_FLOATS ? pattern & 0xf7
                                                                                                       : pattern & 255;
}

/// Scale (0) or bias (1) of a slice and column.
static float scale_of(const right_scales *r, int which, size_t i) {
  if (r->form < AQ_CODES_4) return number_of(r->form, r->patterns[which], r->floats[which], i);
  size_t block = (i / r->columns >> r->super.shift) * r->columns + i % r->columns;
  float scale = number_of(r->super.form, r->super_patterns[which], r->super_floats[which], block);
  int code = scale_code(r->form, r->patterns[which][i]);
  if (r->form == AQ_SMALL_FLOATS) return scale * small_float(code, 4);
  if (r->form == AQ_PLACES) {
    // Rounded twice, whatever the compiler would make of it.
    volatile float product = scale * r->super.table[code];
    return product + r->super.mean;
  }
  return scale * (float)(code - r->super.offset);
}

/// Rows of scales as they lie, and bytes of one of them in a row.
static size_t scale_rows(const right_scales *r) {
  return r->form == AQ_CODES_4 ? (r->slices + 1) / 2 : r->form == AQ_CODES_6 ? (r->slices + 3) / 4 * 3 : r->slices;
}
static size_t scale_bytes(int form) { return form == AQ_FLOATS ? 4 : form < AQ_POWERS ? 2 : 1; }

/// What one panel has in a call, and panels of a call at most.
enum { PARTS = 9, MOST_PANELS = 16 };

/// Panels of so many bytes, one after the other; squeezed ones come alone.
static const void *joined(const void *const parts[], size_t panels, size_t bytes) {
  if (panels == 1 || !parts[0]) return parts[0];
  uint8_t *all = guarded(panels * bytes, 64);
  for (size_t p = 0; p < panels; ++p) memcpy(all + p * bytes, parts[p], bytes);
  return all;
}

/// Columns from `first` on of numbers of a form that are no codes.
static const void *formed(
    int form, const uint16_t *patterns, const float *floats, size_t slices, size_t all, size_t first, size_t columns,
    size_t lanes) {
  if (form == AQ_FLOATS) return right_numbers(floats, 4, slices, all, first, columns, lanes);
  if (form == AQ_POWERS)
    return right_numbers(low_bytes(patterns, slices * all), 1, slices, all, first, columns, lanes);
  return right_numbers(patterns, 2, slices, all, first, columns, lanes);
}

/// The same of what may be codes.
static const void *packed_scales(const right_scales *r, int which, size_t first, size_t columns, size_t lanes) {
  const uint16_t *patterns = r->patterns[which];
  if (r->form < AQ_CODES_4)
    return formed(r->form, patterns, r->floats[which], r->slices, r->columns, first, columns, lanes);
  size_t rows = scale_rows(r);
  uint8_t *packed = zeroed(guarded(rows * lanes, 1), rows * lanes);
  for (size_t s = 0; s < r->slices; ++s)
    for (size_t j = 0; j < columns; ++j) {
      int code = scale_code(r->form, patterns[s * r->columns + first + j]);
      uint8_t *at = packed + j;
      if (r->form == AQ_CODES_4) {
        at[s / 2 * lanes] |= (uint8_t)(code << 4 * (s % 2));
      } else if (r->form == AQ_CODES_6) {
        at += s / 4 * 3 * lanes;
        if (s % 4 < 3) at[s % 4 * lanes] |= (uint8_t)code;
        else
          for (int part = 0; part < 3; ++part)
            at[(size_t)part * lanes] |= (uint8_t)((code >> 2 * part & 3) << 6);
      } else {
        at[s * lanes] = (uint8_t)code;
      }
    }
  return packed;
}

/// The scales of codes for a call.
static aq_super_scales packed_super(
    const right_scales *r, bool has_bias, size_t first, size_t columns, size_t lanes) {
  aq_super_scales super = r->super;
  if (r->form < AQ_CODES_4) return super;
  size_t blocks = super_slices(r);
  super.scales = formed(super.form, r->super_patterns[0], r->super_floats[0], blocks, r->columns, first, columns, lanes);
  if (has_bias)
    super.biases =
        formed(super.form, r->super_patterns[1], r->super_floats[1], blocks, r->columns, first, columns, lanes);
  return super;
}

/// How the codes of a case are spread.
enum { ANY_CODES, LARGEST, ENDS, SPARSE };

static uint8_t code_of(int spread, uint8_t low, uint8_t high, uint8_t mask) {
  uint8_t code = (uint8_t)draw() & mask;
  switch (spread) {
    case LARGEST: return high;
    case ENDS: return coin() ? low : high;
    case SPARSE: return coin() ? 0 : code;
    default: return code;
  }
}

/// What Winograd's identity takes off: sums of products of neighbours (see matmul_i8_avx2.c).
static uint32_t neighbours(const int8_t *left, const uint8_t *right, size_t first, size_t count) {
  uint32_t sum = 0;
  for (size_t k = 0; k + 1 < count; k += 2)
    sum += left ? (uint32_t)(left[first + k] * left[first + k + 1])
                : (uint32_t)(right[first + k] * right[first + k + 1]);
  return sum;
}

/// What a code stands for.
static int meant(const uint8_t *table, uint8_t code) { return table ? table[code] : code; }

static void matmul_of_codes_in(const aq_kernel *kernel, const uint8_t *table) {
  const aq_tile *tile = &kernel->tile;
  const uint8_t mask = (uint8_t)((1 << code_bits(tile)) - 1);
  // The longest slice that there is, of the largest codes, in some.
  bool is_long = case_number % 97 == 96;
  int spread = is_long ? LARGEST : (int)below(4);
  size_t rows = is_long ? from_to(1, 5) : from_to(1, 20), columns = is_long ? 9 : from_to(1, 70);
  // Kernels take the scales of many slices apart some at a time.
  axis a = is_long ? axis_of(1, 1) : coin() ? axis_of(from_to(1, 4), 80) : axis_of(from_to(1, 40), 12);
  if (is_long) a.depth = *(uint32_t *)a.counts = 32768;
  int8_t *lhs = SCRATCH(int8_t, rows *a.depth);
  uint8_t *rhs = SCRATCH(uint8_t, columns *a.depth), left_end = coin() ? 128 : 127;
  for (size_t i = 0; i < rows * a.depth; ++i)
    lhs[i] = (int8_t)code_of(spread, 127, spread == ENDS ? 128 : left_end, 255);
  for (size_t i = 0; i < columns * a.depth; ++i) rhs[i] = code_of(spread, 0, mask, mask);

  // Most products have no term but left starts, and biases at most.
  bool is_plain = coin(), has_start = !is_plain && coin(), has_zero = !is_plain && coin();
  bool has_left_zero = !is_plain && coin(), has_scale = !is_plain && coin();
  int kind = coin() ? TAME : WIDE;
  right_scales scales = random_scales(a.slices, columns, kind);
  bool has_bias = scales.form != AQ_POWERS && coin(), has_left_bias = !is_plain && coin(), has_row_scale = coin();
  size_t left = a.slices * rows, right = a.slices * columns;
  // Of the largest codes sums may wrap, so all starts are allowed.
  int small = spread == LARGEST ? 0 : 12;
  int32_t *lhs_start = random_ints(left, small), *rhs_start = random_ints(right, small);
  // Zero points are codes, and the totals that short slices can have take 16 bits, negated too, which kernels rely on.
  int32_t *lhs_zero = random_ints(left, 23), *lhs_total = random_ints(left, 17);
  int32_t *rhs_zero = random_ints(right, 23), *rhs_total = random_ints(right, 17);
  float *lhs_scale = random_floats(left, kind), *lhs_sum = random_floats(left, kind);
  float *lhs_bias = random_floats(left, kind), *rhs_sum = random_floats(right, kind);
  float *row_scale = random_floats(rows, kind);
  describe(
      "%zu x %zu, %zu slices of %zu codes, spread %d, start %d zero %d %d scale %d form %d bias %d %d row %d",
      rows, columns, a.slices, a.depth, spread, has_start, has_zero, has_left_zero, has_scale, scales.form,
      has_bias, has_left_bias, has_row_scale);

  // Rows of a block have its scales.
  size_t block = has_scale && coin() ? 1 + below(2 * rows) : 0, first_row = block > 0 ? below(block) : 0;
  for (size_t s = 0; block > 0 && s < a.slices; ++s)
    for (size_t i = 1; i < rows; ++i)
      if ((first_row + i) % block > 0) lhs_scale[s * rows + i] = lhs_scale[s * rows + i - 1];

  float *results = SCRATCH(float, rows *columns);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      float result = 0;
      for (size_t s = 0, k = 0; s < a.slices; ++s) {
        size_t l = s * rows + i, r = s * columns + j;
        uint32_t sum = (uint32_t)lhs_start[l];
        for (size_t end = k + a.counts[s]; k < end; ++k)
          sum += (uint32_t)((int)lhs[i * a.depth + k] * meant(table, rhs[j * a.depth + k]));
        if (has_start) sum += (uint32_t)rhs_start[r];
        if (has_zero) sum -= (uint32_t)rhs_zero[r] * (uint32_t)lhs_total[l];
        if (has_left_zero) sum -= (uint32_t)lhs_zero[l] * (uint32_t)rhs_total[r];
        float value = (float)(int32_t)sum, scale = scale_of(&scales, 0, r);
        if (block > 0) scale *= lhs_scale[l];
        else if (has_scale) value *= lhs_scale[l];
        result = fmaf(value, scale, result);
        if (has_bias) result = fmaf(lhs_sum[l], scale_of(&scales, 1, r), result);
        if (has_left_bias) result = fmaf(lhs_bias[l], rhs_sum[r], result);
      }
      results[i * columns + j] = has_row_scale ? result * row_scale[i] : result;
    }

  // The terms that the kernel's identity wants in the starts.
  bool has_pairs = tile->lhs == AQ_S16;
  size_t first = 0;
  for (size_t s = 0; has_pairs && s < a.slices; first += a.counts[s++]) {
    for (size_t i = 0; i < rows; ++i)
      lhs_start[s * rows + i] -= (int32_t)neighbours(lhs + i * a.depth, NULL, first, a.counts[s]);
    for (size_t j = 0; j < columns; ++j) {
      uint32_t taken = neighbours(NULL, rhs + j * a.depth, first, a.counts[s]);
      rhs_start[s * columns + j] = (int32_t)((has_start ? (uint32_t)rhs_start[s * columns + j] : 0) - taken);
    }
  }

  size_t groups, mr = tile->mr, nr = tile->nr, stride = columns + below(3);
  aq_matmul_i8_args t = {.slices = a.slices, .rows = rows, .stride = stride, .rhs_form = scales.form,
                         .ahead = case_number % 2 * 8192};
  t.table = table;
  t.lhs_block = block;
  t.lhs_row = first_row;
  uint32_t *slice_groups = groups_of(a, tile->kr, &groups);
  t.lhs = packed_left(tile, lhs, rows, a, groups);
  t.groups = groups;
  t.slice_groups = counted(tile, slice_groups, a, &t.groups);
  t.lhs_start = left_numbers(lhs_start, a.slices, rows, mr);
  t.lhs_total = has_zero ? left_numbers(lhs_total, a.slices, rows, mr) : NULL;
  t.lhs_zero = has_left_zero ? left_numbers(lhs_zero, a.slices, rows, mr) : NULL;
  t.lhs_scale = has_scale ? left_numbers(lhs_scale, a.slices, rows, mr) : NULL;
  t.lhs_sum = has_bias ? left_numbers(lhs_sum, a.slices, rows, mr) : NULL;
  t.lhs_bias = has_left_bias ? left_numbers(lhs_bias, a.slices, rows, mr) : NULL;
  t.row_scale = has_row_scale ? left_numbers(row_scale, 1, rows, mr) : NULL;
  t.scratch = NEW_LINES(uint8_t, groups *nr * tile->kr);
  size_t count = (rows - 1) * stride + columns;
  float *out = NEW(float, count), *expected = copied(out, count * 4);
  // Some panels a call, as many as there are or as the kernel takes.
  const size_t most = tile->panels > 1 ? tile->panels : 1;
  for (size_t j = 0, some; j < columns; j += some) {
    some = columns - j < nr * most ? columns - j : nr * most;
    const void *parts[PARTS][MOST_PANELS];
    const size_t panels = (some + nr - 1) / nr;
    for (size_t p = 0; p < panels; ++p) {
      size_t first = j + p * nr, lanes = columns - first < nr ? columns - first : nr;
#define RIGHT(numbers) right_numbers(numbers, sizeof *(numbers), a.slices, columns, first, lanes, nr)
      aq_super_scales super = packed_super(&scales, has_bias, first, lanes, nr);
      parts[0][p] = packed_right(tile, rhs, first, lanes, a, groups);
      parts[1][p] = has_start || has_pairs ? RIGHT(rhs_start) : NULL;
      parts[2][p] = has_zero ? RIGHT(rhs_zero) : NULL;
      parts[3][p] = has_left_zero ? RIGHT(rhs_total) : NULL;
      parts[4][p] = packed_scales(&scales, 0, first, lanes, nr);
      parts[5][p] = has_bias ? packed_scales(&scales, 1, first, lanes, nr) : NULL;
      parts[6][p] = has_left_bias ? RIGHT(rhs_sum) : NULL;
      parts[7][p] = super.scales;
      parts[8][p] = super.biases;
      t.super = super;
    }
    size_t numbers = a.slices * nr * 4, of_scales = scale_rows(&scales) * nr * scale_bytes(scales.form);
    size_t of_super = super_slices(&scales) * nr * scale_bytes(scales.super.form);
    t.rhs = joined(parts[0], panels, groups * nr * tile->kr / (tile->rhs == AQ_U4 ? 2 : 1));
    t.rhs_start = joined(parts[1], panels, numbers);
    t.rhs_zero = joined(parts[2], panels, numbers);
    t.rhs_total = joined(parts[3], panels, numbers);
    t.rhs_scale = joined(parts[4], panels, of_scales);
    t.rhs_bias = joined(parts[5], panels, of_scales);
    t.rhs_sum = joined(parts[6], panels, numbers);
    t.super.scales = joined(parts[7], panels, of_super);
    t.super.biases = joined(parts[8], panels, of_super);
    t.columns = some;
    t.out = out + j;
    kernel->run(&t);
  }
  for (size_t i = 0; i < rows; ++i)
    memcpy(expected + i * stride, results + i * columns, columns * 4);
  check_floats("out", out, expected, count);
}

static void matmul_of_codes(const aq_kernel *kernel) { matmul_of_codes_in(kernel, NULL); }

void test_matmul_i1(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_i2(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_i3(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_i5(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_i6(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_i7(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_t4(const aq_kernel *kernel) {
  uint8_t *table = NEW(uint8_t, 16);
  for (int i = 0; i < 16; ++i) table[i] = coin() ? 31 : (uint8_t)below(32);
  matmul_of_codes_in(kernel, table);
}
void test_matmul_t6(const aq_kernel *kernel) {
  uint8_t *table = NEW(uint8_t, 64);
  for (int i = 0; i < 64; ++i) table[i] = coin() ? 127 : (uint8_t)below(128);
  matmul_of_codes_in(kernel, table);
}
void test_matmul_i8(const aq_kernel *kernel) { matmul_of_codes(kernel); }
void test_matmul_i4(const aq_kernel *kernel) { matmul_of_codes(kernel); }

// ---- Floats by codes.

static void matmul_of_floats_and_codes_in(const aq_kernel *kernel, const float *table, uint32_t exponent_bits) {
  const aq_tile *tile = &kernel->tile;
  const uint8_t mask = (uint8_t)((1 << code_bits(tile)) - 1);
  uint64_t lanes_draw = draw();
  size_t lanes = 1 + lanes_draw % tile->mr;
  size_t rows = from_to(1, 20), columns = from_to(1, 70), slices = from_to(1, 9), sets = from_to(1, slices);
  // One row and slices of one length go another way.
  if (coin()) rows = 1, lanes = 1;
  // At most 32 k-groups of four.
  axis a = axis_of(slices, coin() ? 128 : 4);
  // A byte less nothing would not fit in a signed one.
  uint8_t offset = mask == 255 ? 128 : coin() ? (mask + 1) / 2 : 0;
  bool has_zero = coin() && !table, has_bias = coin() && !table;
  int kind = coin() ? TAME : WIDE;
  float *lhs = random_floats(rows * a.depth, kind);
  uint8_t *rhs = SCRATCH(uint8_t, columns *a.depth);
  for (size_t i = 0; i < columns * a.depth; ++i) rhs[i] = (uint8_t)draw() & mask;
  right_scales scales = random_scales(sets, columns, kind);
  float *rhs_bias = random_floats(sets * columns, kind);
  float *rhs_zero = random_floats(sets * columns, TIES), *lhs_sum = random_floats(slices * rows, kind);
  uint32_t *parameters = NEW(uint32_t, slices);
  for (size_t s = 0; s < slices; ++s) parameters[s] = (uint32_t)below(sets);
  describe("%zu x %zu, %zu slices of %zu codes, %zu lanes, zero %d bias %d", rows, columns, slices, a.depth,
      lanes, has_zero, has_bias);

  size_t stride = columns + below(3), count = (rows - 1) * stride + columns, groups;
  float *out = NEW(float, count), *expected = copied(out, count * 4);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      float result = 0;
      for (size_t s = 0, k = 0; s < slices; ++s) {
        size_t r = parameters[s] * columns + j;
        float sum = 0;
        for (size_t end = k + a.counts[s]; k < end; ++k) {
          float code = table ? table[rhs[j * a.depth + k]] : (float)((int)rhs[j * a.depth + k] - offset);
          if (has_zero) code -= rhs_zero[r];
          sum = fmaf(lhs[i * a.depth + k], code, sum);
        }
        result = fmaf(sum, scale_of(&scales, 0, r), result);
        if (has_bias) result = fmaf(lhs_sum[s * rows + i], rhs_bias[r], result);
      }
      expected[i * stride + j] = result;
    }

  size_t nr = tile->nr;
  aq_matmul_codes_args t = {.slices = slices,
      .parameters = parameters,
      .lhs_lanes = lanes,
      .offset = offset,
      .scale_form = scales.form,
      .rows = rows,
      .stride = stride,
      .table = table,
      .exponent_bits = exponent_bits};
  uint32_t *slice_groups = groups_of(a, tile->kr, &groups);
  t.groups = groups;
  t.slice_groups = counted(tile, slice_groups, a, &t.groups);
  t.lhs = packed_floats(lhs, rows, a, tile->kr, groups * tile->kr, lanes);
  t.lhs_sum = has_bias ? left_numbers(lhs_sum, slices, rows, lanes) : NULL;
  t.scratch = NEW_LINES(float, 512 * nr);
  for (size_t j = 0; j < columns; j += nr) {
    size_t some = columns - j < nr ? columns - j : nr;
#undef RIGHT
#define RIGHT(numbers) right_numbers(numbers, sizeof *(numbers), sets, columns, j, some, nr)
    t.rhs = packed_right(tile, rhs, j, some, a, groups);
    t.rhs_scale = packed_scales(&scales, 0, j, some, nr);
    t.super = packed_super(&scales, false, j, some, nr);
    t.rhs_zero = has_zero ? RIGHT(rhs_zero) : NULL;
    t.rhs_bias = has_bias ? RIGHT(rhs_bias) : NULL;
    t.columns = some;
    t.out = out + j;
    kernel->run(&t);
  }
  check_floats("out", out, expected, count);
}

static void matmul_of_floats_and_codes(const aq_kernel *kernel) {
  matmul_of_floats_and_codes_in(kernel, NULL, 0);
}

/// By the definition, which has neither infinities nor NaN.
float float_of_6_bits(int code, int exponent_bits) {
  int mantissa_bits = 5 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
  int exponent = code >> mantissa_bits & ((1 << exponent_bits) - 1), mantissa = code & ((1 << mantissa_bits) - 1);
  float value = exponent == 0 ? ldexpf((float)mantissa, 1 - bias - mantissa_bits)
                              : ldexpf((float)(mantissa + (1 << mantissa_bits)), exponent - bias - mantissa_bits);
  return code >> 5 ? -value : value;
}

static float *random_table(size_t count) {
  float *table = NEW(float, count);
  for (size_t i = 0; i < count; ++i) table[i] = number(TAME);
  return table;
}

void test_matmul_f32t4(const aq_kernel *kernel) { matmul_of_floats_and_codes_in(kernel, random_table(16), 0); }
void test_matmul_f32t8(const aq_kernel *kernel) {
  uint32_t exponent_bits = coin() ? 0 : coin() ? 4 : 5;
  float *table = random_table(256);
  for (int i = 0; exponent_bits && i < 256; ++i) table[i] = small_float(i, (int)exponent_bits);
  matmul_of_floats_and_codes_in(kernel, table, exponent_bits);
}
void test_matmul_f32t6(const aq_kernel *kernel) {
  uint32_t exponent_bits = coin() ? 2 : 3;
  float *table = zeroed(NEW(float, 256), 256 * sizeof(float));
  for (int i = 0; i < 64; ++i) table[i] = float_of_6_bits(i, (int)exponent_bits);
  matmul_of_floats_and_codes_in(kernel, table, exponent_bits);
}
void test_matmul_f32i1(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i2(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i3(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i5(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i6(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i7(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i8(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }
void test_matmul_f32i4(const aq_kernel *kernel) { matmul_of_floats_and_codes(kernel); }

// ---- Floats by floats.

void test_matmul_f32(const aq_kernel *kernel) {
  const aq_tile *tile = &kernel->tile;
  uint64_t lanes_draw = draw();
  size_t lanes = 1 + lanes_draw % tile->mr, nr = tile->nr;
  size_t rows = from_to(1, 20), columns = from_to(1, 70), depth = from_to(1, 40);
  bool accumulate = coin();
  int kind = (int)below(KINDS);
  uint32_t whole = (uint32_t)depth;
  axis a = {1, depth, &whole};
  float *lhs = random_floats(rows * depth, kind), *rhs = random_floats(columns * depth, kind);
  size_t stride = columns + below(3), count = (rows - 1) * stride + columns;
  float *out = numbers(count, kind), *expected = copied(out, count * 4);
  describe("%zu x %zu, depth %zu, %zu lanes, kind %d, accumulate %d", rows, columns, depth, lanes, kind,
      accumulate);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      float sum = accumulate ? expected[i * stride + j] : 0;
      for (size_t k = 0; k < depth; ++k) sum = fmaf(lhs[i * depth + k], rhs[j * depth + k], sum);
      expected[i * stride + j] = sum;
    }
  aq_matmul_f32_args t = {
      .depth = depth, .lhs_lanes = lanes, .rows = rows, .stride = stride, .accumulate = accumulate};
  t.lhs = packed_floats(lhs, rows, a, 1, depth, lanes);
  for (size_t j = 0; j < columns; j += nr) {
    t.columns = columns - j < nr ? columns - j : nr;
    float *panel = zeroed(NEW(float, depth *nr), depth * nr * 4);
    for (size_t c = 0; c < t.columns; ++c)
      for (size_t k = 0; k < depth; ++k) panel[k * nr + c] = rhs[(j + c) * depth + k];
    t.rhs = panel;
    t.out = out + j;
    kernel->run(&t);
  }
  check_floats("out", out, expected, count);
}

void test_product_f32(const aq_kernel *kernel) {
  size_t rows = below(20), columns = below(40), depth = below(20);
  size_t lhs_row = depth + below(3), lhs_depth = 1, rhs_depth = columns + below(4),
         out_row = columns + below(4);
  if (coin()) lhs_row = 1, lhs_depth = rows + below(3);
  bool accumulate = coin();
  int kind = (int)below(KINDS);
  size_t left = rows && depth ? (rows - 1) * lhs_row + (depth - 1) * lhs_depth + 1 : 0;
  size_t right = depth && columns ? (depth - 1) * rhs_depth + columns : 0;
  size_t count = rows && columns ? (rows - 1) * out_row + columns : 0;
  float *lhs = numbers(left, kind), *rhs = numbers(right, kind), *out = numbers(count, kind);
  float *expected = copied(out, count * 4);
  describe("%zu x %zu, depth %zu, kind %d, accumulate %d", rows, columns, depth, kind, accumulate);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      float sum = accumulate ? expected[i * out_row + j] : 0;
      for (size_t k = 0; k < depth; ++k)
        sum = fmaf(lhs[i * lhs_row + k * lhs_depth], rhs[k * rhs_depth + j], sum);
      expected[i * out_row + j] = sum;
    }
  aq_product_args t = {
      rows, columns, depth, lhs, lhs_row, lhs_depth, rhs, rhs_depth, out, out_row, accumulate, NULL};
  kernel->run(&t);
  check_floats("out", out, expected, count);
}

void test_product_f16(const aq_kernel *kernel) {
  size_t rows = below(20), columns = below(40), depth = below(20);
  size_t rhs_depth = columns + below(4), out_row = columns + below(4);
  bool accumulate = coin();
  size_t right = depth && columns ? (depth - 1) * rhs_depth + columns : 0;
  size_t count = rows && columns ? (rows - 1) * out_row + columns : 0;
  float *lhs = numbers(rows * depth, TAME), *values = numbers(right, TAME), *out = numbers(count, TAME);
  float *expected = copied(out, count * 4);
  _Float16 *rhs = NEW(_Float16, right);
  for (size_t i = 0; i < right; ++i) rhs[i] = (_Float16)values[i];
  describe("%zu x %zu, depth %zu, accumulate %d", rows, columns, depth, accumulate);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      float sum = accumulate ? expected[i * out_row + j] : 0;
      for (size_t k = 0; k < depth; ++k) sum = fmaf(lhs[i * depth + k], (float)rhs[k * rhs_depth + j], sum);
      expected[i * out_row + j] = sum;
    }
  aq_product_args t = {rows, columns, depth, lhs, depth, 1, rhs, rhs_depth, out, out_row, accumulate, NULL};
  kernel->run(&t);
  check_floats("out", out, expected, count);
}

// ---- Roofs.

static void peak(const aq_kernel *kernel) {
  aq_peak_args t = {64, 0};
  describe("64 iterations");
  if (kernel->needs & AQ_SME) run_with_waiting_tiles(kernel, &t);
  else kernel->run(&t);
  if (!(t.operations >= 64)) fail("%g operations", t.operations);
}
void test_peak_i8(const aq_kernel *kernel) { peak(kernel); }
void test_peak_i4(const aq_kernel *kernel) { peak(kernel); }
void test_peak_f32(const aq_kernel *kernel) { peak(kernel); }

static void peak_with_folds(const aq_kernel *kernel) {
  aq_peak_fold_args t = {.slices = 64, .codes = 1 + below(100), .scales = coin(), .zeros = below(3), .biases = coin()};
  describe("%zu codes, scales %zu zeros %zu biases %zu", t.codes, t.scales, t.zeros, t.biases);
  kernel->run(&t);
  if (!(t.operations > 0)) fail("no operations");
}
void test_peak_fold_i8(const aq_kernel *kernel) { peak_with_folds(kernel); }
void test_peak_fold_i4(const aq_kernel *kernel) { peak_with_folds(kernel); }

void test_peak_read(const aq_kernel *kernel) {
  size_t count = 512 * below(5);
  uint8_t *bytes = random_bytes(count);
  uint64_t sum = 0, word;
  describe("%zu bytes", count);
  for (size_t i = 0; i < count; i += 8) {
    memcpy(&word, bytes + i, 8);
    sum += word;
  }
  aq_read_args t = {bytes, count, 0};
  kernel->run(&t);
  if (t.sum != sum) fail("the sum is %llu, not %llu", (unsigned long long)t.sum, (unsigned long long)sum);
}
