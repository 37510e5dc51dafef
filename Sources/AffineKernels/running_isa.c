#include "affine_kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

/// The tiles that the CPU has, of int8 at least, where the kernel lets this process use their state.
static uint32_t tiles(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  enum { BF16 = 1 << 22, TILES = 1 << 24, INT8 = 1 << 25, REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & (TILES | INT8)) != (TILES | INT8)) return 0;
  if (syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) != 0) return 0;
  return d & BF16 ? AQ_AMX | AQ_AMXBF16 : AQ_AMX;
}
#else
static uint32_t tiles(void) { return 0; }
#endif
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>

static bool has(const char *feature) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(feature, &value, &size, NULL, 0) == 0 && value != 0;
}
#endif

uint32_t aq_running_isa(void) {
  uint32_t isa = 0;
#if defined(__x86_64__)
  // These also ask whether the operating system saves the registers.
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (!avx2) return isa;
  isa |= AQ_AVX2;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d)) a = 0;
  if (a >> 4 & 1) isa |= AQ_AVXVNNI;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni"))
    isa |= AQ_AVX512VNNI;
  if (isa & AQ_AVX512VNNI && __builtin_cpu_supports("avx512vbmi")) isa |= AQ_AVX512VBMI;
  if (isa & AQ_AVX512VBMI && a >> 5 & 1) isa |= AQ_AVX512BF16;
  if (isa & AQ_AVX512VNNI) isa |= tiles();
  if (!(isa & AQ_AVX512BF16)) isa &= ~(uint32_t)AQ_AMXBF16;
#elif defined(__aarch64__)
  // NEON is part of the architecture.
  isa |= AQ_NEON;
#if defined(__linux__)
  if (getauxval(AT_HWCAP) >> 20 & 1) isa |= AQ_NEONDOT;    // HWCAP_ASIMDDP
  if (getauxval(AT_HWCAP2) >> 13 & 1) isa |= AQ_I8MM;      // HWCAP2_I8MM
  if (getauxval(AT_HWCAP2) >> 14 & 1) isa |= AQ_NEONBF16;  // HWCAP2_BF16
  if (getauxval(AT_HWCAP2) >> 23 & 1) isa |= AQ_SME;       // HWCAP2_SME
#elif defined(__APPLE__)
  if (has("hw.optional.arm.FEAT_DotProd")) isa |= AQ_NEONDOT;
  if (has("hw.optional.arm.FEAT_I8MM")) isa |= AQ_I8MM;
  if (has("hw.optional.arm.FEAT_BF16")) isa |= AQ_NEONBF16;
  if (has("hw.optional.arm.FEAT_SME")) isa |= AQ_SME;
#endif
#endif
  return isa;
}

#if defined(__aarch64__)
__attribute__((target("sme"))) static size_t words_of_vector(void) {
  size_t bytes;
  __asm__("rdsvl %0, #1" : "=r"(bytes));
  return bytes / 4;
}
#else
static size_t words_of_vector(void) { return 0; }
#endif

size_t aq_scalable_words(void) { return aq_running_isa() & AQ_SME ? words_of_vector() : 0; }
