// Functions of elements and of rows: the formulas of rows.h, with the operations of FloatFunctions.swift
// one at a time, so that none is fused.

#include "support.h"

static float exponential(float x, float rest) {
  static const float coefficients[] = {0.008368779f, 0.041668393f, 0.1666652f, 0.49999994f};
  float shifted = x * 1.442695f;
  shifted += 0x1.8p23f;
  float n = shifted - 0x1.8p23f, high = n * 0.693359375f, low = n * -2.1219444e-4f, r = x - high;
  r -= low;
  r += rest;
  float p = 0.0013814445f;
  for (int i = 0; i < 4; ++i) {
    p *= r;
    p += coefficients[i];
  }
  float square = r * r;
  p *= square;
  p += r;
  p += 1;
  float scale = float_of((bits_of(shifted) << 23) + 0x3f800000u);
  return x < -87 ? 0 : p * scale;
}

typedef struct {
  float density, distribution, limited;
} normal_law;

static float line(float slope, float u, float start) {
  float product = slope * u;
  return product + start;
}

static normal_law normal(float x) {
  float t = fabsf(x) > 15 ? 15 : fabsf(x), high = float_of(bits_of(t) & 0xfffff000u);
  float difference = t - high, sum = t + high, low = difference * sum, square = high * high;
  float e = exponential(-0.5f * square, -0.5f * low), inverse = 1 / (t + 3.5f), u = t - 3.5f;
  u *= inverse;
  float u2 = u * u, u4 = u2 * u2;
  float lows = line(line(-0.11605317f, u, 0.3154251f), u2, line(-0.5655618f, u, 0.74441606f));
  float middles = line(-0.00049504277f, u, -0.0031728335f) * u2;
  middles = line(0.0064937272f, u, 0.017405823f) + middles;
  float highs = line(0.00010869896f, u, 0.00041832973f) * u4;
  middles += highs;
  middles *= u4;
  float p = lows + middles;
  p *= inverse;
  float tail = e * p;
  return (normal_law){e, x < 0 ? tail : 1 - tail, x < 0 ? -t : t};
}

typedef struct {
  float value, rest, limited;
} logistic_law;

static logistic_law logistic(float x) {
  float t = fabsf(x) > 88 ? 88 : fabsf(x), e = exponential(-t, 0), large = 1 / (1 + e), small = e * large;
  return (logistic_law){x < 0 ? small : large, x < 0 ? large : small, x < 0 ? -t : t};
}

static float relu(float x) { return x < 0 ? 0 : x; }

static float gelu(float x) {
  normal_law law = normal(x);
  return (x < 0 ? law.limited : x) * law.distribution;
}

static float gelu_slope(float x) {
  normal_law law = normal(x);
  float product = law.density * 0.3989423f;
  product *= law.limited;
  return law.distribution + product;
}

static float silu(float x) {
  logistic_law law = logistic(x);
  return (x < 0 ? law.limited : x) * law.value;
}

static float tanh_gelu(float x) {
  float cube = 0.044715f * x;
  cube *= x;
  cube *= x;
  return x * logistic(1.5957691f * (x + cube)).value;
}

static float silu_slope(float x) {
  logistic_law law = logistic(x);
  float product = law.limited * law.rest;
  return law.value * (1 + product);
}

// ---- Elements.

enum { ADD, ACCUMULATE, MULTIPLY, SCALE, RELU, GELU, GELU_GRADIENT, SILU, SILU_GRADIENT, SWIGLU, GEGLU };

static float element(int function, float first, float other, float out, float factor) {
  switch (function) {
    case ADD: return first + other;
    case ACCUMULATE: return out + first;
    case MULTIPLY: return first * other;
    case SCALE: return first * factor;
    case RELU: return relu(first);
    case GELU: return gelu(first);
    case GELU_GRADIENT: return gelu_slope(first) * other;
    case SILU: return silu(first);
    case SILU_GRADIENT: return silu_slope(first) * other;
    case GEGLU: return tanh_gelu(first) * other;
    default: return silu(first) * other;
  }
}

