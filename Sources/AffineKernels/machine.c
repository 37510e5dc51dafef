#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mman.h>
#endif
#include <stdlib.h>
#include <unistd.h>

#include "affine_kernels.h"

size_t aq_processor_count(void) {
#if defined(__linux__)
  // What this process may use, which a container can make fewer than the machine has.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return (size_t)CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (size_t)count : 1;
}

void aq_advise_large_pages(void *start, size_t bytes) {
#if defined(__linux__)
  madvise(start, bytes, MADV_HUGEPAGE);
#else
  (void)start, (void)bytes;
#endif
}

size_t aq_requested_threads(void) {
  const char *text = getenv("AFFINE_THREADS");
  if (!text || *text < '1' || *text > '9') return 0;
  char *end;
  long count = strtol(text, &end, 10);
  // Far above any machine; below it, a pool of so many threads can still be started.
  return *end == 0 && count <= 1024 ? (size_t)count : 0;
}
