#include "affine_kernels.h"
#include "kernels.h"

#if defined(__x86_64__)
#define AQ_ON_X86(entry) entry
#else
#define AQ_ON_X86(entry) NULL
#endif

#if defined(__aarch64__)
#define AQ_ON_ARM(entry) entry
#else
#define AQ_ON_ARM(entry) NULL
#endif

#define DECLARE(family, isa, bits, cpu, tuned, tile) void aq_##family##_##isa(void *args);
#define ROW(family, isa, bits, cpu, tuned, ...) \
  {"aq_" #family "_" #isa, bits, tuned, __VA_ARGS__, AQ_ON_##cpu(aq_##family##_##isa)},
#define FAMILY(name)                                                 \
  AQ_ROWS_##name(DECLARE)                                            \
  aq_family aq_##name(void) {                                        \
    static const aq_kernel kernels[] = {AQ_ROWS_##name(ROW)};        \
    return (aq_family){kernels, sizeof kernels / sizeof kernels[0]}; \
  }

AQ_EACH_FAMILY(FAMILY)
