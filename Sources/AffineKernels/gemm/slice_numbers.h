#ifndef AFFINE_SLICE_NUMBERS_H
#define AFFINE_SLICE_NUMBERS_H

// The scales and biases of some slices as floats, and which terms a call has.

/// Slices whose codes and scales are taken apart at a time: whole fours, as codes of 6 bits lie.
enum { CHUNK = 16 };

/// Four slices a turn, so that what they share is loaded once. `first` is a multiple of four.
INLINE void store_numbers(
    const void *parameters, const int32_t form, const aq_super_scales *super, const void *scales, size_t first,
    size_t end, float *to) {
  for (size_t four = first / 4; 4 * four < end; ++four) {
    floats shared[VECTORS];
    for (int v = 0; v < VECTORS; ++v)
      shared[v] = form < AQ_CODES_4 ? zero_floats() : load_super(super, scales, 4 * four, (size_t)v * WIDTH);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < 4; ++j) {
      const size_t slice = 4 * four + j;
      if (slice >= end) return;
      for (int v = 0; v < VECTORS; ++v, to += WIDTH) {
        const size_t lane = (size_t)v * WIDTH;
        if (form < AQ_CODES_4) {
          store_floats(to, load_parameters(parameters, form, slice * COLUMNS + lane));
        } else {
          if (j > 0 && super->shift < 2) shared[v] = load_super(super, scales, slice, lane);
          store_floats(to, load_coded(parameters, form, super, shared[v], slice, lane));
        }
      }
    }
  }
}

/// Numbers as floats: where they lie, or else in `to`. Apart from products, since it takes many registers, and with
/// one loop for each form.
static __attribute__((noinline)) const float *numbers_of_slices(
    const void *parameters, int32_t form, const aq_super_scales *super, const void *scales, size_t first, size_t end,
    float *to) {
  switch (form) {
#define LOAD(form) case form: store_numbers(parameters, form, super, scales, first, end, to); return to
    LOAD(AQ_HALVES);
    LOAD(AQ_BRAIN_HALVES);
    LOAD(AQ_POWERS);
    LOAD(AQ_CODES_4);
    LOAD(AQ_CODES_6);
    LOAD(AQ_CODES_8);
    LOAD(AQ_SMALL_FLOATS);
    LOAD(AQ_PLACES);
#undef LOAD
    default: return (const float *)parameters + first * COLUMNS;
  }
}

INLINE slice_numbers load_numbers(
    const aq_matmul_i8_args *t, size_t first, size_t end, float kept[2][CHUNK * COLUMNS]) {
  slice_numbers n = {0};
  n.scales = numbers_of_slices(t->rhs_scale, t->rhs_form, &t->super, t->super.scales, first, end, kept[0]);
  if (t->rhs_bias)
    n.biases = numbers_of_slices(t->rhs_bias, t->rhs_form, &t->super, t->super.biases, first, end, kept[1]);
  return n;
}

/// The loop that a call takes: that of its one term, or of two that have one, if slices are not too long for it.
static int terms_of(const aq_matmul_i8_args *t) {
  const int terms = t->rhs_start && !STARTS_RIGHT ? ANY_TERMS : all_terms(t);
  uint32_t longest = 0;
  for (size_t s = 0; (t->lhs_zero || t->rhs_zero) && s < t->slices; ++s)
    longest = t->slice_groups[s] > longest ? t->slice_groups[s] : longest;
  const bool has_loop = (terms & (terms - 1)) == 0 || terms == SCALES_AND_BIASES;
  return has_loop && longest <= SHORT_QUADS ? terms : ANY_TERMS;
}

#endif
