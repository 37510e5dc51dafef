#define INLINE static inline __attribute__((always_inline))

/// Defines the function `sum_<count>`, the innermost loop `sum_rows` for so many rows, outside of the
/// fold: with the many values that live there, a compiler spills sums in every turn of the loop.
#define ROW_FUNCTION(count)                                                             \
  static __attribute__((noinline)) void sum_##count(                                    \
      const uint8_t *lhs, const uint8_t *rhs, size_t quads, ints sums[ROWS][VECTORS]) { \
    sum_rows(lhs, rhs, quads, count, sums);                                             \
  }
