"""A simulation of the protocols: real kernel code, in one process, under a scheduler that owns time and every I/O."""
