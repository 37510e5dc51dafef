// As stdlib.h.
#define RUSAGE_SELF 0
struct rusage {
  struct {
    long tv_sec;
    int tv_usec;
  } ru_utime, ru_stime;
  long ru_maxrss, others[13];
};
int getrusage(int who, struct rusage *usage);
