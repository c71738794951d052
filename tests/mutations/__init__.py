"""Mistakes that are planted on purpose, one at a time, to prove that a test notices each of them."""
