// Values to codes and back: the formulas of quantize.h.

#include "support.h"

static float clamped(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

/// Ends of runs of up to `longest` columns.
static size_t *ends_of(size_t runs, size_t longest, size_t *columns) {
  size_t *ends = NEW(size_t, runs), end = 0;
  for (size_t r = 0; r < runs; ++r) ends[r] = end += below(longest + 1);
  *columns = end;
  return ends;
}

void test_range_f32(const aq_kernel *kernel) {
  size_t rows = from_to(1, 5), runs = from_to(1, 6), columns;
  bool own = coin();
  int kind = (int)below(KINDS);
  size_t *ends = ends_of(runs, 70, &columns);
  if (coin()) ends = NULL, runs = columns = from_to(1, 90);
  size_t stride = columns + below(4), places = own ? rows * runs : runs;
  float *values = numbers((rows - 1) * stride + columns, kind);
  float *low = NEW(float, places), *high = NEW(float, places);
  for (size_t i = 0; i < places; ++i) {
    bool fresh = coin();
    float a = unit(), b = unit();
    low[i] = fresh ? INFINITY : a < b ? a : b;
    high[i] = fresh ? -INFINITY : a < b ? b : a;
  }
  float *least = copied(low, places * 4), *most = copied(high, places * 4);
  describe("%zu rows, %zu runs, %zu columns, own %d, ends %d, kind %d", rows, runs, columns, own,
      ends != NULL, kind);
  bool finite = true;
  for (size_t i = 0; i < rows; ++i)
    for (size_t r = 0, c = 0; r < runs; ++r)
      for (size_t end = ends ? ends[r] : r + 1; c < end; ++c) {
        float x = values[i * stride + c];
        size_t place = (own ? i * runs : 0) + r;
        finite = finite && isfinite(x);
        if (x < least[place]) least[place] = x;
        if (x > most[place]) most[place] = x;
      }
  aq_range_args t = {values, rows, stride, runs, ends, low, high, own ? runs : 0, !finite};
  kernel->run(&t);
  if (t.is_finite != finite) fail("is_finite %d, not %d", t.is_finite, finite);
  // What is found with NaN is not used; which zero is the smaller one is left open.
  if (!finite) return;
  for (size_t i = 0; i < places; ++i) low[i] += 0.0f, high[i] += 0.0f, least[i] += 0.0f, most[i] += 0.0f;
  check_floats("minimum", low, least, places);
  check_floats("maximum", high, most, places);
}

void test_magnitudes_f32(const aq_kernel *kernel) {
  size_t rows = from_to(1, 5), runs = from_to(1, 6), columns;
  int kind = (int)below(FINITE + 1);
  size_t *ends = ends_of(runs, 70, &columns);
  if (coin()) ends = NULL, runs = columns = from_to(1, 90);
  size_t stride = columns + below(4);
  float *values = numbers((rows - 1) * stride + columns, kind);
  double *sum = NEW(double, runs);
  float *low = NEW(float, runs), *high = NEW(float, runs);
  for (size_t r = 0; r < runs; ++r) {
    bool fresh = coin();
    sum[r] = fresh ? 0 : (double)fabsf(unit());
    low[r] = fresh ? INFINITY : fabsf(unit()) + 0x1p-30f;
    high[r] = fresh ? 0 : fabsf(unit());
  }
  for (size_t i = 0; i < (rows - 1) * stride + columns; i += 3)
    if (coin()) values[i] = coin() ? 0.0f : -0.0f;
  double *total = copied(sum, runs * 8);
  float *least = copied(low, runs * 4), *most = copied(high, runs * 4);
  describe("%zu rows, %zu runs, %zu columns, ends %d, kind %d", rows, runs, columns, ends != NULL, kind);
  for (size_t i = 0; i < rows; ++i)
    for (size_t r = 0, c = 0; r < runs; ++r) {
      double sums[8] = {0}, whole = 0;
      size_t first = c;
      for (size_t end = ends ? ends[r] : r + 1; c < end; ++c) {
        float x = fabsf(values[i * stride + c]);
        sums[(c - first) % 8] += (double)x;
        if (x != 0 && x < least[r]) least[r] = x;
        if (x > most[r]) most[r] = x;
      }
      for (int l = 0; l < 8; ++l) whole += sums[l];
      total[r] += whole;
    }
  aq_magnitudes_args t = {values, rows, stride, runs, ends, sum, low, high};
  kernel->run(&t);
  check_bytes("sum", sum, total, runs, 8);
  check_floats("smallest", low, least, runs);
  check_floats("largest", high, most, runs);
}

static void quantize(const aq_kernel *kernel, bool dither) {
  static const int kinds[] = {TAME, WIDE, FINITE, TIES, SPECIAL};
  size_t rows = from_to(1, 6), runs = from_to(1, 6), columns;
  bool own = coin(), is_signed = coin();
  int kind = kinds[below(5)], bits = (int)from_to(2, 8);
  size_t *ends = ends_of(runs, 70, &columns);
  if (coin()) ends = NULL, runs = columns = from_to(1, 90);
  size_t stride = columns + below(4), codes_stride = columns + below(4), places = own ? rows * runs : runs;
  float *values = numbers((rows - 1) * stride + columns, kind);
  float *inverse = NEW(float, places), *zero = NEW(float, places);
  float low = is_signed ? -ldexpf(1, bits - 1) : 0;
  float high = is_signed ? ldexpf(1, bits - 1) - 1 : ldexpf(1, bits) - 1;
  if (is_signed && coin()) low = -high;
  for (size_t i = 0; i < places; ++i) {
    inverse[i] = kind == TIES ? 1 : kind == TAME ? 30 * fabsf(unit()) + 0.1f : fabsf(number(WIDE)) + 1e-6f;
    zero[i] = coin() ? 0 : low + (float)below((size_t)(high - low + 1));
  }
  uint64_t key = draw(), first = draw() >> 20, elements_stride = columns + below(3);
  size_t count = (rows - 1) * codes_stride + columns;
  uint8_t *codes = NEW(uint8_t, count), *expected = copied(codes, count);
  describe("%zu rows, %zu runs, %zu columns, own %d, ends %d, kind %d, %d bits, signed %d", rows, runs,
      columns, own, ends != NULL, kind, bits, is_signed);
  for (size_t i = 0; i < rows; ++i)
    for (size_t r = 0, c = 0; r < runs; ++r)
      for (size_t end = ends ? ends[r] : r + 1; c < end; ++c) {
        size_t place = (own ? i * runs : 0) + r;
        float steps = values[i * stride + c] * inverse[place], whole = (float)nearbyint((double)steps);
        if (dither) {
          uint64_t word = mixed(key + 0x9e3779b97f4a7c15u * (first + i * elements_stride + c + 1));
          float uniform = (float)(uint32_t)(word >> 40) / 16777216.0f, lower = floorf(steps);
          whole = uniform < steps - lower ? lower + 1 : lower;
        }
        expected[i * codes_stride + c] = (uint8_t)(int16_t)clamped(whole + zero[place], low, high);
      }
  aq_quantize_args q = {
      values, rows, stride, runs, ends, inverse, zero, own ? runs : 0, low, high, codes, codes_stride,
      coin()};
  aq_dither_args t = {q, key, first, elements_stride};
  kernel->run(dither ? (void *)&t : &q);
  check_bytes("codes", codes, expected, count, 1);
}
void test_quantize_i8(const aq_kernel *kernel) { quantize(kernel, false); }
void test_dither_i8(const aq_kernel *kernel) { quantize(kernel, true); }

void test_dither_bf16(const aq_kernel *kernel) {
  size_t count = below(200);
  int kind = (int)below(KINDS);
  float *values = numbers(count, kind);
  uint16_t *rounded = NEW(uint16_t, count), *expected = SCRATCH(uint16_t, count);
  uint64_t key = draw(), first = draw() >> 20;
  describe("%zu values, kind %d", count, kind);
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits = bits_of(values[i]);
    uint32_t random = (uint32_t)(mixed(key + 0x9e3779b97f4a7c15u * (first + i + 1)) >> 48);
    if (isnan(values[i])) expected[i] = (uint16_t)(bits >> 16 | 0x40);
    else expected[i] = (uint16_t)((bits + (isinf(values[i]) ? 0 : random)) >> 16);
  }
  aq_dither_bf16_args t = {count, values, key, first, rounded};
  kernel->run(&t);
  check_bytes("rounded", rounded, expected, count, 2);
}

