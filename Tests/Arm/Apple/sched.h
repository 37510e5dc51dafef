// What the library's C reads of the headers of Apple's systems, which are not at hand: to compile, not to run.
int sched_yield(void);
