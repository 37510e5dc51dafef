#pragma once

/// Without debugging information of its own: most of it would be of what is inlined, in many places each.
#define INLINE static inline __attribute__((always_inline, nodebug))
