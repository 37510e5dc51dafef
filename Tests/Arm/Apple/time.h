// As stdlib.h.
typedef enum { CLOCK_MONOTONIC = 6 } clockid_t;
struct timespec {
  long tv_sec, tv_nsec;
};
int nanosleep(const struct timespec *time, struct timespec *left);
int clock_gettime(clockid_t clock, struct timespec *time);
