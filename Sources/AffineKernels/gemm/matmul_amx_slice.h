// One slice: all left panels pass by one right panel. The sums of a panel become results while the next
// one is multiplied, since the tiles have ports of their own.

/// A left panel whose sums are in memory but not yet in the result.
typedef struct {
  const int32_t *sums;  // [upper, lower][left lanes, right lanes][16][16]
  size_t first;         // of its rows
  size_t next, count;   // of them: what is left to write
} finished_panel;

/// What the results of a right panel have in common.
typedef struct {
  const aq_matmul_i8_args *t;
  floats scale[VECTORS];
  __mmask16 present[VECTORS];
  bool is_symmetric;  // nothing but scales and starts
} right_panel;

static inline right_panel right_panel_of(const aq_matmul_i8_args *t) {
  right_panel r = {.t = t};
  for (int v = 0; v < VECTORS; ++v) {
    r.scale[v] = load_parameters(t, t->rhs_scale, (size_t)v * WIDTH);
    size_t start = (size_t)v * WIDTH, count = t->columns > start ? t->columns - start : 0;
    r.present[v] = (__mmask16)(count < WIDTH ? (1u << count) - 1 : 0xffff);
  }
  r.is_symmetric = t->row_scale && !t->rhs_start && !t->rhs_zero && !t->lhs_zero && !t->lhs_scale &&
                   !t->rhs_bias && !t->lhs_bias;
  return r;
}

/// Up to `rows` more rows of a panel.
INLINE void write_rows(const right_panel *r, finished_panel *p, size_t rows) {
  const aq_matmul_i8_args *t = r->t;
  size_t end = p->next + rows < p->count ? p->next + rows : p->count;
  for (size_t i = p->next; i < end; ++i) {
    const int32_t *at = p->sums + (i / TILE_ROWS * 2 * TILE_ROWS + i % TILE_ROWS) * WIDTH;
    size_t row = p->first + i;
    if (r->is_symmetric) {
      ints start = broadcast_int(t->lhs_start + row);
      floats scale = broadcast_float(t->row_scale + row);
      float *out = t->out + row * t->stride;
      for (int v = 0; v < VECTORS; ++v) {
        ints sum = add_ints(load_ints(at + v * TILE_ROWS * WIDTH), start);
        floats value = multiply(add_product(to_floats(sum), r->scale[v], zero_floats()), scale);
        _mm512_mask_storeu_ps(out + v * WIDTH, r->present[v], value);
      }
    } else {
      ints sums[1][VECTORS];
      floats out[1][VECTORS];
      start_sums(t, row, 0, 1, sums);
      for (int v = 0; v < VECTORS; ++v) {
        sums[0][v] = add_ints(sums[0][v], load_ints(at + v * TILE_ROWS * WIDTH));
        out[0][v] = zero_floats();
      }
      fold(t, row, 0, 1, sums, out);
      write_out(t, row, 1, out);
    }
  }
  p->next = end;
}

// The left codes pass by once: loaded so, they do not take the place of the right ones in the first-level
// cache. Where a right panel is too long for that cache, it is the other way round.
#define LOAD_LEFT(tile, from) \
  do { if (streams_right) _tile_loadd(tile, from, 64); else _tile_stream_loadd(tile, from, 64); } while (0)
#define LOAD_RIGHT(tile, from) \
  do { if (streams_right) _tile_stream_loadd(tile, from, QUAD_BYTES); \
       else _tile_loadd(tile, from, QUAD_BYTES); } while (0)

