/// How often this process has asked the C library for memory.
long counted_allocations(void);
