"""The evidence report for a library's school head, from the data of several services."""