static void elements(const aq_kernel *kernel, int function, bool has_other) {
  size_t count = below(200);
  int kind = (int)below(KINDS);
  float *first = numbers(count, kind), *other = has_other ? numbers(count, kind) : NULL;
  float *out = numbers(count, kind), *expected = SCRATCH(float, count), factor = number(TAME);
  describe("%zu elements, kind %d", count, kind);
  for (size_t i = 0; i < count; ++i)
    expected[i] = element(function, first[i], other ? other[i] : 0, out[i], factor);
  aq_elements_args t = {count, first, other, out, factor};
  kernel->run(&t);
  check_floats("out", out, expected, count);
}
void test_add_f32(const aq_kernel *kernel) { elements(kernel, ADD, true); }
void test_accumulate_f32(const aq_kernel *kernel) { elements(kernel, ACCUMULATE, false); }
void test_multiply_f32(const aq_kernel *kernel) { elements(kernel, MULTIPLY, true); }
void test_scale_f32(const aq_kernel *kernel) { elements(kernel, SCALE, false); }
void test_relu_f32(const aq_kernel *kernel) { elements(kernel, RELU, false); }
void test_gelu_f32(const aq_kernel *kernel) { elements(kernel, GELU, false); }
void test_gelugradient_f32(const aq_kernel *kernel) { elements(kernel, GELU_GRADIENT, true); }
void test_silu_f32(const aq_kernel *kernel) { elements(kernel, SILU, false); }
void test_silugradient_f32(const aq_kernel *kernel) { elements(kernel, SILU_GRADIENT, true); }
void test_swiglu_f32(const aq_kernel *kernel) { elements(kernel, SWIGLU, true); }
void test_geglu_f32(const aq_kernel *kernel) { elements(kernel, GEGLU, true); }

void test_swiglugradient_f32(const aq_kernel *kernel) {
  size_t count = below(200);
  int kind = (int)below(KINDS);
  float *gate = numbers(count, kind), *up = numbers(count, kind), *gradient = numbers(count, kind);
  float *of_gate = NEW(float, count), *of_up = NEW(float, count);
  float *expected_gate = SCRATCH(float, count), *expected_up = SCRATCH(float, count);
  describe("%zu elements, kind %d", count, kind);
  for (size_t i = 0; i < count; ++i) {
    float product = up[i] * gradient[i];
    expected_up[i] = silu(gate[i]) * gradient[i];
    expected_gate[i] = silu_slope(gate[i]) * product;
  }
  aq_swiglugradient_args t = {count, gate, up, gradient, of_gate, of_up};
  kernel->run(&t);
  check_floats("of_gate", of_gate, expected_gate, count);
  check_floats("of_up", of_up, expected_up, count);
}

void test_dropout_f32(const aq_kernel *kernel) {
  size_t count = below(200);
  int kind = (int)below(KINDS);
  float *in = numbers(count, kind), *out = NEW(float, count), *expected = SCRATCH(float, count);
  float factor = 1 + fabsf(unit());
  uint64_t start = draw();
  uint32_t threshold = (uint32_t)below((1 << 24) + 1);
  describe("%zu elements, kind %d", count, kind);
  for (size_t i = 0; i < count; ++i)
    expected[i] = mixed(start + 0x9e3779b97f4a7c15u * i) >> 40 < threshold ? 0 : in[i] * factor;
  aq_dropout_args t = {count, in, out, start, threshold, factor};
  kernel->run(&t);
  check_floats("out", out, expected, count);
}

static uint16_t brain_half(float x) {
  uint32_t bits = bits_of(x), low = bits & 0xffff, high = bits >> 16;
  if (isnan(x)) return (uint16_t)(high | 0x40);
  return (uint16_t)(high + (low > 0x8000 || (low == 0x8000 && high % 2 == 1)));
}

static uint16_t half(float x) {
  uint32_t bits = bits_of(x), sign = bits >> 16 & 0x8000;
  double magnitude = fabs((double)x);
  if (isnan(x)) return (uint16_t)(sign | 0x7e00 | (bits >> 13 & 0x3ff));
  if (magnitude >= 65520) return (uint16_t)(sign | 0x7c00);
  if (magnitude < 0x1p-14) return (uint16_t)(sign | (uint32_t)nearbyint(magnitude * 0x1p24));
  int exponent;
  uint32_t mantissa = (uint32_t)nearbyint(frexp(magnitude, &exponent) * 2048);
  return (uint16_t)(sign | (((uint32_t)(exponent + 14) << 10) + mantissa - 1024));
}

