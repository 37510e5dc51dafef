// As sched.h.
char *getenv(const char *name);
long strtol(const char *text, char **end, int base);
