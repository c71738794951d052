"""What this service does by itself about what happened: one file a process manager."""

from services.kernel.process import ProcessManager

MANAGERS: tuple[ProcessManager, ...] = ()