void test_finish_f32(const aq_kernel *kernel) {
  size_t rows = from_to(1, 4), columns = from_to(1, 150), stride = columns + below(3);
  int kind = (int)below(KINDS);
  int32_t activation = (int32_t)below(AQ_SILU + 1), form = (int32_t)below(AQ_BRAIN_HALVES + 1);
  // Floats may be written where the sums lie.
  bool in_place = form == AQ_FLOATS && coin();
  size_t out_stride = in_place ? stride : columns + below(3), size = form == AQ_FLOATS ? 4 : 2;
  size_t count = (rows - 1) * out_stride + columns;
  float *sums = numbers((rows - 1) * stride + columns, kind), *bias = coin() ? numbers(columns, kind) : NULL;
  void *out = in_place ? sums : guarded(count * size, size);
  uint8_t *expected = copied(out, count * size);
  describe("%zu x %zu, kind %d, function %d, form %d, in place %d", rows, columns, kind, activation, form,
      in_place);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) {
      float x = sums[i * stride + j];
      if (bias) x += bias[j];
      x = activation == AQ_RELU   ? relu(x)
          : activation == AQ_GELU ? gelu(x)
          : activation == AQ_SILU ? silu(x)
                                  : x;
      size_t place = i * out_stride + j;
      if (form == AQ_FLOATS) ((float *)expected)[place] = x;
      else ((uint16_t *)expected)[place] = form == AQ_HALVES ? half(x) : brain_half(x);
    }
  aq_finish_args t = {rows, columns, sums, stride, bias, activation, out, out_stride, form};
  kernel->run(&t);
  if (form == AQ_FLOATS) {
    check_floats("out", out, (float *)expected, count);
    return;
  }
  // A NaN may have any sign and payload.
  uint32_t infinity = form == AQ_HALVES ? 0x7c00 : 0x7f80;
  for (size_t i = 0; i < count; ++i) {
    uint16_t *is = (uint16_t *)out + i, *should = (uint16_t *)expected + i;
    bool is_nan = (*is & 0x7fffu) > infinity, should_be = (*should & 0x7fffu) > infinity;
    if (is_nan && should_be && i % out_stride < columns) *is = *should = (uint16_t)(infinity + 1);
  }
  check_bytes("out", out, expected, count, 2);
}

// ---- Rows. Their sums have sixteen parts.

typedef struct {
  float part[16];
} parts;

static void add_term(parts *sum, size_t index, float term) { sum->part[index % 16] += term; }

static float joined(parts sum) {
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) sum.part[i] += sum.part[i + width];
  return sum.part[0];
}

static float largest_of(const float *values, size_t count) {
  float largest = -INFINITY;
  for (size_t i = 0; i < count; ++i) largest = values[i] > largest ? values[i] : largest;
  return largest;
}

/// Which zero is the larger one is left open.
static void check_largest(float *actual, float *expected, size_t count) {
  for (size_t i = 0; i < count; ++i) actual[i] += 0.0f, expected[i] += 0.0f;
  check_floats("largest", actual, expected, count);
}

void test_softmax_f32(const aq_kernel *kernel) {
  static const int kinds[] = {TAME, WIDE, SPECIAL, TIES, FINITE};
  size_t count = from_to(1, 200);
  int kind = kinds[below(5)];
  float *in = numbers(count, kind), *out = NEW(float, count), *expected = SCRATCH(float, count);
  float share = coin() ? 1 : fabsf(unit());
  bool has_masked = coin();
  for (size_t i = 1; has_masked && i < count; ++i)
    if (below(8) == 0) in[i] = -INFINITY;
  describe("%zu values, kind %d", count, kind);
  float largest = largest_of(in, count);
  parts terms = {{0}};
  for (size_t i = 0; i < count; ++i) {
    expected[i] = exponential(in[i] - largest, 0);
    add_term(&terms, i, expected[i]);
  }
  float sum = joined(terms), factor = share / sum;
  for (size_t i = 0; i < count; ++i) expected[i] *= factor;
  aq_softmax_args t = {count, in, out, share, 0, 0};
  kernel->run(&t);
  check_floats("out", out, expected, count);
  check_largest(&t.largest, &largest, 1);
  check_floats("sum", &t.sum, &sum, 1);
}

