#include "elements_body.h"

// The plain loops over rows.

INLINE void softmax_body(aq_softmax_args *a) {
  const float *restrict in = a->in;
  float *restrict out = a->out;
  size_t count = a->count;
  float largest = largest_of(in, count, -__builtin_inff()), sum;
  for (size_t i = 0; i < count; ++i) out[i] = exponential(in[i] - largest);
  SUM_IN_PARTS(sum, count, out[i]);
  float factor = a->share / sum;
  for (size_t i = 0; i < count; ++i) out[i] *= factor;
  a->largest = largest;
  a->sum = sum;
}

INLINE void norm_body(const aq_norm_args *a) {
  size_t count = a->columns;
  for (size_t row = 0; row < a->rows; ++row) {
    const float *restrict in = a->in + row * count;
    const float *restrict weight = a->weight, *restrict bias = a->bias;
    float *restrict out = a->out + row * count;
    float mean = 0, squares;
    if (a->means) {
      SUM_IN_PARTS(mean, count, in[i]);
      mean /= (float)count;
      a->means[row] = mean;
    }
    SUM_IN_PARTS(squares, count, (in[i] - mean) * (in[i] - mean));
    float inverse = 1 / __builtin_sqrtf(squares / (float)count + a->epsilon);
    a->inverses[row] = inverse;
    if (weight && bias)
      for (size_t i = 0; i < count; ++i) out[i] = ((in[i] - mean) * inverse) * weight[i] + bias[i];
    else if (weight)
      for (size_t i = 0; i < count; ++i) out[i] = ((in[i] - mean) * inverse) * weight[i];
    else
      for (size_t i = 0; i < count; ++i) out[i] = (in[i] - mean) * inverse;
  }
}

INLINE void normgradient_body(const aq_normgradient_args *a) {
  size_t count = a->columns;
  const float *restrict weight = a->weight;
  float *restrict of_weight = a->of_weight, *restrict of_bias = a->of_bias;
  float *restrict scaled = a->scratch, *restrict normal = a->scratch + count;
  for (size_t row = 0; row < a->rows; ++row) {
    const float *restrict in = a->in + row * count, *restrict g = a->gradient + row * count;
    float *restrict out = a->out + row * count;
    float mean = a->means ? a->means[row] : 0, inverse = a->inverses[row];
    float shift = 0, slope;
    for (size_t i = 0; i < count; ++i) {
      float n = (in[i] - mean) * inverse;
      normal[i] = n;
      of_weight[i] += g[i] * n;
    }
    if (weight) for (size_t i = 0; i < count; ++i) scaled[i] = g[i] * weight[i];
    else for (size_t i = 0; i < count; ++i) scaled[i] = g[i];
    if (a->means) {
      for (size_t i = 0; i < count; ++i) of_bias[i] += g[i];
      SUM_IN_PARTS(shift, count, scaled[i]);
      shift /= (float)count;
    }
    SUM_IN_PARTS(slope, count, scaled[i] * normal[i]);
    slope /= (float)count;
    for (size_t i = 0; i < count; ++i)
      out[i] = (scaled[i] - shift - normal[i] * slope) * inverse;
  }
}

INLINE void rotate_body(const aq_rotate_args *a) {
  size_t half = a->half;
  const float *restrict cosines = a->turns, *restrict sines = a->turns + half;
  for (size_t head = 0; head < a->heads; ++head) {
    const float *restrict low = a->in + 2 * half * head, *restrict high = low + half;
    float *restrict out_low = a->out + 2 * half * head, *restrict out_high = out_low + half;
    for (size_t i = 0; i < half; ++i) {
      float x = low[i], y = high[i];
      out_low[i] = x * cosines[i] - y * sines[i];
      out_high[i] = y * cosines[i] + x * sines[i];
    }
  }
}

INLINE void attentionweights_body(const aq_attentionweights_args *a) {
  for (size_t row = 0; row < a->rows; ++row) {
    float *restrict scores = a->scores + row * a->stride;
    size_t count = a->count + row * a->growth, end = a->count + (a->rows - 1) * a->growth;
    // What lies behind the last score up to whole parts counts as less than all.
    size_t padded = (count + PARTS - 1) / PARTS * PARTS;
    float scale = a->scale, parts[PARTS], sums[PARTS];
    for (size_t i = count; i < padded; ++i) scores[i] = -__builtin_inff();
    for (int l = 0; l < PARTS; ++l) parts[l] = -__builtin_inff();
    for (size_t base = 0; base < padded; base += PARTS)
      for (size_t l = 0; l < PARTS; ++l) {
        float score = scores[base + l] * scale;
        scores[base + l] = score;
        parts[l] = score > parts[l] ? score : parts[l];
      }
    float largest = largest_of(parts, PARTS, -__builtin_inff());
    for (int l = 0; l < PARTS; ++l) sums[l] = 0;
    for (size_t base = 0; base < padded; base += PARTS)
      for (size_t l = 0; l < PARTS; ++l) {
        float weight = exponential(scores[base + l] - largest);
        scores[base + l] = weight;
        sums[l] += weight;
      }
    float sum = joined(sums), factor = 1 / sum;
    for (size_t i = 0; i < count; ++i) scores[i] *= factor;
    for (size_t i = count; i < end; ++i) scores[i] = 0;
    a->largest[row] = largest;
    a->sums[row] = sum;
  }
}

INLINE void attentionslopes_body(const aq_attentionslopes_args *a) {
  for (size_t row = 0; row < a->rows; ++row) {
    float *restrict scores = a->scores + row * a->stride, *restrict slopes = a->slopes + row * a->stride;
    const float *restrict output = a->output + row * a->width;
    const float *restrict gradient = a->gradient + row * a->width;
    size_t count = a->count + row * a->growth, end = a->count + (a->rows - 1) * a->growth;
    float scale = a->scale, log_sum = a->log_sums[row * a->log_sums_stride], mean;
    SUM_IN_PARTS(mean, a->size, output[i] * gradient[i]);
    size_t padded = (count + PARTS - 1) / PARTS * PARTS;
    for (size_t i = 0; i < padded; ++i) {
      float weight = exponential(scores[i] * scale - log_sum);
      scores[i] = weight;
      slopes[i] = (weight * (slopes[i] - mean)) * scale;
    }
    for (size_t i = count; i < end; ++i) scores[i] = slopes[i] = 0;
  }
}
