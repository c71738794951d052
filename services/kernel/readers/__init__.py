"""Readers of a log: checkpoints, parking, the lease, and the threads that run the readers."""
