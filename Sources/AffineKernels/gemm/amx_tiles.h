#include "vectors_512.h"

// The tiles of AMX: 16 rows of up to 64 bytes. A left panel is 32 rows, two tiles one below the other; a right
// panel 32 lanes, two tiles side by side; four tiles hold the sums.

enum { ROWS = 32, TILE_ROWS = 16, TILE_QUADS = 16, PANEL_LANES = 32, QUAD_BYTES = 4 * PANEL_LANES };
enum { STEP_BYTES = 64 * ROWS };  // of a left panel in one step of the contracted axis

/// Tiles 0 to 3 are sums, 4 and 5 left codes, 6 and 7 right codes.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes;

/// Loads the shapes for steps of `quads` quads against `rows` left rows; returns how many tiles of left
/// rows there are.
static int configure(size_t quads, size_t rows) {
  tile_shapes shapes __attribute__((aligned(64))) = {.palette = 1};
  size_t lower = rows > TILE_ROWS ? rows - TILE_ROWS : 0, upper = rows - lower;
  for (int tile = 0; tile < 8; ++tile) {
    bool is_right = tile >= 6, is_lower = tile == 5 || tile == 2 || tile == 3;
    // A tile that is not used must have a shape all the same.
    size_t left_rows = is_lower && lower > 0 ? lower : upper;
    shapes.rows[tile] = (uint8_t)(is_right ? quads : left_rows);
    shapes.row_bytes[tile] = (uint16_t)(tile == 4 || tile == 5 ? 4 * quads : 64);
  }
  _tile_loadconfig(&shapes);
  return lower > 0 ? 2 : 1;
}

static inline void clear_sums(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

/// Adds the products of one step by an instruction: left rows lie 64 bytes apart, right quads QUAD_BYTES.
#define ADD_STEP(product, left, right, tiles)        \
  do {                                               \
    _tile_loadd(6, right, QUAD_BYTES);               \
    _tile_loadd(7, (right) + 64, QUAD_BYTES);        \
    _tile_loadd(4, left, 64);                        \
    product(0, 4, 6);                                \
    product(1, 4, 7);                                \
    if ((tiles) == 1) break;                         \
    _tile_loadd(5, (left) + TILE_ROWS * 64, 64);     \
    product(2, 5, 6);                                \
    product(3, 5, 7);                                \
  } while (0)

/// The sums as [ROWS][PANEL_LANES] 32-bit numbers.
static inline void store_sums(void *sums, int tiles) {
  enum { ROW_BYTES = 4 * PANEL_LANES };
  uint8_t *upper = sums, *lower = upper + TILE_ROWS * ROW_BYTES;
  _tile_stored(0, upper, ROW_BYTES);
  _tile_stored(1, upper + 64, ROW_BYTES);
  if (tiles == 1) return;
  _tile_stored(2, lower, ROW_BYTES);
  _tile_stored(3, lower + 64, ROW_BYTES);
}
