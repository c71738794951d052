"""Whom do I ask, and who goes along with us: consultations, and accompanying a library until its automation runs."""
