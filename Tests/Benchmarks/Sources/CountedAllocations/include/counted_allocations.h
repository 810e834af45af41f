/// The number of times this process has allocated memory from the C library.
long counted_allocations(void);
