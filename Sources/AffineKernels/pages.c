#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "affine_kernels.h"

// A sanitizer has an allocator of its own, which sees where memory is left: what is mapped it does not see.
#define IS_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))

void *aq_map_pages(size_t bytes, size_t alignment) {
#if IS_SANITIZED
  void *start = NULL;
  return posix_memalign(&start, alignment, bytes) ? NULL : start;
#else
  void *memory = mmap(NULL, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  uint8_t *first = memory, *start = first + (alignment - (uintptr_t)first % alignment) % alignment;
  // What lies before and after goes back: nothing refers to it.
  size_t before = (size_t)(start - first);
  if (before > 0) munmap(first, before);
  if (before < alignment) munmap(start + bytes, alignment - before);
  return start;
#endif
}

void aq_unmap_pages(void *start, size_t bytes) {
#if IS_SANITIZED
  (void)bytes;
  free(start);
#else
  munmap(start, bytes);
#endif
}

void aq_advise_large_pages(void *start, size_t bytes) {
#if defined(__linux__)
  madvise(start, bytes, MADV_HUGEPAGE);
#else
  (void)start, (void)bytes;
#endif
}

void aq_return_freed_memory(void) {
#if defined(__GLIBC__) && !IS_SANITIZED
  malloc_trim(0);
#endif
}
