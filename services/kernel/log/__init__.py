"""The log of a service: its interface, and its implementations in memory and in MongoDB."""
