#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

/// Allocations of this thread so far, of any size.
size_t allocations_of_thread(void);

/// Whether they are counted: with glibc, and without a sanitizer that counts itself.
bool allocations_are_counted(void);

#endif
