#include "finish_body.h"
#include "rows_body.h"

// The entries of one instruction set, for the file that includes this within the attributes that
// name it.

#define ENTRY(name, isa) \
  void aq_##name##_f32_##isa(void *args) { name##_body(args); }

#define ENTRIES(isa)           \
  ENTRY(finish, isa)           \
  ENTRY(add, isa)              \
  ENTRY(accumulate, isa)       \
  ENTRY(multiply, isa)         \
  ENTRY(scale, isa)            \
  ENTRY(relu, isa)             \
  ENTRY(gelu, isa)             \
  ENTRY(gelugradient, isa)    \
  ENTRY(silu, isa)             \
  ENTRY(silugradient, isa)    \
  ENTRY(swiglu, isa)           \
  ENTRY(geglu, isa)            \
  ENTRY(swiglugradient, isa)  \
  ENTRY(softmax, isa)          \
  ENTRY(norm, isa)             \
  ENTRY(normgradient, isa)    \
  ENTRY(rotate, isa)           \
  ENTRY(attentionweights, isa) \
  ENTRY(attentionslopes, isa)
