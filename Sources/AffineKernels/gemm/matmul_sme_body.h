// Products of codes by the outer products of SME, signed by unsigned, exact: a vector of rows of four codes by one of
// lanes, into a tile of sums. Four tiles are two vectors of rows by two of lanes. How long a vector is, the CPU says.
// Sums leave the tiles through memory and become results on 128-bit vectors, since a core may share its tile unit, and
// that be slow at all else. The file that includes it defines `NIBBLES` and LOAD_RIGHT, the codes of a k-group in z2
// and z3.

#include "vectors_128.h"
#include "streaming.h"

/// 32-bit numbers of a scalable vector.
INLINE size_t vector_words(void) {
  size_t bytes;
  __asm__("rdsvl %0, #1" : "=r"(bytes));
  return bytes / 4;
}

#define COLUMNS (2 * vector_words())
#include "matmul_i8_body.h"

INLINE ints dot(ints sum, ints codes, ints row) {
  return vusdotq_s32(sum, vreinterpretq_u8_s32(codes), vreinterpretq_s8_s32(row));
}

#include "matmul_sme_few_rows.h"

enum {
  FOLD_ROWS = 8,
  SUMS = 128 * 128,  // of the largest tile that there is
};

/// The products of codes of some slices, [slices][upper + lower][COLUMNS]: of `upper` rows, a vector at most, and
/// `lower` rows of the next one, or none.
static __attribute__((noinline)) void sum_slices(
    const uint8_t *lhs, const uint8_t *rhs, const uint32_t *groups, size_t slices, size_t upper, size_t lower,
    int32_t *sums) {
  __asm__ volatile(
      START_STREAMING
      "cntw x10\n"
      "1: zero {za}\n"
      "ldr w11, [%[groups]], #4\n"
      "cbz w11, 4f\n"
      "cbz %[lower], 3f\n"
      "2:\n"
      "ldr z0, [%[lhs]]\n"
      "ldr z1, [%[lhs], #1, mul vl]\n"
      LOAD_RIGHT
      "addvl %[lhs], %[lhs], #2\n"
      "subs w11, w11, #1\n"
      "sumopa za0.s, p0/m, p0/m, z0.b, z2.b\n"
      "sumopa za1.s, p0/m, p0/m, z0.b, z3.b\n"
      "sumopa za2.s, p0/m, p0/m, z1.b, z2.b\n"
      "sumopa za3.s, p0/m, p0/m, z1.b, z3.b\n"
      "b.ne 2b\n"
      "b 4f\n"
      "3:\n"
      "ldr z0, [%[lhs]]\n"
      LOAD_RIGHT
      "addvl %[lhs], %[lhs], #2\n"
      "subs w11, w11, #1\n"
      "sumopa za0.s, p0/m, p0/m, z0.b, z2.b\n"
      "sumopa za1.s, p0/m, p0/m, z0.b, z3.b\n"
      "b.ne 3b\n"
      "4: mov w12, #0\n"
      "5: st1w {za0h.s[w12, 0]}, p0, [%[sums]]\n"
      "st1w {za1h.s[w12, 0]}, p0, [%[sums], x10, lsl #2]\n"
      "addvl %[sums], %[sums], #2\n"
      "add w12, w12, #1\n"
      "cmp x12, %[upper]\n"
      "b.lo 5b\n"
      "cbz %[lower], 6f\n"
      "mov w12, #0\n"
      "5: st1w {za2h.s[w12, 0]}, p0, [%[sums]]\n"
      "st1w {za3h.s[w12, 0]}, p0, [%[sums], x10, lsl #2]\n"
      "addvl %[sums], %[sums], #2\n"
      "add w12, w12, #1\n"
      "cmp x12, %[lower]\n"
      "b.lo 5b\n"
      "6: subs %[slices], %[slices], #1\n"
      "b.ne 1b\n"
      STOP_STREAMING
      : [lhs] "+r"(lhs), [rhs] "+r"(rhs), [groups] "+r"(groups), [slices] "+r"(slices), [sums] "+r"(sums)
      : [upper] "r"(upper), [lower] "r"(lower)
      : CLOBBERS);
}

