#include "entries.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
ENTRIES(avx2)
ENTRY(dropout, avx2)
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,f16c"))), apply_to = function)
ENTRIES(avx512vnni)
ENTRY(dropout, avx512vnni)
#pragma clang attribute pop
#endif
