#include "dither_body.h"
#include "../bits.h"

// Codes of any kind, part by part of a row: numbers, then random numbers where they are asked for, then
// codes. Plain loops, each for one kind and one rounding, and a search that an instruction set brings.

enum { PART = 256 };

typedef struct {
  float number[PART], zero_point[PART], uniform[PART];
} aq_part;

/// The nodes of a search tree in level order from place 1 on: below node i is 2i, above it 2i + 1.
typedef struct {
  _Alignas(64) float nodes[256];
  int levels;
} aq_tree;

/// Writes how many of the thresholds are not above each number, 0 for NaN.
typedef void aq_find(const aq_tree *tree, const float *number, size_t count, uint8_t *codes);

INLINE float rounded(float x, const int arithmetic) {
  if (arithmetic == AQ_IN_F16) return (float)(_Float16)x;
  if (arithmetic == AQ_IN_F32) return x;
  uint32_t bits = bits_of(x);
  uint32_t even = (bits + 0x7fff + (bits >> 16 & 1)) >> 16, quiet = bits >> 16 | 0x40;
  return float_of((x != x ? quiet : even) << 16);
}

INLINE float number_of(
    float value, float shift, float factor, const int arithmetic, const bool multiplies) {
  float difference = rounded(value - shift, arithmetic);
  return rounded(multiplies ? difference * factor : difference / factor, arithmetic);
}

INLINE float whole_of(float x, float uniform, const int rounding) {
  if (rounding == AQ_NEAREST) return __builtin_rintf(x);
  if (rounding == AQ_TO_ZERO) return __builtin_truncf(x);
  float lower = __builtin_floorf(x);
  return rounding == AQ_DOWN ? lower : lower + (uniform < x - lower ? 1.0f : 0.0f);
}

/// The numbers of the columns from `start` on, of which the first is in run `r`; the run of the next part.
INLINE size_t read_part(
    const aq_quantize_any_args *a, const float *values, size_t first_run, size_t r, size_t start,
    size_t count, aq_part *part, const int arithmetic, const bool multiplies) {
  const float *shift = a->shift + first_run, *factor = a->factor + first_run;
  const float *zero_point = a->zero_point + first_run;
  values += start;
  if (!a->ends) {
    for (size_t i = 0; i < count; ++i) {
      part->number[i] =
          number_of(values[i], shift[start + i], factor[start + i], arithmetic, multiplies);
      part->zero_point[i] = zero_point[start + i];
    }
    return 0;
  }
  for (size_t i = 0; i < count;) {
    while (a->ends[r] <= start + i) ++r;
    size_t end = a->ends[r] - start < count ? a->ends[r] - start : count;
    const float s = shift[r], f = factor[r], zero = zero_point[r];
    for (size_t j = i; j < end; ++j) {
      part->number[j] = number_of(values[j], s, f, arithmetic, multiplies);
      part->zero_point[j] = zero;
    }
    i = end;
  }
  return r;
}

INLINE void whole_codes(
    const aq_quantize_any_args *a, const aq_part *part, size_t count, uint8_t *restrict codes,
    const int rounding) {
  const float low = a->low, high = a->high;
  for (size_t i = 0; i < count; ++i) {
    float code = whole_of(part->number[i], part->uniform[i], rounding) + part->zero_point[i];
    code = code > low ? code : low;
    codes[i] = (uint8_t)(int32_t)(code < high ? code : high);
  }
}

INLINE void float_codes(
    const aq_quantize_any_args *a, const aq_part *part, size_t count, uint8_t *restrict codes,
    const int rounding) {
  const float low = a->low, high = a->high;
  const int32_t mantissa = a->mantissa_bits, last = a->last, sign = a->bits - 1;
  // The biased exponent of a float in the lowest binade, which subnormal numbers share.
  const int32_t least = 129 - (1 << (sign - mantissa - 1));
  for (size_t i = 0; i < count; ++i) {
    float x = part->number[i];
    float clamped = x > low ? x : low;
    clamped = clamped < high ? clamped : high;
    uint32_t bits = bits_of(clamped);
    int32_t exponent = (int32_t)(bits >> 23 & 255);
    exponent = exponent > least ? exponent : least;
    // A power of two: the product is exact. What carries into the next binade is the next pattern.
    float units = clamped * float_of((uint32_t)(254 + mantissa - exponent) << 23);
    int32_t code = (int32_t)__builtin_fabsf(whole_of(units, part->uniform[i], rounding));
    code += (exponent - least) << mantissa;
    code = (code < last ? code : last) | (int32_t)(bits >> 31 << sign);
    codes[i] = (uint8_t)(x == x ? code : 0);
  }
}

