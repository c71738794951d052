"""What every request passes: caller, session, limits, forwarding, transport, health."""
