"""What every other room stands on: messages, errors, clocks, ids, settings."""