/// From the entries that are not above to codes.
INLINE void table_codes(
    const aq_quantize_any_args *a, const aq_part *part, size_t count, uint8_t *restrict codes,
    const int rounding) {
  const float *restrict table = a->table;
  const int32_t last = a->last;
  for (size_t i = 0; i < count; ++i) {
    float x = part->number[i];
    int32_t entry = codes[i];
    bool is_between = x >= table[0] && entry < last;
    float low = table[entry], share = (x - low) / (table[entry + 1] - low);
    share = is_between ? share : 0;
    entry += (int32_t)whole_of(share, part->uniform[i], rounding);
    codes[i] = (uint8_t)(entry < last ? entry : last);
  }
}

INLINE void make_codes(
    const aq_quantize_any_args *a, const aq_part *part, size_t count, const aq_tree *tree,
    aq_find *find, uint8_t *restrict codes, const int rounding) {
  switch (a->kind) {
    case AQ_WHOLE_CODES: whole_codes(a, part, count, codes, rounding); break;
    case AQ_FLOAT_CODES: float_codes(a, part, count, codes, rounding); break;
    default:
      find(tree, part->number, count, codes);
      if (rounding != AQ_NEAREST) {
        table_codes(a, part, count, codes, rounding);
        break;
      }
      // Infinity is not below the thresholds that a short table has not.
      for (size_t i = 0; i < count; ++i) codes[i] = codes[i] < a->last ? codes[i] : (uint8_t)a->last;
  }
}

INLINE void draw(aq_part *part, size_t count, uint64_t key, uint64_t element) {
  for (size_t i = 0; i < count; ++i)
    part->uniform[i] = (float)(int32_t)(random_word(key, element + i) >> 40) * 0x1p-24f;
}

INLINE void plant(const aq_quantize_any_args *a, aq_tree *tree) {
  const float *thresholds = a->rounding == AQ_NEAREST ? a->thresholds : a->table;
  tree->levels = a->last < 16 ? 4 : 8;
  tree->nodes[0] = 0;
  for (int level = 0; level < tree->levels; ++level) {
    int step = 1 << (tree->levels - 1 - level);
    for (int j = 0; j < 1 << level; ++j) tree->nodes[(1 << level) + j] = thresholds[(2 * j + 1) * step];
  }
}

INLINE void quantize_any_body(const aq_quantize_any_args *a, aq_find *find) {
  aq_part part;
  aq_tree tree;
  if (a->kind == AQ_TABLE_CODES) plant(a, &tree);
  const int form = a->arithmetic * 2 + a->multiplies;
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    uint8_t *codes = a->codes + i * a->codes_stride;
    uint64_t element = a->first + i * a->elements_stride;
    size_t columns = a->ends ? a->ends[a->runs - 1] : a->runs;
    size_t first_run = i * a->parameters_stride, r = 0;
    for (size_t c = 0; c < columns; c += PART) {
      size_t count = columns - c < PART ? columns - c : PART;
#define READ(arithmetic, multiplies)                                                     \
  case arithmetic * 2 + multiplies:                                                      \
    r = read_part(a, values, first_run, r, c, count, &part, arithmetic, multiplies != 0); \
    break;
      switch (form) {
        READ(AQ_IN_F32, 0)
        READ(AQ_IN_F32, 1)
        READ(AQ_IN_F16, 0)
        READ(AQ_IN_F16, 1)
        READ(AQ_IN_BF16, 0)
        READ(AQ_IN_BF16, 1)
      }
#undef READ
      switch (a->rounding) {
        case AQ_NEAREST: make_codes(a, &part, count, &tree, find, codes + c, AQ_NEAREST); break;
        case AQ_DOWN: make_codes(a, &part, count, &tree, find, codes + c, AQ_DOWN); break;
        case AQ_TO_ZERO: make_codes(a, &part, count, &tree, find, codes + c, AQ_TO_ZERO); break;
        default:
          draw(&part, count, a->key, element + c);
          make_codes(a, &part, count, &tree, find, codes + c, AQ_AT_RANDOM);
      }
    }
  }
}
