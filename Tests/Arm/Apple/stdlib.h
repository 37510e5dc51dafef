// What the library's C reads of the headers of Apple's systems, which are not at hand: to compile, not to run.
char *getenv(const char *name);
long strtol(const char *text, char **end, int base);
