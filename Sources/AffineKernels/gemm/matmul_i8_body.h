#include "affine_kernels.h"

// A product of codes, written once for every vector width. The file that includes it
// defines, for its instruction set: `WIDTH` (32-bit lanes of a vector), `ROWS` (lhs lanes), `LHS_BYTES`
// and `RHS_BYTES` (of one quad of a panel). Here is what a sum becomes; how it is summed is elsewhere.

enum { BLOCK_COLUMNS = VECTORS * WIDTH };
// Lanes of a panel: those of a block of the result, unless scalable vectors make them known at run time only.
#ifndef COLUMNS
enum { COLUMNS = BLOCK_COLUMNS };
#endif

#include "parameters.h"

// Whether sums start with a number of their right lane in every call, and not only where there are zero points.
#ifndef STARTS_RIGHT
#define STARTS_RIGHT 0
#endif

/// The terms of a call besides starts and right scales: a constant of each loop, so that no register waits for a term
/// that is not there. Most calls have one of these or none; ANY_TERMS asks for each in every slice.
enum {
  NO_TERMS = 0,
  LEFT_ZEROS = 1,
  LEFT_SCALES = 2,   // of each row its own
  RIGHT_BIASES = 4,
  // Groups on both sides, as of models with blocks of Q4_1 or Q4_K.
  SCALES_AND_BIASES = LEFT_SCALES | RIGHT_BIASES,
  RIGHT_ZEROS = 8,
  LEFT_BLOCKS = 16,  // of a block of rows, multiplied by the right ones first
  ANY_TERMS = 32,
};
#define HAS_TERM(terms, term, numbers) (((terms) & (term)) != 0 || ((terms) == ANY_TERMS && (numbers)))
#define EACH_TERMS(of, ...)            \
  of(NO_TERMS, __VA_ARGS__)       \
  of(LEFT_ZEROS, __VA_ARGS__)     \
  of(LEFT_SCALES, __VA_ARGS__)    \
  of(LEFT_BLOCKS, __VA_ARGS__)    \
  of(RIGHT_BIASES, __VA_ARGS__)   \
  of(RIGHT_ZEROS, __VA_ARGS__)    \
  of(SCALES_AND_BIASES, __VA_ARGS__) \
  of(ANY_TERMS, __VA_ARGS__)

/// The terms of a call that have a loop, together; ANY_TERMS: it has others.
INLINE int all_terms(const aq_matmul_i8_args *t) {
  if (t->lhs_bias) return ANY_TERMS;
  const int left = t->lhs_block ? LEFT_BLOCKS : LEFT_SCALES;
  return (t->lhs_zero ? LEFT_ZEROS : 0) | (t->lhs_scale ? left : 0) | (t->rhs_bias ? RIGHT_BIASES : 0) |
         (t->rhs_zero ? RIGHT_ZEROS : 0);
}

/// Quads of the longest slice whose sums of codes surely fit in 16 bits, 128 * 255; zero points, which are codes, do
/// anyway.
enum { SHORT_QUADS = 32 };

/// Takes products of a number of each left row and one of each right lane from sums; of short slices in 16 bits.
INLINE void subtract_zeros(
    const int32_t *left, const int32_t *right, const int rows, const bool are_short, ints sums[][VECTORS]) {
  for (int v = 0; v < VECTORS; ++v) {
    const ints lanes = load_ints(right + v * WIDTH), negative = short_negative(lanes);
    for (int i = 0; i < rows; ++i) {
      const ints row = broadcast_int(left + i);
      sums[i][v] = are_short ? add_short_product(sums[i][v], negative, row)
                             : subtract_ints(sums[i][v], multiply_ints(lanes, row));
    }
  }
}

/// Whether rows from `first` on lie in one block of left scales.
INLINE bool shares_scales(const aq_matmul_i8_args *t, size_t first, size_t rows) {
  return (t->lhs_row + first) % t->lhs_block + rows <= t->lhs_block;
}

/// Adds all of a sum that is not a product of codes.
INLINE void add_starts(
    const aq_matmul_i8_args *t, size_t l, size_t r, const int rows, const int terms, ints sums[][VECTORS]) {
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = add_ints(sums[i][v], broadcast_int(t->lhs_start + l + i));
  for (int v = 0; (terms == ANY_TERMS || STARTS_RIGHT) && t->rhs_start && v < VECTORS; ++v) {
    ints start = load_ints(t->rhs_start + r + v * WIDTH);
    for (int i = 0; i < rows; ++i) sums[i][v] = add_ints(sums[i][v], start);
  }
  if (HAS_TERM(terms, RIGHT_ZEROS, t->rhs_zero))
    subtract_zeros(t->lhs_total + l, t->rhs_zero + r, rows, terms == RIGHT_ZEROS, sums);
  if (HAS_TERM(terms, LEFT_ZEROS, t->lhs_zero))
    subtract_zeros(t->lhs_zero + l, t->rhs_total + r, rows, terms == LEFT_ZEROS, sums);
}

/// Of a chunk of slices scales and biases as floats, [slices][COLUMNS], and what to ask for meanwhile.
typedef struct {
  const float *scales, *biases;
  const uint8_t *codes, *next;  // its codes, and those to ask for while left rows pass by them; NULL: none
  size_t row_bytes, share;      // what one row asks for in all, and for each byte that it meets, in 1 / 65536
  size_t quads;                 // after which a left panel asks again
} slice_numbers;

