/// Calls `tile(panel, rows)` for every left panel of `lanes` rows, at most 6, or 8 where MOST_ROWS says so,
/// each as a constant.
#if defined(MOST_ROWS) && MOST_ROWS > 6
#define MORE_CASES(tile)            \
  case 6: tile(panel, 6); break;    \
  case 7: tile(panel, 7); break;
#else
#define MORE_CASES(tile)
#endif

#define EACH_PANEL(t, lanes, tile)                                      \
  for (size_t panel = 0; panel * (lanes) < (t)->rows; ++panel) {        \
    size_t present = (t)->rows - panel * (lanes);                       \
    switch (present < (lanes) ? present : (lanes)) {                    \
      case 1: tile(panel, 1); break;                                    \
      case 2: tile(panel, 2); break;                                    \
      case 3: tile(panel, 3); break;                                    \
      case 4: tile(panel, 4); break;                                    \
      case 5: tile(panel, ROWS < 5 ? ROWS : 5); break;                  \
      MORE_CASES(tile)                                                  \
      default: tile(panel, ROWS); break;                                \
    }                                                                   \
  }