/// Sums of one left panel, which stay in the tiles; meanwhile rows of the last one are written, whose
/// sums leave the tiles at `flush` as they are needed.
INLINE void panel_sums(
    const uint8_t *left, const uint8_t *right, const uint8_t *tail, size_t steps, const bool has_lower,
    const bool streams_right, int32_t *flush, const right_panel *r, finished_panel *last,
    const uint8_t *ahead, size_t lines) {
  size_t each = (last->count + steps - 1) / steps;
  for (size_t s = 0; s < steps; ++s) {
    const uint8_t *from = s + 1 == steps ? tail : right;
    // All loads, then all products: as fast as any order on a core of one's own, the fastest on a shared one.
    LOAD_RIGHT(6, from);
    LOAD_RIGHT(7, from + 64);
    LOAD_LEFT(4, left);
    if (has_lower) LOAD_LEFT(5, left + TILE_ROWS * 64);
    if (s == 0) {
      if (flush) {
        _tile_stored(0, flush, 64);
        _tile_stored(1, flush + TILE_ROWS * WIDTH, 64);
        if (has_lower) {
          _tile_stored(2, flush + 2 * TILE_ROWS * WIDTH, 64);
          _tile_stored(3, flush + 3 * TILE_ROWS * WIDTH, 64);
        }
      }
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
    if (s > 0) write_rows(r, last, each);
    left += STEP_BYTES;
    right += TILE_QUADS * QUAD_BYTES;
  }
  write_rows(r, last, ROWS);
}

INLINE void all_left_panels(
    const aq_matmul_i8_args *t, const uint8_t *rhs, const bool has_lower, const bool streams_right) {
  enum { SUMS = 4 * TILE_ROWS * WIDTH, MOST_LINES = 16 };
  int32_t sums[SUMS] __attribute__((aligned(64)));
  uint8_t tail_bytes[TILE_QUADS * QUAD_BYTES] __attribute__((aligned(64)));
  size_t steps = (t->groups + TILE_QUADS - 1) / TILE_QUADS, panels = (t->rows + ROWS - 1) / ROWS;
  size_t panel_bytes = t->groups * QUAD_BYTES;
  // Codes of a last step that is not whole are padded with zeros: what lies there on the left does not matter.
  const uint8_t *tail = rhs + (steps - 1) * TILE_QUADS * QUAD_BYTES;
  size_t present = panel_bytes - (steps - 1) * TILE_QUADS * QUAD_BYTES;
  if (present < sizeof tail_bytes) {
    for (size_t b = 0; b < sizeof tail_bytes; ++b) tail_bytes[b] = b < present ? tail[b] : 0;
    tail = tail_bytes;
  }
  // The next right panel comes closer while this one is used, a few lines a step.
  size_t lines = (panel_bytes / 64 + panels * steps - 1) / (panels * steps);
  if (NIBBLES || lines > MOST_LINES) lines = 0;
  right_panel r = right_panel_of(t);
  finished_panel last = {.sums = sums};
  for (size_t panel = 0; panel < panels; ++panel) {
    const uint8_t *left = (const uint8_t *)t->lhs + panel * steps * STEP_BYTES;
    panel_sums(
        left, rhs, tail, steps, has_lower, streams_right, panel > 0 ? sums : NULL, &r, &last,
        rhs + panel_bytes + panel * steps * lines * 64, lines);
    size_t first = panel * ROWS;
    last.first = first;
    last.next = 0;
    last.count = t->rows - first < ROWS ? t->rows - first : ROWS;
  }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + TILE_ROWS * WIDTH, 64);
  if (has_lower) {
    _tile_stored(2, sums + 2 * TILE_ROWS * WIDTH, 64);
    _tile_stored(3, sums + 3 * TILE_ROWS * WIDTH, 64);
  }
  write_rows(&r, &last, ROWS);
}

/// All rows against the right codes of one slice, a byte each. A short last panel is computed whole, as if
/// all its rows were there: another shape of tiles would take longer.
static void slice_panels(const aq_matmul_i8_args *t, const uint8_t *rhs) {
  enum { FIRST_LEVEL = 32 << 10 };
  bool streams_right = t->groups * QUAD_BYTES > FIRST_LEVEL;
  configure(TILE_QUADS, t->rows < ROWS ? t->rows : ROWS);
  if (t->rows <= TILE_ROWS) all_left_panels(t, rhs, false, false);
  else if (streams_right) all_left_panels(t, rhs, true, true);
  else all_left_panels(t, rhs, true, false);
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}
