#if Listener
#endif
