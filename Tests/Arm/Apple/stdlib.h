// As sched.h.
char *getenv(const char *name);
