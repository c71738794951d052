"""Builds and runs an installation. The folder contains no word of the domain and no business rule."""
