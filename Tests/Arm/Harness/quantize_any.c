#include "support.h"

// Codes of any kind, against searches and roundings that say what the header says.

static float in_type(float x, int arithmetic) {
  if (arithmetic == AQ_IN_F16) return (float)(_Float16)x;
  if (arithmetic == AQ_IN_F32) return x;
  uint32_t bits = bits_of(x);
  if (isnan(x)) return float_of((bits >> 16 | 0x40) << 16);
  return float_of((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
}

/// A number to one of its whole neighbours.
static double whole(double x, int rounding, float uniform) {
  switch (rounding) {
    case AQ_NEAREST: return nearbyint(x);
    case AQ_DOWN: return floor(x);
    case AQ_TO_ZERO: return trunc(x);
    default: return floor(x) + (uniform < (float)x - floorf((float)x) ? 1 : 0);
  }
}

static double float_value(int code, int bits, int mantissa) {
  int exponent = code >> mantissa & ((1 << (bits - 1 - mantissa)) - 1), bias = (1 << (bits - 2 - mantissa)) - 1;
  int part = code & ((1 << mantissa) - 1);
  if (exponent == 0) return ldexp(part, 1 - bias - mantissa);
  return ldexp((1 << mantissa) + part, exponent - bias - mantissa);
}

static uint8_t float_code(const aq_quantize_any_args *t, float x, float uniform) {
  if (isnan(x)) return 0;
  double clamped = x < t->low ? t->low : x > t->high ? t->high : x, rounded = 0;
  int bias = (1 << (t->bits - 2 - t->mantissa_bits)) - 1;
  if (clamped != 0) {
    int exponent = ilogb(clamped) < 1 - bias ? 1 - bias : ilogb(clamped);
    double unit = ldexp(1, exponent - t->mantissa_bits);
    rounded = fabs(whole(clamped / unit, t->rounding, uniform) * unit);
  }
  int code = 0;
  while (code < t->last && float_value(code, t->bits, t->mantissa_bits) < rounded) ++code;
  return (uint8_t)(code | (signbit(clamped) ? 1 << (t->bits - 1) : 0));
}

static uint8_t table_code(const aq_quantize_any_args *t, float x, float uniform) {
  int code = 0;
  if (isnan(x)) return 0;
  if (t->rounding == AQ_NEAREST) {
    while (code < t->last && t->thresholds[code + 1] <= x) ++code;
    return (uint8_t)code;
  }
  while (code < t->last && t->table[code + 1] <= x) ++code;
  if (x < t->table[0] || code == t->last) return (uint8_t)code;
  float share = (x - t->table[code]) / (t->table[code + 1] - t->table[code]);
  return (uint8_t)(code + (int)whole((double)share, t->rounding, uniform));
}

void test_quantize_any(const aq_kernel *kernel) {
  static const struct { int bits, mantissa, last; } formats[] = {
      {8, 3, 0x7e}, {8, 2, 0x7b}, {6, 3, 31}, {6, 2, 31}, {4, 1, 7}};
  static const int kinds[] = {TAME, WIDE, SPECIAL};
  size_t rows = from_to(1, 3), runs = from_to(1, 5), columns, *ends = NULL;
  bool own = coin();
  if (coin()) {
    ends = NEW(size_t, runs);
    columns = 0;
    for (size_t r = 0; r < runs; ++r) ends[r] = columns += from_to(1, 150);
  } else {
    columns = runs = from_to(1, 300);
  }
  size_t stride = columns + below(4), codes_stride = columns + below(4), places = own ? rows * runs : runs;
  int kind = kinds[below(3)];
  float *values = numbers((rows - 1) * stride + columns, kind);
  float *shift = NEW(float, places), *factor = NEW(float, places), *zero = NEW(float, places);
  aq_quantize_any_args t = {
      .values = values, .rows = rows, .stride = stride, .runs = runs, .ends = ends, .shift = shift,
      .factor = factor, .zero_point = zero, .parameters_stride = own ? runs : 0, .multiplies = coin(),
      .arithmetic = (int)below(3), .rounding = (int)below(4), .kind = (int)below(3), .key = draw(),
      .first = draw() >> 20, .elements_stride = columns + below(3), .codes_stride = codes_stride};
  size_t format = below(sizeof formats / sizeof *formats);
  t.bits = formats[format].bits;
  t.mantissa_bits = formats[format].mantissa;
  if (t.kind == AQ_FLOAT_CODES) {
    t.last = formats[format].last;
    t.high = (float)float_value(t.last, t.bits, t.mantissa_bits);
    t.low = -t.high;
  } else if (t.kind == AQ_WHOLE_CODES) {
    bool is_signed = coin();
    t.low = is_signed ? -128 : 0;
    t.high = is_signed ? 127 : 255;
  } else {
    t.last = (int)from_to(1, coin() ? 15 : 255);
  }
  float *table = NEW_LINES(float, 257), *thresholds = NEW_LINES(float, 257);
  float next = -8;
  for (int i = 0; i < 257; ++i, next += 0.01f + fabsf(unit())) {
    table[i] = i <= t.last ? next : INFINITY;
    thresholds[i] = i == 0 ? -INFINITY : i <= t.last ? (table[i - 1] + table[i]) / 2 : INFINITY;
  }
  t.table = table;
  t.thresholds = thresholds;
  for (size_t i = 0; i < places; ++i) {
    shift[i] = coin() ? 0 : unit();
    factor[i] = 0.02f + fabsf(unit());
    zero[i] = t.kind != AQ_WHOLE_CODES || coin() ? 0 : (float)below(100);
  }
  size_t count = (rows - 1) * codes_stride + columns;
  uint8_t *codes = NEW(uint8_t, count), *expected = copied(codes, count);
  t.codes = codes;
  describe("%zu rows, %zu runs, %zu columns, kind %d, rounding %d, arithmetic %d, times %d, values %d", rows,
      runs, columns, t.kind, t.rounding, t.arithmetic, t.multiplies, kind);
  for (size_t i = 0; i < rows; ++i)
    for (size_t r = 0, c = 0; r < runs; ++r)
      for (size_t end = ends ? ends[r] : r + 1; c < end; ++c) {
        size_t place = i * t.parameters_stride + r;
        float difference = in_type(values[i * stride + c] - shift[place], t.arithmetic);
        float x = in_type(t.multiplies ? difference * factor[place] : difference / factor[place], t.arithmetic);
        uint64_t word = mixed(t.key + 0x9e3779b97f4a7c15u * (t.first + i * t.elements_stride + c + 1));
        float uniform = (float)(uint32_t)(word >> 40) / 16777216.0f;
        uint8_t *code = expected + i * codes_stride + c;
        if (t.kind == AQ_FLOAT_CODES) *code = float_code(&t, x, uniform);
        else if (t.kind == AQ_TABLE_CODES) *code = table_code(&t, x, uniform);
        else if (isnan(x)) *code = (uint8_t)(int)t.low;
        else {
          float number = (float)whole((double)x, t.rounding, uniform) + zero[place];
          *code = (uint8_t)(int)(number < t.low ? t.low : number > t.high ? t.high : number);
        }
      }
  kernel->run(&t);
  check_bytes("codes", codes, expected, count, 1);
}
