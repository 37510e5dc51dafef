// As stdlib.h.
#include <stddef.h>
int sysctlbyname(const char *name, void *value, size_t *size, void *other, size_t other_size);
