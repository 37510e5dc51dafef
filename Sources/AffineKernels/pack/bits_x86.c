#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi2")))
#define ENTRY_OF(family) TARGET void aq_##family##_avx2(void *args)
#define SPREAD(word, bits) _pdep_u64(word, (0xffu >> (8 - (bits))) * 0x0101010101010101u)
#define GATHER(codes, bits) _pext_u64(codes, (0xffu >> (8 - (bits))) * 0x0101010101010101u)
#include "bits_body.h"
#endif
