"""Consultations, and accompanying a library until the automation runs."""