void test_slices_i8(const aq_kernel *kernel) {
  size_t slices = from_to(1, 6), columns = 0, quads = 0;
  int kind = (int)below(KINDS);
  bool one = coin(), zeros = coin();
  size_t *ends = NEW(size_t, slices);
  uint32_t *slice_quads = NEW(uint32_t, slices);
  for (size_t s = 0; s < slices; ++s) {
    size_t count = from_to(1, 70);
    ends[s] = columns += count;
    quads += slice_quads[s] = (uint32_t)((count + 3) / 4 + below(2));
  }
  float *values = numbers(columns, kind), smallest = coin() ? 0x1p-126f : 0x1p-23f;
  if (kind == SPECIAL && zeros) zeroed(values, columns * 4);
  // All codes together, or runs that lie apart.
  size_t depth = quads * 4, run = coin() ? depth : 4 * from_to(1, 16), apart = run + 4 * below(8);
  size_t runs = (depth + run - 1) / run, length = (runs - 1) * apart + run;
  int8_t *codes = NEW(int8_t, length), *expected = SCRATCH(int8_t, length);
  for (size_t i = 0; i < length; ++i) codes[i] = 0;
  size_t scales = one ? 1 : slices;
  float *scale = NEW(float, scales), *expected_scale = SCRATCH(float, scales);
  int32_t *total = NEW(int32_t, slices), *expected_total = SCRATCH(int32_t, slices);
  describe("%zu slices, %zu columns, one scale %d, kind %d", slices, columns, one, kind);
  bool finite = true;
  float of_row = 0;
  for (size_t i = 0; i < columns; ++i) {
    finite = finite && isfinite(values[i]);
    of_row = fmaxf(of_row, fabsf(values[i]));
  }
  for (size_t s = 0, c = 0, place = 0; finite && s < slices; c = ends[s++]) {
    float largest = one ? of_row : 0;
    for (size_t i = c; i < ends[s]; ++i) largest = fmaxf(largest, fabsf(values[i]));
    float of_slice = largest / 127;
    if (!(of_slice > smallest)) of_slice = smallest;
    expected_scale[one ? 0 : s] = of_slice;
    float inverse = 1 / of_slice;
    for (size_t q = 0; q < 4 * (size_t)slice_quads[s]; ++q) {
      int code = 0;
      if (c + q < ends[s])
        code = (int)clamped((float)nearbyint((double)(values[c + q] * inverse)), -127, 127);
      expected[place / run * apart + place % run] = (int8_t)code;
      ++place;
      expected_total[s] += code;
    }
  }
  aq_slices_args t = {values, slices, ends, slice_quads, one, smallest, codes, run, apart, scale, total, !finite};
  kernel->run(&t);
  if (t.is_finite != finite) fail("is_finite %d, not %d", t.is_finite, finite);
  if (!finite) return;
  check_bytes("codes", codes, expected, length, 1);
  check_floats("scale", scale, expected_scale, scales);
  check_bytes("total", total, expected_total, slices, 4);
}

