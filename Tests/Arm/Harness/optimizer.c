// Steps of optimizers and codes of moments: the formulas of optimizer.h.

#include "support.h"

static size_t *ends_of(size_t runs, size_t longest, size_t *columns) {
  size_t *ends = NEW(size_t, runs), end = 0;
  for (size_t r = 0; r < runs; ++r) ends[r] = end += below(longest + 1);
  *columns = end;
  return ends;
}

static aq_adamw_step some_step(void) {
  aq_adamw_step s = {.beta1 = 0.9f,
      .beta2 = 0.999f,
      .rate = fabsf(unit()),
      .root_scale = 1 + fabsf(unit()),
      .epsilon = coin() ? 1e-8f : 0,
      .decay = 0.99f};
  s.rest1 = 1 - s.beta1;
  s.rest2 = 1 - s.beta2;
  return s;
}

static float next_m(const aq_adamw_step *s, float m, float g) {
  float kept = s->beta1 * m, added = s->rest1 * g;
  return kept + added;
}

static float next_v(const aq_adamw_step *s, float v, float g) {
  float kept = s->beta2 * v, added = s->rest2 * g;
  added *= g;
  return kept + added;
}

static float next_parameter(const aq_adamw_step *s, float p, float m, float root) {
  float kept = p * s->decay, step = s->rate * m, divisor = root * s->root_scale;
  divisor += s->epsilon;
  step /= divisor;
  return kept - step;
}

void test_adamw_f32(const aq_kernel *kernel) {
  size_t count = below(200);
  int kind = (int)below(KINDS);
  aq_adamw_step s = some_step();
  float *g = numbers(count, kind), *p = numbers(count, kind), *m = numbers(count, kind),
        *v = numbers(count, kind);
  // A second moment below zero only among patterns of all kinds.
  for (size_t i = 0; kind != ANY && i < count; ++i) v[i] = fabsf(v[i]);
  float *next_ms = copied(m, count * 4), *next_vs = copied(v, count * 4), *next_ps = copied(p, count * 4);
  describe("%zu parameters, kind %d", count, kind);
  for (size_t i = 0; i < count; ++i) {
    next_ms[i] = next_m(&s, m[i], g[i]);
    next_vs[i] = next_v(&s, v[i], g[i]);
    next_ps[i] = next_parameter(&s, p[i], next_ms[i], sqrtf(next_vs[i]));
  }
  aq_adamw_f32_args t = {s, count, g, p, m, v};
  kernel->run(&t);
  check_floats("m", m, next_ms, count);
  check_floats("v", v, next_vs, count);
  check_floats("parameters", p, next_ps, count);
}

void test_momentum_f32(const aq_kernel *kernel) {
  size_t count = below(200);
  int kind = (int)below(KINDS);
  aq_momentum_step s = {0.9f, fabsf(unit()), 0.99f};
  float *g = numbers(count, kind), *p = numbers(count, kind), *m = numbers(count, kind);
  float *next_ms = copied(m, count * 4), *next_ps = copied(p, count * 4);
  describe("%zu parameters, kind %d", count, kind);
  for (size_t i = 0; i < count; ++i) {
    float kept = s.keep * m[i];
    next_ms[i] = kept + g[i];
    float decayed = p[i] * s.decay, step = s.rate * next_ms[i];
    next_ps[i] = decayed - step;
  }
  aq_momentum_f32_args t = {s, count, g, p, m};
  kernel->run(&t);
  check_floats("m", m, next_ms, count);
  check_floats("parameters", p, next_ps, count);
}

// ---- A dynamic map: zero, seven decades of evenly spaced means, one; and its tables as the header says.

enum { CODES = 256, BINADES = 24, PARTS = 128 };
typedef struct {
  float values[CODES], thresholds[CODES];
  uint8_t planes[4 * CODES];
  uint32_t cells[2 * BINADES * PARTS];
} map_tables;

