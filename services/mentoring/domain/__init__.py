"""The decisions of mentoring, pure."""
