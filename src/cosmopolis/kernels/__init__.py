"""How numba functions are compiled, cached and shared among threads, and the tables they work on. Knows no cities."""
