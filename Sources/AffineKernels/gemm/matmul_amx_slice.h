// One slice: all left panels pass by one right panel. The sums of a panel become results while the next
// one is multiplied, since the tiles have ports of their own.

/// What the results of a right panel have in common.
typedef struct {
  const aq_matmul_i8_args *t;
  size_t lane;  // the first, among those of all panels
  floats scale[VECTORS];
  __mmask16 present[VECTORS];
  bool is_symmetric;  // nothing but scales and starts
} right_panel;

/// A block of a left and a right panel whose sums are in memory but not yet in the result.
typedef struct {
  const int32_t *sums;  // [upper, lower][left lanes, right lanes][16][16]
  right_panel right;
  size_t first;         // of its rows
  size_t next, count;   // of them: what is left to write
} finished_block;

static inline right_panel right_panel_of(const aq_matmul_i8_args *t, size_t panel) {
  right_panel r = {.t = t, .lane = panel * COLUMNS};
  for (int v = 0; v < VECTORS; ++v) {
    size_t start = r.lane + (size_t)v * WIDTH, count = t->columns > start ? t->columns - start : 0;
    r.scale[v] = load_parameters(t->rhs_scale, t->rhs_form, start);
    r.present[v] = (__mmask16)(count < WIDTH ? (1u << count) - 1 : 0xffff);
  }
  r.is_symmetric = t->row_scale && !t->rhs_start && !t->rhs_zero && !t->lhs_zero && !t->lhs_scale &&
                   !t->rhs_bias && !t->lhs_bias;
  return r;
}

/// Up to `rows` more rows of a block.
INLINE void write_rows(finished_block *b, size_t rows) {
  const right_panel *r = &b->right;
  size_t end = b->next + rows < b->count ? b->next + rows : b->count;
  for (size_t i = b->next; i < end; ++i) {
    const aq_matmul_i8_args *t = r->t;
    const int32_t *at = b->sums + (i / TILE_ROWS * 2 * TILE_ROWS + i % TILE_ROWS) * WIDTH;
    size_t row = b->first + i;
    float *out = t->out + row * t->stride + r->lane;
    floats values[1][VECTORS];
    if (r->is_symmetric) {
      ints start = broadcast_int(t->lhs_start + row);
      for (int v = 0; v < VECTORS; ++v) {
        ints sum = add_ints(load_ints(at + v * TILE_ROWS * WIDTH), start);
        values[0][v] = add_product(to_floats(sum), r->scale[v], zero_floats());
      }
    } else {
      ints sums[1][VECTORS];
      start_sums(t, row, r->lane, 1, ANY_TERMS, sums);
      for (int v = 0; v < VECTORS; ++v) {
        sums[0][v] = add_ints(sums[0][v], load_ints(at + v * TILE_ROWS * WIDTH));
        values[0][v] = zero_floats();
      }
      fold(t, row, r->lane, 1, ANY_TERMS, sums, values);
    }
    for (int v = 0; v < VECTORS; ++v) {
      if (t->row_scale) values[0][v] = multiply(values[0][v], broadcast_float(t->row_scale + row));
      _mm512_mask_storeu_ps(out + v * WIDTH, r->present[v], values[0][v]);
    }
  }
  b->next = end;
}

// The left codes pass by once: loaded so, they do not take the place of the right ones in the first-level
// cache. Where a right panel is far too long for it, left ones stay in the second, and it is the other way round.
#define LOAD_LEFT(tile, from) \
  do { if (streams_right) _tile_loadd(tile, from, 64); else _tile_stream_loadd(tile, from, 64); } while (0)
#define LOAD_RIGHT(tile, from) \
  do { if (streams_right) _tile_stream_loadd(tile, from, QUAD_BYTES); \
       else _tile_loadd(tile, from, QUAD_BYTES); } while (0)

#define STORE_SUMS(to)                                            \
  do {                                                            \
    _tile_stored(0, to, 64);                                      \
    _tile_stored(1, (to) + TILE_ROWS * WIDTH, 64);                \
    if (stores_lower) {                                           \
      _tile_stored(2, (to) + 2 * TILE_ROWS * WIDTH, 64);          \
      _tile_stored(3, (to) + 3 * TILE_ROWS * WIDTH, 64);          \
    }                                                             \
  } while (0)