static void dequantize(const aq_kernel *kernel, int bits, bool is_signed) {
  static const int kinds[] = {TAME, WIDE, SPECIAL};
  size_t runs = from_to(1, 6), columns, *ends = ends_of(runs, 70, &columns);
  int kind = kinds[below(3)];
  uint8_t *codes = random_bytes((columns * (size_t)bits + 7) / 8);
  float *scale = numbers(runs, kind), *zero = NEW(float, runs), *bias = coin() ? numbers(runs, kind) : NULL;
  for (size_t r = 0; r < runs; ++r) zero[r] = (float)((int)below(511) - 255);
  float *values = NEW(float, columns), *expected = SCRATCH(float, columns);
  describe("%zu columns, %zu runs, kind %d, bias %d", columns, runs, kind, bias != NULL);
  for (size_t r = 0, c = 0; r < runs; ++r)
    for (; c < ends[r]; ++c) {
      int code = bits == 8 ? codes[c] : codes[c / 2] >> (c % 2 ? 4 : 0) & 15;
      if (is_signed && code >= 1 << (bits - 1)) code -= 1 << bits;
      float value = (float)code - zero[r];
      value *= scale[r];
      if (bias) value += bias[r];
      expected[c] = value;
    }
  aq_dequantize_args t = {codes, runs, ends, scale, zero, bias, values, false};
  kernel->run(&t);
  check_floats("values", values, expected, columns);
}
void test_dequantize_i8(const aq_kernel *kernel) { dequantize(kernel, 8, true); }
void test_dequantize_u8(const aq_kernel *kernel) { dequantize(kernel, 8, false); }
void test_dequantize_i4(const aq_kernel *kernel) { dequantize(kernel, 4, true); }
void test_dequantize_u4(const aq_kernel *kernel) { dequantize(kernel, 4, false); }

