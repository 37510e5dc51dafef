#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

/// Allocations so far, of any size: of this thread, or of all of the process once they count together.
size_t allocations_so_far(void);

/// From now on those of all threads count together: for a process in which nothing else runs.
void count_allocations_of_all_threads(void);

/// Whether they do.
bool allocations_of_all_threads_count(void);

/// Whether they are counted: with glibc, and without a sanitizer that counts itself.
bool allocations_are_counted(void);

#endif