/// Starts sums with it.
INLINE void start_sums(
    const aq_matmul_i8_args *t, size_t l, size_t r, const int rows, const int terms, ints sums[][VECTORS]) {
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = broadcast_byte(0);
  add_starts(t, l, r, rows, terms, sums);
}

/// Makes bytes of the codes of some quads, and says where the next ones lie.
typedef const uint8_t *code_source(const aq_matmul_i8_args *t, const uint8_t **rhs, size_t quads);

// out = fma(float(sums) * lhs_scale, rhs_scale, out), of blocks fma(float(sums), lhs_scale * rhs_scale, out), then the
// bias terms, in these parts.

INLINE void fold_scale(
    const aq_matmul_i8_args *t, size_t l, int v, floats scale, const int rows, const int terms, ints sums[][VECTORS],
    floats out[][VECTORS]) {
  const bool has_block = HAS_TERM(terms, LEFT_BLOCKS, t->lhs_block);
  const bool has_scale = HAS_TERM(terms, LEFT_SCALES, t->lhs_scale && !t->lhs_block);
  for (int i = 0; i < rows; ++i) {
    floats sum = to_floats(sums[i][v]);
    if (has_scale) sum = multiply(sum, broadcast_float(t->lhs_scale + l + i));
    floats both = has_block ? multiply(scale, broadcast_float(t->lhs_scale + l + i)) : scale;
    out[i][v] = add_product(sum, both, out[i][v]);
  }
}

INLINE void fold_bias(
    const aq_matmul_i8_args *t, size_t l, int v, floats bias, const int rows, floats out[][VECTORS]) {
  for (int i = 0; i < rows; ++i) out[i][v] = add_product(broadcast_float(t->lhs_sum + l + i), bias, out[i][v]);
}

INLINE void fold_left_bias(
    const aq_matmul_i8_args *t, size_t l, size_t r, const int rows, const int terms, floats out[][VECTORS]) {
  for (int v = 0; terms == ANY_TERMS && t->lhs_bias && v < VECTORS; ++v) {
    floats sum = load_floats(t->rhs_sum + r + v * WIDTH);
    for (int i = 0; i < rows; ++i)
      out[i][v] = add_product(broadcast_float(t->lhs_bias + l + i), sum, out[i][v]);
  }
}

/// All but left biases, with the numbers of a chunk and a slice at a place in it; `has_block`: where any terms are
/// asked for, rows of blocks. A result is read and written once: it may lie in memory.
INLINE void fold_numbers(
    const aq_matmul_i8_args *t, size_t l, const slice_numbers *n, size_t place, const int rows, const int terms,
    const bool has_block, ints sums[][VECTORS], floats out[][VECTORS]) {
  const bool has_scale = HAS_TERM(terms, LEFT_SCALES, !has_block && t->lhs_scale);
  const bool has_bias = HAS_TERM(terms, RIGHT_BIASES, t->rhs_bias), has_left = has_block || t->lhs_scale;
  // Where all of it lies, once: for all that a compiler knows, results could be written over it.
  const float *const left = has_left ? t->lhs_scale + l : NULL, *const left_sums = has_bias ? t->lhs_sum + l : NULL;
  const float *const scales = n->scales + place * COLUMNS;
  const float *const biases = has_bias ? n->biases + place * COLUMNS : NULL;
  for (int v = 0; v < VECTORS; ++v) {
    const int at = v * WIDTH;
    floats scale = load_floats(scales + at), bias = has_bias ? load_floats(biases + at) : zero_floats();
    if (terms == LEFT_BLOCKS) scale = multiply(scale, broadcast_float(left));
    for (int i = 0; i < rows; ++i) {
      floats sum = to_floats(sums[i][v]);
      if (has_scale) sum = multiply(sum, broadcast_float(left + i));
      floats both = has_block ? multiply(scale, broadcast_float(left + i)) : scale;
      sum = add_product(sum, both, out[i][v]);
      if (has_bias) sum = add_product(broadcast_float(left_sums + i), bias, sum);
      out[i][v] = sum;
    }
  }
}

/// All of them. What rows of blocks ask for stands outside of the loops, which take twice as long with one more
/// question.
INLINE void fold_loaded(
    const aq_matmul_i8_args *t, size_t l, size_t r, const slice_numbers *n, size_t place, const int rows,
    const int terms, ints sums[][VECTORS], floats out[][VECTORS]) {
  if (terms == ANY_TERMS && t->lhs_block) fold_numbers(t, l, n, place, rows, terms, true, sums, out);
  else fold_numbers(t, l, n, place, rows, terms, false, sums, out);
  fold_left_bias(t, l, r, rows, terms, out);
}

/// All of them, with numbers as they lie, which one row takes apart while it waits for codes.
INLINE void fold(
    const aq_matmul_i8_args *t, size_t l, size_t r, const int rows, const int terms, ints sums[][VECTORS],
    floats out[][VECTORS]) {
  for (int v = 0; v < VECTORS; ++v) {
    floats scale = load_scaled(t->rhs_scale, t->rhs_form, &t->super, t->super.scales, r + (size_t)v * WIDTH);
    fold_scale(t, l, v, scale, rows, terms, sums, out);
  }
  for (int v = 0; HAS_TERM(terms, RIGHT_BIASES, t->rhs_bias) && v < VECTORS; ++v) {
    floats bias = load_scaled(t->rhs_bias, t->rhs_form, &t->super, t->super.biases, r + (size_t)v * WIDTH);
    fold_bias(t, l, v, bias, rows, out);
  }
  fold_left_bias(t, l, r, rows, terms, out);
}

#include "result_rows.h"