void test_lookup_8(const aq_kernel *kernel) {
  size_t runs = from_to(1, 6), columns, *ends = ends_of(runs, 70, &columns);
  uint32_t bits = (uint32_t)from_to(1, 8);
  int kind = coin() ? TAME : SPECIAL;
  uint8_t *codes = random_bytes(columns);
  for (size_t c = 0; c < columns; ++c) codes[c] &= 0xff >> (8 - bits);
  float *table = numbers(256, kind), *scale = numbers(runs, kind),
        *bias = coin() ? numbers(runs, kind) : NULL;
  float *values = NEW(float, columns), *expected = SCRATCH(float, columns);
  describe("%zu columns, %zu runs, %u bits, kind %d, bias %d", columns, runs, bits, kind, bias != NULL);
  for (size_t r = 0, c = 0; r < runs; ++r)
    for (; c < ends[r]; ++c) {
      float value = table[codes[c]] * scale[r];
      if (bias) value += bias[r];
      expected[c] = value;
    }
  aq_lookup_args t = {codes, runs, ends, table, bits, scale, bias, values};
  kernel->run(&t);
  check_floats("values", values, expected, columns);
}

// ---- Floats of 16 bits, by their definition.

static float half_value(uint16_t half) {
  int exponent = half >> 10 & 31, mantissa = half & 1023;
  float value = exponent == 0    ? ldexpf((float)mantissa, -24)
                : exponent == 31 ? (mantissa ? NAN : INFINITY)
                                 : ldexpf((float)(mantissa + 1024), exponent - 25);
  return half >> 15 ? -value : value;
}

static uint16_t half_of(float x) {
  uint32_t bits = bits_of(x), sign = bits >> 16 & 0x8000;
  double magnitude = fabs((double)x);
  if (isnan(x)) return (uint16_t)(sign | 0x7e00 | (bits >> 13 & 0x3ff));
  if (magnitude >= 65520) return (uint16_t)(sign | 0x7c00);
  if (magnitude < 0x1p-14) return (uint16_t)(sign | (uint32_t)nearbyint(magnitude * 0x1p24));
  int exponent;
  uint32_t mantissa = (uint32_t)nearbyint(frexp(magnitude, &exponent) * 2048);
  return (uint16_t)(sign | (((uint32_t)(exponent + 14) << 10) + mantissa - 1024));
}

void test_round_f16(const aq_kernel *kernel) {
  size_t count = below(300);
  int kind = (int)below(KINDS);
  float *floats = NEW(float, count);
  uint16_t *halves = NEW(uint16_t, count), *expected = SCRATCH(uint16_t, count);
  for (size_t i = 0; i < count; ++i) {
    floats[i] = number(kind);
    // From half the smallest half up to beyond the largest one; and what lies between two.
    if (kind == FINITE)
      floats[i] = float_of((uint32_t)from_to(0x32800000, 0x47900000) | (uint32_t)(draw() << 31));
    if (kind == TIES) floats[i] = float_of((bits_of(floats[i]) & ~0x1fffu) | 0x1000u);
    expected[i] = half_of(floats[i]);
  }
  describe("%zu values, kind %d", count, kind);
  aq_halves_args t = {count, halves, floats};
  kernel->run(&t);
  check_bytes("halves", halves, expected, count, 2);
}

static void widen(const aq_kernel *kernel, bool is_brain) {
  // All there are, in some.
  size_t count = case_number % 64 == 1 ? 65536 : below(300);
  uint16_t *halves = NEW(uint16_t, count);
  float *floats = NEW(float, count), *expected = SCRATCH(float, count);
  for (size_t i = 0; i < count; ++i) {
    halves[i] = count == 65536 ? (uint16_t)i : (uint16_t)draw();
    expected[i] = is_brain ? float_of((uint32_t)halves[i] << 16) : half_value(halves[i]);
  }
  describe("%zu values", count);
  aq_halves_args t = {count, halves, floats};
  kernel->run(&t);
  check_floats("floats", floats, expected, count);
}
void test_widen_f16(const aq_kernel *kernel) { widen(kernel, false); }
void test_widen_bf16(const aq_kernel *kernel) { widen(kernel, true); }
