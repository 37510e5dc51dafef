#ifndef AFFINE_KERNELS_H
#define AFFINE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "families.h"
#include "gemm.h"
#include "optimizer.h"
#include "pack.h"
#include "quantize.h"
#include "rows.h"

// Leaf kernels: no allocation, no threads, no choice of CPU. kernels.h lists every one.

/// Instruction sets, one bit each. Zero means plain C.
enum {
  AQ_AVX2 = 1 << 0,  // with FMA, F16C and BMI2
  AQ_AVXVNNI = 1 << 1,
  AQ_AVX512VNNI = 1 << 2,  // with F, BW, DQ and VL
  AQ_AMX = 1 << 3,
  AQ_AVX512VBMI = 1 << 4,  // with AVX512VNNI
  AQ_AVX512BF16 = 1 << 5,  // with AVX512VBMI
  AQ_AMXBF16 = 1 << 6,     // with AMX and AVX512BF16
  AQ_NEON = 1 << 8,
  AQ_NEONDOT = 1 << 9,
  AQ_I8MM = 1 << 10,
  AQ_NEONBF16 = 1 << 11,
  AQ_SME = 1 << 12,  // outer products on tiles of scalable vectors
};

/// The instruction sets of the running CPU, as far as the operating system lets programs use them.
uint32_t aq_running_isa(void);

/// How many 32-bit numbers a scalable vector of the tile unit holds, or 0 where there is none.
size_t aq_scalable_words(void);

/// Tells the CPU that a thread waits for another one.
static inline void aq_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/// Gives the processor back for so long, or a little longer; less than a second.
void aq_sleep(uint32_t nanoseconds);

/// Physical cores that this process may run on, no more than a container's quota pays for.
size_t aq_core_count(void);

/// So many cores, and no more than a container pays for, rounded up: processor time and the period in which it may be
/// used, as `cpu.max` has them, "150000 100000". Without a number there is no limit; one core there always is.
size_t aq_cores_within_quota(size_t cores, const char *_Nonnull text);

#if defined(__linux__)
/// So many cores, and no more than any group pays for that a process is in: of those in the folder `root` the ones that
/// the file `groups` names, as `/proc/self/cgroup` does, and those around them.
size_t aq_cores_within_groups(
    size_t cores, const char *_Nonnull root, const char *_Nonnull groups);
#endif

/// Nanoseconds of a clock that only grows.
uint64_t aq_nanoseconds(void);

/// Bytes of the second-level cache of a core.
size_t aq_cache_bytes(void);

/// Bytes that a loop over memory does well to ask for before it reads them; 0: the core's own prefetcher does
/// better.
size_t aq_bytes_ahead(void);

/// Memory of its own, from a multiple of `alignment`, a power of two and of a page, on; NULL: there is
/// none. `bytes` are whole pages. The C library keeps what is freed between pieces that are in use; this it does not see.
void *_Nullable aq_map_pages(size_t bytes, size_t alignment);

/// Gives all of it back.
void aq_unmap_pages(void *_Nonnull start, size_t bytes);

/// Asks for large pages under memory that is about to be used; a hint, ignored where it is unknown.
void aq_advise_large_pages(void *_Nonnull start, size_t bytes);

/// The most bytes of memory that this process had in use so far, or 0 where the system does not say.
size_t aq_peak_resident_bytes(void);

/// Gives memory that was freed back to the system.
void aq_return_freed_memory(void);

/// The value of AFFINE_THREADS, as it stands in the environment.
const char *_Nullable aq_requested_threads(void);

#endif