static int code_by_search(const map_tables *map, float x) {
  int code = 0;
  for (int i = 1; i < CODES; ++i) code += map->thresholds[i] <= x;
  return code;
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/// The numbers from `start` to its last part, of which one threshold may be in between.
static uint32_t cell_of(const map_tables *map, uint32_t start, bool is_negative) {
  float near = float_of(start), far = float_of(start | 0xffff);
  int first = code_by_search(map, is_negative ? -far : near),
      last = code_by_search(map, is_negative ? -near : far);
  if (first == last) return (uint32_t)first << 16;
  if (last != first + 1) abort();
  uint32_t pattern = bits_of(map->thresholds[last]);
  return ((uint32_t)last << 16) - ((is_negative ? ~pattern : pattern) & 0xffff);
}

static const map_tables *dynamic_map(void) {
  static map_tables map;
  if (map.values[CODES - 1] != 0) return &map;
  size_t count = 0;
  map.values[count++] = 0;
  map.values[count++] = 1;
  for (int decade = 0; decade < 7; ++decade)
    for (int i = 0, steps = 1 << decade; i < steps; ++i) {
      double middle = 0.1 + 0.9 * (i + 0.5) / steps;
      map.values[count++] = (float)(middle * pow(10, decade - 6));
      map.values[count] = -map.values[count - 1];
      ++count;
    }
  if (count != CODES) abort();
  qsort(map.values, CODES, sizeof(float), compare);
  for (int i = 1; i < CODES; ++i) map.thresholds[i] = (map.values[i - 1] + map.values[i]) / 2;
  for (int byte = 0; byte < 4; ++byte)
    for (int i = 0; i < CODES; ++i)
      map.planes[byte * CODES + i] = (uint8_t)(bits_of(map.values[i]) >> 8 * byte);
  for (uint32_t i = 0; i < 2 * BINADES * PARTS; ++i)
    map.cells[i] = cell_of(&map, (104u << 23) + (i % (BINADES * PARTS) << 16), i >= BINADES * PARTS);
  return &map;
}

static aq_dynamic_map arguments_of(const map_tables *map) {
  return (aq_dynamic_map){.values = map->values, .planes = map->planes, .cells = map->cells};
}

/// By the thresholds, except that what is below 2^-23 has the code of zero.
static uint8_t map_code(const map_tables *map, float x) {
  return (uint8_t)code_by_search(map, fabsf(x) < 0x1p-23f ? copysignf(0x1p-23f, x) : x);
}

// ---- Roots that become codes at random.

/// What the random bits of an element add to its place between two codes.
static double part_of(uint32_t key, size_t element) {
  return ((double)((key + (uint32_t)element * AQ_WEYL) >> 16) + 0.5) / 65536;
}

static double ufloat8_value(int code) {
  return code == 0 ? 0 : (double)float_of((uint32_t)(AQ_UFLOAT8 + code) << 19);
}

static double float8_value(int code) {
  int exponent = code >> 3, mantissa = code & 7;
  return exponent ? ldexp(8 + mantissa, exponent - 10) : ldexp(mantissa, -9);
}

/// The code below x, or the next one where the way gone from the former and `part` reach one.
static uint8_t code_at_random(double (*value)(int), int last, float x, double part) {
  int code = last;
  while (code > 0 && value(code) > (double)x) --code;
  if (code < last) {
    double low = value(code), way = ((double)x - low) / (value(code + 1) - low);
    // Near zero e4m3 numbers are a whole number of steps, of which kernels compute the sum in floats.
    if (value == float8_value && x < 0x1p-6f) return (uint8_t)(float)((double)(x * 512) + part);
    if ((code > 0 || value == float8_value) && way + part >= 1) ++code;
  }
  return (uint8_t)code;
}

static uint8_t root_code(int32_t rule, float root, float inverse, double part) {
  float x = root * inverse;
  if (rule == AQ_ROOT_16) {
    int code = (int)(float)((double)(x * 16) + part) - 1;
    return (uint8_t)(code < 0 ? 0 : code > 15 ? 15 : code);
  }
  uint8_t code = rule == AQ_ROOT_FLOAT8 ? code_at_random(float8_value, 0x7e, x, part)
                                        : code_at_random(ufloat8_value, 255, x, part);
  return root > 0 && code == 0 ? 1 : code;
}

static float scale_of(float magnitude) {
  return magnitude == 0 ? 1 : isinf(1 / magnitude) ? 0x1p-126f : magnitude;
}

void test_adamw_dynamic8(const aq_kernel *kernel) {
  static const int kinds[] = {TAME, WIDE, SPECIAL, FINITE};
  enum { LONGEST = 200 };
  size_t runs = from_to(1, 5), count, *ends = ends_of(runs, LONGEST, &count);
  int kind = kinds[below(4)];
  aq_adamw_step s = some_step();
  const map_tables *map = dynamic_map();
  float *g = numbers(count, kind), *p = numbers(count, TAME);
  if (kind == TAME && coin()) zeroed(g, count * 4);
  uint8_t *m_codes = random_bytes(count), *v_codes = random_bytes(count);
  float *m_scales = numbers(runs, WIDE), *v_scales = numbers(runs, WIDE);
  for (size_t r = 0; r < runs; ++r) m_scales[r] = fabsf(m_scales[r]), v_scales[r] = fabsf(v_scales[r]);
  uint32_t key = (uint32_t)draw();
  float *next_ps = copied(p, count * 4), *next_m_scales = copied(m_scales, runs * 4);
  float *next_v_scales = copied(v_scales, runs * 4);
  uint8_t *next_m_codes = copied(m_codes, count), *next_v_codes = copied(v_codes, count);
  size_t done = 0;
  for (size_t start = 0; done < runs; start = ends[done++]) {
    float ms[LONGEST], roots[LONGEST], largest_m = 0, largest_root = 0;
    bool finite = true;
    for (size_t i = start; i < ends[done]; ++i) {
      float m = map->values[m_codes[i]] * m_scales[done];
      float root = (float)ufloat8_value(v_codes[i]) * v_scales[done], v = root * root;
      m = next_m(&s, m, g[i]);
      v = next_v(&s, v, g[i]);
      finite = finite && isfinite(m) && isfinite(v) && v >= 0;
      ms[i - start] = m;
      roots[i - start] = root = sqrtf(v);
      largest_m = fmaxf(largest_m, fabsf(m));
      largest_root = fmaxf(largest_root, root);
    }
    if (!finite) break;
    next_m_scales[done] = scale_of(largest_m);
    next_v_scales[done] = scale_of(largest_root);
    float inverse = 1 / next_v_scales[done];
    for (size_t i = start; i < ends[done]; ++i) {
      float m = ms[i - start], root = roots[i - start];
      next_ps[i] = next_parameter(&s, p[i], m, root);
      next_m_codes[i] = map_code(map, m / next_m_scales[done]);
      next_v_codes[i] = root_code(AQ_ROOT_UFLOAT8, root, inverse, part_of(key, i));
    }
  }
  describe("%zu parameters, %zu runs, kind %d, %zu runs done", count, runs, kind, done);
  aq_adamw_dynamic8_args t = {.step = s,
      .runs = runs,
      .ends = ends,
      .gradient = g,
      .parameters = p,
      .map = arguments_of(map),
      .m_codes = m_codes,
      .v_codes = v_codes,
      .m_scales = m_scales,
      .v_scales = v_scales,
      .key = key,
      .m = NEW_LINES(float, 256),
      .roots = NEW_LINES(float, 256),
      .done = 99};
  kernel->run(&t);
  if (t.done != done) fail("done %zu, not %zu", t.done, done);
  check_floats("parameters", p, next_ps, count);
  check_floats("m_scales", m_scales, next_m_scales, runs);
  check_floats("v_scales", v_scales, next_v_scales, runs);
  check_bytes("m_codes", m_codes, next_m_codes, count, 1);
  check_bytes("v_codes", v_codes, next_v_codes, count, 1);
}

/// The nearest of all e4m3 numbers, ties to an even code.
static uint8_t float8_of(float x) {
  int best = 0;
  double least = INFINITY, magnitude = fabs((double)x);
  for (int code = 0; code < 0x7f; ++code) {
    double distance = fabs(magnitude - float8_value(code));
    if (distance > least || (distance == least && code % 2 == 1)) continue;
    least = distance;
    best = code;
  }
  return (uint8_t)(best | (signbit(x) ? 0x80 : 0));
}

static uint8_t code_by_rule(
    int32_t rule, float top, const float *thresholds, const map_tables *map, float x) {
  switch (rule) {
    case AQ_STEPS: {
      float steps = (float)nearbyint((double)x);
      return (uint8_t)(int16_t)(steps < -top ? -top : steps > top ? top : steps);
    }
    case AQ_FLOAT8: return float8_of(x);
    case AQ_MAP_16: {
      int code = 0;
      for (int i = 1; i < 16; ++i) code += thresholds[i] <= x;
      return (uint8_t)code;
    }
    default: return map_code(map, x);
  }
}

void test_encode_any(const aq_kernel *kernel) {
  static const int kinds[] = {TAME, WIDE, SPECIAL, FINITE, TIES};
  size_t runs = from_to(1, 5), count, *ends = ends_of(runs, 200, &count);
  int kind = kinds[below(5)];
  int32_t rule = (int32_t)below(AQ_ROOT_16 + 1);
  bool is_root = rule >= AQ_ROOT_FLOAT8, is_signed = !is_root && rule != AQ_MAP_16 && coin();
  float *values = numbers(count, kind);
  for (size_t i = 0; !is_signed && i < count; ++i) values[i] = fabsf(values[i]);
  if (case_number % 9 == 8) zeroed(values, ends[0] * 4);
  float top = rule == AQ_STEPS                              ? is_signed ? 127 : 255
              : rule == AQ_FLOAT8 || rule == AQ_ROOT_FLOAT8 ? 448
              : rule == AQ_ROOT_UFLOAT8                     ? (float)ufloat8_value(255)
                                                            : 1;
  float zero_scale = rule == AQ_MAP_16 || rule == AQ_ROOT_16 ? 0 : 1;
  float *thresholds = NEW(float, 16);
  for (int i = 0; i < 16; ++i) thresholds[i] = ((float)i - 0.5f) / 15;
  const map_tables *map = dynamic_map();
  uint32_t key = (uint32_t)draw();
  uint8_t *codes = NEW(uint8_t, count), *expected = SCRATCH(uint8_t, count);
  float *scales = NEW(float, runs), *expected_scales = SCRATCH(float, runs);
  describe("%zu values, %zu runs, kind %d, rule %d, signed %d", count, runs, kind, rule, is_signed);
  for (size_t r = 0, c = 0; r < runs; ++r) {
    float largest = 0;
    for (size_t i = c; i < ends[r]; ++i) largest = fmaxf(largest, fabsf(values[i]));
    float quotient = (is_root ? sqrtf(largest) : largest) / top;
    float scale = largest == 0 ? zero_scale : isinf(1 / quotient) ? 0x1p-126f : quotient;
    expected_scales[r] = scale;
    for (; c < ends[r]; ++c)
      if (scale != 0)
        expected[c] = is_root ? root_code(rule, sqrtf(values[c]), 1 / scale, part_of(key, c))
                              : code_by_rule(rule, top, thresholds, map, values[c] / scale);
  }
  aq_encode_args t = {.values = values,
      .runs = runs,
      .ends = ends,
      .rule = rule,
      .top = top,
      .zero_scale = zero_scale,
      .thresholds = thresholds,
      .map = arguments_of(map),
      .key = key,
      .codes = codes,
      .scales = scales};
  kernel->run(&t);
  check_floats("scales", scales, expected_scales, runs);
  check_bytes("codes", codes, expected, count, 1);
}

void test_squares_f32(const aq_kernel *kernel) {
  size_t count = below(200);
  int kind = (int)below(FINITE + 1);
  float *values = numbers(count, kind), *v = coin() ? numbers(count, kind) : NULL;
  for (size_t i = 0; v && i < count; ++i) v[i] = fabsf(v[i]);
  aq_squares_args t = {count, values, v, 0.99f, 0.01f, 1 + fabsf(unit()), 1e-16f, -1};
  double sums[16] = {0}, sum = 0;
  for (size_t i = 0; i < count; ++i) {
    double square = (double)values[i] * (double)values[i];
    if (v) {
      float kept = t.keep * v[i], added = t.rest * values[i];
      added *= values[i];
      kept += added;
      kept *= t.scale;
      square /= (double)(kept < t.floor ? t.floor : kept);
    }
    sums[i % 16] += square;
  }
  for (int i = 0; i < 16; ++i) sum += sums[i];
  describe("%zu values, kind %d, v %d", count, kind, v != NULL);
  kernel->run(&t);
  check_bytes("sum", &t.sum, &sum, 1, 8);
}
