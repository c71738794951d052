"""The read models of notifications."""
