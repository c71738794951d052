"""Where nameko and eventlet are known: a service's container, its entrypoints and providers, and the host.

Everything else in the kernel uses ``threading`` and blocking calls, and runs unpatched in tests and command line.
"""
