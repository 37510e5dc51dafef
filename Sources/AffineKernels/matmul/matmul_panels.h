// Calls the tile for every left panel; a last panel of fewer rows costs what its rows cost.

static void all_panels(const aq_matmul_i8_args *t) {
  size_t panel = 0;
  for (; (panel + 1) * ROWS <= t->rows; ++panel) tile_of_rows(t, panel, ROWS);
  switch (t->rows - panel * ROWS) {
    case 1: tile_of_rows(t, panel, 1); break;
    case 2: tile_of_rows(t, panel, 2); break;
    case 3: tile_of_rows(t, panel, 3); break;
#if MOST_ROWS > 4
    case 4: tile_of_rows(t, panel, 4); break;
    case 5: tile_of_rows(t, panel, 5); break;
#endif
    default: break;
  }
}
