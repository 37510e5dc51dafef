// Streaming mode and the tiles of SME, entered and left inside of one piece of assembly: a compiler would ask a
// runtime library for help, which not every linker finds.
//
// Both instructions clear all vectors, so what surrounds them must keep none: CLOBBERS has them all. A caller may have
// tiles of its own that wait to be saved by the first function that needs them (the lazy saving scheme of Arm's
// procedure call standard): TPIDR2_EL0 points to where, and zero tells the caller that they were.

#define START_STREAMING             \
  "mrs x9, tpidr2_el0\n"            \
  "cbz x9, 9f\n"                    \
  "ldr x10, [x9]\n"                 \
  "ldrh w11, [x9, #8]\n"            \
  "mov w12, #0\n"                   \
  "cbz x10, 8f\n"                   \
  "7: cmp w12, w11\n"               \
  "b.hs 8f\n"                       \
  "str za[w12, 0], [x10]\n"         \
  "addsvl x10, x10, #1\n"           \
  "add w12, w12, #1\n"              \
  "b 7b\n"                          \
  "8: msr tpidr2_el0, xzr\n"        \
  "9: smstart\n"                    \
  "ptrue p0.b\n"

#define STOP_STREAMING "smstop\n"

#define CLOBBERS                                                                                                     \
  "x9", "x10", "x11", "x12", "p0", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12",  \
      "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27",       \
      "v28", "v29", "v30", "v31", "cc", "memory"
