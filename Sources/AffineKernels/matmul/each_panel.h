/// Calls `tile_of_rows` for every left panel; a last one of fewer rows costs what its rows cost.
#define EACH_PANEL(t)                                                             \
  size_t panel = 0;                                                               \
  for (; (panel + 1) * ROWS <= t->rows; ++panel) tile_of_rows(t, panel, ROWS);    \
  switch (t->rows - panel * ROWS) {                                               \
    case 1: tile_of_rows(t, panel, 1); break;                                     \
    case 2: tile_of_rows(t, panel, 2); break;                                     \
    case 3: tile_of_rows(t, panel, 3); break;                                     \
    case 4: if (ROWS > 4) tile_of_rows(t, panel, ROWS > 4 ? 4 : 1); break;        \
    case 5: if (ROWS > 4) tile_of_rows(t, panel, ROWS > 4 ? 5 : 1); break;        \
    default: break;                                                               \
  }