/// Sums of one block, which stay in the tiles; meanwhile rows of the last one are written, whose sums leave
/// the tiles first.
INLINE void block_sums(
    const uint8_t *left, const uint8_t *right, const uint8_t *tail, size_t steps, const bool has_lower,
    const bool streams_right, int32_t *flush, finished_block *last, const uint8_t *ahead, size_t lines) {
  size_t each = (last->count + steps - 1) / steps;
  bool stores_lower = last->count > TILE_ROWS;
  for (size_t s = 0; s < steps; ++s) {
    const uint8_t *from = s + 1 == steps ? tail : right;
    // All loads, then all products: as fast as any order on a core of one's own, the fastest on a shared one.
    LOAD_RIGHT(6, from);
    LOAD_RIGHT(7, from + 64);
    LOAD_LEFT(4, left);
    if (has_lower) LOAD_LEFT(5, left + TILE_ROWS * 64);
    if (s == 0) {
      if (last->count > 0) STORE_SUMS(flush);
      _tile_zero(0);
      _tile_zero(1);
      if (has_lower) {
        _tile_zero(2);
        _tile_zero(3);
      }
    }
    _tile_dpbsud(0, 4, 6);
    _tile_dpbsud(1, 4, 7);
    if (has_lower) {
      _tile_dpbsud(2, 5, 6);
      _tile_dpbsud(3, 5, 7);
    }
    for (size_t line = 0; line < lines; ++line, ahead += 64) _mm_prefetch((const char *)ahead, _MM_HINT_T1);
    if (s > 0) write_rows(last, each);
    left += STEP_BYTES;
    right += TILE_QUADS * QUAD_BYTES;
  }
  write_rows(last, ROWS);
}

INLINE void all_blocks(const aq_matmul_i8_args *t, const uint8_t *rhs, const bool streams_right) {
  enum { SUMS = 4 * TILE_ROWS * WIDTH, MOST_LINES = 16, RIGHT_STEP = TILE_QUADS * QUAD_BYTES };
  int32_t sums[SUMS] __attribute__((aligned(64)));
  uint8_t tail_bytes[RIGHT_STEP] __attribute__((aligned(64)));
  size_t steps = (t->groups + TILE_QUADS - 1) / TILE_QUADS, panels = (t->rows + ROWS - 1) / ROWS;
  size_t panel_bytes = t->groups * QUAD_BYTES, present = panel_bytes - (steps - 1) * RIGHT_STEP;
  // The next right panel comes closer while this one is used, a few lines a step.
  size_t lines = (panel_bytes / 64 + panels * steps - 1) / (panels * steps);
  if (NIBBLES || lines > MOST_LINES) lines = 0;
  finished_block last = {.sums = sums};
  for (size_t n = 0; n * COLUMNS < t->columns; ++n, rhs += panel_bytes) {
    // A last step that is not whole is padded with zeros: what lies there on the left does not matter.
    const uint8_t *tail = rhs + (steps - 1) * RIGHT_STEP;
    if (present < RIGHT_STEP) {
      for (size_t b = 0; b < RIGHT_STEP; ++b) tail_bytes[b] = b < present ? tail[b] : 0;
      tail = tail_bytes;
    }
    right_panel r = right_panel_of(t, n);
    for (size_t m = 0; m < panels; ++m) {
      const uint8_t *left = (const uint8_t *)t->lhs + m * steps * STEP_BYTES;
      const uint8_t *ahead = rhs + panel_bytes + m * steps * lines * 64;
      size_t first = m * ROWS, count = t->rows - first < ROWS ? t->rows - first : ROWS;
      if (count > TILE_ROWS) block_sums(left, rhs, tail, steps, true, streams_right, sums, &last, ahead, lines);
      else block_sums(left, rhs, tail, steps, false, streams_right, sums, &last, ahead, lines);
      last.right = r;
      last.first = first;
      last.next = 0;
      last.count = count;
    }
  }
  bool stores_lower = last.count > TILE_ROWS;
  STORE_SUMS(sums);
  write_rows(&last, ROWS);
}

/// All rows against right panels of one slice, a byte a code. A short last panel is computed in tiles of 16
/// rows, as if they were there: another shape would take longer.
static void slice_panels(const aq_matmul_i8_args *t, const uint8_t *rhs) {
  enum { LONGEST = 64 << 10 };
  configure(TILE_QUADS, t->rows < ROWS ? t->rows : ROWS);
  if (t->groups * QUAD_BYTES > LONGEST && t->rows > ROWS) all_blocks(t, rhs, true);
  else all_blocks(t, rhs, false);
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}