void test_norm_f32(const aq_kernel *kernel) {
  size_t rows = from_to(1, 4), columns = from_to(1, 100), count = rows * columns;
  int kind = (int)below(ANY);
  float *in = numbers(count, kind), *weight = coin() ? numbers(columns, TAME) : NULL;
  float *bias = weight && coin() ? numbers(columns, TAME) : NULL, *out = NEW(float, count);
  float *means = coin() ? NEW(float, rows) : NULL, *inverses = NEW(float, rows), epsilon = 1e-5f;
  float *expected = SCRATCH(float, count), expected_means[4] = {0}, expected_inverses[4];
  describe("%zu x %zu, kind %d, means %d weight %d bias %d", rows, columns, kind, means != NULL,
      weight != NULL, bias != NULL);
  for (size_t r = 0; r < rows; ++r) {
    const float *row = in + r * columns;
    parts terms = {{0}}, squares = {{0}};
    for (size_t i = 0; i < columns; ++i) add_term(&terms, i, row[i]);
    float mean = means ? joined(terms) / (float)columns : 0;
    expected_means[r] = mean;
    for (size_t i = 0; i < columns; ++i) {
      float difference = row[i] - mean, square = difference * difference;
      add_term(&squares, i, square);
    }
    float variance = joined(squares) / (float)columns;
    variance += epsilon;
    float inverse = 1 / sqrtf(variance);
    expected_inverses[r] = inverse;
    for (size_t i = 0; i < columns; ++i) {
      float value = row[i] - mean;
      value *= inverse;
      if (weight) value *= weight[i];
      if (bias) value += bias[i];
      expected[r * columns + i] = value;
    }
  }
  aq_norm_args t = {rows, columns, in, weight, bias, epsilon, out, means, inverses};
  kernel->run(&t);
  check_floats("out", out, expected, count);
  if (means) check_floats("means", means, expected_means, rows);
  check_floats("inverses", inverses, expected_inverses, rows);
}

void test_normgradient_f32(const aq_kernel *kernel) {
  size_t rows = from_to(1, 4), columns = from_to(1, 100), count = rows * columns;
  int kind = (int)below(ANY);
  float *in = numbers(count, kind), *gradient = numbers(count, kind);
  float *weight = coin() ? numbers(columns, TAME) : NULL, *means = coin() ? numbers(rows, TAME) : NULL;
  float *inverses = numbers(rows, TAME), *out = NEW(float, count), *of_weight = numbers(columns, TAME);
  float *of_bias = means ? numbers(columns, TAME) : NULL, *expected = SCRATCH(float, count);
  float *expected_weight = copied(of_weight, columns * 4), *expected_bias = SCRATCH(float, columns);
  if (of_bias) memcpy(expected_bias, of_bias, columns * 4);
  float *scaled = SCRATCH(float, columns), *normals = SCRATCH(float, columns);
  describe("%zu x %zu, kind %d, means %d weight %d", rows, columns, kind, means != NULL, weight != NULL);
  for (size_t r = 0; r < rows; ++r) {
    parts all = {{0}}, slopes = {{0}};
    for (size_t i = 0; i < columns; ++i) {
      float g = gradient[r * columns + i], difference = in[r * columns + i] - (means ? means[r] : 0);
      normals[i] = difference * inverses[r];
      scaled[i] = weight ? g * weight[i] : g;
      float of_element = g * normals[i], slope = scaled[i] * normals[i];
      expected_weight[i] += of_element;
      expected_bias[i] += g;
      add_term(&all, i, scaled[i]);
      add_term(&slopes, i, slope);
    }
    float shift = means ? joined(all) / (float)columns : 0, slope = joined(slopes) / (float)columns;
    for (size_t i = 0; i < columns; ++i) {
      float value = scaled[i] - shift, along = normals[i] * slope;
      value -= along;
      expected[r * columns + i] = value * inverses[r];
    }
  }
  aq_normgradient_args t = {
      rows, columns, in, gradient, weight, means, inverses, out, of_weight, of_bias, NEW(float, 2 * columns)};
  kernel->run(&t);
  check_floats("out", out, expected, count);
  check_floats("of_weight", of_weight, expected_weight, columns);
  if (of_bias) check_floats("of_bias", of_bias, expected_bias, columns);
}

void test_rotate_f32(const aq_kernel *kernel) {
  size_t heads = from_to(1, 5), half = from_to(1, 70), count = heads * 2 * half;
  int kind = (int)below(KINDS);
  float *turns = numbers(2 * half, TAME), *in = numbers(count, kind), *out = NEW(float, count);
  float *expected = SCRATCH(float, count);
  describe("%zu heads of %zu pairs, kind %d", heads, half, kind);
  for (size_t h = 0; h < heads; ++h)
    for (size_t i = 0; i < half; ++i) {
      size_t low = 2 * half * h + i, high = low + half;
      float cosine = turns[i], sine = turns[half + i];
      float xc = in[low] * cosine, ys = in[high] * sine, yc = in[high] * cosine, xs = in[low] * sine;
      expected[low] = xc - ys;
      expected[high] = yc + xs;
    }
  aq_rotate_args t = {heads, half, turns, in, out};
  kernel->run(&t);
  check_floats("out", out, expected, count);
}

