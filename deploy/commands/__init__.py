"""The commands of `jejaring`, one module each; `command` is what the command line calls."""
