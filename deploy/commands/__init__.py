"""The commands of `jejaring`, one module each; the command line calls the module's `command`."""
