"""Trials on real parts: clients command a whole stack while its processes are killed; then a checker of its own judges what is stored."""
