"""The only folder that uses nameko and eventlet: a service's container, its entrypoints and providers, and the host.

All other rooms of the kernel use ``threading`` and blocking calls, and run unpatched in tests and on the command line.
"""
