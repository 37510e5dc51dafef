#include "allocation_counter.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#if defined(__linux__) && defined(__GLIBC__) && !defined(IS_SANITIZED)
#include <errno.h>
#include <stdatomic.h>

// glibc lets a program have an allocator of its own; this one counts, and passes on.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static _Thread_local size_t count_of_thread;
static atomic_size_t count_of_all;
static atomic_bool all_count;

static void count(void) {
  ++count_of_thread;
  atomic_fetch_add_explicit(&count_of_all, 1, memory_order_relaxed);
}

void *malloc(size_t bytes) { return count(), __libc_malloc(bytes); }
void *calloc(size_t items, size_t bytes) { return count(), __libc_calloc(items, bytes); }
void *realloc(void *start, size_t bytes) { return count(), __libc_realloc(start, bytes); }
void *memalign(size_t alignment, size_t bytes) { return count(), __libc_memalign(alignment, bytes); }
void *aligned_alloc(size_t alignment, size_t bytes) { return count(), __libc_memalign(alignment, bytes); }
void free(void *start) { __libc_free(start); }

int posix_memalign(void **start, size_t alignment, size_t bytes) {
  count();
  *start = __libc_memalign(alignment, bytes);
  return *start ? 0 : ENOMEM;
}

size_t allocations_so_far(void) { return all_count ? count_of_all : count_of_thread; }
void count_allocations_of_all_threads(void) { all_count = true; }
bool allocations_of_all_threads_count(void) { return all_count; }
bool allocations_are_counted(void) { return true; }
#else
size_t allocations_so_far(void) { return 0; }
void count_allocations_of_all_threads(void) {}
bool allocations_of_all_threads_count(void) { return false; }
bool allocations_are_counted(void) { return false; }
#endif