/// Some slices of a left panel, and where the next ones lie.
typedef struct {
  size_t panel, first, end;
  const int32_t *sums;  // of `lanes` rows each
  size_t lanes;
} summed_slices;

/// Makes results of the sums of rows from `row` on and of lanes from `lane` on; `t` has those lanes alone.
INLINE void fold_block(
    const aq_matmul_i8_args *t, const summed_slices *s, size_t row, size_t lane, size_t mr, const int rows) {
  floats out[FOLD_ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
  const size_t at = s->panel * mr + row, columns = COLUMNS;
  for (int i = 0; s->first > 0 && i < rows && at + (size_t)i < t->rows; ++i) load_out(t, at + (size_t)i, 1, out + i);
  for (size_t slice = s->first; slice < s->end; ++slice) {
    const int32_t *products = s->sums + ((slice - s->first) * s->lanes + row) * columns + lane;
    const size_t l = (s->panel * t->slices + slice) * mr + row, r = slice * columns + lane;
    ints sums[FOLD_ROWS][VECTORS];
    start_sums(t, l, r, rows, ANY_TERMS, sums);
    for (int i = 0; i < rows; ++i)
      for (int v = 0; v < VECTORS; ++v)
        sums[i][v] = add_ints(sums[i][v], load_ints(products + (size_t)i * columns + v * WIDTH));
    fold(t, l, r, rows, ANY_TERMS, sums, out);
  }
  write_out(t, at, rows, s->end == t->slices, out);
}

static void fold_panel(const aq_matmul_i8_args *args, const summed_slices *s, size_t mr) {
  aq_matmul_i8_args t = *args;
  for (size_t lane = 0; lane < args->columns; lane += BLOCK_COLUMNS, t.out += BLOCK_COLUMNS) {
    const size_t left = args->columns - lane;
    t.columns = left < BLOCK_COLUMNS ? left : BLOCK_COLUMNS;
    if (s->lanes == 1) fold_block(&t, s, 0, lane, mr, 1);
    else if (s->lanes == FEW_ROWS) fold_block(&t, s, 0, lane, mr, FEW_ROWS);
    else
      for (size_t row = 0; row < s->lanes; row += FOLD_ROWS) fold_block(&t, s, row, lane, mr, FOLD_ROWS);
  }
}

/// All left panels pass by the right one.
static void sme_panels(const aq_matmul_i8_args *t) {
  const size_t words = vector_words(), mr = 2 * words, left_bytes = 4 * mr;
  const size_t right_bytes = (NIBBLES ? 2 : 4) * COLUMNS;
  int32_t sums[SUMS] __attribute__((aligned(64)));
  for (size_t panel = 0; panel * mr < t->rows; ++panel) {
    const size_t present = t->rows - panel * mr, rows = present < mr ? present : mr;
    // Whole blocks of rows: a panel has room for them.
    const size_t blocks = (rows + FOLD_ROWS - 1) / FOLD_ROWS * FOLD_ROWS;
    const size_t lanes = rows == 1 ? 1 : rows <= FEW_ROWS ? FEW_ROWS : blocks;
    const size_t upper = lanes < words ? lanes : words, most = SUMS / (lanes * COLUMNS);
    const uint8_t *lhs = (const uint8_t *)t->lhs + panel * t->groups * left_bytes, *rhs = t->rhs;
    summed_slices s = {.panel = panel, .sums = sums, .lanes = lanes};
    for (; s.first < t->slices; s.first = s.end) {
      s.end = t->slices - s.first < most ? t->slices : s.first + most;
      const uint32_t *groups = t->slice_groups + s.first;
      if (lanes <= FEW_ROWS) sum_few_rows(lhs, rhs, groups, s.end - s.first, mr, lanes, sums);
      else sum_slices(lhs, rhs, groups, s.end - s.first, upper, lanes - upper, sums);
      for (size_t slice = s.first; slice < s.end; ++slice) {
        lhs += t->slice_groups[slice] * left_bytes;
        rhs += t->slice_groups[slice] * right_bytes;
      }
      fold_panel(t, &s, mr);
    }
  }
}