/// What a row holds behind its end is not compared.
static void blank(float *actual, float *expected, size_t rows, size_t end, size_t stride) {
  for (size_t r = 0; r < rows; ++r)
    for (size_t i = end; i < stride; ++i) actual[r * stride + i] = expected[r * stride + i] = 0;
}

void test_attentionweights_f32(const aq_kernel *kernel) {
  static const int kinds[] = {TAME, TIES, SPECIAL, WIDE};
  size_t rows = from_to(1, 20), count = from_to(1, 60), growth = coin(), end = count + (rows - 1) * growth;
  size_t stride = (end + 15) / 16 * 16 + 16 * below(2);
  int kind = kinds[below(4)];
  float scale = coin() ? 1 : 0.125f, *scores = numbers(rows * stride, kind);
  float *largest = NEW(float, rows), *sums = NEW(float, rows);
  float *expected = copied(scores, rows * stride * 4), expected_largest[20], expected_sums[20];
  describe("%zu rows, %zu scores, growth %zu, stride %zu, kind %d", rows, count, growth, stride, kind);
  for (size_t r = 0; r < rows; ++r) {
    float *row = expected + r * stride;
    size_t seen = count + r * growth;
    parts terms = {{0}};
    for (size_t i = 0; i < seen; ++i) row[i] *= scale;
    expected_largest[r] = largest_of(row, seen);
    for (size_t i = 0; i < seen; ++i) {
      row[i] = exponential(row[i] - expected_largest[r], 0);
      add_term(&terms, i, row[i]);
    }
    expected_sums[r] = joined(terms);
    float factor = 1 / expected_sums[r];
    for (size_t i = 0; i < end; ++i) row[i] = i < seen ? row[i] * factor : 0;
  }
  aq_attentionweights_args t = {rows, count, growth, scale, scores, stride, largest, sums};
  kernel->run(&t);
  blank(scores, expected, rows, end, stride);
  check_floats("scores", scores, expected, rows * stride);
  check_largest(largest, expected_largest, rows);
  check_floats("sums", sums, expected_sums, rows);
}

void test_attentionslopes_f32(const aq_kernel *kernel) {
  size_t rows = from_to(1, 20), count = from_to(1, 60), growth = coin(), end = count + (rows - 1) * growth;
  size_t stride = (end + 15) / 16 * 16 + 16 * below(2), size = from_to(1, 70), width = size + below(4);
  size_t sums_stride = from_to(1, 3);
  float scale = coin() ? 1 : 0.125f, *scores = numbers(rows * stride, TAME),
        *slopes = numbers(rows * stride, TAME);
  float *output = numbers((rows - 1) * width + size, TAME),
        *gradient = numbers((rows - 1) * width + size, TAME);
  float *log_sums = numbers((rows - 1) * sums_stride + 1, TAME);
  float *expected = copied(scores, rows * stride * 4), *expected_slopes = copied(slopes, rows * stride * 4);
  describe("%zu rows, %zu scores, growth %zu, stride %zu, size %zu", rows, count, growth, stride, size);
  for (size_t r = 0; r < rows; ++r) {
    size_t seen = count + r * growth;
    parts terms = {{0}};
    for (size_t i = 0; i < size; ++i) {
      float term = output[r * width + i] * gradient[r * width + i];
      add_term(&terms, i, term);
    }
    float mean = joined(terms);
    for (size_t i = 0; i < end; ++i) {
      float *score = expected + r * stride + i, *slope = expected_slopes + r * stride + i;
      float x = *score * scale, difference = *slope - mean;
      x -= log_sums[r * sums_stride];
      *score = i < seen ? exponential(x, 0) : 0;
      float product = *score * difference;
      *slope = i < seen ? product * scale : 0;
    }
  }
  aq_attentionslopes_args t = {rows, count, growth, scale, scores, slopes, stride, output, gradient, width,
      size, log_sums, sums_stride};
  kernel->run(&t);
  blank(scores, expected, rows, end, stride);
  blank(slopes, expected_slopes, rows, end, stride);
  check_floats("scores", scores, expected, rows * stride);
  check_floats("slopes", slopes, expected_slopes, rows * stride);
}
