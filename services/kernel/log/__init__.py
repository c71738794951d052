"""The log of a service: what it promises, in memory and in MongoDB."""
