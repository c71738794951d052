"""Who is in the community and where, who holds which office, who may do what, and by which rules it lives."""
